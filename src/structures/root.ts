// Root: the whole information as its square root, an upper factor R with RᵀR = I (size × size, row-major), so that its
// condition is never squared. With it the right-hand side d, Rᵀd being the score of the rows that R holds, how many rows
// that are, what is left of their residuals, and the score in twice the precision: a step is then the least squares
// solution by orthogonal transformations, R⁻¹d, refined once. The right-hand side belongs to a pass; a memory has none.

import type { Region } from "../ir/index.ts";
import { scalarColumn, whitenedColumns } from "./columns.ts";
import { kernel, type Structure } from "./structure.ts";

export const root: Structure = {
  kind: "root",
  length: ({ size }) => lengthOf(size),
  factorLength: ({ size }) => lengthOf(size),

  accumulate(_sink, each, block, information, factors) {
    const { graph, capacity } = each;
    const { size } = block;
    const [one, zero] = [graph.constant(1), graph.constant(0)];
    // rows that weigh nothing may have no residual
    const empty = graph.apply("eq", [factors.weight, zero]);
    const own = factors.residual === null ? null : graph.apply("select", [empty, zero, factors.residual]);
    // as they are, for the score; the kernel multiplies by the root of the weight
    const { region, residual } = whitenedColumns(each, block.parameters, { ...factors, weight: one, residual: own });
    const weights = scalarColumn(each, "root weight", graph.apply("sqrt", [factors.weight])) ?? -1;
    const work = each.scratch("root work", capacity);
    const known = own === null ? 0 : 1;
    const args = [information, size, region, "capacity", residual, weights, "rows", known, work] as const;
    kernel(each, "rootAppend", args, capacity * size * (size + 12));
  },

  accumulateHessian: null,

  absorb(sink, { size }, memory, information) {
    const row = sink.scratch("root row", size + 1);
    kernel(sink, "rootJoin", [memory, information, size, row, 0], (2 / 3) * size ** 3);
  },

  scale(sink, { size }, information, factor) {
    const by = sink.scratch("factor", 1);
    sink.emit({ kind: "assign", region: by, at: 0, value: factor });
    kernel(sink, "rootScale", [information, by, size], size * size);
  },

  factorize(sink, { size }, terms, diagonals, factor, status) {
    const row = sink.scratch("root row", size + 1);
    const [first, ...others] = terms as [Region, ...Region[]];
    sink.emit({ kind: "routine", routine: { name: "copy", target: factor, source: first } });
    for (const term of others) kernel(sink, "rootJoin", [factor, term, size, row, 1], (2 / 3) * size ** 3);
    // most entries are zero most of the time
    for (const diagonal of diagonals) kernel(sink, "rootDamp", [factor, diagonal, size, row], size ** 3 / 6);
    kernel(sink, "rootCheck", [factor, status, size, row], size * size);
  },

  solve(sink, { size }, factor, source, target, score) {
    if (score === null) kernel(sink, "rootSolve", [factor, source, target, size], size * size);
    else {
      const work = sink.scratch("root lines", 2 * size);
      kernel(sink, "rootSolveScore", [factor, source, target, score, size, work], 8 * size * size);
    }
  },

  multiply(sink, { size }, information, source, target) {
    kernel(sink, "rootMultiply", [information, source, target, size], size * size);
  },

  invert(sink, { size }, factor, target, logdet) {
    const row = sink.scratch("root row", size + 1);
    kernel(sink, "rootInvert", [factor, target, logdet, size, row], size ** 3 / 6);
  },

  diagonal(sink, { size }, information, target) {
    kernel(sink, "rootDiagonal", [information, target, size], (size * size) / 2);
  },

  sample(sink, { size }, factor, source, target) {
    kernel(sink, "rootSample", [factor, source, target, size], (size * size) / 2);
  },

  toDense(information, { size }) {
    const dense = new Float64Array(size * size);
    for (let k = 0; k < size; k++)
      for (let i = k; i < size; i++)
        for (let j = k; j < size; j++) {
          const at = i * size + j;
          dense[at] = (dense[at] as number) + entry(information, size, k, i) * entry(information, size, k, j);
        }
    return dense;
  },

  fromDense(dense, { size }) {
    const factor = new Float64Array(lengthOf(size));
    for (let k = 0; k < size; k++) {
      let pivot = entry(dense, size, k, k);
      for (let l = 0; l < k; l++) pivot -= entry(factor, size, l, k) ** 2;
      // what is not positive is rounding, and its row is nothing
      if (!(pivot > 8 * Number.EPSILON * size * entry(dense, size, k, k))) continue;
      for (let j = k; j < size; j++) {
        let sum = entry(dense, size, k, j);
        for (let l = 0; l < k; l++) sum -= entry(factor, size, l, k) * entry(factor, size, l, j);
        factor[k * size + j] = sum / Math.sqrt(pivot);
      }
    }
    return factor;
  },

  fromDiagonal(diagonal, { size }) {
    const factor = new Float64Array(lengthOf(size));
    for (const [i, value] of diagonal.entries()) factor[i * size + i] = Math.sqrt(value);
    return factor;
  },
};

function lengthOf(size: number): number {
  return size * size + 3 * size + 2;
}

function entry(matrix: Float64Array, size: number, i: number, j: number): number {
  return matrix[i * size + j] as number;
}
