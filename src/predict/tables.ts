// Distribution functions of mixtures whose family states none: of counts the sum of their probabilities, of other numbers
// the integral of their density over a grid that is fine where the density is and reaches far into the tails.

import type { Evaluator } from "./evaluator.ts";
import type { Points } from "./points.ts";
import { type Scale, scaleBetween } from "./scales.ts";

/** Where responses lie. */
export interface Support {
  readonly lower: number;
  readonly upper: number;
  readonly integer: boolean;
}

/** Mixtures by cell, with the means and standard deviations that they have, where these are known. */
export interface Mixtures {
  readonly points: Points;
  readonly family: Evaluator;
  readonly support: Support;
  readonly mean: Float64Array;
  readonly sd: Float64Array;
}

/** P(Y ≤ y), P(Y < y) and the least y with P(Y ≤ y) ≥ p, by cell. */
export interface Table {
  readonly at: (cell: number, y: number) => number;
  readonly below: (cell: number, y: number) => number;
  readonly quantile: (cell: number, p: number) => number;
}

/** Counts up to which each has its probability computed, or interpolated; points of a grid where there are more. */
const [computed, interpolatedUpTo, gridded] = [48, 4096, 257];
/** Points over which a density is looked for, and then integrated. */
const [coarse, fine, finest] = [49, 97, 193];

/** Tables of all cells. */
export function tablesOf(mixtures: Mixtures): Table {
  return mixtures.support.integer ? countTables(mixtures) : densityTables(mixtures);
}

// ---------------------------------------------------------------- counts

/**
 * P(Y < y) and P(Y ≤ y) of counts with a least one by summing from there, which takes far fewer terms than a table; null
 * where some response is so far from it that it takes more.
 */
export function summedUpTo(
  mixtures: Mixtures,
  y: Float64Array,
): { readonly below: Float64Array; readonly at: Float64Array } | null {
  const { support } = mixtures;
  if (!support.integer || !Number.isFinite(support.lower)) return null;
  const counts = Array.from(y, (own) => Math.max(0, Math.floor(own) - support.lower + 1) || 0);
  if (counts.some((n) => n > computed)) return null;
  const cells = counts.map((_, c) => c);
  const masses = densities(
    mixtures,
    cells,
    (k) => counts[k] as number,
    (_, i) => support.lower + i,
  );
  const at = Float64Array.from(masses, (own) => own.reduce((sum, p) => sum + p, 0));
  const below = at.map((sum, c) => {
    const own = masses[c] as Float64Array;
    // what is between two counts has both below it
    return Number.isInteger(y[c]) ? sum - (own.at(-1) ?? 0) : sum;
  });
  const known = (values: Float64Array): Float64Array =>
    values.map((x, c) => (Number.isNaN(y[c] as number) ? Number.NaN : Math.min(1, x)));
  return { below: known(below), at: known(at) };
}

interface Counted {
  readonly first: number;
  /** Distance of the points: 1 where all counts between are there. */
  readonly step: number;
  /** P(Y ≤ first + k), or the integral of the density up to first + k step. */
  readonly cumulative: Float64Array;
  readonly density: Float64Array | null;
}

/** Standard deviations to either side of the mean, to begin with, and at most. */
const [near, far] = [8, 8 * 4 ** 5];

function countTables(mixtures: Mixtures): Table {
  const { points, mean, sd, support } = mixtures;
  const tables: (Counted | null)[] = new Array(points.cells).fill(null);
  let open = Array.from({ length: points.cells }, (_, c) => c).filter((c) => Number.isFinite(mean[c] as number));
  for (let reach = near; open.length > 0 && reach <= far; reach *= 4) {
    const nodes = open.map((c) => nodesOf(mixtures, c, reach));
    const masses = densities(
      mixtures,
      open,
      (k) => (nodes[k] as Float64Array).length,
      (k, i) => (nodes[k] as Float64Array)[i] as number,
    );
    const short: number[] = [];
    for (const [k, c] of open.entries()) {
      const [own, at] = [masses[k] as Float64Array, nodes[k] as Float64Array];
      const [first, last] = [at[0] as number, at[at.length - 1] as number];
      const every = last - first < interpolatedUpTo;
      const step = every ? 1 : (last - first) / (at.length - 1);
      const cumulative = every ? sums(betweenNodes(mixtures, c, at, own)) : integrals(own, step);
      const total = cumulative[cumulative.length - 1] as number;
      // where much seems to lie beyond the points they reach further
      const spread = Number.isFinite(sd[c] as number) ? (sd[c] as number) : last - first;
      const [left, right] = [own[0] as number, own[own.length - 1] as number];
      const beyond = (first > support.lower ? left : 0) + (last < support.upper ? right : 0);
      if (spread * beyond > 1e-6 && reach < far && every) short.push(c);
      tables[c] = { first, step, cumulative: scaled(cumulative, total), density: every ? null : scaled(own, total) };
    }
    open = short;
  }
  const upTo = (cell: number, y: number): number => {
    const table = tables[cell];
    if (table === null || table === undefined) return Number.NaN;
    const { first, step, cumulative, density } = table;
    const last = cumulative.length - 1;
    if (density === null) {
      const k = Math.floor(y) - first;
      return k < 0 ? 0 : (cumulative[Math.min(k, last)] as number);
    }
    return interpolated(cumulative, density, step, (Math.floor(y) + 0.5 - first) / step);
  };
  return {
    at: upTo,
    below: (cell, y) => upTo(cell, Math.ceil(y) - 1),
    quantile(cell, p) {
      const table = tables[cell];
      if (table === null || table === undefined) return Number.NaN;
      const { first, step, cumulative, density } = table;
      if (density === null) return first + firstAtLeast(cumulative, p);
      // the integral up to y + ½ stands for P(Y ≤ y)
      return Math.max(first, Math.ceil(first + step * inverted(cumulative, density, step, p) - 0.5));
    },
  };
}

/**
 * Counts at which probabilities are computed, ascending: all of a few; else all of the first, then further apart, as the
 * logarithm of a probability bends less; a grid where there are very many.
 */
function nodesOf({ support, mean, sd }: Mixtures, c: number, reach: number): Float64Array {
  const m = mean[c] as number;
  const s = Number.isFinite(sd[c] as number) ? (sd[c] as number) : 1 + Math.abs(m);
  const first = Math.max(support.lower, Math.floor(m - reach * s));
  const last = Math.min(support.upper, Math.ceil(m + 1.6 * reach * s + 2 * reach));
  if (last - first >= interpolatedUpTo)
    return Float64Array.from({ length: gridded }, (_, i) => first + (i * (last - first)) / (gridded - 1));
  if (last - first < computed) return Float64Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const nodes = [first];
  for (let y = first; y < last; ) {
    const wide = Math.max(1, Math.min(0.2 * (y - support.lower), (Math.abs(y - m) > 4 * s ? 0.8 : 0.35) * s));
    y = Math.min(last, y + (Number.isFinite(support.lower) ? Math.floor(wide) : Math.max(1, Math.floor(s / 4))));
    nodes.push(y);
  }
  return Float64Array.from(nodes);
}

/** Probabilities of all counts between the first and the last node: their logarithms by the cubic through the nodes around. */
function betweenNodes(mixtures: Mixtures, c: number, nodes: Float64Array, values: Float64Array): Float64Array {
  const [first, last] = [nodes[0] as number, nodes[nodes.length - 1] as number];
  if (last - first + 1 === nodes.length) return values;
  const logs = values.map(Math.log);
  const slopes = logs.map((_, i) => slopeAt(nodes, logs, i));
  const all = new Float64Array(last - first + 1);
  for (let i = 0; i + 1 < nodes.length; i++) {
    const [a, b] = [nodes[i] as number, nodes[i + 1] as number];
    const h = b - a;
    const [u, v] = [logs[i] as number, logs[i + 1] as number];
    if (u === Number.NEGATIVE_INFINITY || v === Number.NEGATIVE_INFINITY) {
      // where the impossible begins, or nothing is left
      if (u !== v) all.set(oneByOne(mixtures, c, a, b - 1), a - first);
      continue;
    }
    const [p, q] = [h * (slopes[i] as number), h * (slopes[i + 1] as number)];
    for (let y = a; y < b; y++) {
      const x = (y - a) / h;
      const z = 1 - x;
      all[y - first] = Math.exp(u * (1 + 2 * x) * z * z + v * (1 + 2 * z) * x * x + p * x * z * z - q * x * x * z);
    }
  }
  all[last - first] = values[values.length - 1] as number;
  return all;
}

/** A node's slope by the parabola through it and its neighbours. */
function slopeAt(nodes: Float64Array, logs: Float64Array, i: number): number {
  const middle = Math.min(nodes.length - 2, Math.max(1, i));
  const [a, b, c] = [nodes[middle - 1], nodes[middle], nodes[middle + 1]] as [number, number, number];
  const [u, v, w] = [logs[middle - 1], logs[middle], logs[middle + 1]] as [number, number, number];
  const [left, right] = [(v - u) / (b - a), (w - v) / (c - b)];
  if (!Number.isFinite(left)) return Number.isFinite(right) ? right : 0;
  if (!Number.isFinite(right)) return left;
  const bend = (right - left) / (c - a);
  return left + bend * (2 * (nodes[i] as number) - a - b);
}

/** Every count by itself. */
function oneByOne({ points, family }: Mixtures, c: number, first: number, last: number): Float64Array {
  const y = Float64Array.from({ length: last - first + 1 }, (_, k) => first + k);
  return family.mixed("density", points, new Int32Array(y.length).fill(c), y);
}

// ---------------------------------------------------------------- densities

/** y = from(centre + spread sinh τ), τ from `first` in steps. */
interface Gridded {
  readonly centre: number;
  readonly spread: number;
  readonly first: number;
  readonly step: number;
  readonly cumulative: Float64Array;
  readonly density: Float64Array;
}

function densityTables(mixtures: Mixtures): Table {
  const { points, support } = mixtures;
  const scale = scaleBetween(support.lower, support.upper);
  const cells = Array.from({ length: points.cells }, (_, c) => c);
  const frames = cells.map((c) => frameOf(mixtures, scale, c));
  let windows = frames.map(({ reach }) => [-reach, reach] as const);
  let tables: Gridded[] = [];
  for (const countOf of [() => coarse, (k: number) => (frames[k]?.known === true ? fine : finest)]) {
    const grid = windows.map(([from, to], k) => ({ first: from, step: (to - from) / (countOf(k) - 1) }));
    const own = densities(mixtures, cells, countOf, (k, i) => {
      const { centre, spread } = frames[k] as Frame;
      const { first, step } = grid[k] as { first: number; step: number };
      return scale.from(centre + spread * Math.sinh(first + i * step));
    });
    tables = cells.map((k): Gridded => {
      const { centre, spread } = frames[k] as Frame;
      const { first, step } = grid[k] as { first: number; step: number };
      const density = (own[k] as Float64Array).map((f, i) => {
        const tau = first + i * step;
        const y = scale.from(centre + spread * Math.sinh(tau));
        const value = (f * spread * Math.cosh(tau)) / scale.slope(y);
        return Number.isFinite(value) ? value : 0;
      });
      const cumulative = integrals(density, step);
      const total = cumulative[cumulative.length - 1] as number;
      return { centre, spread, first, step, density: scaled(density, total), cumulative: scaled(cumulative, total) };
    });
    windows = tables.map(({ density, first, step }) => bulk(density, first, step));
  }
  const upTo = (cell: number, y: number): number => {
    const { centre, spread, first, step, cumulative, density } = tables[cell] as Gridded;
    if (y <= support.lower) return 0;
    if (y >= support.upper) return 1;
    const tau = Math.asinh((scale.to(y) - centre) / spread);
    return interpolated(cumulative, density, step, (tau - first) / step);
  };
  return {
    at: upTo,
    below: upTo,
    quantile(cell, p) {
      const { centre, spread, first, step, cumulative, density } = tables[cell] as Gridded;
      return scale.from(centre + spread * Math.sinh(first + step * inverted(cumulative, density, step, p)));
    },
  };
}

interface Frame {
  readonly centre: number;
  readonly spread: number;
  readonly reach: number;
  /** Whether its width is known beforehand. */
  readonly known: boolean;
}

/** Where the density is looked for: around its mean on the unbounded scale, or everywhere where there is none. */
function frameOf({ mean, sd }: Mixtures, scale: Scale, c: number): Frame {
  const [m, s] = [mean[c] as number, sd[c] as number];
  const centre = scale.to(m);
  if (!Number.isFinite(centre)) return { centre: 0, spread: 1, reach: 12, known: false };
  const spread = s * scale.slope(m);
  if (!(spread > 0 && Number.isFinite(spread)))
    return { centre, spread: 1e-3 + 1e-3 * Math.abs(centre), reach: 14, known: false };
  return { centre, spread, reach: 5, known: true };
}

/** The part of a grid outside of which the density is nothing. */
function bulk(density: Float64Array, first: number, step: number): readonly [number, number] {
  const least = 1e-12 * density.reduce((a, b) => Math.max(a, b), 0);
  let [from, to] = [0, density.length - 1];
  while (from < to && (density[from] as number) <= least) from += 1;
  while (to > from && (density[to] as number) <= least) to -= 1;
  return [first + (from - 1) * step, first + (to + 1) * step];
}

// ---------------------------------------------------------------- grids

/** Densities of cells at points of their own, a list a cell. */
function densities(
  { points, family }: Mixtures,
  cells: readonly number[],
  countOf: (position: number) => number,
  responseAt: (position: number, i: number) => number,
): Float64Array[] {
  const counts = cells.map((_, k) => countOf(k));
  const total = counts.reduce((sum, n) => sum + n, 0);
  const [owners, y] = [new Int32Array(total), new Float64Array(total)];
  let at = 0;
  for (const [k, c] of cells.entries())
    for (let i = 0; i < (counts[k] as number); i++) {
      owners[at] = c;
      y[at] = responseAt(k, i);
      at += 1;
    }
  const values = family.mixed("density", points, owners, y);
  at = 0;
  return counts.map((count) => {
    at += count;
    return values.subarray(at - count, at);
  });
}

function sums(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((x) => {
    sum += x;
    return sum;
  });
}

/** Cumulative integrals of equally spaced values, by the cubic through the four around each step. */
function integrals(f: Float64Array, step: number): Float64Array {
  const result = new Float64Array(f.length);
  for (let i = 1; i < f.length; i++) {
    const [a, b] = [f[i - 1] as number, f[i] as number];
    const inside = i >= 2 && i + 1 < f.length;
    const cubic = inside ? (13 * (a + b) - (f[i - 2] as number) - (f[i + 1] as number)) / 24 : (a + b) / 2;
    result[i] = (result[i - 1] as number) + step * Math.max(0, cubic);
  }
  return result;
}

function scaled(values: Float64Array, total: number): Float64Array {
  return values.map((x) => x / total);
}

/** Of cumulative integrals at a real position: the cubic with the densities as slopes. */
function interpolated(cumulative: Float64Array, density: Float64Array, step: number, position: number): number {
  const last = cumulative.length - 1;
  if (!(position > 0)) return Number.isNaN(position) ? Number.NaN : 0;
  if (position >= last) return 1;
  const k = Math.floor(position);
  return hermite(cumulative, density, step, k, position - k);
}

function hermite(cumulative: Float64Array, density: Float64Array, step: number, k: number, x: number): number {
  const [a, b] = [cumulative[k] as number, cumulative[k + 1] as number];
  const [p, q] = [(density[k] as number) * step, (density[k + 1] as number) * step];
  const y = 1 - x;
  const value = a * (1 + 2 * x) * y * y + b * (1 + 2 * y) * x * x + p * x * y * y - q * x * x * y;
  return Math.min(b, Math.max(a, value));
}

/** The position at which the cumulative integral reaches p. */
function inverted(cumulative: Float64Array, density: Float64Array, step: number, p: number): number {
  const k = Math.max(1, firstAtLeast(cumulative, p)) - 1;
  let [low, high] = [0, 1];
  for (let pass = 0; pass < 50; pass++) {
    const middle = 0.5 * (low + high);
    if (hermite(cumulative, density, step, k, middle) < p) low = middle;
    else high = middle;
  }
  return k + 0.5 * (low + high);
}

function firstAtLeast(ascending: Float64Array, p: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) >= p) high = middle;
    else low = middle + 1;
  }
  return low;
}
