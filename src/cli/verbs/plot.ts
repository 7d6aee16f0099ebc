// `ffm plot`: one plot of a saved state, as a picture for a paper or as data.

import { type Misuse, misuse, type Option, value } from "../arguments.ts";
import type { Context } from "../context.ts";
import { deliver, outputOption } from "../deliver.ts";
import { type ExitCode, exit } from "../host.ts";
import { announce, usageError } from "../messages.ts";
import { reportFlags, reportInputs } from "../report-inputs.ts";

export const summary = "one plot of a saved state, as SVG, PNG, Vega-Lite or CSV";
export const usage = "plot KIND [MODEL] --state STATE [--data DATA] [-o FILE]";
export const example = [
  "ffm plot estimates --state coffee.ffs -o estimates.svg",
  "ffm plot calibration coffee.ffm --state coffee.ffs --data test.csv --width 400 --scale 3 -o calibration.png",
].join("\n");
export const options: readonly Option[] = [
  ...reportFlags,
  { ...outputOption, help: "FILE.svg, .png, .json (Vega-Lite) or .csv (its data); SVG to standard output without it" },
  { name: "response", value: "NAME", help: "which response, where the model has several" },
  { name: "width", value: "PIXELS", help: "width of the plot" },
  { name: "height", value: "PIXELS", help: "height of the plot" },
  { name: "scale", value: "X", help: "pixels of a PNG for each of the plot's (2)" },
];

/** Kinds that compare predictions with data. */
const ofData: readonly string[] = ["calibration", "pit", "predictions"];
/** Bounds of what a picture may be. */
const bounds = { width: [120, 4000], height: [80, 8000], scale: [0.25, 8] } as const;

export async function run(context: Context): Promise<ExitCode> {
  const { given } = context;
  const { plotFile, plotFormats, plotKinds } = await import("../../index.ts");
  const [word, ...rest] = given.positionals;
  const kind = plotKinds.find((name) => name === word);
  if (kind === undefined) {
    const kinds = `Kinds are ${plotKinds.join(", ")}.`;
    const wrong =
      word === undefined
        ? misuse("`ffm plot` needs a kind of plot.")
        : misuse(`There is no plot "${word}".`, word, plotKinds);
    return usageError(context, wrong, kinds);
  }
  const file = value(given, outputOption.name);
  const ending = file === null ? "svg" : /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase();
  const format = plotFormats.find((name) => name === ending);
  if (format === undefined)
    return usageError(
      context,
      misuse(`The name ${file} doesn't say what to write.`),
      `It ends in .${plotFormats.join(", .")}.`,
    );
  const sizes = (["width", "height", "scale"] as const).map((name) => sizeOf(context, name));
  const wrong = sizes.find((size) => typeof size === "object" && size !== null);
  if (wrong !== undefined && wrong !== null && typeof wrong === "object")
    return usageError(context, wrong, "For example: --width 600");
  const [width, height, scale] = sizes as readonly (number | null)[];
  const inputs = await reportInputs({ ...context, given: { ...given, positionals: rest } }, "plot");
  if (typeof inputs === "number") return inputs;
  if (ofData.includes(kind) && inputs.held.length === 0) {
    const hint = "They compare predictions with rows that have their responses.";
    return usageError(context, misuse(`A plot of ${kind} needs --data DATA.`), hint);
  }
  const name = value(given, "response");
  const response =
    name === null || !ofData.includes(kind) ? 0 : inputs.held.findIndex((held) => held.response === name);
  if (response < 0) {
    const names = inputs.held.map((held) => held.response);
    return usageError(
      context,
      misuse(`There is no response "${name}".`, name, names),
      `Responses are ${names.join(", ")}.`,
    );
  }
  const size = { width: width ?? null, height: height ?? null, scale: scale ?? 2 };
  const made = await plotFile(kind, format, size, inputs.state, { ...inputs, response });
  if (made.kind === "file") return deliver(context, made.content);
  announce(context, { code: "usage", message: `There is no plot of ${kind}: ${made.reason}.`, hint: null });
  return exit.data;
}

function sizeOf({ given }: Context, name: keyof typeof bounds): number | null | Misuse {
  const text = value(given, name);
  if (text === null) return null;
  const [least, most] = bounds[name];
  const size = Number(text);
  return size >= least && size <= most
    ? size
    : misuse(`--${name} wants a number from ${least} to ${most}, not "${text}".`);
}
