// Elaborating what must be a number: a scalar, a constant, or any array of them.

import { showShape } from "../ir/index.ts";
import type { Expr } from "../syntax/index.ts";
import { type Context, report, type Scope } from "./context.ts";
import { exactly } from "./support.ts";
import { type NumberValue, number } from "./value.ts";

/** A number known while compiling. */
export function literal(c: Context, value: number): NumberValue {
  const extent = Number.isInteger(value) && value >= 0 ? value : null;
  return number(c.g.constant(value), [], exactly(value), { extent });
}

/** An expression that must be a number (or an array of them); a category there is reported. */
export function numeric(c: Context, expr: Expr, scope: Scope): NumberValue | null {
  const value = c.elaborate(expr, scope);
  if (value === null) return null;
  if (value.kind === "category") return report(c, "FF309", expr.span, { name: value.name });
  return value;
}

/** A scalar number; an array there is reported, under the words `what`. */
export function scalar(c: Context, expr: Expr, scope: Scope, what: string): NumberValue | null {
  const value = numeric(c, expr, scope);
  if (value === null) return null;
  if (value.shape.length > 0) return report(c, "FF311", expr.span, { what, found: showShape(value.shape) });
  return value;
}

/** The value of an expression that must be a number known while compiling. */
export function constant(c: Context, expr: Expr, scope: Scope, what: string): number | null {
  const value = scalar(c, expr, scope, what);
  if (value === null) return null;
  const known = c.g.constantValue(value.node);
  return known === null ? report(c, "FF308", expr.span, { what }) : known;
}
