// What a newcomer may do about a value that does not fit: declare it differently, use the form with a link, or
// bring it into the range.

import { type CallExpr, type Expr, printExpression as show } from "../syntax/index.ts";
import type { Declarations } from "./declare.ts";
import type { Overload } from "./families.ts";
import { describe, fits, type Support, supports } from "./support.ts";
import type { Type } from "./types.ts";

/** How to give an argument values that its place allows. */
export function argumentHint(
  call: CallExpr,
  overloads: readonly Overload[],
  chosen: Overload,
  args: readonly Expr[],
  place: number,
  expected: Type,
  declared: Declarations,
): string | undefined {
  const expr = args[place] as Expr;
  const declaration = redeclare(expr, typeText(expected), declared);
  if (declaration !== null) return declaration;
  const link = linked(call, overloads, chosen, args, place);
  if (link !== null) return `For a linear predictor write \`${link}\`.`;
  const text = show(expr);
  if (expected.structure === "simplex") return `\`softmax(${text})\` makes positive values that sum to 1.`;
  if (expected.structure === "ordered") return "Declare a parameter `ordered[K]`.";
  if (expected.support.integer) return undefined;
  if (expected.support.lower === 0 && expected.support.upper === 1)
    return `\`sigmoid(${text})\` lies between 0 and 1; \`clamp(${text}, 0, 1)\` cuts off.`;
  if (expected.support.lower === 0) return `\`exp(${text})\` is positive; \`clamp(${text}, 0, inf)\` cuts off.`;
  return undefined;
}

/** The call with the argument given by its link instead, where the family has such a form. */
function linked(
  call: CallExpr,
  overloads: readonly Overload[],
  chosen: Overload,
  args: readonly Expr[],
  place: number,
): string | null {
  const own = chosen.item.parameters;
  const other = overloads.find(
    ({ item: { parameters } }) =>
      parameters.length === own.length &&
      parameters.every((p, k) => (k === place ? p.type.base === "real" : p.name.text === own[k]?.name.text)),
  );
  const name = other?.item.parameters[place]?.name.text;
  if (name === undefined || name === own[place]?.name.text) return null;
  const written = args.map((arg, k) => {
    const label = k === place ? `${name}: ` : k > place ? `${own[k]?.name.text}: ` : "";
    return label + show(arg);
  });
  return `${call.callee.text}(${written.join(", ")})`;
}

/** For a declared name: how its line would read. */
export function redeclare(expr: Expr, type: string, declared: Declarations): string | null {
  if (expr.kind !== "name") return null;
  const definition = declared.definitions.get(expr.name);
  if (definition?.kind !== "param" && definition?.kind !== "data") return null;
  return `Declare it as \`${definition.kind} ${expr.name} : ${type}\`.`;
}

function typeText(type: Type): string {
  return type.structure === null ? type.label : `${type.structure}[K]`;
}

/** How the type of data would read that a family describes. */
export function supportType(type: Type): string {
  if (type.base === "category") return "category";
  const { support } = type;
  const known = (["positive", "unit", "count", "binary", "int", "real"] as const).find((name) =>
    same(supports[name], support),
  );
  return type.structure === null ? (known ?? describe(support)) : type.label;
}

function same(a: Support, b: Support): boolean {
  return fits(a, b) && fits(b, a) && a.integer === b.integer;
}
