// The total information as a dense matrix, for reports and diagnosis of structures that keep correlations.

import type { Artefact } from "../emit/index.ts";

/** memory + information + prior over φ, row-major; null where the plan is not one full block. */
export function denseInformation(artefact: Artefact): Float64Array | null {
  const { step, memory } = artefact;
  const [block, ...rest] = step.blocks;
  if (block === undefined || rest.length > 0 || block.structure !== "full") return null;
  const { state } = step.layout;
  const size = step.size;
  const dense = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const at = i * size + j;
      let value = (memory[state.memory.offset + at] as number) + (memory[state.information.offset + at] as number);
      if (state.prior.length > 0) value += memory[state.prior.offset + at] as number;
      if (i === j) value += memory[state.priorDiagonal.offset + i] as number;
      dense[at] = value;
      dense[j * size + i] = value;
    }
  return dense;
}
