// From a compiled model and a source of rows to a finished flow: bind, build, learn features, fit or stream.

import type { Compiled } from "../compile.ts";
import { type Diagnostic, diagnose, hasErrors } from "../diagnostics/index.ts";
import type { Batch, RowSource } from "../ir/index.ts";
import { Flow, featureLearner, type Program, type Progress } from "../runtime/index.ts";
import { encoder, SourceError, select } from "../sources/index.ts";
import { type BoundData, bindData, checkSizes, notForGlobs } from "./bind.ts";
import { construct } from "./construct.ts";
import { DataError } from "./errors.ts";
import type { Resolved } from "./options.ts";
import { startOf } from "./program.ts";
import { type LoadedState, restoreFlow, saveFlow } from "./saved.ts";
import { recruiter, type SpawnMember } from "./threads.ts";

export interface RunHooks {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds of some clock, for the timings of the summary. */
  readonly now?: () => number;
  /** A saved state to go on from (`stream` only). */
  readonly resume?: LoadedState;
  /** Given the state's bytes at the end, and every `saveEvery` rows of a stream. */
  readonly onState?: (bytes: Uint8Array) => void | Promise<void>;
  readonly saveEvery?: number;
  /** Told before and after a fit's computation, during which the event loop stands still. */
  readonly onBusy?: (busy: boolean) => void;
  /** Starts threads for a fit with `threads` above 1; without it a fit uses one. */
  readonly spawn?: SpawnMember;
}

/** A flow that has seen its rows, and what it took. */
export interface Finished {
  readonly program: Program;
  readonly flow: Flow;
  readonly skipped: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly timing: { readonly compileMs: number; readonly readMs: number; readonly updateMs: number };
}

/** Fits or streams all rows of a source, as the options' mode says. */
export async function run(
  compiled: Compiled,
  source: RowSource,
  options: Resolved,
  hooks: RunHooks = {},
): Promise<Finished> {
  const now = hooks.now ?? (() => 0);
  const clock = { compileMs: 0, readMs: 0, updateMs: 0 };
  const timed = async <T>(what: keyof typeof clock, work: () => T | Promise<T>): Promise<T> => {
    const start = now();
    const result = await work();
    clock[what] += now() - start;
    return result;
  };
  try {
    const flow = await (options.mode === "stream" && hooks.resume !== undefined
      ? resumed(compiled, hooks.resume, source, options, hooks, timed)
      : begun(compiled, source, options, hooks, timed));
    await hooks.onState?.(saveFlow(compiled, flow.program, flow.flow, flow));
    return { ...flow, timing: clock };
  } catch (error) {
    if (error instanceof SourceError) throw new DataError(error.diagnostics);
    throw error;
  }
}

type Untimed = Omit<Finished, "timing">;

async function begun(
  compiled: Compiled,
  source: RowSource,
  options: Resolved,
  hooks: RunHooks,
  timed: Timed,
): Promise<Untimed> {
  const { data, diagnostics } = await timed("readMs", () => bindData(compiled.density, source));
  if (data === null) throw new DataError(diagnostics);
  const { program } = await timed("compileMs", () => construct(compiled, data, options));
  const reader = new Reader(data, source, options, program.plan.batchRows, hooks);
  const flow =
    options.mode === "fit"
      ? await fitted(compiled, program, reader, options, hooks, timed)
      : await streamed(compiled, program, reader, hooks, timed);
  return { program, flow, skipped: reader.skipped, diagnostics: reader.diagnostics };
}

async function resumed(
  compiled: Compiled,
  loaded: LoadedState,
  source: RowSource,
  options: Resolved,
  hooks: RunHooks,
  timed: Timed,
): Promise<Untimed> {
  const selection = select(compiled.density.data, source, notForGlobs(compiled.density));
  if (selection.kind === "failure") throw new DataError(selection.diagnostics);
  const { program, flow } = await timed("compileMs", () => restoreFlow(loaded, options, compiled));
  const diagnostics = checkSizes(selection, loaded.bindings.dims);
  if (diagnostics.length > 0) throw new DataError(diagnostics);
  const reader = new Reader({ selection, bindings: loaded.bindings }, source, options, program.plan.batchRows, hooks);
  await follow(compiled, program, flow, reader, hooks, timed);
  return { program, flow, skipped: reader.skipped, diagnostics: reader.diagnostics };
}

type Timed = <T>(what: "compileMs" | "readMs" | "updateMs", work: () => T | Promise<T>) => Promise<T>;

async function fitted(
  compiled: Compiled,
  program: Program,
  reader: Reader,
  options: Resolved,
  hooks: RunHooks,
  timed: Timed,
): Promise<Flow> {
  const batches = await timed("readMs", async () => {
    const held: Batch[] = [];
    const room = hooks.spawn !== undefined && options.threads > 1 ? sharedRoom : ownRoom;
    for await (const batch of reader.batches()) {
      const columns = new Map<string, Float64Array>();
      for (const [name, values] of batch.columns) {
        const kept = room(values.length);
        kept.set(values);
        columns.set(name, kept);
      }
      held.push({ ...batch, columns });
    }
    return held;
  });
  if (batches.length === 0) throw new DataError([diagnose("FF506", null, {})]);
  return timed("updateMs", () => {
    if (compiled.density.learnt.length > 0) {
      const learner = featureLearner(program.artefact);
      for (const batch of batches) learner.add(batch);
      settle(compiled, program, learner);
    }
    const flow = new Flow(program, startOf(program), flowHooks(hooks));
    hooks.onBusy?.(true);
    try {
      flow.fit(batches, recruiter(compiled, program, options, hooks.spawn));
    } finally {
      hooks.onBusy?.(false);
    }
    return flow;
  });
}

const ownRoom = (length: number): Float64Array => new Float64Array(length);
/** Memory that threads share. */
const sharedRoom = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length));

async function streamed(
  compiled: Compiled,
  program: Program,
  reader: Reader,
  hooks: RunHooks,
  timed: Timed,
): Promise<Flow> {
  await learnFeatures(compiled, program, reader);
  const flow = new Flow(program, startOf(program), flowHooks(hooks));
  await follow(compiled, program, flow, reader, hooks, timed);
  return flow;
}

/** Learns the model's features in a pass of its own, where it has any. */
export async function learnFeatures(compiled: Compiled, program: Program, reader: Reader): Promise<void> {
  if (compiled.density.learnt.length === 0) return;
  const learner = featureLearner(program.artefact);
  for await (const batch of reader.batches()) learner.add(batch);
  settle(compiled, program, learner);
  reader.restart();
}

/** Updates a flow with all batches of a reader. */
async function follow(
  compiled: Compiled,
  program: Program,
  flow: Flow,
  reader: Reader,
  hooks: RunHooks,
  timed: Timed,
): Promise<void> {
  let saved = flow.rows;
  for await (const batch of reader.batches()) {
    await timed("updateMs", () => flow.update(batch));
    hooks.onProgress?.({
      rows: flow.rows + flow.heldRows,
      total: reader.total,
      pass: 1,
      logLikelihood: flow.logLikelihood,
      decrement: null,
    });
    if (hooks.saveEvery !== undefined && flow.rows - saved >= hooks.saveEvery) {
      saved = flow.rows;
      await hooks.onState?.(saveFlow(compiled, program, flow, reader));
    }
    if (hooks.signal?.aborted) break;
  }
  if (flow.rows + flow.heldRows + flow.skipped + reader.skipped === 0)
    throw new DataError([diagnose("FF506", null, {})]);
  await timed("updateMs", () => flow.finish());
}

export function settle(compiled: Compiled, program: Program, learner: ReturnType<typeof featureLearner>): void {
  const { learnt, diagnostics } = learner.finish((name) => {
    const feature = compiled.density.learnt.find((f) => f.name === name);
    if (feature === undefined) throw new Error(`no learnt feature ${name}`);
    return feature;
  });
  if (hasErrors(diagnostics)) throw new DataError(diagnostics);
  (program.bindings as { learnt: ReadonlyMap<string, Float64Array> }).learnt = learnt;
}

function flowHooks(hooks: RunHooks): { onProgress?: (p: Progress) => void; stopped?: () => boolean } {
  const { onProgress, signal } = hooks;
  return {
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { stopped: () => signal.aborted }),
  };
}

/** Encoded batches of a source; may be read again where the source may. */
export class Reader {
  skipped = 0;
  diagnostics: readonly Diagnostic[] = [];
  readonly total: number | null;
  readonly #data: BoundData;
  readonly #source: RowSource;
  readonly #options: Resolved;
  readonly #rows: number;
  readonly #hooks: RunHooks;

  constructor(data: BoundData, source: RowSource, options: Resolved, rows: number, hooks: RunHooks) {
    this.#data = data;
    this.#source = source;
    this.#options = options;
    this.#rows = rows;
    this.#hooks = hooks;
    this.total = source.rowCount;
  }

  restart(): void {
    this.skipped = 0;
    this.diagnostics = [];
  }

  async *batches(): AsyncGenerator<Batch> {
    const { selection, bindings } = this.#data;
    const encode = encoder(selection, bindings.levels, { badRows: this.#options.onBadRow });
    const reading = this.#source.read(selection.columns, this.#rows)[Symbol.asyncIterator]();
    let rows = 0;
    let coming = reading.next();
    try {
      for (;;) {
        const { done, value: raw } = await coming;
        if (done === true) return;
        const encoded = encode(raw);
        // the next rows are read while these are computed with
        coming = reading.next();
        coming.catch(() => {});
        if (encoded.kind === "failure") throw new DataError(encoded.diagnostics);
        this.skipped += encoded.skipped;
        if (encoded.diagnostics.length > 0 && this.diagnostics.length < 20)
          this.diagnostics = [...this.diagnostics, ...encoded.diagnostics];
        rows += encoded.batch.rows;
        this.#hooks.onProgress?.({ rows, total: this.total, pass: 0, logLikelihood: null, decrement: null });
        if (encoded.batch.rows > 0) yield encoded.batch;
        if (this.#hooks.signal?.aborted) return;
      }
    } finally {
      await coming.catch(() => {});
      await reading.return?.();
    }
  }
}
