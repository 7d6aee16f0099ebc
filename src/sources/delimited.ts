// CSV and its relatives. The first line names the columns, and every value is read as the dialect below says:
// nothing is guessed from the data but the separator (from the first line) and which columns are numeric (from a
// sample), and a wrong guess about the latter costs time, not truth.

import { type Diagnostic, diagnose, type Span, shorten } from "../diagnostics/index.ts";
import type { Engine } from "./duckdb.ts";
import { explainFile } from "./explain.ts";
import { type DataFile, headBytes } from "./files.ts";
import { type Failure, failure, unreadable } from "./outcome.ts";
import { literal, literalPath, literals, parsedCell, type Reading, type Relation } from "./relation.ts";
import { isMissing, type Kind, kindOf, missingTexts } from "./values.ts";

/** What may stand between values. */
export const separators: readonly string[] = [",", "\t", ";", "|"];

/** At most so many cells are looked at to tell numbers from text, and at most so many rows. */
const sampleCells = 100_000;
const sampleRows = 10_000;

/** The fields of the first line, by RFC 4180's quoting; null if it does not end. */
export function firstRecord(text: string, separator: string, whole: boolean): readonly string[] | null {
  const fields: string[] = [];
  let field = "";
  let wasQuoted = false;
  let i = 0;
  const close = (): void => {
    fields.push(wasQuoted ? field : field.trim());
    field = "";
    wasQuoted = false;
  };
  while (i < text.length) {
    const character = text[i];
    if (character === '"' && field === "" && !wasQuoted) {
      wasQuoted = true;
      for (i++; i < text.length; i++) {
        if (text[i] !== '"') field += text[i];
        else if (text[i + 1] === '"') field += text[++i];
        else break;
      }
      if (i >= text.length) return null;
    } else if (character === separator) close();
    else if (character === "\n" || character === "\r") {
      close();
      return fields;
    } else field += character;
    i++;
  }
  if (!whole) return null;
  close();
  return fields;
}

/** The columns' names; those without one are called by their position. */
export function namesOf(fields: readonly string[]): readonly string[] {
  return fields.map((field, i) => (field === "" ? `column${i + 1}` : field));
}

interface Header {
  readonly kind: "header";
  readonly separator: string;
  readonly names: readonly string[];
}

function headerOf(file: DataFile, label: string, tabs: boolean, span: Span | null): Header | Failure {
  const { head } = file;
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    return unreadable(label, "it is UTF-16 text", "Save the file as UTF-8.", span);
  }
  if (head.includes(0)) {
    return unreadable(label, "it is not text", "Give a CSV, Parquet or JSON file.", span);
  }
  const text = new TextDecoder("utf-8").decode(head, { stream: true });
  if (text.trim() === "")
    return failure(diagnose("FF506", span, {}, "The file is empty; its first line names the columns."));
  const candidates = tabs ? ["\t"] : separators;
  let best: Header | null = null;
  for (const separator of candidates) {
    const fields = firstRecord(text, separator, file.whole);
    if (fields === null) continue;
    if (best === null || fields.length > best.names.length)
      best = { kind: "header", separator, names: namesOf(fields) };
  }
  if (best === null) {
    const reason = `its first line does not end within ${headBytes >> 20} MB`;
    return unreadable(label, reason, "The first line names the columns; look for a quote that is never closed.", span);
  }
  if (best.names.some((name) => name.includes("\uFFFD"))) {
    const place = { file: shorten(label), place: "line 1", reason: "it is not UTF-8 text" };
    return failure(diagnose("FF511", span, place, "Save the file as UTF-8."));
  }
  const seen = new Set<string>();
  for (const name of best.names) {
    if (seen.has(name)) return failure(diagnose("FF510", span, { file: shorten(label), column: shorten(name) }));
    seen.add(name);
  }
  return best;
}

/** The table function over columns `c0`, `c1`, … of these types. */
function readCsv(files: readonly DataFile[], separator: string, types: readonly string[]): string {
  const compressions = new Set(files.map((file) => file.compression));
  const [only] = compressions;
  const columns = types.map((type, i) => `'c${i}': '${type}'`).join(", ");
  const options = [
    "auto_detect = false",
    "header = true",
    `delim = ${literal(separator)}`,
    `quote = '"'`,
    `escape = '"'`,
    "strict_mode = true",
    `nullstr = ${literals(missingTexts)}`,
    "allow_quoted_nulls = false",
    `compression = '${compressions.size === 1 ? only : "auto"}'`,
    `columns = {${columns}}`,
  ];
  return `read_csv([${files.map((file) => literalPath(file.path)).join(", ")}], ${options.join(", ")})`;
}

// What most cells of numeric columns look like, so that they need not leave DuckDB to be told from the others.
const fraction = "[+-]?(?:0|[1-9][0-9]*)[.][0-9]+(?:[eE][+-]?[0-9]+)?";
const whole = "[+-]?(?:0|[1-9][0-9]{0,14})";

/**
 * A row for each column of a sample: its name, how many rows there are, whether it has numbers with a fraction, whether it
 * has whole ones, and all other cells. An aggregate a column would take DuckDB seconds to plan where there are hundreds.
 */
function sampleSql(from: string, columns: readonly string[], limit: number): string {
  const sample = `SELECT ${columns.join(", ")} FROM ${from} LIMIT ${limit}`;
  const cells = `(${sample}) UNPIVOT INCLUDE NULLS (cell FOR name IN (${columns.join(", ")}))`;
  const usual = `CASE WHEN regexp_full_match(cell, '${fraction}') THEN 1 WHEN regexp_full_match(cell, '${whole}') THEN 2`;
  const told = `SELECT name, cell, ${usual} WHEN cell IS NOT NULL THEN 3 END AS kind FROM ${cells}`;
  const found = "bool_or(kind = 1), bool_or(kind = 2), list(DISTINCT cell) FILTER (kind = 3)";
  return `SELECT name, CAST(count(*) AS DOUBLE), ${found} FROM (${told}) GROUP BY name`;
}

/** The kind of a column by its row of the sample. A column without any value is text, which suits whatever comes later. */
function kindIn([, , fractions, wholes, others]: readonly unknown[]): Kind {
  let kind: Kind | null = fractions === true ? "number" : wholes === true ? "whole" : null;
  const list: unknown = typeof others === "object" && others !== null ? Reflect.get(others, "items") : null;
  for (const cell of Array.isArray(list) ? list : []) {
    if (typeof cell !== "string" || isMissing(cell)) continue;
    const here = kindOf(cell);
    if (here === "text") return "text";
    if (kind === null || here === "number") kind = here;
  }
  return kind ?? "text";
}

function differing(first: Header, other: Header): string | null {
  const at = first.names.findIndex((name, i) => other.names[i] !== name);
  if (at >= 0)
    return `its column ${at + 1} is ${JSON.stringify(other.names[at] ?? "")}, not ${JSON.stringify(first.names[at])}`;
  return first.names.length === other.names.length
    ? null
    : `it has ${other.names.length} columns, not ${first.names.length}`;
}

/** One or more files of the same columns as a relation. `tabs`: separated by tabs whatever the first line looks like. */
export async function delimited(
  engine: Engine,
  files: readonly DataFile[],
  label: string,
  tabs: boolean,
  span: Span | null,
): Promise<Relation | Failure> {
  const header = headerOf(files[0], files.length === 1 ? label : files[0].path, tabs, span);
  if (header.kind === "failure") return header;
  for (const file of files.slice(1)) {
    const other = headerOf(file, file.path, tabs, span);
    if (other.kind === "failure") return other;
    const difference = differing(header, other);
    const hint = `All files need the columns of ${files[0].path}, in the same order.`;
    if (difference !== null) return unreadable(file.path, difference, hint, span);
  }
  const { names, separator } = header;
  const all = names.map((_, i) => `c${i}`);
  const texts = readCsv(files, separator, new Array<string>(names.length).fill("VARCHAR"));
  const limit = Math.max(1, Math.min(sampleRows, Math.floor(sampleCells / names.length)));
  let sample: ReadonlyMap<unknown, readonly unknown[]>;
  try {
    sample = new Map((await engine.rows(sampleSql(texts, all, limit))).map((found) => [found[0], found]));
  } catch (error) {
    const diagnostic: Diagnostic = explainFile(error instanceof Error ? error.message : String(error), label, span);
    return failure(diagnostic);
  }
  const rows = sample.get("c0")?.[1] ?? 0;
  const kinds = all.map((column) => kindIn(sample.get(column) ?? []));
  const typed = readCsv(
    files,
    separator,
    kinds.map((kind) => (kind === "text" ? "VARCHAR" : "DOUBLE")),
  );
  const position = new Map(names.map((name, i) => [name, i]));
  const at = (name: string): number => position.get(name) ?? 0;
  const fast: Reading = {
    from: () => typed,
    cell(name) {
      const i = at(name);
      if (kinds[i] === "text") return { number: null, text: `c${i}`, exactBelow: false };
      return { number: `c${i}`, text: null, exactBelow: kinds[i] === "whole" };
    },
  };
  const tolerant: Reading = {
    from: () => texts,
    cell(name) {
      const i = at(name);
      return kinds[i] === "text" ? { number: null, text: `c${i}`, exactBelow: false } : parsedCell(`c${i}`);
    },
  };
  return {
    columns: names,
    rowCount: typeof rows === "number" && rows < limit ? rows : null,
    readings: kinds.every((kind) => kind === "text") ? [tolerant] : [fast, tolerant],
  };
}
