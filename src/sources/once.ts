// Values that are not per row: from a source's constants, or from a column that has the same value in every row.

import { type Diagnostic, diagnose, shorten } from "../diagnostics/index.ts";
import type { DataRequest, RawColumn, RowSource } from "../ir/index.ts";
import { describe, holds, rangeOf } from "./domain.ts";
import type { Constant } from "./memory.ts";
import { type Failure, failure } from "./outcome.ts";
import type { Selection } from "./select.ts";
import { parseNumber, quoted } from "./values.ts";

/** Every `once` item with its shape and values, row-major. */
export type OnceValues = { readonly kind: "once"; readonly values: ReadonlyMap<string, Constant> } | Failure;

interface Watched {
  readonly request: DataRequest;
  first: number | string | null;
  bad: Diagnostic | null;
}

function cell(column: RawColumn, row: number): number | string | null {
  const value = column.values[row];
  return typeof value === "number" && Number.isNaN(value) ? null : value;
}

function show(value: number | string | null): string {
  return value === null ? "a missing value" : quoted(value);
}

/** The one value of each column, which must not change. */
async function readColumns(
  source: RowSource,
  watched: ReadonlyMap<string, Watched>,
): Promise<ReadonlyMap<string, number | string | null> | Failure> {
  for await (const raw of source.read([...watched.keys()], 1024)) {
    for (const [name, watch] of watched) {
      const column = raw.columns.get(name);
      if (column === undefined || watch.bad !== null) continue;
      if (raw.firstRow === 1) watch.first = cell(column, 0);
      for (let i = 0; i < raw.rows; i++) {
        const value = cell(column, i);
        if (value === watch.first) continue;
        const args = {
          column: name,
          row: raw.firstRow + i,
          value: show(value),
          first: show(watch.first),
          name: watch.request.name,
        };
        watch.bad = diagnose("FF515", watch.request.span, args);
        break;
      }
    }
  }
  const bad = [...watched.values()].flatMap((watch) => (watch.bad === null ? [] : [watch.bad]));
  if (bad.length > 0) return failure(...bad);
  return new Map([...watched].map(([name, watch]) => [name, watch.first]));
}

function place(shape: readonly number[], offset: number): string {
  const indices: number[] = [];
  let rest = offset;
  for (let d = shape.length - 1; d >= 0; d--) {
    indices.unshift((rest % shape[d]) + 1);
    rest = Math.floor(rest / shape[d]);
  }
  return indices.length === 0 ? "" : `[${indices.join(", ")}]`;
}

function check(request: DataRequest, constant: Constant): Diagnostic | null {
  const range = rangeOf(request.domain);
  const offset = constant.values.findIndex(
    (value) => !holds(range, value) && !(request.optional && Number.isNaN(value)),
  );
  if (offset < 0) return null;
  const value = constant.values[offset];
  return diagnose("FF516", request.span, {
    name: shorten(request.name),
    place: place(constant.shape, offset),
    value: Number.isNaN(value) ? "a missing value" : quoted(value),
    expected: describe(request.domain),
  });
}

/** Reads and checks every `once` item of the selection. Throws SourceError as `read` does. */
export async function readOnce(source: RowSource, selection: Selection): Promise<OnceValues> {
  const watched = new Map<string, Watched>();
  for (const { request, parts } of selection.once) {
    for (const part of parts) {
      if (part.kind === "column") watched.set(part.column, { request, first: null, bad: null });
    }
  }
  const found = watched.size === 0 ? new Map<string, number | string | null>() : await readColumns(source, watched);
  if ("diagnostics" in found) return found;

  const diagnostics: Diagnostic[] = [];
  const values = new Map<string, Constant>();
  for (const { request, parts } of selection.once) {
    const blocks: Constant[] = [];
    for (const part of parts) {
      if (part.kind === "constant") {
        blocks.push(part.constant);
        continue;
      }
      const raw = found.get(part.column) ?? null;
      const number = typeof raw === "string" ? parseNumber(raw) : (raw ?? Number.NaN);
      if (number !== null) blocks.push({ shape: [], values: Float64Array.of(number) });
      else diagnostics.push(diagnose("FF502", request.span, { row: 1, column: part.column, value: show(raw) }));
    }
    if (blocks.length < parts.length) continue;
    const joined =
      blocks.length === 1 && request.source.kind === "column" ? blocks[0] : join(blocks.map((block) => block.values));
    const bad = check(request, joined);
    if (bad === null) values.set(request.name, joined);
    else diagnostics.push(bad);
  }
  return diagnostics.length > 0 ? failure(...diagnostics) : { kind: "once", values };
}

function join(blocks: readonly Float64Array[]): Constant {
  const length = blocks.reduce((sum, block) => sum + block.length, 0);
  const values = new Float64Array(length);
  let offset = 0;
  for (const block of blocks) {
    values.set(block, offset);
    offset += block.length;
  }
  return { shape: [length], values };
}
