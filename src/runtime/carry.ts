// A memory carried to another program of its model: coordinates in other places or more of them, other structures. Only
// what loses nothing is done.

import { Matrix, QrDecomposition } from "ml-matrix";
import type { Artefact } from "../emit/index.ts";
import { arrowEntries, type Block, structureOf } from "../structures/index.ts";
import { blockAt } from "./dense.ts";

/**
 * A memory of one artefact as another keeps it, whose coordinate i is that at `places[i]` of the first (−1: it has
 * none, and knows nothing of it); a reason where it can't be had without a loss.
 */
export function carried(
  from: Artefact,
  memory: Float64Array,
  to: Artefact,
  places: Int32Array,
): { readonly kind: "memory"; readonly memory: Float64Array } | { readonly kind: "lost"; readonly reason: string } {
  const { state } = to.step.layout;
  const result = new Float64Array(state.memory.length);
  const start = from.step.layout.state.memory.offset;
  const owner = new Int32Array(from.step.size);
  for (const [k, { first, size }] of from.step.blocks.entries()) owner.fill(k, first, first + size);
  for (const [k, { memory: region }] of to.step.blocks.entries()) {
    const block = blockAt(to, k);
    const own = places.subarray(block.first, block.first + block.size);
    const sources = [...new Set(Array.from(own, (place) => (place < 0 ? -1 : (owner[place] as number))))]
      .filter((other) => other >= 0)
      .map((other): Source => {
        const { offset, length } = (from.step.blocks[other] as Artefact["step"]["blocks"][number]).memory;
        return { block: blockAt(from, other), memory: memory.subarray(offset - start, offset - start + length) };
      });
    const kept = assembled(block, own, sources);
    if (kept === null)
      return { kind: "lost", reason: `${block.parameters.map((p) => p.name).join(", ")}: ${clash(block, sources)}` };
    result.set(kept, region.offset - state.memory.offset);
  }
  return { kind: "memory", memory: result };
}

interface Source {
  readonly block: Block;
  readonly memory: Float64Array;
}

/** Coordinates up to which dense matrices stand between two structures. */
const affordable = 1000;

function clash(block: Block, sources: readonly Source[]): string {
  const kinds = [...new Set(sources.map((s) => s.block.form.kind))].join(", ");
  return `${kinds} information of these sizes can't be kept as ${block.form.kind} without a loss`;
}

/** What parts of blocks are as one block; null where that can't be had. */
function assembled(block: Block, places: Int32Array, sources: readonly Source[]): Float64Array | null {
  const [only] = sources;
  if (only === undefined) return structureOf(block.form).fromDiagonal(new Float64Array(block.size), block);
  const same =
    sources.length === 1 &&
    JSON.stringify(only.block.form) === JSON.stringify(block.form) &&
    only.block.size === block.size &&
    places.every((place, i) => place === only.block.first + i);
  if (same) return only.memory.slice();
  // a level that a part lacks would count in the share of the rest
  if (block.form.kind === "scalar" && only.block.form.kind === "scalar" && sources.length === 1)
    return Float64Array.of(((only.memory[0] as number) * only.block.size) / block.size);
  if (block.form.kind === "root" && sources.every((s) => s.block.form.kind === "root"))
    return roots(block, places, sources);
  if (block.form.kind === "lowrank" && sources.length === 1) return directions(block, places, only);
  if (block.form.kind === "kronecker" || block.form.kind === "lowrank" || block.form.kind === "scalar") return null;
  return entrywise(block, places, sources);
}

/** Where each coordinate of a source is in the block; −1 where it has none. */
function inverse(places: Int32Array, { first, size }: Block): Int32Array {
  const target = new Int32Array(size).fill(-1);
  for (const [i, place] of places.entries()) if (place >= first && place < first + size) target[place - first] = i;
  return target;
}

function entrywise(block: Block, places: Int32Array, sources: readonly Source[]): Float64Array | null {
  const structure = structureOf(block.form);
  const { size } = block;
  const rooted = block.form.kind === "root";
  if (rooted && size > affordable) return null;
  const dense = rooted ? new Float64Array(size * size) : null;
  const kept = new Float64Array(structure.length(block));
  const at = locator(block);
  for (const source of sources) {
    const target = inverse(places, source.block);
    const found = entriesOf(source);
    if (found === null) return null;
    for (const [a, b, value] of found) {
      const [i, j] = [target[a] as number, target[b] as number];
      if (i < 0 || j < 0 || value === 0) continue;
      if (dense !== null) {
        dense[i * size + j] = value;
        dense[j * size + i] = value;
        continue;
      }
      const place = at(Math.max(i, j), Math.min(i, j));
      if (place < 0) return null;
      kept[place] = value;
    }
  }
  return dense === null ? kept : structure.fromDense(dense, block);
}

/** Entries of the lower triangle of a source's matrix, those that may not be zero; null where they are too many. */
function entriesOf({ block, memory }: Source): Iterable<readonly [number, number, number]> | null {
  const { size, form } = block;
  switch (form.kind) {
    case "diagonal":
      return (function* () {
        for (let i = 0; i < size; i++) yield [i, i, memory[i] as number] as const;
      })();
    case "scalar":
      return (function* () {
        for (let i = 0; i < size; i++) yield [i, i, memory[0] as number] as const;
      })();
    case "arrow":
      return (function* () {
        for (const [at, i, j] of arrowEntries(block as Parameters<typeof arrowEntries>[0]))
          yield [i, j, memory[at] as number] as const;
      })();
    case "full":
      return lower(memory, size);
    case "root":
    case "lowrank":
    case "kronecker":
      return size > affordable ? null : lower(structureOf(form).toDense(memory, block), size);
  }
}

function* lower(dense: Float64Array, size: number): Generator<readonly [number, number, number]> {
  for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) yield [i, j, dense[i * size + j] as number];
}

/** Where a block keeps the entry of a line and a column not after it; −1 where it does not. */
function locator(block: Block): (line: number, column: number) => number {
  const { size, form } = block;
  if (form.kind === "diagonal") return (i, j) => (i === j ? i : -1);
  if (form.kind !== "arrow") return (i, j) => i * size + j;
  const found = new Map<number, number>();
  for (const [at, i, j] of arrowEntries(block as Parameters<typeof arrowEntries>[0]))
    found.set(Math.max(i, j) * size + Math.min(i, j), at);
  return (i, j) => found.get(i * size + j) ?? -1;
}

/** The rows of roots, moved to their places, brought to a triangle by rotations: the condition is not squared. */
function roots(block: Block, places: Int32Array, sources: readonly Source[]): Float64Array {
  const { size } = block;
  const rows: Float64Array[] = [];
  for (const source of sources) {
    const target = inverse(places, source.block);
    const width = source.block.size;
    for (let k = 0; k < width; k++) {
      const row = new Float64Array(size);
      for (let j = k; j < width; j++)
        if ((target[j] as number) >= 0) row[target[j] as number] = source.memory[k * width + j] as number;
      rows.push(row);
    }
  }
  const kept = new Float64Array(structureOf(block.form).length(block));
  kept.set(triangle(rows, size));
  return kept;
}

/** Diagonal and directions of a low rank, moved to their places. */
function directions(block: Block, places: Int32Array, source: Source): Float64Array | null {
  if (block.form.kind !== "lowrank" || source.block.form.kind !== "lowrank") return null;
  const [rank, before] = [block.form.rank, source.block.form.rank];
  if (before > rank) return null;
  const kept = new Float64Array(block.size + block.size * rank);
  const width = source.block.size;
  for (const [a, i] of inverse(places, source.block).entries()) {
    if (i < 0) continue;
    kept[i] = source.memory[a] as number;
    for (let k = 0; k < before; k++) kept[block.size + i * rank + k] = source.memory[width + a * before + k] as number;
  }
  return kept;
}

/** The upper triangle R of size × size with RᵀR = Σ rows rowᵀ row. */
function triangle(rows: readonly Float64Array[], size: number): Float64Array {
  const lines = Array.from({ length: Math.max(size, rows.length) }, (_, k) => rows[k] ?? new Float64Array(size));
  const upper = new QrDecomposition(new Matrix(lines)).upperTriangularMatrix;
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const sign = upper.get(i, i) < 0 ? -1 : 1;
    for (let j = i; j < size; j++) result[i * size + j] = sign * upper.get(i, j);
  }
  return result;
}
