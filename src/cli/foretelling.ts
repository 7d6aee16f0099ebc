// What `predict`, `score` and `design` have in common: a saved state, the model it must be of if one is named, and rows.

import { addAbortSignal } from "node:stream";
import type { LoadedState, Model, RowSource } from "../index.ts";
import { type Arguments, type Misuse, misuse, type Option, value } from "./arguments.ts";
import { openModel } from "./carry-out.ts";
import type { Context } from "./context.ts";
import { locate } from "./files.ts";
import { constants, dataOption, setOption } from "./flow-flags.ts";
import { type ExitCode, exit } from "./host.ts";
import { complain, usageError } from "./messages.ts";
import { type Reporter, reporter } from "./progress.ts";
import { stateBytes } from "./state-file.ts";

export const stateOption: Option = { name: "state", value: "STATE", help: "the saved state to foretell by" };
export const badRowOption: Option = {
  name: "on-bad-row",
  value: "WHAT",
  choices: ["stop", "skip"],
  help: "stop or skip at a row that can't be used (stop)",
};
export const newLevelOption: Option = {
  name: "new-level",
  value: "WHAT",
  choices: ["error", "prior"],
  help: "at a level that was not there when the model learnt: error, or its parameters by their prior (error)",
};
export const predictiveOptions: readonly Option[] = [
  {
    name: "predictive",
    value: "KIND",
    choices: ["plugin", "linearised", "sampled"],
    help: "what is done about the uncertainty of the parameters: nothing, the delta method, or draws (linearised; nothing from 5,000 parameters on)",
  },
  { name: "draws", value: "N", help: "draws of the parameters, for sampled (200)" },
  { name: "seed", value: "N", help: "seed of these draws" },
  { name: "interval", value: "P", help: "probability of the intervals (0.95)" },
  newLevelOption,
];
export const foretellOptions: readonly Option[] = [stateOption, dataOption, badRowOption, setOption];

/** What a command foretells by, and the rows. */
export interface Opened {
  readonly state: LoadedState;
  readonly model: Model | undefined;
  readonly source: RowSource;
}

/** Opens state, model and rows; an exit code after saying what is wrong. */
export async function openForetelling(context: Context, verb: string): Promise<Opened | ExitCode> {
  const { given, host } = context;
  const [file, spec] = [value(given, stateOption.name), value(given, dataOption.name)];
  const help = `For example: ffm ${verb} --state coffee.ffs --data rows.csv`;
  if (file === null) return usageError(context, misuse(`\`ffm ${verb}\` needs a saved state: --state STATE.`), help);
  if (spec === null) return usageError(context, misuse(`\`ffm ${verb}\` needs rows: --data DATA.`), help);
  const set = constants(given);
  if (set.kind === "misuse") return usageError(context, set, "For example: --set K=5");
  const opened = given.positionals.length === 0 ? null : await openModel(context, verb);
  if (typeof opened === "number") return opened;
  const bytes = stateBytes(context, file);
  if (typeof bytes === "number") return bytes;
  const { loadState, openSource } = await import("../index.ts");
  const state = loadState(bytes, file);
  if (opened === null) context.sources.set(state.state.file, state.state.source);
  // sources look for files from the folder of the process; an interruption must reach a pipe that says nothing
  const path = spec !== "-" && !/^[a-z]+:/i.test(spec) && host.cwd !== process.cwd();
  if (spec === "-") addAbortSignal(host.signal, host.stdin);
  const rows = await openSource(path ? locate(context, spec) : spec, { stdin: host.stdin });
  host.signal.throwIfAborted();
  if (rows.kind !== "source") return complain(context, rows.diagnostics);
  return { state, model: opened?.model, source: rows.source };
}

/** A whole number of at least 1 that a flag gives; undefined where it is not given. */
export function wholeNumber(given: Arguments, name: string): number | undefined | Misuse {
  const text = value(given, name);
  if (text === null) return undefined;
  const number = Number(text.replaceAll("_", ""));
  return Number.isSafeInteger(number) && number >= 1 ? number : misuse(`--${name} wants a whole number from 1 on.`);
}

/** What the flags say about predictions. */
export interface Predicting {
  readonly predictive?: "plugin" | "linearised" | "sampled";
  readonly draws?: number;
  readonly seed?: number;
  readonly interval?: number;
  readonly newLevel?: "error" | "prior";
}

/** Reads the flags of `predictiveOptions`. */
export function predicting(given: Arguments): Predicting | Misuse {
  const [draws, seed] = [wholeNumber(given, "draws"), wholeNumber(given, "seed")];
  if (typeof draws === "object") return draws;
  if (typeof seed === "object") return seed;
  const text = value(given, "interval");
  const interval = text === null ? undefined : Number(text);
  if (interval !== undefined && !(interval > 0 && interval < 1))
    return misuse("--interval wants a probability between 0 and 1, such as 0.9.");
  const kind = value(given, "predictive") as NonNullable<Predicting["predictive"]> | null;
  const level = value(given, "new-level") as NonNullable<Predicting["newLevel"]> | null;
  return {
    ...(kind === null ? {} : { predictive: kind }),
    ...(draws === undefined ? {} : { draws }),
    ...(seed === undefined ? {} : { seed }),
    ...(interval === undefined ? {} : { interval }),
    ...(level === null ? {} : { newLevel: level }),
  };
}

/** What to do with rows that can't be used. */
export function badRows(given: Arguments): { readonly onBadRow: "stop" | "skip" } {
  return { onBadRow: value(given, badRowOption.name) === "skip" ? "skip" : "stop" };
}

/** What a verb asks besides what is its own. */
interface Asking {
  readonly onBadRow: "stop" | "skip";
  readonly signal: AbortSignal;
  readonly onProgress: Reporter["show"];
  readonly model?: Model;
}

/** Carries out a verb whose answer is one report: opens what it is about, asks, and writes the report. */
export async function reported<R>(
  context: Context,
  verb: string,
  ask: (opened: Opened, asking: Asking) => Promise<R>,
  table: (report: R) => string,
): Promise<ExitCode> {
  const { given, host, format } = context;
  const opened = await openForetelling(context, verb);
  if (typeof opened === "number") return opened;
  const { model, source } = opened;
  const progress = reporter(host, { everyRows: null, mode: "fit" });
  try {
    const report = await ask(opened, {
      ...badRows(given),
      signal: host.signal,
      onProgress: progress.show,
      ...(model === undefined ? {} : { model }),
    });
    progress.clear();
    host.signal.throwIfAborted();
    host.stdout.write(format === "json" ? `${JSON.stringify(report, null, 2)}\n` : table(report));
    return exit.ok;
  } finally {
    progress.clear();
    await source.close();
  }
}
