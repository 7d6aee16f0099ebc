// Stan's data form: one JSON object of arrays and numbers. Arrays as long as there are rows are columns
// (an N×D array gives every row a vector: columns `X[1]` … `X[D]`); every number and numeric array is also a constant,
// for `once` data. The whole object is held in memory.

import { diagnose, type Span, shorten } from "../diagnostics/index.ts";
import type { RawColumn } from "../ir/index.ts";
import { type Constant, columnsOf, isArray, memorySource } from "./memory.ts";
import { failure, type Opened, unreadable } from "./outcome.ts";
import { parseNumber } from "./values.ts";

/**
 * How many rows there are: `N` if some array has that length (Stan's convention), otherwise the length of the
 * longest array, because groups are fewer than observations.
 */
function rowsOf(
  arrays: readonly (readonly [string, ArrayLike<unknown>])[],
  members: ReadonlyMap<string, unknown>,
): number {
  const lengths = arrays.map(([, values]) => values.length);
  const declared = members.get("N");
  if (typeof declared === "number" && lengths.includes(declared)) return declared;
  return lengths.reduce((longest, length) => Math.max(longest, length), 0);
}

/** Numbers of any nesting as one row-major block; null if anything in it is not a number. */
function constant(value: unknown): Constant | null {
  const shape: number[] = [];
  for (let inner = value; isArray(inner); inner = inner[0]) shape.push(inner.length);
  const values: number[] = [];
  const fits = (inner: unknown, depth: number): boolean => {
    if (depth < shape.length) {
      if (!isArray(inner) || inner.length !== shape[depth]) return false;
      for (let k = 0; k < inner.length; k++) if (!fits(inner[k], depth + 1)) return false;
      return true;
    }
    const number = typeof inner === "string" ? parseNumber(inner) : inner === null ? Number.NaN : Number(inner);
    if (isArray(inner) || (typeof inner === "object" && inner !== null) || number === null) return false;
    values.push(number);
    return true;
  };
  return fits(value, 0) ? { shape, values: Float64Array.from(values) } : null;
}

function offsetOf(message: string): number | null {
  const found = /position (\d+)/.exec(message)?.[1];
  return found === undefined ? null : Number(found);
}

/** The source that the text of a JSON object of arrays and numbers describes. */
export function jsonSource(label: string, text: string, span: Span | null = null): Opened {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (error) {
    const offset = offsetOf(error instanceof Error ? error.message : "");
    const line = offset === null ? null : text.slice(0, offset).split("\n").length;
    const place = line === null ? "at its end" : `line ${line}`;
    const hint = "Check the commas and brackets there; NaN is written null.";
    return failure(diagnose("FF511", span, { file: shorten(label), place, reason: "this is not valid JSON" }, hint));
  }
  return objectSource(label, parsed, span);
}

/** The source that an object of arrays and numbers is; its arrays are not copied where they need not be. */
export function objectSource(label: string, parsed: unknown, span: Span | null = null): Opened {
  if (typeof parsed !== "object" || parsed === null || isArray(parsed)) {
    return unreadable(
      label,
      "it is not a JSON object",
      "Give an object of arrays and numbers, or an array of objects.",
      span,
    );
  }
  const members = new Map<string, unknown>(Object.entries(parsed));
  const arrays = [...members].flatMap(([name, value]) => (isArray(value) ? [[name, value] as const] : []));
  const rows = rowsOf(arrays, members);
  const columns = new Map<string, RawColumn>();
  const constants = new Map<string, Constant>();
  for (const [name, value] of members) {
    const block = constant(value);
    if (block !== null) constants.set(name, block);
    if (!isArray(value) || value.length !== rows) continue;
    const made = columnsOf(name, value);
    if (made.kind === "problem")
      return unreadable(label, made.reason, "Every row needs the same number of values.", span);
    for (const [key, column] of made.columns) columns.set(key, column);
  }
  return { kind: "source", source: memorySource(label, { rows, columns }, constants) };
}
