// Rates from measurements: the seconds an operation of each kind takes, none of them negative, that bring the predicted
// times nearest to the measured ones, relative to them.

import { type Rates, type Work, workKinds } from "../planner/index.ts";

/** A batch's work and the seconds it took. */
export interface Timed {
  readonly work: Work;
  readonly seconds: number;
}

/** Rounds of the descent; it has long settled by then. */
const rounds = 20_000;
/** How much a rate that the measurements say nothing about is held where it was. */
const hold = 1e-4;

/**
 * Minimises Σ (Σ_k work_k rate_k / seconds − 1)² over rate ≥ 0 by coordinate descent. `before` are the rates that hold where
 * measurements don't decide: a slight pull towards them, of each kind relative to itself.
 */
export function fitRates(measured: readonly Timed[], before: Rates): Rates {
  const found = workKinds.map((kind) => before[kind]);
  const columns = workKinds.map((kind) => measured.map(({ work, seconds }) => work[kind] / seconds));
  const left = measured.map((_, i) => 1 - found.reduce((sum, rate, k) => sum + rate * at(columns, k, i), 0));
  for (let round = 0; round < rounds; round++)
    for (const [k, column] of columns.entries()) {
      const [rate, start] = [found[k] as number, before[workKinds[k] as keyof Rates]];
      const pull = hold / (start * start || 1e-24);
      let [along, square] = [pull * (start - rate), pull];
      for (const [i, x] of column.entries()) {
        along += x * (left[i] as number);
        square += x * x;
      }
      const next = Math.max(0, rate + along / square);
      if (next === rate) continue;
      for (const [i, x] of column.entries()) left[i] = (left[i] as number) - (next - rate) * x;
      found[k] = next;
    }
  return Object.fromEntries(workKinds.map((kind, k) => [kind, found[k]])) as unknown as Rates;
}

function at(columns: readonly (readonly number[])[], k: number, i: number): number {
  return columns[k]?.[i] ?? 0;
}
