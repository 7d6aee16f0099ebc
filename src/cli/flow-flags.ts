// Every key of `flow` as a flag. The values are read by the compiler's own reader of `flow`, so that a key means the
// same in both places; what stands here is the help.

import type { FlowOptions } from "../index.ts";
import { type Arguments, type Misuse, misuse, type Option, value } from "./arguments.ts";
import type { Context } from "./context.ts";
import { complain } from "./messages.ts";

/** Overrides a constant of the model. */
export const setOption: Option = {
  name: "set",
  value: "NAME=NUMBER",
  repeated: true,
  help: "the value of a `const`; may be given for several",
};

/** The data of a run; `data` is a key of `flow` too. */
export const dataOption: Option = {
  name: "data",
  value: "DATA",
  help: "CSV, TSV, Parquet, NDJSON or JSON file, a pattern, - for standard input, or sql:SELECT …",
};

/** The keys that say how to run, with what each means. */
export const flowFlags: readonly Option[] = [
  { name: "mode", value: "MODE", help: "fit (passes to convergence) or stream (each row once)" },
  {
    name: "structure",
    value: "KIND",
    help: 'how information is kept: auto, full [sqrt], diagonal, scalar, block, kronecker, arrow or lowrank [RANK]; a mix as "kronecker for W1 W2, full" (auto)',
  },
  { name: "budget", value: "SIZE", help: 'what the state may cost: "2 MB", "5 us per row", "400 flops per row"' },
  { name: "information", value: "KIND", help: "expected, empirical, sampled [DRAWS] or observed (expected)" },
  { name: "target", value: "TARGET", help: "likelihood (MLE or MAP) or posterior (means and sds) (likelihood)" },
  { name: "interval", value: "P", help: "probability of the intervals (0.95)" },
  { name: "batch", value: "ROWS", help: "rows of one update of a stream" },
  { name: "warmup", value: "ROWS", help: "first rows of a stream, fitted together before it goes on" },
  { name: "passes", value: "N", help: "how often a stream goes over its rows (1)" },
  { name: "shuffle", value: "YES", help: "true: each pass of a stream in an order of its own (with several passes)" },
  {
    name: "forget",
    value: "HOW",
    help: 'how a stream forgets: none, "half_life 10_000 rows", "half_life 1 hour by COLUMN", "rate 0.999", "window 10_000 rows" or "adaptive 0.01" (none)',
  },
  { name: "drift", value: "SD", help: 'how far parameters wander a row: "0.01 for slope, 0.1" (0)' },
  {
    name: "initial",
    value: "WHAT",
    help: "what a stream begins with: empirical (first rows fitted together), prior or none (empirical)",
  },
  { name: "inner", value: "STEPS", help: "most steps for one batch of a stream" },
  {
    name: "tolerance",
    value: "X",
    help: "when a fit has converged: Newton decrement relative to 1 + |log-likelihood|",
  },
  { name: "max-passes", value: "N", help: "most passes of a fit" },
  {
    name: "damping",
    value: "X",
    help: 'damping to start from (0), adaptive, or "0.1 cosine" or "0.1, half_life 10_000 rows"',
  },
  { name: "rate", value: "X", help: 'length of a step: "0.1", "0.1 cosine" or "0.1, half_life 10_000 rows"' },
  { name: "line-search", value: "YES", help: "false: take every step as it is (true)" },
  { name: "on-bad-row", value: "WHAT", help: "stop or skip at a row that can't be used (stop)" },
  { name: "new-level", value: "WHAT", help: "error, add or prior at a level that was not there at the start (error)" },
  { name: "identity", value: "COLUMN", help: 'names each row: repeated ones are left out; "id last 100_000"' },
  { name: "late", value: "WHAT", help: 'rows older than the newest: "skip 1 hour by time" or "keep 1 hour by time"' },
  { name: "pilot", value: "ROWS", help: "rows that the planner looks at before it chooses" },
  { name: "plan", value: "HOW", help: '"pilot ROWS", the same as --pilot' },
  { name: "replan", value: "ROWS", help: 'plan a stream anew "every 100_000 rows"' },
  { name: "precision", value: "KIND", help: "auto, single or double (auto)" },
  { name: "seed", value: "N", help: "seed of random numbers" },
  { name: "threads", value: "N", help: "threads to use" },
  { name: "backend", value: "NAME", help: "what runs the update: wasm, js or interpret (wasm)" },
  { name: "exact", value: "YES", help: "true: only arithmetic that gives the same bits everywhere (false)" },
  { name: "importance", value: "X", help: "with --from: how much what the state knows counts of itself (1)" },
  { name: "momentum", value: "X", help: "share of the steps before that a plain step of a stream carries on (0)" },
  { name: "stop", value: "WHEN", help: 'when a stream has seen enough: "gain < 0.01 per 1000 rows", in nats' },
  { name: "errors", value: "KIND", help: "which standard errors a fit prints: auto, model or sandwich (auto)" },
  { name: "prequential", value: "WHEN", help: "log evidence of a stream as it goes: auto, on or off (auto)" },
  {
    name: "watch",
    value: "P",
    help: "honesty watch of a stream: probability of a false alarm, auto or off (auto: 0.01)",
  },
];

/** The values of `--set`. */
export interface Constants {
  readonly kind: "constants";
  readonly values: Readonly<Record<string, number>>;
}

/** Reads every `--set`. */
export function constants(given: Arguments): Constants | Misuse {
  const set: [string, number][] = [];
  for (const text of given.values.get(setOption.name) ?? []) {
    const match = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=\s*(\S+)\s*$/u.exec(text);
    const number = match === null ? Number.NaN : Number(match[2].replaceAll("_", ""));
    if (match === null || !Number.isFinite(number)) return misuse(`--set wants NAME=NUMBER, not "${text}".`);
    set.push([match[1], number]);
  }
  return { kind: "constants", values: Object.fromEntries(set) };
}

/** What the flags say about the flow, or null after saying what is wrong with them. */
export async function flowOverrides(context: Context): Promise<FlowOptions | null> {
  const { flowOption } = await import("../index.ts");
  const read = flowFlags.flatMap(({ name }) => {
    const text = value(context.given, name);
    return text === null ? [] : [flowOption(name, text, null)];
  });
  const diagnostics = read.flatMap((one) => one.diagnostics);
  if (diagnostics.length > 0) {
    await complain(context, diagnostics);
    return null;
  }
  return Object.assign({}, ...read.map((one) => one.options)) as FlowOptions;
}
