// Scalar: one number, the mean of the diagonal; with it a step is stochastic gradient descent whose rate is learnt.

import type { Output } from "../ir/index.ts";
import { partsIn, type Structure } from "./structure.ts";

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

  absorb(sink, _block, memory, information) {
    sink.emit({ kind: "routine", routine: { name: "add", target: memory, source: information } });
  },

  scale(sink, _block, target, factor) {
    sink.emit({ kind: "routine", routine: { name: "scale", target, factor } });
  },

  factorize(sink, { size }, terms, diagonals, factor, status) {
    sink.emit({ kind: "routine", routine: { name: "zero", target: factor } });
    for (const source of terms) sink.emit({ kind: "routine", routine: { name: "add", target: factor, source } });
    for (const source of diagonals)
      sink.emit({
        kind: "routine",
        routine: { name: "kernel", kernel: "addMean", args: [factor, source, size], flops: size },
      });
    sink.emit({ kind: "routine", routine: { name: "diagonalCheck", matrix: factor, status, size: 1 } });
  },

  solve(sink, { size }, factor, source, target) {
    sink.emit({
      kind: "routine",
      routine: { name: "kernel", kernel: "divideByOne", args: [factor, source, target, size], flops: size },
    });
  },

  multiply(sink, { size }, information, source, target) {
    sink.emit({
      kind: "routine",
      routine: { name: "kernel", kernel: "multiplyByOne", args: [information, source, target, size], flops: size },
    });
  },

  invert(sink, { size }, factor, target, logdet) {
    sink.emit({
      kind: "routine",
      routine: { name: "kernel", kernel: "scalarInverse", args: [factor, target, logdet, size], flops: size },
    });
  },

  diagonal(sink, { size }, information, target) {
    sink.emit({
      kind: "routine",
      routine: { name: "kernel", kernel: "addToAll", args: [information, target, size], flops: size },
    });
  },

  sample(sink, { size }, factor, source, target) {
    sink.emit({
      kind: "routine",
      routine: { name: "kernel", kernel: "scalarSample", args: [factor, source, target, size], flops: size },
    });
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
