// Writes the generated parts of docs/performance.md and docs/planner.md from bench/results/*.json and the planner's rates, so
// that no figure there is typed by hand.
// Run by the harness after every bench, or alone: node bench/report.ts

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rates, workKinds } from "../src/planner/index.ts";
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
const pages = fileURLToPath(new URL("../docs/", import.meta.url));
const begin = "<!-- results: written by bench/report.ts -->";
const end = "<!-- end of results -->";

/** The order of the page. */
const order = ["glm", "row", "compile", "read", "scale", "mlp", "continual", "covtype", "drift", "cost"];

/** Rewrites the parts of the pages between their two marks. */
export function writeReport(): void {
  const results = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(`${folder}${name}`, "utf8")) as BenchResult)
    .toSorted((a, b) => order.indexOf(a.bench) - order.indexOf(b.bench));
  rewrite("performance.md", results.length === 0 ? "No results yet.\n" : results.map(section).join("\n"));
  rewrite("planner.md", predictions(results.find((r) => r.bench === "cost") ?? null));
}

function rewrite(name: string, body: string): void {
  const page = `${pages}${name}`;
  const text = readFileSync(page, "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/${name} has lost the mark "${from < 0 ? begin : end}"`);
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${body}\n${text.slice(to)}`);
}

/** The planner's rates, and how well they predict. */
function predictions(cost: BenchResult | null): string {
  const targets = ["wasm", "js", "interpret"] as const;
  const table = workKinds.map((kind) => `| ${kind} | ${targets.map((t) => nanoseconds(rates[t][kind])).join(" | ")} |`);
  const measured = (cost?.groups ?? []).map(({ title, entries }) => {
    const ratios = entries.flatMap((e) => e.figures["predicted ÷ measured"] ?? []).toSorted((a, b) => a - b);
    const share = (most: number): string =>
      `${Math.round((100 * ratios.filter((r) => r < most && r > 1 / most).length) / ratios.length)} %`;
    const memory = entries.map((e) => Math.abs((e.figures["predicted bytes"] ?? 0) / (e.figures.bytes ?? 1) - 1));
    const [first, last] = [ratios[0], ratios.at(-1) ?? Number.NaN];
    const cells = [ratios.length, share(1.25), share(1.5), share(2), `${figure(first)}–${figure(last)}`];
    return `| ${title} | ${cells.join(" | ")} | ${figure(100 * Math.max(...memory))} % |`;
  });
  return [
    "## The rates, and how well they predict",
    "",
    "Nanoseconds an operation of each kind takes.",
    "",
    `| kind | ${targets.join(" | ")} |`,
    "| --- | ---: | ---: | ---: |",
    ...table,
    "",
    "Points of the bench `cost` ([performance.md](performance.md) has each), predicted ÷ measured time, and the largest error of the predicted memory.",
    "",
    "| | points | within 1.25 | within 1.5 | within 2 | least–most | memory |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...measured,
    "",
  ].join("\n");
}

function nanoseconds(seconds: number): string {
  return String(Number((1e9 * seconds).toPrecision(2)));
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
    ...result.groups.flatMap((group) => [markdownTable(group), ...curves(group)]),
    ...roofline(result.groups),
    ...absent,
  ].join("\n");
}

/** What was measured along the way, such as after each epoch; nothing for a group without it. */
function curves({ title, entries }: GroupResult): readonly string[] {
  const drawn = entries.flatMap(({ label, curve = [] }) => (curve.length > 1 ? [{ label, curve }] : []));
  const names = Object.keys(drawn[0]?.curve[0] ?? {});
  if (names.length === 0) return [];
  const rows = drawn.flatMap(({ label, curve }) =>
    curve.map((line) => `| ${label} | ${names.map((name) => figure(line[name] ?? null)).join(" | ")} |`),
  );
  return [
    `### ${title}: along the way`,
    "",
    "Of the last repeat.",
    "",
    `| | ${names.join(" | ")} |`,
    `| --- |${" ---: |".repeat(names.length)}`,
    ...rows,
    "",
  ];
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
