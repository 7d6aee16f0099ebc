// Families: which overload a call means, and what its lines say over given arguments and a response.

import { nearest } from "../diagnostics/index.ts";
import { type Dim, type FisherForm, type NodeId, named, offset, type Shape, sameDim, sameShape } from "../ir/index.ts";
import {
  type CallExpr,
  type DistributionItem,
  type DistributionMember,
  type Expr,
  printExpression as show,
} from "../syntax/index.ts";
import { argumentHint } from "./calls.ts";
import { type Context, notBuilt, parametersOf, report, type Scope } from "./context.ts";
import { constant, numeric } from "./numbers.ts";
import { local } from "./scope.ts";
import { resolveType, type Type } from "./types.ts";
import { type NumberValue, number, type Value } from "./value.ts";
import { namesIn } from "./walk.ts";

/** One `distribution` item with the scope its lines are read in. */
export interface Overload {
  readonly item: DistributionItem;
  readonly scope: Scope;
  readonly standard: boolean;
}

/** Sizes of a family's own dimension names (`K` of `real[K]`), found from its arguments and response. */
export type Sizes = Map<string, Dim>;

/** How an overload is written: `Gamma(shape, log:)`. */
export function form(item: DistributionItem, first: DistributionItem): string {
  const plain = first.parameters.map((p) => p.name.text);
  const words = item.parameters.map(({ name }, k) =>
    item === first || plain[k] === name.text ? name.text : `${name.text}:`,
  );
  return `${item.name.text}(${words.join(", ")})`;
}

/** The overload a call means and its arguments in that overload's order. */
export interface Chosen {
  readonly overload: Overload;
  readonly args: readonly Expr[];
}

/** Chooses by argument names and number, the first that fits; reports where none does. */
export function choose(c: Context, call: CallExpr, overloads: readonly Overload[]): Chosen | null {
  for (const overload of overloads) {
    const args = matched(call, overload.item);
    if (args !== null) return { overload, args };
  }
  const callee = call.callee.text;
  const first = (overloads[0] as Overload).item;
  const names = [...new Set(overloads.flatMap((o) => o.item.parameters.map((p) => p.name.text)))];
  for (const { label } of call.args)
    if (label !== null && !names.includes(label.text))
      return report(c, "FF209", label.span, { callee, name: label.text }, argumentHint(label.text, names));
  const given = `(${call.args.map((a) => (a.label === null ? show(a.value) : `${a.label.text}: …`)).join(", ")})`;
  const forms = overloads.map((o) => `\`${form(o.item, first)}\``).join(" or ");
  return report(c, "FF210", call.span, { callee, given: call.args.length === 0 ? "no arguments" : given, forms });
}

function matched(call: CallExpr, item: DistributionItem): readonly Expr[] | null {
  const names = item.parameters.map((p) => p.name.text);
  if (call.args.length !== names.length) return null;
  const places = new Map<string, Expr>();
  for (const [position, { label, value }] of call.args.entries()) {
    const name = label?.text ?? (names[position] as string);
    if (!names.includes(name) || places.has(name)) return null;
    places.set(name, value);
  }
  return names.map((name) => places.get(name) as Expr);
}

/** The types of an overload's arguments and of what it describes, over its own dimension names. */
export interface Signature {
  readonly names: readonly string[];
  readonly types: readonly Type[];
  readonly support: Type;
}

/** Reads the types of an overload; bounds of the support may be arguments, whose values `bounds` gives where they are known. */
export function signature(c: Context, overload: Overload, bounds: (name: string) => number | null): Signature | null {
  const { item, scope } = overload;
  const names = item.parameters.map((p) => p.name.text);
  const dimension = (expr: Expr): Dim | null => familyDimension(c, expr, scope);
  const fixed = (expr: Expr, what: string): number | null => constant(c, expr, scope, what);
  const types = item.parameters.map((p) => resolveType(c, p.type, dimension, fixed));
  const free = (expr: Expr, open: number): number | null => {
    if (expr.kind === "name" && names.includes(expr.name)) return bounds(expr.name) ?? open;
    return constant(c, expr, scope, "A bound");
  };
  const written = item.support.bounds;
  const support = resolveType(c, item.support, dimension, (expr) =>
    free(expr, expr === written?.lower ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
  );
  if (support === null || types.includes(null)) return null;
  return { names, types: types as readonly Type[], support };
}

/** A dimension of a family: a number, a constant, or a name of its own (with a constant added). */
function familyDimension(c: Context, expr: Expr, scope: Scope): Dim | null {
  if (expr.kind === "binary" && (expr.op === "+" || expr.op === "-") && expr.right.kind === "number") {
    const base = familyDimension(c, expr.left, scope);
    return base === null ? null : offset(base, expr.op === "+" ? expr.right.value : -expr.right.value);
  }
  if (expr.kind === "name") {
    const value = scope.value(expr.name, expr.span);
    if (value === undefined) return named(expr.name);
  }
  const size = constant(c, expr, scope, "A dimension");
  if (size === null) return null;
  if (!Number.isInteger(size) || size < 1)
    return report(c, "FF301", expr.span, { expected: "a dimension (a whole number from 1)", found: String(size) });
  return size;
}

/** Fits an actual shape to a declared one, fixing the family's dimension names; false where they differ. */
export function unify(sizes: Sizes, declared: Shape, actual: Shape): boolean {
  if (declared.length !== actual.length) return false;
  return declared.every((dim, axis) => unifyDim(sizes, dim, actual[axis] as Dim));
}

export function unifyDim(sizes: Sizes, declared: Dim, actual: Dim): boolean {
  if (typeof declared === "number") return sameDim(declared, actual);
  const size = offset(actual, -declared.plus);
  const known = sizes.get(declared.name);
  if (known !== undefined) return sameDim(known, size);
  sizes.set(declared.name, size);
  return true;
}

/** A declared shape with the family's names replaced. */
export function sized(sizes: Sizes, declared: Shape): Shape {
  return declared.map((dim) => {
    const size = typeof dim === "number" ? undefined : sizes.get(dim.name);
    return typeof dim === "number" || size === undefined ? dim : offset(size, dim.plus);
  });
}

/** What an overload says, over the values of its arguments and a response. */
export interface Body {
  readonly logpdf: NodeId;
  readonly fisher: FisherForm | null;
  readonly mean: NodeId | null;
  readonly variance: NodeId | null;
  /** Any other line, by name; `argument` is the value of its parameter where it has one. */
  readonly line: (name: string, argument?: Value) => NumberValue | null;
}

/** Elaborates an overload's lines. `shape` is that of the density: the response's where the family is elementwise. */
export function body(
  c: Context,
  overload: Overload,
  args: ReadonlyMap<string, Value>,
  response: Value,
  shape: Shape,
): Body | null {
  const { item } = overload;
  const lines = new Map(item.members.map((m) => [m.name.text, m]));
  const scope = memberScope(c, overload, args, lines);
  const line = (name: string, argument?: Value): NumberValue | null => {
    const member = lines.get(name);
    return member === undefined ? null : lineValue(c, member, scope, argument);
  };
  const wanted = (name: string, value: NumberValue | null): NodeId | null => {
    const member = lines.get(name);
    if (value === null || member === undefined) return null;
    if (value.shape.length > 0 && !sameShape(value.shape, shape))
      return report(c, "FF301", member.value.span, { expected: "one value for each response", found: "an array" });
    return c.g.expandTo(value.node, shape);
  };
  const logpdf = lines.get("logpdf");
  if (logpdf === undefined) return report(c, "FF415", item.name.span, { name: item.name.text });
  const density = wanted("logpdf", line("logpdf", response));
  const mean = line("mean");
  const variance = line("variance");
  // A vector response's mean is a vector, which starting values and reports do not use.
  const moment = (name: string, value: NumberValue | null): NodeId | null =>
    value !== null && value.shape.length > 0 && shape.length === 0 ? null : wanted(name, value);
  if (density === null) return null;
  // Information is taken through the arguments, so nothing else unknown may enter.
  const own = parametersOf(c, response.node);
  const strange = [...parametersOf(c, density)].find(
    (name) => !own.has(name) && ![...args.values()].some((a) => parametersOf(c, a.node).has(name)),
  );
  if (strange !== undefined)
    return report(
      c,
      "FF413",
      logpdf.span,
      { what: `\`logpdf\` of \`${item.name.text}\``, why: `depends on the unknown \`${strange}\` by itself` },
      "Make it an argument of the distribution.",
    );
  return {
    logpdf: density,
    fisher: fisherForm(c, overload, args, lines.get("fisher"), scope, shape),
    mean: moment("mean", mean),
    variance: moment("variance", variance),
    line,
  };
}

function lineValue(c: Context, member: DistributionMember, scope: Scope, argument?: Value): NumberValue | null {
  const [parameter] = member.parameters;
  if (parameter === undefined) return numeric(c, member.value, scope);
  return argument === undefined ? null : numeric(c, member.value, local(scope, new Map([[parameter.text, argument]])));
}

/** Arguments first, then the family's own lines without parameters, then what lies around. */
function memberScope(
  c: Context,
  overload: Overload,
  args: ReadonlyMap<string, Value>,
  lines: ReadonlyMap<string, DistributionMember>,
): Scope {
  const done = new Map<string, Value | null>();
  const open: string[] = [];
  const scope: Scope = {
    value: (name, span) => {
      const given = args.get(name) ?? done.get(name);
      if (given !== undefined || done.has(name)) return given ?? null;
      const member = lines.get(name);
      if (member === undefined || member.parameters.length > 0) return overload.scope.value(name, span);
      if (open.includes(name)) {
        const path = [...open.slice(open.indexOf(name)), name].join(" → ");
        return report(c, "FF206", span, { name, path });
      }
      open.push(name);
      const value = c.elaborate(member.value, scope);
      open.pop();
      done.set(name, value);
      return value;
    },
    names: () => [...args.keys(), ...lines.keys(), ...overload.scope.names()],
    functions: overload.scope.functions,
  };
  return scope;
}

// ---------------------------------------------------------------- fisher

/** The `fisher` line as entries over scalar arguments, or as one matrix over a single vector argument. */
function fisherForm(
  c: Context,
  overload: Overload,
  args: ReadonlyMap<string, Value>,
  member: DistributionMember | undefined,
  scope: Scope,
  shape: Shape,
): FisherForm | null {
  if (member === undefined) return null;
  const values = overload.item.parameters.map((p) => ({
    vector: p.type.shape.length > 0,
    value: args.get(p.name.text) as Value,
  }));
  const vectors = values.filter((v) => v.vector);
  if (vectors.length === 0) {
    const entries = fisherEntries(c, member, scope, values.length, shape);
    return entries === null ? null : { kind: "entries", entries };
  }
  if (values.length > 1) return notBuilt(c, member.span, "`fisher` of a vector beside other arguments");
  const matrix = numeric(c, member.value, scope);
  const [size] = vectors[0]?.value.kind === "number" ? vectors[0].value.shape : [];
  if (matrix === null || size === undefined) return null;
  if (!sameShape(matrix.shape, [size, size]))
    return report(c, "FF301", member.value.span, {
      expected: "a matrix with a row and a column for each element",
      found: matrix.shape.length === 0 ? "a single value" : "an array of another shape",
    });
  return { kind: "matrix", matrix: matrix.node };
}

function fisherEntries(
  c: Context,
  member: DistributionMember,
  scope: Scope,
  size: number,
  shape: Shape,
): readonly (readonly (NodeId | null)[])[] | null {
  const { value } = member;
  const rows = fisherRows(value, size);
  if (rows === null)
    return report(c, "FF416", value.span, {
      size,
      form: size === 1 ? "one expression" : `\`[[a, b], [b, c]]\` or \`diag([a, b])\` of size ${size}`,
    });
  const zero = c.g.constant(0, shape);
  let broken = false;
  const entry = (expr: Expr | null): NodeId | null => {
    if (expr === null) return zero;
    if (expr.kind === "name" && expr.name === "unknown") return null;
    const found = numeric(c, expr, scope);
    if (found === null || (found.shape.length > 0 && !sameShape(found.shape, shape))) {
      if (found !== null) report(c, "FF311", expr.span, { what: "An entry of `fisher`", found: "of an array" });
      broken = true;
      return null;
    }
    return c.g.expandTo(found.node, shape);
  };
  const entries = rows.map((row) => row.map(entry));
  return broken ? null : entries;
}

/** The written entries, null for those that are 0 by being off a `diag`. */
function fisherRows(value: Expr, size: number): readonly (readonly (Expr | null)[])[] | null {
  const isArray = (e: Expr): e is Expr & { kind: "array" } => e.kind === "array";
  if (isArray(value)) {
    const rows = value.elements.filter(isArray).map((row) => row.elements);
    return rows.length === value.elements.length && rows.length === size && rows.every((r) => r.length === size)
      ? rows
      : null;
  }
  const [argument] = value.kind === "call" && value.callee.text === "diag" ? value.args : [];
  if (argument !== undefined && isArray(argument.value)) {
    const { elements } = argument.value;
    if (elements.length !== size) return null;
    return elements.map((e, j) => elements.map((_, k) => (j === k ? e : null)));
  }
  return size === 1 ? [[value]] : null;
}

/** Lines that a family may have with a meaning of their own. */
export const memberNames: readonly string[] = [
  "logpdf",
  "fisher",
  "mean",
  "variance",
  "mode",
  "cdf",
  "quantile",
  "sample",
  "natural",
];

/** Warns of lines that neither mean anything nor are used by another: most likely misspelt. */
export function warnOfUnusedLines(c: Context, item: DistributionItem): void {
  const used = new Set<string>();
  for (const member of item.members) for (const name of namesIn(member.value).keys()) used.add(name);
  for (const { name } of item.members) {
    if (memberNames.includes(name.text) || used.has(name.text)) continue;
    const near = nearest(name.text, memberNames);
    report(c, "FF417", name.span, { name: name.text }, near === null ? undefined : `Did you mean \`${near}\`?`);
  }
}

/** A stand-in for a response that is a level: its position from 1, with the code from 0 at hand. */
export function levelValue(c: Context, code: NodeId, levels: Dim, missing: readonly string[]): NumberValue {
  const upper = typeof levels === "number" ? levels : Number.POSITIVE_INFINITY;
  const support = { lower: 1, upper, lowerOpen: false, upperOpen: false, integer: true };
  return number(c.g.add(code, c.g.constant(1)), [], support, { position: code, missing });
}
