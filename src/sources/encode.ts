// Raw rows → rows as a model wants them: one contiguous block a `data` item, batch innermost, categories as 0-based
// codes. Every value is checked against its declared type on the way; a bad one is named by row and column.

import { type Diagnostic, diagnose, internalError, shorten } from "../diagnostics/index.ts";
import type { Batch, DataRequest, RawBatch, RawColumn } from "../ir/index.ts";
import { type Codes, checkNumbers, codesOf, finiteFour, place, writeCodes, writeParsed } from "./cells.ts";
import { describe, type Range, rangeOf } from "./domain.ts";
import { lentBatch } from "./lent.ts";
import { type Failure, failure } from "./outcome.ts";
import type { SelectedItem, Selection } from "./select.ts";
import { parseNumber, parseTime, quoted } from "./values.ts";

/** Levels of each category, by data name, in order of first appearance. */
export type Levels = ReadonlyMap<string, readonly string[]>;

/** How rows with a bad value are met, and where good ones go. */
export interface EncodeOptions {
  /** `stop` (the default) fails the batch; `skip` leaves such rows out and counts them. */
  readonly badRows?: "stop" | "skip";
  /** Rows with a level that is not among the known ones: bad (the default), or left out and counted by themselves. */
  readonly newLevels?: "bad" | "apart";
  /** Where a batch's values are to lie; each then has arrays of its own. */
  readonly room?: (length: number, name: string) => Float64Array;
  /** Whether items may lie where their source keeps them, if that lasts and they need no coding. */
  readonly lends?: () => boolean;
}

/** Why a row is not in the batch: it was not asked for, a value is bad, or a level is new. */
export const why = { kept: 0, bad: 1, newLevel: 2, notAsked: 3 } as const;

/** The encoded rows; with `skip`, `diagnostics` tells of the rows left out. */
export type Encoded =
  | {
      readonly kind: "batch";
      readonly batch: Batch;
      /** Rows left out for a bad value, and for a new level. */
      readonly skipped: number;
      readonly newLevels: number;
      /** For each raw row one of `why`, valid until the next call; null where all were kept. */
      readonly left: Uint8Array | null;
      readonly diagnostics: readonly Diagnostic[];
    }
  | Failure;

/**
 * Encodes one batch, without the rows for which `out` is not 0. Without `room` its arrays belong to the encoder and are overwritten by the next call, so an
 * encoder serves one consumer at a time.
 */
export type Encoder = (raw: RawBatch, out?: Uint8Array | null) => Encoded;

const shown = 5;
const timeHint = "Times are seconds, or dates as in `2026-03-01` or `2026-03-01T12:30:00Z`.";

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
  /** The raw columns of the batch at hand. */
  readonly raw: RawColumn[];
  block: Float64Array;
  /** Whether the raw columns are what the batch has, and the block is not written. */
  lent: boolean;
}

function rawValue(column: RawColumn, row: number): number | string | null {
  const value = column.values[row];
  return typeof value === "number" && Number.isNaN(value) ? null : value;
}

/** The number of a raw batch's row, from 1 over the whole source. */
export function rowNumber({ firstRow, numbers }: RawBatch, row: number): number {
  return numbers?.[row] ?? firstRow + row;
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
  if (number === null && request.time === true)
    return diagnose("FF502", span, { row, column, value: quoted(value) }, timeHint);
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
    diagnostics.push(explain(fault.item.request, fault.column, rowNumber(raw, row), rawValue(column, row)));
  }
  const total = faults.reduce((sum, fault) => sum + fault.count, 0);
  if (total > diagnostics.length) {
    const [first, last] = [rowNumber(raw, 0), rowNumber(raw, raw.rows - 1)];
    diagnostics.push(diagnose("FF512", null, { count: total - diagnostics.length, first, last }));
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
  const { badRows = "stop", newLevels = "bad", room, lends } = options;
  const targets: Target[] = selection.items.map((item) => {
    const { domain, name } = item.request;
    const own = levels.get(name);
    if (domain.kind === "category" && own === undefined) internalError(`No levels are known for ${name}.`);
    const codes = domain.kind === "category" ? codesOf(own ?? []) : null;
    return { item, range: rangeOf(domain), codes, raw: [], block: new Float64Array(0), lent: false };
  });
  let marks = new Uint8Array(0);

  return (raw, out = null) => {
    const { rows } = raw;
    const faults: Faults[] = [];
    let marked = false;
    let apart = 0;
    const begin = (): void => {
      if (marked) return;
      marked = true;
      if (marks.length < rows) marks = new Uint8Array(rows);
      marks.fill(why.kept, 0, rows);
      if (out !== null) for (let i = 0; i < rows; i++) if (out[i] !== 0) marks[i] = why.notAsked;
    };
    if (out !== null) begin();
    const blame = (item: SelectedItem, column: string): ((row: number) => void) => {
      let fault: Faults | null = null;
      return (row) => {
        begin();
        if (marks[row] === why.notAsked) return;
        if (marks[row] === why.newLevel) apart--;
        marks[row] = why.bad;
        if (fault === null) {
          fault = { item, column, rows: [], count: 0 };
          faults.push(fault);
        }
        fault.count++;
        if (fault.rows.length < shown) fault.rows.push(row);
      };
    };
    const setApart = (row: number): void => {
      begin();
      if (marks[row] !== why.kept) return;
      marks[row] = why.newLevel;
      apart++;
    };
    const lending = raw.lasting === true && lends?.() === true;
    const give = (target: Target): void => {
      const { columns, request } = target.item;
      const size = columns.length * rows;
      if (room !== undefined) target.block = room(size, request.name);
      else if (target.block.length < size) target.block = new Float64Array(size);
    };
    for (const target of targets) {
      const { columns, request } = target.item;
      for (let k = 0; k < columns.length; k++) {
        const column = raw.columns.get(columns[k]);
        if (column === undefined) return failure(diagnose("FF501", request.span, { column: shorten(columns[k]) }));
        target.raw[k] = column;
      }
      target.lent = lending && target.codes === null && target.raw.every(({ kind }) => kind === "number");
      if (!target.lent) give(target);
      write(target, rows, blame, newLevels === "apart" ? setApart : null);
    }

    const diagnostics = faults.length === 0 ? [] : report(raw, faults);
    if (faults.length > 0 && badRows !== "skip") return failure(...diagnostics);
    if (lending && !marked) {
      const strips = new Map(targets.map((target) => [target.item.request.name, stripsOf(target, rows)] as const));
      const batch = lentBatch(rows, raw.firstRow, strips);
      return { kind: "batch", batch, skipped: 0, newLevels: 0, left: null, diagnostics };
    }
    for (const target of targets) {
      if (!target.lent) continue;
      give(target);
      fill(target, rows);
    }
    const kept = marked ? compact(targets, marks, rows) : rows;
    const columns = new Map<string, Float64Array>();
    for (const { item, block } of targets) {
      const size = item.columns.length * kept;
      // rows left out leave a block that is not laid out as the room may ask
      const whole = block.length === size ? block : block.subarray(0, size);
      columns.set(item.request.name, room !== undefined && kept < rows ? whole.slice() : whole);
    }
    const left = marked ? marks : null;
    let skipped = 0;
    if (faults.length > 0) for (let i = 0; i < rows; i++) if (marks[i] === why.bad) skipped++;
    const batch = { rows: kept, firstRow: raw.firstRow, columns };
    return { kind: "batch", batch, skipped, newLevels: apart, left, diagnostics };
  };
}

/** An item's elements where they lie. */
function stripsOf({ raw, block, lent }: Target, rows: number): readonly Float64Array[] {
  return raw.map(({ values }, k) => {
    if (!lent) return block.subarray(k * rows, (k + 1) * rows);
    const own = values as Float64Array;
    return own.length === rows ? own : own.subarray(0, rows);
  });
}

/** Copies numbers that were to be lent. */
function fill({ raw, block }: Target, rows: number): void {
  for (const [k, { values }] of raw.entries()) place(values as Float64Array, rows, block, k * rows);
}

/**
 * Checks an item's raw columns and copies them to its block, unless they are lent; `blame` gives who is told of a column's bad rows, `apart` is
 * told of those with a new level, where that is not bad.
 */
function write(
  { item, range, codes, raw, block, lent }: Target,
  rows: number,
  blame: (item: SelectedItem, column: string) => (row: number) => void,
  apart: ((row: number) => void) | null,
): void {
  const { optional, time = false } = item.request;
  let sound = 0;
  for (let k = 0; k < raw.length; k++) {
    const column = raw[k];
    const bad = blame(item, item.columns[k]);
    const start = k * rows;
    if (codes !== null) writeCodes(column, rows, codes, optional, block, start, bad, apart ?? bad);
    else if (column.kind === "text")
      writeParsed(column.values, rows, range, optional, block, start, bad, time ? parseTime : parseNumber);
    else {
      if (range.all && k % 4 === 0 && fourSound(raw, k, rows)) sound = k + 4;
      if (k >= sound) checkNumbers(column.values, rows, range, optional, bad);
      if (!lent) place(column.values, rows, block, start);
    }
  }
}

/** Whether the four columns from `k` on are finite numbers. */
function fourSound(raw: readonly RawColumn[], k: number, rows: number): boolean {
  if (k + 4 > raw.length) return false;
  const [a, b, c, d] = [raw[k], raw[k + 1], raw[k + 2], raw[k + 3]];
  const numbers = a.kind === "number" && b.kind === "number" && c.kind === "number" && d.kind === "number";
  return numbers && finiteFour(a.values, b.values, c.values, d.values, rows);
}
