// `ffm compile`: the update loop as an artefact of its own, or any stage of the pipeline to be read.

import type { ArtefactTarget, Stage } from "../../index.ts";
import { type Misuse, misuse, type Option, value } from "../arguments.ts";
import { openData, openModel } from "../carry-out.ts";
import type { Context } from "../context.ts";
import { deliver, outputOption } from "../deliver.ts";
import { dataOption, flowFlags, flowOverrides, setOption } from "../flow-flags.ts";
import { type ExitCode, exit } from "../host.ts";
import { usageError } from "../messages.ts";

export const summary = "the update loop as an artefact of its own, or any stage of the pipeline";
export const usage = "compile MODEL (--to TARGET -o FILE | --print STAGE) [--data DATA] [flags]";
export const example = [
  "ffm compile coffee.ffm --to wasm -o coffee.wasm",
  "ffm compile coffee.ffm --print derivatives",
  "ffm compile coffee.ffm --print js --data coffee.csv -o coffee.txt",
].join("\n");
export const options: readonly Option[] = [
  { name: "to", value: "TARGET", help: "a stand-alone artefact: wasm or js" },
  { name: "print", value: "STAGE", help: "ast, model, density, derivatives, plan, step, loops or js" },
  outputOption,
  { ...dataOption, help: "data that fix the number of columns and levels, where the model leaves them open" },
  setOption,
  ...flowFlags.filter(({ name }) => name !== "mode"),
];

/** Stages that are the same whatever the data. */
const beforeData: readonly string[] = ["ast", "model", "density", "derivatives"];

type Wanted =
  | { readonly kind: "artefact"; readonly target: ArtefactTarget }
  | { readonly kind: "stage"; readonly stage: Stage }
  | { readonly kind: "wrong"; readonly misuse: Misuse; readonly hint: string };

/** What to write, by the flags. */
async function wantedOf({ given, host }: Context): Promise<Wanted> {
  const { artefactTargets, stages } = await import("../../index.ts");
  const [to, print] = [value(given, "to"), value(given, "print")];
  const targetHint = `Targets are ${artefactTargets.join(", ")}.`;
  const stageHint = `Stages are ${stages.join(", ")}.`;
  const wrong = (hint: string, ...words: Parameters<typeof misuse>): Wanted => ({
    kind: "wrong",
    misuse: misuse(...words),
    hint,
  });
  if (to !== null && print !== null) return wrong("They are two commands.", "--to and --print don't go together.");
  if (print !== null) {
    const stage = stages.find((name) => name === print);
    return stage === undefined
      ? wrong(stageHint, `There is no stage "${print}".`, print, stages)
      : { kind: "stage", stage };
  }
  if (to === null) return wrong(`${targetHint} ${stageHint}`, "`ffm compile` needs --to TARGET or --print STAGE.");
  const target = artefactTargets.find((name) => name === to);
  if (to === "tfjs") return wrong(targetHint, "The target tfjs is not built yet.");
  if (target === undefined) return wrong(targetHint, `There is no target "${to}".`, to, artefactTargets);
  if (target === "wasm" && value(given, "output") === null && host.stdout.terminal)
    return wrong("Add -o FILE.", "A WebAssembly module is not for a terminal.");
  return { kind: "artefact", target };
}

export async function run(context: Context): Promise<ExitCode> {
  const wanted = await wantedOf(context);
  if (wanted.kind === "wrong") return usageError(context, wanted.misuse, wanted.hint);
  const overrides = await flowOverrides(context);
  if (overrides === null) return exit.usage;
  const opened = await openModel(context, "compile");
  if (typeof opened === "number") return opened;
  const early = wanted.kind === "stage" && beforeData.includes(wanted.stage);
  const source = early ? null : await openData(context, opened);
  if (typeof source === "number") return source;
  try {
    const data = source ?? undefined;
    if (wanted.kind === "artefact")
      return deliver(context, await opened.model.artefact(wanted.target, overrides, data));
    const text = await opened.model.print(wanted.stage, overrides, data);
    return deliver(context, text.endsWith("\n") ? text : `${text}\n`);
  } finally {
    await source?.close();
  }
}
