// Scores of predictions on rows that were held out, in one pass: `ffm score`.

import { diagnose } from "../diagnostics/index.ts";
import {
  type CalibrationBin,
  type Foretold,
  type ForetoldStatement,
  type Observed,
  type StatementScore,
  scorer,
} from "../predict/index.ts";
import { DataError } from "./errors.ts";
import { type Known, knownOf, predictiveOf, rowsFor, type State } from "./foretell.ts";
import { type Data, sourceOf } from "./model.ts";
import { foretellingOf, type PredictOptions } from "./predict.ts";

export type { CalibrationBin, StatementScore };

/** What `ffm score --format json` prints; a stable contract. */
export interface ScoreReport {
  readonly schema: "ffm.score/1";
  readonly model: { readonly name: string; readonly hash: string };
  readonly predictive: string;
  readonly rows: number;
  readonly skipped: number;
  readonly interval: number;
  /** Over all statements: sums of log scores, and their mean a row. */
  readonly logScore: { readonly sum: number; readonly mean: number | null };
  readonly plugin: { readonly sum: number; readonly mean: number | null };
  readonly statements: readonly StatementScore[];
}

export type ScoreOptions = Omit<PredictOptions, "observed">;

/** Holds predictions by a saved state against rows with their responses, in one pass. */
export function score(state: State, data: Data, options: ScoreOptions = {}): Promise<ScoreReport> {
  return scores(knownOf(state, options.model), data, options);
}

/** A batch that was scored: a cell an element and row; rows that `skip` marks were left out. */
export interface ScoredBatch {
  readonly statements: readonly ForetoldStatement[];
  readonly foretold: readonly Foretold[];
  readonly observed: readonly Observed[];
  readonly numbers: Float64Array;
  readonly skip: Uint8Array | null;
}

/** Holds predictions by what is known against rows with their responses; `observe` sees each batch. */
export async function scores(
  known: Known,
  data: Data,
  options: ScoreOptions = {},
  observe: ((batch: ScoredBatch) => void) | null = null,
): Promise<ScoreReport> {
  const { knowledge, foretell } = foretellingOf(known, options);
  const { program } = knowledge;
  const interval = options.interval ?? program.options.interval;
  const source = sourceOf(data);
  const needed = new Set([...foretell.inputs, ...foretell.observed]);
  const reading = rowsFor(knowledge, source, needed, foretell.capacity, options);
  const scorers = foretell.statements.map((statement) => scorer(statement, interval));
  let [rows, left] = [0, 0];
  for await (const { batch, numbers } of reading.batches()) {
    const observed = foretell.responses(batch);
    const foretold = foretell.predict(batch);
    const skip = impossible(foretold, observed, numbers, options);
    const out = skip === null ? 0 : skip.reduce((sum, x) => sum + x, 0);
    rows += batch.rows - out;
    left += out;
    for (const [k, one] of foretold.entries()) scorers[k]?.take(one, observed[k] as Observed, skip);
    observe?.({ statements: foretell.statements, foretold, observed, numbers, skip });
  }
  if (rows + left + reading.skipped() === 0) throw new DataError([diagnose("FF506", null, {})]);
  const statements = scorers.map((s) => s.result());
  const total = (of: (s: StatementScore) => number): { sum: number; mean: number | null } => {
    const sum = statements.reduce((all, s) => all + of(s), 0);
    return { sum, mean: rows === 0 ? null : sum / rows };
  };
  return {
    schema: "ffm.score/1",
    model: { name: program.name, hash: program.hash },
    predictive: predictiveOf(options, program),
    rows,
    skipped: reading.skipped() + left,
    interval,
    logScore: total((s) => s.logScore.sum),
    plugin: total((s) => s.plugin.sum),
    statements,
  };
}

/** Rows that have no finite score, null where all have one; throws DataError at the first unless they are skipped. */
function impossible(
  foretold: readonly Foretold[],
  observed: readonly Observed[],
  numbers: Float64Array,
  { onBadRow }: ScoreOptions,
): Uint8Array | null {
  let skip: Uint8Array | null = null;
  for (const [k, { predictive, plain, broken, applies, rows }] of foretold.entries()) {
    const { response, present } = observed[k] as Observed;
    const [own, other] = [predictive.logDensity(response), plain().logDensity(response)];
    for (let c = 0; c < response.length; c++) {
      const row = c % rows;
      if (applies?.[c] === 0 || present?.[c] === 0) continue;
      const fine = broken?.[row] !== 1 && Number.isFinite(own[c] as number) && Number.isFinite(other[c] as number);
      if (fine) continue;
      if (onBadRow !== "skip") {
        const what =
          broken?.[row] === 1
            ? "the prediction is not a finite number"
            : `the observed response ${response[c]} is impossible under the model`;
        throw new DataError([diagnose("FF552", null, { row: numbers[row] as number, what })]);
      }
      skip ??= new Uint8Array(rows);
      skip[row] = 1;
    }
  }
  return skip;
}
