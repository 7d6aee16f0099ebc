// What is not known of the arguments of a family, row by row, as weighted points of the arguments: one at the estimate, a
// quadrature of their linearised Gaussian, or what draws of φ made of them.

import type { Evaluator } from "./evaluator.ts";
import { directionsOf, normalRule, pointsFor, type Rule } from "./rules.ts";
import type { Scale } from "./scales.ts";

/** Points of cells (a cell is an element of a response in a row): those of cell c are starts[c] … starts[c + 1] − 1. */
export interface Points {
  readonly cells: number;
  readonly starts: Int32Array;
  readonly weights: Float64Array;
  /** A value a point of each number that the family takes. */
  readonly values: readonly Float64Array[];
  /** Two points at ∓z on either side of the centre of cells that have at most one direction, none of others. */
  readonly ends: { readonly points: Points; readonly single: Uint8Array } | null;
}

/** The arguments of cells, and their covariance over the active ones. */
export interface Arguments {
  readonly cells: number;
  /** A value a cell of each number that the family takes. */
  readonly values: readonly Float64Array[];
  /** Which of the numbers depend on φ. */
  readonly active: readonly number[];
  /** Cov(η_i, η_j) of active numbers i ≥ j, at i (i + 1) / 2 + j: a value a cell. */
  readonly covariance: readonly Float64Array[];
  readonly scales: readonly Scale[];
  /** Whether the numbers are elements of one simplex. */
  readonly simplex: boolean;
}

/** One point a cell. */
export function atEstimate({ cells, values }: Pick<Arguments, "cells" | "values">): Points {
  const starts = Int32Array.from({ length: cells + 1 }, (_, c) => c);
  return { cells, starts, weights: new Float64Array(cells).fill(1), values, ends: null };
}

/** Equal weights of draws, each with a value a cell of each number. */
export function fromDraws(cells: number, draws: readonly (readonly Float64Array[])[]): Points {
  const count = draws.length;
  const starts = Int32Array.from({ length: cells + 1 }, (_, c) => c * count);
  const values = (draws[0] ?? []).map((_, k) => {
    const all = new Float64Array(cells * count);
    for (const [s, draw] of draws.entries()) {
      const own = draw[k] as Float64Array;
      for (let c = 0; c < cells; c++) all[c * count + s] = own[c] as number;
    }
    return all;
  });
  return { cells, starts, weights: new Float64Array(cells * count).fill(1 / count), values, ends: null };
}

/** The Gaussian of a cell's active numbers on their unbounded scales, as directions from a centre. */
interface Cloud {
  readonly centre: Float64Array;
  readonly root: Float64Array;
  readonly rank: number;
}

const nowhere: Coordinates = { count: 0, points: new Float64Array(0) };

/** A movement where it can't be told. */
const unknown = 4;

/** A quadrature of every cell's Gaussian, with as many points as the family's movement along its directions asks for. */
export function linearised(args: Arguments, family: Evaluator, z: number): Points {
  const clouds = Array.from({ length: args.cells }, (_, c) => cloudOf(args, c));
  const movements = movementsOf(args, clouds, family);
  const rules = clouds.map(({ rank }, c) =>
    normalRule(Array.from({ length: rank }, (_, k) => pointsFor(movements[c]?.[k] ?? unknown))),
  );
  const points = pointsAt(args, clouds, rules);
  let at = 0;
  for (const rule of rules) {
    points.weights.set(rule.weights, at);
    at += rule.count;
  }
  const single = Uint8Array.from(clouds, ({ rank }) => (rank <= 1 ? 1 : 0));
  const pair: Coordinates = { count: 2, points: Float64Array.of(-z, z) };
  const ends = pointsAt(
    args,
    clouds,
    clouds.map(({ rank }) => (rank > 1 ? nowhere : pair)),
  );
  return { ...points, ends: { points: ends, single } };
}

function cloudOf({ active, values, covariance, scales }: Arguments, c: number): Cloud {
  const n = active.length;
  const centre = new Float64Array(n);
  const slopes = new Float64Array(n);
  for (const [i, k] of active.entries()) {
    const [x, scale] = [(values[k] as Float64Array)[c] as number, scales[k] as Scale];
    centre[i] = scale.to(x);
    const slope = scale.slope(x);
    slopes[i] = Number.isFinite(slope) && Number.isFinite(centre[i] as number) ? slope : 0;
  }
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const own = (covariance[(i * (i + 1)) / 2 + j] as Float64Array)[c] as number;
      const value = own * (slopes[i] as number) * (slopes[j] as number);
      matrix[i * n + j] = value;
      matrix[j * n + i] = value;
    }
  return { centre, ...directionsOf(matrix, n) };
}

/** Points in the directions of a cloud: `count` of `rank` numbers each, row-major. */
type Coordinates = Pick<Rule, "count" | "points">;

/** Points at coordinates along the directions of each cell's cloud; weights are left to be set. */
function pointsAt(
  { cells, values, active, scales, simplex }: Arguments,
  clouds: readonly Cloud[],
  coordinates: readonly Coordinates[],
): Points {
  const starts = new Int32Array(cells + 1);
  for (let c = 0; c < cells; c++) starts[c + 1] = (starts[c] as number) + (coordinates[c] as Coordinates).count;
  const total = starts[cells] as number;
  const result = values.map(() => new Float64Array(total));
  for (let c = 0; c < cells; c++) {
    const { centre, root, rank } = clouds[c] as Cloud;
    const { count, points } = coordinates[c] as Coordinates;
    const from = starts[c] as number;
    for (let k = 0; k < values.length; k++)
      (result[k] as Float64Array).fill((values[k] as Float64Array)[c] as number, from, from + count);
    if (rank === 0) continue;
    for (let i = 0; i < active.length; i++) {
      const k = active[i] as number;
      const middle = centre[i] as number;
      // what is at a bound stays there
      if (!Number.isFinite(middle)) continue;
      const own = result[k] as Float64Array;
      const { from: back } = scales[k] as Scale;
      for (let q = 0; q < count; q++) {
        let u = middle;
        for (let d = 0; d < rank; d++) u += (root[i * rank + d] as number) * (points[q * rank + d] as number);
        own[from + q] = back(u);
      }
    }
    if (simplex)
      closed(
        active.map((k) => result[k] as Float64Array),
        from,
        count,
      );
  }
  return { cells, starts, weights: new Float64Array(total), values: result, ends: null };
}

/** Makes the elements of a simplex sum to 1. */
function closed(elements: readonly Float64Array[], from: number, count: number): void {
  for (let q = from; q < from + count; q++) {
    const sum = elements.reduce((all, own) => all + (own[q] as number), 0);
    for (const own of elements) own[q] = (own[q] as number) / sum;
  }
}

/** One standard deviation to either side along each of some directions. */
function eitherSide(rank: number): Coordinates {
  const points = new Float64Array(2 * rank * rank);
  for (let k = 0; k < rank; k++) {
    points[2 * k * rank + k] = -1;
    points[(2 * k + 1) * rank + k] = 1;
  }
  return { count: 2 * rank, points };
}

/**
 * For each cell of one or two directions, by how many of its own standard deviations the family moves a standard deviation
 * along each: of its mean, and of the logarithm of its standard deviation. Unknown where it states no moments.
 */
function movementsOf(args: Arguments, clouds: readonly Cloud[], family: Evaluator): (readonly number[] | null)[] {
  if (!family.hasMoments || clouds.every(({ rank }) => rank === 0 || rank > 2)) return clouds.map(() => null);
  const sides = [0, 1, 2].map(eitherSide);
  const points = pointsAt(
    args,
    clouds,
    clouds.map(({ rank }) => sides[rank] ?? nowhere),
  );
  const { mean, variance } = family.moments(points);
  return clouds.map(({ rank }, c) => {
    if (rank === 0 || rank > 2) return null;
    const moved = Array.from({ length: rank }, (_, k) => {
      const at = (points.starts[c] as number) + 2 * k;
      const [low, high] = [mean[at] as number, mean[at + 1] as number];
      const [a, b] = [variance[at] as number, variance[at + 1] as number];
      return { mean: Math.abs(high - low) / 2 / Math.sqrt(Math.min(a, b)), sd: Math.abs(Math.log(b / a)) / 4 };
    });
    // what is narrower further out is moved by more of its widths
    const narrowing = Math.exp(1.5 * moved.reduce((sum, { sd }) => sum + sd, 0));
    return moved.map((m) => {
      const all = m.mean * narrowing + m.sd * 2;
      return Number.isNaN(all) ? unknown : all;
    });
  });
}
