// What the command line needs of the process it runs in, so that tests can be the process.

import type { Readable } from "node:stream";
import type { PartWorker, SpawnMember } from "../index.ts";

/** A stream that text goes to. */
export interface Output {
  readonly write: (text: string | Uint8Array) => void;
  /** Whether a person is looking at it. */
  readonly terminal: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
}

/** The process around a command. */
export interface Host {
  /** What stands behind the command's name. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Fires when the user interrupts. */
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Told when a computation begins during which `signal` can't fire, and when it is over: Ctrl-C must end it all the same. */
  readonly busy?: (busy: boolean) => void;
  /** Starts the threads of a fit, early, so that they are ready when the data are; without it fits use one. */
  readonly threads?: (count: number) => Promise<SpawnMember>;
  /** Starts threads that keep parts of the data, and says how many are sensible; without it parts are read one after the other. */
  readonly parts?: () => Promise<{ readonly hire: () => PartWorker; readonly threads: number }>;
}

/** How a command ended; the numbers are part of the interface. */
export const exit = {
  ok: 0,
  /** Numerical or other failure at run time. */
  failure: 1,
  usage: 2,
  model: 3,
  data: 4,
  /** A gate asked for was not met. */
  gate: 5,
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exit)[keyof typeof exit];
