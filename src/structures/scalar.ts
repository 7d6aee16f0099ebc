// Scalar: one number, the mean of the diagonal; with it a step is stochastic gradient descent whose rate is learnt.

import type { Output } from "../ir/index.ts";
import { addAll, kernel, linear, partsIn, type Structure } from "./structure.ts";

export const scalar: Structure = {
  kind: "scalar",
  length: () => 1,
  factorLength: () => 1,

  accumulate(_sink, each, block, information, factors) {
    const { graph } = each;
    const share = graph.div(factors.weight, graph.constant(block.size));
    const outputs = partsIn(block, factors.parts).map(({ node: z }): Output => {
      const node = graph.mul(share, graph.sumAll(graph.mul(z, z)));
      return { node: graph.sumRows(graph.perRow(node)), region: information, at: 0, laneStride: 0, mode: "add" };
    });
    each.emit({ kind: "compute", outputs });
  },

  accumulateHessian: null,

  ...linear,

  factorize(sink, { size }, terms, diagonals, factor, status) {
    sink.emit({ kind: "routine", routine: { name: "zero", target: factor } });
    addAll(sink, factor, terms);
    for (const source of diagonals) kernel(sink, "addMean", [factor, source, size], size);
    sink.emit({ kind: "routine", routine: { name: "diagonalCheck", matrix: factor, status, size: 1 } });
  },

  solve(sink, { size }, factor, source, target) {
    kernel(sink, "divideByOne", [factor, source, target, size], size);
  },

  multiply(sink, { size }, information, source, target) {
    kernel(sink, "multiplyByOne", [information, source, target, size], size);
  },

  invert(sink, { size }, factor, target, logdet) {
    kernel(sink, "scalarInverse", [factor, target, logdet, size], size);
  },

  diagonal(sink, { size }, information, target) {
    kernel(sink, "addToAll", [information, target, size], size);
  },

  sample(sink, { size }, factor, source, target) {
    kernel(sink, "scalarSample", [factor, source, target, size], size);
  },

  toDense(information, { size }) {
    const dense = new Float64Array(size * size);
    for (let i = 0; i < size; i++) dense[i * size + i] = information[0] as number;
    return dense;
  },

  fromDense(dense, { size }) {
    let trace = 0;
    for (let i = 0; i < size; i++) trace += dense[i * size + i] as number;
    return Float64Array.of(trace / Math.max(1, size));
  },

  fromDiagonal: (values, { size }) => Float64Array.of(values.reduce((sum, x) => sum + x, 0) / Math.max(1, size)),
};
