// `ffm show`: the summary of a saved state.

import { misuse, type Option } from "../arguments.ts";
import { resultOptions, writeSummary } from "../carry-out.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exit } from "../host.ts";
import { usageError } from "../messages.ts";
import { stateBytes } from "../state-file.ts";

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
  const bytes = stateBytes(context, file);
  if (typeof bytes === "number") return bytes;
  const { loadState, summaryOf } = await import("../../index.ts");
  const loaded = loadState(bytes, file);
  context.sources.set(loaded.state.file, loaded.state.source);
  await writeSummary(context, summaryOf(loaded));
  return exit.ok;
}
