// `ffm stream`: each row once, in bounded memory.

import type { Option } from "../arguments.ts";
import { carryOut, runOptions } from "../carry-out.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../host.ts";

export const summary = "each row once, in bounded memory";
export const usage = "stream MODEL --data DATA [flags]";
export const example = [
  "ffm stream coffee.ffm --data coffee.csv --save coffee.ffs --save-every 100_000",
  "ffm stream coffee.ffm --data coffee.csv --resume coffee.ffs",
  "tail -f coffee.ndjson | ffm stream coffee.ffm --data - --emit figures --save coffee.ffs",
].join("\n");
export const options: readonly Option[] = runOptions("stream");

export function run(context: Context): Promise<ExitCode> {
  return carryOut(context, "stream", "stream");
}
