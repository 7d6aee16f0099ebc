// `ffm merge`: saved states of one model over different rows, as one.

import { isOn, misuse, type Option, value } from "../arguments.ts";
import { resultOptions, writeSummary } from "../carry-out.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exit } from "../host.ts";
import { usageError } from "../messages.ts";
import { stateBytes, writeState } from "../state-file.ts";

export const summary = "saved states over different rows, as one";
export const usage = "merge STATE… -o STATE [--robust N] [--allow-overlap] [--all]";
export const example = [
  "ffm merge monday.ffs tuesday.ffs wednesday.ffs -o week.ffs",
  "ffm merge part-*.ffs -o all.ffs --robust 2",
  "ffm merge sample.ffs --empty -o start.ffs",
].join("\n");
export const options: readonly Option[] = [
  { name: "output", short: "o", value: "STATE", help: "where the merged state goes" },
  {
    name: "robust",
    value: "N",
    help: "stand up to N bad parts: those that a median of all does not stand by are left out",
  },
  { name: "allow-overlap", help: "merge although the same rows are in several states" },
  {
    name: "empty",
    help: "of one state: the same levels, features, plan and estimate without rows, to start parts from",
  },
  ...resultOptions,
];

export async function run(context: Context): Promise<ExitCode> {
  const { given } = context;
  const { positionals: files } = given;
  const empty = isOn(given, "empty");
  const to = value(given, "output");
  if (to === null) return usageError(context, misuse("`ffm merge` needs -o STATE."), "For example: -o all.ffs");
  if (empty ? files.length !== 1 : files.length < 2) {
    const message = empty
      ? "`ffm merge --empty` takes one saved state."
      : "`ffm merge` takes two saved states or more.";
    const sample = empty ? "ffm merge sample.ffs --empty -o start.ffs" : "ffm merge a.ffs b.ffs -o all.ffs";
    return usageError(context, misuse(message), `For example: ${sample}`);
  }
  const count = value(given, "robust");
  const robust = count === null ? null : Number(count);
  if (robust !== null && !(Number.isSafeInteger(robust) && robust >= 0 && count?.trim() !== ""))
    return usageError(context, misuse("--robust wants a number of states."), "For example: --robust 1");
  if (robust !== null && empty)
    return usageError(
      context,
      misuse("--robust is for merging: it says nothing with --empty."),
      "Leave one of them out.",
    );
  const states: Uint8Array[] = [];
  for (const file of files) {
    const bytes = stateBytes(context, file);
    if (typeof bytes === "number") return bytes;
    states.push(bytes);
  }
  const { emptied, loadState, merge } = await import("../../index.ts");
  const [first] = states as [Uint8Array, ...Uint8Array[]];
  const { state } = loadState(first, files[0], true);
  context.sources.set(state.file, state.source);
  if (empty) {
    writeState(context, to, emptied(first, files[0]));
    return exit.ok;
  }
  const merged = merge(states, {
    names: files,
    allowOverlap: isOn(given, "allow-overlap"),
    ...(robust === null ? {} : { robust }),
  });
  writeState(context, to, merged.state);
  await writeSummary(context, merged.summary);
  return exit.ok;
}
