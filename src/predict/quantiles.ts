// Quantiles of mixtures whose family states its distribution function, of all cells at once: a bracket around the normal
// guess, then false position with bisection (Illinois), or bisection over whole numbers.

import { normalQuantile } from "../reports/index.ts";
import { scaleBetween } from "./scales.ts";
import type { Mixtures } from "./tables.ts";

const mostPasses = 200;
/** Of the probability at a quantile. */
const tolerance = 1e-10;

/** The least y with P(Y ≤ y) ≥ p, a value a cell; NaN where the distribution has no values. */
export function solveQuantiles(mixtures: Mixtures, p: number): Float64Array {
  return mixtures.support.integer ? wholeNumbers(mixtures, p) : realNumbers(mixtures, p);
}

function wholeNumbers(mixtures: Mixtures, p: number): Float64Array {
  const { points, family, support } = mixtures;
  const { cells } = points;
  const upTo = (list: readonly number[], y: Float64Array): Float64Array =>
    family.mixed("distribution", points, list, y);
  // P(Y ≤ low) < p ≤ P(Y ≤ high)
  const low = new Float64Array(cells).fill(support.lower - 1);
  const high = Float64Array.from({ length: cells }, (_, c) => {
    const guess = (mixtures.mean[c] as number) + 4 * (mixtures.sd[c] as number);
    return Math.min(support.upper, Math.max(support.lower, Number.isFinite(guess) ? Math.ceil(guess) : 1));
  });
  let open = Array.from({ length: cells }, (_, c) => c);
  for (let pass = 0; pass < mostPasses && open.length > 0; pass++) {
    const reached = upTo(
      open,
      Float64Array.from(open, (c) => high[c] as number),
    );
    open = open.filter((c, i) => {
      if ((reached[i] as number) >= p || (high[c] as number) >= support.upper || !Number.isFinite(high[c] as number))
        return false;
      low[c] = high[c] as number;
      high[c] = Math.min(support.upper, 2 * (high[c] as number) + 1);
      return true;
    });
  }
  open = Array.from({ length: cells }, (_, c) => c).filter((c) => (high[c] as number) - (low[c] as number) > 1);
  while (open.length > 0) {
    const middle = Float64Array.from(open, (c) => Math.floor(0.5 * ((low[c] as number) + (high[c] as number))));
    const reached = upTo(open, middle);
    for (const [i, c] of open.entries()) {
      if ((reached[i] as number) >= p) high[c] = middle[i] as number;
      else low[c] = middle[i] as number;
    }
    open = open.filter((c) => (high[c] as number) - (low[c] as number) > 1);
  }
  return high;
}

function realNumbers(mixtures: Mixtures, p: number): Float64Array {
  const { points, family, support, mean, sd } = mixtures;
  const scale = scaleBetween(support.lower, support.upper);
  const { cells } = points;
  const excess = (list: readonly number[], t: Float64Array): Float64Array =>
    family.mixed("distribution", points, list, t.map(scale.from)).map((x) => x - p);
  const z = normalQuantile(p);
  const [low, high] = [new Float64Array(cells), new Float64Array(cells)];
  const spread = new Float64Array(cells);
  for (let c = 0; c < cells; c++) {
    const centre = scale.to(mean[c] as number);
    const width = (sd[c] as number) * scale.slope(mean[c] as number);
    spread[c] = Number.isFinite(width) && width > 0 ? width : 1;
    const guess = (Number.isFinite(centre) ? centre : 0) + z * (spread[c] as number);
    low[c] = guess - 0.1 * (spread[c] as number);
    high[c] = guess + 0.1 * (spread[c] as number);
  }
  const every = Array.from({ length: cells }, (_, c) => c);
  const [below, above] = [excess(every, low), excess(every, high)];
  // brackets grow to the side on which the quantile is
  for (const [end, at, side] of [
    [low, below, -1],
    [high, above, 1],
  ] as const) {
    let width = 0.3;
    let open = every.filter((c) => side * (at[c] as number) < 0);
    for (let pass = 0; pass < 60 && open.length > 0; pass++) {
      for (const c of open) {
        const [other, otherAt] = side < 0 ? [high, above] : [low, below];
        other[c] = end[c] as number;
        otherAt[c] = at[c] as number;
        end[c] = (end[c] as number) + side * width * (spread[c] as number);
      }
      const now = excess(
        open,
        Float64Array.from(open, (c) => end[c] as number),
      );
      for (const [i, c] of open.entries()) at[c] = now[i] as number;
      open = open.filter((c) => side * (at[c] as number) < 0);
      width *= 2;
    }
  }
  const result = Float64Array.from(every, (c) => 0.5 * ((low[c] as number) + (high[c] as number)));
  // which end moved last: an end that stays twice counts for half
  const moved = new Int8Array(cells);
  let open = every;
  for (let pass = 0; pass < mostPasses && open.length > 0; pass++) {
    const tried = Float64Array.from(open, (c) => {
      const [a, b, x, y] = [low[c], high[c], below[c], above[c]] as [number, number, number, number];
      const secant = a - (x * (b - a)) / (y - x);
      return pass % 4 < 3 && secant > a && secant < b ? secant : 0.5 * (a + b);
    });
    const now = excess(open, tried);
    const rest: number[] = [];
    for (const [i, c] of open.entries()) {
      const [t, value] = [tried[i] as number, now[i] as number];
      result[c] = t;
      if (value < 0) {
        low[c] = t;
        below[c] = value;
        if (moved[c] === -1) above[c] = 0.5 * (above[c] as number);
        moved[c] = -1;
      } else {
        high[c] = t;
        above[c] = value;
        if (moved[c] === 1) below[c] = 0.5 * (below[c] as number);
        moved[c] = 1;
      }
      const near = 1e-13 * (Math.abs(t) + (spread[c] as number));
      if (Math.abs(value) > tolerance && (high[c] as number) - (low[c] as number) > near) rest.push(c);
    }
    open = rest;
  }
  return result.map((t, c) =>
    Number.isNaN(mean[c] as number) && Number.isNaN(below[c] as number) ? Number.NaN : scale.from(t),
  );
}
