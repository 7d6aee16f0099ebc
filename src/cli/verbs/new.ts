// `ffm new`: a first model with its data, to look at and to change.

import { existsSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { misuse, type Option } from "../arguments.ts";
import type { Context } from "../context.ts";
import { locate, reason } from "../files.ts";
import { type ExitCode, exit } from "../host.ts";
import { announce, usageError } from "../messages.ts";
import { starterData, starterModel } from "../starter.ts";

export const summary = "a commented starter model and a few rows of data";
export const usage = "new NAME";
export const example = "ffm new coffee\nffm run coffee.ffm";
export const options: readonly Option[] = [];

export async function run(context: Context): Promise<ExitCode> {
  const { positionals } = context.given;
  const name = positionals[0]?.replace(/\.ffm$/, "");
  if (name === undefined || positionals.length > 1) {
    const message = "`ffm new` takes one name.";
    return usageError(context, misuse(message), "For example: ffm new coffee");
  }
  const title = basename(name);
  if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(title)) {
    const message = `"${title}" can't be the name of a model.`;
    const hint = "A name starts with a letter and has letters, digits, _ and - only.";
    return usageError(context, misuse(message), hint);
  }
  const model = `${name}.ffm`;
  const data = `${name}.csv`;
  const present = [model, data].filter((file) => existsSync(locate(context, file)));
  if (present.length > 0) {
    const message = `${present.join(" and ")} ${present.length === 1 ? "exists" : "exist"} already; nothing was written.`;
    return usageError(context, misuse(message), "Choose another name.");
  }
  if (!existsSync(locate(context, dirname(name)))) {
    const message = `There is no folder ${dirname(name)}.`;
    return usageError(context, misuse(message), "Make it first, or leave it out.");
  }
  try {
    // `wx` refuses to overwrite even if the file appeared a moment ago.
    writeFileSync(locate(context, data), starterData(), { flag: "wx" });
    writeFileSync(locate(context, model), starterModel(title.replaceAll("-", "_"), `${title}.csv`), { flag: "wx" });
  } catch (error) {
    announce(context, { code: "usage", message: `I can't write ${model}: ${reason(error)}.`, hint: null });
    return exit.failure;
  }
  if (context.format === "json") {
    context.host.stdout.write(`${JSON.stringify({ model, data })}\n`);
  } else {
    context.host.stdout.write(`Wrote ${model} and ${data}. Next:\n\n  ffm run ${model}\n`);
  }
  return exit.ok;
}
