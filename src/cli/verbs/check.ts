// `ffm check`: everything that can be said about models without running them.

import { misuse, type Option } from "../arguments.ts";
import type { Context } from "../context.ts";
import { readModel, resolver } from "../files.ts";
import { constants, setOption } from "../flow-flags.ts";
import { type ExitCode, exit } from "../host.ts";
import { diagnosticLines, exitFor, usageError } from "../messages.ts";
import { stopwatch, timingOption } from "../timing.ts";

export const summary = "every error and warning of models; nothing is run";
export const usage = "check MODEL…";
export const example = "ffm check coffee.ffm\nffm check --format json *.ffm";
export const options: readonly Option[] = [setOption, timingOption];

export async function run(context: Context): Promise<ExitCode> {
  const { host, given } = context;
  if (given.positionals.length === 0) {
    const message = "`ffm check` needs at least one model.";
    return usageError(context, misuse(message), "For example: ffm check coffee.ffm");
  }
  const set = constants(given);
  if (set.kind === "misuse") return usageError(context, set, "For example: --set K=5");
  let worst: ExitCode = exit.ok;
  const watch = stopwatch(context);
  for (const file of given.positionals) {
    const source = await readModel(context, file);
    if (source === null) {
      worst = exit.model;
      continue;
    }
    // the service alone: a third of what loads for a run
    const { diagnose } = await import("../../service/index.ts");
    watch.lap("load");
    const diagnostics = diagnose(source, {
      file,
      set: set.values,
      resolve: resolver(context),
      timer: watch.timer,
    });
    // What is wrong is the result here, so it goes where results go.
    host.stdout.write(await diagnosticLines(context, diagnostics, context.color.stdout));
    if (context.format === "table")
      host.stdout.write(`${diagnostics.length > 0 ? "\n" : ""}${verdict(file, diagnostics)}\n`);
    watch.lap("print");
    if (exitFor(diagnostics) !== exit.ok) worst = exitFor(diagnostics);
  }
  watch.report();
  return worst;
}

function verdict(file: string, diagnostics: readonly { readonly severity: string }[]): string {
  const count = (severity: string, one: string): string => {
    const n = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return n === 0 ? "" : `${n} ${one}${n === 1 ? "" : "s"}`;
  };
  const parts = [count("error", "error"), count("warning", "warning"), count("info", "note")].filter(
    (part) => part !== "",
  );
  return `${file}: ${parts.length === 0 ? "ok" : parts.join(", ")}`;
}
