// Full: the whole symmetric matrix, size × size, row-major, lower triangle valid. Solved by the Cholesky
// factor of the symmetrically scaled matrix, whose pivots also tell how near to singular it is.

import { type Region, runsOf } from "../ir/index.ts";
import { scalarColumn, touchedColumns } from "./columns.ts";
import { kernel, linear, part, type Structure, sumInto } from "./structure.ts";

export const full: Structure = {
  kind: "full",
  length: ({ size }) => size * size,
  factorLength: ({ size }) => size * size + size,

  accumulate(_sink, each, block, information, factors) {
    const { region, positions } = touchedColumns(each, block.parameters, block.first, factors);
    const weight = scalarColumn(each, "weight", factors.weight);
    const { size } = block;
    each.emit({
      kind: "routine",
      routine: { name: "rankUpdate", target: information, factors: region, weight, positions, size },
    });
  },

  append(each, block, memory, factor, factors, rows) {
    const { region, positions } = touchedColumns(each, block.parameters, block.first, factors);
    const weight = scalarColumn(each, "weight", factors.weight);
    const { size } = block;
    const { matrix, scale } = split(factor, size);
    each.emit({
      kind: "routine",
      routine: { name: "rankUpdate", target: memory, factors: region, weight, positions, size },
    });
    const vectors = each.scratch("appended", rows * size);
    const rotations = each.scratch("rotations", 2 * size);
    kernel(each, "fillRows", [vectors, size, "rows"], rows * size);
    for (const { first, at, count } of runsOf(positions))
      kernel(each, "placeRows", [vectors, size, first, region, at, count, "rows", "capacity"], rows * count);
    const args = [matrix, scale, size, vectors, weight ?? -1, "rows", rotations] as const;
    kernel(each, "choleskyAppend", args, 2 * rows * size * size);
  },

  accumulateHessian(sink, block, information, hessian) {
    const { first, size } = block;
    const [tangent, source] = [part(hessian.tangent, first, size), part(hessian.column, first, size)];
    sink.emit({ kind: "routine", routine: { name: "zero", target: hessian.tangent } });
    sink.lanes(size, (body) => {
      body.emit({ kind: "routine", routine: { name: "unit", target: tangent } });
      hessian.write(body, block);
      // column l of the Hessian fills row l: the matrix is symmetric, and the lower triangle of it is used
      body.emit({
        kind: "routine",
        routine: { name: "subtractAtLaneRow", target: information, source, size, first: 0 },
      });
    });
  },

  ...linear,

  factorize(sink, { size }, terms, diagonals, factor, status) {
    const { matrix, scale } = split(factor, size);
    sumInto(sink, matrix, terms);
    for (const source of diagonals)
      sink.emit({ kind: "routine", routine: { name: "addDiagonal", target: matrix, source, size } });
    sink.emit({ kind: "routine", routine: { name: "cholesky", matrix, scale, status, size } });
  },

  solve(sink, { size }, factor, source, target) {
    const { matrix, scale } = split(factor, size);
    sink.emit({ kind: "routine", routine: { name: "choleskySolve", matrix, scale, source, target, size } });
  },

  multiply(sink, { size }, information, source, target) {
    const routine = { name: "symmetricMultiply", matrix: information, source, target, size } as const;
    sink.emit({ kind: "routine", routine });
  },

  invert(sink, { size }, factor, target, logdet) {
    const { matrix, scale } = split(factor, size);
    sink.emit({ kind: "routine", routine: { name: "choleskyInverseDiagonal", matrix, scale, target, size } });
    sink.emit({ kind: "routine", routine: { name: "choleskyLogdet", matrix, scale, target: logdet, size } });
  },

  diagonal(sink, { size }, information, target) {
    sink.emit({ kind: "routine", routine: { name: "addDiagonalOf", matrix: information, target, size } });
  },

  sample(sink, { size }, factor, source, target) {
    const { matrix, scale } = split(factor, size);
    const work = 3 * size * size;
    kernel(sink, "choleskySample", [matrix, scale, source, target, size], work);
  },

  toDense(information, { size }) {
    const dense = new Float64Array(size * size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++) {
        const value = information[i * size + j] as number;
        dense[i * size + j] = value;
        dense[j * size + i] = value;
      }
    return dense;
  },

  fromDense: (dense) => dense.slice(),

  fromDiagonal(diagonal, { size }) {
    const dense = new Float64Array(size * size);
    for (const [i, value] of diagonal.entries()) dense[i * size + i] = value;
    return dense;
  },
};

function split(factor: Region, size: number): { matrix: Region; scale: Region } {
  return { matrix: part(factor, 0, size * size), scale: part(factor, size * size, size) };
}
