// Parameters: declared values made from unconstrained coordinates, and their starting values.

import type { Span } from "../diagnostics/index.ts";
import { type Dim, freeShape, type NodeId, type Parameter, sameDim, showDim, transformed } from "../ir/index.ts";
import type { Expr, ParamItem } from "../syntax/index.ts";
import { attributed, type Context, report, type Scope } from "./context.ts";
import type { Declarations, DeclaredParameter } from "./declare.ts";
import { numeric } from "./numbers.ts";
import { supports } from "./support.ts";
import { categoryAxes, type Type, transformOf } from "./types.ts";
import { type NumberValue, number } from "./value.ts";

/** T(φ) for a declared parameter, with its range; null where its type can't be estimated. */
export function parameterValue(
  c: Context,
  item: ParamItem,
  type: Type,
  categories: ReadonlySet<string>,
  scope: Scope,
): DeclaredParameter | null {
  const { name } = item;
  const transform = transformOf(type);
  if (transform === null) return report(c, "FF411", item.type.span, { name: name.text, type: type.label });
  if (type.optional)
    return report(c, "FF301", item.type.span, {
      expected: "a type without `?`",
      found: "optional; a parameter is always unknown",
    });
  const phi = c.g.param(name.text, freeShape(transform, type.shape));
  const { value, logJacobian } = transformed(c.g, transform, phi, type.shape);
  return {
    item,
    type,
    transform,
    value: number(value, type.shape, type.support, { structure: type.structure, axes: categoryAxes(type, categories) }),
    logJacobian,
    scope,
  };
}

/** The parameters as the rooms behind see them, with their starting values checked. */
export function densityParameters(c: Context, declared: Declarations): readonly Parameter[] {
  return [...declared.parameters.values()].map(({ item, type, transform, value, logJacobian, scope }) => ({
    name: item.name.text,
    doc: item.doc,
    span: item.span,
    transform,
    shape: type.shape,
    axes: value.axes ?? [],
    freeShape: freeShape(transform, type.shape),
    value: value.node,
    logJacobian,
    init: item.init === null ? null : initial(c, item.init, item.name.text, type, scope, item.span),
  }));
}

function initial(c: Context, expr: Expr, name: string, type: Type, scope: Scope, place: Span): NodeId | null {
  return attributed(c, place, () => initialNode(c, expr, name, type, scope));
}

function initialNode(c: Context, expr: Expr, name: string, type: Type, scope: Scope): NodeId | null {
  const value = numeric(c, expr, scope);
  if (value === null) return null;
  const leaf = leafOf(c, value.node);
  if (leaf !== null)
    return report(c, "FF308", expr.span, { what: `The starting value of \`${name}\`` }, `It depends on ${leaf}.`);
  const { shape } = type;
  const tail = shape.slice(shape.length - value.shape.length);
  if (value.shape.length > shape.length || !value.shape.every((dim, k) => sameDim(dim, tail[k] as Dim)))
    return report(c, "FF302", expr.span, {
      operator: "init",
      left: `[${shape.map(showDim).join(", ")}]`,
      right: `[${value.shape.map(showDim).join(", ")}]`,
    });
  if (!insideType(c, value, type))
    return report(c, "FF412", expr.span, { name, type: type.label }, "Choose a value strictly inside.");
  return c.g.expandTo(value.node, shape);
}

/** Whether a starting value lies strictly inside the type, as far as its elements are known. */
function insideType(c: Context, value: NumberValue, type: Type): boolean {
  const { lower, upper } = type.support;
  const inside = value.support.lower > lower && value.support.upper < upper;
  const free =
    type.support === supports.real || (lower === Number.NEGATIVE_INFINITY && upper === Number.POSITIVE_INFINITY);
  if (!inside && !(free && Number.isFinite(value.support.lower) && Number.isFinite(value.support.upper))) return false;
  if (type.structure === null) return true;
  const elements = constantElements(c, value);
  if (elements === null) return value.structure === type.structure;
  if (type.structure === "simplex") return Math.abs(elements.reduce((a, b) => a + b, 0) - 1) < 1e-8;
  return elements.every((x, k) => k === 0 || x > (elements[k - 1] as number));
}

/** The elements of a vector of constants; null where one is not known. */
export function constantElements(c: Context, value: NumberValue): readonly number[] | null {
  const [size] = value.shape;
  if (value.shape.length !== 1 || typeof size !== "number" || value.lanes.length > 0) return null;
  const found = Array.from({ length: size }, (_, k) => c.g.constantValue(c.g.pick(value.node, k)));
  return found.includes(null) ? null : (found as number[]);
}

/** What a starting value may not depend on, in words; null where it depends on nothing. */
export function leafOf(c: Context, node: NodeId): string | null {
  const { op, args, attributes } = c.g.node(node);
  if (op === "param") return `the parameter \`${attributes.name}\``;
  if (op === "column" || op === "once" || op === "learnt") return `the data \`${attributes.name}\``;
  for (const arg of args) {
    const found = leafOf(c, arg);
    if (found !== null) return found;
  }
  return null;
}
