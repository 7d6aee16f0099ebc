// Diagonal: one number a coordinate. Every sum stays elementwise, so sparse factors (an effect's level) cost
// only what is not zero.

import type { Output } from "../ir/index.ts";
import { kernel, linear, part, partsIn, type Structure, sumInto } from "./structure.ts";

export const diagonal: Structure = {
  kind: "diagonal",
  length: ({ size }) => size,
  factorLength: ({ size }) => size,

  accumulate(_sink, each, block, information, factors) {
    const { graph } = each;
    const outputs = partsIn(block, factors.parts).map(({ place, node: z }): Output => {
      const node = graph.mul(graph.expandTo(factors.weight, graph.shape(z)), graph.mul(z, z));
      const at = place.first - block.first;
      return { node: graph.sumRows(graph.perRow(node)), region: information, at, laneStride: 0, mode: "add" };
    });
    each.emit({ kind: "compute", outputs });
  },

  accumulateHessian(sink, block, information, hessian) {
    sink.emit({ kind: "routine", routine: { name: "zero", target: hessian.tangent } });
    for (const place of block.parameters) {
      const over = { parameters: [place], first: place.first, size: place.size, form: block.form };
      const [tangent, column] = [hessian.tangent, hessian.column].map((r) => part(r, place.first, place.size)) as [
        typeof information,
        typeof information,
      ];
      const target = part(information, place.first - block.first, place.size);
      if (hessian.separable.has(place.name)) {
        kernel(sink, "ones", [tangent, place.size], 0);
        hessian.write(sink, over);
        const factor = { kind: "number", value: -1 } as const;
        sink.emit({ kind: "routine", routine: { name: "addScaled", target, source: column, factor } });
      } else
        sink.lanes(place.size, (body) => {
          body.emit({ kind: "routine", routine: { name: "unit", target: tangent } });
          hessian.write(body, over);
          body.emit({ kind: "routine", routine: { name: "addAtLane", target, source: column, factor: -1, first: 0 } });
        });
      sink.emit({ kind: "routine", routine: { name: "zero", target: tangent } });
    }
  },

  ...linear,

  factorize(sink, { size }, terms, diagonals, factor, status) {
    sumInto(sink, factor, [...terms, ...diagonals]);
    sink.emit({ kind: "routine", routine: { name: "diagonalCheck", matrix: factor, status, size } });
  },

  solve(sink, { size }, factor, source, target) {
    sink.emit({ kind: "routine", routine: { name: "divide", matrix: factor, source, target, size } });
  },

  multiply(sink, { size }, information, source, target) {
    sink.emit({ kind: "routine", routine: { name: "multiply", matrix: information, source, target, size } });
  },

  invert(sink, { size }, factor, target, logdet) {
    sink.emit({ kind: "routine", routine: { name: "reciprocal", source: factor, target, size } });
    sink.emit({ kind: "routine", routine: { name: "sumLog", matrix: factor, target: logdet, size } });
  },

  diagonal(sink, _block, information, target) {
    sink.emit({ kind: "routine", routine: { name: "add", target, source: information } });
  },

  sample(sink, { size }, factor, source, target) {
    kernel(sink, "diagonalSample", [factor, source, target, size], 6 * size);
  },

  toDense(information, { size }) {
    const dense = new Float64Array(size * size);
    for (let i = 0; i < size; i++) dense[i * size + i] = information[i] as number;
    return dense;
  },

  fromDense: (dense, { size }) => Float64Array.from({ length: size }, (_, i) => dense[i * size + i] as number),

  fromDiagonal: (values) => values.slice(),
};
