// A few rows as plain objects, straight to a batch: what a program that learns row by row hands over, many times a
// second. Only the ordinary is done here — plain objects that hold good numbers and known levels —; for all else
// the general way must be taken (`rawBatches`, then an `encoder`), which does it or says what is wrong.

import type { Batch, RawBatch, RawColumn } from "../ir/index.ts";
import { type Codes, codeOfNumber, codesOf } from "./cells.ts";
import { holds, type Range, rangeOf } from "./domain.ts";
import type { Levels } from "./encode.ts";
import { elementNames } from "./memory.ts";
import type { Selection } from "./select.ts";
import { levelOf } from "./values.ts";

/** The rows as a batch, whose arrays are overwritten by the next call; null where the general way must be taken. */
export type ObjectEncoder = (rows: readonly unknown[], firstRow: number) => Batch | null;

/** One item: the keys of its elements, or the one key that holds them all in an array. */
interface Field {
  readonly name: string;
  readonly columns: readonly string[];
  readonly vector: string | null;
  readonly range: Range;
  readonly category: boolean;
  readonly optional: boolean;
}

function fieldsOf(selection: Selection): readonly Field[] {
  return selection.items.map(({ request, columns }) => {
    const { domain, name, optional } = request;
    const key = /^(.+)\[1\]$/s.exec(columns[0] ?? "")?.[1] ?? null;
    const positions = key === null ? [] : elementNames(key, [columns.length]);
    const vector = columns.every((column, k) => column === positions[k]) ? key : null;
    return { name, columns, vector, range: rangeOf(domain), category: domain.kind === "category", optional };
  });
}

function keysOf(fields: readonly Field[]): ReadonlySet<string> {
  return new Set(fields.flatMap(({ vector, columns }) => (vector === null ? columns : [vector])));
}

/** An encoder of objects for the selected items; `levels` as `encoder` takes them. */
export function objectEncoder(selection: Selection, levels: Levels): ObjectEncoder {
  const fields = fieldsOf(selection);
  const keys = keysOf(fields);
  const codes = fields.map(({ name, category }) => (category ? codesOf(levels.get(name) ?? []) : null));
  let blocks: Float64Array[] = [];
  let columns: ReadonlyMap<string, Float64Array> = new Map();
  let size = 0;

  /** Puts a row's values of an item into its block; false where one of them is not ordinary. */
  const take = (field: Field, own: Codes | null, block: Float64Array, row: Plain, i: number): boolean => {
    const elements = elementsOf(field, row);
    if (elements === null) return false;
    for (let k = 0; k < field.columns.length; k++) {
      const value = field.vector === null ? row[field.columns[k]] : elements[k];
      const number = own === null ? ordinary(value, field) : coded(value, own);
      if (number === null) return false;
      block[k * size + i] = number;
    }
    return true;
  };

  return (rows, firstRow) => {
    if (rows.length === 0) return null;
    if (rows.length !== size) {
      size = rows.length;
      blocks = fields.map((field) => new Float64Array(field.columns.length * size));
      columns = new Map(fields.map(({ name }, f) => [name, blocks[f]]));
    }
    for (let i = 0; i < size; i++) {
      const row = rows[i];
      if (!isPlain(row) || !isWhole(row, keys)) return null;
      for (let f = 0; f < fields.length; f++) if (!take(fields[f], codes[f], blocks[f], row, i)) return null;
    }
    return { rows: size, firstRow, columns };
  };
}

/** Keeps single objects, before levels are known, until there are enough of them to be looked at together. */
export interface ObjectHolder {
  /** How many are kept. */
  readonly rows: number;
  /** Keeps a row's values; false, and nothing kept, where the general way must be taken. */
  add(row: unknown): boolean;
  /** The rows kept so far; null where there are none. */
  batch(firstRow: number): RawBatch | null;
  clear(): void;
}

/** A holder of at most `most` rows for the selected items. */
export function objectHolder(selection: Selection, most: number): ObjectHolder {
  const fields = fieldsOf(selection);
  const keys = keysOf(fields);
  const width = fields.reduce((sum, field) => sum + field.columns.length, 0);
  // rows are kept one after the other, so that one which turns out extraordinary leaves no trace
  const kept = new Array<number | string>(0);
  return {
    get rows() {
      return width === 0 ? 0 : kept.length / width;
    },
    add(row) {
      if (width === 0 || kept.length >= most * width || !isPlain(row) || !isWhole(row, keys)) return false;
      const before = kept.length;
      for (const field of fields) {
        const elements = elementsOf(field, row);
        for (let k = 0; elements !== null && k < field.columns.length; k++) {
          const value = field.vector === null ? row[field.columns[k]] : elements[k];
          const cell = field.category ? level(value, field) : ordinary(value, field);
          if (cell === null) break;
          kept.push(cell);
        }
      }
      if (kept.length === before + width) return true;
      kept.length = before;
      return false;
    },
    batch(firstRow) {
      const rows = width === 0 ? 0 : kept.length / width;
      if (rows === 0) return null;
      const columns = new Map<string, RawColumn>();
      const names = fields.flatMap((field) => field.columns);
      for (const [k, name] of names.entries()) {
        const cells = Array.from({ length: rows }, (_, i) => kept[i * width + k]);
        const text = cells.some((cell) => typeof cell === "string");
        columns.set(
          name,
          text
            ? { kind: "text", values: cells.map((cell) => (typeof cell === "string" ? cell : levelOf(cell))) }
            : { kind: "number", values: Float64Array.from(cells, Number) },
        );
      }
      return { rows, firstRow, columns };
    },
    clear() {
      kept.length = 0;
    },
  };
}

type Plain = Readonly<Record<string, unknown>>;

/** Whether something is an object without inherited members of its own making. */
function isPlain(row: unknown): row is Plain {
  if (typeof row !== "object" || row === null) return false;
  const prototype: unknown = Object.getPrototypeOf(row);
  return prototype === Object.prototype || prototype === null;
}

/** Whether the row has all of these keys, and nothing but single values (which nobody reads) under others. */
function isWhole(row: Plain, keys: ReadonlySet<string>): boolean {
  let count = 0;
  for (const _ in row) count++;
  if (count === keys.size) return true;
  for (const key in row) {
    if (keys.has(key)) continue;
    const value = row[key];
    const single = value === null || (typeof value !== "object" && typeof value !== "function");
    if (!single || typeof value === "symbol" || key.endsWith("]")) return false;
  }
  return true;
}

const none: readonly unknown[] = [];

/** The elements of a vector that stand under one key, nothing where each has its own; null where they are not as many as wanted. */
function elementsOf({ vector, columns }: Field, row: Plain): readonly unknown[] | null {
  if (vector === null) return none;
  const value = row[vector];
  return Array.isArray(value) && value.length === columns.length ? value : null;
}

/** A number that may stand there. */
function ordinary(value: unknown, { range, optional }: Field): number | null {
  if (typeof value === "boolean") return holds(range, Number(value)) ? Number(value) : null;
  if (typeof value !== "number") return null;
  return holds(range, value) || (optional && Number.isNaN(value)) ? value : null;
}

/** The code of a known level. */
function coded(value: unknown, codes: Codes): number | null {
  if (typeof value === "string") return value === "" ? null : (codes.byText.get(value) ?? null);
  if (typeof value !== "number" || Number.isNaN(value)) return null;
  const code = codeOfNumber(codes, value);
  return code < 0 ? null : code;
}

/** A level that may be a new one; null where their number is limited. */
function level(value: unknown, { range }: Field): number | string | null {
  if (range.upper < Number.MAX_VALUE) return null;
  if (typeof value === "string") return value === "" ? null : value;
  return typeof value === "number" && !Number.isNaN(value) ? value : null;
}
