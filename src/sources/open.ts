// From what a user writes after `--data` to a source: a file, a pattern, `-`, or `sql:SELECT …`. The format is told by
// the first bytes and, where these leave it open, by the name. Files and DuckDB are loaded only when one is opened,
// so this module also loads in a browser.

import { type Diagnostic, diagnose, type Span, shorten, unreachable } from "../diagnostics/index.ts";
import type { EngineOptions } from "./duckdb.ts";
import { explainFile } from "./explain.ts";
import type { DataFile } from "./files.ts";
import type { Following } from "./follow.ts";
import { jsonSource } from "./json.ts";
import { type Failure, failure, type Opened, unreadable } from "./outcome.ts";
import { literal, type Relation } from "./relation.ts";

/** How to open a source. */
export interface OpenOptions extends EngineOptions {
  /** What `-` reads. It is kept in a temporary file until the source is closed. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  /** Follows `-` row by row as rows come, where it is NDJSON or CSV, and keeps none of it. */
  readonly follow?: Following;
  /** Where the data are named, if they are named in a model. */
  readonly span?: Span;
}

type Format = "csv" | "tsv" | "parquet" | "array" | "lines" | "object";

interface Input {
  readonly label: string;
  readonly files: readonly DataFile[];
  readonly span: Span | null;
  /** Once the source is closed, or could not be opened. */
  readonly dispose: () => Promise<void>;
}

async function nothing(): Promise<void> {}

function ascii(head: Uint8Array, length: number): string {
  return String.fromCharCode(...head.subarray(0, length));
}

/** Text whose first lines are one object each is NDJSON; an object that spreads over lines, or holds arrays, is Stan's form. */
function objectForm(text: string, whole: boolean): "lines" | "object" {
  const end = text.indexOf("\n");
  const first = end < 0 ? text : text.slice(0, end);
  const rest = end < 0 ? "" : text.slice(end).trimStart();
  if (first.trimEnd().endsWith("}") && rest.startsWith("{")) return "lines";
  return whole && rest === "" && !first.includes("[") ? "lines" : "object";
}

const foreign: readonly (readonly [string, string, string])[] = [
  ["PK\u0003\u0004", "it is a ZIP archive or a spreadsheet", "Save the sheet as CSV, or unpack the archive."],
  ["ARROW1", "Arrow files are not read yet", "Write it as Parquet."],
  ["\u00FD7zXZ", "xz is not unpacked", "Unpack it first, or compress with gzip or zstd."],
  ["BZh", "bzip2 is not unpacked", "Unpack it first, or compress with gzip or zstd."],
];

function formatOf(file: DataFile, label: string, span: Span | null): Format | Failure {
  const { head } = file;
  const magic = ascii(head, 8);
  if (magic.startsWith("PAR1")) {
    if (file.compression === "none") return "parquet";
    return unreadable(
      label,
      "it is a Parquet file inside an archive",
      "Unpack it; Parquet is compressed by itself.",
      span,
    );
  }
  for (const [start, reason, hint] of foreign)
    if (magic.startsWith(start)) return unreadable(label, reason, hint, span);
  const name = file.path.toLowerCase().replace(/\.(?:gz|gzip|zst|zstd)$/, "");
  const extension = /\.([a-z0-9]+)$/.exec(name)?.[1] ?? "";
  if (extension === "parquet" || extension === "pq") {
    return head.length === 0
      ? unreadable(label, "it is empty", "Write the file again.", span)
      : unreadable(label, "it is damaged or not a Parquet file", "Write the file again.", span);
  }
  if (extension === "csv") return "csv";
  if (extension === "tsv" || extension === "tab") return "tsv";
  const text = new TextDecoder("utf-8").decode(head, { stream: true });
  const body = text.replace(/^\uFEFF/, "").trimStart();
  if (extension === "ndjson" || extension === "jsonl") return "lines";
  if (body === "" && extension === "json") return failure(diagnose("FF506", span, {}, "The file is empty."));
  if (body.startsWith("[") && extension !== "txt") return "array";
  if (body.startsWith("{")) return objectForm(body, file.whole);
  return extension === "json" ? "array" : "csv";
}

async function openFiles(input: Input, options: OpenOptions): Promise<Opened> {
  const { label, files, span } = input;
  const format = formatOf(files[0], label, span);
  if (typeof format !== "string") return format;
  if (format === "object") {
    if (files.length > 1) {
      return unreadable(label, "several JSON objects of arrays can't be one table", "Name one file.", span);
    }
    const { readText } = await import("./files.ts");
    const text = await readText(files[0]).catch(() => null);
    return text === null
      ? unreadable(
          label,
          "it is too large or damaged",
          "A JSON object is read as a whole; give larger data as Parquet.",
          span,
        )
      : jsonSource(label, text, span);
  }
  return openRelation(input, options, async (engine) => {
    switch (format) {
      case "csv":
      case "tsv": {
        const { delimited } = await import("./delimited.ts");
        return delimited(engine, files, label, format === "tsv", span);
      }
      case "parquet": {
        const { parquet } = await import("./typed.ts");
        return parquet(engine, files, label, span);
      }
      case "array":
      case "lines": {
        const { records } = await import("./records.ts");
        return records(engine, files, label, format, span);
      }
      default:
        return unreachable(format);
    }
  });
}

type EngineType = Awaited<ReturnType<typeof import("./duckdb.ts").startEngine>>;

async function openRelation(
  input: Input,
  options: OpenOptions,
  build: (engine: EngineType) => Promise<Relation | Failure>,
): Promise<Opened> {
  const { engineSource, startEngine } = await import("./duckdb.ts");
  const { isIntact } = await import("./files.ts");
  const { label, span, files, dispose } = input;
  const engine = await startEngine(options).catch((error: unknown) => String(error));
  if (typeof engine === "string") {
    const hint = "Check that the package @duckdb/node-api is installed for this system.";
    return unreadable(label, `DuckDB can't be started (${shorten(engine)})`, hint, span);
  }
  const relation = await build(engine);
  if ("kind" in relation) {
    engine.close();
    return relation;
  }
  const intact = async (): Promise<Diagnostic | null> => {
    for (const file of files) {
      if (await isIntact(file)) continue;
      const reason = "the compressed file is damaged or was cut short";
      return diagnose("FF507", span, { file: shorten(label), reason }, "Copy or write the file again.");
    }
    return null;
  };
  const explain = (message: string): Diagnostic => explainFile(message, label, span);
  return { kind: "source", source: engineSource({ label, engine, relation, explain, intact, dispose }) };
}

async function openStream(
  label: string,
  stream: AsyncIterable<Uint8Array | string>,
  options: OpenOptions,
  span: Span | null,
): Promise<Opened> {
  const { look, spool } = await import("./files.ts");
  const spooled = await spool(stream).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  if (typeof spooled === "string") return unreadable(label, spooled, "Check the program that writes it.", span);
  const looked = await look(spooled.path);
  const opened =
    looked.kind === "file"
      ? await openFiles({ label, files: [looked.file], span, dispose: spooled.remove }, options)
      : unreadable(label, "it could not be kept in a temporary file", "Free some space in the temporary folder.", span);
  // A JSON object is in memory by now, and a failure needs nothing; everything else removes the file when it is closed.
  if (opened.kind === "failure" || opened.source.constants.size > 0) await spooled.remove();
  return opened;
}

/** The files of a pattern, sorted by name. */
async function expand(pattern: string, options: OpenOptions): Promise<readonly string[]> {
  const { startEngine } = await import("./duckdb.ts");
  const engine = await startEngine(options);
  try {
    const rows = await engine.rows(`SELECT file FROM glob(${literal(pattern)}) ORDER BY file`);
    return rows.map(([file]) => String(file));
  } catch {
    return [];
  } finally {
    engine.close();
  }
}

/** What may be read again in another run is known by the name that it was given. */
function placed(name: string, opened: Opened): Opened {
  return opened.kind === "failure" ? opened : { kind: "source", source: { ...opened.source, place: name } };
}

async function openPath(path: string, options: OpenOptions, span: Span | null): Promise<Opened> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    return unreadable(path, "nothing is read over the network", "Download the file and name it.", span);
  }
  const { look, readPipe } = await import("./files.ts");
  const looked = await look(path);
  switch (looked.kind) {
    case "file":
      return placed(path, await openFiles({ label: path, files: [looked.file], span, dispose: nothing }, options));
    case "pipe":
      return openStream(path, readPipe(path), options, span);
    case "folder":
      return unreadable(
        path,
        "it is a folder",
        `Name a file, or a pattern such as ${path.replace(/\/+$/, "")}/*.csv.`,
        span,
      );
    case "problem":
      return unreadable(path, looked.reason, looked.hint, span);
    case "absent":
      break;
  }
  if (!/[*?[]/.test(path)) {
    return unreadable(path, "there is no such file", "Paths are relative to the folder the command is run in.", span);
  }
  const files: DataFile[] = [];
  for (const file of await expand(path, options)) {
    const found = await look(file);
    if (found.kind === "file") files.push(found.file);
    else
      return unreadable(
        file,
        found.kind === "problem" ? found.reason : `it is a ${found.kind}`,
        "Check the file.",
        span,
      );
  }
  if (files.length === 0)
    return unreadable(path, "no file fits this pattern", "`*` stands for any part of a name.", span);
  return placed(path, await openFiles({ label: path, files, span, dispose: nothing }, options));
}

/** Opens what `--data` names. */
export async function openSource(spec: string, options: OpenOptions = {}): Promise<Opened> {
  const span = options.span ?? null;
  if (spec === "-") {
    if (options.stdin === undefined) return unreadable("-", "there is no standard input", "Name a file.", span);
    if (options.follow === undefined) return openStream("<stdin>", options.stdin, options, span);
    const { follow } = await import("./follow.ts");
    const followed = await follow("<stdin>", options.stdin, options.follow, span);
    return followed.kind === "otherwise" ? openStream("<stdin>", followed.stream, options, span) : followed;
  }
  if (!/^sql:/i.test(spec)) return openPath(spec, options, span);
  const { query } = await import("./typed.ts");
  const sql = spec.slice("sql:".length);
  const label = `sql:${shorten(sql.trim(), 60)}`;
  const opened = await openRelation({ label, files: [], span, dispose: nothing }, options, (engine) =>
    query(engine, sql, label, span),
  );
  return placed(spec, opened);
}
