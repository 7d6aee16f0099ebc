// `ffm fmt`: the one layout of models.

import { readFileSync, writeFileSync } from "node:fs";
import { text as readStream } from "node:stream/consumers";
import { isOn, misuse, type Option } from "../arguments.ts";
import type { Context } from "../context.ts";
import { locate, readModel, reason } from "../files.ts";
import { type ExitCode, exit } from "../host.ts";
import { announce, complain, exitFor, usageError } from "../messages.ts";

export const summary = "the one layout, written back to the files";
export const usage = "fmt [--check] MODEL…";
export const example = "ffm fmt coffee.ffm\nffm fmt --check *.ffm\nffm fmt - < coffee.ffm";
export const options: readonly Option[] = [
  { name: "check", help: "write nothing; name the files that would change and exit with 5" },
];

export async function run(context: Context): Promise<ExitCode> {
  const { host, given } = context;
  const { positionals } = given;
  if (positionals.length === 0) {
    const message = "`ffm fmt` needs at least one model.";
    return usageError(context, misuse(message), "For example: ffm fmt coffee.ffm");
  }
  let worst: ExitCode = exit.ok;
  for (const file of positionals) {
    const source = file === "-" ? await piped(context) : await readModel(context, file);
    if (source === null) {
      worst = exit.model;
      continue;
    }
    const { format } = await import("../../index.ts");
    const formatted = format({ path: file === "-" ? "<stdin>" : file, text: source });
    if (exitFor(formatted.diagnostics) !== exit.ok) {
      worst = await complain(context, formatted.diagnostics);
    } else if (file === "-" && !isOn(given, "check")) {
      host.stdout.write(formatted.text);
    } else if (formatted.text !== source) {
      host.stdout.write(`${file}\n`);
      if (isOn(given, "check")) worst = worst === exit.ok ? exit.gate : worst;
      else if (!write(context, file, source, formatted.text)) worst = exit.failure;
    }
  }
  return worst;
}

async function piped({ host, sources }: Context): Promise<string> {
  const source = await readStream(host.stdin);
  sources.set("<stdin>", source);
  return source;
}

/** Writes the new text, unless somebody else has changed the file meanwhile. */
function write(context: Context, file: string, before: string, after: string): boolean {
  try {
    if (readFileSync(locate(context, file), "utf8") !== before) throw new Error("it was changed meanwhile");
    writeFileSync(locate(context, file), after);
    return true;
  } catch (error) {
    announce(context, { code: "usage", message: `I can't write ${file}: ${reason(error)}.`, hint: null });
    return false;
  }
}
