// Points and weights that stand for a standard normal vector: Gauss–Hermite rules in one and two dimensions, and beyond a
// fixed set of quasi-random points in antithetic pairs, made to have the right second moments.

import { gaussHermite, normalQuantile } from "../reports/index.ts";

/** `count` points of `dimension` numbers each, row-major, with weights that sum to 1. */
export interface Rule {
  readonly count: number;
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/** Antithetic pairs of the rule in three dimensions and more. */
const pairs = 64;

const made = new Map<string, Rule>();

/** The centre and six points around it, exact to degree 5 (Stroud 1971, after Radon 1948): for what moves little. */
const hexagon: Rule = {
  count: 7,
  points: Float64Array.from([
    ...[0, 0],
    ...[0, 1, 2, 3, 4, 5].flatMap((k) => [2 * Math.cos((k * Math.PI) / 3), 2 * Math.sin((k * Math.PI) / 3)]),
  ]),
  weights: Float64Array.from({ length: 7 }, (_, k) => (k === 0 ? 1 / 2 : 1 / 12)),
};

/** A rule for a standard normal of as many dimensions as `counts` has; a count is the points along one of them. */
export function normalRule(counts: readonly number[]): Rule {
  const key = counts.length > 2 ? `${counts.length} directions` : counts.join(" × ");
  const known = made.get(key);
  if (known !== undefined) return known;
  const near = counts.length === 2 && counts.every((n) => n <= 5);
  const rule = counts.length > 2 ? quasiRandom(counts.length) : near ? hexagon : product(counts);
  made.set(key, rule);
  return rule;
}

/** Points up to which a line of them is a Gauss–Hermite rule; more are equally spaced, as the trapezoid rule has them. */
const gauss = 11;
/** Standard deviations to which equally spaced points reach, and movement from which no more points are spent. */
const [reach, mostMovement] = [6, 20];

/**
 * Points along a direction in which the family moves by so many of its own standard deviations. Where that is much, Gauss–Hermite
 * rules ripple; the trapezoid rule does not, as long as its steps are narrower than the narrower of the two widths.
 */
export function pointsFor(movement: number): number {
  const steps: readonly (readonly [number, number])[] = [
    [0.08, 3],
    [0.3, 5],
    [0.5, 7],
    [0.8, gauss],
  ];
  const few = steps.find(([most]) => movement < most);
  if (few !== undefined) return few[1];
  const bounded = Number.isNaN(movement) ? mostMovement : Math.min(mostMovement, movement);
  return 2 * Math.ceil(5 * Math.sqrt(1 + bounded * bounded)) + 1;
}

/** Points and weights of one dimension. */
function lineOf(count: number): readonly (readonly [number, number])[] {
  if (count <= gauss) return gaussHermite(count);
  const points = Array.from({ length: count }, (_, k) => reach * ((2 * k) / (count - 1) - 1));
  const weights = points.map((x) => Math.exp(-0.5 * x * x));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return points.map((x, k) => [x, (weights[k] as number) / total] as const);
}

/** Weight of a point that is worth computing. */
const least = 2e-7;

function product(counts: readonly number[]): Rule {
  let [points, weights]: [number[][], number[]] = [[[]], [1]];
  for (const count of counts) {
    const line = lineOf(count);
    weights = weights.flatMap((w) => line.map(([, own]) => w * own));
    points = points.flatMap((p) => line.map(([x]) => [...p, x]));
  }
  // corners weigh nothing
  const kept = weights.flatMap((w, k) => (counts.length < 2 || w > least ? [k] : []));
  const total = kept.reduce((sum, k) => sum + (weights[k] as number), 0);
  return {
    count: kept.length,
    points: Float64Array.from(kept.flatMap((k) => points[k] as number[])),
    weights: Float64Array.from(kept, (k) => (weights[k] as number) / total),
  };
}

/** The additive recurrence of Martin Roberts (2018) mapped by Φ⁻¹, and its mirror image. */
function quasiRandom(dimension: number): Rule {
  let root = 2;
  for (let k = 0; k < 60; k++) root = (1 + root) ** (1 / (dimension + 1));
  const points = new Float64Array(2 * pairs * dimension);
  for (let k = 0; k < pairs; k++)
    for (let j = 0; j < dimension; j++) {
      const u = (0.5 + (k + 1) * root ** -(j + 1)) % 1;
      points[2 * k * dimension + j] = normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, u)));
    }
  if (dimension < pairs / 2) whiten(points, dimension);
  for (let k = 0; k < pairs; k++)
    for (let j = 0; j < dimension; j++)
      points[(2 * k + 1) * dimension + j] = -(points[2 * k * dimension + j] as number);
  return { count: 2 * pairs, points, weights: new Float64Array(2 * pairs).fill(1 / (2 * pairs)) };
}

/** Makes the second moments of every second point those of a standard normal, by the Cholesky factor of what they are. */
function whiten(points: Float64Array, n: number): void {
  const moments = new Float64Array(n * n);
  for (let k = 0; k < pairs; k++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++)
        moments[i * n + j] =
          (moments[i * n + j] as number) +
          ((points[2 * k * n + i] as number) * (points[2 * k * n + j] as number)) / pairs;
  const { root, rank } = choleskyOf(moments, n);
  if (rank < n) return;
  for (let k = 0; k < pairs; k++)
    for (let i = 0; i < n; i++) {
      let x = points[2 * k * n + i] as number;
      for (let j = 0; j < i; j++) x -= (root[i * n + j] as number) * (points[2 * k * n + j] as number);
      points[2 * k * n + i] = x / (root[i * n + i] as number);
    }
}

/** L with L Lᵀ = a symmetric matrix of which the lower triangle is given; `rank` pivots were above 0. */
function choleskyOf(matrix: Float64Array, n: number): { root: Float64Array; rank: number } {
  const root = new Float64Array(n * n);
  let rank = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (root[i * n + k] as number) * (root[j * n + k] as number);
      if (i !== j) root[i * n + j] = sum / (root[j * n + j] as number);
      else if (sum > 0) {
        root[i * n + i] = Math.sqrt(sum);
        rank += 1;
      }
    }
  return { root, rank };
}

/**
 * Directions of a covariance of n numbers (row-major), the largest first: n × rank, with directions dᵢdᵢᵀ that sum to it
 * (pivoted Cholesky); what is nothing beside the largest, or not a number, is left out.
 */
export function directionsOf(
  covariance: Float64Array,
  n: number,
): { readonly root: Float64Array; readonly rank: number } {
  const rest = Float64Array.from(covariance);
  const columns: Float64Array[] = [];
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, rest[i * n + i] as number);
  while (columns.length < n) {
    let pivot = -1;
    for (let i = 0; i < n; i++) {
      const own = rest[i * n + i] as number;
      if (own > 1e-12 * largest && own > (pivot < 0 ? 0 : (rest[pivot * n + pivot] as number))) pivot = i;
    }
    if (pivot < 0 || !Number.isFinite(largest)) break;
    const scale = Math.sqrt(rest[pivot * n + pivot] as number);
    const column = new Float64Array(n);
    for (let i = 0; i < n; i++) column[i] = (rest[i * n + pivot] as number) / scale;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        rest[i * n + j] = (rest[i * n + j] as number) - (column[i] as number) * (column[j] as number);
    rest[pivot * n + pivot] = 0;
    columns.push(column);
  }
  const rank = columns.length;
  const root = new Float64Array(n * rank);
  for (const [k, column] of columns.entries()) for (let i = 0; i < n; i++) root[i * rank + k] = column[i] as number;
  return { root, rank };
}
