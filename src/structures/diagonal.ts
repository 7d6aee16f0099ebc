// Diagonal: one number a coordinate. Every sum stays elementwise, so sparse factors (an effect's level) cost
// only what is not zero.

import { type ByParameter, elements, type Output } from "../ir/index.ts";
import { part, type StepSink, type Structure } from "./structure.ts";

export const diagonal: Structure = {
  kind: "diagonal",
  length: (size) => size,
  factorLength: (size) => size,
  cost: (size, density) => ({ perFactor: 2 * Math.max(1, size * density), perSolve: 2 * size }),

  accumulate(sink, block, information, factor) {
    const { graph } = sink;
    const outputs: Output[] = [];
    for (const place of block.parameters) {
      const z = factor.parts.get(place.name);
      if (z === undefined) continue;
      const node = graph.mul(graph.expandTo(factor.weight, graph.shape(z)), graph.mul(z, z));
      const at = place.first - block.first;
      outputs.push({ node: graph.sumRows(graph.perRow(node)), region: information, at, laneStride: 0, mode: "add" });
    }
    sink.emit({ kind: "compute", outputs });
  },

  accumulateColumn(sink, block, information, column) {
    const source = part(column, block.first, block.size);
    const routine = { name: "addAtLane", target: information, source, factor: -1, first: block.first } as const;
    sink.emit({ kind: "routine", routine });
  },

  factorize(sink, block, terms, diagonals, factor, status) {
    const size = block.size;
    sink.emit({ kind: "routine", routine: { name: "zero", target: factor } });
    for (const source of [...terms, ...diagonals])
      sink.emit({ kind: "routine", routine: { name: "add", target: factor, source } });
    sink.emit({ kind: "routine", routine: { name: "diagonalCheck", matrix: factor, status, size } });
  },

  solve(sink, block, factor, source, target) {
    sink.emit({ kind: "routine", routine: { name: "divide", matrix: factor, source, target, size: block.size } });
  },

  multiply(sink, block, information, source, target) {
    const routine = { name: "multiply", matrix: information, source, target, size: block.size } as const;
    sink.emit({ kind: "routine", routine });
  },

  invert(sink, block, factor, target, logdet) {
    const size = block.size;
    sink.emit({ kind: "routine", routine: { name: "reciprocal", source: factor, target, size } });
    sink.emit({ kind: "routine", routine: { name: "sumLog", matrix: factor, target: logdet, size } });
  },

  diagonal(sink, _block, information, target) {
    sink.emit({ kind: "routine", routine: { name: "add", target, source: information } });
  },

  toDense(information, size) {
    const dense = new Float64Array(size * size);
    for (let i = 0; i < size; i++) dense[i * size + i] = information[i] as number;
    return dense;
  },
};

/** Mean share of a factor's coordinates that are not zero: a level-indexed part touches one level. */
export function sharePerFactor(sink: Pick<StepSink, "graph">, parts: ByParameter, size: number): number {
  let touched = 0;
  for (const node of parts.values()) {
    const { op, shape, args } = sink.graph.node(node);
    touched +=
      op === "scatter" || op === "place" ? elements(sink.graph.shape(args[0] as typeof node)) : elements(shape);
  }
  return size === 0 ? 0 : touched / size;
}
