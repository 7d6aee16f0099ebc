// Predictions: rows of data to distributions of their responses, a batch at a time, by a saved state or a flow.

import { diagnose } from "../diagnostics/index.ts";
import type { Foretold, ForetoldStatement, PredictiveKind, Predictor } from "../predict/index.ts";
import { DataError } from "./errors.ts";
import {
  type ForetellOptions,
  type Knowledge,
  type Known,
  knowledgeOf,
  knownOf,
  type PredictiveOptions,
  predictiveOf,
  predictorOf,
  rowsFor,
  type State,
  withNewLevels,
} from "./foretell.ts";
import { type Data, sourceOf } from "./model.ts";

export interface PredictOptions extends ForetellOptions, PredictiveOptions {
  /** At a level that was not there when the model learnt: `error` (default), or parameters known by their `prior` alone. */
  readonly newLevel?: "error" | "prior";
  /** Whether rows hold their responses, too, and these are to be placed. */
  readonly observed?: boolean;
}

/** What is foretold of one statement in the rows of a batch: arrays of elements × rows, element after element. */
export interface StatementPrediction {
  readonly statement: ForetoldStatement;
  /** 0 where the statement does not apply; null where it always does. */
  readonly applies: Uint8Array | null;
  /** Of a new observation; NaN where the family has none. */
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** Of the mean, as uncertain as the parameters; null for `plugin`. */
  readonly meanLower: Float64Array | null;
  readonly meanUpper: Float64Array | null;
  /** Of a new observation. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Of categories and binary responses, level after level, each with rows of its own; null for others. */
  readonly levels: {
    readonly names: readonly string[];
    readonly probability: Float64Array;
    /** Null for `plugin`. */
    readonly lower: Float64Array | null;
    readonly upper: Float64Array | null;
  } | null;
  /** Where responses were asked for: log predictive density, and P(Y < y), P(Y ≤ y); NaN where there is none. */
  readonly placed: {
    readonly logDensity: Float64Array;
    readonly below: Float64Array;
    readonly at: Float64Array;
  } | null;
}

export interface PredictionBatch {
  readonly rows: number;
  /** Number of each row in the data, from 1. */
  readonly numbers: Float64Array;
  readonly statements: readonly StatementPrediction[];
}

/** Predictions, computed as they are read. */
export interface Predictions extends AsyncIterable<PredictionBatch> {
  readonly statements: readonly ForetoldStatement[];
  readonly interval: number;
  readonly predictive: PredictiveKind;
  /** Rows that were left out so far. */
  readonly skipped: () => number;
}

/** A predictor with the knowledge that it is made of. */
export interface Foretelling {
  readonly knowledge: Knowledge;
  readonly foretell: Predictor;
}

/** Builds the predictor of what is known; throws DataError where the model says nothing about rows. */
export function foretellingOf(known: Known, options: PredictOptions): Foretelling {
  const knowledge = knowledgeOf(known);
  const foretell = predictorOf(knowledge, options);
  if (foretell.statements.length === 0) {
    const reason = "it has no statement about a response that varies by row";
    throw new DataError([diagnose("FF551", null, { reason })]);
  }
  if (options.newLevel !== "prior") return { knowledge, foretell };
  const wider = withNewLevels(knowledge, foretell.inputs);
  return { knowledge: wider, foretell: wider === knowledge ? foretell : predictorOf(wider, options) };
}

/** Foretells every row of the data by a saved state: one batch after the other, computed as they are taken. */
export function predict(state: State, data: Data, options: PredictOptions = {}): Predictions {
  return predictions(knownOf(state, options.model), data, options);
}

/** Foretells every row of the data by what is known; rows are read as the predictions are taken. */
export function predictions(known: Known, data: Data, options: PredictOptions = {}): Predictions {
  const { knowledge, foretell } = foretellingOf(known, options);
  const interval = options.interval ?? knowledge.program.options.interval;
  const predictive = predictiveOf(options, knowledge.program);
  const observed = options.observed ?? false;
  const needed = observed ? new Set([...foretell.inputs, ...foretell.observed]) : foretell.inputs;
  const source = sourceOf(data);
  const rows = rowsFor(knowledge, source, needed, foretell.capacity, options);
  let broken = 0;
  return {
    statements: foretell.statements,
    interval,
    predictive,
    skipped: () => rows.skipped() + broken,
    async *[Symbol.asyncIterator]() {
      for await (const { batch, numbers } of rows.batches()) {
        const responses = observed ? foretell.responses(batch) : null;
        const foretold = foretell.predict(batch);
        const kept = usable(foretold, numbers, options);
        broken += batch.rows - (kept?.length ?? batch.rows);
        const statements = foretold.map((one, k) => {
          const response = responses?.[k] ?? null;
          return shown(foretell.statements[k] as ForetoldStatement, one, predictive, interval, response);
        });
        if (kept === null) yield { rows: batch.rows, numbers, statements };
        else
          yield {
            rows: kept.length,
            numbers: Float64Array.from(kept, (r) => numbers[r] as number),
            statements: statements.map((s) => without(s, kept, batch.rows)),
          };
      }
    },
  };
}

/** Positions of rows that can be foretold, null for all; throws DataError at one that can't, unless such rows are skipped. */
export function usable(
  foretold: readonly Pick<Foretold, "broken">[],
  numbers: Float64Array,
  { onBadRow }: ForetellOptions,
): readonly number[] | null {
  if (foretold.every(({ broken }) => broken === null)) return null;
  const bad = (r: number): boolean => foretold.some(({ broken }) => broken?.[r] === 1);
  const rows = Array.from(numbers.keys());
  if (onBadRow !== "skip") {
    const row = numbers[rows.find(bad) ?? 0] as number;
    throw new DataError([diagnose("FF552", null, { row, what: "the prediction is not a finite number" })]);
  }
  return rows.filter((r) => !bad(r));
}

function shown(
  statement: ForetoldStatement,
  { predictive, applies }: Foretold,
  kind: PredictiveKind,
  interval: number,
  observed: ReturnType<Predictor["responses"]>[number] | null,
): StatementPrediction {
  const certain = kind === "plugin";
  const mean = certain ? null : predictive.meanInterval();
  const [lower, upper] = predictive.quantiles([(1 - interval) / 2, (1 + interval) / 2]) as [Float64Array, Float64Array];
  const levels = statement.levels === null ? null : predictive.levels();
  return {
    statement,
    applies,
    mean: predictive.mean,
    sd: predictive.sd,
    meanLower: mean?.lower ?? null,
    meanUpper: mean?.upper ?? null,
    lower,
    upper,
    levels:
      levels === null
        ? null
        : {
            names: statement.levels ?? [],
            probability: levels.probability,
            lower: certain ? null : levels.lower,
            upper: certain ? null : levels.upper,
          },
    placed: observed === null ? null : placed(predictive, observed.response, observed.present, applies),
  };
}

function placed(
  predictive: Foretold["predictive"],
  response: Float64Array,
  present: Uint8Array | null,
  applies: Uint8Array | null,
): StatementPrediction["placed"] {
  const clear = (values: Float64Array): Float64Array =>
    values.map((x, c) =>
      applies?.[c] === 0 || present?.[c] === 0 || Number.isNaN(response[c] as number) ? Number.NaN : x,
    );
  const { below, at } = predictive.place(response);
  return { logDensity: clear(predictive.logDensity(response)), below: clear(below), at: clear(at) };
}

/** Some rows of a prediction. */
function without(one: StatementPrediction, kept: readonly number[], rows: number): StatementPrediction {
  const take = (values: Float64Array): Float64Array => {
    const blocks = values.length / rows;
    return Float64Array.from({ length: blocks * kept.length }, (_, i) => {
      const block = Math.floor(i / kept.length);
      return values[block * rows + (kept[i % kept.length] as number)] as number;
    });
  };
  const maybe = (values: Float64Array | null): Float64Array | null => (values === null ? null : take(values));
  const { levels, placed: where, applies } = one;
  return {
    ...one,
    applies: applies === null ? null : Uint8Array.from(take(Float64Array.from(applies))),
    mean: take(one.mean),
    sd: take(one.sd),
    meanLower: maybe(one.meanLower),
    meanUpper: maybe(one.meanUpper),
    lower: take(one.lower),
    upper: take(one.upper),
    levels:
      levels === null
        ? null
        : { ...levels, probability: take(levels.probability), lower: maybe(levels.lower), upper: maybe(levels.upper) },
    placed:
      where === null ? null : { logDensity: take(where.logDensity), below: take(where.below), at: take(where.at) },
  };
}
