// `ffm plan`: how the information would be kept, at what cost, and why.

import type { FlowOptions, Model, Plan } from "../../index.ts";
import { type Option, value } from "../arguments.ts";
import { openData, openModel } from "../carry-out.ts";
import type { Context } from "../context.ts";
import { dataOption, flowFlags, flowOverrides, setOption } from "../flow-flags.ts";
import { type ExitCode, exit } from "../host.ts";
import { ratesOption, withRates, writeRates } from "../rates.ts";

export const summary = "how information would be kept, at what cost, and why";
export const usage = "plan (MODEL [--data DATA] | --calibrate FILE) [flags]";
export const example = [
  "ffm plan coffee.ffm",
  'ffm plan coffee.ffm --data coffee.csv --budget "1 KB"',
  "ffm plan --calibrate rates.json",
].join("\n");
export const options: readonly Option[] = [
  dataOption,
  { name: "calibrate", value: "FILE", help: "measure this machine, some ten seconds, and write its speeds to a file" },
  ratesOption,
  setOption,
  ...flowFlags.filter(({ name }) => name !== "mode"),
];

export async function run(context: Context): Promise<ExitCode> {
  const overrides = await flowOverrides(context);
  if (overrides === null) return exit.usage;
  const file = value(context.given, "calibrate");
  if (file !== null) return writeRates(context, file, overrides);
  const opened = await openModel(context, "plan");
  if (typeof opened === "number") return opened;
  const settings = await withRates(context, overrides, opened.model);
  if (typeof settings === "number") return settings;
  const source = await openData(context, opened);
  if (typeof source === "number") return source;
  try {
    const plan = await opened.model.plan(settings, source ?? undefined);
    context.host.stdout.write(await shown(context, opened.model, settings, plan));
    return exit.ok;
  } finally {
    await source?.close();
  }
}

async function shown(context: Context, model: Model, settings: FlowOptions, plan: Plan): Promise<string> {
  if (context.format === "json") return `${JSON.stringify(plan, null, 2)}\n`;
  const { planTable } = await import("../plan-table.ts");
  const { stdout } = context.host;
  const backend = settings.backend ?? model.settings.backend ?? "wasm";
  return planTable(model.name, plan, backend, stdout.terminal ? stdout.columns : 100);
}
