// Operations on whole arrays: contraction, transposition, stacking and reductions, with lanes kept in front.

import type { Span } from "../diagnostics/index.ts";
import { type Dim, type NodeId, type Shape, sameDim, sameShape, showShape } from "../ir/index.ts";
import { type Context, notBuilt, report } from "./context.ts";
import { align, elementwise } from "./elementwise.ts";
import * as s from "./support.ts";
import { fullShape, lanesOf, missingIn, type NumberValue, number, spread } from "./value.ts";

/** `a @ b`: last dimension of a against first of b. */
export function contract(c: Context, a: NumberValue, b: NumberValue, span: Span): NumberValue | null {
  const [left, right] = [a.shape, b.shape];
  if (left.length === 0 || right.length === 0)
    return report(c, "FF301", span, {
      expected: "`@` between arrays",
      found: `${showShape(left)} @ ${showShape(right)}; single values are multiplied with \`*\``,
    });
  if (left.length > 2 || right.length > 2) return notBuilt(c, span, "`@` of arrays with more than two dimensions");
  const inner = right[0] as Dim;
  if (!sameDim(left[left.length - 1] as Dim, inner))
    return report(c, "FF303", span, { left: showShape(left), right: showShape(right) });
  const shape = [...left.slice(0, -1), ...right.slice(1)];
  const support = contracted(a, b, inner);
  const extra = { lanes: lanesOf([a, b]), missing: missingIn([a, b]) };
  if (b.lanes.length === 0 && (a.lanes.length === 0 || a.shape.length === 1))
    return number(c.g.contract(a.node, b.node), shape, support, extra);
  if (a.lanes.length === 0 && right.length === 1) {
    // the vector is lifted: [lanes, n] against the rows of a
    const turned = left.length === 1 ? a.node : c.g.transpose(a.node);
    return number(c.g.contract(b.node, turned), shape, support, extra);
  }
  if (right.length === 2) return notBuilt(c, span, "A product of matrices inside a loop of unknown length");
  const node = c.g.apply("mul", [spread(c.g, a, extra.lanes, left), spread(c.g, b, extra.lanes, left)]);
  return number(c.g.sum(node, extra.lanes.length + left.length - 1), shape, support, extra);
}

function contracted(a: NumberValue, b: NumberValue, dim: Dim): s.Support {
  return repeated(a.node === b.node ? s.square(a.support) : s.product(a.support, b.support), dim);
}

/** The support of a sum of values of one support along a dimension. */
export function repeated(each: s.Support, dim: Dim): s.Support {
  const scale = (end: number): number =>
    end === 0 ? 0 : typeof dim === "number" ? end * dim : end * Number.POSITIVE_INFINITY;
  return { ...each, lower: scale(each.lower), upper: scale(each.upper) };
}

/** `x'`, of a matrix. */
export function transposed(c: Context, value: NumberValue, span: Span): NumberValue | null {
  if (value.shape.length !== 2)
    return report(
      c,
      "FF301",
      span,
      {
        expected: "a matrix to transpose",
        found: value.shape.length === 0 ? "a single value" : `of shape ${showShape(value.shape)}`,
      },
      value.shape.length === 1
        ? "A vector has no orientation: `x @ y` is the inner product, `outer(x, y)` the outer."
        : undefined,
    );
  if (value.lanes.length > 0) return notBuilt(c, span, "Transposing inside a loop of unknown length");
  const [rows, columns] = value.shape as [Dim, Dim];
  return number(c.g.transpose(value.node), [columns, rows], value.support, { missing: value.missing });
}

/** `[a, b, c]`: values of one shape along a new first dimension (scalars are expanded to the others' shape). */
export function stackValues(c: Context, values: readonly NumberValue[], span: Span): NumberValue | null {
  if (values.length === 0) return report(c, "FF301", span, { expected: "at least one element", found: "empty" });
  const shape = values.find((v) => v.shape.length > 0)?.shape ?? [];
  const other = values.find((v) => v.shape.length > 0 && !sameShape(v.shape, shape));
  if (other !== undefined)
    return report(c, "FF302", span, { operator: "[…]", left: showShape(shape), right: showShape(other.shape) });
  const lanes = lanesOf(values);
  const nodes = values.map((v) => c.g.expandTo(spread(c.g, v, lanes, shape), fullShape(lanes, shape)));
  const support = values.map((v) => v.support).reduce(s.union);
  const own = [values.length, ...shape];
  const node = lanes.length === 0 ? c.g.stack(nodes) : stackBehind(c, nodes, lanes.length, shape, span);
  return node === null ? null : number(node, own, support, { lanes, missing: missingIn(values) });
}

/** Stacked behind the lanes instead of in front of them. */
function stackBehind(c: Context, nodes: readonly NodeId[], lanes: number, shape: Shape, span: Span): NodeId | null {
  if (lanes === 1 && shape.length === 0) return c.g.transpose(c.g.stack(nodes));
  return notBuilt(c, span, "An array of arrays inside a loop of unknown length");
}

export type Reducer = "sum" | "prod" | "max" | "min" | "mean" | "logsumexp";

/** Folds the first own dimension, or all of them. */
export function reduce(c: Context, reducer: Reducer, value: NumberValue, axes: "first" | "all"): NumberValue {
  if (value.shape.length === 0) return value;
  const axis = value.lanes.length + (axes === "first" ? 0 : value.shape.length - 1);
  const dim = (axes === "first" ? value.shape[0] : value.shape[value.shape.length - 1]) as Dim;
  const rest = axes === "first" ? value.shape.slice(1) : value.shape.slice(0, -1);
  const extra = { lanes: value.lanes, missing: value.missing };
  const folded = number(
    fold(c, reducer, value.node, axis, dim),
    rest,
    foldedSupport(reducer, value.support, dim),
    extra,
  );
  return axes === "first" ? folded : reduce(c, reducer, folded, "all");
}

function fold(c: Context, reducer: Reducer, node: NodeId, axis: number, dim: Dim): NodeId {
  switch (reducer) {
    case "sum":
    case "prod":
    case "logsumexp":
      return c.g.reduce(reducer, node, axis);
    case "max":
      return c.g.reduce("reduceMax", node, axis);
    case "min":
      return c.g.neg(c.g.reduce("reduceMax", c.g.neg(node), axis));
    case "mean":
      return c.g.div(c.g.sum(node, axis), c.g.size(dim));
  }
}

function foldedSupport(reducer: Reducer, each: s.Support, dim: Dim): s.Support {
  switch (reducer) {
    case "sum":
      return repeated(each, dim);
    case "prod":
      if (each.lower >= 0 && each.upper <= 1) return { ...each, lower: 0 };
      if (each.lower >= 0)
        return { ...s.supports.nonnegative, lowerOpen: each.lowerOpen || each.lower > 0, integer: each.integer };
      return each.integer ? s.supports.int : s.supports.real;
    case "logsumexp":
      return s.supports.real;
    case "mean":
      return { ...each, integer: false };
    case "max":
    case "min":
      return each;
  }
}

/** exp(x) / Σ exp(x) along the last dimension. */
export function softmax(c: Context, value: NumberValue, span: Span): NumberValue | null {
  const axis = value.lanes.length + value.shape.length - 1;
  const total = c.g.expand(c.g.reduce("logsumexp", value.node, axis), axis, value.shape[value.shape.length - 1] as Dim);
  const difference = c.g.sub(value.node, total);
  const shifted = number(difference, value.shape, s.supports.real, { lanes: value.lanes, missing: value.missing });
  const result = elementwise(c, "exp", [shifted], s.supports.unit, "softmax", span);
  return result && { ...result, structure: "simplex" };
}

/** Sums up to each position of a vector. */
export function cumsum(c: Context, value: NumberValue, span: Span): NumberValue | null {
  const support =
    value.support.lower >= 0 ? { ...s.supports.nonnegative, integer: value.support.integer } : s.supports.real;
  const extra = { lanes: value.lanes, missing: value.missing };
  if (value.lanes.length === 0) return number(c.g.cumsum(value.node), value.shape, support, extra);
  if (value.lanes.length > 1 || value.shape.length > 1)
    return notBuilt(c, span, "`cumsum` inside loops of unknown length");
  return number(c.g.transpose(c.g.cumsum(c.g.transpose(value.node))), value.shape, support, extra);
}

/** u vᵀ over all dimensions of both: scalars multiply, vectors make a matrix. */
export function outer(c: Context, a: NumberValue, b: NumberValue, span: Span): NumberValue | null {
  const shape = [...a.shape, ...b.shape];
  const lanes = lanesOf([a, b]);
  let left = spread(c.g, a, lanes, a.shape);
  for (const dim of b.shape) left = c.g.expand(left, c.g.shape(left).length, dim);
  const wide = number(left, shape, a.support, { lanes, missing: a.missing });
  const aligned = align(c, [wide, b], "outer", span);
  if (aligned === null) return null;
  const support = a.node === b.node && shape.length === 0 ? s.square(a.support) : s.product(a.support, b.support);
  return number(c.g.apply("mul", aligned.nodes), shape, support, { lanes, missing: missingIn([a, b]) });
}

/** The matrix with a vector on its diagonal, 0 elsewhere. */
export function diagonal(c: Context, value: NumberValue, span: Span): NumberValue | null {
  if (value.lanes.length > 0) return notBuilt(c, span, "`diag` inside a loop of unknown length");
  const dim = value.shape[0] as Dim;
  const positions = c.g.iota(dim);
  const same = c.g.apply("eq", [c.g.expand(positions, 1, dim), c.g.expand(positions, 0, dim)]);
  const node = c.g.apply("select", [same, c.g.expand(value.node, 0, dim), c.g.constant(0, [dim, dim])]);
  return number(node, [dim, dim], s.union(value.support, s.exactly(0)), { missing: value.missing });
}

/** One position of an own dimension that is not the first of the node: by transposition where that is enough, else by masking. */
export function pickAt(c: Context, node: NodeId, axis: number, position: NodeId): NodeId {
  const shape = c.g.shape(node);
  if (axis === 0) return c.g.gather(node, position);
  if (shape.length === 2) return c.g.gather(c.g.transpose(node), position);
  const dim = shape[axis] as Dim;
  let here = c.g.apply("eq", [c.g.iota(dim), position]);
  for (let before = 0; before < axis; before++) here = c.g.expand(here, before, shape[before] as Dim);
  for (let after = axis + 1; after < shape.length; after++) here = c.g.expand(here, after, shape[after] as Dim);
  return c.g.sum(c.g.apply("select", [here, node, c.g.constant(0, shape)]), axis);
}
