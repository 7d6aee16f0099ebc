// `ffm run`: what the model's own `flow` says.

import type { Option } from "../arguments.ts";
import { carryOut, runOptions } from "../carry-out.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../host.ts";

export const summary = "what the model's `flow` says, with the data it names";
export const usage = "run MODEL [--data DATA] [flags]";
export const example = "ffm run coffee.ffm\nffm run coffee.ffm --interval 0.9";
export const options: readonly Option[] = runOptions(null);

export function run(context: Context): Promise<ExitCode> {
  return carryOut(context, "run", null);
}
