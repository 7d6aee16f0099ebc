// The predictive distribution of each cell: the family mixed over the points of its arguments. Moments, intervals of the
// mean and of a new observation, probabilities of levels, and where an observed response lies.

import type { Evaluator } from "./evaluator.ts";
import type { Points } from "./points.ts";
import { solveQuantiles } from "./quantiles.ts";
import { scaleBetween } from "./scales.ts";
import { type Mixtures, type Support, summedUpTo, type Table, tablesOf } from "./tables.ts";

/** What is between two ends, a value a cell. */
export interface Interval {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Probabilities of levels with their own intervals: a list of cells a level. */
export interface LevelProbabilities extends Interval {
  readonly count: number;
  readonly probability: Float64Array;
}

/** Lists one after the other. */
function joined(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, l) => sum + l.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

/** P(Y < y) and P(Y ≤ y), a value a cell. */
export interface Placed {
  readonly below: Float64Array;
  readonly at: Float64Array;
}

export interface Predictive {
  readonly cells: number;
  /** Of a new observation; NaN where there is none. */
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** Of the mean, as what is not known of φ moves it. */
  readonly meanInterval: () => Interval;
  /** Null where responses are not few. */
  readonly levels: () => LevelProbabilities | null;
  /** The least y with P(Y ≤ y) ≥ p for each p. */
  readonly quantiles: (probabilities: readonly number[]) => readonly Float64Array[];
  readonly logDensity: (y: Float64Array) => Float64Array;
  readonly place: (y: Float64Array) => Placed;
}

/** What a predictive distribution is made of. */
export interface Ingredients {
  readonly points: Points;
  readonly family: Evaluator;
  readonly support: Support;
  /** Probability of intervals, and the normal quantile that goes with it. */
  readonly interval: number;
  readonly z: number;
  /** Whether points are draws, of which quantiles can be taken. */
  readonly drawn: boolean;
}

/** The predictive distributions of a batch of cells; each part is computed when asked for. */
export function predictive({ points, family, support, interval, z, drawn }: Ingredients): Predictive {
  const { cells } = points;
  const all = Int32Array.from({ length: cells }, (_, c) => c);
  const listed = family.levels !== null;
  const each = listed ? levelsOf(points, family) : null;
  const first = Number.isFinite(support.lower) ? support.lower : 0;
  const moments = family.hasMoments ? family.moments(points) : each === null ? null : { mean: null, variance: null };
  const { mean, sd } = summary(points, moments, each, first);
  const mixtures: Mixtures = { points, family, support, mean, sd };
  let table: Table | null = null;
  let seen: { readonly y: Float64Array; readonly value: Float64Array } | null = null;
  const tables = (): Table => {
    table ??= tablesOf(mixtures);
    return table;
  };
  const tails = [(1 - interval) / 2, (1 + interval) / 2] as const;
  return {
    cells,
    mean,
    sd,
    meanInterval() {
      const values = meansAt(points, family, first);
      const { ends } = points;
      const edges = ends === null ? null : meansAt(ends.points, family, first);
      return intervalOf(points, values, edges, z, drawn ? tails : null, scaleBetween(support.lower, boundOf(support)));
    },
    levels() {
      if (each === null) return null;
      const { ends } = points;
      const edges = ends === null ? null : levelsOf(ends.points, family).at;
      const intervals = each.at.map((values, k) =>
        intervalOf(points, values, edges?.[k] ?? null, z, drawn ? tails : null, unit),
      );
      return {
        count: each.at.length,
        probability: joined(each.mixed),
        lower: joined(intervals.map((i) => i.lower)),
        upper: joined(intervals.map((i) => i.upper)),
      };
    },
    quantiles(probabilities) {
      if (each !== null) return probabilities.map((p) => byCell(cells, (c) => first + levelAt(each.mixed, c, p)));
      if (family.hasDistribution) return probabilities.map((p) => solveQuantiles(mixtures, p));
      return probabilities.map((p) => byCell(cells, (c) => tables().quantile(c, p)));
    },
    logDensity(y) {
      if (seen?.y !== y) seen = { y, value: family.logMixed(points, all, y) };
      return seen.value;
    },
    place(y) {
      if (each !== null) {
        const upTo = (c: number, k: number): number => {
          let sum = 0;
          for (let j = 0; j <= k && j < each.mixed.length; j++) sum += (each.mixed[j] as Float64Array)[c] as number;
          return Math.min(1, sum);
        };
        return {
          below: byCell(cells, (c) => upTo(c, (y[c] as number) - first - 1)),
          at: byCell(cells, (c) => upTo(c, (y[c] as number) - first)),
        };
      }
      if (!family.hasDistribution && table === null) {
        const summed = summedUpTo(mixtures, y);
        if (summed !== null) return summed;
      }
      if (!family.hasDistribution)
        return {
          below: byCell(cells, (c) => tables().below(c, y[c] as number)),
          at: byCell(cells, (c) => tables().at(c, y[c] as number)),
        };
      const at = family.mixed("distribution", points, all, y);
      if (!support.integer) return { below: at, at };
      const less = family.mixed(
        "distribution",
        points,
        all,
        y.map((x) => x - 1),
      );
      return { below: less.map((x, c) => ((y[c] as number) <= support.lower ? 0 : x)), at };
    },
  };
}

const unit = scaleBetween(0, 1);

/** Means of what has a highest value are bounded by it, others only below: so they are given intervals. */
function boundOf({ upper, lower }: Support): number {
  return Number.isFinite(lower) ? upper : Number.POSITIVE_INFINITY;
}

function byCell(cells: number, value: (cell: number) => number): Float64Array {
  return Float64Array.from({ length: cells }, (_, c) => value(c));
}

interface Levels {
  /** Probabilities at points, a list a level. */
  readonly at: readonly Float64Array[];
  /** The same mixed, a value a cell. */
  readonly mixed: readonly Float64Array[];
}

function levelsOf(points: Points, family: Evaluator): Levels {
  const total = points.weights.length;
  const values = family.levelsAt(points);
  const at = Array.from({ length: family.levels ?? 0 }, (_, k) => values.subarray(k * total, (k + 1) * total));
  return { at, mixed: at.map((own) => mixedOf(points, own)) };
}

/** Σ weight · value over each cell's points. */
function mixedOf({ cells, starts, weights }: Points, values: Float64Array): Float64Array {
  const sums = new Float64Array(cells);
  for (let c = 0; c < cells; c++) {
    const end = starts[c + 1] as number;
    let sum = 0;
    for (let q = starts[c] as number; q < end; q++) sum += (weights[q] as number) * (values[q] as number);
    sums[c] = sum;
  }
  return sums;
}

/** Mean and sd of a new observation: E[mean] and √(E[variance] + Var[mean]). */
function summary(
  points: Points,
  moments: { readonly mean: Float64Array | null; readonly variance: Float64Array | null } | null,
  each: Levels | null,
  first: number,
): { mean: Float64Array; sd: Float64Array } {
  const { cells, starts, weights } = points;
  const nothing = { mean: new Float64Array(cells).fill(Number.NaN), sd: new Float64Array(cells).fill(Number.NaN) };
  if (moments === null) return nothing;
  const { mean, variance } = moments;
  if (mean === null || variance === null) {
    const centre = byCell(
      cells,
      (c) => each?.mixed.reduce((sum, p, k) => sum + (first + k) * (p[c] as number), 0) ?? 0,
    );
    const spread = byCell(cells, (c) =>
      Math.sqrt(
        each?.mixed.reduce((sum, p, k) => sum + (first + k - (centre[c] as number)) ** 2 * (p[c] as number), 0) ?? 0,
      ),
    );
    return { mean: centre, sd: spread };
  }
  const centre = mixedOf(points, mean);
  const sd = byCell(cells, (c) => {
    let sum = 0;
    for (let q = starts[c] as number; q < (starts[c + 1] as number); q++) {
      const gap = (mean[q] as number) - (centre[c] as number);
      sum += (weights[q] as number) * ((variance[q] as number) + gap * gap);
    }
    return Math.sqrt(sum);
  });
  return { mean: centre, sd };
}

/** Means of the family at points; by its levels where it states none. */
function meansAt(points: Points, family: Evaluator, first: number): Float64Array {
  if (family.hasMoments || family.levels === null) return family.moments(points).mean;
  const { at } = levelsOf(points, family);
  return byCell(points.weights.length, (q) => at.reduce((sum, p, k) => sum + (first + k) * (p[q] as number), 0));
}

/**
 * The interval of a quantity with values at points. Draws: its quantiles. One direction: what it is at the ends, exact where
 * it is monotone. More: mean ± z sd on its unbounded scale. A single point is its own interval.
 */
function intervalOf(
  points: Points,
  values: Float64Array,
  edges: Float64Array | null,
  z: number,
  tails: readonly [number, number] | null,
  scale: ReturnType<typeof scaleBetween>,
): Interval {
  const { cells, starts, weights, ends } = points;
  const [lower, upper] = [new Float64Array(cells), new Float64Array(cells)];
  for (let c = 0; c < cells; c++) {
    const [from, to] = [starts[c] as number, starts[c + 1] as number];
    if (tails !== null && to - from > 1) {
      const sorted = values.slice(from, to).sort();
      lower[c] = quantileOf(sorted, tails[0]);
      upper[c] = quantileOf(sorted, tails[1]);
      continue;
    }
    if (edges !== null && ends?.single[c] === 1) {
      const [a, b] = [
        edges[ends.points.starts[c] as number] as number,
        edges[(ends.points.starts[c] as number) + 1] as number,
      ];
      lower[c] = Math.min(a, b);
      upper[c] = Math.max(a, b);
      continue;
    }
    let [mean, square, weight] = [0, 0, 0];
    for (let q = from; q < to; q++) {
      const u = scale.to(values[q] as number);
      if (!Number.isFinite(u)) continue;
      const own = weights[q] as number;
      weight += own;
      const gap = u - mean;
      mean += (own / weight) * gap;
      square += own * gap * (u - mean);
    }
    const sd = weight > 0 ? Math.sqrt(square / weight) : Number.NaN;
    // nothing but a bound is known where no point has a finite value
    const value = values[from] as number;
    lower[c] = weight > 0 ? scale.from(mean - z * sd) : value;
    upper[c] = weight > 0 ? scale.from(mean + z * sd) : value;
  }
  return { lower, upper };
}

/** Quantile of ascending numbers, linear between them (type 7 of Hyndman and Fan 1996). */
function quantileOf(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const k = Math.min(sorted.length - 2, Math.floor(at));
  const [a, b] = [sorted[k] as number, sorted[k + 1] as number];
  return a + (at - k) * (b - a);
}

/** The first level up to which probabilities sum to p. */
function levelAt(levels: readonly Float64Array[], cell: number, p: number): number {
  let sum = 0;
  for (const [k, own] of levels.entries()) {
    sum += own[cell] as number;
    if (sum >= p - 1e-15) return k;
  }
  return levels.length - 1;
}
