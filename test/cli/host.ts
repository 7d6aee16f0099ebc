// A process for the command line to run in: arguments in, what it printed and its exit code out.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { main } from "../../src/cli/main.ts";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Whether a person looks at the outputs. */
  readonly terminal?: boolean;
  readonly signal?: AbortSignal;
  /** Milliseconds of its clock; one a look unless said. */
  readonly now?: () => number;
}

/** Runs `ffm` with these arguments inside this process. */
export async function ffm(argv: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  const { cwd = process.cwd(), env = {}, stdin = "", terminal = false } = surroundings;
  const printed = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr") => ({
    write: (text: string | Uint8Array) => {
      printed[name] += typeof text === "string" ? text : Buffer.from(text).toString("utf8");
    },
    terminal,
    columns: 100,
  });
  let clock = 0;
  const code = await main({
    argv,
    cwd,
    env,
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: output("stdout"),
    stderr: output("stderr"),
    signal: surroundings.signal ?? new AbortController().signal,
    now: surroundings.now ?? (() => clock++),
  });
  return { code, ...printed };
}

/** A folder that is gone after the test, with these files in it. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), "ffm-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}
