// One command being carried out: the host, what was asked, and how results and messages are to look.

import type { Arguments, Option } from "./arguments.ts";
import type { ExitCode, Host } from "./host.ts";

/** How results and errors are written. */
export type Format = "table" | "json";

/** What a verb gets. */
export interface Context {
  readonly host: Host;
  readonly given: Arguments;
  readonly format: Format;
  /** Whether results and messages may be coloured. */
  readonly color: { readonly stdout: boolean; readonly stderr: boolean };
  /** Texts of the files read so far, by the name they are shown under: messages quote them. */
  readonly sources: Map<string, string>;
}

/** A verb of the command line; each file of verbs/ exports these, in this order. */
export interface Verb {
  /** One line of `ffm --help`. */
  readonly summary: string;
  /** The form of the command, without `ffm`. */
  readonly usage: string;
  /** Commands to copy, one a line. */
  readonly example: string;
  readonly options: readonly Option[];
  readonly run: (context: Context) => Promise<ExitCode>;
}
