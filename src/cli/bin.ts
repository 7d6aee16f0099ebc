#!/usr/bin/env node
// The real process around `main`: arguments, streams, Ctrl-C, closed pipes and the exit code.

import module from "node:module";
import { availableParallelism } from "node:os";
import type { Host, Output } from "./host.ts";
import { main } from "./main.ts";

const oldest = 22;

// What verbs load is compiled once for all runs; where there is no place for that, each run compiles it.
module.enableCompileCache?.();

function output(stream: NodeJS.WriteStream): Output {
  // A reader that has seen enough (`| head`) closes the pipe: nothing is wrong, and nobody is listening.
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return {
    write: (text) => {
      stream.write(text);
    },
    terminal: stream.isTTY === true,
    // A terminal that does not know its width says 0.
    columns: stream.columns || 100,
  };
}

/** An interrupted command may save and say so; a second Ctrl-C does not wait. */
const interruption = new AbortController();
function interrupted(): void {
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort();
}
const interruptions = ["SIGINT", "SIGTERM"] as const;
for (const name of interruptions) process.on(name, interrupted);

/** While a fit computes, nothing is there to be saved, and no handler would be called: the system ends the process. */
function busy(now: boolean): void {
  for (const name of interruptions)
    if (now) process.off(name, interrupted);
    else process.on(name, interrupted);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}

if (Number.parseInt(process.versions.node, 10) < oldest) {
  process.stderr.write(`error: ffm needs Node ${oldest} or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

const host: Host = {
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  stdin: process.stdin,
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  signal: interruption.signal,
  now: () => performance.now(),
  busy,
  threads: async (count) => (await import("./threads.ts")).threads(count).spawn,
  parts: async () => ({ hire: (await import("./threads.ts")).hirePart, threads: availableParallelism() }),
};
const code = await main(host);
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
process.exit(code);
