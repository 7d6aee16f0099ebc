// Parameters that wander: before a batch of n rows each takes a random step of variance n q on the unconstrained scale, so
// that the memory becomes D̄ = (I + n D Q)⁻¹ D, ḡ = (I + n D Q)⁻¹ g with Q = diag(q): the prediction of a Kalman filter in
// information form (Anderson and Moore 1979, Optimal Filtering, §6.3), which needs no inverse of D. It is about the
// memory's own maximum that D̄ is weaker, so ḡ keeps that maximum where it was. The prior is a term of its own that does
// not wander.

import { LuDecomposition, Matrix } from "ml-matrix";
import type { Batch } from "../../ir/index.ts";
import { structureOf } from "../../structures/index.ts";
import type { Baggage, Companion } from "../companion.ts";
import { blockAt } from "../dense.ts";
import type { Flow } from "../flow.ts";
import { changed } from "./memory-of.ts";

/** A companion by which coordinates wander; `variances` of a step a row, asked for anew when coordinates move. */
export function drift(variances: (flow: Flow) => Float64Array): Companion {
  let known: Float64Array | null = null;
  return {
    name: "drift",
    before(flow: Flow, batch: Batch): void {
      known ??= variances(flow);
      wander(
        flow,
        known.map((q) => batch.rows * q),
      );
    },
    moved(): void {
      known = null;
    },
    mark: () => () => {},
    save: (): Baggage => ({ values: {}, tensors: new Map() }),
    restore(): void {},
  };
}

/** The memory after steps of such variances. */
function wander(flow: Flow, variances: Float64Array): void {
  const { artefact } = flow.program;
  const { layout, blocks } = artefact.step;
  for (const [k, { first, size, form, memory }] of blocks.entries()) {
    const own = variances.subarray(first, first + size);
    if (own.every((q) => q === 0)) continue;
    const kept = artefact.memory.subarray(memory.offset, memory.offset + memory.length);
    const gradient = flow.gradient.subarray(first, first + size);
    if (form.kind === "diagonal" || form.kind === "scalar") {
      let mean = 0;
      for (let i = 0; i < size; i++) {
        const at = form.kind === "scalar" ? 0 : i;
        const left = 1 / (1 + (kept[at] as number) * (own[i] as number));
        gradient[i] = left * (gradient[i] as number);
        if (form.kind === "diagonal") kept[i] = left * (kept[i] as number);
        mean += left / size;
      }
      if (form.kind === "scalar") kept[0] = mean * (kept[0] as number);
      continue;
    }
    const block = blockAt(artefact, k);
    const dense = structureOf(form).toDense(kept.slice(), block);
    const system = new Matrix(size, size);
    const sides = new Matrix(size, size + 1);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const d = dense[i * size + j] as number;
        system.set(i, j, d * (own[j] as number) + (i === j ? 1 : 0));
        sides.set(i, j, d);
      }
      sides.set(i, size, gradient[i] as number);
    }
    const solved = new LuDecomposition(system).solve(sides);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) dense[i * size + j] = 0.5 * (solved.get(i, j) + solved.get(j, i));
      gradient[i] = solved.get(i, size);
    }
    kept.set(structureOf(form).fromDense(dense, block));
  }
  changed(flow, flow.state("control")[layout.control.seen] as number);
}
