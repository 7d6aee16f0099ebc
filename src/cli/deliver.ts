// Where a result goes: to the file of -o, or to standard output.

import { writeFileSync } from "node:fs";
import { type Option, value } from "./arguments.ts";
import type { Context } from "./context.ts";
import { locate, reason } from "./files.ts";
import { type ExitCode, exit } from "./host.ts";
import { announce } from "./messages.ts";

/** The flag that names the file. */
export const outputOption: Option = {
  name: "output",
  short: "o",
  value: "FILE",
  help: "write to a file instead of standard output",
};

/** Writes a result; an exit code after saying what is wrong. */
export function deliver(context: Context, content: string | Uint8Array): ExitCode {
  const file = value(context.given, outputOption.name);
  if (file === null) {
    context.host.stdout.write(content);
    return exit.ok;
  }
  try {
    writeFileSync(locate(context, file), content);
    return exit.ok;
  } catch (error) {
    announce(context, { code: "usage", message: `I can't write ${file}: ${reason(error)}.`, hint: null });
    return exit.failure;
  }
}
