// `ffm fit`: passes over the data until the estimates have converged.

import type { Option } from "../arguments.ts";
import { carryOut, runOptions } from "../carry-out.ts";
import type { Context } from "../context.ts";
import { carryOutParts, namesParts, partsOption } from "../fit-parts.ts";
import type { ExitCode } from "../host.ts";

export const summary = "passes over the data until the estimates have converged";
export const usage = "fit MODEL --data DATA | --parts FILES [flags]";
export const example = [
  "ffm fit coffee.ffm --data coffee.csv",
  "ffm fit coffee.ffm --data \"sql:SELECT * FROM 'coffee.csv' WHERE cups > 0\" --target posterior",
  "ffm fit coffee.ffm --data coffee.csv --format json",
  "ffm fit coffee.ffm --parts 'parts/*.csv'",
].join("\n");
export const options: readonly Option[] = [partsOption, ...runOptions("fit")];

export function run(context: Context): Promise<ExitCode> {
  return namesParts(context) ? carryOutParts(context) : carryOut(context, "fit", "fit");
}
