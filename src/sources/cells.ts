// Cells of one column on their way to a block: numbers checked and copied, texts parsed, levels coded.

import type { RawColumn } from "../ir/index.ts";
import type { Range } from "./domain.ts";
import { levelOf, parseNumber } from "./values.ts";

/** Level codes, found by text, and by number without spelling the number out each time. */
export interface Codes {
  readonly byText: ReadonlyMap<string, number>;
  readonly byNumber: Map<number, number>;
}

/** The codes of a category's levels. */
export function codesOf(levels: readonly string[]): Codes {
  return { byText: new Map(levels.map((level, code) => [level, code])), byNumber: new Map() };
}

/** The code of the level that a number is called as; −1 if there is none. */
export function codeOfNumber(codes: Codes, value: number): number {
  const known = codes.byNumber.get(value);
  if (known !== undefined) return known;
  const code = codes.byText.get(levelOf(value)) ?? -1;
  if (code >= 0) codes.byNumber.set(value, code);
  return code;
}

/** Whether all numbers are finite: then so is their sum, or it is too large and somebody has to look. */
function finite(values: Float64Array, rows: number): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (; i < rows; i++) a += values[i];
  return Number.isFinite(a + b + c + d);
}

/** The same for four columns at once: reading from several places at a time, memory answers faster. */
export function finiteFour(
  first: Float64Array,
  second: Float64Array,
  third: Float64Array,
  fourth: Float64Array,
  rows: number,
): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  let i = 0;
  for (; i + 1 < rows; i += 2) {
    a += first[i];
    b += second[i];
    c += third[i];
    d += fourth[i];
    e += first[i + 1];
    f += second[i + 1];
    g += third[i + 1];
    h += fourth[i + 1];
  }
  if (i < rows) a += first[i] + second[i] + third[i] + fourth[i];
  return Number.isFinite(a + b + c + d + e + f + g + h);
}

/** Calls `bad` for every number that must not stand there. */
export function checkNumbers(
  values: Float64Array,
  rows: number,
  range: Range,
  optional: boolean,
  bad: (row: number) => void,
): void {
  const { lower, upper, whole, all } = range;
  if (all && finite(values, rows)) return;
  for (let i = 0; i < rows; i++) {
    const value = values[i];
    if (value >= lower && value <= upper && (!whole || Math.floor(value) === value)) continue;
    if (!optional || !Number.isNaN(value)) bad(i);
  }
}

/** Copies numbers; a few of them faster than a view of them is made. */
export function place(values: Float64Array, rows: number, block: Float64Array, start: number): void {
  if (rows < 16) for (let i = 0; i < rows; i++) block[start + i] = values[i];
  else block.set(values.length === rows ? values : values.subarray(0, rows), start);
}

/** Writes texts as numbers from `start`, NaN where none can stand, and calls `bad` for those that must not be. */
export function writeParsed(
  values: readonly (string | null)[],
  rows: number,
  range: Range,
  optional: boolean,
  block: Float64Array,
  start: number,
  bad: (row: number) => void,
  parse: (text: string) => number | null = parseNumber,
): void {
  const { lower, upper, whole } = range;
  for (let i = 0; i < rows; i++) {
    const text = values[i];
    const value = text === null ? Number.NaN : parse(text);
    if (value !== null && value >= lower && value <= upper && (!whole || Math.floor(value) === value)) {
      block[start + i] = value;
    } else {
      block[start + i] = Number.NaN;
      if (!optional || !Number.isNaN(value)) bad(i);
    }
  }
}

/**
 * Writes level codes from `start`, NaN where there is none, and calls `bad` for missing values that must not be, and
 * `unknown` for levels that are not among the codes.
 */
export function writeCodes(
  column: RawColumn,
  rows: number,
  codes: Codes,
  optional: boolean,
  block: Float64Array,
  start: number,
  bad: (row: number) => void,
  unknown: (row: number) => void,
): void {
  for (let i = 0; i < rows; i++) {
    let code = -1;
    let missing: boolean;
    if (column.kind === "number") {
      const value = column.values[i];
      missing = Number.isNaN(value);
      if (!missing) code = codeOfNumber(codes, value);
    } else {
      const text = column.values[i];
      missing = text === null || text === "";
      if (!missing && text !== null) code = codes.byText.get(text) ?? -1;
    }
    block[start + i] = code < 0 ? Number.NaN : code;
    if (code >= 0) continue;
    if (!missing) unknown(i);
    else if (!optional) bad(i);
  }
}
