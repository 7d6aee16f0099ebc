// Relations whose columns have SQL types already: Parquet files and the results of queries.

import { diagnose, type Span, shorten } from "../diagnostics/index.ts";
import type { Engine } from "./duckdb.ts";
import { explainFile, firstSentence } from "./explain.ts";
import type { DataFile } from "./files.ts";
import { elementNames } from "./memory.ts";
import { type Failure, failure } from "./outcome.ts";
import { type Cell, identifier, literalPath, type Relation } from "./relation.ts";
import { elementCell } from "./vectors.ts";

const small = /^(?:U?(?:TINYINT|SMALLINT|INTEGER)|FLOAT|DOUBLE|BOOLEAN|DECIMAL\(\d+,\s*\d+\))$/;
const large = /^U?(?:BIGINT|HUGEINT)$/;
const time = /^(?:DATE|TIMESTAMP.*)$/;
const list = /^([^[]+)\[(\d*)\]$/;

/** Numbers as doubles, large integers also as text where a double loses digits, dates and times in ISO 8601, the rest as DuckDB writes it. */
function scalarCell(name: string, type: string): Cell {
  const column = identifier(name);
  if (small.test(type)) return { number: column, text: null, exactBelow: false };
  if (large.test(type)) {
    const beyond = `${column} NOT BETWEEN -9007199254740991 AND 9007199254740991`;
    return { number: column, text: `CASE WHEN ${beyond} THEN CAST(${column} AS VARCHAR) END`, exactBelow: false };
  }
  const text = `CAST(${column} AS VARCHAR)`;
  return { number: null, text: time.test(type) ? `replace(${text}, ' ', 'T')` : text, exactBelow: false };
}

function elementType(type: string): { readonly width: number | null } | null {
  const found = list.exec(type);
  if (found === null || !(small.test(found[1]) || large.test(found[1]))) return null;
  return { width: found[2] === "" ? null : Number(found[2]) };
}

/** The cells of every column of `from`; throws what DuckDB says where it can't be described. */
async function describe(engine: Engine, from: string): Promise<ReadonlyMap<string, Cell>> {
  const described = await engine.rows(`DESCRIBE SELECT * FROM ${from}`);
  const cells = new Map<string, Cell>();
  for (const [first, second] of described) {
    const name = String(first);
    const type = String(second);
    const vector = elementType(type);
    if (vector === null) {
      cells.set(name, scalarCell(name, type));
      continue;
    }
    const column = identifier(name);
    const sized = `SELECT CAST(len(${column}) AS DOUBLE) FROM ${from} WHERE len(${column}) > 0 LIMIT 1`;
    const width = vector.width ?? (await engine.rows(sized))[0]?.[0];
    if (typeof width !== "number") continue;
    for (const [k, element] of elementNames(name, [width]).entries()) {
      const inner: Cell = { number: `${column}[${k + 1}]`, text: null, exactBelow: false };
      cells.set(element, elementCell(inner, `len(${column})`, column, width));
    }
  }
  return cells;
}

function relation(cells: ReadonlyMap<string, Cell>, from: string, rowCount: number | null): Relation {
  const nothing: Cell = { number: null, text: "NULL", exactBelow: false };
  return {
    columns: [...cells.keys()],
    rowCount,
    readings: [{ from: () => from, cell: (column) => cells.get(column) ?? nothing }],
  };
}

function duplicate(label: string, column: string, span: Span | null): Failure {
  const hint = "Give one of them another name with `AS`.";
  return failure(diagnose("FF510", span, { file: shorten(label), column: shorten(column) }, hint));
}

/** Parquet files of the same columns. Their number of rows is known from their footers. */
export async function parquet(
  engine: Engine,
  files: readonly DataFile[],
  label: string,
  span: Span | null,
): Promise<Relation | Failure> {
  const paths = `[${files.map((file) => literalPath(file.path)).join(", ")}]`;
  const from = `read_parquet(${paths})`;
  try {
    const cells = await describe(engine, from);
    const [[rows]] = await engine.rows(`SELECT CAST(sum(num_rows) AS DOUBLE) FROM parquet_file_metadata(${paths})`);
    return relation(cells, from, typeof rows === "number" ? rows : null);
  } catch (error) {
    return failure(explainFile(error instanceof Error ? error.message : String(error), label, span));
  }
}

/** The diagnostic of a query that DuckDB refuses. */
export function queryFailed(message: string, span: Span | null): Failure {
  return failure(diagnose("FF518", span, { reason: firstSentence(message) }));
}

/** The result of one SELECT. */
export async function query(
  engine: Engine,
  sql: string,
  label: string,
  span: Span | null,
): Promise<Relation | Failure> {
  const text = sql.trim().replace(/[;\s]+$/, "");
  try {
    const names = await engine.selected(text);
    if (names === null) return queryFailed("it is not one SELECT", span);
    const repeated = names.find((name, i) => names.indexOf(name) !== i);
    if (repeated !== undefined) return duplicate(label, repeated, span);
    const from = `(\n${text}\n)`;
    return relation(await describe(engine, from), from, null);
  } catch (error) {
    return queryFailed(error instanceof Error ? error.message : String(error), span);
  }
}
