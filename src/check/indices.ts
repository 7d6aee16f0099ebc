// Indexing: `x[2]`, `effect[hour]`, `x[1..3]`, `x[i]` with whole-number data, and `x[k]` with a loop's variable,
// which takes the axis itself. Positions start at 1 in the language and at 0 in the graph.

import type { Span } from "../diagnostics/index.ts";
import { type Dim, type NodeId, offset, type Shape, sameDim, showDim } from "../ir/index.ts";
import { type Expr, type IndexExpr, printExpression as show } from "../syntax/index.ts";
import { pickAt, stackValues } from "./arrays.ts";
import { type Context, notBuilt, parametersOf, report, type Scope } from "./context.ts";
import { literal, numeric } from "./numbers.ts";
import { describe } from "./support.ts";
import { type CategoryValue, missingIn, type NumberValue, type Value } from "./value.ts";

/** `target[i, j, …]`; fewer indices than dimensions leave the last ones whole. */
export function index(c: Context, expr: Expr & { kind: "index" }, scope: Scope): NumberValue | null {
  const target = numeric(c, expr.target, scope);
  if (target === null) {
    for (const place of expr.indices) if (place.kind === "at") c.elaborate(place.value, scope);
    return null;
  }
  const { length } = expr.indices;
  if (length > target.shape.length) {
    const { length: rank } = target.shape;
    const expected = rank === 0 ? "no dimensions" : rank === 1 ? "1 dimension" : `${rank} dimensions`;
    return report(c, "FF307", expr.span, { expected, found: length });
  }
  let value: NumberValue | null = { ...target, structure: null, extent: null, position: null, affine: null };
  let axis = 0;
  for (const place of expr.indices) {
    if (place.kind === "range") {
      value = range(c, value, axis, place, scope);
      axis++;
    } else {
      const at = c.elaborate(place.value, scope);
      value = at === null ? null : position(c, value, axis, at, place.value);
    }
    if (value === null) return null;
  }
  return value;
}

function position(c: Context, value: NumberValue, axis: number, at: Value, written: Expr): NumberValue | null {
  if (at.kind === "category") return byCategory(c, value, axis, at, written);
  const dim = value.shape[axis] as Dim;
  if (at.shape.length > 0) return notBuilt(c, written.span, "An index that is an array");
  const constant = c.g.constantValue(at.node);
  if (constant !== null) return byConstant(c, value, axis, constant, written);
  if (at.affine !== null) return byLoop(c, value, axis, at, written.span);
  if (at.lanes.length > 0)
    return notBuilt(c, written.span, "An index computed from a loop's variable by more than `+` and `-`");
  if (!at.support.integer || parametersOf(c, at.node).size > 0)
    return report(c, "FF301", written.span, {
      expected: "a position (a whole number or a category)",
      found: describe(at.support),
    });
  if (at.position !== null) return taken(c, value, axis, at.position, [value, at]);
  if (!within(c, at, dim)) {
    const limit = typeof dim === "number" ? { size: dim } : null;
    const hint =
      limit === null
        ? "Declare it `category`, or give the dimension a number."
        : `Keep it inside with \`clamp(${show(written)}, 1, ${limit.size})\`.`;
    return report(c, "FF304", written.span, { index: `\`${show(written)}\``, size: showDim(dim) }, hint);
  }
  return taken(c, value, axis, c.g.sub(at.node, c.g.constant(1)), [value, at]);
}

/** Whether a whole number is known to be a position; data are checked when they are read. */
function within(c: Context, at: NumberValue, dim: Dim): boolean {
  if (typeof dim !== "number") return false;
  if (at.support.lower >= 1 && at.support.upper <= dim) return true;
  const { op, attributes } = c.g.node(at.node);
  if ((op !== "column" && op !== "once") || at.support.upper <= 1) return false;
  const name = attributes.name ?? "";
  c.indexed.set(name, Math.min(dim, c.indexed.get(name) ?? dim));
  return true;
}

function byCategory(
  c: Context,
  value: NumberValue,
  axis: number,
  at: CategoryValue,
  written: Expr,
): NumberValue | null {
  const dim = value.shape[axis] as Dim;
  const own = value.axes?.[axis] ?? null;
  if (!sameDim(dim, at.dim) || (own !== null && own !== at.name))
    return report(c, "FF312", written.span, {
      category: at.name,
      dimension: own ?? showDim(dim),
      levels: showDim(at.dim),
    });
  return taken(c, value, axis, at.node, [value, at]);
}

/** The value at a computed position (from 0) of an own axis. */
function taken(c: Context, value: NumberValue, axis: number, at: NodeId, parts: readonly Value[]): NumberValue {
  const node = pickAt(c, value.node, value.lanes.length + axis, at);
  return { ...value, node, ...without(value, axis), missing: missingIn(parts) };
}

function byConstant(c: Context, value: NumberValue, axis: number, at: number, written: Expr): NumberValue | null {
  const { span } = written;
  const dim = value.shape[axis] as Dim;
  if (!Number.isInteger(at))
    return report(c, "FF301", span, { expected: "a whole number as position", found: String(at) });
  if (at === 0) return written.kind === "number" ? null : report(c, "FF115", span, {}); // the parser sees a written 0
  if (at < 0 || !reaches(c, dim, at)) return report(c, "FF304", span, { index: at, size: showDim(dim) });
  return taken(c, value, axis, c.g.constant(at - 1), [value]);
}

/** Whether a dimension has that many positions; a symbolic one will be held to it when data are seen. */
function reaches(c: Context, dim: Dim, end: Dim): boolean {
  if (typeof dim === "number") return typeof end === "number" && end <= dim;
  if (typeof end !== "number") return end.name === dim.name && end.plus <= dim.plus;
  const least = end - dim.plus;
  c.least.set(dim.name, Math.max(least, c.least.get(dim.name) ?? 0));
  return true;
}

/** Shape and axes with one of them gone. */
function without(value: NumberValue, axis: number): Pick<NumberValue, "shape" | "axes"> {
  return { shape: value.shape.toSpliced(axis, 1), axes: value.axes?.toSpliced(axis, 1) ?? null };
}

/** A loop's variable takes (a part of) the axis as its lane. */
function byLoop(c: Context, value: NumberValue, axis: number, at: NumberValue, span: Span): NumberValue | null {
  const { lane, start } = at.affine as NonNullable<NumberValue["affine"]>;
  const dim = value.shape[axis] as Dim;
  const end = offset(lane.dim, start - 1);
  if (start < 1 || !reaches(c, dim, end))
    return report(c, "FF304", span, { index: `${start}..${showDim(end)}`, size: showDim(dim) });
  if (value.lanes.some((own) => own.id === lane.id)) return onDiagonal(c, value, axis, at, span);
  const place = value.lanes.length + axis;
  const front = toFront(c, value.node, place);
  if (front === null || value.lanes.length > 1)
    return notBuilt(c, span, "This mixture of nested loops of unknown length");
  const cut = c.g.slice(front, start - 1, lane.dim);
  const rest = without(value, axis);
  const outer = value.lanes[0];
  if (outer === undefined) return { ...value, node: cut, lanes: [lane], ...rest };
  if (rest.shape.length > 0) return notBuilt(c, span, "This mixture of nested loops of unknown length");
  // the node is now [lane, outer]
  return outer.id < lane.id
    ? { ...value, node: c.g.transpose(cut), lanes: [outer, lane], ...rest }
    : { ...value, node: cut, lanes: [lane, outer], ...rest };
}

/** `a[k, k]`: the value already runs over the lane, and its next axis is to run with it. */
function onDiagonal(c: Context, value: NumberValue, axis: number, at: NumberValue, span: Span): NumberValue | null {
  if (value.lanes.length > 1 || axis > 0) return notBuilt(c, span, "This mixture of nested loops of unknown length");
  const [laneDim, dim] = c.g.shape(value.node) as [Dim, Dim];
  const position = c.g.sub(at.node, c.g.constant(1));
  let same = c.g.apply("eq", [c.g.expand(position, 1, dim), c.g.expand(c.g.iota(dim), 0, laneDim)]);
  for (const rest of value.shape.slice(1)) same = c.g.expand(same, c.g.shape(same).length, rest);
  const masked = c.g.apply("select", [same, value.node, c.g.constant(0, c.g.shape(value.node))]);
  return { ...value, node: c.g.sum(masked, 1), ...without(value, 0) };
}

/** The node with that axis first, where a transposition does it. */
function toFront(c: Context, node: NodeId, axis: number): NodeId | null {
  if (axis === 0) return node;
  return axis === 1 && c.g.shape(node).length === 2 ? c.g.transpose(node) : null;
}

function range(
  c: Context,
  value: NumberValue,
  axis: number,
  place: IndexExpr & { kind: "range" },
  scope: Scope,
): NumberValue | null {
  const dim = value.shape[axis] as Dim;
  if (place.from === null && place.to === null) return value;
  if (place.from !== null && place.to !== null) {
    const first = c.elaborate(place.from, scope);
    if (first?.kind === "number" && first.affine !== null)
      return window(c, value, axis, first, c.elaborate(place.to, scope), place.span);
  }
  const from = place.from === null ? 1 : extentOf(c, place.from, scope);
  const to = place.to === null ? dim : extentOf(c, place.to, scope);
  if (from === null || to === null) return null;
  if (typeof from !== "number") return report(c, "FF308", place.span, { what: "The start of a range" });
  if (from < 1) return report(c, "FF115", place.span, {});
  const size = offset(to, 1 - from);
  if (!reaches(c, dim, to) || (typeof size === "number" && size < 1))
    return report(c, "FF304", place.span, { index: `${from}..${showDim(to)}`, size: showDim(dim) });
  const at = value.lanes.length + axis;
  const front = toFront(c, value.node, at);
  if (front === null) return notBuilt(c, place.span, "A range in a dimension after the second");
  const cut = c.g.slice(front, from - 1, size);
  const shape: Shape = value.shape.toSpliced(axis, 1, size);
  const axes = value.axes?.toSpliced(axis, 1, null) ?? null;
  return { ...value, node: at === 0 ? cut : c.g.transpose(cut), shape, axes };
}

/** Longest window that moves along a loop. */
const widest = 1024;

/** `x[k..k + 4]` in a loop over k: as many positions for each of the loop's, side by side. */
function window(
  c: Context,
  value: NumberValue,
  axis: number,
  from: NumberValue,
  to: Value | null,
  span: Span,
): NumberValue | null {
  const [first, last] = [from.affine, to?.kind === "number" ? to.affine : null];
  if (first === null || last === null || first.lane.id !== last.lane.id)
    return notBuilt(c, span, "A range in a loop of unknown length that does not move as a whole");
  const width = last.start - first.start + 1;
  if (width < 1) return report(c, "FF301", span, { expected: "a range with at least one position", found: "empty" });
  if (width > widest || axis > 0 || value.lanes.length > 0)
    return notBuilt(c, span, "This range in a loop of unknown length");
  const parts: NumberValue[] = [];
  for (let k = 0; k < width; k++) {
    const at = { ...from, affine: { lane: first.lane, start: first.start + k } };
    const part = byLoop(c, value, axis, at, span);
    if (part === null) return null;
    parts.push(part);
  }
  return stackValues(c, parts, span);
}

/** A bound of a range: a number or a dimension, known before rows are. */
export function extentOf(c: Context, expr: Expr, scope: Scope): Dim | null {
  const value = c.elaborate(expr, scope);
  if (value === null) return null;
  if (value.kind === "category") return value.dim;
  const constant = c.g.constantValue(value.node);
  const extent = value.extent ?? (constant !== null && Number.isInteger(constant) ? literal(c, constant).extent : null);
  return extent ?? report(c, "FF308", expr.span, { what: `The bound \`${show(expr)}\`` });
}
