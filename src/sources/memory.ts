// Columns that are in memory already: how arrays of any kind become raw columns, and how a table of them is
// read as a source. Vectors in a column (`x: [[1, 2], [3, 4]]`) become one column for each position, `x[1]`, `x[2]`.

import type { RawBatch, RawColumn, RowSource } from "../ir/index.ts";
import { levelOf, quoted } from "./values.ts";

/** A constant of any shape, row-major. */
export interface Constant {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** Whole columns of one length. */
export interface Table {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, RawColumn>;
}

/** The columns that one array becomes, or what is wrong with it. */
export type Columns =
  | {
      readonly kind: "columns";
      readonly shape: readonly number[];
      readonly columns: readonly (readonly [string, RawColumn])[];
    }
  | { readonly kind: "problem"; readonly reason: string };

/** Whether something is an array or a typed array, and so a column or a vector. */
export function isArray(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** The names of a vector's positions, in row-major order: `x[1]`, or `x[1,2]` where it is a matrix. */
export function elementNames(name: string, shape: readonly number[]): readonly string[] {
  let suffixes = [""];
  for (const size of shape) {
    suffixes = suffixes.flatMap((suffix) =>
      Array.from({ length: size }, (_, k) => (suffix === "" ? `${k + 1}` : `${suffix},${k + 1}`)),
    );
  }
  return shape.length === 0 ? [name] : suffixes.map((suffix) => `${name}[${suffix}]`);
}

type Scalar = number | string | null;
type Cell = { readonly kind: "scalar"; readonly value: Scalar } | { readonly kind: "problem"; readonly what: string };

function scalar(value: unknown): Cell {
  if (value === null || value === undefined) return { kind: "scalar", value: null };
  if (typeof value === "number" || typeof value === "string") return { kind: "scalar", value };
  if (typeof value === "boolean") return { kind: "scalar", value: value ? 1 : 0 };
  if (typeof value === "bigint") {
    const number = Number(value);
    return { kind: "scalar", value: Number.isSafeInteger(number) ? number : String(value) };
  }
  if (value instanceof Date) {
    return { kind: "scalar", value: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  }
  return { kind: "problem", what: typeof value === "object" ? "an object" : `a ${typeof value}` };
}

/** Text as soon as one of them is; numbers among texts are spelt as levels are. */
function scalarColumn(values: readonly Scalar[]): RawColumn {
  if (values.some((value) => typeof value === "string")) {
    return {
      kind: "text",
      values: values.map((value) => (typeof value !== "number" ? value : Number.isNaN(value) ? null : levelOf(value))),
    };
  }
  return {
    kind: "number",
    values: Float64Array.from(values, (value) => (typeof value === "number" ? value : Number.NaN)),
  };
}

function shapeOf(value: unknown): readonly number[] {
  const shape: number[] = [];
  for (let inner = value; isArray(inner); inner = inner[0]) shape.push(inner.length);
  return shape;
}

/** Appends the elements of a vector in row-major order; says what is wrong if its shape is another. */
function flatten(value: unknown, shape: readonly number[], depth: number, into: Scalar[]): string | null {
  if (depth < shape.length) {
    if (!isArray(value)) return "a single value among vectors";
    if (value.length !== shape[depth]) return `${value.length} values where the first row has ${shape[depth]}`;
    for (let k = 0; k < value.length; k++) {
      const problem = flatten(value[k], shape, depth + 1, into);
      if (problem !== null) return problem;
    }
    return null;
  }
  if (isArray(value)) return "an array where the first row has a single value";
  const cell = scalar(value);
  if (cell.kind === "problem") return cell.what;
  into.push(cell.value);
  return null;
}

/** Doubles as they are, other numbers in an array of doubles; null where anything is no number. */
function numbersOf(values: ArrayLike<unknown>): Float64Array | null {
  if (values instanceof Float64Array) return values;
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "number") return null;
    numbers[i] = value;
  }
  return numbers;
}

/** The raw columns of one array of scalars or of equally shaped (nested) arrays. */
export function columnsOf(name: string, values: ArrayLike<unknown>): Columns {
  const numbers = numbersOf(values);
  if (numbers !== null) return { kind: "columns", shape: [], columns: [[name, { kind: "number", values: numbers }]] };
  let first = 0;
  while (first < values.length && (values[first] === null || values[first] === undefined)) first++;
  const shape = shapeOf(values[first]);
  const width = shape.reduce((product, size) => product * size, 1);
  const elements: Scalar[][] = Array.from({ length: width }, () => []);
  const row: Scalar[] = [];
  for (let i = 0; i < values.length; i++) {
    row.length = 0;
    const value = values[i];
    if (value === null || value === undefined) row.length = width;
    else {
      const problem = flatten(value, shape, 0, row);
      if (problem !== null) return { kind: "problem", reason: `row ${i + 1} of ${quoted(name)} holds ${problem}` };
    }
    for (let k = 0; k < width; k++) elements[k].push(row[k] ?? null);
  }
  const names = elementNames(name, shape);
  return { kind: "columns", shape, columns: elements.map((element, k) => [names[k], scalarColumn(element)] as const) };
}

function slice(column: RawColumn, start: number, end: number): RawColumn {
  if (column.kind === "text") return { kind: "text", values: column.values.slice(start, end) };
  return { kind: "number", values: column.values.subarray(start, end) };
}

/** The table in batches; numbers are views of it, not copies. */
export function* slices(table: Table, names: Iterable<string>, batchRows: number): Iterable<RawBatch> {
  const chosen = [...names].flatMap((name) => {
    const column = table.columns.get(name);
    return column === undefined ? [] : [[name, column] as const];
  });
  for (let start = 0; start < table.rows; start += batchRows) {
    const end = Math.min(start + batchRows, table.rows);
    const whole = start === 0 && end === table.rows;
    const columns = new Map(chosen.map(([name, column]) => [name, whole ? column : slice(column, start, end)]));
    yield { rows: end - start, firstRow: start + 1, columns, lasting: true };
  }
}

/** A table as a source. */
export function memorySource(label: string, table: Table, constants: ReadonlyMap<string, Constant>): RowSource {
  return {
    label,
    columns: [...table.columns.keys()],
    rowCount: table.rows,
    repeatable: true,
    constants,
    async *read(columns, batchRows) {
      yield* slices(table, columns, batchRows);
    },
    async close() {},
  };
}
