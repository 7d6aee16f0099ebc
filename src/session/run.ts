// From a compiled model and a source of rows to a finished flow: bind, build, learn features, fit or stream.

import type { Compiled } from "../compile.ts";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import { type Batch, type RowSource, random } from "../ir/index.ts";
import {
  bendAt,
  bendIsCheap,
  Flow,
  type FlowEvent,
  type FlowHooks,
  type FlowNumbers,
  featureLearner,
  type Noted,
  type Program,
  type Progress,
  prequentialOf,
  type Scores,
  sandwichIsCheap,
  scoresAt,
} from "../runtime/index.ts";
import { SourceError } from "../sources/index.ts";
import { bindData } from "./bind.ts";
import { companionsOf } from "./companions.ts";
import { requestsOf } from "./dynamics.ts";
import { type Emission, emitter } from "./emit.ts";
import { DataError } from "./errors.ts";
import { grow } from "./grow.ts";
import { type Beginning, beginAsAsked, beginning, boundTo } from "./initial.ts";
import type { LeftOut } from "./intake.ts";
import type { Resolved } from "./options.ts";
import { chosen } from "./pilot.ts";
import { startOf } from "./program.ts";
import { learnFeatures, Reader, type ReaderParts, settle } from "./reader.ts";
import { replanner } from "./replan.ts";
import { type LoadedState, restoreFlow, saveFlow } from "./saved.ts";
import { steadierOf, witnessOf } from "./steady.ts";
import { recruiter, type SpawnMember } from "./threads.ts";

export interface RunHooks {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds of some clock, for the timings of the summary. */
  readonly now?: () => number;
  /** A saved state to go on from (`stream` only). */
  readonly resume?: LoadedState;
  /** A saved state whose knowledge, weighed by `importance`, is what the flow begins with. */
  readonly from?: LoadedState;
  /** Given the state's bytes at the end, and every `saveEvery` rows of a stream. */
  readonly onState?: (bytes: Uint8Array) => void | Promise<void>;
  readonly saveEvery?: number;
  /** Takes rows that the state has seen already for new ones. */
  readonly again?: boolean;
  /** What a stream tells as it goes. */
  readonly emit?: Emission;
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
  /** How the scores of a fit's rows vary, where that was asked for or costs little. */
  readonly scores: Scores | null;
  /** Rows that were not learnt from, by why, since the stream's beginning. */
  readonly leftOut: LeftOut;
  /** Missing values of each optional data item, in the rows that were learnt from. */
  readonly missing: Readonly<Record<string, number>>;
  /** What happened to this run alone. */
  readonly notes: readonly FlowEvent[];
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
    if (hooks.onState !== undefined) await hooks.onState(saveFlow(compiled, flow.flow, flow, flow.numbers));
    return { ...flow, timing: clock };
  } catch (error) {
    if (error instanceof SourceError) throw new DataError(error.diagnostics);
    throw error;
  }
}

/** `numbers` are those from which another run goes on: they are taken before the last digits are. */
type Untimed = Omit<Finished, "timing"> & Pick<Reader, "baggage"> & { readonly numbers: FlowNumbers };

async function begun(
  compiled: Compiled,
  source: RowSource,
  options: Resolved,
  hooks: RunHooks,
  timed: Timed,
): Promise<Untimed> {
  // rows that are followed as they come are known by the first of them
  const first = source.ahead ?? source;
  const { from } = hooks;
  const known = from === undefined ? null : await timed("compileMs", () => beginning(compiled, from, options));
  const { data, diagnostics } = await timed("readMs", () =>
    known === null
      ? bindData(compiled.density, first, requestsOf(compiled.density, options))
      : { data: boundTo(compiled, known.bindings, first, options), diagnostics: [] },
  );
  if (data === null) throw new DataError(diagnostics);
  const { program } = known ?? (await timed("compileMs", () => chosen(compiled, data, first, options)));
  const course: Course = { flow: null, notes: [] };
  const parts = readerParts(compiled, program, options, hooks, course);
  const reader = new Reader(data, source, options, program.plan.batchRows, hooks, parts);
  const look = first === source ? reader : new Reader(data, first, options, program.plan.batchRows, hooks);
  const { flow, numbers, scores } =
    options.mode === "fit"
      ? await fitted(compiled, program, { reader, known }, options, hooks, timed)
      : await streamed(compiled, program, { reader, look, course, known }, options, hooks, timed);
  return ended(flow, numbers, scores, reader, course);
}

async function resumed(
  compiled: Compiled,
  loaded: LoadedState,
  source: RowSource,
  options: Resolved,
  hooks: RunHooks,
  timed: Timed,
): Promise<Untimed> {
  const data = boundTo(compiled, loaded.bindings, source, options);
  const { program, flow } = await timed("compileMs", () => restoreFlow(loaded, options, compiled));
  const course: Course = { flow, notes: [] };
  const parts = { ...readerParts(compiled, program, options, hooks, course), saved: loaded.state };
  const reader = new Reader(data, source, options, program.plan.batchRows, hooks, parts);
  const numbers = await follow(compiled, flow, reader, options, hooks, timed);
  return ended(flow, numbers, null, reader, course);
}

/** What a reader acts on: the flow, once there is one, and what is told of this run alone. */
interface Course {
  flow: Flow | null;
  readonly notes: Noted[];
}

/** What a reader must know for its rows to be known again, and to take up new levels. */
function readerParts(
  compiled: Compiled,
  { responses }: Program,
  options: Resolved,
  hooks: RunHooks,
  course: Course,
): ReaderParts {
  const known = hooks.onState !== undefined || hooks.resume !== undefined;
  return {
    ...(known ? { responses } : {}),
    ...(options.newLevel === "add" && options.mode === "stream"
      ? {
          grow(levels) {
            if (course.flow === null) throw new Error("a new level before there is a flow");
            return grow(compiled, course.flow, options, levels);
          },
        }
      : {}),
    onFound({ kind, source, rows }) {
      const { flow } = course;
      if (flow === null) return;
      const row = flow.rows + flow.heldRows;
      const details = { source, rows };
      const counted = rows.toLocaleString("en-US");
      if (kind === "changed") {
        const message = `\`${source}\` holds other rows than the ${counted} that were taken of it before: all of them are new.`;
        flow.events.push({ kind: "position", row, message, details });
      } else
        course.notes.push({
          kind: "position",
          row,
          message: `Went on after row ${counted} of \`${source}\`.`,
          details,
        });
    },
  };
}

function ended(flow: Flow, numbers: FlowNumbers, scores: Scores | null, reader: Reader, { notes }: Course): Untimed {
  const { skipped, diagnostics, leftOut, missing } = reader;
  const [on] = notes;
  const nothing = on !== undefined && reader.taken === 0;
  const told = nothing
    ? [{ ...on, message: `Nothing new: all ${on.details.rows} rows of \`${on.details.source}\` were taken before.` }]
    : notes;
  const before = reader.seenBefore();
  const message = `About ${before.toLocaleString("en-US")} of these rows were in the state already.`;
  const seen: readonly Noted[] =
    before === 0 ? [] : [{ kind: "position", row: flow.rows, message, details: { rows: before } }];
  const all = { ...leftOut, bad: flow.skipped + skipped };
  const baggage = () => reader.baggage();
  return {
    program: flow.program,
    flow,
    numbers,
    scores,
    skipped,
    diagnostics,
    leftOut: all,
    missing,
    notes: [...told, ...seen],
    baggage,
  };
}

interface Ended {
  readonly flow: Flow;
  readonly numbers: FlowNumbers;
  readonly scores: Scores | null;
}

type Timed = <T>(what: "compileMs" | "readMs" | "updateMs", work: () => T | Promise<T>) => Promise<T>;

async function fitted(
  compiled: Compiled,
  program: Program,
  { reader, known }: { readonly reader: Reader; readonly known: Beginning | null },
  options: Resolved,
  hooks: RunHooks,
  timed: Timed,
): Promise<Ended> {
  const batches = await timed("readMs", async () => {
    const held: Batch[] = [];
    const alone = hooks.spawn === undefined || options.threads < 2;
    // the first share of the rows is this thread's own
    const own = alone ? Number.POSITIVE_INFINITY : (reader.total ?? 0) / options.threads;
    let rows = 0;
    const room = (length: number): Float64Array => (rows < own ? ownRoom : sharedRoom)(length);
    for await (const batch of reader.batches(room, () => rows < own)) {
      held.push(batch);
      rows += batch.rows;
    }
    return held;
  });
  if (batches.length === 0) throw new DataError([diagnose("FF506", null, {})]);
  return timed("updateMs", () => {
    if (compiled.density.learnt.length > 0 && known === null) {
      const learner = featureLearner(program.artefact);
      for (const batch of batches) learner.add(batch);
      settle(compiled, program, learner);
    }
    const flow = new Flow(program, startOf(program), flowHooks(compiled, options, hooks));
    known?.begin(flow);
    hooks.onBusy?.(true);
    try {
      flow.fit(batches, recruiter(compiled, program, options, hooks.spawn));
    } finally {
      hooks.onBusy?.(false);
    }
    const { rows, phi } = flow;
    // what a merge with others makes use of
    if (hooks.onState !== undefined && bendIsCheap(rows, phi.length)) flow.bend = bendAt(flow.program, phi, batches);
    const numbers = flow.numbers();
    return { flow, numbers, scores: scoresOf(flow, batches, options) };
  });
}

/** How scores vary at the estimate, where it is asked for or costs little. */
function scoresOf(flow: Flow, batches: readonly Batch[], options: Resolved): Scores | null {
  return scoresWanted(flow, options) ? scoresAt(flow.program, flow.phi, batches) : null;
}

/** Whether a fit is to say how its scores vary. */
export function scoresWanted({ program, phi, rows }: Flow, { errors }: Resolved): boolean {
  const wanted = errors === "sandwich" || (errors === "auto" && sandwichIsCheap(rows, phi.length));
  return wanted && phi.length > 0 && program.plan.blocks.every(({ loss }) => loss === 0);
}

const ownRoom = (length: number): Float64Array => new Float64Array(length);
/** Memory that threads share. */
const sharedRoom = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length));

interface Streaming {
  readonly reader: Reader;
  /** Looks at the first rows of those that are followed as they come. */
  readonly look: Reader;
  readonly course: Course;
  readonly known: Beginning | null;
}

async function streamed(
  compiled: Compiled,
  program: Program,
  { reader, look, course, known }: Streaming,
  options: Resolved,
  hooks: RunHooks,
  timed: Timed,
): Promise<Ended> {
  if (known === null) await learnFeatures(compiled, program, look);
  const companions = companionsOf(compiled, program, options, { unsaved: hooks.onState === undefined });
  const flow = new Flow(program, startOf(program), { ...flowHooks(compiled, options, hooks), companions });
  course.flow = flow;
  if (known === null) beginAsAsked(compiled, flow, options);
  else known.begin(flow);
  const { plain, seed, batch } = program.options;
  if (plain === null || plain.passes === 1)
    return { flow, numbers: await follow(compiled, flow, reader, options, hooks, timed), scores: null };
  const held = await timed("readMs", async () => {
    const batches: Batch[] = [];
    for await (const own of reader.batches(ownRoom)) batches.push(own);
    return batches;
  });
  if (held.length === 0) throw new DataError([diagnose("FF506", null, {})]);
  const uniform = (pass: number): (() => number) => random(seed, `pass ${pass + 1}`).uniform;
  return timed("updateMs", () => {
    flow.train(held, batch ?? program.plan.batchRows, plain.shuffle ? uniform : null);
    const numbers = flow.numbers();
    flow.finish();
    return { flow, numbers, scores: null };
  });
}

/**
 * Where the artefact reads a whole batch: what is encoded there need not be copied again. Not for batches that are taken in
 * parts, each of which is put at the beginning.
 */
function inPlace(flow: Flow): (length: number, name: string) => Float64Array {
  const own = new Map<string, Float64Array>();
  const beside = (length: number, name: string): Float64Array => {
    const before = own.get(name);
    const values = before?.length === length ? before : new Float64Array(length);
    own.set(name, values);
    return values;
  };
  return (length, name) => {
    // the program may have changed since the last batch
    const { artefact, options } = flow.program;
    const { columns, capacity } = artefact.step.layout;
    const region = options.batch !== null && options.batch < capacity ? undefined : columns.get(name);
    return region?.length === length
      ? artefact.memory.subarray(region.offset, region.offset + length)
      : beside(length, name);
  };
}

/** Updates a flow with all batches of a reader; its numbers after the last. */
async function follow(
  compiled: Compiled,
  flow: Flow,
  reader: Reader,
  options: Resolved,
  hooks: RunHooks,
  timed: Timed,
): Promise<FlowNumbers> {
  const replanning = replanner(compiled, flow, options);
  const telling = hooks.emit === undefined ? null : emitter(compiled, flow, hooks.emit, hooks.now ?? (() => 0));
  for await (const batch of reader.batches(inPlace(flow))) {
    if (batch.rows > 0) {
      replanning?.take(batch);
      if (telling === null) await timed("updateMs", () => flow.update(batch));
      else
        for (const { part, from } of telling.parts(batch)) {
          telling.before(part, () => reader.numbers(), from);
          await timed("updateMs", () => flow.update(part));
          telling.after();
        }
      await timed("compileMs", () => replanning?.consider());
    }
    hooks.onProgress?.({
      rows: flow.rows + flow.heldRows,
      total: reader.total,
      pass: 1,
      logLikelihood: flow.logLikelihood,
      decrement: null,
      prequential: prequentialOf(flow)?.value ?? null,
    });
    if (reader.due) await hooks.onState?.(saveFlow(compiled, flow, reader));
    if (hooks.signal?.aborted || flow.companions.some((companion) => companion.stopped === true)) break;
  }
  if (flow.rows + flow.heldRows + flow.skipped + reader.skipped === 0)
    throw new DataError([diagnose("FF506", null, {})]);
  const numbers = flow.numbers();
  await timed("updateMs", () => flow.finish());
  telling?.end();
  return numbers;
}

function flowHooks(compiled: Compiled, options: Resolved, hooks: RunHooks): FlowHooks {
  const { onProgress, signal } = hooks;
  return {
    ...steadierOf(compiled, options),
    ...witnessOf(compiled, options),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { stopped: () => signal.aborted }),
  };
}
