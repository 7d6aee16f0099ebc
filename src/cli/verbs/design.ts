// `ffm design`: which candidate rows would teach most.

import type { DesignReport } from "../../index.ts";
import { misuse, type Option } from "../arguments.ts";
import type { Context } from "../context.ts";
import { badRows, foretellOptions, openForetelling, wholeNumber } from "../foretelling.ts";
import { type ExitCode, exit } from "../host.ts";
import { usageError } from "../messages.ts";
import { reporter } from "../progress.ts";

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
  const { given, host, format } = context;
  const [top, choose] = [wholeNumber(given, "top"), wholeNumber(given, "choose")];
  for (const found of [top, choose])
    if (typeof found === "object") return usageError(context, found, "For example: --top 5");
  if (top !== undefined && choose !== undefined)
    return usageError(context, misuse("--top lists rows, --choose chooses them together."), "Leave one of them out.");
  const opened = await openForetelling(context, "design");
  if (typeof opened === "number") return opened;
  const { state, model, source } = opened;
  const progress = reporter(host, { everyRows: null, mode: "fit" });
  try {
    const { design } = await import("../../index.ts");
    const report = await design(state, source, {
      ...badRows(given),
      signal: host.signal,
      onProgress: progress.show,
      ...(typeof top === "number" ? { top } : {}),
      ...(typeof choose === "number" ? { choose } : {}),
      ...(model === undefined ? {} : { model }),
    });
    progress.clear();
    host.signal.throwIfAborted();
    host.stdout.write(format === "json" ? `${JSON.stringify(report, null, 2)}\n` : table(report));
    return exit.ok;
  } finally {
    progress.clear();
    await source.close();
  }
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
