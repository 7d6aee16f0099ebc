// How far an approximate information is from the full one. With Î = L M Lᵀ, L the Cholesky factor of the full I, the
// eigenvalues λ of M are all there is to say: KL = ½ Σ (λ − 1 − log λ), ε = max |λ − 1|. The extreme ones are found by
// Lanczos steps, since whole spectra of a thousand coordinates take long.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Divergence } from "../ir/index.ts";

/** Lanczos steps: exact up to so many coordinates, extreme eigenvalues to many digits beyond. */
const mostSteps = 80;
/** A pivot of the scaled information below this leaves it without an inverse. */
const vanishing = 1e-12;

/**
 * Compares dense symmetric matrices, row-major, with a full one; coordinates that the full one says nothing about are left
 * out. Null where the full one has no inverse even so.
 */
export function comparison(full: Float64Array, size: number): ((other: Float64Array) => Divergence) | null {
  const said = Array.from({ length: size }, (_, i) => i).filter((i) => at(full, i, i, size) > 0);
  const n = said.length;
  if (n === 0) return null;
  const unit = said.map((i) => Math.sqrt(at(full, i, i, size)));
  const scaled = (matrix: Float64Array): Float64Array => {
    const part = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        part[i * n + j] =
          at(matrix, said[i] as number, said[j] as number, size) / ((unit[i] as number) * (unit[j] as number));
    return part;
  };
  const factor = cholesky(scaled(full), n);
  if (factor === null) return null;
  const inverse = inverted(factor, n);
  const covariance = gram(inverse, n);
  return (other) => {
    const approximate = scaled(other);
    const own = cholesky(approximate, n);
    if (own === null) return { kl: unlimited, errors: nowhere, epsilon: unlimited, coordinates: n };
    const variances = columnSquares(inverted(own, n), n);
    let [trace, logdet] = [0, 0];
    for (let i = 0; i < n * n; i++) trace += (covariance[i] as number) * (approximate[i] as number);
    for (let i = 0; i < n; i++) logdet += 2 * Math.log(at(own, i, i, n) / at(factor, i, i, n));
    const ratios = variances.map((v, j) => Math.sqrt(v / at(covariance, j, j, n))).sort();
    const [least, most] = extremes(inverse, approximate, n);
    const middle = (n - 1) / 2;
    const half = ((ratios[Math.floor(middle)] as number) + (ratios[Math.ceil(middle)] as number)) / 2;
    return {
      kl: Math.max(0, (trace - n - logdet) / 2),
      errors: { least: ratios[0] as number, median: half, most: ratios[n - 1] as number },
      epsilon: Math.max(most - 1, 1 - least, 0),
      coordinates: n,
    };
  };
}

const unlimited = Number.POSITIVE_INFINITY;
const nowhere = { least: 0, median: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY };

function at(matrix: Float64Array, i: number, j: number, size: number): number {
  return matrix[i * size + j] as number;
}

/** Whether a symmetric matrix, row-major, has a negative eigenvalue by more than rounding. */
export function indefinite(matrix: Float64Array, size: number): boolean {
  let negative = false;
  cholesky(matrix, size, (pivot, diagonal) => {
    negative = pivot < -1e3 * vanishing * Math.abs(diagonal) || diagonal < 0;
  });
  return negative;
}

/** The lower factor; null where a pivot vanishes, which is told with the diagonal element that it is left of. */
function cholesky(
  matrix: Float64Array,
  n: number,
  onFailure?: (pivot: number, diagonal: number) => void,
): Float64Array | null {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = at(matrix, i, j, n);
      for (let k = 0; k < j; k++) sum -= at(factor, i, k, n) * at(factor, j, k, n);
      if (i === j && !(sum > vanishing * at(matrix, i, i, n))) {
        onFailure?.(sum, at(matrix, i, i, n));
        return null;
      }
      factor[i * n + j] = i === j ? Math.sqrt(sum) : sum / at(factor, j, j, n);
    }
  return factor;
}

/** L⁻¹ */
function inverted(factor: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const pivot = at(factor, i, i, n);
    inverse[i * n + i] = 1 / pivot;
    for (let k = 0; k < i; k++) {
      const by = at(factor, i, k, n) / pivot;
      if (by !== 0) for (let j = 0; j <= k; j++) inverse[i * n + j] = at(inverse, i, j, n) - by * at(inverse, k, j, n);
    }
  }
  return inverse;
}

/** L⁻ᵀ L⁻¹ */
function gram(inverse: Float64Array, n: number): Float64Array {
  const product = new Float64Array(n * n);
  for (let k = 0; k < n; k++)
    for (let i = 0; i <= k; i++) {
      const by = at(inverse, k, i, n);
      for (let j = 0; j <= i; j++) product[i * n + j] = at(product, i, j, n) + by * at(inverse, k, j, n);
    }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) product[j * n + i] = at(product, i, j, n);
  return product;
}

/** Squares of columns: the diagonal of L⁻ᵀ L⁻¹. */
function columnSquares(inverse: Float64Array, n: number): Float64Array {
  const squares = new Float64Array(n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) squares[j] = (squares[j] as number) + at(inverse, i, j, n) ** 2;
  return squares;
}

/** The extreme eigenvalues of L⁻¹ Î L⁻ᵀ, by Lanczos steps that keep their directions orthogonal. */
function extremes(inverse: Float64Array, approximate: Float64Array, n: number): readonly [number, number] {
  const apply = (v: Float64Array): Float64Array => {
    const [up, across, down] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) up[j] = (up[j] as number) + at(inverse, i, j, n) * (v[i] as number);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) across[i] = (across[i] as number) + at(approximate, i, j, n) * (up[j] as number);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) down[i] = (down[i] as number) + at(inverse, i, j, n) * (across[j] as number);
    return down;
  };
  const steps = Math.min(n, mostSteps);
  const basis: Float64Array[] = [];
  const [diagonal, beside]: [number[], number[]] = [[], []];
  // no direction is left out: a start whose parts all differ
  let next: Float64Array | null = unitOf(Float64Array.from({ length: n }, (_, i) => Math.sin(1 + 2.3 * i) + 1.7));
  for (let k = 0; k < steps && next !== null; k++) {
    basis.push(next);
    const image = apply(next);
    diagonal.push(dot(next, image));
    for (let round = 0; round < 2; round++)
      for (const old of basis) {
        const along = dot(old, image);
        for (let i = 0; i < n; i++) image[i] = (image[i] as number) - along * (old[i] as number);
      }
    const length = Math.sqrt(dot(image, image));
    // an invariant subspace: go on with a direction of its complement
    const fresh = length > 1e-10 * Math.max(...diagonal.map(Math.abs)) ? image : complement(basis, n);
    beside.push(fresh === image ? length : 0);
    next = fresh === null ? null : unitOf(fresh);
  }
  const size = diagonal.length;
  const small = Matrix.zeros(size, size);
  for (let k = 0; k < size; k++) {
    small.set(k, k, diagonal[k] as number);
    if (k + 1 < size) {
      small.set(k, k + 1, beside[k] as number);
      small.set(k + 1, k, beside[k] as number);
    }
  }
  const values = new EigenvalueDecomposition(small, { assumeSymmetric: true }).realEigenvalues;
  return [Math.min(...values), Math.max(...values)];
}

/** A direction that the basis lacks. */
function complement(basis: readonly Float64Array[], n: number): Float64Array | null {
  const k = basis.length;
  if (k >= n) return null;
  const direction = Float64Array.from({ length: n }, (_, i) => Math.cos(1 + 1.9 * i * (k + 1)));
  for (let round = 0; round < 2; round++)
    for (const old of basis) {
      const along = dot(old, direction);
      for (let i = 0; i < n; i++) direction[i] = (direction[i] as number) - along * (old[i] as number);
    }
  return direction;
}

function unitOf(v: Float64Array): Float64Array {
  const length = Math.sqrt(dot(v, v));
  return v.map((x) => x / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
