// Declared parameters from unconstrained coordinates (mathematics.md §4): the value T(φ) and log |∂T/∂φ| as nodes,
// and the inverse on numbers for starting values. Simplex: stick-breaking, centred so that φ = 0 is uniform; ordered:
// first coordinate free, then logarithms of the steps (Stan reference manual, "Constraint transforms").

import type { Transform } from "./density.ts";
import type { GraphBuilder, NodeId } from "./graph.ts";
import { type Dim, elements, known, offset, type Shape } from "./shape.ts";

/** A declared value and the log-determinant of its Jacobian, summed over elements; null for the identity. */
export interface Transformed {
  readonly value: NodeId;
  readonly logJacobian: NodeId | null;
}

/** Shape of φ for a declared shape: a simplex of K has K − 1 coordinates. */
export function freeShape(transform: Transform, shape: Shape): Shape {
  if (transform.kind !== "simplex") return shape;
  return [...shape.slice(0, -1), offset(shape[shape.length - 1] as Dim, -1)];
}

/** T(φ) for a declared shape, of at most two axes where the transform is not elementwise. */
export function transformed(g: GraphBuilder, transform: Transform, phi: NodeId, shape: Shape): Transformed {
  const constant = (x: number): NodeId => g.constant(x, shape);
  switch (transform.kind) {
    case "identity":
      return { value: phi, logJacobian: null };
    case "lower":
      return { value: g.add(constant(transform.lower), g.apply("exp", [phi])), logJacobian: g.sumAll(phi) };
    case "upper":
      return { value: g.sub(constant(transform.upper), g.apply("exp", [phi])), logJacobian: g.sumAll(phi) };
    case "interval": {
      const width = transform.upper - transform.lower;
      const share = g.apply("sigmoid", [phi]);
      const value = g.add(constant(transform.lower), g.mul(constant(width), share));
      const sides = g.add(g.apply("softplus", [phi]), g.apply("softplus", [g.neg(phi)]));
      return { value, logJacobian: g.sumAll(g.sub(constant(Math.log(width)), sides)) };
    }
    case "simplex":
      return alongLast(g, phi, shape, simplex);
    case "ordered":
      return alongLast(g, phi, shape, ordered);
  }
}

type Columns = (
  g: GraphBuilder,
  phi: NodeId,
  size: Dim,
  columns: Shape,
) => { readonly value: NodeId; readonly logJacobian: NodeId };

/** Runs a transform of the first axis along the last one. */
function alongLast(g: GraphBuilder, phi: NodeId, shape: Shape, transform: Columns): Transformed {
  const size = shape[shape.length - 1] as Dim;
  if (shape.length === 1) return transform(g, phi, size, []);
  const { value, logJacobian } = transform(g, g.transpose(phi), size, shape.slice(0, 1));
  return { value: g.transpose(value), logJacobian };
}

/**
 * With u_k = φ_k − log(K − k), z = sigmoid(u): log x_k = log z_k + Σ_{j<k} log(1 − z_j), log z_K = 0;
 * log |J| = Σ_{k<K} log z_k + log(1 − z_k) + Σ_{j<k} log(1 − z_j).
 */
function simplex(
  g: GraphBuilder,
  phi: NodeId,
  size: Dim,
  columns: Shape,
): Transformed & { readonly logJacobian: NodeId } {
  const free = offset(size, -1);
  const left = g.apply("log", [g.sub(g.size(free), g.iota(free))]);
  let centre = left;
  for (const dim of columns) centre = g.expand(centre, 1, dim);
  const u = g.sub(phi, centre);
  const taken = g.neg(g.apply("softplus", [g.neg(u)]));
  const kept = g.neg(g.apply("softplus", [u]));
  const rest = g.pad(g.cumsum(kept), 1, size);
  const value = g.apply("exp", [g.add(g.pad(taken, 0, size), rest)]);
  const logJacobian = g.add(g.sumAll(g.add(taken, kept)), g.sumAll(g.slice(rest, 0, free)));
  return { value, logJacobian };
}

function ordered(g: GraphBuilder, phi: NodeId, size: Dim): Transformed & { readonly logJacobian: NodeId } {
  const steps = g.slice(phi, 1, offset(size, -1));
  const parts = g.add(g.pad(g.slice(phi, 0, 1), 0, size), g.pad(g.apply("exp", [steps]), 1, size));
  return { value: g.cumsum(parts), logJacobian: g.sumAll(steps) };
}

/** T⁻¹ on numbers: declared values (row-major, of a bound declared shape) to coordinates. */
export function free(transform: Transform, values: Float64Array, shape: Shape): Float64Array {
  switch (transform.kind) {
    case "identity":
      return values.slice();
    case "lower":
      return values.map((x) => Math.log(x - transform.lower));
    case "upper":
      return values.map((x) => Math.log(transform.upper - x));
    case "interval":
      return values.map((x) => Math.log((x - transform.lower) / (transform.upper - x)));
    case "simplex":
    case "ordered": {
      const size = known(shape[shape.length - 1] as Dim);
      const width = transform.kind === "simplex" ? size - 1 : size;
      const rows = elements(shape) / size;
      const result = new Float64Array(rows * width);
      for (let row = 0; row < rows; row++) {
        const from = values.subarray(row * size, (row + 1) * size);
        const to = result.subarray(row * width, (row + 1) * width);
        if (transform.kind === "simplex") freeSimplex(from, to);
        else for (let k = 0; k < size; k++) to[k] = k === 0 ? from[0] : Math.log(from[k] - from[k - 1]);
      }
      return result;
    }
  }
}

/** φ_k = logit(x_k / Σ_{j≥k} x_j) + log(K − k), the tail summed from its small end. */
function freeSimplex(x: Float64Array, phi: Float64Array): void {
  let tail = x[x.length - 1];
  for (let k = x.length - 2; k >= 0; k--) {
    phi[k] = Math.log(x[k] / tail) + Math.log(x.length - 1 - k);
    tail += x[k];
  }
}
