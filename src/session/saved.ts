// Flows to states and back: what a state must hold so that its model, sizes, levels and numbers come back as they were.

import type { FlowOptions } from "../check/index.ts";
import { among, type Compiled, compileSource } from "../compile.ts";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import { type Bindings, formFits, type Shape } from "../ir/index.ts";
import { type Summary, summarise, untimed } from "../reports/index.ts";
import {
  type Baggage,
  brokenNumber,
  decodeState,
  encodeState,
  Flow,
  type Program,
  type SavedState,
  type Scores,
  stow,
} from "../runtime/index.ts";
import { nothingSelected } from "./bind.ts";
import { type Circumstances, companionsOf } from "./companions.ts";
import { construct, coordinatesOf } from "./construct.ts";
import { CompileError, DataError } from "./errors.ts";
import { countsOf, type LeftOut, readingName } from "./intake.ts";
import { type Resolved, resolve } from "./options.ts";
import { hashOf, startOf } from "./program.ts";
import { steadierOf, witnessOf } from "./steady.ts";

/** What a reader of rows left out and said, besides the flow's own. */
export interface Reading {
  readonly skipped: number;
  readonly diagnostics: readonly Diagnostic[];
  /** Of a fit: by them its sandwich is shown again. */
  readonly scores?: Scores | null;
  /** What is to be known of the rows when a run goes on, by name. */
  baggage?(): ReadonlyMap<string, Baggage>;
}

/** The bytes of a flow's state file; `numbers` are those that another is to go on from. */
export function saveFlow(compiled: Compiled, flow: Flow, reading: Reading, numbers = flow.numbers()): Uint8Array {
  const { program, ...own } = numbers;
  const { bindings, plan, options } = program;
  const tensors = new Map(own.tensors);
  for (const [name, values] of bindings.learnt) tensors.set(`learnt ${name}`, values);
  for (const [name, values] of bindings.once) tensors.set(`once ${name}`, values);
  if (reading.scores) tensors.set("scores", reading.scores.products).set("scored", reading.scores.counts);
  const companions = { ...numbers.companions };
  for (const [name, baggage] of reading.baggage?.() ?? []) stow(companions, tensors, name, baggage);
  // when a run goes on, batches are as long, and it is known what the plan loses
  const losses = plan.blocks.map(({ loss }) => loss);
  const kept = { batchRows: plan.batchRows, losses, warnings: [...flow.warnings] };
  companions[readingName] = { ...companions[readingName], ...kept };
  return encodeState({
    file: compiled.source.path,
    source: compiled.source.text,
    used: compiled.used,
    hash: program.hash,
    constants: compiled.constants,
    dims: Object.fromEntries(bindings.dims),
    levels: Object.fromEntries(bindings.levels),
    labels: Object.fromEntries(bindings.labels),
    configuration: { ...options },
    blocks: plan.blocks.map(({ parameters, form, size }) => ({ parameters, form, size })),
    ...own,
    skipped: numbers.skipped + reading.skipped,
    diagnostics: [...flow.diagnostics, ...reading.diagnostics],
    companions,
    tensors,
  });
}

/** A state that was read, with its model compiled again. */
export interface LoadedState {
  readonly state: SavedState;
  readonly compiled: Compiled;
  readonly bindings: Bindings;
  readonly options: Resolved;
}

/**
 * Reads a state file; throws DataError where it cannot be used. `file` is its name in messages. `whatever` takes a state
 * whose numbers are not all finite: for who looks at them and may set it aside.
 */
export function loadState(bytes: Uint8Array, file = "the state", whatever = false): LoadedState {
  const decoded = decodeState(bytes, file);
  if (decoded.kind === "failure") throw new DataError(decoded.diagnostics);
  const { state } = decoded;
  const reason = whatever ? null : brokenNumber(state);
  if (reason !== null) throw new DataError([diagnose("FF531", null, { file, reason })]);
  const { compiled, diagnostics } = compileSource(state.source, {
    file: state.file,
    set: state.constants,
    resolve: among(state.used),
  });
  if (compiled === null) throw new CompileError(diagnostics);
  return {
    state,
    compiled,
    bindings: bindingsOf(state),
    options: resolve(compiled.settings, state.configuration as FlowOptions),
  };
}

/** The flow of a state, for its own model or for the model of a run that goes on with it. */
export function restoreFlow(
  loaded: LoadedState,
  options: Resolved = loaded.options,
  compiled = loaded.compiled,
  circumstances: Circumstances = {},
): { program: Program; flow: Flow } {
  const { state, bindings } = loaded;
  const otherwise = (reason: string): DataError => new DataError([diagnose("FF532", null, { reason })]);
  if (hashOf(compiled.source.text) !== state.hash)
    throw otherwise(`it was saved from \`${loaded.compiled.density.name}\` (${state.file})`);
  if (!alike(compiled.used, state.used)) throw otherwise("a file that the model uses has changed");
  if (!alike(compiled.constants, state.constants)) throw otherwise("a constant has another value");
  if (!sized(loaded)) throw otherwise("its sizes are not those of its levels and columns");
  if (!blocksFit(loaded)) throw otherwise("its blocks are not those of this model");
  const { batchRows, losses } = readingOf(state);
  const { program: made } = construct(compiled, { selection: nothingSelected, bindings }, options, {
    given: state.blocks,
    explain: false,
    ...(batchRows === null || options.batch !== loaded.options.batch ? {} : { batchRows }),
  });
  const blocks = made.plan.blocks.map((block, k) => ({ ...block, loss: losses[k] ?? block.loss }));
  const program = { ...made, plan: { ...made.plan, blocks } };
  const { state: regions, learnt, once } = program.artefact.step.layout;
  const wanted = [
    ...(["phi", "gradient", "memory"] as const).map((name) => [name, regions[name].length] as const),
    ...[...learnt].map(([name, { length }]) => [`learnt ${name}`, length] as const),
    ...[...once].map(([name, { length }]) => [`once ${name}`, length] as const),
  ];
  for (const [name, length] of wanted) {
    const found = state.tensors.get(name)?.length ?? 0;
    if (found !== length) throw otherwise(`${name} has ${found} numbers, not ${length}`);
  }
  const flow = new Flow(program, startOf(program), {
    ...steadierOf(compiled, options),
    ...witnessOf(compiled, options),
    companions: companionsOf(compiled, program, options, { ...circumstances, saved: Object.keys(state.companions) }),
  });
  flow.restore(state);
  flow.warnings = readingOf(state).warnings;
  // a stream's are found anew when it ends, and those of its rows are kept with them
  if (options.mode === "stream" && state.companions[readingName] !== undefined) flow.diagnostics.length = 0;
  return { program, flow };
}

/** The flow of a state as it ends, rows that were held fitted and the last digits there: to look at, not to go on from. */
export function finishedFlow(loaded: LoadedState, compiled = loaded.compiled): { program: Program; flow: Flow } {
  const { flow } = restoreFlow(loaded, loaded.options, compiled);
  if (loaded.options.mode === "stream") flow.finish();
  return { program: flow.program, flow };
}

/** The summary of a saved state; `flow` is its flow where it was finished already. */
export function summaryOf(loaded: LoadedState, flow: Flow = finishedFlow(loaded).flow): Summary {
  const scores = scoresOf(loaded, flow.phi.length);
  const missing = countsOf(loaded.state.companions[readingName]?.missing);
  const context = { skipped: 0, diagnostics: [], timing: untimed, scores, leftOut: leftOutOf(loaded.state), missing };
  if (flow.program.options.mode === "fit") return summarise(flow, context);
  const found = new Set(flow.diagnostics.map((d) => d.message));
  const diagnostics = loaded.state.diagnostics.filter((d) => !found.has(d.message));
  return summarise(flow, { ...context, diagnostics });
}

/** How the scores of a saved fit's rows vary; null where it does not say. */
function scoresOf({ state: { tensors } }: LoadedState, size: number): Scores | null {
  const [products, counts] = [tensors.get("scores"), tensors.get("scored")];
  return products?.length === size * size && counts?.length === size ? { products, counts } : null;
}

/** Whether the blocks hold every parameter once, each in a form of its size. */
function blocksFit({ state, compiled, bindings }: LoadedState): boolean {
  const sizes = new Map(compiled.density.parameters.map((p) => [p.name, boundSize(p.freeShape, bindings.dims)]));
  const named = state.blocks.flatMap((b) => (Array.isArray(b.parameters) ? b.parameters : []));
  if (named.length !== sizes.size || new Set(named).size !== sizes.size) return false;
  return state.blocks.every(({ parameters, form }) => {
    const own = parameters.map((name) => sizes.get(name) ?? Number.NaN);
    return formFits(
      form,
      own.reduce((sum, n) => sum + n, 0),
    );
  });
}

function boundSize(shape: Shape, dims: Bindings["dims"]): number {
  return shape.reduce<number>((n, d) => n * (typeof d === "number" ? d : (dims.get(d.name) ?? 0) + d.plus), 1);
}

/** Whether sizes are those of what the state holds, so that none can ask for more memory than the file has. */
function sized({ state, compiled, bindings }: LoadedState): boolean {
  const found = compiled.density.dimensions.every(({ name, kind, data }) => {
    const size = bindings.dims.get(name) ?? -1;
    const levels = bindings.levels.get(data)?.length;
    const columns = bindings.once.get(data)?.length ?? bindings.labels.get(name)?.length ?? 1;
    return kind === "levels" ? size === levels : size <= Math.max(1, columns);
  });
  return found && coordinatesOf(compiled, bindings) === state.tensors.get("phi")?.length;
}

function bindingsOf(state: SavedState): Bindings {
  const tensors = (prefix: string): Map<string, Float64Array> =>
    new Map(
      [...state.tensors].filter(([name]) => name.startsWith(prefix)).map(([name, t]) => [name.slice(prefix.length), t]),
    );
  return {
    dims: new Map(Object.entries(state.dims)),
    levels: new Map(Object.entries(state.levels)),
    labels: new Map(Object.entries(state.labels)),
    learnt: tensors("learnt "),
    once: tensors("once "),
  };
}

/** What a state says of how its rows were read; nothing where it is of an earlier day. */
function readingOf({ companions }: SavedState): {
  readonly batchRows: number | null;
  readonly losses: readonly number[];
  readonly warnings: readonly Diagnostic[];
} {
  const { batchRows, losses, warnings } = companions[readingName] ?? {};
  return {
    batchRows: Number.isSafeInteger(batchRows) && (batchRows as number) > 0 ? (batchRows as number) : null,
    losses: Array.isArray(losses) && losses.every(Number.isFinite) ? (losses as readonly number[]) : [],
    warnings: Array.isArray(warnings) ? (warnings as readonly Diagnostic[]) : [],
  };
}

/** Rows that were left out of a saved flow, by why. */
export function leftOutOf({ companions, skipped }: SavedState): LeftOut {
  const { repeated, late, newLevel } = companions[readingName] ?? {};
  const count = (x: unknown): number => (Number.isSafeInteger(x) ? (x as number) : 0);
  return { bad: skipped, repeated: count(repeated), late: count(late), newLevel: count(newLevel) };
}

function alike(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}
