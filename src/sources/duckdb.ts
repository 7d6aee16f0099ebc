// The DuckDB engine: opens an embedded database, streams a relation as raw batches with bounded memory, and turns what
// DuckDB says about bad files into diagnostics. Loaded on demand; nothing else in the room touches DuckDB's API.
//
// A streaming result that fails looks exactly like one that has ended: DuckDB's C interface answers both with an empty
// chunk, and the Node binding can't be asked which it was. So every stream carries a last row that says "this
// is the end"; where it is absent, the rest of the rows is read in the relation's next, more tolerant way, and
// after the last way an aggregate over the same cells is run for its error message.

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

/** A running query: its chunks until it ends or fails. */
interface Chunks {
  next(): Promise<DuckDBDataChunk | null>;
  close(): void;
}

let opened = 0;

/** Starts an embedded database that can read local files but loads no extension and writes nothing but spill files. */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const { DuckDBInstance, StatementType } = await import("@duckdb/node-api");
  opened++;
  const instance: DuckDBInstance = await DuckDBInstance.create(":memory:", {
    threads: String(options.threads ?? 2),
    memory_limit: options.memory ?? "2GB",
    temp_directory: join(tmpdir(), `fisherflow-${process.pid}-${opened}`),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    preserve_insertion_order: "true",
  });
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
      const result = await own.stream(sql);
      return {
        async next() {
          const chunk = await result.fetchChunk();
          return chunk === null || chunk.rowCount === 0 ? null : chunk;
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
  readonly missing: Uint8Array;
  readonly texts: (string | null)[];
  anyMissing: boolean;
  anyText: boolean;
}

function expressions(cell: Cell): readonly string[] {
  const number = cell.number === null ? [] : [`coalesce(CAST(${cell.number} AS DOUBLE), CAST('nan' AS DOUBLE))`];
  return cell.text === null ? number : [...number, cell.text];
}

function cellsOf(reading: Reading, columns: readonly string[]): readonly string[] {
  return columns.flatMap((column) => expressions(reading.cell(column)));
}

/** The query of one reading from row `offset` on, closed by the row that marks the end: DuckDB keeps the order of a UNION ALL. */
function streamSql(reading: Reading, columns: readonly string[], offset: number): string {
  const cells = [...cellsOf(reading, columns), "false"];
  const from = offset === 0 ? reading.from(columns) : `(SELECT * FROM ${reading.from(columns)} OFFSET ${offset})`;
  return `SELECT ${cells.join(", ")} FROM ${from} UNION ALL SELECT ${cells.map((_, i) => (i === cells.length - 1 ? "true" : "NULL")).join(", ")}`;
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
      missing: new Uint8Array(number === null ? 0 : batchRows),
      texts: new Array<string | null>(number === null ? batchRows : 0).fill(null),
      anyMissing: false,
      anyText: false,
    };
  });
}

/**
 * The doubles of a vector. The binding keeps them in a typed array that it does not declare; where that changes, the
 * documented way takes over.
 */
function doubles(chunk: DuckDBDataChunk, index: number): Float64Array {
  const vector = chunk.getColumnVector(index);
  const items: unknown = Reflect.get(vector, "items");
  if (items instanceof Float64Array) return items;
  return Float64Array.from({ length: vector.itemCount }, (_, i) => Number(vector.getItem(i)));
}

/** Copies rows `start…end` of a chunk to row `at` of the batch; false where the reading can't be trusted with them. */
function fill(filling: Filling, chunk: DuckDBDataChunk, start: number, end: number, at: number): boolean {
  const { number, text, limit } = filling;
  if (number === null) {
    if (text === null) return true;
    const vector = chunk.getColumnVector(text);
    for (let i = start; i < end; i++) {
      const item = vector.getItem(i);
      filling.texts[at + i - start] = item === null ? null : String(item);
    }
    return true;
  }
  const values = doubles(chunk, number);
  if (at === 0) {
    filling.anyMissing = false;
    filling.anyText = false;
  }
  for (let i = start, to = at; i < end; i++, to++) {
    const value = values[i];
    filling.values[to] = value;
    if (value >= -limit && value <= limit) {
      filling.missing[to] = 0;
      if (text === null || Math.abs(value) <= Number.MAX_SAFE_INTEGER) continue;
    } else if (!Number.isNaN(value)) return false;
    const item = text === null ? null : chunk.getColumnVector(text).getItem(i);
    const missing = Number.isNaN(value) && item === null;
    filling.missing[to] = missing ? 1 : 0;
    if (missing) filling.anyMissing = true;
    if (item === null) continue;
    if (!filling.anyText) filling.texts.length = 0;
    filling.anyText = true;
    filling.texts[to] = String(item);
  }
  return true;
}

/** The batch's column. With exceptions among its numbers it is a text column in which numbers are spelt as levels are. */
function finish(filling: Filling, rows: number): RawColumn {
  if (filling.number === null) {
    return { kind: "text", values: rows === filling.texts.length ? filling.texts : filling.texts.slice(0, rows) };
  }
  if (filling.anyText) {
    const values = Array.from({ length: rows }, (_, i) => {
      const text = filling.texts[i];
      return text ?? (filling.missing[i] === 1 ? null : levelOf(filling.values[i]));
    });
    return { kind: "text", values };
  }
  const whole = rows === filling.values.length;
  const values = whole ? filling.values : filling.values.subarray(0, rows);
  if (!filling.anyMissing) return { kind: "number", values, missing: null };
  return { kind: "number", values, missing: whole ? filling.missing : filling.missing.subarray(0, rows) };
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
  const endColumn = cellsOf(reading, columns).length;
  let coming = attempt(chunks.next());
  try {
    for (;;) {
      const chunk = await coming;
      if (chunk === null) return { rows: given, complete: false };
      const end = chunk.getColumnVector(endColumn).getItem(chunk.rowCount - 1) === true;
      if (!end) coming = attempt(chunks.next());
      const rows = end ? chunk.rowCount - 1 : chunk.rowCount;
      for (let start = 0; start < rows; ) {
        const stop = Math.min(rows, start + batchRows - filled);
        for (const filling of all) {
          if (!fill(filling, chunk, start, stop, filled)) return { rows: given, complete: false };
        }
        filled += stop - start;
        start = stop;
        if (filled === batchRows) yield take();
      }
      if (!end) continue;
      if (filled > 0) yield take();
      return { rows: given, complete: true };
    }
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
        complete = outcome.complete;
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
