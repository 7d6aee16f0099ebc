// Saved states on disk. A state is written beside its place, synced, and renamed: a crash leaves the old one or the
// new one, never half of one.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Context } from "./context.ts";
import { locate, reason } from "./files.ts";

/** The bytes of a file, or why there are none. */
export type Read =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "absent"; readonly reason: string };

/** Reads a state file. */
export function readState(context: Context, file: string): Read {
  try {
    return { kind: "bytes", bytes: readFileSync(locate(context, file)) };
  } catch (error) {
    return { kind: "absent", reason: reason(error) };
  }
}

/** Puts a state in its place; throws where the disk refuses. */
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
    throw error;
  }
  syncFolder(dirname(place));
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
