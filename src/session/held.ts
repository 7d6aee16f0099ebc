// How predictions fare on rows with their responses, for plots: what the scores say, and what pictures need besides, in
// one pass and bounded memory.

import { type Confusion, figure, type Held, type Prediction } from "../plots/index.ts";
import type { Foretold, ForetoldStatement, Observed, StatementScore } from "../predict/index.ts";
import { knownOf, type State } from "./foretell.ts";
import type { Data } from "./model.ts";
import { type ScoredBatch, type ScoreOptions, type ScoreReport, scores } from "./score.ts";

/** Bins of the probability integral transform. */
const bins = 20;
/** Probabilities of the intervals whose coverage is measured. */
const probabilities = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];
/** Predictions kept, and levels of a table of them. */
const [kept, levelsMost] = [600, 16];

/** Holds predictions by a saved state against rows: a picture of each response. */
export async function heldOut(state: State, data: Data, options: ScoreOptions = {}): Promise<readonly Held[]> {
  const watched: Watched[] = [];
  const observe = (batch: ScoredBatch): void => {
    for (const [k, statement] of batch.statements.entries()) {
      watched[k] ??= watchedOf(statement);
      (watched[k] as Watched).take(batch.foretold[k] as Foretold, batch.observed[k] as Observed, batch);
    }
  };
  const report = await scores(knownOf(state, options.model), data, options, observe);
  return report.statements.flatMap((score, k) => (score.count === 0 ? [] : (watched[k]?.result(score, report) ?? [])));
}

interface Watched {
  readonly take: (foretold: Foretold, observed: Observed, batch: Pick<ScoredBatch, "numbers" | "skip">) => void;
  readonly result: (score: StatementScore, report: ScoreReport) => Held;
}

function watchedOf(statement: ForetoldStatement): Watched {
  const { levels, support } = statement;
  const pit = new Array<number>(bins).fill(0);
  const covered = new Array<number>(probabilities.length).fill(0);
  const counts = levels === null || levels.length > levelsMost ? null : levels.map(() => levels.map(() => 0));
  let [stride, seen, placedCount] = [1, 0, 0];
  let predictions: Prediction[] = [];

  const place = (below: number, at: number): void => {
    if (Number.isNaN(below) || Number.isNaN(at)) return;
    placedCount += 1;
    spread(pit, below, at);
    for (const [k, p] of probabilities.entries()) {
      // the least y with P(Y ≤ y) ≥ q is at most the response where P(Y ≤ response) ≥ q
      if (at >= (1 - p) / 2 && below < (1 + p) / 2) covered[k] = (covered[k] as number) + 1;
    }
  };
  const keep = (prediction: Prediction): void => {
    if (!Object.values(prediction).every(Number.isFinite)) return;
    predictions.push(prediction);
    if (predictions.length < kept) return;
    predictions = predictions.filter((_, k) => k % 2 === 0);
    stride *= 2;
  };

  const take: Watched["take"] = ({ predictive, applies, rows }, { response, present }, { numbers, skip }) => {
    const used = (c: number): boolean =>
      applies?.[c] !== 0 && present?.[c] !== 0 && skip?.[c % rows] !== 1 && !Number.isNaN(response[c] as number);
    if (levels !== null) {
      const probability = predictive.levels()?.probability;
      if (counts === null || probability === undefined) return;
      for (let c = 0; c < response.length; c++) {
        if (!used(c)) continue;
        let best = 0;
        for (let l = 1; l < levels.length; l++)
          if ((probability[l * response.length + c] as number) > (probability[best * response.length + c] as number))
            best = l;
        const row = counts[(response[c] as number) - support.lower];
        if (row !== undefined) row[best] = (row[best] as number) + 1;
      }
      return;
    }
    const { below, at } = predictive.place(response);
    let ends: readonly Float64Array[] | null = null;
    for (let c = 0; c < response.length; c++) {
      if (!used(c)) continue;
      place(below[c] as number, at[c] as number);
      if (seen++ % stride !== 0) continue;
      ends ??= predictive.quantiles([0.025, 0.975]);
      keep({
        row: numbers[c % rows] as number,
        predicted: predictive.mean[c] as number,
        lower: ends[0]?.[c] as number,
        upper: ends[1]?.[c] as number,
        observed: response[c] as number,
      });
    }
  };

  return {
    take,
    result: (score, report) => ({
      response: score.response,
      statement: score.statement,
      count: score.count,
      scores: figures(score, report),
      reliability: levels === null ? null : score.calibration,
      coverage:
        levels !== null || placedCount === 0
          ? null
          : probabilities.map((probability, k) => ({ probability, covered: (covered[k] as number) / placedCount })),
      pit: levels !== null || placedCount === 0 ? null : pit,
      predictions,
      confusion: levels === null || counts === null ? null : ({ levels, counts } satisfies Confusion),
    }),
  };
}

/** Adds a response to the bins between P(Y < y) and P(Y ≤ y), in shares. */
function spread(pit: number[], below: number, at: number): void {
  const binOf = (u: number): number => Math.max(0, Math.min(bins - 1, Math.floor(u * bins)));
  const add = (k: number, share: number): void => {
    pit[k] = (pit[k] as number) + share;
  };
  const width = at - below;
  if (!(width > 0)) {
    add(binOf(at), 1);
    return;
  }
  for (let k = binOf(below); k <= binOf(at); k++) {
    const overlap = Math.min(at, (k + 1) / bins) - Math.max(below, k / bins);
    if (overlap > 0) add(k, overlap / width);
  }
}

function figures(score: StatementScore, { interval }: ScoreReport): Held["scores"] {
  const entries: readonly (readonly [string, number | null, string])[] = [
    ["Log score", score.logScore.mean, plain("nats a response", score.plugin.mean)],
    ["RMSE", score.accuracy === null ? score.rmse : null, "root mean square error"],
    ["MAE", score.accuracy === null ? score.mae : null, "mean absolute error"],
    ["Accuracy", score.accuracy, "share where the most probable level came"],
    ["Brier score", score.brier, "smaller is better"],
    ["Calibration error", score.ece, plain("ECE", score.pluginEce)],
    [`Coverage of ${Number((100 * interval).toPrecision(6))} %`, score.coverage, "share within the intervals"],
  ];
  return entries.flatMap(([name, value, meaning]) => (value === null ? [] : [{ name, value, meaning }]));
}

/** A meaning, with what the figure is without the parameters' uncertainty. */
function plain(meaning: string, value: number | null): string {
  return value === null ? meaning : `${meaning}; ${figure(value)} at the estimate alone`;
}
