// Flow settings with their defaults filled in: what was said in the model, then what was said on the call, then ours.

import type { FlowOptions } from "../check/index.ts";
import type { Budget, StructureKind } from "../ir/index.ts";
import type { RunOptions } from "../runtime/index.ts";

/** Every setting, resolved. */
export interface Resolved extends RunOptions {
  readonly structure: StructureKind | "auto";
  readonly budget: Budget;
  /** Rows of a batch; null lets the number of coordinates decide. */
  readonly batch: number | null;
  readonly threads: number;
  readonly newLevel: "error";
  readonly data: string | null;
}

/** Settings of the call over those of the model over the defaults. */
export function resolve(model: FlowOptions, call: FlowOptions): Resolved {
  const said = { ...model, ...call };
  const mode = said.mode ?? "fit";
  return {
    mode,
    target: said.target ?? "likelihood",
    information: said.information ?? "expected",
    structure: said.structure ?? "auto",
    budget: said.budget ?? {},
    backend: said.backend ?? "wasm",
    exact: said.exact ?? false,
    batch: said.batch ?? null,
    interval: said.interval ?? 0.95,
    // a stream keeps the gradient that a step left, and mends it with the next batch and at the end
    tolerance: said.tolerance ?? (mode === "fit" ? 1e-10 : 1e-8),
    maxPasses: said.maxPasses ?? 2000,
    damping: said.damping ?? 0,
    inner: said.inner ?? 20,
    warmup: said.warmup ?? null,
    seed: said.seed ?? 1,
    threads: said.threads ?? 1,
    onBadRow: said.onBadRow ?? "stop",
    newLevel: said.newLevel ?? "error",
    data: said.data ?? null,
  };
}

/** Rows of one internal batch: columns of a batch's score factors should stay in the processor's cache. */
export function batchRows(coordinates: number, { batch, mode }: Pick<Resolved, "batch" | "mode">): number {
  const fitting = 2 ** Math.floor(Math.log2(32768 / Math.max(1, coordinates)));
  const usual = Math.max(64, Math.min(1024, fitting));
  if (batch === null) return usual;
  // a stream may take rows one by one, but they are read and checked by the many
  return Math.min(1024, mode === "stream" ? Math.max(batch, usual) : batch);
}
