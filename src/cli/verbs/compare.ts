// `ffm compare`: several models of one response on the same rows, best first.

import { misuse, type Option } from "../arguments.ts";
import { type Opened, openData, openModel } from "../carry-out.ts";
import type { Context } from "../context.ts";
import { dataOption, flowFlags, flowOverrides, setOption } from "../flow-flags.ts";
import { type ExitCode, exit } from "../host.ts";
import { usageError } from "../messages.ts";
import { reporter } from "../progress.ts";

export const summary = "models of one response on the same rows: evidence, Bayes factors, AIC and BIC";
export const usage = "compare MODEL MODEL… --data DATA [flags]";
export const example = [
  "ffm compare line.ffm curve.ffm --data rows.csv",
  "ffm compare line.ffm curve.ffm --data rows.csv --mode fit",
  "ffm compare line.ffm curve.ffm --data rows.csv --batch 100 --format json",
].join("\n");

/** Settings that say nothing about which model is better, or that a comparison fixes. */
const unasked: ReadonlySet<string> = new Set(
  "mode stop passes shuffle errors prequential replan plan pilot threads importance initial watch".split(" "),
);

export const options: readonly Option[] = [
  dataOption,
  {
    name: "mode",
    value: "MODE",
    help: "stream (one pass for all models, evidence as it goes) or fit (each to convergence) (stream)",
  },
  setOption,
  ...flowFlags.filter(({ name }) => !unasked.has(name)),
];

export async function run(context: Context): Promise<ExitCode> {
  const { given, host, format, color } = context;
  const files = given.positionals;
  if (files.length < 2) {
    const message = `\`ffm compare\` needs two models or more, not ${files.length}.`;
    return usageError(context, misuse(message), "For example: ffm compare line.ffm curve.ffm --data rows.csv");
  }
  const overrides = await flowOverrides(context);
  if (overrides === null) return exit.usage;
  const opened: Opened[] = [];
  for (const file of files) {
    const one = await openModel({ ...context, given: { ...given, positionals: [file] } }, "compare");
    if (typeof one === "number") return one;
    opened.push(one);
  }
  const naming = opened.find(({ model }) => model.settings.data !== undefined) ?? (opened[0] as Opened);
  const source = await openData(context, naming);
  if (typeof source === "number") return source;
  if (source === null) {
    const hint = 'Name them with --data rows.csv, or in a model: flow { data "rows.csv" }';
    return usageError(context, misuse("`ffm compare` needs data, and no model names any."), hint);
  }
  const { compare, compareTable } = await import("../../index.ts");
  const models = opened.map(({ model }) => model);
  const unique = new Set(models.map(({ name }) => name)).size === models.length;
  const mode = overrides.mode ?? "stream";
  const progress = reporter(host, { everyRows: null, mode });
  try {
    const found = await compare(models, source, {
      ...overrides,
      mode,
      labels: unique ? models.map(({ name }) => name) : files,
      onProgress: progress.show,
      signal: host.signal,
    });
    progress.clear();
    const width = host.stdout.terminal ? host.stdout.columns : 100;
    host.stdout.write(
      format === "json" ? `${JSON.stringify(found, null, 2)}\n` : compareTable(found, { color: color.stdout, width }),
    );
    return exit.ok;
  } finally {
    progress.clear();
    await source.close();
  }
}
