// Rows that are followed as they come: NDJSON or CSV, line by line, in batches that wait for no more than a time or a number
// of rows. The first rows are held, so that columns, levels and features can be known by them; nothing else is kept.

import { type Diagnostic, diagnose, type Span, shorten } from "../diagnostics/index.ts";
import type { RawBatch, RowSource } from "../ir/index.ts";
import { firstRecord, namesOf, separators } from "./delimited.ts";
import { type Lines, linesOf } from "./lines.ts";
import { type Broken, delimitedLines, type LineReader, objectLines } from "./live-rows.ts";
import { memorySource } from "./memory.ts";
import { failure, type Opened } from "./outcome.ts";

/** How to follow a stream. */
export interface Following {
  /** Rows by which columns and levels are known. */
  readonly first: number;
  /** Milliseconds that a row waits for others at most; null lets it wait until there are enough. */
  readonly every: number | null;
  /** Rows that are handed on together at most; null leaves that to who reads. */
  readonly rows: number | null;
  /** Ends the stream, after the rows that came. */
  readonly signal?: AbortSignal;
  /** Milliseconds of a clock. */
  readonly now: () => number;
}

/** Broken lines that wait to be told. */
const mostBroken = 1024;

/** Lines by which the format is told. */
interface Begun {
  readonly head: readonly string[];
  readonly ended: boolean;
}

async function begin(lines: Lines): Promise<Begun> {
  const head: string[] = [];
  for (;;) {
    const arrived = await lines.next(null);
    head.push(...arrived.lines);
    if (arrived.ended || head.some((line) => line.trim() !== "")) return { head, ended: arrived.ended };
  }
}

/** What a stream looked like that is not rows line by line; it can be read again from its beginning. */
export interface Otherwise {
  readonly kind: "otherwise";
  readonly stream: AsyncIterable<Uint8Array | string>;
}

/** Bytes that no line of text begins with: archives, Parquet, and what has zeros. */
function isBinary(head: Uint8Array): boolean {
  const [a, b] = head;
  const magic = String.fromCharCode(...head.subarray(0, 6));
  return (
    (a === 0x1f && b === 0x8b) ||
    (a === 0x28 && b === 0xb5) ||
    ["PAR1", "ARROW1", "PK\u0003", "BZh"].some((start) => magic.startsWith(start)) ||
    head.includes(0)
  );
}

/** Opens a stream to be followed, where it is NDJSON or CSV. */
export async function follow(
  label: string,
  stream: AsyncIterable<Uint8Array | string>,
  following: Following,
  span: Span | null,
): Promise<Opened | Otherwise> {
  const iterator = stream[Symbol.asyncIterator]();
  const looked: (Uint8Array | string)[] = [];
  const all = (seen: readonly (Uint8Array | string)[]): AsyncIterable<Uint8Array | string> => ({
    async *[Symbol.asyncIterator]() {
      yield* seen;
      yield* { [Symbol.asyncIterator]: () => iterator };
    },
  });
  const { signal } = following;
  // as much as tells lines of rows from a file of something else: its first line that is not empty
  let text = "";
  const decoder = new TextDecoder("utf-8");
  while (!/\S[^\n]*\n/.test(text)) {
    const next = await orAborted(iterator.next(), signal);
    if (next === null || next.done === true) break;
    looked.push(next.value);
    if (typeof next.value !== "string" && looked.length === 1 && isBinary(next.value))
      return { kind: "otherwise", stream: all(looked) };
    text += typeof next.value === "string" ? next.value : decoder.decode(next.value, { stream: true });
  }
  const start = text.trimStart();
  if (start === "") return failure(diagnose("FF506", span, {}));
  const [first = ""] = start.split("\n");
  if (start.startsWith("[") || (start.startsWith("{") && !isObject(first)))
    return { kind: "otherwise", stream: all(looked) };
  const lines = linesOf(all(looked), signal ?? null);
  return rowsFrom(label, lines, start.startsWith("{"), following, span);
}

async function orAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  if (signal === undefined) return answer;
  let stop: () => void = () => {};
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  answer.catch(() => {});
  return Promise.race([answer, aborted]).finally(() => signal.removeEventListener("abort", stop));
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Columns of a CSV stream by its first line, or why there are none. */
function headerOf(
  line: string,
  label: string,
  span: Span | null,
): { separator: string; names: readonly string[] } | Diagnostic {
  let best: { separator: string; names: readonly string[] } | null = null;
  for (const separator of separators) {
    const fields = firstRecord(line, separator, true);
    if (fields !== null && (best === null || fields.length > best.names.length))
      best = { separator, names: namesOf(fields) };
  }
  const file = shorten(label);
  if (best === null) return diagnose("FF511", span, { file, place: "line 1", reason: "a quoted value does not end" });
  const { names } = best;
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return twice === undefined ? best : diagnose("FF510", span, { file, column: shorten(twice) });
}

async function rowsFrom(
  label: string,
  lines: Lines,
  json: boolean,
  following: Following,
  span: Span | null,
): Promise<Opened> {
  const begun = await begin(lines);
  const blank = begun.head.findIndex((line) => line.trim() !== "");
  const broken: Broken = (place, reason, hint) =>
    diagnose("FF511", span, { file: shorten(label), place: `line ${place}`, reason }, hint);
  let reader: LineReader;
  if (json) reader = objectLines(broken, 1);
  else {
    const header = headerOf(begun.head[blank] ?? "", label, span);
    if ("code" in header) return failure(header);
    reader = delimitedLines(header.names, header.separator, broken, blank + 2);
  }
  let { ended } = begun;
  reader.take(json ? begun.head : begun.head.slice(blank + 1), ended);
  while (!ended && reader.rows < following.first && reader.brokenLines < mostBroken) {
    const arrived = await lines.next(null);
    ended = arrived.ended;
    reader.take(arrived.lines, ended);
  }
  const columns = reader.settle(following.first);
  const held = reader.batch(Math.min(following.first, reader.rows), columns);
  const table = { rows: held.rows, columns: held.columns };
  const ahead: RowSource = memorySource(label, table, new Map());
  const { every, now } = following;
  const source: RowSource = {
    label,
    columns,
    rowCount: null,
    repeatable: false,
    constants: new Map(),
    ahead,
    async *read(asked, most) {
      const size = Math.min(most, following.rows ?? most);
      yield* heldRows(held, asked, most);
      /** When the oldest row that waits came, and when the last lines did. */
      let [since, last] = [now(), now()];
      for (;;) {
        while (reader.rows >= size || reader.brokenLines >= mostBroken) {
          yield reader.batch(Math.min(size, reader.rows), asked);
          since = last;
        }
        const waiting = reader.rows + reader.brokenLines > 0;
        if (waiting && (ended || (every !== null && now() - since >= every))) {
          yield reader.batch(reader.rows, asked);
          continue;
        }
        if (ended) return;
        const arrived = await lines.next(!waiting || every === null ? null : every - (now() - since));
        ended = arrived.ended;
        if (arrived.lines.length > 0) last = now();
        if (!waiting) since = last;
        reader.take(arrived.lines, ended);
      }
    },
    close: () => lines.close(),
  };
  return { kind: "source", source };
}

/** The first rows, in batches; what was broken among them is told with the first. */
function* heldRows(held: RawBatch, asked: readonly string[], most: number): Iterable<RawBatch> {
  const { broken, numbers } = held;
  for (let from = 0; from < held.rows || (from === 0 && broken !== undefined); from += most) {
    const to = Math.min(held.rows, from + most);
    const columns = new Map(
      asked.flatMap((name) => {
        const column = held.columns.get(name);
        if (column === undefined) return [];
        return [
          [
            name,
            column.kind === "text"
              ? { kind: "text" as const, values: column.values.slice(from, to) }
              : { kind: "number" as const, values: column.values.subarray(from, to) },
          ] as const,
        ];
      }),
    );
    yield {
      rows: to - from,
      firstRow: from + 1,
      columns,
      ...(numbers === undefined
        ? {}
        : { numbers: Array.from({ length: to - from }, (_, i) => numbers[from + i] as number) }),
      ...(from > 0 || broken === undefined ? {} : { broken }),
    };
  }
}
