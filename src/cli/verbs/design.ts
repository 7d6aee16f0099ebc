// `ffm design`: which candidate rows would teach most.

import type { DesignReport } from "../../index.ts";
import { isMisuse, misuse, type Option } from "../arguments.ts";
import type { Context } from "../context.ts";
import { foretellOptions, reported, wholeNumber } from "../foretelling.ts";
import type { ExitCode } from "../host.ts";
import { usageError } from "../messages.ts";

export const summary = "which candidate rows would teach most";
export const usage = "design [MODEL] --state STATE --data CANDIDATES [--top K | --choose K]";
export const example = [
  "ffm design --state coffee.ffs --data candidates.csv --top 5",
  "ffm design --state coffee.ffs --data candidates.csv --choose 5",
].join("\n");
export const options: readonly Option[] = [
  ...foretellOptions,
  { name: "top", value: "K", help: "rows to list, each weighed by itself (10)" },
  { name: "choose", value: "K", help: "rows to choose together, each with those before it taken into account" },
];

export async function run(context: Context): Promise<ExitCode> {
  const { given } = context;
  const [top, choose] = [wholeNumber(given, "top"), wholeNumber(given, "choose")];
  if (isMisuse(top)) return usageError(context, top, "For example: --top 5");
  if (isMisuse(choose)) return usageError(context, choose, "For example: --choose 5");
  if (top !== undefined && choose !== undefined)
    return usageError(context, misuse("--top lists rows, --choose chooses them together."), "Leave one of them out.");
  const { design } = await import("../../index.ts");
  const own = { ...(top === undefined ? {} : { top }), ...(choose === undefined ? {} : { choose }) };
  return reported(
    context,
    "design",
    ({ state, source }, asking) => design(state, source, { ...own, ...asking }),
    table,
  );
}

function table({ model, candidates, skipped, together, totalGain, rows, notes }: DesignReport): string {
  const head = `${model.name}: ${candidates} candidates${skipped > 0 ? `, ${skipped} left out` : ""}`;
  const total = totalGain === null ? "" : `, ${totalGain.toPrecision(4)} nats together`;
  const wide = Math.max(3, ...rows.map((r) => String(r.row).length));
  const title = `${"row".padStart(wide)}  ${"gain".padStart(9)}  ${together ? "given those above, " : ""}standard errors that shrink most`;
  const lines = rows.map(({ row, gain, shrinks }) => {
    const shares = shrinks.map(({ parameter, ratio }) => `${parameter} ×${ratio.toFixed(3)}`);
    return `${String(row).padStart(wide)}  ${gain.toPrecision(4).padStart(9)}  ${shares.join("  ")}`;
  });
  return `${[`${head}${total}`, "", title, ...lines, ...notes.map((n) => `note: ${n}`)].join("\n")}\n`;
}
