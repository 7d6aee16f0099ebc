// Saved states on disk. A state is written beside its place, synced, and renamed: a crash leaves the old one or the
// new one, never half of one.

import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Diagnostic } from "../index.ts";
import type { Context } from "./context.ts";
import { locate, reason } from "./files.ts";
import { type ExitCode, exit } from "./host.ts";
import { announce } from "./messages.ts";

/** The bytes of a state file that a command names; an exit code after saying why there are none. */
export function stateBytes(context: Context, file: string): Uint8Array | ExitCode {
  try {
    return readFileSync(locate(context, file));
  } catch (error) {
    announce(context, { code: "usage", message: `I can't read ${file}: ${reason(error)}.`, hint: null });
    return exit.data;
  }
}

/** A state that could not be written; what was there before is still there. */
class StateNotWritten extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.name = "StateNotWritten";
    this.diagnostics = [diagnostic];
  }
}

/** Puts a state in its place; throws an error with a diagnostic where the disk refuses. */
export function writeState(context: Context, file: string, bytes: Uint8Array): void {
  const place = locate(context, file);
  const beside = join(dirname(place), `.${basename(place)}.${process.pid}.tmp`);
  try {
    const handle = openSync(beside, "w");
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, place);
  } catch (error) {
    rmSync(beside, { force: true });
    const message = `The state can't be written to \`${file}\`: ${reason(error)}.`;
    const hint = "What was there before is untouched: make room, or name another place, and go on with `--resume`.";
    throw new StateNotWritten({ code: "FF619", severity: "error", message, span: null, hint });
  }
  syncFolder(dirname(place));
}

/** Takes away what runs that were killed in the middle of a save have left beside a state. */
export function tidyBeside(context: Context, file: string): void {
  const place = locate(context, file);
  const prefix = `.${basename(place)}.`;
  try {
    for (const name of readdirSync(dirname(place))) {
      const [, pid] = name.startsWith(prefix) ? (/^(\d+)\.tmp$/.exec(name.slice(prefix.length)) ?? []) : [];
      if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(dirname(place), name), { force: true });
    }
  } catch {
    // Whoever can't look there can't save there either, and is told so then.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The new name must survive a crash too; some systems can't open a folder, and need not. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Nothing is lost: the state itself was synced.
  }
}
