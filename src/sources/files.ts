// The files behind a source: what they start with, how they are compressed, and streams kept in a temporary file.

import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";

/** How a file is compressed, in DuckDB's words. */
export type Compression = "none" | "gzip" | "zstd";

/** A file that can be read, with its first bytes, unpacked. */
export interface DataFile {
  readonly path: string;
  readonly compression: Compression;
  readonly head: Uint8Array;
  /** Whether `head` is all there is. */
  readonly whole: boolean;
}

/** What a path is. */
export type Looked =
  | { readonly kind: "file"; readonly file: DataFile }
  | { readonly kind: "absent" | "folder" | "pipe" }
  | { readonly kind: "problem"; readonly reason: string; readonly hint: string };

/** How many bytes of a file are looked at; its first line must end there. */
export const headBytes = 1 << 20;

function unpacker(compression: Compression): Transform | null {
  if (compression === "gzip") return zlib.createGunzip();
  // Node 22 has it from 22.15 on.
  return compression === "zstd" && "createZstdDecompress" in zlib ? zlib.createZstdDecompress() : null;
}

function open(path: string, compression: Compression): Readable {
  const file = createReadStream(path);
  const unpack = unpacker(compression);
  if (unpack === null) return file;
  file.on("error", (error) => unpack.destroy(error));
  unpack.on("close", () => file.destroy());
  return file.pipe(unpack);
}

async function start(stream: Readable, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream) {
    const bytes = Buffer.from(part);
    parts.push(bytes);
    length += bytes.length;
    if (length >= limit) break;
  }
  return Buffer.concat(parts).subarray(0, limit);
}

function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd ? "zstd" : "none";
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Looks at a path and, where it is a file, at its beginning. */
export async function look(path: string): Promise<Looked> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { kind: "folder" };
    if (!found.isFile()) return { kind: "pipe" };
    const raw = await start(createReadStream(path, { end: headBytes }), headBytes + 1);
    const compression = compressionOf(raw);
    if (compression === "none") {
      return {
        kind: "file",
        file: { path, compression, head: raw.subarray(0, headBytes), whole: raw.length <= headBytes },
      };
    }
    if (unpacker(compression) === null) {
      return {
        kind: "problem",
        reason: "this version of Node can't unpack zstd",
        hint: "Unpack it first, or use gzip.",
      };
    }
    const head = await start(open(path, compression), headBytes + 1);
    return {
      kind: "file",
      file: { path, compression, head: head.subarray(0, headBytes), whole: head.length <= headBytes },
    };
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ERR_INVALID_ARG_VALUE") return { kind: "absent" };
    if (code === "EACCES" || code === "EPERM") {
      return { kind: "problem", reason: "permission is denied", hint: "Allow this user to read it." };
    }
    if (code.startsWith("Z_") || code.startsWith("ZSTD") || code === "ERR__ERROR_FORMAT") {
      return { kind: "problem", reason: "it is damaged or was cut short", hint: "Copy or write the file again." };
    }
    return { kind: "problem", reason: error instanceof Error ? error.message : String(error), hint: "Check the file." };
  }
}

/** Whether a compressed file can be unpacked to its end. DuckDB takes a file that was cut short for a short file. */
export async function isIntact(file: DataFile): Promise<boolean> {
  if (file.compression === "none") return true;
  try {
    for await (const part of open(file.path, file.compression)) void part;
    return true;
  } catch {
    return false;
  }
}

/** The whole text of a file. */
export async function readText(file: DataFile): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of open(file.path, file.compression)) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString("utf8");
}

/** A stream kept in a file, so that it can be read again and its size does not matter. */
export interface Spooled {
  readonly path: string;
  remove(): Promise<void>;
}

/** Writes a stream to a temporary file with only a little of it in memory. */
export async function spool(stream: AsyncIterable<Uint8Array | string>): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), "fisherflow-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const path = join(folder, "data");
  try {
    await pipeline(Readable.from(stream, { objectMode: false }), createWriteStream(path));
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A pipe or device as a stream. */
export function readPipe(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path);
}
