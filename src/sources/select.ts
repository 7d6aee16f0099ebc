// Which columns of a source each `data` item reads. Names only: what stands in the columns is seen when they are read.

import { type Diagnostic, diagnose, nearest, shorten } from "../diagnostics/index.ts";
import type { DataRequest, RowSource } from "../ir/index.ts";
import type { Constant } from "./memory.ts";
import { type Failure, failure } from "./outcome.ts";

/** What `select` must know of a source. */
export type Available = Pick<RowSource, "columns" | "constants" | "rowCount">;

/** A per-row item and its columns: one, or one for each element of a vector. */
export interface SelectedItem {
  readonly request: DataRequest;
  readonly columns: readonly string[];
}

/** Where a `once` value, or a part of it, stands: in the source's constants, or in a column that never changes. */
export type OncePart =
  | { readonly kind: "constant"; readonly name: string; readonly constant: Constant }
  | { readonly kind: "column"; readonly column: string };

/** A `once` item and its parts; several are joined to a vector. */
export interface SelectedOnce {
  readonly request: DataRequest;
  readonly parts: readonly OncePart[];
}

/** Every item with its columns; `columns` are those to read for each row, without repetition, in file order. */
export interface Selection {
  readonly kind: "selection";
  readonly items: readonly SelectedItem[];
  readonly once: readonly SelectedOnce[];
  readonly columns: readonly string[];
}

const listed = 12;

/** `x` of `x[2]`; null of a name that is no element of a vector. */
function vectorOf(name: string): string | null {
  return /^(.+)\[[\d,]+\]$/s.exec(name)?.[1] ?? null;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, listed).map((name) => `\`${shorten(name, 40)}\``);
  const rest = names.length - shown.length;
  return shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

function missingColumn(request: DataRequest, column: string, names: readonly string[]): Diagnostic {
  const close = nearest(column, names);
  const guess = close === null ? "" : `Did you mean \`${close}\`? `;
  const all = names.length === 0 ? "There are no columns at all." : `The columns are ${list(names)}.`;
  return diagnose("FF501", request.span, { column: shorten(column) }, guess + all);
}

function matcher(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  const expression = new RegExp(`^${source}$`, "su");
  return (name) => expression.test(name);
}

function noMatch(
  request: DataRequest,
  pattern: string,
  names: readonly string[],
  matched: readonly string[],
): Diagnostic {
  const taken = `${list(matched)} would fit, but a pattern takes neither categories nor responses.`;
  const hint =
    matched.length > 0
      ? taken
      : names.length === 0
        ? "There are no columns at all."
        : `The columns are ${list(names)}.`;
  return diagnose("FF509", request.span, { pattern: shorten(pattern) }, hint);
}

function tooMany(request: DataRequest, columns: readonly string[]): Diagnostic {
  const { source, name, span } = request;
  const column =
    source.kind === "column" ? source.column : source.kind === "glob" ? source.pattern : source.columns.join(", ");
  return diagnose("FF514", span, { column: shorten(column), width: columns.length, name: shorten(name) });
}

function countOf(constant: Constant): string {
  return constant.shape.length === 0 ? "a single value" : `${constant.shape[0]} values`;
}

/**
 * Resolves every request. `excluded` are columns that other items use as category or response: a glob never takes
 * them. Columns `x[1]`, `x[2]`, … are together the vector `x`.
 */
export function select(
  requests: readonly DataRequest[],
  available: Available,
  excluded: ReadonlySet<string>,
): Selection | Failure {
  const { columns, constants } = available;
  const known = new Set(columns);
  const vectors = new Map<string, string[]>();
  for (const name of columns) {
    const vector = vectorOf(name);
    if (vector === null) continue;
    const elements = vectors.get(vector);
    if (elements === undefined) vectors.set(vector, [name]);
    else elements.push(name);
  }
  const visible = [...new Set(columns.map((name) => vectorOf(name) ?? name))];
  const free = (name: string): boolean => !excluded.has(name) && !excluded.has(vectorOf(name) ?? name);
  const diagnostics: Diagnostic[] = [];
  const items: SelectedItem[] = [];
  const once: SelectedOnce[] = [];

  const perRow = (request: DataRequest): readonly string[] | Diagnostic => {
    const { source } = request;
    switch (source.kind) {
      case "column": {
        const { column } = source;
        if (known.has(column)) return [column];
        const elements = vectors.get(column);
        if (elements !== undefined) return elements;
        const constant = constants.get(column);
        if (constant === undefined) return missingColumn(request, column, visible);
        const rows = available.rowCount ?? "other";
        return diagnose("FF513", request.span, { column, found: countOf(constant), rows, name: request.name });
      }
      case "columns": {
        const absent = source.columns.find((column) => !known.has(column));
        return absent === undefined ? source.columns : missingColumn(request, absent, columns);
      }
      case "glob": {
        const matched = columns.filter(matcher(source.pattern));
        const taken = matched.filter(free);
        return taken.length > 0 ? taken : noMatch(request, source.pattern, columns, matched);
      }
    }
  };

  const part = (name: string): OncePart | null => {
    const constant = constants.get(name);
    if (constant !== undefined) return { kind: "constant", name, constant };
    return known.has(name) ? { kind: "column", column: name } : null;
  };
  const names = [...new Set([...constants.keys(), ...visible])];
  const forAll = (request: DataRequest): readonly OncePart[] | Diagnostic => {
    const { source } = request;
    const wanted =
      source.kind === "column"
        ? [source.column]
        : source.kind === "columns"
          ? source.columns
          : names.filter(matcher(source.pattern)).filter(free);
    if (source.kind === "glob" && wanted.length === 0) return noMatch(request, source.pattern, names, []);
    const parts: OncePart[] = [];
    for (const name of wanted) {
      const found = part(name);
      if (found === null) return missingColumn(request, name, names);
      parts.push(found);
    }
    return parts;
  };

  for (const request of requests) {
    if (request.once) {
      const parts = forAll(request);
      if ("code" in parts) diagnostics.push(parts);
      else once.push({ request, parts });
    } else {
      const found = perRow(request);
      if ("code" in found) diagnostics.push(found);
      else if (found.length > 1 && !request.vector) diagnostics.push(tooMany(request, found));
      else items.push({ request, columns: found });
    }
  }
  if (diagnostics.length > 0) return failure(...diagnostics);
  const used = new Set(items.flatMap((item) => item.columns));
  return { kind: "selection", items, once, columns: columns.filter((column) => used.has(column)) };
}
