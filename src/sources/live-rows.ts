// Lines of NDJSON or CSV as raw rows: whatever a line holds, it is a row or it is broken, and the lines after it are read as
// if it had not been there.

import type { Diagnostic } from "../diagnostics/index.ts";
import type { RawBatch, RawColumn } from "../ir/index.ts";
import { elementNames } from "./memory.ts";
import { isMissing, kindOf, levelOf, parseNumber } from "./values.ts";

/** Says what is wrong with a line. */
export type Broken = (line: number, reason: string, hint: string) => Diagnostic;

/** Takes lines, and gives rows. */
export interface LineReader {
  /** Rows that wait. */
  readonly rows: number;
  /** Broken lines of which nobody was told yet. */
  readonly brokenLines: number;
  /** `ended`: no lines come after these. */
  take(lines: readonly string[], ended: boolean): void;
  /** The columns, by the first rows that wait: what is new in later rows is passed over. */
  settle(first: number): readonly string[];
  /** The first so many of the rows that wait. */
  batch(rows: number, columns: readonly string[]): RawBatch;
}

/** What is common to both: rows that wait, their numbers, and what was broken. */
class Waiting<Row> {
  rows: Row[] = [];
  #numbers: number[] = [];
  broken: Diagnostic[] = [];
  /** Lines that were rows, or broken. */
  #count = 0;
  #gap = false;

  push(row: Row): void {
    this.rows.push(row);
    this.#numbers.push(++this.#count);
  }
  fail(diagnostic: Diagnostic): void {
    this.broken.push(diagnostic);
    this.#count++;
    this.#gap = true;
  }
  /** Takes the first rows out. */
  shift(count: number): { readonly rows: readonly Row[]; readonly frame: Omit<RawBatch, "columns"> } {
    const whole = count === this.rows.length;
    const rows = whole ? this.rows : this.rows.slice(0, count);
    const numbers = whole ? this.#numbers : this.#numbers.slice(0, count);
    this.rows = whole ? [] : this.rows.slice(count);
    this.#numbers = whole ? [] : this.#numbers.slice(count);
    const { broken } = this;
    this.broken = [];
    const frame = {
      rows: count,
      firstRow: numbers[0] ?? this.#count + 1,
      ...(this.#gap ? { numbers } : {}),
      ...(broken.length === 0 ? {} : { broken }),
    };
    return { rows, frame };
  }
}

/** A column of numbers, or of texts as soon as one of them is no number; numbers among texts are spelt as levels are. */
function columnOf(count: number, value: (row: number) => number | string | null): RawColumn {
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const cell = value(i);
    if (typeof cell === "string") return textColumn(count, value);
    numbers[i] = cell ?? Number.NaN;
  }
  return { kind: "number", values: numbers };
}

function textColumn(count: number, value: (row: number) => number | string | null): RawColumn {
  const values = Array.from({ length: count }, (_, i) => {
    const cell = value(i);
    return typeof cell === "number" ? (Number.isNaN(cell) ? null : levelOf(cell)) : cell;
  });
  return { kind: "text", values };
}

type Plain = Readonly<Record<string, unknown>>;

/** Lines of one JSON object each. `from` is the number of the first line. */
export function objectLines(broken: Broken, from: number): LineReader {
  const waiting = new Waiting<Plain>();
  let line = from - 1;
  /** Columns that are elements of a vector. */
  let elements: ReadonlyMap<string, { readonly key: string; readonly element: number; readonly width: number }> =
    new Map();

  const read = (text: string): void => {
    line++;
    if (text.trim() === "") return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      waiting.fail(broken(line, "this is not valid JSON", "Check the commas, quotes and brackets there."));
      return;
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) waiting.push(value as Plain);
    else waiting.fail(broken(line, "it is not an object", 'A row looks like `{"x": 1, "y": 2}`.'));
  };

  return {
    get rows() {
      return waiting.rows.length;
    },
    get brokenLines() {
      return waiting.broken.length;
    },
    take(lines) {
      for (const text of lines) read(text);
    },
    settle(first) {
      const names = new Map<string, number | null>();
      for (const row of waiting.rows.slice(0, first))
        for (const [key, value] of Object.entries(row)) {
          const known = names.get(key);
          if (Array.isArray(value)) {
            if (typeof known !== "number" || known === 0) names.set(key, value.length);
          } else if (known === undefined) names.set(key, null);
        }
      const all = [...names].flatMap(([key, width]) =>
        width === null
          ? [{ name: key, key, element: -1, width: 0 }]
          : elementNames(key, [width]).map((name, element) => ({ name, key, element, width })),
      );
      elements = new Map(all.filter(({ element }) => element >= 0).map((e) => [e.name, e]));
      return all.map(({ name }) => name);
    },
    batch(count, columns) {
      const { rows, frame } = waiting.shift(count);
      return {
        ...frame,
        columns: new Map(
          columns.map((name) => {
            const place = elements.get(name);
            return [
              name,
              columnOf(count, (i) => {
                const row = rows[i] as Plain;
                return place === undefined ? scalar(row[name]) : elementAt(row[place.key], place.element, place.width);
              }),
            ];
          }),
        ),
      };
    },
  };
}

function scalar(value: unknown): number | string | null {
  if (typeof value === "number" || typeof value === "string") return value;
  if (value === null || value === undefined) return null;
  return typeof value === "boolean" ? Number(value) : JSON.stringify(value);
}

/** An element of a vector of so many; what is no such vector is a text, which is no number. */
function elementAt(value: unknown, element: number, width: number): number | string | null {
  if (value === null || value === undefined) return null;
  return Array.isArray(value) && value.length === width ? scalar(value[element]) : JSON.stringify(value);
}

/** Fields of a record; those that were quoted are never missing. */
interface Fields {
  readonly texts: readonly string[];
  readonly quoted: readonly boolean[] | null;
}

type Cut = { readonly kind: "fields"; readonly fields: Fields } | { readonly kind: "open" } | { readonly kind: "bad" };

/** The fields of a record with quotes (RFC 4180); `open` where a quoted value has not ended. */
function quotedFields(text: string, separator: string): Cut {
  const texts: string[] = [];
  const quoted: boolean[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      let value = "";
      for (at++; ; ) {
        const end = text.indexOf('"', at);
        if (end < 0) return { kind: "open" };
        value += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        value += '"';
        at++;
      }
      texts.push(value);
      quoted.push(true);
      if (at < text.length && text[at] !== separator) return { kind: "bad" };
    } else {
      const end = text.indexOf(separator, at);
      const value = text.slice(at, end < 0 ? text.length : end);
      if (value.includes('"')) return { kind: "bad" };
      texts.push(value);
      quoted.push(false);
      at += value.length;
    }
    if (at >= text.length) return { kind: "fields", fields: { texts, quoted } };
    at++;
  }
}

/** Lines that a quoted value may go over. */
const mostLines = 100;

/** Lines of values between separators. `from` is the number of the first line. */
export function delimitedLines(names: readonly string[], separator: string, broken: Broken, from: number): LineReader {
  const waiting = new Waiting<Fields>();
  const place = new Map(names.map((name, k) => [name, k]));
  let line = from - 1;
  /** Columns of which no row that came first was a text. */
  let numeric: readonly boolean[] = names.map(() => true);
  /** Lines of a record whose quoted value has not ended. */
  let open: string[] = [];

  const put = (fields: Fields, at: number): void => {
    const found = fields.texts.length;
    if (found === names.length) {
      waiting.push(fields);
      return;
    }
    const [values, columns] = [found === 1 ? "1 value" : `${found} values`, `${names.length} columns`];
    const reason = `it has ${values}, but the first line names ${names.length === 1 ? "1 column" : columns}`;
    const hint = "Quote a value that contains the separator, and leave missing values empty.";
    waiting.fail(broken(at, reason, hint));
  };
  const quotes = 'Inside quotes, a quote is written twice: `"say ""hi"""`.';
  /** Gives the first of the open lines up, and reads the others anew. */
  const giveUp = (): void => {
    const [first, ...others] = open;
    open = [];
    if (first === undefined) return;
    line -= others.length;
    waiting.fail(broken(line, "a quoted value does not end", quotes));
    for (const text of others) read(text);
  };
  const read = (text: string): void => {
    line++;
    if (open.length === 0) {
      if (text.trim() === "") return;
      if (!text.includes('"')) {
        put({ texts: text.split(separator), quoted: null }, line);
        return;
      }
    } else if (!text.includes('"') && open.length < mostLines) {
      open.push(text);
      return;
    }
    const record = open.length === 0 ? text : [...open, text].join("\n");
    const cut = quotedFields(record, separator);
    const first = line - open.length;
    if (cut.kind === "open") {
      open.push(text);
      if (open.length > mostLines) giveUp();
      return;
    }
    if (cut.kind === "bad" && open.length > 0) {
      open.push(text);
      giveUp();
      return;
    }
    open = [];
    if (cut.kind === "bad") waiting.fail(broken(line, "a quote stands where none may", quotes));
    else put(cut.fields, first);
  };
  const missing = ({ texts, quoted }: Fields, k: number): boolean =>
    quoted?.[k] !== true && isMissing(texts[k] as string) && (texts[k] as string).trim() === texts[k];

  return {
    get rows() {
      return waiting.rows.length;
    },
    get brokenLines() {
      return waiting.broken.length;
    },
    take(lines, ended) {
      for (const text of lines) read(text);
      while (ended && open.length > 0) giveUp();
    },
    settle(first) {
      const rows = waiting.rows.slice(0, first);
      numeric = names.map((_, k) => {
        let any = false;
        for (const row of rows) {
          if (missing(row, k)) continue;
          any = true;
          if (kindOf(row.texts[k] as string) === "text") return false;
        }
        return any;
      });
      return names;
    },
    batch(count, columns) {
      const { rows, frame } = waiting.shift(count);
      return {
        ...frame,
        columns: new Map(
          columns.map((name) => {
            const k = place.get(name) ?? -1;
            const text = (i: number): string | null => {
              const row = rows[i] as Fields;
              return k < 0 || missing(row, k) ? null : (row.texts[k] as string);
            };
            if (numeric[k] !== true) return [name, textColumn(count, text)];
            return [name, columnOf(count, (i) => cell(rows[i] as Fields, k))];
          }),
        ),
      };
    },
  };
}

/** A cell of a numeric column: a number where it is one that a double can hold, else its text. */
function cell(row: Fields, k: number): number | string | null {
  const own = row.texts[k] as string;
  const second = own.charCodeAt(1);
  // what JavaScript takes for a number is one here too, but for other bases
  const usual = own !== "" && (!(second > 57) || second === 69 || second === 101);
  const quick = usual ? Number(own) : Number.NaN;
  if (Number.isFinite(quick) && Math.abs(quick) <= Number.MAX_SAFE_INTEGER && own.trim() !== "") return quick;
  if (own === "" || (row.quoted?.[k] !== true && isMissing(own))) return null;
  const number = parseNumber(own);
  const lost = number !== null && Math.abs(number) > Number.MAX_SAFE_INTEGER && /^\s*[+-]?\d+\s*$/.test(own);
  return number === null || lost ? own : number;
}
