// The line protocol of bench/contestant.ts for the product's own contestants.

import { createInterface } from "node:readline";
import type { Answer } from "../contestant.ts";

/** A task as it arrives. */
export type Task = Readonly<Record<string, unknown>>;

/** Says that this process is ready, then answers tasks until the input ends. */
export async function serve(
  run: (task: Task) => Promise<Answer>,
  versions: Readonly<Record<string, string>> = {},
): Promise<void> {
  process.stdout.write(`${JSON.stringify({ versions: { node: process.versions.node, ...versions } })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await run(JSON.parse(line) as Task);
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

/** Milliseconds of a piece of work, and what it gave. */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}
