// Parts of raw batches, and values of single columns that are no data of a model: names of rows, and times.

import type { RawBatch, RawColumn } from "../ir/index.ts";
import { levelOf, parseTime } from "./values.ts";

/** Neighbouring rows of a raw batch; numbers are views of it, valid as long as it is. */
export function rawStretch(raw: RawBatch, from: number, to: number): RawBatch {
  if (from === 0 && to === raw.rows) return raw;
  const { numbers, broken, ...rest } = raw;
  const part = (column: RawColumn): RawColumn =>
    column.kind === "text"
      ? { kind: "text", values: column.values.slice(from, to) }
      : { kind: "number", values: column.values.subarray(from, to) };
  return {
    ...rest,
    rows: to - from,
    firstRow: raw.firstRow + from,
    columns: new Map([...raw.columns].map(([name, column]) => [name, part(column)])),
    ...(numbers === undefined
      ? {}
      : { numbers: Array.from({ length: to - from }, (_, i) => numbers[from + i] as number) }),
    // what was broken is told once
    ...(broken === undefined || from > 0 ? {} : { broken }),
  };
}

/** What a row is called by a column: the text of its value; null where it is missing. */
export function nameAt(column: RawColumn, row: number): string | null {
  if (column.kind === "text") return column.values[row] || null;
  const value = column.values[row] as number;
  return Number.isNaN(value) ? null : levelOf(value);
}

/** A number, or a time in ISO 8601 as seconds; NaN where it is missing or neither. */
export function timeAt(column: RawColumn, row: number): number {
  if (column.kind === "number") return column.values[row] as number;
  const text = column.values[row];
  if (text === null || text === undefined) return Number.NaN;
  return parseTime(text) ?? Number.NaN;
}
