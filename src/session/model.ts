// The public API: a compiled model, the flows it starts, and one call for a whole fit or stream.

import type { Model as CheckedModel, CheckOptions, FlowOptions } from "../check/index.ts";
import { type Compiled, type CompileOptions, compileSource } from "../compile.ts";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Plan, RowSource } from "../ir/index.ts";
import { type Summary, summarise } from "../reports/index.ts";
import type { Progress } from "../runtime/index.ts";
import { objectSource, type Rows, rowSource } from "../sources/index.ts";
import { type ArtefactTarget, artefactOf } from "./artefact.ts";
import type { Emission } from "./emit.ts";
import { CompileError, DataError } from "./errors.ts";
import { LiveFlow } from "./live.ts";
import { idleSettings, resolve } from "./options.ts";
import { hashOf } from "./program.ts";
import { run } from "./run.ts";
import { loadState, restoreFlow } from "./saved.ts";
import { planOf, printStage, type Stage } from "./stages.ts";
import type { SpawnMember } from "./threads.ts";

export type { CheckedModel, CheckOptions };

/** A checked model, ready to be run. */
export interface Model {
  readonly name: string;
  /** `sha256:…` of the source. */
  readonly hash: string;
  /** Warnings of the compilation. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the model's own `flow` says. */
  readonly settings: FlowOptions;
  readonly compiled: Compiled;
  /** The plan, for the sizes that the model or the data fix; throws CompileError where nothing fits the budget. */
  plan(options?: FlowOptions, data?: Data): Promise<Plan>;
  /** Any stage of the pipeline as text. */
  print(stage: Stage, options?: FlowOptions, data?: Data): Promise<string>;
  /** The model as a program of its own: what `ffm compile --to` writes. */
  artefact(target: ArtefactTarget, options?: FlowOptions, data?: Data): Promise<Uint8Array | string>;
  /** A flow that takes rows as they come; see `LiveFlow`. `from`: bytes of a saved state that it begins with. */
  start(options?: StartOptions): LiveFlow;
  /** A flow that goes on from a saved state's bytes; throws DataError where they are of another model. */
  resume(state: Uint8Array, options?: FlowOptions): LiveFlow;
}

/** What a flow for rows as they come may be told besides flow settings. */
export interface StartOptions extends FlowOptions {
  /** Begins with what a saved state's bytes know, weighed by `importance`. */
  readonly from?: Uint8Array;
}

/** What a whole run may be told besides flow settings. */
export interface RunOptions extends FlowOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds of a clock, for the summary's timings. */
  readonly now?: () => number;
  /** Goes on from a saved state's bytes (`stream` only). */
  readonly resume?: Uint8Array;
  /** Begins with what a saved state's bytes know, weighed by `importance`. */
  readonly from?: Uint8Array;
  /** Given the state's bytes at the end, and every `saveEvery` rows of a stream. */
  readonly onState?: (bytes: Uint8Array) => void | Promise<void>;
  readonly saveEvery?: number;
  /** Takes rows that the state has seen already for new ones. */
  readonly again?: boolean;
  /** What a stream tells as it goes: predictions of rows before they are learnt from, or figures. */
  readonly emit?: Emission;
  /** Told before and after a fit's computation, during which the event loop stands still. */
  readonly onBusy?: (busy: boolean) => void;
  /** Starts threads for a fit with `threads` above 1; see docs/threads.md. */
  readonly spawn?: SpawnMember;
  /** Milliseconds that compiling took before, for the summary's timings. */
  readonly compileMs?: number;
}

/** Compiles a model; throws CompileError, whose `diagnostics` say what is wrong and where. */
export function compile(source: string, options: CompileOptions = {}): Model {
  const { model, diagnostics } = check(source, options);
  if (model === null) throw new CompileError(diagnostics);
  return model;
}

/** Compiles a model and returns what is wrong with it instead of throwing. */
export function check(
  source: string,
  options: CompileOptions = {},
): { readonly model: Model | null; readonly diagnostics: readonly Diagnostic[] } {
  const { compiled, diagnostics } = compileSource(source, options);
  if (compiled === null) return { model: null, diagnostics };
  const model: Model = {
    name: compiled.density.name,
    hash: hashOf(source),
    diagnostics,
    settings: compiled.settings,
    compiled,
    plan: (flowOptions = {}, data) => planOf(compiled, resolve(compiled.settings, flowOptions), maybe(data)),
    print: (stage, flowOptions = {}, data) =>
      printStage(compiled, stage, resolve(compiled.settings, flowOptions), maybe(data)),
    artefact: (target, flowOptions = {}, data) =>
      artefactOf(compiled, target, resolve(compiled.settings, flowOptions), maybe(data)),
    start: ({ from, ...flowOptions } = {}) => {
      const options = resolve(compiled.settings, { ...flowOptions, mode: "stream" });
      return new LiveFlow(compiled, options, null, from === undefined ? null : loadState(from));
    },
    resume: (state, flowOptions = {}) => {
      const options = resolve(compiled.settings, { ...flowOptions, mode: "stream" });
      const loaded = loadState(state);
      restoreFlow(loaded, options, compiled, { live: true });
      return new LiveFlow(compiled, options, loaded);
    },
  };
  return { model, diagnostics };
}

/** Data as a call may give them: a source, rows or columns, or an object of arrays and constants (Stan's data form). */
export type Data = RowSource | Rows | Readonly<Record<string, unknown>>;

/** Repeats passes over the data to the maximum of the likelihood (or posterior), and summarises. */
export function fit(model: Model, data: Data, options: RunOptions = {}): Promise<Summary> {
  return whole(model, data, { ...options, mode: "fit" });
}

/** Takes each row once with bounded memory, and summarises. */
export function stream(model: Model, data: Data, options: RunOptions = {}): Promise<Summary> {
  return whole(model, data, { ...options, mode: "stream" });
}

async function whole(model: Model, data: Data, options: RunOptions): Promise<Summary> {
  const now = options.now ?? (() => 0);
  const start = now();
  const source = sourceOf(data);
  const { resume, from, ...hooks } = options;
  const settings = resolve(model.settings, options);
  const { flow, timing, ...told } = await run(model.compiled, source, settings, {
    ...hooks,
    ...(resume === undefined ? {} : { resume: loadState(resume) }),
    ...(from === undefined ? {} : { from: loadState(from) }),
  });
  const { skipped, scores, leftOut, missing, notes } = told;
  const idle = settings.mode === "fit" ? idleSettings(options) : [];
  const diagnostics = [...told.diagnostics, ...idle.map((name) => diagnose("FF444", null, { name }))];
  const compileMs = timing.compileMs + (options.compileMs ?? 0);
  const totalMs = now() - start + (options.compileMs ?? 0);
  const context = { skipped, diagnostics, scores, leftOut, missing, notes };
  return summarise(flow, { ...context, timing: { ...timing, compileMs, totalMs } });
}

function maybe(data: Data | undefined): RowSource | null {
  return data === undefined ? null : sourceOf(data);
}

/** Rows, columns or an object with constants as a source. */
export function sourceOf(data: Data): RowSource {
  if (isSource(data)) return data;
  const constants = !Array.isArray(data) && Object.values(data).some((v) => typeof v === "number");
  const lengths = new Set(Array.isArray(data) ? [] : Object.values(data).map((v) => (isLong(v) ? v.length : -1)));
  const opened = constants || lengths.size > 1 ? objectSource("the data", data) : rowSource(data as Rows);
  if (opened.kind === "failure") throw new DataError(opened.diagnostics);
  return opened.source;
}

function isSource(data: Data): data is RowSource {
  return "read" in data && typeof data.read === "function";
}

function isLong(value: unknown): value is ArrayLike<unknown> {
  return typeof value === "object" && value !== null && "length" in value;
}
