// `ffm report`: everything that is known of a saved state on one page.

import type { Option } from "../arguments.ts";
import type { Context } from "../context.ts";
import { deliver, outputOption } from "../deliver.ts";
import type { ExitCode } from "../host.ts";
import { reportFlags, reportInputs } from "../report-inputs.ts";

export const summary = "a page of all that is known of a saved state";
export const usage = "report [MODEL] --state STATE [--data DATA] [-o FILE.html]";
export const example = [
  "ffm stream coffee.ffm --data coffee.csv --save coffee.ffs",
  "ffm report --state coffee.ffs -o coffee.html",
  "ffm report coffee.ffm --state coffee.ffs --data test.csv -o coffee.html",
].join("\n");
export const options: readonly Option[] = [...reportFlags, outputOption];

export async function run(context: Context): Promise<ExitCode> {
  const inputs = await reportInputs(context, "report");
  if (typeof inputs === "number") return inputs;
  const { reportPage } = await import("../../index.ts");
  return deliver(context, await reportPage(inputs.state, inputs));
}
