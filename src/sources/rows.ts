// Rows that a program hands over: an array of objects, or an object of plain or typed arrays. Synchronous,
// because `flow.update(rows)` is.

import { diagnose } from "../diagnostics/index.ts";
import type { RawBatch, RawColumn } from "../ir/index.ts";
import { columnsOf, isArray, memorySource, slices, type Table } from "./memory.ts";
import { type Failure, failure, type Opened } from "./outcome.ts";
import { quoted } from "./values.ts";

/** What a program may pass as rows: objects with the same keys, or columns of one length. */
export type Rows = readonly Readonly<Record<string, unknown>>[] | Readonly<Record<string, ArrayLike<unknown>>>;

/** Rows as batches, or what is wrong with them. `columns` are the names in order. */
export type RawBatches =
  | {
      readonly kind: "batches";
      readonly rows: number;
      readonly columns: readonly string[];
      readonly batches: Iterable<RawBatch>;
    }
  | Failure;

type Tabulated = { readonly kind: "table"; readonly table: Table } | Failure;

function notRows(reason: string): Failure {
  return failure(diagnose("FF517", null, { reason }));
}

/** Columns by the keys of the objects, in order of first appearance; a key that a row lacks is missing there. */
function transpose(rows: ArrayLike<unknown>): ReadonlyMap<string, ArrayLike<unknown>> | Failure {
  const columns = new Map<string, unknown[]>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (typeof row !== "object" || row === null || isArray(row)) {
      const found = row === null ? "null" : isArray(row) ? "an array" : `a ${typeof row}`;
      return notRows(`row ${i + 1} is ${found}, not an object`);
    }
    for (const [name, value] of Object.entries(row)) {
      let column = columns.get(name);
      if (column === undefined) {
        column = new Array<unknown>(rows.length).fill(null);
        columns.set(name, column);
      }
      column[i] = value;
    }
  }
  return columns;
}

function tabulate(rows: unknown): Tabulated {
  if (typeof rows !== "object" || rows === null)
    return notRows(`they are ${rows === null ? "null" : `a ${typeof rows}`}`);
  let given: ReadonlyMap<string, unknown>;
  let length: number | null = null;
  if (isArray(rows)) {
    const columns = transpose(rows);
    if ("kind" in columns) return columns;
    given = columns;
    length = rows.length;
  } else {
    given = new Map(Object.entries(rows));
  }
  const columns = new Map<string, RawColumn>();
  for (const [name, values] of given) {
    if (!isArray(values)) return notRows(`column ${quoted(name)} is not an array`);
    length ??= values.length;
    if (values.length !== length) {
      return failure(diagnose("FF508", null, { column: name, found: values.length, expected: length }));
    }
    const made = columnsOf(name, values);
    if (made.kind === "problem") return notRows(made.reason);
    for (const [key, column] of made.columns) {
      if (columns.has(key)) return failure(diagnose("FF510", null, { file: "The data", column: key }));
      columns.set(key, column);
    }
  }
  return { kind: "table", table: { rows: length ?? 0, columns } };
}

/**
 * The rows in batches of at most `batchRows`. A Float64Array is not copied: its batches are views of it, valid as
 * long as it is unchanged.
 */
export function rawBatches(rows: Rows, batchRows: number = 1024): RawBatches {
  const tabulated = tabulate(rows);
  if (tabulated.kind === "failure") return tabulated;
  const { table } = tabulated;
  const columns = [...table.columns.keys()];
  return {
    kind: "batches",
    rows: table.rows,
    columns,
    batches: { [Symbol.iterator]: () => slices(table, columns, batchRows)[Symbol.iterator]() },
  };
}

/** The rows as a source that may be read again and again. */
export function rowSource(rows: Rows, label: string = "rows"): Opened {
  const tabulated = tabulate(rows);
  if (tabulated.kind === "failure") return tabulated;
  return { kind: "source", source: memorySource(label, tabulated.table, new Map()) };
}
