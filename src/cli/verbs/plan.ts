// `ffm plan`: how the information would be kept, at what cost, and why.

import type { Plan } from "../../index.ts";
import type { Option } from "../arguments.ts";
import { openData, openModel } from "../carry-out.ts";
import type { Context } from "../context.ts";
import { dataOption, flowFlags, flowOverrides, setOption } from "../flow-flags.ts";
import { type ExitCode, exit } from "../host.ts";

export const summary = "how information would be kept, at what cost, and why";
export const usage = "plan MODEL [--data DATA] [flags]";
export const example = 'ffm plan coffee.ffm\nffm plan coffee.ffm --data coffee.csv --budget "1 KB"';
export const options: readonly Option[] = [dataOption, setOption, ...flowFlags.filter(({ name }) => name !== "mode")];

export async function run(context: Context): Promise<ExitCode> {
  const overrides = await flowOverrides(context);
  if (overrides === null) return exit.usage;
  const opened = await openModel(context, "plan");
  if (typeof opened === "number") return opened;
  const source = await openData(context, opened);
  if (typeof source === "number") return source;
  try {
    const plan = await opened.model.plan(overrides, source ?? undefined);
    const text = context.format === "json" ? `${JSON.stringify(plan, null, 2)}\n` : planTable(opened.model.name, plan);
    context.host.stdout.write(text);
    return exit.ok;
  } finally {
    await source?.close();
  }
}

/** Blocks with their candidates; the chosen one is marked. */
function planTable(name: string, plan: Plan): string {
  const head = `${name}: ${plan.information} information, batches of ${plan.batchRows} rows`;
  const blocks = plan.blocks.flatMap((block) => {
    const rows = block.candidates.map(({ structure, flopsPerRow, bytes, verdict }) => [
      structure === block.structure ? `* ${structure}` : `  ${structure}`,
      `${flopsPerRow}`,
      `${bytes}`,
      verdict,
    ]);
    const title = `${block.parameters.join(", ")} (${block.size} coordinate${block.size === 1 ? "" : "s"})`;
    const lines = columns([["  structure", "flops/row", "bytes", "verdict"], ...rows]);
    return ["", title, ...lines, `  ${block.structure}: ${block.reason}`];
  });
  const notes = plan.notes.map((note) => `note: ${note}`);
  return `${[head, ...blocks, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n")}\n`;
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = [0, 1, 2].map((place) => Math.max(...rows.map((row) => row[place].length)));
  return rows.map(([structure, flops, bytes, verdict]) =>
    [structure.padEnd(widths[0]), flops.padStart(widths[1]), bytes.padStart(widths[2]), verdict].join("  "),
  );
}
