// Full: the whole symmetric matrix, size × size, row-major, lower triangle valid. Solved by the Cholesky
// factor of the symmetrically scaled matrix, whose pivots also tell how near to singular it is.

import { elements, type NodeId, type Output, type Region } from "../ir/index.ts";
import { type Block, type Factor, part, type StepSink, type Structure } from "./structure.ts";

export const full: Structure = {
  kind: "full",
  length: (size) => size * size,
  factorLength: (size) => size * size + size,
  cost: (size) => ({ perFactor: (size * (size + 1)) / 2, perSolve: size ** 3 / 6 + 2 * size * size }),

  accumulate(sink, block, information, factor) {
    const { factors, weight, positions } = assemble(sink, block, factor);
    const routine = { name: "rankUpdate", target: information, factors, weight, positions, size: block.size } as const;
    sink.emit({ kind: "routine", routine });
  },

  accumulateColumn(sink, block, information, column) {
    // column l of the Hessian fills row l: the matrix is symmetric, and the lower triangle of it is used
    const source = part(column, block.first, block.size);
    sink.emit({
      kind: "routine",
      routine: { name: "subtractAtLaneRow", target: information, source, size: block.size, first: block.first },
    });
  },

  factorize(sink, block, terms, diagonals, factor, status) {
    const { matrix, scale } = split(factor, block.size);
    sink.emit({ kind: "routine", routine: { name: "zero", target: matrix } });
    for (const source of terms) sink.emit({ kind: "routine", routine: { name: "add", target: matrix, source } });
    for (const source of diagonals)
      sink.emit({ kind: "routine", routine: { name: "addDiagonal", target: matrix, source, size: block.size } });
    sink.emit({ kind: "routine", routine: { name: "cholesky", matrix, scale, status, size: block.size } });
  },

  solve(sink, block, factor, source, target) {
    const { matrix, scale } = split(factor, block.size);
    sink.emit({ kind: "routine", routine: { name: "choleskySolve", matrix, scale, source, target, size: block.size } });
  },

  multiply(sink, block, information, source, target) {
    const routine = { name: "symmetricMultiply", matrix: information, source, target, size: block.size } as const;
    sink.emit({ kind: "routine", routine });
  },

  invert(sink, block, factor, target, logdet) {
    const { matrix, scale } = split(factor, block.size);
    const size = block.size;
    sink.emit({ kind: "routine", routine: { name: "choleskyInverseDiagonal", matrix, scale, target, size } });
    sink.emit({ kind: "routine", routine: { name: "choleskyLogdet", matrix, scale, target: logdet, size } });
  },

  diagonal(sink, block, information, target) {
    const routine = { name: "addDiagonalOf", matrix: information, target, size: block.size } as const;
    sink.emit({ kind: "routine", routine });
  },

  toDense(information, size) {
    const dense = new Float64Array(size * size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++) {
        const value = information[i * size + j] as number;
        dense[i * size + j] = value;
        dense[j * size + i] = value;
      }
    return dense;
  },
};

function split(factor: Region, size: number): { matrix: Region; scale: Region } {
  return { matrix: part(factor, 0, size * size), scale: part(factor, size * size, size) };
}

interface Assembled {
  readonly factors: Region;
  readonly weight: Region | null;
  /** Coordinates of the block that the factor touches. */
  readonly positions: readonly number[];
}

/** The rows' factors side by side, a column of rows a coordinate that the factor touches. */
function assemble(sink: StepSink, block: Block, factor: Factor): Assembled {
  const { graph, capacity } = sink;
  const touched = block.parameters.filter((place) => factor.parts.has(place.name));
  const positions = touched.flatMap((p) => Array.from({ length: p.size }, (_, k) => p.first - block.first + k));
  const factors = sink.scratch("factors", block.size * capacity);
  const outputs: Output[] = [];
  let at = 0;
  for (const place of touched) {
    const node = graph.perRow(factor.parts.get(place.name) as NodeId);
    if (elements(graph.shape(node)) !== place.size) throw new Error(`the factor of ${place.name} has the wrong size`);
    outputs.push({ node, region: factors, at, laneStride: 0, mode: "set" });
    at += place.size * capacity;
  }
  let weight: Region | null = null;
  if (graph.constantValue(factor.weight) !== 1) {
    weight = sink.scratch("weight", capacity);
    outputs.push({ node: graph.perRow(factor.weight), region: weight, at: 0, laneStride: 0, mode: "set" });
  }
  sink.emit({ kind: "compute", outputs });
  return { factors, weight, positions };
}
