// The large version of test/coverage: `node bench/coverage/run.ts intervals | watch [SETS]` simulates, writes its figures
// beside this file, and the tables of docs/honesty.md from both files; `tables` writes only these.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { misfits, type Simulation, simulations, unseen } from "../../test/coverage/models.ts";
import { alarms, type Covered, coverage, onePass } from "../../test/coverage/simulate.ts";

interface IntervalsLine {
  readonly model: string;
  readonly parameters: number;
  readonly fit: Covered;
  readonly stream: Covered;
  readonly early: { readonly rows: number; readonly fit: Covered; readonly stream: Covered };
}

interface HonestLine {
  readonly model: string;
  readonly streams: number;
  readonly alarmed: number;
  /** Mean share of watched responses inside their 95 % intervals. */
  readonly cover: number;
}

interface MisfitLine {
  readonly misfit: string;
  readonly streams: number;
  /** Streams with an alarm within 2,000 rows of the rows that may be watched, or of the change. */
  readonly within: number;
  readonly before: number;
  /** Median rows from there to the first alarm. */
  readonly rows: number | null;
  readonly cover: number;
  readonly verdicts: Readonly<Record<string, number>>;
}

interface Watched {
  readonly rows: number;
  readonly honest: readonly HonestLine[];
  readonly misfits: readonly MisfitLine[];
}

interface Intervals {
  readonly rows: number;
  readonly lines: readonly IntervalsLine[];
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const page = here("../../docs/honesty.md");
const [begin, end] = ["<!-- figures: written by bench/coverage/run.ts -->", "<!-- end of figures -->"];
/** Rows of a fit, of a stream that is watched, those fitted first, and those within which an alarm is to come. */
const [fitted, streamed, held, soon] = [2000, 5000, 1000, 2000];

async function intervals(sets: number): Promise<Intervals> {
  const lines: IntervalsLine[] = [];
  for (const simulation of simulations) {
    const { name: model, parameters } = simulation;
    const rows = 20 * parameters;
    const plain = { mode: "fit", options: {} } as const;
    const short = { mode: "stream", options: { batch: 16 } } as const;
    const hard = { mode: "stream", options: onePass(simulation) } as const;
    const [fit, stream] = await coverage(simulation, sets, fitted, 1, [plain, short]);
    const [first, second] = await coverage(simulation, sets, rows, 1, [plain, hard]);
    lines.push({ model, parameters, fit, stream, early: { rows, fit: first, stream: second } });
    const said = [fit, stream, first, second].map(percent).join(", ");
    process.stderr.write(`${model}: ${said}\n`);
  }
  return { rows: fitted, lines };
}

async function watch(sets: number): Promise<Watched> {
  const honest: HonestLine[] = [];
  for (const simulation of simulations) {
    const found = await streams(simulation, sets, (seed) => simulation.draw(streamed, seed).columns);
    const alarmed = found.filter(({ rows }) => rows.length > 0).length;
    honest.push({ model: simulation.name, streams: sets, alarmed, cover: mean(found.map((f) => f.cover)) });
    process.stderr.write(`${simulation.name}: ${alarmed} of ${sets} alarmed\n`);
  }
  const wrong: MisfitLine[] = [];
  for (const misfit of [...misfits, unseen]) {
    const start = Math.max(held, misfit.from(streamed) - 1);
    const found = await streams(misfit, Math.ceil(sets / 4), (seed) => misfit.draw(streamed, seed));
    const delays = found.flatMap(({ rows }) => rows.filter((row) => row > start).slice(0, 1)).map((row) => row - start);
    const sorted = delays.toSorted((a, b) => a - b);
    const verdicts: Record<string, number> = {};
    for (const { first } of found) if (first !== null) verdicts[first] = (verdicts[first] ?? 0) + 1;
    wrong.push({
      misfit: misfit.name,
      streams: found.length,
      within: delays.filter((rows) => rows <= soon).length,
      before: found.filter(({ rows }) => rows.some((row) => row <= start)).length,
      rows: sorted[Math.floor(sorted.length / 2)] ?? null,
      cover: mean(found.map((f) => f.cover)),
      verdicts,
    });
    process.stderr.write(`${misfit.name}: ${JSON.stringify(wrong.at(-1))}\n`);
  }
  return { rows: streamed, honest, misfits: wrong };
}

async function streams(
  { source }: Pick<Simulation, "source">,
  count: number,
  columns: (seed: number) => Parameters<typeof alarms>[0]["columns"],
) {
  const found: { rows: readonly number[]; first: string | null; cover: number }[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const { alarms: said, summary } = await alarms({ source, columns: columns(seed) }, { seed });
    const first = said[0]?.details.verdict ?? null;
    found.push({
      rows: said.map(({ row }) => row),
      first: first as string | null,
      cover: summary.coverage?.share ?? 0,
    });
  }
  return found;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function percent({ share, error }: Covered): string {
  return `${(100 * share).toFixed(1)} ± ${(100 * error).toFixed(1)} %`;
}

function table(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function read<T>(name: string): T | null {
  return existsSync(here(name)) ? (JSON.parse(readFileSync(here(name), "utf8")) as T) : null;
}

function writePage(): void {
  const [covered, watched] = [read<Intervals>("intervals.json"), read<Watched>("watch.json")];
  const parts: string[] = [];
  if (covered !== null)
    parts.push(
      `### Intervals of parameters\n\nShare of 95 % intervals that hold the truth, over parameters and ${covered.lines[0]?.fit.sets} data sets a model, with its Monte Carlo error (one standard error, between data sets). A stream fits its first 1,000 rows together and then, here, takes 16 at a time; so up to 1,000 rows it is the fit. To see what one pass costs with fewer, the hard stream of the last column fits 10 rows for each parameter first and takes the other half 16 at a time.`,
      table(
        [
          "model",
          "parameters",
          `\`fit\`, ${covered.rows.toLocaleString("en-US")} rows`,
          "`stream` of these",
          "rows",
          "`fit` of these",
          "hard `stream` of these",
        ],
        covered.lines.map(({ model, parameters, fit, stream, early }) => [
          model,
          parameters,
          percent(fit),
          percent(stream),
          early.rows,
          percent(early.fit),
          percent(early.stream),
        ]),
      ),
    );
  if (watched !== null) {
    const all = watched.honest.reduce((sum, line) => sum + line.streams, 0);
    const alarmed = watched.honest.reduce((sum, line) => sum + line.alarmed, 0);
    const rows = watched.rows.toLocaleString("en-US");
    parts.push(
      `### Silence\n\nStreams of ${rows} rows that are as the model says, \`watch 0.01\`: ${alarmed} of ${all} had an alarm, ${((100 * alarmed) / all).toFixed(2)} %.`,
      table(
        ["model", "streams", "with an alarm", "responses inside"],
        watched.honest.map((l) => [l.model, l.streams, l.alarmed, `${(100 * l.cover).toFixed(2)} %`]),
      ),
      `### Alarms\n\nStreams of ${rows} rows that are not. Rows count from the ${held.toLocaleString("en-US")} that are fitted first, or from the change.`,
      table(
        [
          "what is wrong",
          "streams",
          `alarm within ${soon.toLocaleString("en-US")} rows`,
          "median rows",
          "responses inside",
          "first verdicts",
        ],
        watched.misfits.map((l) => [
          l.misfit,
          l.streams,
          l.within,
          l.rows ?? "–",
          `${(100 * l.cover).toFixed(1)} %`,
          Object.entries(l.verdicts)
            .toSorted(([, a], [, b]) => b - a)
            .map(([verdict, count]) => `${verdict} ${count}`)
            .join(", "),
        ]),
      ),
    );
  }
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error("docs/honesty.md has lost a mark");
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${parts.join("\n\n")}\n\n${text.slice(to)}`);
}

const [what, count] = process.argv.slice(2);
const sets = Number(count ?? 200);
if (what === "tables") writePage();
else if ((what !== "intervals" && what !== "watch") || !Number.isInteger(sets) || sets < 2) {
  process.stderr.write("node bench/coverage/run.ts intervals | watch [SETS] | tables\n");
  process.exitCode = 2;
} else {
  const figures = what === "intervals" ? await intervals(sets) : await watch(sets);
  writeFileSync(here(`${what}.json`), `${JSON.stringify(figures, null, 1)}\n`);
  writePage();
}
