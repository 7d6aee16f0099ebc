// `sum(body for k in a..b)`: short ranges of known length are written out, so that every position is a constant;
// others run as a lane, all positions at once.

import { type Dim, offset, type Shape } from "../ir/index.ts";
import type { Expr } from "../syntax/index.ts";
import { type Reducer, reduce, stackValues } from "./arrays.ts";
import { applyBuiltin, isArrayFunction } from "./builtins.ts";
import { type Context, report, type Scope } from "./context.ts";
import { align, arithmetic, elementwise } from "./elementwise.ts";
import { extentOf } from "./indices.ts";
import { suggestion } from "./names.ts";
import { literal, numeric } from "./numbers.ts";
import { local } from "./scope.ts";
import { interval, larger, smaller } from "./support.ts";
import { type Lane, type NumberValue, number, spread } from "./value.ts";

/** Longest range that is written out, and how many copies of a body nested loops may make. */
const writtenOut = 64;
const mostCopies = 4096;
const reducers: readonly Reducer[] = ["sum", "prod", "max", "min", "mean", "logsumexp"];

/** Folds the body over a range with any function of one array. */
export function comprehension(c: Context, expr: Expr & { kind: "comprehension" }, scope: Scope): NumberValue | null {
  const name = expr.reducer.text;
  if (!isArrayFunction(name))
    return report(
      c,
      "FF202",
      expr.reducer.span,
      { name: `${name}(… for …)` },
      suggestion(name, reducers) ?? "Loops go into sum, prod, max, min, mean, logsumexp, softmax or cumsum.",
    );
  const from = extentOf(c, expr.from, scope);
  const to = extentOf(c, expr.to, scope);
  if (from === null || to === null) return null;
  if (typeof from !== "number") return report(c, "FF308", expr.from.span, { what: "The start of a loop" });
  const size = offset(to, 1 - from);
  if (typeof size === "number" && size <= 0) return empty(c, expr, name);
  if (typeof size === "number" && size <= writtenOut && size * c.loops.copies <= mostCopies) {
    c.loops.copies *= size;
    const value = unrolled(c, expr, scope, name, from, size);
    c.loops.copies /= size;
    return value;
  }
  return lifted(c, expr, scope, name, from, size);
}

function empty(c: Context, expr: Expr & { kind: "comprehension" }, name: string): NumberValue | null {
  if (name === "sum") return literal(c, 0);
  if (name === "prod") return literal(c, 1);
  return report(c, "FF301", expr.span, { expected: "a range with at least one position", found: "empty" });
}

function unrolled(
  c: Context,
  expr: Expr & { kind: "comprehension" },
  scope: Scope,
  name: string,
  from: number,
  size: number,
): NumberValue | null {
  const values: NumberValue[] = [];
  for (let k = 0; k < size; k++) {
    const value = numeric(c, expr.body, local(scope, new Map([[expr.variable.text, literal(c, from + k)]])));
    if (value === null) return null;
    values.push(value);
  }
  const [first, ...rest] = values as [NumberValue, ...NumberValue[]];
  const folded = (join: (a: NumberValue, b: NumberValue) => NumberValue | null): NumberValue | null =>
    rest.reduce<NumberValue | null>((a, b) => a && join(a, b), first);
  switch (name) {
    case "sum":
      return folded((a, b) => arithmetic(c, "+", a, b, expr.span));
    case "prod":
      return folded((a, b) => arithmetic(c, "*", a, b, expr.span));
    case "max":
      return folded((a, b) => elementwise(c, "max", [a, b], larger(a.support, b.support), name, expr.span));
    case "min":
      return folded((a, b) => elementwise(c, "min", [a, b], smaller(a.support, b.support), name, expr.span));
    default: {
      const stacked = stackValues(c, values, expr.span);
      return stacked && folding(c, expr, name, stacked);
    }
  }
}

function lifted(
  c: Context,
  expr: Expr & { kind: "comprehension" },
  scope: Scope,
  name: string,
  from: number,
  size: Dim,
): NumberValue | null {
  const lane: Lane = { id: c.loops.count++, dim: size };
  const node = c.g.add(c.g.iota(size), c.g.constant(from));
  const upper = typeof size === "number" ? from + size - 1 : Number.POSITIVE_INFINITY;
  const variable = number(node, [], interval(from, upper, false, true), {
    lanes: [lane],
    affine: { lane, start: from },
  });
  const body = numeric(c, expr.body, local(scope, new Map([[expr.variable.text, variable]])));
  if (body === null) return null;
  const lanes = body.lanes.filter((own) => own.id !== lane.id);
  // The loop is the innermost lane, so its axis is the first of the array that the body makes.
  const shape: Shape = [size, ...body.shape];
  const spreadOut = align(c, [body, variable], name, expr.span);
  if (spreadOut === null) return null;
  const all = spread(c.g, body, spreadOut.lanes, body.shape);
  const array = number(all, shape, body.support, { lanes, missing: body.missing });
  return folding(c, expr, name, array);
}

function folding(
  c: Context,
  expr: Expr & { kind: "comprehension" },
  name: string,
  array: NumberValue,
): NumberValue | null {
  const reducer = reducers.find((r) => r === name);
  if (reducer !== undefined) return reduce(c, reducer, array, "first");
  return applyBuiltin(c, name, [array], [expr.body], expr.span);
}
