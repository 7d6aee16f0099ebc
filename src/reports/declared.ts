// Parameters in declared space: estimates, standard errors and intervals from the Gaussian in φ (mathematics.md §4).
// Intervals are the mapped intervals of φ, so they respect the bounds. With `target posterior` the estimate is the
// mean and the error the sd of T(φ), in closed form or by Gauss–Hermite quadrature.

import type { Transform } from "../ir/index.ts";
import type { Program } from "../runtime/index.ts";

/** One element of a parameter as reported. */
export interface Declared {
  readonly estimate: number;
  readonly se: number;
  readonly lower: number;
  readonly upper: number;
}

/** T of one coordinate, of the elementwise transforms. */
function value(transform: Transform, phi: number): number {
  switch (transform.kind) {
    case "lower":
      return transform.lower + Math.exp(phi);
    case "upper":
      return transform.upper - Math.exp(phi);
    case "interval":
      return transform.lower + (transform.upper - transform.lower) / (1 + Math.exp(-phi));
    default:
      return phi;
  }
}

/** |dT/dφ| */
function slope(transform: Transform, phi: number): number {
  switch (transform.kind) {
    case "lower":
    case "upper":
      return Math.exp(phi);
    case "interval": {
      const share = 1 / (1 + Math.exp(-phi));
      return (transform.upper - transform.lower) * share * (1 - share);
    }
    default:
      return 1;
  }
}

/** log |∂T/∂φ| of one parameter, whose vectors have `width` coordinates each; ir/transform.ts has the formulas. */
export function logSlope(transform: Transform, phi: Float64Array, width: number): number {
  switch (transform.kind) {
    case "identity":
      return 0;
    case "simplex":
      return phi.reduce((sum, x, i) => {
        const left = width - (i % width);
        const u = x - Math.log(left);
        // log z + log(1 − z), and log(1 − z) once more for each share that is cut from what is left
        return sum - softplus(-u) - left * softplus(u);
      }, 0);
    case "ordered":
      return phi.reduce((sum, x, i) => sum + (i % width === 0 ? 0 : x), 0);
    default:
      return phi.reduce((sum, x) => sum + Math.log(slope(transform, x)), 0);
  }
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** log |∂T/∂φ| of a program's parameters at φ, where densities are in declared space: 0 with `target posterior`. */
export function logJacobian({ parameters, options }: Program, phi: Float64Array): number {
  if (options.target === "posterior") return 0;
  return parameters.reduce((sum, { transform, first, size, freeShape }) => {
    const own = phi.subarray(first, first + size);
    return sum + logSlope(transform, own, freeShape[freeShape.length - 1] ?? 1);
  }, 0);
}

/** One coordinate of an elementwise transform, with the sd of its φ and the normal quantile of the interval. */
export function declaredScalar(transform: Transform, phi: number, sd: number, z: number, posterior: boolean): Declared {
  const ends = [value(transform, phi - z * sd), value(transform, phi + z * sd)];
  const [lower, upper] = [Math.min(...ends), Math.max(...ends)];
  if (!posterior) return { estimate: value(transform, phi), se: slope(transform, phi) * sd, lower, upper };
  return { ...moments(transform, phi, sd), lower, upper };
}

function moments(transform: Transform, phi: number, sd: number): { estimate: number; se: number } {
  switch (transform.kind) {
    case "lower":
    case "upper": {
      // lognormal
      const mean = Math.exp(phi + (sd * sd) / 2);
      const se = mean * Math.sqrt(Math.expm1(sd * sd));
      return { estimate: transform.kind === "lower" ? transform.lower + mean : transform.upper - mean, se };
    }
    case "interval": {
      let [mean, square] = [0, 0];
      for (const [node, weight] of hermite()) {
        const x = value(transform, phi + sd * node);
        mean += weight * x;
      }
      for (const [node, weight] of hermite()) square += weight * (value(transform, phi + sd * node) - mean) ** 2;
      return { estimate: mean, se: Math.sqrt(square) };
    }
    default:
      return { estimate: phi, se: sd };
  }
}

/** Nodes and weights of Gauss–Hermite quadrature for the standard normal, by Newton's method on the polynomials. */
export function gaussHermite(count: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let k = 0; k < count; k++) {
    // asymptotic start (Szegő), then Newton on the orthonormal recurrence
    let x = Math.sqrt(2) * Math.sqrt(2 * count + 1) * Math.cos(((k + 0.75) * Math.PI) / (count + 0.5)) * 0.98;
    let slopeAt = 1;
    for (let pass = 0; pass < 100; pass++) {
      const others = pairs.reduce((sum, [y]) => sum + 1 / (x - y), 0);
      const [p, dp] = hermiteAt(count, x);
      const step = p / (dp - p * others);
      x -= step;
      slopeAt = hermiteAt(count, x)[1];
      if (Math.abs(step) < 1e-14 * Math.max(1, Math.abs(x))) break;
    }
    pairs.push([x, count / (slopeAt * slopeAt)]);
  }
  const total = pairs.reduce((sum, [, w]) => sum + w, 0);
  return pairs.map(([x, w]) => [x, w / total]);
}

/** The orthonormal probabilists' Hermite polynomial of a degree and its derivative. */
function hermiteAt(degree: number, x: number): [number, number] {
  let [before, now] = [0, 1];
  for (let k = 0; k < degree; k++) [before, now] = [now, (x * now - Math.sqrt(k) * before) / Math.sqrt(k + 1)];
  return [now, Math.sqrt(degree) * before];
}

/** The rule that means are computed with, worked out when the first is. */
let rule: readonly (readonly [number, number])[] | null = null;

function hermite(): readonly (readonly [number, number])[] {
  rule ??= gaussHermite(40);
  return rule;
}

/**
 * Elements of one simplex or ordered vector. `covariance` is of its coordinates, row-major. Likelihood: the delta method;
 * posterior: a spherical-radial cubature of degree 3 (2n points), exact for quadratics.
 */
export function declaredVector(
  transform: Transform,
  phi: Float64Array,
  covariance: Float64Array,
  z: number,
  posterior: boolean,
): Declared[] {
  const centre = vectorValue(transform, phi);
  const jacobian = vectorJacobian(transform, phi);
  const n = phi.length;
  const errors = centre.map((_, k) => {
    let variance = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        variance += (jacobian[k]?.[i] as number) * (covariance[i * n + j] as number) * (jacobian[k]?.[j] as number);
    return Math.sqrt(Math.max(0, variance));
  });
  const spread = posterior ? cubature(transform, phi, covariance) : null;
  return centre.map((x, k) => {
    const se = spread?.[k]?.se ?? (errors[k] as number);
    const estimate = spread?.[k]?.estimate ?? x;
    if (transform.kind !== "simplex") return { estimate, se, lower: estimate - z * se, upper: estimate + z * se };
    // on the logit scale, so that the interval stays within (0, 1)
    const logit = Math.log(x / (1 - x));
    const width = (z * (errors[k] as number)) / (x * (1 - x));
    return { estimate, se, lower: 1 / (1 + Math.exp(width - logit)), upper: 1 / (1 + Math.exp(-width - logit)) };
  });
}

function vectorValue(transform: Transform, phi: Float64Array): number[] {
  if (transform.kind === "ordered") {
    let sum = 0;
    return Array.from(phi, (x, k) => {
      sum += k === 0 ? x : Math.exp(x);
      return sum;
    });
  }
  const size = phi.length + 1;
  let rest = 1;
  const values = Array.from(phi, (x, k) => {
    const share = rest / (1 + Math.exp(Math.log(size - 1 - k) - x));
    rest -= share;
    return share;
  });
  return [...values, rest];
}

/** ∂x_k/∂φ_j, a row an element. */
function vectorJacobian(transform: Transform, phi: Float64Array): number[][] {
  if (transform.kind === "ordered")
    return Array.from(phi, (_, k) => Array.from(phi, (x, j) => (j > k ? 0 : j === 0 ? 1 : Math.exp(x))));
  const size = phi.length + 1;
  const shares = Array.from(phi, (x, k) => 1 / (1 + Math.exp(Math.log(size - 1 - k) - x)));
  return vectorValue(transform, phi).map((x, k) =>
    shares.map((share, j) => (j > k ? 0 : j === k ? x * (1 - share) : -x * share)),
  );
}

function cubature(
  transform: Transform,
  phi: Float64Array,
  covariance: Float64Array,
): { estimate: number; se: number }[] {
  const n = phi.length;
  const root = choleskyRoot(covariance, n);
  const points: number[][] = [];
  for (let i = 0; i < n; i++)
    for (const sign of [1, -1])
      points.push(
        vectorValue(
          transform,
          phi.map((x, k) => x + sign * Math.sqrt(n) * (root[k * n + i] as number)),
        ),
      );
  return (points[0] ?? []).map((_, k) => {
    const values = points.map((p) => p[k] as number);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    return { estimate: mean, se: Math.sqrt(variance) };
  });
}

function choleskyRoot(matrix: Float64Array, n: number): Float64Array {
  const root = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (root[i * n + k] as number) * (root[j * n + k] as number);
      root[i * n + j] = i === j ? Math.sqrt(Math.max(0, sum)) : sum / (root[j * n + j] as number);
    }
  return root;
}
