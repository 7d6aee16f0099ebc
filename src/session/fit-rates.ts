// Rates from measurements: the seconds an operation of each kind takes, all of them positive, that bring the predicted
// times nearest to the measured ones on the log scale. There are hardly more measurements than kinds, so rates are held to
// ours: a machine is so much faster or slower as a whole, and a kind differs from that only as far as the times say so.

import { type Rates, type Work, workKinds } from "../planner/index.ts";

/** A batch's work and the seconds it took. */
export interface Timed {
  readonly work: Work;
  readonly seconds: number;
}

/** Rounds of the descent at most. */
const rounds = 2000;
/** Ends it: no logarithm of a rate moved by more. */
const settled = 1e-7;
/** How a kind is held to the whole: as by so many measurements of it. Times are off by 15 %, kinds differ twofold. */
const hold = 0.05;
/** Longest step of a logarithm. */
const longest = 1;

/**
 * Minimises Σ log²(Σ_k work_k before_k e^(u + v_k) / seconds) + hold Σ v_k² over u and v by coordinate descent (Gauss–Newton
 * steps, halved until they are down); the rates are before_k e^(u + v_k).
 */
export function fitRates(measured: readonly Timed[], before: Rates): Rates {
  const start = workKinds.map((kind) => Math.max(before[kind], Number.MIN_VALUE));
  const columns = workKinds.map((kind, k) => measured.map(({ work }) => work[kind] * (start[k] as number)));
  const took = measured.map(({ seconds }) => Math.log(seconds));
  let whole = 0;
  const own = workKinds.map(() => 0);
  const ratesNow = (): readonly number[] => own.map((v) => Math.exp(whole + v));
  const predicted = (): number[] => {
    const by = ratesNow();
    return measured.map((_, i) =>
      columns.reduce((sum, column, k) => sum + (column[i] as number) * (by[k] as number), 0),
    );
  };
  const objective = (): number =>
    predicted().reduce((sum, time, i) => sum + (Math.log(time) - (took[i] as number)) ** 2, 0) +
    hold * own.reduce((sum, v) => sum + v * v, 0);
  let now = objective();
  // -1 stands for the whole
  const move = (k: number, by: number): void => {
    if (k < 0) whole += by;
    else own[k] = (own[k] as number) + by;
  };
  for (let round = 0; round < rounds; round++) {
    let furthest = 0;
    for (let k = -1; k < own.length; k++) {
      const times = predicted();
      const rate = k < 0 ? 1 : Math.exp(whole + (own[k] as number));
      let [along, square] = k < 0 ? [0, 0] : [-hold * (own[k] as number), hold];
      for (const [i, time] of times.entries()) {
        const share = k < 0 ? 1 : ((columns[k]?.[i] as number) * rate) / time;
        along -= share * (Math.log(time) - (took[i] as number));
        square += share * share;
      }
      if (square === 0) continue;
      let step = Math.max(-longest, Math.min(longest, along / square));
      for (let halving = 0; halving < 20 && step !== 0; halving++, step /= 2) {
        move(k, step);
        const then = objective();
        if (then <= now) {
          now = then;
          furthest = Math.max(furthest, Math.abs(step));
          break;
        }
        move(k, -step);
      }
    }
    if (furthest < settled) break;
  }
  const by = ratesNow();
  return Object.fromEntries(
    workKinds.map((kind, k) => [kind, (start[k] as number) * (by[k] as number)]),
  ) as unknown as Rates;
}
