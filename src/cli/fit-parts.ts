// `ffm fit --parts`: one fit over several files, each kept by a thread that reads it itself.

import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isMisuse, isOn, misuse, type Option, value } from "./arguments.ts";
import { openModel, rowsOf, writeSummary } from "./carry-out.ts";
import type { Context } from "./context.ts";
import { locate } from "./files.ts";
import { flowOverrides } from "./flow-flags.ts";
import { type ExitCode, exit } from "./host.ts";
import { announce, usageError } from "./messages.ts";
import { reporter } from "./progress.ts";
import { withRates } from "./rates.ts";
import { writeState } from "./state-file.ts";
import { stopwatch } from "./timing.ts";

export const partsOption: Option = {
  name: "parts",
  value: "FILES",
  repeated: true,
  help: "files or a quoted pattern, each file kept by a thread that reads it itself; may be given several times",
};

/** Whether the command names parts instead of data. */
export function namesParts(context: Context): boolean {
  return context.given.values.has(partsOption.name);
}

/** Fits the parts that the command names, and prints the summary. */
export async function carryOutParts(context: Context): Promise<ExitCode> {
  const { given, host } = context;
  const example = "For example: ffm fit coffee.ffm --parts 'parts/*.csv'";
  if (given.values.has("data"))
    return usageError(context, misuse("--parts and --data both say which rows."), "Leave one of them out.");
  const wanted = given.values.get(partsOption.name) ?? [];
  const files: string[] = [];
  for (const spec of wanted) {
    const found = partsOf(spec, host.cwd);
    if (found.length === 0) {
      announce(context, { code: "usage", message: `No file is like ${spec}.`, hint: null });
      return exit.data;
    }
    files.push(...found);
  }
  if (files.includes("-")) return usageError(context, misuse("A part is a file, not standard input."), example);
  if (given.positionals.length > 1)
    return usageError(context, misuse("--parts takes one file or a quoted pattern at a time."), example);
  const everyRows = rowsOf(given, "progress");
  if (isMisuse(everyRows)) return usageError(context, everyRows, "For example: --progress 100000");
  const overrides = await flowOverrides(context);
  if (overrides === null) return exit.usage;
  const watch = stopwatch(context);
  const opened = await openModel(context, "fit", watch);
  if (typeof opened === "number") return opened;
  const settings = await withRates(context, overrides, opened.model);
  if (typeof settings === "number") return settings;
  const asked = settings.threads ?? opened.model.settings.threads ?? null;
  const crew = asked === 1 ? undefined : await host.parts?.();
  const elsewhere = host.cwd !== process.cwd();
  const { fitParts } = await import("../index.ts");
  const progress = reporter(host, { everyRows, mode: "fit" });
  const to = value(given, "save");
  try {
    const summary = await fitParts(
      opened.model,
      files.map((file) => (elsewhere && !/^[a-z]+:/i.test(file) ? locate(context, file) : file)),
      {
        ...settings,
        threads: asked ?? crew?.threads ?? 1,
        ...(crew === undefined ? {} : { hire: crew.hire }),
        ...(to === null ? {} : { onState: (bytes) => writeState(context, to, bytes) }),
        onProgress: progress.show,
        signal: host.signal,
        now: host.now,
        ...(host.busy === undefined ? {} : { onBusy: host.busy }),
        compileMs: opened.compileMs,
      },
    );
    progress.clear();
    watch.add("read", summary.timing.readMs);
    watch.add("update", summary.timing.updateMs);
    watch.lap("summary");
    if (host.signal.aborted) {
      announce(context, { code: "interrupted", message: "Interrupted.", hint: null });
      return exit.interrupted;
    }
    await writeSummary(context, summary);
    watch.lap("print");
    if (isOn(given, "timing")) watch.report();
    return exit.ok;
  } finally {
    progress.clear();
  }
}

/** The files that a pattern with `*` and `?` in its last part stands for, in the order of their names; others as they are. */
function partsOf(spec: string, cwd: string): readonly string[] {
  const name = basename(spec);
  if (/^[a-z]+:/i.test(spec) || !/[*?]/.test(name)) return [spec];
  const folder = dirname(spec);
  const pattern = new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );
  let names: readonly string[];
  try {
    names = readdirSync(join(cwd, folder));
  } catch {
    return [];
  }
  const found = names.filter((file) => pattern.test(file) && !file.startsWith("."));
  return [...found].sort().map((file) => (folder === "." ? file : join(folder, file)));
}
