// The DuckDB engine: opens an embedded database, streams a relation as raw batches with bounded memory, and turns what
// DuckDB says about bad files into diagnostics. Loaded on demand; nothing else in the room touches DuckDB's API.
//
// A streaming result that fails looks exactly like one that has ended: DuckDB's C interface answers both with an empty
// chunk, and the Node binding can't be asked which it was. But a failure aborts the transaction it happens in, so every
// stream has a transaction of its own, which is asked at the end whether it still takes statements. Where it does not,
// the rest of the rows is read in the relation's next, more tolerant way, and after the last way an aggregate over the
// same cells is run for its error message.

import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import type { Diagnostic } from "../diagnostics/index.ts";
import type { RawBatch, RawColumn, RowSource } from "../ir/index.ts";
import { SourceError } from "./outcome.ts";
import type { Cell, Reading, Relation } from "./relation.ts";
import { levelOf } from "./values.ts";

/** What DuckDB may use. */
export interface EngineOptions {
  readonly threads?: number;
  /** As DuckDB writes it: `2GB`. */
  readonly memory?: string;
  /** Called once the engine starts on a thread of its own, so that something else may be done meanwhile. */
  readonly onStarting?: () => void;
}

/** One embedded database. */
export interface Engine {
  /** Runs a query whose result is small; rejects with DuckDB's message. */
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
  /** The names of a query's columns without running it; null if it is anything but one SELECT. Rejects if it is wrong. */
  selected(sql: string): Promise<readonly string[] | null>;
  stream(sql: string): Promise<Chunks>;
  close(): void;
}

/** A running query: its chunks until it ends or fails, and which of the two it was. */
interface Chunks {
  next(): Promise<DuckDBDataChunk | null>;
  ended(): Promise<boolean>;
  close(): void;
}

let opened = 0;

/** Under which a buffer of a chunk's own memory keeps the chunk, which must be there as long as views of it are. */
const owner = Symbol("owner");

/** Starts an embedded database that can read local files but loads no extension and writes nothing but spill files. */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const { DuckDBInstance, StatementType } = await import("./binding.ts");
  opened++;
  const starting: Promise<DuckDBInstance> = DuckDBInstance.create(":memory:", {
    threads: String(options.threads ?? 2),
    memory_limit: options.memory ?? "2GB",
    temp_directory: join(tmpdir(), `fisherflow-${process.pid}-${opened}`),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    preserve_insertion_order: "true",
  });
  options.onStarting?.();
  const instance = await starting;
  const connection: DuckDBConnection = await instance.connect();
  return {
    async rows(sql) {
      const reader = await connection.runAndReadAll(sql);
      return reader.getRows();
    },
    async selected(sql) {
      if (sql === "") return null;
      const statements = await connection.extractStatements(sql);
      if (statements.count !== 1) return null;
      const prepared = await statements.prepare(0);
      const names =
        prepared.statementType === StatementType.SELECT
          ? Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnName(i))
          : null;
      prepared.destroySync();
      return names;
    },
    async stream(sql) {
      const own = await instance.connect();
      await own.run("BEGIN TRANSACTION READ ONLY");
      const result = await own.stream(sql).catch((error: unknown) => {
        own.closeSync();
        throw error;
      });
      return {
        async next() {
          const chunk = await result.fetchChunk();
          return chunk === null || chunk.rowCount === 0 ? null : chunk;
        },
        async ended() {
          return (await attempt(own.run("SELECT 1"))) !== null;
        },
        close: () => own.closeSync(),
      };
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Where one column's cells stand in the result, and the batch under construction. */
interface Filling {
  readonly name: string;
  readonly number: number | null;
  readonly text: number | null;
  readonly limit: number;
  readonly values: Float64Array;
  readonly texts: (string | null)[];
  /** A chunk's own numbers, where they are the whole batch. */
  view: Float64Array | null;
  anyText: boolean;
}

function expressions(cell: Cell): readonly string[] {
  const number = cell.number === null ? [] : [`CAST(${cell.number} AS DOUBLE)`];
  return cell.text === null ? number : [...number, cell.text];
}

function cellsOf(reading: Reading, columns: readonly string[]): readonly string[] {
  return columns.flatMap((column) => expressions(reading.cell(column)));
}

/** The query of one reading from row `offset` on. */
function streamSql(reading: Reading, columns: readonly string[], offset: number): string {
  const cells = cellsOf(reading, columns);
  const from = offset === 0 ? reading.from(columns) : `(SELECT * FROM ${reading.from(columns)} OFFSET ${offset})`;
  return `SELECT ${cells.length === 0 ? "NULL" : cells.join(", ")} FROM ${from}`;
}

/** An aggregate that evaluates every cell, so that it fails as the stream did, but with a message. */
function probeSql(reading: Reading, columns: readonly string[]): string {
  const cells = cellsOf(reading, columns);
  // A hash can't be answered from a file's statistics, as a maximum can.
  return `SELECT bit_xor(hash(${["1", ...cells].join(", ")})) FROM ${reading.from(columns)}`;
}

function fillings(reading: Reading, columns: readonly string[], batchRows: number): readonly Filling[] {
  let next = 0;
  return columns.map((name) => {
    const cell = reading.cell(name);
    const number = cell.number === null ? null : next++;
    const text = cell.text === null ? null : next++;
    return {
      name,
      number,
      text,
      limit: cell.exactBelow ? Number.MAX_SAFE_INTEGER : Number.POSITIVE_INFINITY,
      values: new Float64Array(number === null ? 0 : batchRows),
      texts: new Array<string | null>(number === null ? batchRows : 0).fill(null),
      view: null,
      anyText: false,
    };
  });
}

/** Doubles of a vector. `valid` has a bit for each, 0 where there is none; null if there are all. */
interface Doubles {
  readonly values: Float64Array;
  readonly valid: Uint32Array | null;
}

/**
 * The doubles of a vector. The binding keeps them and their validity in typed arrays that it does not declare; where
 * that changes, the documented way takes over.
 */
function doubles(chunk: DuckDBDataChunk, index: number): Doubles {
  const vector = chunk.getColumnVector(index);
  const items: unknown = Reflect.get(vector, "items");
  const validity: unknown = Reflect.get(vector, "validity");
  if (items instanceof Float64Array && typeof validity === "object" && validity !== null) {
    const mask: unknown = Reflect.get(validity, "data");
    if (mask === null) return { values: items, valid: null };
    if (mask instanceof BigUint64Array && Reflect.get(validity, "offset") === 0) {
      const valid = new Uint32Array(mask.buffer, mask.byteOffset, 2 * mask.length);
      return { values: items, valid: allSet(valid, items.length) ? null : valid };
    }
  }
  return {
    values: Float64Array.from({ length: vector.itemCount }, (_, i) => Number(vector.getItem(i) ?? Number.NaN)),
    valid: null,
  };
}

function isSet(bits: Uint32Array, i: number): boolean {
  return ((bits[i >>> 5] >>> (i & 31)) & 1) === 1;
}

function allSet(bits: Uint32Array, count: number): boolean {
  const words = count >>> 5;
  for (let w = 0; w < words; w++) if (bits[w] !== 0xffffffff) return false;
  for (let i = words << 5; i < count; i++) if (!isSet(bits, i)) return false;
  return true;
}

/** Whether none of the numbers is missing or beyond a limit. */
function within(values: Float64Array, start: number, end: number, limit: number): boolean {
  for (let i = start; i < end; i++) if (!(Math.abs(values[i]) <= limit)) return false;
  return true;
}

/**
 * Copies rows `start…end` of a chunk to row `at` of the batch, or keeps a view of the chunk where they are all of the
 * `batchRows`; false where the reading can't be trusted with them.
 */
function fill(
  filling: Filling,
  chunk: DuckDBDataChunk,
  numbers: Doubles | null,
  start: number,
  end: number,
  at: number,
): boolean {
  const { text, limit } = filling;
  if (numbers === null) {
    if (text === null) return true;
    const vector = chunk.getColumnVector(text);
    for (let i = start; i < end; i++) {
      const item = vector.getItem(i);
      filling.texts[at + i - start] = item === null ? null : String(item);
    }
    return true;
  }
  if (at === 0) {
    filling.view = null;
    filling.anyText = false;
  }
  const { values, valid } = numbers;
  const most = text === null ? limit : Math.min(limit, Number.MAX_SAFE_INTEGER);
  // A limit of infinity only missing values exceed, which without text are NaN whatever they were before.
  const plain =
    valid === null && ((text === null && limit === Number.POSITIVE_INFINITY) || within(values, start, end, most));
  if (plain && at === 0 && end - start === filling.values.length) {
    Reflect.set(values.buffer, owner, chunk);
    filling.view = values.subarray(start, end);
    return true;
  }
  filling.values.set(values.subarray(start, end), at);
  return plain || examine(filling, chunk, valid, start, end, at);
}

/** Looks at numbers one by one that were copied to row `at` of the batch, since some are missing or beyond a limit. */
function examine(
  filling: Filling,
  chunk: DuckDBDataChunk,
  valid: Uint32Array | null,
  start: number,
  end: number,
  at: number,
): boolean {
  const { text, limit, values, texts } = filling;
  const told = text === null ? null : chunk.getColumnVector(text);
  for (let i = start, to = at; i < end; i++, to++) {
    if (valid !== null && !isSet(valid, i)) values[to] = Number.NaN;
    const value = values[to];
    if (Math.abs(value) > limit) return false;
    if (told === null || Math.abs(value) <= Number.MAX_SAFE_INTEGER) continue;
    const item = told.getItem(i);
    if (item === null) continue;
    if (!filling.anyText) texts.length = 0;
    filling.anyText = true;
    texts[to] = String(item);
  }
  return true;
}

/** The batch's column. With exceptions among its numbers it is a text column in which numbers are spelt as levels are. */
function finish(filling: Filling, rows: number): RawColumn {
  const { number, texts, values, view } = filling;
  if (number === null) return { kind: "text", values: rows === texts.length ? texts : texts.slice(0, rows) };
  if (filling.anyText) {
    const spelt = (value: number): string | null => (Number.isNaN(value) ? null : levelOf(value));
    return { kind: "text", values: Array.from({ length: rows }, (_, i) => texts[i] ?? spelt(values[i])) };
  }
  return { kind: "number", values: view ?? (rows === values.length ? values : values.subarray(0, rows)) };
}

/** How many rows were handed out, and whether the stream reached its end. */
interface Outcome {
  readonly rows: number;
  readonly complete: boolean;
}

/** The batches of one reading from row `offset` on. All but the last have exactly `batchRows` rows. */
async function* readBatches(
  engine: Engine,
  reading: Reading,
  columns: readonly string[],
  batchRows: number,
  offset: number,
): AsyncGenerator<RawBatch, Outcome> {
  let given = offset;
  let filled = 0;
  const all = fillings(reading, columns, batchRows);
  const take = (): RawBatch => {
    const batch = {
      rows: filled,
      firstRow: given + 1,
      columns: new Map(all.map((filling) => [filling.name, finish(filling, filled)] as const)),
    };
    given += filled;
    filled = 0;
    return batch;
  };
  const chunks = await attempt(engine.stream(streamSql(reading, columns, offset)));
  if (chunks === null) return { rows: given, complete: false };
  let coming = attempt(chunks.next());
  try {
    for (;;) {
      const chunk = await coming;
      if (chunk === null) break;
      coming = attempt(chunks.next());
      const rows = chunk.rowCount;
      const numbers = all.map(({ number }) => (number === null ? null : doubles(chunk, number)));
      for (let start = 0; start < rows; ) {
        const stop = Math.min(rows, start + batchRows - filled);
        for (let k = 0; k < all.length; k++) {
          if (!fill(all[k], chunk, numbers[k], start, stop, filled)) return { rows: given, complete: false };
        }
        filled += stop - start;
        start = stop;
        if (filled === batchRows) yield take();
      }
    }
    if (!(await chunks.ended())) return { rows: given, complete: false };
    if (filled > 0) yield take();
    return { rows: given, complete: true };
  } finally {
    // The next chunk may be on its way in another thread; the connection must outlive it.
    await coming;
    chunks.close();
  }
}

/** What DuckDB answers; null where it fails, whose reason the caller finds out by other means. */
async function attempt<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch {
    return null;
  }
}

/** What a source of DuckDB's needs beyond its relation. */
export interface EngineSource {
  readonly label: string;
  readonly engine: Engine;
  readonly relation: Relation;
  /** DuckDB's message as diagnostics. */
  readonly explain: (message: string) => Diagnostic;
  /** Checked once, during the first complete pass: what DuckDB itself does not notice (a compressed file cut short). */
  readonly intact: () => Promise<Diagnostic | null>;
  /** After the engine is closed. */
  readonly dispose: () => Promise<void>;
}

/** A relation as a source. A batch's arrays are overwritten by the next one: they are valid until the next step of the iteration. */
export function engineSource(parts: EngineSource): RowSource {
  const { label, engine, relation, explain, intact, dispose } = parts;
  let checked: Promise<Diagnostic | null> | null = null;
  let closed = false;
  return {
    label,
    columns: relation.columns,
    rowCount: relation.rowCount,
    repeatable: true,
    constants: new Map(),
    async *read(columns, batchRows) {
      checked ??= intact();
      let given = 0;
      let complete = false;
      for (const reading of relation.readings) {
        const outcome: Outcome = yield* readBatches(engine, reading, columns, batchRows, given);
        given = outcome.rows;
        complete = outcome.complete && given >= (relation.rowCount ?? 0);
        if (complete) break;
      }
      if (!complete) {
        const last = relation.readings[relation.readings.length - 1];
        const message = await engine.rows(probeSql(last, columns)).then(
          () => "reading stopped before the end",
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
        throw new SourceError([explain(message)]);
      }
      const damage = await checked;
      if (damage !== null) throw new SourceError([damage]);
    },
    async close() {
      if (closed) return;
      closed = true;
      engine.close();
      await dispose();
    },
  };
}
