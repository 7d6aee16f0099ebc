// How well predictions met what was observed, one pass over rows: log scores, errors, calibration and coverage, as sums that
// need no more memory for more rows.

import type { Foretold, ForetoldStatement, Observed } from "./predictor.ts";

/** Bins of equal width in which confidence is held against accuracy. */
const confidenceBins = 15;
/** Bins of equal probability in which responses should lie equally often. */
const uniformBins = 10;

/** A bin of the calibration table: what was predicted, what was observed, and how many rows. */
export interface CalibrationBin {
  readonly lower: number;
  readonly upper: number;
  readonly predicted: number;
  readonly observed: number;
  readonly count: number;
}

/** The scores of one statement; a count of 0 leaves every mean null. */
export interface StatementScore {
  readonly response: string;
  readonly statement: string;
  /** Responses scored: rows, times the elements of a vector. */
  readonly count: number;
  /** Of the log predictive densities or probabilities. */
  readonly logScore: { readonly sum: number; readonly mean: number | null };
  /** The same at the estimate, its uncertainty left out. */
  readonly plugin: { readonly sum: number; readonly mean: number | null };
  /** Of the predictive mean; null for categories. */
  readonly rmse: number | null;
  readonly mae: number | null;
  /** Share of responses that are the most probable level; null but for categories and binary responses. */
  readonly accuracy: number | null;
  /** Mean of Σ_k (p_k − [y = k])² over levels (Brier 1950); for a binary response that of one level, half as much. */
  readonly brier: number | null;
  /** Σ over bins of the confidence of the most probable level of share · |accuracy − mean confidence|, 15 of equal width. */
  readonly ece: number | null;
  readonly pluginEce: number | null;
  /** Share of responses within the interval of a new observation; null where responses are levels. */
  readonly coverage: number | null;
  /**
   * Levels: probability of each level against how often it came, in bins of probability. Numbers: how often responses fall
   * in each tenth of their predictive distribution, a discrete one counting in shares.
   */
  readonly calibration: readonly CalibrationBin[];
}

export interface Scorer {
  /** Takes a statement's rows, but those that `skip` marks; a row whose response is impossible must be among these. */
  readonly take: (foretold: Foretold, observed: Observed, skip: Uint8Array | null) => void;
  readonly result: () => StatementScore;
}

interface Bins {
  readonly count: Float64Array;
  readonly predicted: Float64Array;
  readonly observed: Float64Array;
}

const emptyBins = (n: number): Bins => ({
  count: new Float64Array(n),
  predicted: new Float64Array(n),
  observed: new Float64Array(n),
});

/** Collects the scores of one statement. */
export function scorer(statement: ForetoldStatement, interval: number): Scorer {
  const levelled = statement.levels !== null;
  let [count, sum, plainSum, squares, absolute, hits, brier, covered] = [0, 0, 0, 0, 0, 0, 0, 0];
  const confidence = emptyBins(confidenceBins);
  const plainConfidence = emptyBins(confidenceBins);
  const table = emptyBins(levelled ? confidenceBins : uniformBins);

  const take = (foretold: Foretold, observed: Observed, skip: Uint8Array | null): void => {
    const { predictive, applies, rows } = foretold;
    const plain = foretold.plain();
    const { response, present } = observed;
    const used = (c: number): boolean =>
      applies?.[c] !== 0 && present?.[c] !== 0 && skip?.[c % rows] !== 1 && !Number.isNaN(response[c] as number);
    const [own, other] = [predictive.logDensity(response), plain.logDensity(response)];
    const tails = [(1 - interval) / 2, (1 + interval) / 2];
    const levels = levelled ? predictive.levels() : null;
    const [lower, upper] = levelled ? [null, null] : (predictive.quantiles(tails) as [Float64Array, Float64Array]);
    const probabilities = levels?.probability ?? null;
    const plainProbabilities = levelled ? (plain.levels()?.probability ?? null) : null;
    const placed = levelled ? null : predictive.place(response);
    for (let c = 0; c < response.length; c++) {
      if (!used(c)) continue;
      const y = response[c] as number;
      count += 1;
      sum += own[c] as number;
      plainSum += other[c] as number;
      if (!statement.category) {
        const gap = y - (predictive.mean[c] as number);
        squares += gap * gap;
        absolute += Math.abs(gap);
      }
      if (lower !== null && upper !== null && y >= (lower[c] as number) && y <= (upper[c] as number)) covered += 1;
      if (probabilities !== null && levels !== null) {
        const k = y - statement.support.lower;
        const at = (l: number): number => probabilities[l * response.length + c] as number;
        let [best, distance] = [0, 0];
        for (let l = 0; l < levels.count; l++) {
          if (at(l) > at(best)) best = l;
          distance += (at(l) - (l === k ? 1 : 0)) ** 2;
          // of two levels one says all
          if (levels.count > 2 || l === 1) put(table, confidenceBins, at(l), l === k ? 1 : 0);
        }
        hits += best === k ? 1 : 0;
        brier += levels.count === 2 ? distance / 2 : distance;
        put(confidence, confidenceBins, at(best), best === k ? 1 : 0);
        if (plainProbabilities !== null)
          confide(plainConfidence, plainProbabilities, levels.count, response.length, c, k);
      }
      if (placed !== null) spread(table, placed.below[c] as number, placed.at[c] as number);
    }
  };

  const mean = (x: number): number | null => (count === 0 || !Number.isFinite(x) ? null : x / count);
  const root = (x: number | null): number | null => (x === null ? null : Math.sqrt(x));
  return {
    take,
    result: () => ({
      response: statement.response,
      statement: statement.text,
      count,
      logScore: { sum, mean: mean(sum) },
      plugin: { sum: plainSum, mean: mean(plainSum) },
      rmse: statement.category ? null : root(mean(squares)),
      mae: statement.category ? null : mean(absolute),
      accuracy: levelled ? mean(hits) : null,
      brier: levelled ? mean(brier) : null,
      ece: levelled ? eceOf(confidence, count) : null,
      pluginEce: levelled ? eceOf(plainConfidence, count) : null,
      coverage: levelled ? null : mean(covered),
      calibration: levelled ? binned(table) : uniform(table, count),
    }),
  };
}

/** Adds to the bin of a probability. */
function put(bins: Bins, count: number, probability: number, hit: number): void {
  const k = Math.max(0, Math.min(count - 1, Math.floor(probability * count)));
  bins.count[k] = (bins.count[k] as number) + 1;
  bins.predicted[k] = (bins.predicted[k] as number) + probability;
  bins.observed[k] = (bins.observed[k] as number) + hit;
}

function confide(bins: Bins, p: Float64Array, levels: number, cells: number, c: number, k: number): void {
  let best = 0;
  for (let l = 1; l < levels; l++) if ((p[l * cells + c] as number) > (p[best * cells + c] as number)) best = l;
  put(bins, confidenceBins, p[best * cells + c] as number, best === k ? 1 : 0);
}

/** Adds a response to the bins that its place between P(Y < y) and P(Y ≤ y) covers, in shares. */
function spread(bins: Bins, below: number, at: number): void {
  if (Number.isNaN(below) || Number.isNaN(at)) return;
  const add = (k: number, share: number): void => {
    bins.observed[k] = (bins.observed[k] as number) + share;
  };
  const binOf = (u: number): number => Math.max(0, Math.min(uniformBins - 1, Math.floor(u * uniformBins)));
  const width = at - below;
  if (!(width > 0)) {
    add(binOf(at), 1);
    return;
  }
  for (let k = binOf(below); k <= binOf(at); k++) {
    const overlap = Math.min(at, (k + 1) / uniformBins) - Math.max(below, k / uniformBins);
    if (overlap > 0) add(k, overlap / width);
  }
}

function eceOf({ count, predicted, observed }: Bins, total: number): number | null {
  if (total === 0) return null;
  return (
    count.reduce((sum, n, k) => sum + (n === 0 ? 0 : Math.abs((observed[k] as number) - (predicted[k] as number))), 0) /
    total
  );
}

function binned({ count, predicted, observed }: Bins): CalibrationBin[] {
  const bins = count.length;
  return Array.from(count, (n, k) => ({
    lower: k / bins,
    upper: (k + 1) / bins,
    predicted: n === 0 ? (k + 0.5) / bins : (predicted[k] as number) / n,
    observed: n === 0 ? 0 : (observed[k] as number) / n,
    count: n,
  })).filter(({ count: n }) => n > 0);
}

function uniform({ observed }: Bins, total: number): CalibrationBin[] {
  if (total === 0) return [];
  return Array.from(observed, (n, k) => ({
    lower: k / uniformBins,
    upper: (k + 1) / uniformBins,
    predicted: 1 / uniformBins,
    observed: n / total,
    count: n,
  }));
}
