// What a flow knows before its first row, made: a share of what another flow knows, next to nothing, or a prior's maximum.

import { structureOf } from "../structures/index.ts";
import { blockAt } from "./dense.ts";
import { floors } from "./diagnose.ts";
import type { Knowledge } from "./flow-state.ts";
import { maximise } from "./maximise.ts";
import { shareOf } from "./memory.ts";
import { Objective } from "./objective.ts";
import type { Program } from "./program.ts";
import { stateOf } from "./regions.ts";

/** Knowledge that counts as much of itself as a factor says; overwrites the artefact's memory and gradient. */
export function weighed(
  { artefact }: Program,
  { phi, gradient, memory, weight }: Knowledge,
  factor: number,
): Knowledge {
  if (factor === 1) return { phi, gradient, memory, weight };
  if (factor === 0) return { phi, gradient: gradient.map(() => 0), memory: new Float64Array(memory.length), weight: 0 };
  const own = gradient.map((g) => factor * g);
  return { phi, gradient: own, memory: shareOf(artefact, memory, factor), weight: factor * weight };
}

/** Next to nothing: λ I about a point, by which an information has an inverse from the first row on. */
export function almostNothing({ artefact }: Program, phi: Float64Array, lambda: number): Knowledge {
  const { state } = artefact.step.layout;
  const memory = new Float64Array(state.memory.length);
  for (const [k, { memory: region, size }] of artefact.step.blocks.entries()) {
    const block = blockAt(artefact, k);
    const own = structureOf(block.form).fromDiagonal(new Float64Array(size).fill(lambda), block);
    memory.set(own, region.offset - state.memory.offset);
  }
  return { phi, gradient: new Float64Array(phi.length), memory, weight: lambda };
}

/** The maximum of the priors alone, from a start on; they must tell something of every coordinate. */
export function priorMaximum(program: Program, start: Float64Array): Float64Array {
  const { artefact, options } = program;
  for (const name of ["memory", "information", "damping"] as const) stateOf(artefact, name).fill(0);
  const { phi } = maximise(new Objective(artefact, [], null), start, {
    tolerance: options.tolerance,
    maxPasses: options.maxPasses,
    damping: 0,
    polish: true,
    components: [Array.from(start.keys())],
    floor: floors(program, 0),
  });
  return Float64Array.from(phi);
}
