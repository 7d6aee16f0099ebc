// Files of measured speeds: written by `ffm plan --calibrate`, read by `--rates`.

import { readFileSync, writeFileSync } from "node:fs";
import type { FlowOptions, Model } from "../index.ts";
import { type Option, value } from "./arguments.ts";
import type { Context } from "./context.ts";
import { locate, reason } from "./files.ts";
import { type ExitCode, exit } from "./host.ts";
import { announce, complain } from "./messages.ts";

export const ratesOption: Option = {
  name: "rates",
  value: "FILE",
  help: "speeds for the planner, measured here by `ffm plan --calibrate FILE`",
};

/** The flow's options with the rates that `--rates` names; an exit code after saying what is wrong with them. */
export async function withRates(context: Context, flow: FlowOptions, model: Model): Promise<FlowOptions | ExitCode> {
  const file = value(context.given, ratesOption.name);
  if (file === null) return flow;
  let text: string;
  try {
    text = readFileSync(locate(context, file), "utf8");
  } catch (error) {
    announce(context, { code: "usage", message: `I can't read ${file}: ${reason(error)}.`, hint: null });
    return exit.data;
  }
  const { readRates } = await import("../index.ts");
  const backend = flow.backend ?? model.settings.backend ?? "wasm";
  const { rates, diagnostics } = readRates(text, backend, file);
  return rates === null ? complain(context, diagnostics) : { ...flow, rates: { ...rates } };
}

/** Measures this machine and writes the file. */
export async function writeRates(context: Context, file: string, flow: FlowOptions): Promise<ExitCode> {
  const { calibrate } = await import("../index.ts");
  const { stderr, now } = context.host;
  const found = calibrate({
    ...(flow.backend === undefined ? {} : { backend: flow.backend }),
    now,
    onProgress: (done, all) =>
      stderr.terminal && stderr.write(`\r${done === all ? "" : `measuring ${done + 1}/${all}`}\x1b[K`),
  });
  try {
    writeFileSync(locate(context, file), `${JSON.stringify(found, null, 2)}\n`);
  } catch (error) {
    announce(context, { code: "usage", message: `I can't write ${file}: ${reason(error)}.`, hint: null });
    return exit.failure;
  }
  const text = `${file}: rates for ${found.backend}; ${found.within} of ${found.measured} updates are predicted within a factor of 1.5 by rates fitted to the others\n`;
  context.host.stdout.write(context.format === "json" ? `${JSON.stringify(found)}\n` : text);
  return exit.ok;
}
