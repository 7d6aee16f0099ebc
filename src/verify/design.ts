// Where a family is checked: a few values over the domain of each argument, some of them far out, and a fixed choice of
// their combinations.

import type { FamilyArgument } from "../check/index.ts";
import { known } from "../ir/index.ts";

/** One value an argument, row-major. */
export type ArgumentValues = readonly (readonly number[])[];

const most = 16;
const reals = [0, -2.5, 0.7, 4];
const positives = [1, 0.3, 2.6, 40];
const shares = [0.35, 0.02, 0.5, 0.93];
const counts = [7, 1, 60];
/** Elements of vectors, taken in turn. */
const patterns = [
  [0, 0, 0, 0],
  [-0.4, 1.2, 0.5, -1.7],
  [3, -2.5, 0.6, -4],
];

/** Combinations of argument values: all of them where there are few, else spread over them evenly. */
export function design(args: readonly FamilyArgument[]): readonly ArgumentValues[] {
  const choices = args.map(valuesOf);
  const all = choices.reduce((n, c) => n * c.length, 1);
  const pick = (at: number): ArgumentValues => {
    let rest = at;
    return choices.map((choice) => {
      const value = choice[rest % choice.length] as readonly number[];
      rest = Math.floor(rest / choice.length);
      return value;
    });
  };
  const count = Math.min(all, most);
  // a step without a common divisor visits different combinations of every pair of arguments
  const step = count === all ? 1 : coprime(Math.round(all * 0.381966), all);
  return Array.from({ length: count }, (_, k) => pick((k * step) % all));
}

function coprime(start: number, n: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let step = Math.max(1, start);
  while (divisor(step, n) > 1) step += 1;
  return step;
}

function valuesOf(argument: FamilyArgument): readonly (readonly number[])[] {
  const { shape, structure } = argument;
  if (shape.length === 0) return scalars(argument).map((x) => [x]);
  const size = shape.reduce<number>((n, dim) => n * known(dim), 1);
  const row = known(shape[shape.length - 1] ?? 1);
  return patterns.map((pattern) => {
    const free = Array.from({ length: size }, (_, k) => pattern[k % pattern.length] as number);
    if (structure === "simplex") return softmax(free, row);
    if (structure === "ordered") return free.map((_, k) => -1 + 1.5 * (k % row) + 0.1 * Math.abs(free[k] as number));
    return free.map((x) => mapped(argument, x));
  });
}

function scalars({ domain }: FamilyArgument): readonly number[] {
  const { kind, lower, upper } = domain;
  if (kind !== "real") {
    if (!Number.isFinite(lower)) return [0, -3, 12];
    return counts.map((n) => Math.min(lower + n, upper)).filter((n, k, list) => list.indexOf(n) === k);
  }
  if (Number.isFinite(lower) && Number.isFinite(upper)) return shares.map((p) => lower + (upper - lower) * p);
  if (Number.isFinite(lower)) return positives.map((x) => lower + x);
  return Number.isFinite(upper) ? positives.map((x) => upper - x) : reals;
}

/** A real number to the argument's domain. */
function mapped({ domain: { lower, upper } }: FamilyArgument, x: number): number {
  if (Number.isFinite(lower) && Number.isFinite(upper)) return lower + (upper - lower) / (1 + Math.exp(-x));
  if (Number.isFinite(lower)) return lower + Math.exp(x);
  return Number.isFinite(upper) ? upper - Math.exp(x) : x;
}

function softmax(free: readonly number[], row: number): number[] {
  return free.map((x, k) => {
    const start = k - (k % row);
    const sum = free.slice(start, start + row).reduce((total, v) => total + Math.exp(v), 0);
    return Math.exp(x) / sum;
  });
}
