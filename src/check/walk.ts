// Every part of an expression, for questions that need no meaning: which names stand in it.

import { type Span, unreachable } from "../diagnostics/index.ts";
import type { Expr } from "../syntax/index.ts";

/** The direct parts of an expression. */
function partsOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case "number":
    case "name":
      return [];
    case "unary":
    case "transpose":
      return [e.operand];
    case "binary":
      return [e.left, e.right];
    case "index":
      return [
        e.target,
        ...e.indices.flatMap((place) =>
          place.kind === "at" ? [place.value] : [place.from, place.to].filter((end) => end !== null),
        ),
      ];
    case "if":
      return [e.condition, e.then, e.else];
    case "call":
      return e.args.map((a) => a.value);
    case "apply":
      return [e.target, ...e.args.map((a) => a.value)];
    case "comprehension":
      return [e.from, e.to, e.body];
    case "array":
      return e.elements;
    default:
      return unreachable(e);
  }
}

/** An expression and everything in it, in the order of the text. */
export function walk(expr: Expr, visit: (e: Expr) => void): void {
  visit(expr);
  for (const part of partsOf(expr)) walk(part, visit);
}

/** Every name that stands in an expression, with its first place. */
export function namesIn(expr: Expr): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>();
  walk(expr, (e) => {
    if (e.kind === "name" && !found.has(e.name)) found.set(e.name, e.span);
  });
  return found;
}
