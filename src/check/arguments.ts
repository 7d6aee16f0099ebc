// The arguments of a family in a statement: elaborated, fitted to the shapes and ranges the family declares.

import type { Span } from "../diagnostics/index.ts";
import { type Dim, type NodeId, type Shape, sameDim, showShape } from "../ir/index.ts";
import type { CallExpr, Expr } from "../syntax/index.ts";
import { type Context, notBuilt, report } from "./context.ts";
import type { Declarations } from "./declare.ts";
import {
  type Chosen,
  choose,
  type Overload,
  type Signature,
  type Sizes,
  signature,
  sized,
  unify,
  unifyDim,
} from "./families.ts";
import { argumentHint, redeclare, supportType } from "./hints.ts";
import { suggestion } from "./names.ts";
import { constantElements } from "./parameters.ts";
import { describe, fits } from "./support.ts";
import type { Type } from "./types.ts";
import { unbuiltFamilies } from "./unbuilt.ts";
import type { NumberValue, Value } from "./value.ts";

/** Families by name, the user's before the library's. */
export interface FamilyTable {
  readonly find: (name: string) => readonly Overload[];
  readonly names: () => readonly string[];
}

/** A call of a family whose overload, arguments and types are known. */
export interface Applied {
  readonly call: CallExpr;
  readonly overloads: readonly Overload[];
  readonly overload: Overload;
  readonly signature: Signature;
  readonly written: readonly Expr[];
  readonly values: readonly NumberValue[];
}

/** Finds the family and its overload, and elaborates the arguments. */
export function applied(c: Context, call: CallExpr, families: FamilyTable, declared: Declarations): Applied | null {
  const { text: name, span } = call.callee;
  const overloads = families.find(name);
  if (overloads.length === 0) {
    for (const a of call.args) c.elaborate(a.value, declared.scope);
    if (unbuiltFamilies.has(name)) return notBuilt(c, span, `The distribution \`${name}\``);
    return report(c, "FF203", span, { name }, suggestion(name, [...families.names(), ...unbuiltFamilies]));
  }
  const chosen: Chosen | null = choose(c, call, overloads);
  const args = (chosen?.args ?? call.args.map((a) => a.value)).map((e) => ({
    e,
    value: c.elaborate(e, declared.scope),
  }));
  if (chosen === null) return null;
  const values: NumberValue[] = [];
  for (const { e, value } of args) {
    if (value?.kind === "category") report(c, "FF309", e.span, { name: value.name });
    else if (value !== null && value.missing.length > 0)
      report(c, "FF414", e.span, { name: value.missing[0] as string });
    else if (value !== null) values.push(value);
  }
  const { overload } = chosen;
  const names = overload.item.parameters.map((p) => p.name.text);
  const constantOf = (argument: string): number | null => {
    const value = values.length === names.length ? values[names.indexOf(argument)] : undefined;
    return value === undefined ? null : c.g.constantValue(value.node);
  };
  const types = signature(c, overload, constantOf);
  if (types === null || values.length < args.length) return null;
  return { call, overloads, overload, signature: types, written: chosen.args, values };
}

/** A response, or the parameter of a prior, beside what the family describes. */
export interface Described {
  /** Shape of the density: elementwise over this. */
  readonly shape: Shape;
  readonly sizes: Sizes;
  /** Arguments with their declared types' supports, and of the density's shape where they are elementwise. */
  readonly args: readonly NumberValue[];
}

/** Fits the arguments and the response to each other; reports what does not fit. */
export function fitted(
  c: Context,
  use: Applied,
  response: Value,
  span: Span,
  declared: Declarations,
): Described | null {
  const { signature: types, call, written } = use;
  const family = call.callee.text;
  const sizes: Sizes = new Map();
  const responseShape: Shape = response.kind === "category" ? [] : response.shape;
  const event = types.support.shape;
  const batch = responseShape.slice(0, Math.max(0, responseShape.length - event.length));
  const vectors = types.types.some((t) => t.shape.length > 0);
  if (batch.length > 0 && (vectors || event.length > 0))
    return notBuilt(c, span, `An array of responses of \`${family}\``);
  const args: NumberValue[] = [];
  for (const [k, type] of types.types.entries()) {
    const value = argument(c, use, k, type, batch, sizes, declared);
    if (value !== null) args.push(value);
  }
  if (args.length < types.types.length) return null;
  if (!unify(sizes, event, responseShape.slice(batch.length)))
    return report(c, "FF302", span, {
      operator: family,
      left: showShape(sized(sizes, event)),
      right: showShape(responseShape),
    });
  if (
    response.kind === "category" &&
    types.support.levels !== null &&
    !unifyDim(sizes, types.support.levels, response.dim)
  ) {
    const left = showShape(args.find((a) => a.shape.length > 0)?.shape ?? []);
    const position = types.types.findIndex((t) => t.shape.length > 0);
    return report(
      c,
      "FF302",
      (written[position] ?? call).span,
      { operator: family, left, right: showShape([response.dim]) },
      `It needs one value for each level of \`${response.name}\`.`,
    );
  }
  return { shape: batch, sizes, args };
}

function argument(
  c: Context,
  use: Applied,
  place: number,
  type: Type,
  batch: Shape,
  sizes: Sizes,
  declared: Declarations,
): NumberValue | null {
  const value = use.values[place] as NumberValue;
  const expr = use.written[place] as Expr;
  const family = use.call.callee.text;
  const shapes = {
    operator: family,
    left: showShape(type.shape.length > 0 ? sized(sizes, type.shape) : batch),
    right: showShape(value.shape),
  };
  if (type.shape.length > 0) {
    if (!unify(sizes, type.shape, value.shape)) return report(c, "FF302", expr.span, shapes);
  } else if (!trailing(value.shape, batch))
    return batch.length === 0
      ? report(c, "FF311", expr.span, {
          what: `\`${use.signature.names[place]}\` of \`${family}\``,
          found: showShape(value.shape),
        })
      : report(c, "FF302", expr.span, shapes);
  if (!fits(value.support, type.support) || !structured(c, value, type))
    return report(
      c,
      "FF305",
      expr.span,
      {
        argument: use.signature.names[place] as string,
        distribution: family,
        expected: type.structure === null ? describe(type.support) : `\`${type.structure}\``,
        found:
          type.structure === null || !fits(value.support, type.support)
            ? describe(value.support)
            : "any array of numbers",
      },
      argumentHint(use.call, use.overloads, use.overload, use.written, place, type, declared),
    );
  const shape = type.shape.length > 0 ? value.shape : batch;
  return { ...value, node: c.g.expandTo(value.node, shape), shape };
}

function trailing(shape: Shape, whole: Shape): boolean {
  const tail = whole.slice(whole.length - shape.length);
  return shape.length <= whole.length && shape.every((dim, axis) => sameDim(dim, tail[axis] as Dim));
}

function structured(c: Context, value: NumberValue, type: Type): boolean {
  if (type.structure === null || value.structure === type.structure) return true;
  const elements = constantElements(c, value);
  if (elements === null) return false;
  if (type.structure === "simplex") return Math.abs(elements.reduce((a, b) => a + b, 0) - 1) < 1e-8;
  return elements.every((x, k) => k === 0 || x > (elements[k - 1] as number));
}

/** Whether the response's values are those that the family describes; reports where not. */
export function describes(c: Context, use: Applied, response: Value, expr: Expr, declared: Declarations): boolean {
  const { support } = use.signature;
  const wanted = supportType(support);
  const found = response.kind === "category" ? "a category" : describe(response.support);
  const right =
    support.base === "category"
      ? response.kind === "category"
      : response.kind === "number" && fits(response.support, support.support);
  if (right) return true;
  const args = { distribution: use.call.callee.text, expected: wanted, found };
  const hint =
    response.kind === "category" && support.base !== "category" && wanted !== "binary"
      ? "A category is described by `Categorical(logits: …)`."
      : redeclare(expr, wanted, declared);
  report(c, "FF306", expr.span, args, hint ?? undefined);
  return false;
}

/** Placeholders for the arguments, which a density is written over; `row` ones vary by row whatever the arguments do. */
export function slots(c: Context, use: Applied, described: Described, row = false): ReadonlyMap<string, NumberValue> {
  const made = new Map<string, NumberValue>();
  for (const [k, value] of described.args.entries()) {
    const type = use.signature.types[k] as Type;
    const node: NodeId = c.g.slot(k, value.shape, row || c.g.node(value.node).row);
    made.set(use.signature.names[k] as string, {
      ...value,
      node,
      support: type.support,
      structure: type.structure,
      missing: [],
    });
  }
  return made;
}
