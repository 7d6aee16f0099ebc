// JSON with one object a row: an array of objects, or one object a line (NDJSON). Keys and what they hold are found
// from a sample of rows; only the keys that are asked for are read.

import { diagnose, type Span } from "../diagnostics/index.ts";
import type { Engine } from "./duckdb.ts";
import { explainFile } from "./explain.ts";
import type { DataFile } from "./files.ts";
import { elementNames } from "./memory.ts";
import { type Failure, failure, unreadable } from "./outcome.ts";
import { type Cell, identifier, literal, literalPath, parsedCell, type Reading, type Relation } from "./relation.ts";
import { elementCell } from "./vectors.ts";

const sampleRows = 20_480;

const numeric = /^(?:U?BIGINT|U?HUGEINT|DOUBLE|BOOLEAN)$/;

/** A column and the key it comes from; `width` is null for a scalar. */
interface Field {
  readonly key: string;
  readonly kind: "number" | "whole" | "text";
  readonly element: number;
  readonly width: number | null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOfNumbers(structure: unknown): boolean {
  return Array.isArray(structure) && typeof structure[0] === "string" && numeric.test(structure[0]);
}

function scalarField(key: string, structure: unknown): Field {
  const kind =
    typeof structure !== "string" || !numeric.test(structure) ? "text" : /INT/.test(structure) ? "whole" : "number";
  return { key, kind, element: 0, width: null };
}

/** A key as a JSON pointer. */
function pointer(key: string): string {
  return literal(`/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
}

const absent: Cell = { number: null, text: "NULL", exactBelow: false };

/** The quick way: only the keys that are asked for, with the types of the sample. One value of another type ends it. */
function typedReading(fields: ReadonlyMap<string, Field>, from: (columns: string) => string): Reading {
  const typeOf = (field: Field): string =>
    field.kind === "text" ? "VARCHAR" : field.width === null ? "DOUBLE" : "DOUBLE[]";
  return {
    from(columns) {
      const types = new Map<string, string>();
      // The reader wants a column even where only the number of rows is asked for.
      for (const column of columns.length > 0 ? columns : fields.keys()) {
        const field = fields.get(column);
        if (field !== undefined) types.set(field.key, typeOf(field));
      }
      return from([...types].map(([key, type]) => `${literal(key)}: '${type}'`).join(", "));
    },
    cell(column) {
      const field = fields.get(column);
      if (field === undefined) return absent;
      const name = identifier(field.key);
      if (field.width !== null) {
        const inner: Cell = { number: `${name}[${field.element}]`, text: null, exactBelow: false };
        return elementCell(inner, `len(${name})`, name, field.width);
      }
      if (field.kind === "text") return { number: null, text: name, exactBelow: false };
      return { number: name, text: null, exactBelow: field.kind === "whole" };
    },
  };
}

/** The tolerant way: each row as a JSON value, from which each key is taken as text. */
function pointerReading(fields: ReadonlyMap<string, Field>, objects: string): Reading {
  return {
    from: () => objects,
    cell(column) {
      const field = fields.get(column);
      if (field === undefined) return absent;
      const path = pointer(field.key);
      const text = `json_extract_string(json, ${path})`;
      if (field.width !== null) {
        const inner = parsedCell(`json_extract_string(json_extract(json, ${path}), ${field.element - 1})`);
        return elementCell(inner, `json_array_length(json, ${path})`, text, field.width);
      }
      return field.kind === "text" ? { number: null, text, exactBelow: false } : parsedCell(text);
    },
  };
}

/** JSON files of objects as a relation. */
export async function records(
  engine: Engine,
  files: readonly DataFile[],
  label: string,
  layout: "array" | "lines",
  span: Span | null,
): Promise<Relation | Failure> {
  const compressions = new Set(files.map((file) => file.compression));
  const [only] = compressions;
  const paths = `[${files.map((file) => literalPath(file.path)).join(", ")}]`;
  // DuckDB reads a byte order mark in every format but this one.
  const marked = files.some(({ head }) => head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf);
  const format = layout === "array" ? "array" : marked ? "unstructured" : "newline_delimited";
  const shape = `format = '${format}', compression = '${compressions.size > 1 ? "auto" : only === "none" ? "uncompressed" : only}'`;
  const objects = `read_json_objects(${paths}, ${shape})`;
  const sample = `(SELECT json FROM ${objects} LIMIT ${sampleRows})`;
  try {
    const [[described, rows]] = await engine.rows(
      `SELECT CAST(json_group_structure(json) AS VARCHAR), CAST(count(*) AS DOUBLE) FROM ${sample}`,
    );
    if (rows === 0) return failure(diagnose("FF506", span, {}));
    const structure: unknown = JSON.parse(String(described));
    if (!isObject(structure)) {
      const reason = layout === "array" ? "the elements of its array are not objects" : "its lines are not all objects";
      return unreadable(label, reason, 'A row looks like `{"x": 1, "y": 2}`.', span);
    }
    const lists = Object.keys(structure).filter((key) => listOfNumbers(structure[key]));
    const lengths = lists.map((key) => {
      const length = `json_array_length(json, ${pointer(key)})`;
      return `CAST(first(${length}) FILTER (WHERE ${length} > 0) AS DOUBLE)`;
    });
    const [widths] = lists.length === 0 ? [[]] : await engine.rows(`SELECT ${lengths.join(", ")} FROM ${sample}`);
    const fields = new Map<string, Field>();
    for (const [key, value] of Object.entries(structure)) {
      const width = lists.includes(key) ? widths[lists.indexOf(key)] : null;
      if (typeof width !== "number") fields.set(key, scalarField(key, value));
      else {
        for (const [k, name] of elementNames(key, [width]).entries()) {
          fields.set(name, { key, kind: "number", element: k + 1, width });
        }
      }
    }
    const from = (columns: string): string =>
      `read_json(${paths}, ${shape}, auto_detect = false, columns = {${columns}})`;
    return {
      columns: [...fields.keys()],
      rowCount: typeof rows === "number" && rows < sampleRows ? rows : null,
      readings: [typedReading(fields, from), pointerReading(fields, objects)],
    };
  } catch (error) {
    return failure(explainFile(error instanceof Error ? error.message : String(error), label, span));
  }
}
