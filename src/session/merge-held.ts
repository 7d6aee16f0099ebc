// Rows that a state still held for its first fit: they are rows yet, and join a merge as such, with their levels where the
// whole has them.

import type { Batch, Density } from "../ir/index.ts";
import { inParts, type Program } from "../runtime/index.ts";
import type { LoadedState } from "./saved.ts";

/** The held rows of a state as batches of a program that has its levels among others. */
export function heldOf(program: Program, density: Density, { state, bindings }: LoadedState): readonly Batch[] {
  const { columns: regions, capacity } = program.artefact.step.layout;
  const columns = new Map<string, Float64Array>();
  for (const name of regions.keys()) {
    const values = state.tensors.get(`held ${name}`);
    if (values === undefined) throw new Error(`the held rows lack ${name}`);
    const category = density.data.some((d) => d.name === name && d.domain.kind === "category");
    const whole = new Map((program.bindings.levels.get(name) ?? []).map((level, k) => [level, k]));
    const own = (bindings.levels.get(name) ?? []).map((level) => whole.get(level) as number);
    columns.set(name, category ? values.map((level) => own[level] ?? level) : values);
  }
  return inParts({ rows: state.heldRows, firstRow: 1, columns }, capacity);
}
