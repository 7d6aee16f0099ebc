// A plan as text: totals, and for each set of parameters its candidates with cost and loss, the choice and its reason.

import { bytes, type Plan, time } from "../index.ts";

type Block = Plan["blocks"][number];

/** The table, lines no longer than `width` where words allow it. */
export function planTable(name: string, plan: Plan, backend: string, width: number): string {
  const rows = `${plan.batchRows} row${plan.batchRows === 1 ? "" : "s"}`;
  const head = [
    `${name}: ${plan.information} information, batches of ${rows}, ${plan.precision} precision, on ${backend}`,
    `in all ${costs(plan).join(", ")}`,
  ];
  const sections = setsOf(plan.blocks).flatMap((blocks) => ["", ...section(blocks, width)]);
  const notes = plan.notes.flatMap((note) => wrapped("note: ", note, width));
  return `${[...head, ...sections, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n")}\n`;
}

/** Blocks that were chosen together, as one way among the same candidates. */
function setsOf(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const sets = new Map<Block["candidates"], Block[]>();
  for (const block of blocks) sets.set(block.candidates, [...(sets.get(block.candidates) ?? []), block]);
  return [...sets.values()];
}

function costs({ flopsPerRow, secondsPerRow, bytes: held }: Plan): readonly string[] {
  return [`${count(flopsPerRow)} flops a row`, `about ${time(secondsPerRow)} a row`, bytes(held)];
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function coordinates(size: number): string {
  return `${count(size)} coordinate${size === 1 ? "" : "s"}`;
}

function section(blocks: readonly Block[], width: number): readonly string[] {
  const [{ candidates, reason }] = blocks;
  const size = blocks.reduce((sum, block) => sum + block.size, 0);
  const names = blocks.flatMap(({ parameters }) => parameters).join(", ");
  const piloted = candidates.some(({ pilot }) => pilot !== null);
  const rows = candidates.map(({ structure, flopsPerRow, secondsPerRow, bytes: held, loss, verdict, pilot }) => ({
    cells: [
      `${verdict === "chosen" ? "*" : " "} ${structure}`,
      count(flopsPerRow),
      time(Math.max(0, secondsPerRow)),
      bytes(Math.max(0, held)),
      lossText(loss),
      ...(piloted ? measured(pilot) : []),
    ],
    verdict,
  }));
  const heading = ["  structure", "flops/row", "time/row", "memory", "loss", ...(piloted ? pilotHeading : [])];
  const widths = heading.map((title, k) => Math.max(title.length, ...rows.map(({ cells }) => cells[k].length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join("  ");
  const parts =
    blocks.length === 1
      ? []
      : blocks.map((b) => `    ${b.parameters.join(", ")}: ${b.structure}, ${coordinates(b.size)}, ${bytes(b.bytes)}`);
  return [
    ...wrapped("", `${names} (${coordinates(size)})`, width),
    `${line(heading)}  verdict`,
    ...rows.flatMap(({ cells, verdict }) => wrapped(`${line(cells)}  `, verdict, width)),
    ...parts,
    ...wrapped("  why: ", reason, width),
  ];
}

/** What a pilot measures: divergence in nats, standard errors as a share of those of the full information, its ε. */
const pilotHeading = ["KL", "errors", "eps"];

function measured(pilot: Block["candidates"][number]["pilot"]): readonly string[] {
  if (pilot === null) return ["", "", ""];
  const { kl, errors, epsilon } = pilot;
  const ratio = (x: number): string => (Math.abs(x - 1) < 0.005 ? "1" : x.toPrecision(2));
  const { least, median, most } = errors;
  const spread = ratio(least) === ratio(most) ? ratio(median) : [least, median, most].map(ratio).join("..");
  return [small(kl), spread, small(epsilon)];
}

function small(value: number): string {
  return value < 1e-6 ? "0" : value.toPrecision(2);
}

/** 0: nothing. 1: every correlation. Above: also what tells coordinates apart. */
function lossText(loss: number): string {
  if (loss === 0) return "0";
  if (loss > 1) return "all+";
  const percent = Math.round(100 * loss);
  return percent === 0 ? "< 1%" : percent === 100 && loss < 1 ? "> 99%" : `${percent}%`;
}

/** Words in lines of a width, those behind the first under its beginning. */
function wrapped(lead: string, text: string, width: number): readonly string[] {
  const room = Math.max(20, width - lead.length);
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, k) => (k === 0 ? lead : " ".repeat(lead.length)) + line);
}
