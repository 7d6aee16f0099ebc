// From a compiled model and a source of rows to a finished flow: bind, build, learn features, fit or stream.

import type { Compiled } from "../compile.ts";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import { type Batch, type RowSource, random } from "../ir/index.ts";
import {
  Flow,
  type FlowHooks,
  type FlowNumbers,
  featureLearner,
  type Program,
  type Progress,
} from "../runtime/index.ts";
import { SourceError, select } from "../sources/index.ts";
import { bindData, checkSizes, notForGlobs } from "./bind.ts";
import { companionsOf } from "./companions.ts";
import { DataError } from "./errors.ts";
import type { Resolved } from "./options.ts";
import { chosen } from "./pilot.ts";
import { startOf } from "./program.ts";
import { learnFeatures, Reader, settle } from "./reader.ts";
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
    await hooks.onState?.(saveFlow(compiled, flow.flow, flow, flow.numbers));
    return { ...flow, timing: clock };
  } catch (error) {
    if (error instanceof SourceError) throw new DataError(error.diagnostics);
    throw error;
  }
}

/** `numbers` are those from which another run goes on: they are taken before the last digits are. */
type Untimed = Omit<Finished, "timing"> & { readonly numbers: FlowNumbers };

async function begun(
  compiled: Compiled,
  source: RowSource,
  options: Resolved,
  hooks: RunHooks,
  timed: Timed,
): Promise<Untimed> {
  const { data, diagnostics } = await timed("readMs", () => bindData(compiled.density, source));
  if (data === null) throw new DataError(diagnostics);
  const { program } = await timed("compileMs", () => chosen(compiled, data, source, options));
  const reader = new Reader(data, source, options, program.plan.batchRows, hooks);
  const { flow, numbers } =
    options.mode === "fit"
      ? await fitted(compiled, program, reader, options, hooks, timed)
      : await streamed(compiled, program, reader, options, hooks, timed);
  return { program: flow.program, flow, numbers, skipped: reader.skipped, diagnostics: reader.diagnostics };
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
  const numbers = await follow(compiled, flow, reader, options, hooks, timed);
  return { program: flow.program, flow, numbers, skipped: reader.skipped, diagnostics: reader.diagnostics };
}

interface Ended {
  readonly flow: Flow;
  readonly numbers: FlowNumbers;
}

type Timed = <T>(what: "compileMs" | "readMs" | "updateMs", work: () => T | Promise<T>) => Promise<T>;

async function fitted(
  compiled: Compiled,
  program: Program,
  reader: Reader,
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
    for await (const batch of reader.batches(room)) {
      held.push(batch);
      rows += batch.rows;
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
    const flow = new Flow(program, startOf(program), flowHooks(compiled, options, hooks));
    hooks.onBusy?.(true);
    try {
      flow.fit(batches, recruiter(compiled, program, options, hooks.spawn));
    } finally {
      hooks.onBusy?.(false);
    }
    return { flow, numbers: flow.numbers() };
  });
}

const ownRoom = (length: number): Float64Array => new Float64Array(length);
/** Memory that threads share. */
const sharedRoom = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length));

async function streamed(
  compiled: Compiled,
  program: Program,
  reader: Reader,
  options: Resolved,
  hooks: RunHooks,
  timed: Timed,
): Promise<Ended> {
  await learnFeatures(compiled, program, reader);
  const companions = companionsOf(program, options);
  const flow = new Flow(program, startOf(program), { ...flowHooks(compiled, options, hooks), companions });
  const { plain, seed, batch } = program.options;
  if (plain === null || plain.passes === 1)
    return { flow, numbers: await follow(compiled, flow, reader, options, hooks, timed) };
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
    return { flow, numbers };
  });
}

/**
 * Where the artefact reads a whole batch: what is encoded there need not be copied again. Not for batches that are taken in
 * parts, each of which is put at the beginning.
 */
function inPlace({ artefact, options }: Program): ((length: number, name: string) => Float64Array) | undefined {
  const { columns, capacity } = artefact.step.layout;
  if (options.batch !== null && options.batch < capacity) return undefined;
  return (length, name) => {
    const region = columns.get(name);
    return region?.length === length
      ? artefact.memory.subarray(region.offset, region.offset + length)
      : new Float64Array(length);
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
  let saved = flow.rows;
  const replanning = replanner(compiled, flow, options);
  for await (const batch of reader.batches(inPlace(flow.program))) {
    replanning?.take(batch);
    await timed("updateMs", () => flow.update(batch));
    await timed("compileMs", () => replanning?.consider());
    hooks.onProgress?.({
      rows: flow.rows + flow.heldRows,
      total: reader.total,
      pass: 1,
      logLikelihood: flow.logLikelihood,
      decrement: null,
    });
    if (hooks.saveEvery !== undefined && flow.rows - saved >= hooks.saveEvery) {
      saved = flow.rows;
      await hooks.onState?.(saveFlow(compiled, flow, reader));
    }
    if (hooks.signal?.aborted) break;
  }
  if (flow.rows + flow.heldRows + flow.skipped + reader.skipped === 0)
    throw new DataError([diagnose("FF506", null, {})]);
  const numbers = flow.numbers();
  await timed("updateMs", () => flow.finish());
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
