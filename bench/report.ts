// Writes the generated part of docs/performance.md from bench/results/*.json, so that no figure there is typed by hand.
// Run by the harness after every bench, or alone: node bench/report.ts

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { GroupResult } from "./bench.ts";
import type { Provenance } from "./machine.ts";
import { figure, markdownTable } from "./table.ts";

/** What bench/results/NAME.json holds. */
export interface BenchResult extends Provenance {
  readonly bench: string;
  readonly what: string;
  readonly started: string;
  /** As asked for; null is the product's default. */
  readonly backend: string | null;
  readonly threads: number;
  readonly repeats: number;
  readonly groups: readonly GroupResult[];
  /** Groups that could not be run, and why. */
  readonly absent: readonly string[];
}

const folder = fileURLToPath(new URL("results/", import.meta.url));
const page = fileURLToPath(new URL("../docs/performance.md", import.meta.url));
const begin = "<!-- results: written by bench/report.ts -->";
const end = "<!-- end of results -->";

/** The order of the page. */
const order = ["glm", "row", "compile", "read", "scale"];

/** Rewrites the part of the page between its two marks. */
export function writeReport(): void {
  const results = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(`${folder}${name}`, "utf8")) as BenchResult)
    .toSorted((a, b) => order.indexOf(a.bench) - order.indexOf(b.bench));
  const text = readFileSync(page, "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/performance.md has lost the mark "${from < 0 ? begin : end}"`);
  const body = results.length === 0 ? "No results yet.\n" : results.map(section).join("\n");
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${body}\n${text.slice(to)}`);
}

function section(result: BenchResult): string {
  const { processor, cores, memoryGiB, system, commit, modified, versions } = result;
  const packages = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
  const when = result.started.slice(0, 10);
  const backend = result.backend === null ? "" : `, backend ${result.backend}`;
  const setting = `${when}, commit ${commit}${modified ? " with changes" : ""}; ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}; ${result.threads} thread${result.threads === 1 ? "" : "s"}${backend}, ${result.repeats} repeats. ${packages}.`;
  const absent = result.absent.map((line) => `Not run: ${line}\n`);
  return [
    `## ${result.bench}`,
    "",
    `${result.what}`,
    "",
    setting,
    "",
    ...result.groups.map(markdownTable),
    ...roofline(result.groups),
    ...absent,
  ].join("\n");
}

/** The simulated stream pass of the glm bench beside what the core could do at best; nothing where it was not measured. */
function roofline(groups: readonly GroupResult[]): readonly string[] {
  const measured = groups.flatMap((g) => g.entries).filter((e) => e.missing === null);
  const pace = measured.find((e) => "dsyrk GFLOP/s" in e.figures)?.figures;
  const pass = groups.find((g) => /^simulated: one stream pass/.test(g.title));
  const ours = pass?.entries.find((e) => e.ours && e.missing === null);
  const [, rows, parameters] = /([\d,]+) × (\d+)$/.exec(pass?.title ?? "") ?? [];
  const loop = ours?.figures["in the loop, ms"];
  if (pace === undefined || ours === undefined || typeof loop !== "number") return [];
  const n = Number(rows.replaceAll(",", ""));
  const p = Number(parameters);
  const arithmetic = (n * p * (p + 1) + 4 * n * p) / (pace["dsyrk GFLOP/s"] ?? Number.NaN) / 1e6;
  const memory = (8 * n * p) / (pace["stream GB/s"] ?? Number.NaN) / 1e6;
  const least = Math.max(arithmetic, memory);
  return [
    "### the roofline",
    "",
    "One stream pass over the simulated table, against the pace of one core as measured in the same run (BLAS's rank-k update, and reading memory).",
    "",
    "| | ms |",
    "| --- | ---: |",
    `| operations at the pace of BLAS | ${figure(arithmetic)} |`,
    `| bytes at the pace of memory | ${figure(memory)} |`,
    `| ours, in the loop | ${figure(loop)} |`,
    `| ours, the whole call | ${figure(ours.median)} |`,
    "",
    `In the loop: ${figure(loop / least)} times the least that the larger of the two allows.`,
    "",
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeReport();
