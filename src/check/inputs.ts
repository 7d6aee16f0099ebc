// Typed parameters of functions, `fn f(x: real[m]) = …`: an argument must be what the type says, and names in the
// place of dimensions that nothing else defines stand for the argument's own sizes.

import { type Dim, type NodeId, offset, sameDim, showDim } from "../ir/index.ts";
import { type Expr, type FunctionItem, printType } from "../syntax/index.ts";
import { type Context, notBuilt, report, type Scope } from "./context.ts";
import { extentOf } from "./indices.ts";
import { literal } from "./numbers.ts";
import { local } from "./scope.ts";
import { describe, fits, interval } from "./support.ts";
import { constantBound, resolveType, showValueType } from "./types.ts";
import { number, type Value } from "./value.ts";

/** The sizes that typed parameters introduce, as values; null where an argument does not fit, which is reported. */
export function fitInputs(
  c: Context,
  { parameters, types }: FunctionItem,
  values: readonly Value[],
  written: readonly Expr[],
  scope: Scope,
): ReadonlyMap<string, Value> | null {
  const sizes = new Map<string, Value>();
  for (const [k, type] of types.entries()) {
    const value = values[k];
    const place = written[k]?.span;
    if (type === null || value === undefined || place === undefined) continue;
    if (type.optional || ["simplex", "ordered"].includes(type.base))
      return notBuilt(c, type.span, `The type \`${printType(type)}\` of a function's parameter`);
    const wrong = (found: string): null =>
      report(c, "FF301", place, { expected: `\`${parameters[k]?.text}: ${printType(type)}\``, found });
    if (value.kind === "category") {
      if (type.base !== "category") return wrong("a category");
      continue;
    }
    if (type.base === "category") return wrong(describe(value.support));
    const found = showValueType(describe(value.support), value.shape);
    if (type.shape.length !== value.shape.length) return wrong(found);
    let axis = 0;
    const resolved = resolveType(
      c,
      type,
      (expr) => dimension(c, expr, value.shape[axis++] as Dim, sizes, scope),
      constantBound(c, scope),
    );
    if (resolved === null) return null;
    const same = resolved.shape.every((dim, at) => sameDim(dim, value.shape[at] as Dim));
    if (!same || !fits(value.support, resolved.support)) return wrong(found);
  }
  return sizes;
}

/** A dimension as written beside the one that is there, which a new name stands for. */
function dimension(c: Context, expr: Expr, actual: Dim, sizes: Map<string, Value>, scope: Scope): Dim | null {
  if (expr.kind === "name" && !sizes.has(expr.name) && scope.value(expr.name, expr.span) === undefined) {
    sizes.set(expr.name, sizeValue(c, actual));
    return actual;
  }
  return extentOf(c, expr, local(scope, sizes));
}

/** The number of positions of a dimension, as a number. */
export function sizeValue(c: Context, dim: Dim): Value {
  if (typeof dim === "number") return literal(c, dim);
  const whole = interval(1, Number.POSITIVE_INFINITY, false, true);
  const base: NodeId = c.g.size(offset(dim, -dim.plus));
  return number(dim.plus === 0 ? base : c.g.add(base, c.g.constant(dim.plus)), [], whole, { extent: dim });
}

/** What was bound, for comparison. */
export function sizesKey(sizes: ReadonlyMap<string, Value>): string {
  return [...sizes]
    .map(([name, value]) => `${name}=${value.kind === "number" && value.extent !== null ? showDim(value.extent) : "?"}`)
    .join(", ");
}
