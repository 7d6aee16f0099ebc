// The total information of a block as a dense matrix, for reports and diagnosis.

import type { Artefact } from "../emit/index.ts";
import type { Region } from "../ir/index.ts";
import { type Block, structureOf } from "../structures/index.ts";

/** A block of the step as its structure knows it. */
export function blockAt({ step }: Artefact, k: number): Block {
  const { first, size, form, parameters } = step.blocks[k] as Artefact["step"]["blocks"][number];
  return { first, size, form, parameters: step.parameters.filter((p) => parameters.includes(p.name)) };
}

/** memory + information + prior of a block, row-major over its coordinates, as its structure keeps them. */
export function blockInformation(artefact: Artefact, k: number): Float64Array {
  const { step, memory } = artefact;
  const { state } = step.layout;
  const own = step.blocks[k] as Artefact["step"]["blocks"][number];
  const block = blockAt(artefact, k);
  const structure = structureOf(block.form);
  const { size } = block;
  const prior = { ...own.memory, offset: own.memory.offset - state.memory.offset + state.prior.offset };
  const dense = new Float64Array(size * size);
  for (const { offset, length } of [own.memory, own.information, ...(state.prior.length > 0 ? [prior] : [])]) {
    const term = structure.toDense(memory.slice(offset, offset + length), block);
    for (let i = 0; i < dense.length; i++) dense[i] = (dense[i] as number) + (term[i] as number);
  }
  const added = priorDiagonal(artefact, block, state.priorDiagonal);
  for (let i = 0; i < size; i++) dense[i * size + i] = (dense[i * size + i] as number) + (added[i] as number);
  return dense;
}

/** A prior's diagonal as the structure takes it: by its mean where it can't tell coordinates apart. */
function priorDiagonal({ memory }: Artefact, { first, size, form }: Block, { offset }: Region): Float64Array {
  const own = memory.slice(offset + first, offset + first + size);
  if (form.kind !== "scalar" && form.kind !== "kronecker") return own;
  return own.fill(own.reduce((sum, x) => sum + x, 0) / Math.max(1, size));
}

/**
 * The root R of memory + information + prior of a block, row-major, RᵀR being that sum, from the factor in hand; null
 * where the block is not in square-root form. A pivot that vanished is 0.
 */
export function rootInformation(artefact: Artefact, k: number): Float64Array | null {
  const { step, memory } = artefact;
  const { form, size } = step.blocks[k] as Artefact["step"]["blocks"][number];
  if (form.kind !== "root") return null;
  // factors lie one after the other, in the order of the blocks
  let { offset } = step.layout.state.factor;
  const terms = step.layout.state.prior.length > 0 ? 3 : 2;
  for (let other = 0; other < k; other++) {
    const block = blockAt(artefact, other);
    const length = structureOf(block.form).factorLength(block, terms);
    offset += length + (length % 2);
  }
  const root = memory.slice(offset, offset + size * size);
  return root.map((x) => (x === Number.POSITIVE_INFINITY ? 0 : x));
}
