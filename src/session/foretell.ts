// Rows to be foretold: what predictions, scores and designs have in common. A saved state with its covariance, the columns
// that it needs of the rows, and the rows in batches, each with its number in the data.

import type { Compiled } from "../compile.ts";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Batch, Bindings, DataRequest, RawBatch, RawColumn, RowSource } from "../ir/index.ts";
import {
  newLevel,
  type Posterior,
  type PredictiveKind,
  type Predictor,
  posteriorOf,
  predictor,
  widened,
} from "../predict/index.ts";
import type { Flow, Program, Progress } from "../runtime/index.ts";
import { SourceError, select } from "../sources/index.ts";
import { checkSizes, notForGlobs } from "./bind.ts";
import { DataError } from "./errors.ts";
import type { Resolved } from "./options.ts";
import { Reader } from "./reader.ts";
import { finishedFlow, type LoadedState, loadState } from "./saved.ts";

/** Settings of whatever reads rows to foretell them. */
export interface ForetellOptions {
  /** The model whose state it must be; that of the state unless given. */
  readonly model?: { readonly compiled: Compiled };
  /** What to do with rows that can't be used: `stop` (default) or `skip`. */
  readonly onBadRow?: "stop" | "skip";
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** An estimate to foretell by: a state that was loaded, or a flow as it is. */
export type Known =
  | { readonly kind: "state"; readonly loaded: LoadedState; readonly compiled?: Compiled }
  | { readonly kind: "flow"; readonly compiled: Compiled; readonly program: Program; readonly flow: Flow };

/** A saved state, as bytes or loaded. */
export type State = Uint8Array | LoadedState;

/** A saved state as something known, for a model that must be its own where one is given. */
export function knownOf(state: State, model?: { readonly compiled: Compiled }): Known {
  const loaded = state instanceof Uint8Array ? loadState(state) : state;
  return { kind: "state", loaded, ...(model === undefined ? {} : { compiled: model.compiled }) };
}

/** What is known, ready to be used. */
export interface Knowledge {
  readonly compiled: Compiled;
  readonly program: Program;
  readonly bindings: Bindings;
  readonly posterior: Posterior;
}

/** The estimate and its covariance; throws DataError where a state is of another model. */
export function knowledgeOf(known: Known): Knowledge {
  const { compiled, program, flow } =
    known.kind === "flow" ? known : { compiled: known.compiled ?? known.loaded.compiled, ...restored(known) };
  return { compiled, program, bindings: program.bindings, posterior: posteriorOf(program, flow.phi) };
}

function restored({ loaded, compiled }: Known & { kind: "state" }): { program: Program; flow: Flow } {
  return finishedFlow(loaded, compiled);
}

/** How predictions are made of an estimate and its covariance. */
export interface PredictiveOptions {
  /** `linearised` unless the model has very many parameters, then `plugin`; or `sampled`. */
  readonly predictive?: PredictiveKind;
  /** Draws of the parameters, for `sampled`; 200 unless said otherwise. */
  readonly draws?: number;
  readonly seed?: number;
  /** Probability of intervals; that of the model's flow unless said otherwise. */
  readonly interval?: number;
}

/** Coordinates from which a row's Jacobian takes too long to be solved unasked. */
const many = 5000;

/** What is done about the uncertainty of the parameters, where nothing is said. */
export function predictiveOf(
  { predictive }: Pick<PredictiveOptions, "predictive">,
  { parameters }: Program,
): PredictiveKind {
  return predictive ?? (parameters.reduce((sum, { size }) => sum + size, 0) > many ? "plugin" : "linearised");
}

/** The predictor of what is known. */
export function predictorOf(
  { compiled, bindings, posterior, program }: Knowledge,
  options: PredictiveOptions,
): Predictor {
  const { seed, interval, backend, exact } = program.options;
  return predictor(compiled, bindings, posterior, {
    predictive: predictiveOf(options, program),
    draws: options.draws ?? 200,
    seed: options.seed ?? seed,
    interval: options.interval ?? interval,
    backend,
    exact,
  });
}

/** The same with one level more in each category that is read, known by its prior; throws DataError where that can't be. */
export function withNewLevels(knowledge: Knowledge, needed: ReadonlySet<string>): Knowledge {
  const { compiled, bindings, posterior, program } = knowledge;
  const categories = compiled.density.data.filter((d) => d.domain.kind === "category" && needed.has(d.name) && !d.once);
  if (categories.length === 0) return knowledge;
  const found = widened(
    compiled,
    bindings,
    posterior,
    categories.map((d) => d.name),
    program.options.target,
  );
  if (found.kind === "refused") {
    const span = categories.find((d) => d.name === found.category)?.span ?? null;
    throw new DataError([diagnose("FF553", span, { category: found.category, reason: found.reason })]);
  }
  return { ...knowledge, bindings: found.bindings, posterior: found.posterior };
}

/** A batch with the number of each row, from 1, in the data. */
export interface NumberedBatch {
  readonly batch: Batch;
  readonly numbers: Float64Array;
}

/** Rows of a source in batches; `skipped` and `diagnostics` count what was left out so far. */
export interface NumberedRows {
  readonly batches: () => AsyncGenerator<NumberedBatch>;
  readonly skipped: () => number;
  readonly diagnostics: () => readonly Diagnostic[];
}

const numberItem = "#row";

/** Opens the rows of a source for some of a model's data items; throws DataError where their columns are not there. */
export function rowsFor(
  { compiled, bindings, program }: Knowledge,
  source: RowSource,
  needed: ReadonlySet<string>,
  batchRows: number,
  options: ForetellOptions,
): NumberedRows {
  const { density } = compiled;
  const wanted = density.data.filter((d) => !d.once && needed.has(d.name));
  const selection = select(
    wanted.map((d) => asLearnt(d, bindings)),
    source,
    notForGlobs(density),
  );
  if (selection.kind === "failure") throw new DataError(selection.diagnostics);
  const misfits = checkSizes(selection, bindings.dims);
  if (misfits.length > 0) throw new DataError(misfits);
  const numbering = { request: numberRequest, columns: [numberItem] };
  const open = new Set(wanted.filter((d) => bindings.levels.get(d.name)?.at(-1) === newLevel).map((d) => d.name));
  const renamed = new Map(
    selection.items.flatMap(({ request, columns }) =>
      open.has(request.name)
        ? columns.map((column) => [column, new Set(bindings.levels.get(request.name))] as const)
        : [],
    ),
  );
  // what a stream leaves out is foretold all the same
  const policies = { onBadRow: options.onBadRow ?? "stop", newLevel: "error", identity: null, late: null } as const;
  const settings = { ...program.options, ...policies } as Resolved;
  const { onProgress, signal } = options;
  const reader = new Reader(
    { selection: { ...selection, items: [...selection.items, numbering] }, bindings },
    numbered(source, renamed),
    settings,
    batchRows,
    {
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  return {
    skipped: () => reader.skipped,
    diagnostics: () => reader.diagnostics,
    async *batches() {
      try {
        for await (const batch of reader.batches()) {
          const numbers = (batch.columns.get(numberItem) as Float64Array).slice(0, batch.rows);
          yield { batch, numbers };
        }
      } catch (error) {
        if (error instanceof SourceError) throw new DataError(error.diagnostics);
        throw error;
      }
    },
  };
}

/** A pattern of columns as the columns that it stood for when the model learnt them. */
function asLearnt(request: DataRequest, bindings: Bindings): DataRequest {
  const [dim] = request.shape;
  if (request.source.kind !== "glob" || dim === undefined || typeof dim === "number") return request;
  const columns = bindings.labels.get(dim.name);
  return columns === undefined ? request : { ...request, source: { kind: "columns", columns } };
}

const anything = {
  kind: "real",
  lower: Number.NEGATIVE_INFINITY,
  upper: Number.POSITIVE_INFINITY,
  lowerOpen: true,
  upperOpen: true,
  label: "real",
} as const;

const numberRequest: DataRequest = {
  name: numberItem,
  source: { kind: "column", column: numberItem },
  domain: anything,
  vector: false,
  shape: [],
  once: false,
  optional: false,
  span: { file: "", start: 0, end: 0 },
};

/** The source with a column of row numbers beside those asked for, and levels that are not known under the name of new ones. */
function numbered(source: RowSource, levels: ReadonlyMap<string, ReadonlySet<string>>): RowSource {
  return {
    label: source.label,
    columns: source.columns,
    rowCount: source.rowCount,
    repeatable: source.repeatable,
    constants: source.constants,
    async *read(columns, rows) {
      for await (const batch of source.read(columns, rows)) yield withNumbers(batch, levels);
    },
    close: () => source.close(),
  };
}

function withNumbers(batch: RawBatch, levels: ReadonlyMap<string, ReadonlySet<string>>): RawBatch {
  const columns = new Map(batch.columns);
  for (const [name, known] of levels) {
    const column = columns.get(name);
    if (column !== undefined) columns.set(name, renamed(column, known));
  }
  const values = Float64Array.from({ length: batch.rows }, (_, k) => batch.firstRow + k);
  columns.set(numberItem, { kind: "number", values });
  return { ...batch, columns };
}

function renamed(column: RawColumn, known: ReadonlySet<string>): RawColumn {
  const name = (level: string): string => (known.has(level) ? level : newLevel);
  if (column.kind === "text")
    return { kind: "text", values: column.values.map((v) => (v === null || v === "" ? v : name(v))) };
  return {
    kind: "text",
    values: Array.from(column.values, (x) => (Number.isNaN(x) ? null : name(String(x)))),
  };
}
