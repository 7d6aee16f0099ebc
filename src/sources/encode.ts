// Raw rows → rows as a model wants them: one contiguous block a `data` item, batch innermost, categories as 0-based
// codes. Every value is checked against its declared type on the way; a bad one is named by row and column.

import { type Diagnostic, diagnose, internalError, shorten } from "../diagnostics/index.ts";
import type { Batch, DataRequest, RawBatch, RawColumn } from "../ir/index.ts";
import { describe, type Range, rangeOf } from "./domain.ts";
import { type Failure, failure } from "./outcome.ts";
import type { SelectedItem, Selection } from "./select.ts";
import { levelOf, parseNumber, quoted } from "./values.ts";

/** Levels of each category, by data name, in order of first appearance. */
export type Levels = ReadonlyMap<string, readonly string[]>;

/** How rows with a bad value are met. */
export interface EncodeOptions {
  /** `stop` (the default) fails the batch; `skip` leaves such rows out and counts them. */
  readonly badRows?: "stop" | "skip";
}

/** The encoded rows; with `skip`, `diagnostics` tells of the rows left out. */
export type Encoded =
  | {
      readonly kind: "batch";
      readonly batch: Batch;
      readonly skipped: number;
      readonly diagnostics: readonly Diagnostic[];
    }
  | Failure;

/**
 * Encodes one batch. Its arrays belong to the encoder and are overwritten by the next call, so an encoder serves one
 * consumer at a time.
 */
export type Encoder = (raw: RawBatch) => Encoded;

const shown = 5;

/** Bad values of one column: all rows are marked, the first few are kept for the message. */
interface Faults {
  readonly item: SelectedItem;
  readonly column: string;
  readonly rows: number[];
  count: number;
}

interface Target {
  readonly item: SelectedItem;
  readonly range: Range;
  readonly codes: Codes | null;
  block: Float64Array;
  view: Float64Array;
}

/** Level codes, found by text, and by number without spelling the number out each time. */
interface Codes {
  readonly byText: ReadonlyMap<string, number>;
  readonly byNumber: Map<number, number>;
}

function codesOf(levels: readonly string[]): Codes {
  return { byText: new Map(levels.map((level, code) => [level, code])), byNumber: new Map() };
}

function codeOfNumber(codes: Codes, value: number): number {
  const known = codes.byNumber.get(value);
  if (known !== undefined) return known;
  const code = codes.byText.get(levelOf(value)) ?? -1;
  if (code >= 0) codes.byNumber.set(value, code);
  return code;
}

/** Each writer fills `rows` cells from `start`, writes NaN where no value can stand, and calls `bad` for those that must not be. */
function writeNumbers(
  values: Float64Array,
  rows: number,
  range: Range,
  optional: boolean,
  block: Float64Array,
  start: number,
  bad: (row: number) => void,
): void {
  const { lower, upper, whole } = range;
  for (let i = 0; i < rows; i++) {
    const value = values[i];
    if (value >= lower && value <= upper && (!whole || Math.floor(value) === value)) block[start + i] = value;
    else {
      block[start + i] = Number.NaN;
      if (!optional || !Number.isNaN(value)) bad(i);
    }
  }
}

function writeParsed(
  values: readonly (string | null)[],
  rows: number,
  range: Range,
  optional: boolean,
  block: Float64Array,
  start: number,
  bad: (row: number) => void,
): void {
  const { lower, upper, whole } = range;
  for (let i = 0; i < rows; i++) {
    const text = values[i];
    const value = text === null ? Number.NaN : parseNumber(text);
    if (value !== null && value >= lower && value <= upper && (!whole || Math.floor(value) === value)) {
      block[start + i] = value;
    } else {
      block[start + i] = Number.NaN;
      if (!optional || !Number.isNaN(value)) bad(i);
    }
  }
}

function writeCodes(
  column: RawColumn,
  rows: number,
  codes: Codes,
  optional: boolean,
  block: Float64Array,
  start: number,
  bad: (row: number) => void,
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
    if (code < 0 && !(missing && optional)) bad(i);
  }
}

function rawValue(column: RawColumn, row: number): number | string | null {
  const value = column.values[row];
  return typeof value === "number" && Number.isNaN(value) ? null : value;
}

/** The diagnostic of one bad value. */
function explain(request: DataRequest, name: string, row: number, value: number | string | null): Diagnostic {
  const column = shorten(name);
  const { span, domain } = request;
  const number = typeof value === "string" && domain.kind !== "category" ? parseNumber(value) : value;
  if (value === null || value === "" || Number.isNaN(number)) {
    const words = domain.label.replace(/\?$/, "");
    return diagnose("FF503", span, { row, column }, `Declare it as \`${words}?\` if values may be missing.`);
  }
  if (domain.kind === "category") return diagnose("FF504", span, { row, column, value: quoted(value) });
  if (number === null) {
    const comma = /^\s*[+-]?\d+,\d+\s*$/.test(String(value));
    const hint = comma
      ? "Numbers are written with a decimal point, not a comma."
      : `Correct the data, or declare \`${request.name}\` as category.`;
    return diagnose("FF502", span, { row, column, value: quoted(value) }, hint);
  }
  return diagnose("FF505", span, { row, column, value: quoted(value), expected: describe(domain) });
}

/** The first bad values in row order, and how many more there are. */
function report(raw: RawBatch, faults: readonly Faults[]): readonly Diagnostic[] {
  const all = faults.flatMap((fault) => fault.rows.map((row) => ({ fault, row })));
  all.sort((a, b) => a.row - b.row);
  const diagnostics: Diagnostic[] = [];
  for (const { fault, row } of all.slice(0, shown)) {
    const column = raw.columns.get(fault.column);
    if (column === undefined) continue;
    diagnostics.push(explain(fault.item.request, fault.column, raw.firstRow + row, rawValue(column, row)));
  }
  const total = faults.reduce((sum, fault) => sum + fault.count, 0);
  if (total > diagnostics.length) {
    const last = raw.firstRow + raw.rows - 1;
    diagnostics.push(diagnose("FF512", null, { count: total - diagnostics.length, first: raw.firstRow, last }));
  }
  return diagnostics;
}

/** Moves the good rows of every block together; returns how many there are. */
function compact(targets: readonly Target[], bad: Uint8Array, rows: number): number {
  let kept = 0;
  for (let i = 0; i < rows; i++) if (bad[i] === 0) kept++;
  for (const { item, block } of targets) {
    let to = 0;
    for (let k = 0; k < item.columns.length; k++) {
      for (let i = 0; i < rows; i++) if (bad[i] === 0) block[to++] = block[k * rows + i];
    }
  }
  return kept;
}

/** An encoder of the selected items. `levels` holds the frozen levels of every category among them. */
export function encoder(selection: Selection, levels: Levels, options: EncodeOptions = {}): Encoder {
  const targets: Target[] = selection.items.map((item) => {
    const { domain, name } = item.request;
    const own = levels.get(name);
    if (domain.kind === "category" && own === undefined) internalError(`No levels are known for ${name}.`);
    const codes = domain.kind === "category" ? codesOf(own ?? []) : null;
    return { item, range: rangeOf(domain), codes, block: new Float64Array(0), view: new Float64Array(0) };
  });
  const columns = new Map<string, Float64Array>();
  let marks = new Uint8Array(0);

  return (raw) => {
    const { rows } = raw;
    const faults: Faults[] = [];
    if (marks.length < rows) marks = new Uint8Array(rows);
    marks.fill(0, 0, rows);

    for (const target of targets) {
      const { item, range, codes } = target;
      const { request } = item;
      const size = item.columns.length * rows;
      if (target.block.length < size) target.block = new Float64Array(size);
      for (let k = 0; k < item.columns.length; k++) {
        const name = item.columns[k];
        const column = raw.columns.get(name);
        if (column === undefined) return failure(diagnose("FF501", request.span, { column: shorten(name) }));
        let fault: Faults | null = null;
        const bad = (row: number): void => {
          marks[row] = 1;
          if (fault === null) {
            fault = { item, column: name, rows: [], count: 0 };
            faults.push(fault);
          }
          fault.count++;
          if (fault.rows.length < shown) fault.rows.push(row);
        };
        const start = k * rows;
        if (codes !== null) writeCodes(column, rows, codes, request.optional, target.block, start, bad);
        else if (column.kind === "number") {
          writeNumbers(column.values, rows, range, request.optional, target.block, start, bad);
        } else writeParsed(column.values, rows, range, request.optional, target.block, start, bad);
      }
    }

    const diagnostics = faults.length === 0 ? [] : report(raw, faults);
    if (faults.length > 0 && options.badRows !== "skip") return failure(...diagnostics);
    const kept = faults.length === 0 ? rows : compact(targets, marks, rows);
    for (const target of targets) {
      const size = target.item.columns.length * kept;
      if (target.view.length !== size || target.view.buffer !== target.block.buffer) {
        target.view = target.block.subarray(0, size);
      }
      columns.set(target.item.request.name, target.view);
    }
    return { kind: "batch", batch: { rows: kept, firstRow: raw.firstRow, columns }, skipped: rows - kept, diagnostics };
  };
}
