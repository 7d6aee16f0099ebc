// A contestant is a process that speaks one line of JSON at a time: it says it is ready and with which versions, then
// answers each task with its own timing. So every package runs warm, alone, and in turn with the others.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The interpreter of the peers' virtual environment. */
export const python = `${here}.venv/bin/python`;

/** What a contestant answers to a task. */
export interface Answer {
  /** Wall time of the work itself. */
  readonly ms: number;
  readonly passes?: number;
  /** Rows that were processed in `ms`. */
  readonly rows?: number;
  /** Estimates, the intercept first. */
  readonly estimates?: readonly number[];
  readonly se?: readonly number[];
  /** Predictions along the way, the last those of the end; judged by the harness. */
  readonly checkpoints?: readonly Checkpoint[];
  /** Any further measured figures. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** What was predicted for the rows held out, after so much work. */
export interface Checkpoint {
  readonly ms: number;
  /** A file of 32-bit floats: the classes' probabilities, row after row. */
  readonly file: string;
}

/** How to start a contestant. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** A contestant that is running. */
export interface Contestant {
  readonly versions: Readonly<Record<string, string>>;
  ask(task: Readonly<Record<string, unknown>>, seconds: number): Promise<Answer>;
  close(): void;
}

/** One of bench/ours, run by this Node. */
export function ours(script: string, ...args: string[]): Command {
  return { program: process.execPath, args: [`${here}ours/${script}`, ...args] };
}

/** The built command, as a user runs it. */
export function ffm(...args: string[]): Command {
  return { program: process.execPath, args: [fileURLToPath(new URL("../dist/cli.js", import.meta.url)), ...args] };
}

/** One of bench/peers, run by Python, R or this Node, as its name says. */
export function peer(script: string, ...args: string[]): Command {
  const path = `${here}peers/${script}`;
  if (script.endsWith(".ts")) return { program: process.execPath, args: [path, ...args] };
  if (script.endsWith(".R")) return { program: "Rscript", args: ["--vanilla", path, ...args] };
  return { program: python, args: [path, ...args] };
}

/** The environment of every contestant: the same number of threads for whatever pool it may start. */
export function environment(threads: number): NodeJS.ProcessEnv {
  const count = String(threads);
  const xla = `--xla_cpu_multi_thread_eigen=${threads > 1} intra_op_parallelism_threads=${count}`;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    OMP_NUM_THREADS: count,
    OPENBLAS_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    NUMEXPR_NUM_THREADS: count,
    NUMBA_NUM_THREADS: count,
    XLA_FLAGS: xla,
    JAX_PLATFORMS: "cpu",
    PYTHONWARNINGS: "ignore",
    NO_COLOR: "1",
  };
  // Overrides of OpenBLAS's own choice of kernel make it slow.
  for (const name of ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NODE_OPTIONS"]) delete env[name];
  return env;
}

const silent = "it ended, or took too long, without a word";

/** Starts a contestant; a string says why it is missing. */
export async function start(command: Command, threads: number): Promise<Contestant | string> {
  if (command.program === python && !existsSync(python)) return "no virtual environment: node bench/peers/setup.ts";
  const child = spawn(command.program, command.args, { env: environment(threads), stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  const lines = lineReader(child);
  const first = await lines.next(180);
  if (first === null) {
    child.kill();
    return missing(complaint) ?? silent;
  }
  const { versions } = JSON.parse(first) as { versions: Record<string, string> };
  return {
    versions,
    async ask(task, seconds) {
      child.stdin.write(`${JSON.stringify(task)}\n`);
      const line = await lines.next(seconds);
      if (line !== null) return JSON.parse(line) as Answer;
      child.kill();
      throw new Error(missing(complaint) ?? silent);
    },
    close: () => child.stdin.end(),
  };
}

/** The line of an error output that says what went wrong; null where there is none. */
export function missing(complaint: string): string | null {
  const lines = complaint
    .trim()
    .split("\n")
    .map((line) => line.trim());
  const named = lines.findLast((line) => /^\w*(Error|Exception)\b|^Error\b/.test(line));
  return (named ?? lines.at(-1) ?? "").slice(0, 200) || null;
}

/** Lines of a child's output; null where it ends or takes longer than `seconds`. */
function lineReader(child: ChildProcess): { next(seconds: number): Promise<string | null> } {
  const waiting: ((line: string | null) => void)[] = [];
  const ready: string[] = [];
  let ended = false;
  if (child.stdout === null) throw new Error("a contestant has no standard output");
  const give = (line: string): void => {
    const next = waiting.shift();
    if (next === undefined) ready.push(line);
    else next(line);
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) give(line);
  });
  const end = (): void => {
    ended = true;
    for (const next of waiting.splice(0)) next(null);
  };
  child.on("close", end);
  child.on("error", end);
  child.stdin?.on("error", end);
  return {
    next(seconds) {
      const line = ready.shift();
      if (line !== undefined) return Promise.resolve(line);
      if (ended) return Promise.resolve(null);
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(null), 1000 * seconds);
        waiting.push((next) => {
          clearTimeout(timer);
          resolve(next);
        });
      });
    },
  };
}
