// Small files in a temporary folder, and short ways to ask for data.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { DataRequest, RawColumn, RowSource, ValueDomain } from "../../src/ir/index.ts";
import { type Opened, type OpenOptions, openSource, type Selection, select } from "../../src/sources/index.ts";

/** A folder that is gone when the tests of the file are done, and a way to put files in it. */
export function folder(): { readonly path: string; put(name: string, content: string | Uint8Array): string } {
  const path = mkdtempSync(join(tmpdir(), "fisherflow-test-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    put(name, content) {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
  };
}

/** The source, or an error with what is wrong. */
export function must(opened: Opened): RowSource {
  if (opened.kind === "source") return opened.source;
  throw new Error(opened.diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
}

/** `CODE message` of everything that is wrong with opening. */
export async function problems(spec: string, options?: OpenOptions): Promise<readonly string[]> {
  const opened = await openSource(spec, options);
  if (opened.kind === "failure") return opened.diagnostics.map(({ code, message }) => `${code} ${message}`);
  await opened.source.close();
  return [];
}

/** A column's cells as plain values. */
export function cells(column: RawColumn): (number | string | null)[] {
  if (column.kind === "text") return [...column.values];
  return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
}

/** Everything in a source, column by column. */
export async function contents(
  source: RowSource,
  columns: readonly string[] = source.columns,
  batchRows: number = 1024,
): Promise<Record<string, (number | string | null)[]>> {
  const all: Record<string, (number | string | null)[]> = Object.fromEntries(columns.map((name) => [name, []]));
  let next = 1;
  for await (const raw of source.read(columns, batchRows)) {
    if (raw.firstRow !== next || raw.rows > batchRows) throw new Error("Batches follow each other.");
    next += raw.rows;
    for (const name of columns) all[name].push(...cells(raw.columns.get(name)!));
  }
  return all;
}

/** Opens, reads everything, closes. */
export async function read(spec: string, options?: OpenOptions): Promise<Record<string, (number | string | null)[]>> {
  const source = must(await openSource(spec, options));
  try {
    return await contents(source);
  } finally {
    await source.close();
  }
}

const infinity = Number.POSITIVE_INFINITY;
const open = { lowerOpen: true, upperOpen: true };
const closed = { lowerOpen: false, upperOpen: false };

/** The types of the language as domains. */
export const domains = {
  real: { kind: "real", lower: -infinity, upper: infinity, ...open, label: "real" },
  positive: { kind: "real", lower: 0, upper: infinity, ...open, label: "positive" },
  unit: { kind: "real", lower: 0, upper: 1, ...open, label: "unit" },
  int: { kind: "int", lower: -infinity, upper: infinity, ...open, label: "int" },
  count: { kind: "int", lower: 0, upper: infinity, lowerOpen: false, upperOpen: true, label: "count" },
  binary: { kind: "int", lower: 0, upper: 1, ...closed, label: "binary" },
  category: { kind: "category", lower: 1, upper: infinity, ...closed, label: "category" },
} as const satisfies Record<string, ValueDomain>;

/** A request for the column of the same name, with changes. */
export function ask(name: string, domain: ValueDomain, changes: Partial<DataRequest> = {}): DataRequest {
  const span = { file: "m.ffm", start: 0, end: name.length };
  const source = { kind: "column", column: name } as const;
  const vector = changes.vector ?? false;
  const shape = vector ? [{ name: `size of ${name}`, plus: 0 }] : [];
  return { name, source, domain, vector, shape, once: false, optional: false, span, ...changes };
}

/** The selection, or an error with what is wrong. */
export function choose(
  requests: readonly DataRequest[],
  source: Pick<RowSource, "columns" | "constants" | "rowCount">,
  excluded: ReadonlySet<string> = new Set(),
): Selection {
  const selection = select(requests, source, excluded);
  if (selection.kind === "selection") return selection;
  throw new Error(selection.diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
}
