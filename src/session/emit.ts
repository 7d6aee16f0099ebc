// What a stream tells as it goes: the prediction of each row by what was known before its batch, or figures every so often.
// A flow goes on as if nobody had looked.

import type { Compiled } from "../compile.ts";
import type { Batch } from "../ir/index.ts";
import { type Foretold, type ForetoldStatement, type Predictor, posteriorOf } from "../predict/index.ts";
import { type Summary, summarise, untimed } from "../reports/index.ts";
import { type Flow, NumericalError, type Program, prequentialOf, stretch } from "../runtime/index.ts";
import { predictorOf } from "./foretell.ts";

/** A line that is told, as JSON has it. */
export type Line = Readonly<Record<string, unknown>>;

/** What is told, and how often: figures after so many rows or milliseconds, predictions always. */
export interface Emission {
  readonly kind: "predictions" | "figures";
  readonly milliseconds: number | null;
  readonly rows: number | null;
  readonly write: (line: Line) => void;
}

/** Goes along with a stream. */
export interface Emitter {
  /** A batch in the parts that it is learnt from in, one after the other, with the place of their first row in it. */
  parts(batch: Batch): Iterable<{ readonly part: Batch; readonly from: number }>;
  /** A part is about to be learnt from; its rows have these numbers in the data, from a place on. */
  before(part: Batch, numbers: () => ArrayLike<number>, from: number): void;
  /** It was. */
  after(): void;
  /** The flow is finished. */
  end(): void;
}

/** An emitter for a flow; `now` is a clock in milliseconds. */
export function emitter(compiled: Compiled, flow: Flow, emission: Emission, now: () => number): Emitter {
  return emission.kind === "figures" ? figures(flow, emission, now) : predictions(compiled, flow, emission);
}

function figures(flow: Flow, { milliseconds, rows, write }: Emission, now: () => number): Emitter {
  // rows that waited have waited for about as long as figures should be apart
  const apart = (milliseconds ?? 0) / 2;
  let [told, at] = [flow.rows + flow.heldRows, Number.NEGATIVE_INFINITY];
  const line = (finished: Flow): Line => {
    const parameters = parametersOf(finished);
    return { kind: "figures", rows: finished.rows, logScore: prequentialOf(finished)?.value ?? null, parameters };
  };
  const counted = (): number => flow.rows + flow.heldRows;
  return {
    parts: (batch) => [{ part: batch, from: 0 }],
    before() {},
    after() {
      const due = rows === null ? now() - at >= apart : counted() - told >= rows;
      if (!due || counted() === told || flow.warming) return;
      [told, at] = [counted(), now()];
      write(looked(flow, line) ?? { kind: "figures", rows: flow.rows, logScore: null, parameters: null });
    },
    end() {
      write(line(flow));
    },
  };
}

/** What a look finds; null where there is no estimate yet. */
function looked<T>(flow: Flow, look: (finished: Flow) => T): T | null {
  try {
    return flow.peek(look);
  } catch (error) {
    if (error instanceof NumericalError) return null;
    throw error;
  }
}

function parametersOf(flow: Flow): readonly Line[] {
  const summary: Summary = summarise(flow, { skipped: 0, diagnostics: [], timing: untimed });
  return summary.parameters.map(({ name, index, estimate, se, lower, upper }) => ({
    name,
    index,
    estimate,
    se,
    lower,
    upper,
  }));
}

function predictions(compiled: Compiled, flow: Flow, { write }: Emission): Emitter {
  let made: { readonly program: Program; readonly predict: Predictor } | null = null;
  const ready = (): Predictor => {
    const { program } = flow;
    const posterior = posteriorOf(program, flow.phi);
    if (made?.program === program) made.predict.renew(posterior);
    else {
      const { bindings } = program;
      made = { program, predict: predictorOf({ compiled, program, bindings, posterior }, {}) };
    }
    return made.predict;
  };
  return {
    *parts(batch) {
      const each = flow.program.options.batch ?? batch.rows;
      for (let from = 0; from < batch.rows; ) {
        const count = Math.min(batch.rows - from, flow.wanted(each));
        yield { part: stretch(batch, from, count), from };
        from += count;
      }
    },
    before(batch, numbers, from) {
      // nothing is known before the first fit
      if (flow.warming) return;
      const { predict, responses, statements } = ready();
      const interval = flow.program.options.interval;
      const observed = responses(batch);
      const told = predict(batch).map((foretold, k) => {
        const statement = statements[k] as ForetoldStatement;
        return { statement, cells: cellsOf(foretold, statement, (observed[k] as Observed).response, interval) };
      });
      const rows = numbers();
      for (let row = 0; row < batch.rows; row++) {
        const own = told.map(({ statement, cells }) => [statement.response, cells(row)] as const);
        write({ kind: "prediction", row: rows[from + row], ...Object.fromEntries(own) });
      }
    },
    after() {},
    end() {},
  };
}

type Observed = ReturnType<Predictor["responses"]>[number];

/** The prediction of a row by one statement; lists where a row has several responses. */
function cellsOf(
  { predictive, rows, applies, broken }: Foretold,
  { elements, levels }: ForetoldStatement,
  response: Float64Array,
  interval: number,
): (row: number) => Line | null {
  const [lower, upper] = predictive.quantiles([(1 - interval) / 2, (1 + interval) / 2]);
  const logScore = predictive.logDensity(response);
  const probabilities = levels === null ? null : (predictive.levels()?.probability ?? null);
  const figures = { mean: predictive.mean, sd: predictive.sd, lower, upper, logScore };
  const at = (values: Float64Array | undefined, cell: number): number | null => {
    const value = values?.[cell];
    return value !== undefined && Number.isFinite(value) ? value : null;
  };
  return (row) => {
    if (broken?.[row] === 1 || applies?.[row] === 0) return null;
    const of = (values: Float64Array | undefined): unknown => {
      const list = Array.from({ length: elements }, (_, k) => at(values, k * rows + row));
      return elements === 1 ? list[0] : list;
    };
    const line = Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, of(values)]));
    if (levels === null || probabilities === null || elements !== 1) return line;
    const shares = levels.map((level, k) => [level, at(probabilities, k * rows + row)] as const);
    return { ...line, probabilities: Object.fromEntries(shares) };
  };
}
