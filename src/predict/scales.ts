// The scale on which an argument of a family is without bounds: logarithm of what is positive, log odds of what lies between
// two ends. There a Gaussian says what is not known of it.

import type { ArgumentDomain } from "../ir/index.ts";

export interface Scale {
  readonly to: (x: number) => number;
  readonly from: (u: number) => number;
  /** du/dx */
  readonly slope: (x: number) => number;
}

const identity: Scale = { to: (x) => x, from: (u) => u, slope: () => 1 };
const logit: Scale = {
  to: (x) => Math.log(x / (1 - x)),
  from: (u) => 1 / (1 + Math.exp(-u)),
  slope: (x) => 1 / (x * (1 - x)),
};
const logarithm: Scale = { to: Math.log, from: Math.exp, slope: (x) => 1 / x };

/** The scale of a single number that lies between two ends, finite or not. */
export function scaleBetween(lower: number, upper: number): Scale {
  const [below, above] = [Number.isFinite(lower), Number.isFinite(upper)];
  if (lower === 0 && upper === 1) return logit;
  if (below && above) {
    const width = upper - lower;
    return {
      to: (x) => Math.log((x - lower) / (upper - x)),
      from: (u) => lower + width / (1 + Math.exp(-u)),
      slope: (x) => width / ((x - lower) * (upper - x)),
    };
  }
  if (below) {
    if (lower === 0) return logarithm;
    return { to: (x) => Math.log(x - lower), from: (u) => lower + Math.exp(u), slope: (x) => 1 / (x - lower) };
  }
  if (above)
    return { to: (x) => -Math.log(upper - x), from: (u) => upper - Math.exp(-u), slope: (x) => 1 / (upper - x) };
  return identity;
}

/** The scale of an argument; elements of a simplex go by their logarithms and are made to sum to 1 on the way back. */
export function scaleOf({ lower, upper, structure }: ArgumentDomain): Scale {
  if (structure === "simplex") return logarithm;
  return structure === "ordered" ? identity : scaleBetween(lower, upper);
}
