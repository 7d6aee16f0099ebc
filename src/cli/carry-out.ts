// What `fit`, `stream` and `run` have in common: the model, its data, the flags that say how, and the summary at the end.

import { dirname, isAbsolute, join } from "node:path";
import { addAbortSignal } from "node:stream";
import type { FlowOptions, Model, openSource, RowSource, Summary } from "../index.ts";
import { type Arguments, isMisuse, isOn, type Misuse, misuse, type Option, value } from "./arguments.ts";
import type { Context } from "./context.ts";
import { locate, readModel, resolver } from "./files.ts";
import { constants, dataOption, flowFlags, flowOverrides, setOption } from "./flow-flags.ts";
import { type ExitCode, exit } from "./host.ts";
import { announce, complain, usageError } from "./messages.ts";
import { reporter } from "./progress.ts";
import { ratesOption, withRates } from "./rates.ts";
import { stateBytes, tidyBeside, writeState } from "./state-file.ts";
import { type Stopwatch, stopwatch, timingOption } from "./timing.ts";

type Mode = "fit" | "stream";

const allOption: Option = { name: "all", help: "every row of the table, not the first 40" };
const progressOption: Option = {
  name: "progress",
  value: "ROWS",
  help: "a line of figures on stderr every so many rows",
};

const fromOption: Option = {
  name: "from",
  value: "STATE",
  help: "begin with what a saved state knows, weighed by --importance",
};
const saveOption: Option = { name: "save", value: "STATE", help: "save the state at the end, also when interrupted" };
const streamOptions: readonly Option[] = [
  { name: "resume", value: "STATE", help: "go on from a saved state (stream)" },
  { name: "save-every", value: "ROWS", help: "with --save: save on the way, too, after every so many rows (stream)" },
  {
    name: "flush-every",
    value: "TIME",
    help: "with --data -: what rows wait for at most, as in 200ms, 2s or 100 rows (stream, 200ms)",
  },
  {
    name: "emit",
    value: "WHAT",
    choices: ["predictions", "figures"],
    help: "NDJSON on standard output as it goes, in place of the table: predictions or figures (stream)",
  },
  { name: "again", help: "with --resume: take rows that the state has seen for new ones (stream)" },
];

/** Flags of the verbs that print a summary. */
export const resultOptions: readonly Option[] = [allOption];

/** Flags of the verbs that run a model; one that fixes the mode has no flag for it. */
export function runOptions(mode: Mode | null): readonly Option[] {
  const flow = flowFlags.filter(({ name }) => name !== "mode" || mode === null);
  const saved = mode === "fit" ? [saveOption, fromOption] : [saveOption, fromOption, ...streamOptions];
  return [dataOption, ...saved, progressOption, allOption, timingOption, ratesOption, setOption, ...flow];
}

/** A model that was read and checked. */
export interface Opened {
  readonly file: string;
  readonly model: Model;
  /** Milliseconds that it took. */
  readonly compileMs: number;
}

/** The one model that a command names, compiled; an exit code after saying what is wrong. */
export async function openModel(
  context: Context,
  verb: string,
  watch: Stopwatch | null = null,
): Promise<Opened | ExitCode> {
  const { positionals } = context.given;
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    const what = file === undefined ? "a model" : `one model, not ${positionals.length}`;
    return usageError(context, misuse(`\`ffm ${verb}\` needs ${what}.`), `For example: ffm ${verb} coffee.ffm`);
  }
  const set = constants(context.given);
  if (set.kind === "misuse") return usageError(context, set, "For example: --set K=5");
  const source = await readModel(context, file);
  if (source === null) return exit.model;
  const { check } = await import("../index.ts");
  const started = context.host.now();
  const { model, diagnostics } = check(source, {
    file,
    set: set.values,
    resolve: resolver(context),
    ...(watch === null ? {} : { timer: watch.timer }),
  });
  if (model === null) {
    await complain(context, diagnostics);
    return exit.model;
  }
  return { file, model, compileMs: context.host.now() - started };
}

/** Which data: those of the command line, else those that the model names, beside the model. */
function dataNamed(context: Context, { file, model }: Opened): { spec: string; inModel: boolean } | null {
  const given = value(context.given, dataOption.name);
  if (given !== null) return { spec: given, inModel: false };
  const named = model.settings.data;
  return named === undefined
    ? null
    : { spec: isPath(named) && !isAbsolute(named) ? join(dirname(file), named) : named, inModel: true };
}

function isPath(spec: string): boolean {
  return spec !== "-" && !/^[a-z]+:/i.test(spec);
}

/** What a user wrote after `--data` as sources take it: they look for files from the folder of the process. */
function located(context: Context, spec: string): string {
  return isPath(spec) && context.host.cwd !== process.cwd() ? locate(context, spec) : spec;
}

type Found = Awaited<ReturnType<typeof openSource>>;

/** Data under way to be opened; `drop` closes what nobody took. */
interface Opening {
  readonly take: () => Promise<Found>;
  readonly drop: () => Promise<void>;
}

/** Begins to open files that the command line names: the engine starts on threads of its own, while the model is compiled. */
async function begin(context: Context): Promise<Opening | null> {
  const spec = value(context.given, dataOption.name);
  if (spec === null || !isPath(spec)) return null;
  const { openSource } = await import("../index.ts");
  let started = (): void => {};
  const underWay = new Promise<void>((resolve) => {
    started = resolve;
  });
  const found = openSource(located(context, spec), { onStarting: () => started() });
  // what goes wrong is told to who takes it
  await Promise.race([underWay, found.catch(() => {})]);
  let taken = false;
  return {
    take: () => {
      taken = true;
      return found;
    },
    async drop() {
      if (taken) return;
      const unused = await found.catch(() => null);
      if (unused?.kind === "source") await unused.source.close();
    },
  };
}

/** Opens the data of a model; an exit code after saying what is wrong, null where none are named. */
export async function openData(
  context: Context,
  opened: Opened,
  follow: Flushing | null = null,
  begun: Opening | null = null,
): Promise<RowSource | ExitCode | null> {
  const named = dataNamed(context, opened);
  if (named === null) return null;
  const { openSource } = await import("../index.ts");
  const setting = named.inModel ? opened.model.compiled.density.flow.find(({ key }) => key === "data") : undefined;
  const { signal, now, stdin } = context.host;
  const following =
    named.spec === "-" && follow !== null
      ? { first: follow.first, every: follow.milliseconds, rows: follow.rows, signal, now }
      : null;
  // An interruption must reach a pipe that says nothing; one that is followed ends with the rows that came.
  if (named.spec === "-" && following === null) addAbortSignal(signal, stdin);
  const found = await (begun?.take() ??
    openSource(located(context, named.spec), {
      stdin,
      ...(following === null ? {} : { follow: following }),
      ...(setting === undefined ? {} : { span: setting.span }),
    }));
  if (following === null || found.kind === "failure") signal.throwIfAborted();
  return found.kind === "source" ? found.source : complain(context, found.diagnostics);
}

/** A number of rows given by a flag. */
export function rowsOf(given: Arguments, name: string): number | null | Misuse {
  const text = value(given, name);
  if (text === null) return null;
  const rows = Number(text.replaceAll("_", ""));
  return Number.isSafeInteger(rows) && rows > 0 ? rows : misuse(`--${name} wants a number of rows.`);
}

/** What rows that are followed wait for at most. */
export interface Flushing {
  /** Rows by which columns and levels are known. */
  readonly first: number;
  readonly milliseconds: number | null;
  readonly rows: number | null;
}

const waits = { ms: 1, s: 1000, m: 60_000 } as const;

function flushingOf(given: Arguments): Pick<Flushing, "milliseconds" | "rows"> | Misuse {
  const text = value(given, "flush-every") ?? "200ms";
  const found = /^\s*(\d[\d_]*(?:\.\d+)?)\s*(ms|s|m|rows?)?\s*$/.exec(text);
  const amount = Number(found?.[1]?.replaceAll("_", "") ?? Number.NaN);
  const unit = found?.[2] ?? "rows";
  if (unit === "ms" || unit === "s" || unit === "m")
    return amount >= 0
      ? { milliseconds: amount * waits[unit], rows: null }
      : misuse("--flush-every wants a time or a number of rows.");
  return Number.isSafeInteger(amount) && amount > 0
    ? { milliseconds: null, rows: amount }
    : misuse("--flush-every wants a time or a number of rows, such as 200ms or 100 rows.");
}

/** What the flags say about saved states. */
interface Saving {
  readonly resume?: Uint8Array;
  readonly from?: Uint8Array;
  readonly onState?: (bytes: Uint8Array) => void;
  readonly saveEvery?: number;
  readonly again?: boolean;
}

/** Reads the state to go on from, and says where to save; an exit code after saying what is wrong. */
async function savingOf(context: Context, mode: Mode, saveEvery: number | null): Promise<Saving | ExitCode> {
  const { given } = context;
  const [from, to] = [value(given, "resume"), value(given, "save")];
  if (from !== null && mode === "fit") {
    return usageError(context, misuse("A fit starts anew: --resume is for streams."), "Add --mode stream.");
  }
  if (saveEvery !== null && to === null) {
    return usageError(context, misuse("--save-every needs --save STATE."), "For example: --save coffee.ffs");
  }
  if (isOn(given, "again") && from === null) {
    return usageError(context, misuse("--again needs --resume STATE."), "A stream without --resume starts anew.");
  }
  const begin = value(given, "from");
  if (begin !== null && from !== null) {
    return usageError(
      context,
      misuse("--resume goes on with a flow, --from begins another."),
      "Leave one of them out.",
    );
  }
  const states: (Uint8Array | null)[] = [];
  for (const path of [from, begin]) {
    if (path === null) {
      states.push(null);
      continue;
    }
    const bytes = stateBytes(context, path);
    if (typeof bytes === "number") return bytes;
    // A broken state is better named by its file, and before any row is read.
    (await import("../index.ts")).loadState(bytes, path);
    states.push(bytes);
  }
  const [resume = null, known = null] = states;
  if (to !== null) tidyBeside(context, to);
  return {
    ...(resume === null ? {} : { resume }),
    ...(known === null ? {} : { from: known }),
    ...(to === null ? {} : { onState: (bytes) => writeState(context, to, bytes) }),
    ...(saveEvery === null ? {} : { saveEvery }),
    ...(isOn(given, "again") ? { again: true } : {}),
  };
}

function emitOf(given: Arguments): "predictions" | "figures" | null {
  const text = value(given, "emit");
  return text === "predictions" || text === "figures" ? text : null;
}

/** Whether rows are gone over once, so that they need not be kept. */
function passes(overrides: { readonly passes?: number }, { model }: Opened): boolean {
  return (overrides.passes ?? model.settings.passes ?? 1) === 1;
}

/** Fits or streams the model that the command names, and prints the summary. */
export async function carryOut(context: Context, verb: string, fixed: Mode | null): Promise<ExitCode> {
  const { given } = context;
  const every = rowsOf(given, "progress");
  if (isMisuse(every)) return usageError(context, every, "For example: --progress 100000");
  const saveEvery = rowsOf(given, "save-every");
  if (isMisuse(saveEvery)) return usageError(context, saveEvery, "For example: --save-every 100000");
  const flushing = flushingOf(given);
  if (isMisuse(flushing)) return usageError(context, flushing, "For example: --flush-every 200ms");
  const overrides = await flowOverrides(context);
  if (overrides === null) return exit.usage;
  const watch = stopwatch(context);
  const begun = await begin(context);
  watch.lap("load");
  try {
    return await carriedOut(context, verb, fixed, watch, { every, saveEvery, flushing, overrides, begun });
  } finally {
    await begun?.drop();
  }
}

/** What the flags of a run say. */
interface Told {
  readonly every: number | null;
  readonly saveEvery: number | null;
  readonly flushing: Pick<Flushing, "milliseconds" | "rows">;
  readonly overrides: FlowOptions;
  readonly begun: Opening | null;
}

async function carriedOut(
  context: Context,
  verb: string,
  fixed: Mode | null,
  watch: Stopwatch,
  { every, saveEvery, flushing, overrides, begun }: Told,
): Promise<ExitCode> {
  const { given, host } = context;
  const opened = await openModel(context, verb, watch);
  if (typeof opened === "number") return opened;
  watch.lap("load");
  const settings = await withRates(context, overrides, opened.model);
  if (typeof settings === "number") return settings;
  const mode = fixed ?? overrides.mode ?? opened.model.settings.mode ?? "fit";
  const emit = emitOf(given);
  if (emit !== null && mode === "fit")
    return usageError(
      context,
      misuse("A fit has nothing to tell on its way: --emit is for streams."),
      "Add --mode stream.",
    );
  const count = overrides.threads ?? opened.model.settings.threads ?? 1;
  const spawn = mode === "fit" && count > 1 ? await host.threads?.(count) : undefined;
  const saving = await savingOf(context, mode, saveEvery);
  if (typeof saving === "number") return saving;
  const first = overrides.warmup ?? opened.model.settings.warmup ?? 1000;
  const source = await openData(
    context,
    opened,
    mode === "stream" && passes(overrides, opened) ? { first, ...flushing } : null,
    begun,
  );
  if (typeof source === "number") return source;
  if (source === null) {
    const message = `\`ffm ${verb}\` needs data, and the model names none.`;
    const hint = 'Name them with --data rows.csv, or in the model: flow { data "rows.csv" }';
    return usageError(context, misuse(message), hint);
  }
  const { fit, stream } = await import("../index.ts");
  watch.lap("open data");
  const tell = (line: object): void => host.stdout.write(`${JSON.stringify(line)}\n`);
  const progress = reporter(host, { everyRows: every, mode });
  let code: ExitCode;
  try {
    const summary = await (mode === "fit" ? fit : stream)(opened.model, source, {
      ...settings,
      ...saving,
      ...(emit === null ? {} : { emit: { kind: emit, ...flushing, write: tell } }),
      onProgress: progress.show,
      signal: host.signal,
      now: host.now,
      ...(spawn === undefined ? {} : { spawn }),
      ...(host.busy === undefined ? {} : { onBusy: host.busy }),
      compileMs: opened.compileMs,
    });
    progress.clear();
    watch.add("read", summary.timing.readMs);
    watch.add("update", summary.timing.updateMs);
    watch.lap("summary");
    code = await conclude(context, summary, emit === null);
    watch.lap("print");
  } finally {
    progress.clear();
    await source.close();
  }
  watch.lap("close data");
  watch.report();
  return code;
}

/** Prints what a run came to; a fit that was interrupted has come to nothing yet. */
async function conclude(context: Context, summary: Summary, shown: boolean): Promise<ExitCode> {
  const interrupted = context.host.signal.aborted;
  if (shown && (!interrupted || summary.mode === "stream")) await writeSummary(context, summary);
  if (!interrupted) return exit.ok;
  announce(context, { code: "interrupted", message: `Interrupted after ${summary.rows} rows.`, hint: null });
  return exit.interrupted;
}

/** Elements of a list that are written as one piece. */
const together = 4096;

/** `JSON.stringify(value, null, 2)` and a line's end, in pieces: the text of very many parameters is never there whole. */
export function* jsonPieces(value: object): Generator<string> {
  const inner = (part: unknown, indent: string): string =>
    JSON.stringify(part, null, 2).replaceAll("\n", `\n${indent}`);
  let before = "{\n";
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue;
    const head = `${before}  ${JSON.stringify(key)}: `;
    before = ",\n";
    if (!Array.isArray(part) || part.length <= together) {
      yield head + inner(part, "  ");
      continue;
    }
    yield `${head}[\n`;
    for (let from = 0; from < part.length; from += together) {
      const lines = part.slice(from, from + together).map((element) => `    ${inner(element, "    ")}`);
      yield `${from === 0 ? "" : ",\n"}${lines.join(",\n")}`;
    }
    yield "\n  ]";
  }
  yield before === "{\n" ? "{}\n" : "\n}\n";
}

/** Writes a summary in the form asked for. */
export async function writeSummary(context: Context, summary: Summary): Promise<void> {
  const { host, color, format, given } = context;
  if (format === "json") {
    for (const piece of jsonPieces(summary)) host.stdout.write(piece);
    return;
  }
  const { summaryTable } = await import("../index.ts");
  const width = host.stdout.terminal ? host.stdout.columns : 100;
  host.stdout.write(summaryTable(summary, { color: color.stdout, all: isOn(given, allOption.name), width }));
}
