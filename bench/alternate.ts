// Runs the entries of a group in turn: a warm-up each, then repeat after repeat, so that whatever else the machine
// does falls on all of them alike.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import type { Entry, EntryResult, Figures, Group, GroupResult, Settings } from "./bench.ts";
import { type Answer, type Contestant, environment, missing, start } from "./contestant.ts";

/** Versions of everything that took part, filled while groups run. */
export type Versions = Map<string, string>;

interface Taking {
  readonly entry: Entry;
  readonly ask: (round: number) => Promise<Answer>;
  readonly answers: Answer[];
  missing: string | null;
}

/** Runs a group and gives its table. */
export async function alternate(group: Group, settings: Settings, versions: Versions): Promise<GroupResult> {
  const running = new Map<string, Contestant | string>();
  const takings: Taking[] = [];
  for (const entry of group.entries) takings.push(await prepare(entry, settings, running, versions));
  const count = (taking: Taking): number => Math.min(settings.repeats, taking.entry.repeats ?? settings.repeats);
  for (let round = 0; round <= settings.repeats; round++) {
    for (const taking of takings) {
      // Round 0 is the warm-up, which an entry with a single repeat goes without.
      const due = round === 0 ? count(taking) > 1 : round <= count(taking);
      if (taking.missing !== null || !due) continue;
      try {
        const answer = await taking.ask(round);
        if (round > 0) taking.answers.push(answer);
        progress(`${round === 0 ? "warm-up" : `${round}/${settings.repeats}`}  ${taking.entry.label}`, answer.ms);
      } catch (error) {
        taking.missing = error instanceof Error ? error.message : String(error);
        progress(`${taking.entry.label}: ${taking.missing}`, null);
      }
    }
  }
  for (const contestant of running.values()) if (typeof contestant !== "string") contestant.close();
  const results = takings.map((taking) => conclude(group, taking));
  const base = results.find((r) => r.ours && r.missing === null);
  const slower = (r: EntryResult): number | null => {
    if (base === undefined || r.missing !== null) return null;
    return group.unit === "ms" ? r.median / base.median : base.median / r.median;
  };
  const rated = results.map((r) => ({ ...r, ratio: slower(r) }));
  const growth = group.compare?.(rated) ?? [];
  const entries = rated.map((r, k) => ({ ...r, figures: { ...r.figures, ...growth[k] } }));
  const goals = (group.goals?.(entries) ?? []).flatMap((goal) => (goal === null ? [] : [goal]));
  return { title: group.title, what: group.what, unit: group.unit, entries, goals };
}

function progress(text: string, ms: number | null): void {
  process.stderr.write(`  ${text}${ms === null ? "" : `  ${ms.toFixed(1)} ms`}\n`);
}

async function prepare(
  entry: Entry,
  { threads }: Settings,
  running: Map<string, Contestant | string>,
  versions: Versions,
): Promise<Taking> {
  const { run } = entry;
  const seconds = entry.seconds ?? 120;
  if (run.kind === "cold") return { entry, ask: () => processTime(run, threads, seconds), answers: [], missing: null };
  const key = JSON.stringify(run.command);
  const contestant = running.get(key) ?? (await start(run.command, threads));
  running.set(key, contestant);
  if (typeof contestant === "string") {
    progress(`${entry.label}: missing: ${contestant}`, null);
    return { entry, ask: () => Promise.reject(new Error(contestant)), answers: [], missing: contestant };
  }
  for (const [name, version] of Object.entries(contestant.versions)) versions.set(name, version);
  // The round is the seed of whoever draws at random, so that repeats differ by that too.
  return { entry, ask: (round) => contestant.ask({ seed: round, ...run.task }, seconds), answers: [], missing: null };
}

type Cold = Extract<Entry["run"], { kind: "cold" }>;

/** A whole process from its start to its end. */
async function processTime({ command, input, read }: Cold, threads: number, seconds: number): Promise<Answer> {
  const begin = performance.now();
  const child = spawn(command.program, command.args, {
    env: environment(threads),
    stdio: [input === undefined ? "ignore" : openSync(input, "r"), "pipe", "pipe"],
    timeout: 1000 * seconds,
  });
  let output = "";
  let complaint = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const [code] = await once(child, "close");
  const ms = performance.now() - begin;
  if (code !== 0) throw new Error(missing(complaint) ?? `it ended with code ${code}`);
  return { ms, ...read?.(output) };
}

/** An entry that failed at any time has no figures: half of a series is not a result. */
function conclude(group: Group, { entry, answers, missing }: Taking): EntryResult {
  const kept = missing === null ? answers : [];
  const samples = kept.map(({ ms, rows }) => (group.unit === "ms" ? ms : (1000 * (rows ?? Number.NaN)) / ms));
  const last = kept.at(-1);
  const judged = (group.averaged === true ? kept : kept.slice(-1)).map(
    (answer) => group.figures?.(answer, entry) ?? {},
  );
  return {
    label: entry.label,
    ours: entry.ours,
    note: entry.note ?? null,
    missing: last === undefined ? (missing ?? "it gave no answer") : null,
    samples,
    median: median(samples),
    min: Math.min(...samples),
    max: Math.max(...samples),
    ratio: null,
    figures: mean(judged),
    ...(last === undefined || group.curve === undefined ? {} : { curve: group.curve(last) }),
  };
}

/** The mean of each figure; null where any is. */
function mean(lines: readonly Figures[]): Figures {
  const names = Object.keys(lines[0] ?? {});
  const over = (name: string): number | null => {
    const values = lines.flatMap((line) => line[name] ?? []);
    return values.length < lines.length ? null : values.reduce((sum, v) => sum + v, 0) / values.length;
  };
  return Object.fromEntries(names.map((name) => [name, over(name)]));
}

/** The middle of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
