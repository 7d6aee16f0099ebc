// `ffm show`: the summary of a saved state.

import { misuse, type Option } from "../arguments.ts";
import { resultOptions, writeSummary } from "../carry-out.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exit } from "../host.ts";
import { announce, usageError } from "../messages.ts";
import { readState } from "../state-file.ts";

export const summary = "the summary of a saved state";
export const usage = "show STATE [--all]";
export const example = "ffm stream coffee.ffm --data coffee.csv --save coffee.ffs\nffm show coffee.ffs";
export const options: readonly Option[] = resultOptions;

export async function run(context: Context): Promise<ExitCode> {
  const { positionals } = context.given;
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    return usageError(context, misuse("`ffm show` takes one saved state."), "For example: ffm show coffee.ffs");
  }
  const found = readState(context, file);
  if (found.kind === "absent") {
    announce(context, { code: "usage", message: `I can't read ${file}: ${found.reason}.`, hint: null });
    return exit.data;
  }
  const { loadState, summaryOf } = await import("../../index.ts");
  const loaded = loadState(found.bytes, file);
  context.sources.set(loaded.state.file, loaded.state.source);
  await writeSummary(context, summaryOf(loaded));
  return exit.ok;
}
