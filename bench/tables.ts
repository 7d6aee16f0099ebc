// Tables on disk that every contestant reads: NPY (columns contiguous) for numeric arrays, CSV, NDJSON and Parquet for
// the readers. Kept in bench/.data, which is not part of the repository, and made again when their recipe changes.

import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";

const folder = fileURLToPath(new URL(".data/", import.meta.url));

/** Columns of one length, by name. */
export type Columns = Readonly<Record<string, Float64Array>>;

/** The folder of a data set, filled by `make` unless it is there already with the same recipe. */
export async function dataset(name: string, recipe: string, make: (folder: string) => Promise<void>): Promise<string> {
  const own = `${folder}${name}`;
  const mark = `${own}/recipe.txt`;
  if (existsSync(mark) && readFileSync(mark, "utf8") === recipe) return own;
  process.stderr.write(`  making data ${name} …\n`);
  mkdirSync(own, { recursive: true });
  await make(own);
  writeFileSync(mark, recipe);
  return own;
}

/** Writes a matrix given by columns as a Fortran-ordered NPY file of doubles; one column makes a vector. */
export function writeNpy(path: string, columns: readonly Float64Array[]): void {
  const [first] = columns;
  const shape = columns.length === 1 ? `(${first.length},)` : `(${first.length}, ${columns.length})`;
  const text = `{'descr': '<f8', 'fortran_order': True, 'shape': ${shape}, }`;
  const padded = `${text.padEnd(128 - 10 - 1)}\n`;
  const head = Buffer.alloc(10);
  head.write("\x93NUMPY\x01\x00", "latin1");
  head.writeUInt16LE(padded.length, 8);
  const parts = columns.map((c) => Buffer.from(c.buffer, c.byteOffset, c.byteLength));
  writeFileSync(path, Buffer.concat([head, Buffer.from(padded, "latin1"), ...parts]));
}

/** Reads what `writeNpy` wrote. */
export function readNpy(path: string): readonly Float64Array[] {
  const bytes = readFileSync(path);
  const [, rows, columns] = /\((\d+),(?: (\d+))?\)/.exec(bytes.toString("latin1", 0, 128)) ?? [];
  const n = Number(rows);
  return Array.from({ length: Number(columns ?? 1) }, (_, k) => {
    const start = bytes.byteOffset + 128 + 8 * n * k;
    return new Float64Array(bytes.buffer.slice(start, start + 8 * n));
  });
}

type Line = (row: number) => string;

async function writeLines(path: string, head: string, rows: number, line: Line): Promise<void> {
  const out = createWriteStream(path, { highWaterMark: 1 << 20 });
  out.write(head);
  for (let i = 0; i < rows; ) {
    let block = "";
    for (const end = Math.min(rows, i + 2000); i < end; i++) block += line(i);
    if (!out.write(block)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}

const lengthOf = (columns: Columns): number => Object.values(columns)[0]?.length ?? 0;

/** Writes a CSV with one header line; numbers with all their digits. */
export function writeCsv(path: string, columns: Columns): Promise<void> {
  const values = Object.values(columns);
  const line: Line = (i) => `${values.map((c) => String(c[i])).join(",")}\n`;
  return writeLines(path, `${Object.keys(columns).join(",")}\n`, lengthOf(columns), line);
}

/** Writes one JSON object a line. */
export function writeNdjson(path: string, columns: Columns): Promise<void> {
  const entries = Object.entries(columns).map(([name, values]) => [JSON.stringify(name), values] as const);
  return writeLines(path, "", lengthOf(columns), (i) => `{${entries.map(([k, v]) => `${k}:${v[i]}`).join(",")}}\n`);
}

/** Writes Vowpal Wabbit's text format with labels −1 and 1. */
export function writeVowpal(path: string, features: Columns, labels: Float64Array): Promise<void> {
  const entries = Object.entries(features);
  const line: Line = (i) => `${labels[i] === 1 ? 1 : -1} | ${entries.map(([k, v]) => `${k}:${v[i]}`).join(" ")}\n`;
  return writeLines(path, "", labels.length, line);
}

/** Turns a CSV into Parquet. */
export async function csvToParquet(csv: string, parquet: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT * FROM read_csv('${csv}')) TO '${parquet}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}
