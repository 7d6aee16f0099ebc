// Geometric medians: the point with the least sum of distances to given ones, which fewer than half of them can't carry
// away. Of points in a Euclidean metric, and of positive definite matrices in the affine-invariant one, d(A, B) = ‖log
// A^−½ B A^−½‖ (Fletcher, Venkatasubramanian and Joshi 2009); both by Weiszfeld's iterations, with the step of Vardi and
// Zhang (2000) where the point in hand is one of the given. Both problems are convex, so that any start will do.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** A positive definite matrix as independent pieces: dense ones, row-major, and diagonals. */
export type Pieces = readonly Piece[];
export interface Piece {
  readonly kind: "dense" | "diagonal";
  readonly size: number;
  readonly values: Float64Array;
}

/** When to stop: a step shorter than `tolerance`, or so many steps. */
export interface Patience {
  readonly tolerance: number;
  readonly steps: number;
}

const patient: Patience = { tolerance: 1e-11, steps: 500 };

/** Weights of a Weiszfeld step towards items at these distances, and the share of it that is made. */
function pull(distances: readonly number[], normOf: (weights: readonly number[]) => number): readonly number[] {
  const scale = Math.max(...distances);
  if (scale === 0) return distances.map(() => 0);
  const apart = distances.map((d) => d > 1e-12 * scale);
  const weights = distances.map((d, k) => (apart[k] ? 1 / d : 0));
  const sum = weights.reduce((a, b) => a + b, 0);
  const here = apart.filter((away) => !away).length;
  // items that are the point itself hold it with a force of one each
  const force = here === 0 ? 0 : normOf(weights);
  const share = here === 0 ? 1 : Math.max(0, 1 - here / force);
  return weights.map((w) => (share * w) / sum);
}

/** The geometric median of points, in the metric that a length of differences gives (the plain one unless said). */
export function medianPoint(
  points: readonly Float64Array[],
  metric: ((difference: Float64Array) => number) | null = null,
  patience: Patience = patient,
): Float64Array {
  const [first] = points;
  if (first === undefined) throw new Error("the median of nothing");
  const length = metric ?? ((difference: Float64Array): number => Math.sqrt(difference.reduce((s, x) => s + x * x, 0)));
  let median = first.map((_, i) => points.reduce((sum, p) => sum + (p[i] as number), 0) / points.length);
  for (let step = 0; step < patience.steps; step++) {
    const gaps = points.map((point) => point.map((x, i) => x - (median[i] as number)));
    const total = (weights: readonly number[]): Float64Array =>
      median.map((_, i) => gaps.reduce((sum, gap, k) => sum + (weights[k] as number) * (gap[i] as number), 0));
    const distances = gaps.map(length);
    const move = total(pull(distances, (weights) => length(total(weights))));
    median = median.map((x, i) => x + (move[i] as number));
    if (length(move) <= patience.tolerance * (Math.max(...distances) + Number.MIN_VALUE)) break;
  }
  return median;
}

/** A symmetric matrix with its eigenvalues mapped. */
function mapped(matrix: Matrix, map: (value: number) => number): Matrix {
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const scaled = eigenvectorMatrix.clone();
  for (const [j, value] of realEigenvalues.entries()) scaled.mulColumn(j, map(value));
  return scaled.mmul(eigenvectorMatrix.transpose());
}

/** Matrices around one of them, piece by piece, as symmetric matrices in its tangent space. */
interface Tangent {
  /** log A^−½ B A^−½ */
  log(other: Pieces): readonly Float64Array[];
  /** A^½ exp(W) A^½ */
  exp(step: readonly Float64Array[]): Pieces;
}

function tangentAt(centre: Pieces): Tangent {
  const roots = centre.map(({ kind, size, values }) => {
    if (kind === "diagonal") return null;
    const matrix = Matrix.from1DArray(size, size, values);
    const { eigenvectorMatrix: vectors, realEigenvalues } = new EigenvalueDecomposition(matrix, {
      assumeSymmetric: true,
    });
    const power = (exponent: number): Matrix => {
      const scaled = vectors.clone();
      for (const [j, value] of realEigenvalues.entries())
        scaled.mulColumn(j, Math.max(value, Number.MIN_VALUE) ** exponent);
      return scaled.mmul(vectors.transpose());
    };
    return { up: power(0.5), down: power(-0.5) };
  });
  const between = (side: Matrix, values: Float64Array, size: number): Matrix =>
    side.mmul(Matrix.from1DArray(size, size, values)).mmul(side);
  return {
    log: (other) =>
      other.map(({ size, values }, k) => {
        const root = roots[k] ?? null;
        if (root === null) return values.map((x, i) => Math.log(x / (centre[k]?.values[i] as number)));
        const inner = between(root.down, values, size);
        return Float64Array.from(mapped(symmetric(inner), (x) => Math.log(Math.max(x, Number.MIN_VALUE))).to1DArray());
      }),
    exp: (step) =>
      centre.map(({ kind, size, values }, k) => {
        const by = step[k] as Float64Array;
        const root = roots[k] ?? null;
        if (root === null) return { kind, size, values: values.map((x, i) => x * Math.exp(by[i] as number)) };
        const grown = mapped(Matrix.from1DArray(size, size, by), Math.exp);
        return { kind, size, values: Float64Array.from(symmetric(root.up.mmul(grown).mmul(root.up)).to1DArray()) };
      }),
  };
}

function symmetric(matrix: Matrix): Matrix {
  return Matrix.add(matrix, matrix.transpose()).mul(0.5);
}

function norm(step: readonly Float64Array[]): number {
  return Math.sqrt(step.reduce((sum, values) => values.reduce((s, x) => s + x * x, sum), 0));
}

/**
 * The geometric median of positive definite matrices in the affine-invariant metric, and their distances from it:
 * median(A Mₖ Aᵀ) = A median(Mₖ) Aᵀ, and the median of the inverses is the inverse of the median.
 */
export function medianInformation(
  matrices: readonly Pieces[],
  patience: Patience = patient,
): { readonly median: Pieces; readonly distances: readonly number[] } {
  const [first] = matrices;
  if (first === undefined) throw new Error("the median of nothing");
  // coordinates in units in which the matrices are near one
  const scales = first.map(({ kind, size }, k) =>
    Float64Array.from({ length: size }, (_, i) => {
      const at = kind === "dense" ? i * size + i : i;
      const logs = matrices.map((pieces) => Math.log(pieces[k]?.values[at] as number));
      return Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length / 2);
    }),
  );
  const within = matrices.map((pieces) => rescaled(pieces, scales, -1));
  const [one] = within as [Pieces, ...Pieces[]];
  const unit = one.map(
    ({ kind, size }): Piece => ({
      kind,
      size,
      values: kind === "diagonal" ? new Float64Array(size).fill(1) : Float64Array.from(Matrix.eye(size).to1DArray()),
    }),
  );
  let median: Pieces = unit;
  let distances: readonly number[] = [];
  for (let step = 0; step < patience.steps; step++) {
    const tangent = tangentAt(median);
    const logs = within.map((pieces) => tangent.log(pieces));
    distances = logs.map(norm);
    const total = (weights: readonly number[]): readonly Float64Array[] =>
      unit.map(({ values }, p) =>
        values.map((_, i) => logs.reduce((sum, log, k) => sum + (weights[k] as number) * (log[p]?.[i] as number), 0)),
      );
    const move = total(pull(distances, (weights) => norm(total(weights))));
    median = tangent.exp(move);
    if (norm(move) <= patience.tolerance * (1 + Math.max(...distances))) break;
  }
  const last = tangentAt(median);
  distances = within.map((pieces) => norm(last.log(pieces)));
  return { median: rescaled(median, scales, 1), distances };
}

/** Pieces with coordinate i in units of scaleᵢ, or back. */
function rescaled(pieces: Pieces, scales: readonly Float64Array[], way: 1 | -1): Pieces {
  return pieces.map(({ kind, size, values }, k) => {
    const scale = scales[k] as Float64Array;
    const by = (i: number, j: number): number => ((scale[i] as number) * (scale[j] as number)) ** way;
    const line = (at: number): number => Math.floor(at / size);
    return {
      kind,
      size,
      values: values.map((x, at) => x * (kind === "diagonal" ? by(at, at) : by(line(at), at % size))),
    };
  });
}
