// A memory in other structures: dense where a block allows it, what a diagonal tells elsewhere.

import type { Artefact } from "../emit/index.ts";
import { structureOf } from "../structures/index.ts";
import { blockAt } from "./dense.ts";
import { memoryDiagonal } from "./memory.ts";

/** Coordinates of a block up to which its dense matrix is made. */
const affordable = 1000;

/**
 * The memory of one artefact as another keeps it, whose coordinate i is that at `places[i]` of the first: what two blocks
 * share is nothing, and blocks too large for a dense matrix pass on their diagonals alone. Overwrites the first one's
 * information and prior.
 */
export function memoryOver(from: Artefact, to: Artefact, places: Uint32Array): Float64Array {
  const diagonal = memoryDiagonal(from);
  const owner = new Int32Array(from.step.size);
  for (const [k, { first, size }] of from.step.blocks.entries()) owner.fill(k, first, first + size);
  const made = new Map<number, Float64Array>();
  const denseOf = (k: number): Float64Array => {
    const known = made.get(k);
    if (known !== undefined) return known;
    const block = blockAt(from, k);
    const { offset, length } = from.step.blocks[k]?.memory as { offset: number; length: number };
    const dense = structureOf(block.form).toDense(from.memory.slice(offset, offset + length), block);
    made.set(k, dense);
    return dense;
  };
  const { state } = to.step.layout;
  const memory = new Float64Array(state.memory.length);
  for (const [k, { memory: region }] of to.step.blocks.entries()) {
    const block = blockAt(to, k);
    const own = places.subarray(block.first, block.first + block.size);
    const structure = structureOf(block.form);
    const entries = own.map((i) => i);
    const diagonals = Float64Array.from(own, (i) => diagonal[i] as number);
    const at = region.offset - state.memory.offset;
    if (block.size > affordable || block.form.kind === "diagonal" || block.form.kind === "scalar") {
      memory.set(structure.fromDiagonal(diagonals, block), at);
      continue;
    }
    const dense = new Float64Array(block.size ** 2);
    for (const [i, a] of entries.entries())
      for (const [j, b] of entries.entries()) {
        const source = from.step.blocks[owner[a] as number] as Artefact["step"]["blocks"][number];
        const [shared, kept] = [owner[a] === owner[b], source.size <= affordable];
        if (a === b) dense[i * block.size + j] = diagonals[i] as number;
        else if (shared && kept)
          dense[i * block.size + j] = denseOf(owner[a] as number)[
            (a - source.first) * source.size + b - source.first
          ] as number;
      }
    memory.set(structure.fromDense(dense, block), at);
  }
  return memory;
}
