// Flow settings with their defaults filled in: what was said in the model, then what was said on the call, then ours.

import type { FlowOptions, Forgetting, Identity, Initial, Late, Rate, Stopping, Wandering } from "../check/index.ts";
import type { Budget, StructureRequest } from "../ir/index.ts";
import type { Rates } from "../planner/index.ts";
import type { PlainOptions, RunOptions } from "../runtime/index.ts";

/** Every setting, resolved. */
export interface Resolved extends RunOptions {
  /** Which structure each group of parameters is to have. */
  readonly structure: readonly StructureRequest[];
  readonly budget: Budget;
  /** Measured speeds in place of the planner's own. */
  readonly rates?: Rates;
  /** Draws of a response, for sampled information. */
  readonly draws: number;
  /** Length of a step; null for the Newton step. */
  readonly rate: Rate | null;
  readonly lineSearch: boolean;
  /** Share of the steps before that a plain step carries on. */
  readonly momentum: number;
  readonly precision: "auto" | "single" | "double";
  /** How often a stream goes over its rows, and whether in an order of their own each time. */
  readonly passes: number;
  readonly shuffle: boolean;
  readonly forget: Forgetting;
  /** Process noise, for each of several groups of parameters. */
  readonly drift: readonly Wandering[];
  readonly initial: Initial;
  /** How much a saved state that a flow begins from counts of itself. */
  readonly importance: number;
  /** Rows that the planner looks at first; null for none. */
  readonly pilot: number | null;
  /** Rows after which a stream is planned anew; null for never. */
  readonly replan: number | null;
  /** Rows of a batch; null lets the number of coordinates decide. */
  readonly batch: number | null;
  readonly threads: number;
  readonly newLevel: "error" | "add" | "prior";
  readonly identity: Identity | null;
  readonly late: Late | null;
  readonly data: string | null;
  /** When a stream stops before its rows end; null for never. */
  readonly stop: Stopping | null;
  readonly prequential: "auto" | "on" | "off";
  /** Probability of a false alarm of the honesty watch. */
  readonly watch: number | "auto" | "off";
}

/** Settings of the call over those of the model over the defaults. */
export function resolve(model: FlowOptions, call: FlowOptions): Resolved {
  const said = { ...model, ...call };
  const mode = said.mode ?? "fit";
  const structure = said.structure ?? "auto";
  const plain = plainOf(said, mode);
  const passes = said.passes ?? 1;
  return {
    mode,
    target: said.target ?? "likelihood",
    information: said.information ?? "expected",
    draws: said.draws ?? 1,
    structure: typeof structure === "string" ? [{ kind: structure, parameters: null }] : structure,
    budget: said.budget ?? {},
    ...(said.rates === undefined ? {} : { rates: said.rates as unknown as Rates }),
    backend: said.backend ?? "wasm",
    exact: said.exact ?? false,
    batch: said.batch ?? (mode === "stream" ? shortBatch(said) : null),
    interval: said.interval ?? 0.95,
    // a stream keeps the gradient that a step left, and mends it with the next batch and at the end
    tolerance: said.tolerance ?? (mode === "fit" ? 1e-10 : 1e-8),
    maxPasses: said.maxPasses ?? 2000,
    damping: said.damping ?? 0,
    rate: said.rate ?? null,
    // what a saved state keeps is read again as settings: it says which flow it was
    lineSearch: plain === null,
    momentum: said.momentum ?? 0,
    keep: mode === "stream" ? keptOf(said.forget ?? { kind: "none" }) : 1,
    plain,
    inner: said.inner ?? 20,
    warmup: said.warmup ?? null,
    passes,
    shuffle: said.shuffle ?? passes > 1,
    forget: said.forget ?? { kind: "none" },
    drift: said.drift ?? [],
    initial: said.initial ?? "empirical",
    importance: said.importance ?? 1,
    pilot: said.pilot ?? null,
    replan: said.replan ?? null,
    precision: said.precision ?? "auto",
    seed: said.seed ?? 1,
    threads: said.threads ?? 1,
    onBadRow: said.onBadRow ?? "stop",
    newLevel: said.newLevel ?? "error",
    identity: said.identity ?? null,
    late: said.late ?? null,
    data: said.data ?? null,
    stop: said.stop ?? null,
    errors: said.errors ?? "auto",
    prequential: said.prequential ?? "auto",
    watch: said.watch ?? "auto",
  };
}

/** Settings that only a stream acts on, each with what is the same as saying nothing. */
const ofStreams = {
  rate: null,
  momentum: 0,
  passes: 1,
  shuffle: false,
  forget: { kind: "none" },
  drift: [],
  warmup: null,
  replan: null,
  stop: null,
  watch: "off",
} as const satisfies { readonly [K in keyof FlowOptions]?: unknown };

/** What a call for a fit says that only a stream acts on, by name. */
export function idleSettings(call: FlowOptions): readonly string[] {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  return (Object.keys(ofStreams) as (keyof typeof ofStreams)[]).filter(
    (key) => call[key] !== undefined && call[key] !== "auto" && !same(call[key], ofStreams[key]),
  );
}

/** Rows of one internal batch, as they were asked for: null leaves them to the planner, not below `leastRows`. */
export function batchRows({ batch, mode }: Pick<Resolved, "batch" | "mode">): {
  readonly batchRows: number | null;
  readonly leastRows: number;
} {
  if (batch === null) return { batchRows: null, leastRows: 1 };
  // a stream may take rows one by one, but they are read and checked by the many
  if (mode === "stream") return { batchRows: null, leastRows: Math.min(1024, batch) };
  return { batchRows: Math.min(1024, batch), leastRows: 1 };
}

/** The plain flow, where a stream is to make steps without a search: said so, or by a rate, or over the rows again and again. */
function plainOf(said: FlowOptions, mode: Resolved["mode"]): PlainOptions | null {
  const passes = said.passes ?? 1;
  const rate = said.rate ?? null;
  const searching = said.lineSearch ?? (rate === null && said.momentum === undefined && passes === 1);
  if (mode !== "stream" || searching) return null;
  return {
    rate,
    passes,
    shuffle: said.shuffle ?? passes > 1,
    refresh: null,
    momentum: said.momentum ?? 0,
    clip: rate === null ? 0 : 0.03,
    firstDamping: 1e-2,
  };
}

/** Batches span at most this share of a half-life: they are learnt from as if all their rows came at one time. */
const instants = 16;
/** Rows of a batch of a stream that watches for changes, or whose parameters wander. */
const [watchedRows, wanderingRows] = [128, 32];

/** Rows of a batch where none were asked for and the dynamics ask for short ones; null where they do not. */
function shortBatch({ forget = { kind: "none" }, drift = [] }: FlowOptions): number | null {
  const most = Math.min(
    forget.kind === "half_life" ? forget.rows / instants : Number.POSITIVE_INFINITY,
    forget.kind === "rate" ? Math.log(0.5) / Math.log(forget.rate) / instants : Number.POSITIVE_INFINITY,
    forget.kind === "adaptive" ? watchedRows : Number.POSITIVE_INFINITY,
    drift.some(({ sd }) => sd > 0) ? wanderingRows : Number.POSITIVE_INFINITY,
  );
  // what rounding left below a whole number is that number
  return most < 1024 ? Math.max(1, Math.floor(most * (1 + 1e-9))) : null;
}

/** Share of what was seen that is kept a row. */
function keptOf(forget: Forgetting): number {
  switch (forget.kind) {
    case "none":
    case "time":
    case "window":
    case "adaptive":
      return 1;
    case "half_life":
      return 2 ** (-1 / forget.rows);
    case "rate":
      return forget.rate;
  }
}
