// Algebra applied while a graph is built: constants fold, neutral elements vanish, signs move outwards,
// repeated axes move outwards, and sparse adjoints (scatter, place) stay sparse under multiplication.
// Each rule keeps the value for every finite argument.

import type { Attributes, GraphBuilder, NodeId } from "./graph.ts";
import { info, type Op } from "./ops.ts";
import type { Dim, Shape } from "./shape.ts";

/** A simpler node of the same value, or null where no rule applies. Arguments have equal shapes. */
export function simplify(
  g: GraphBuilder,
  op: Op,
  args: readonly NodeId[],
  attributes: Attributes,
  shape: Shape,
): NodeId | null {
  return folded(g, op, args, attributes, shape) ?? hoisted(g, op, args, attributes) ?? algebra(g, op, args, shape);
}

function folded(g: GraphBuilder, op: Op, args: readonly NodeId[], attributes: Attributes, shape: Shape): NodeId | null {
  const evaluate = info(op).evaluate;
  const values = args.map((a) => g.constantValue(a));
  if (evaluate === null || values.includes(null)) return null;
  return g.constant(evaluate(values as number[], attributes.order ?? 0), shape);
}

/** f(expand a, expand b) = expand f(a, b), where both repeat along the same axis. */
function hoisted(g: GraphBuilder, op: Op, args: readonly NodeId[], attributes: Attributes): NodeId | null {
  const first = args
    .map((a) => g.node(a))
    .find((n) => n.op !== "expand" || g.constantValue(n.args[0] as NodeId) === null);
  if (first === undefined || first.op !== "expand") return null;
  const { axis, dim } = first.attributes as { axis: number; dim: Dim };
  const inner: NodeId[] = [];
  for (const a of args) {
    const node = g.node(a);
    const value = g.constantValue(a);
    if (value !== null) inner.push(g.constant(value, node.shape.toSpliced(axis, 1)));
    else if (node.op === "expand" && node.attributes.axis === axis) inner.push(node.args[0] as NodeId);
    else return null;
  }
  return g.expand(g.apply(op, inner, attributes), axis, dim);
}

function algebra(g: GraphBuilder, op: Op, args: readonly NodeId[], shape: Shape): NodeId | null {
  const [a, b, c] = args as [NodeId, NodeId, NodeId];
  const under = (id: NodeId, wanted: Op): NodeId | null => {
    const node = g.node(id);
    return node.op === wanted ? (node.args[0] as NodeId) : null;
  };
  switch (op) {
    case "neg": {
      const node = g.node(a);
      if (node.op === "neg") return node.args[0] as NodeId;
      if (node.op === "sub") return g.sub(node.args[1] as NodeId, node.args[0] as NodeId);
      return sparse(g, op, args);
    }
    case "exp":
      return under(a, "log");
    case "log":
      return under(a, "exp");
    case "abs":
    case "sqrt":
      return null;
    case "add":
      return sum(g, a, b);
    case "sub": {
      if (a === b) return g.constant(0, shape);
      if (g.constantValue(b) === 0) return a;
      if (g.constantValue(a) === 0) return g.neg(b);
      const negated = under(b, "neg");
      return negated === null ? null : g.add(a, negated);
    }
    case "mul":
      return product(g, a, b, shape);
    case "div": {
      if (g.constantValue(b) === 1) return a;
      if (g.constantValue(a) === 0) return a;
      if (g.constantValue(b) === -1) return g.neg(a);
      const top = under(a, "neg");
      if (top !== null) return g.neg(g.div(top, b));
      const bottom = under(b, "neg");
      if (bottom !== null) return g.neg(g.div(a, bottom));
      return sparse(g, op, args);
    }
    case "pow":
      return power(g, a, g.constantValue(b));
    case "select":
      if (b === c) return b;
      if (g.constantValue(a) !== null) return g.constantValue(a) === 0 ? c : b;
      return null;
    case "xlogy":
    case "xdivy":
      return g.constantValue(a) === 0 ? a : op === "xlogy" && g.constantValue(b) === 1 ? g.constant(0, shape) : null;
    case "and":
      return g.constantValue(a) === 1 ? b : g.constantValue(b) === 1 ? a : null;
    default:
      return null;
  }
}

function sum(g: GraphBuilder, a: NodeId, b: NodeId): NodeId | null {
  if (g.constantValue(a) === 0) return b;
  if (g.constantValue(b) === 0) return a;
  if (a === b) return g.mul(g.constant(2), a);
  const [left, right] = [g.node(a), g.node(b)];
  if (right.op === "neg") return g.sub(a, right.args[0] as NodeId);
  if (left.op === "neg") return g.sub(b, left.args[0] as NodeId);
  if (left.op === "scatter" && right.op === "scatter" && left.args[1] === right.args[1])
    return g.scatter(
      g.add(left.args[0] as NodeId, right.args[0] as NodeId),
      left.args[1] as NodeId,
      left.attributes.dim as Dim,
    );
  // one order for sharing; constants last
  const swap = g.constantValue(a) !== null ? g.constantValue(b) === null : g.constantValue(b) === null && a > b;
  return swap ? g.add(b, a) : null;
}

function product(g: GraphBuilder, a: NodeId, b: NodeId, shape: Shape): NodeId | null {
  const [x, y] = [g.constantValue(a), g.constantValue(b)];
  if (x === 0 || y === 0) return g.constant(0, shape);
  if (x === 1) return b;
  if (y === 1) return a;
  if (x === -1) return g.neg(b);
  if (y === -1) return g.neg(a);
  if (y !== null) return g.mul(b, a); // constants first
  const [left, right] = [g.node(a), g.node(b)];
  if (left.op === "neg") return g.neg(g.mul(left.args[0] as NodeId, b));
  if (right.op === "neg")
    return x === null ? g.neg(g.mul(a, right.args[0] as NodeId)) : g.mul(g.constant(-x), right.args[0] as NodeId);
  if (x !== null && right.op === "mul") {
    const inner = g.constantValue(right.args[0] as NodeId);
    if (inner !== null) return g.mul(g.constant(x * inner), right.args[1] as NodeId);
  }
  const kept = sparse(g, "mul", [a, b]);
  if (kept !== null) return kept;
  return x === null && a > b ? g.mul(b, a) : null;
}

function power(g: GraphBuilder, base: NodeId, exponent: number | null): NodeId | null {
  switch (exponent) {
    case 0:
      return g.constant(1, g.shape(base));
    case 1:
      return base;
    case 2:
      return g.mul(base, base);
    case 3:
      return g.mul(base, g.mul(base, base));
    case 4: {
      const square = g.mul(base, base);
      return g.mul(square, square);
    }
    case 0.5:
      return g.apply("sqrt", [base]);
    case -1:
      return g.div(g.constant(1), base);
    default:
      return null;
  }
}

/**
 * Zero outside one position stays so: f(scatter(v, i), t) = scatter(f(v, t[i]), i) for f that keeps zeros
 * (negation, product, quotient), and likewise for `place`.
 */
function sparse(g: GraphBuilder, op: Op, args: readonly NodeId[]): NodeId | null {
  const at = args.findIndex((a) => g.node(a).op === "scatter" || g.node(a).op === "place");
  if (at < 0 || (op === "div" && at !== 0)) return null;
  const hole = g.node(args[at] as NodeId);
  const dim = hole.attributes.dim as Dim;
  const position = hole.op === "scatter" ? (hole.args[1] as NodeId) : null;
  const inner: NodeId[] = [];
  for (const [k, a] of args.entries()) {
    const node = g.node(a);
    if (k === at) inner.push(node.args[0] as NodeId);
    else if (position === null) inner.push(g.pick(a, hole.attributes.index as number));
    else if (node.op === "scatter")
      if (node.args[1] === position) inner.push(node.args[0] as NodeId);
      else return null;
    else inner.push(g.gather(a, position));
  }
  const value = g.apply(op, inner);
  return position === null ? g.place(value, hole.attributes.index as number, dim) : g.scatter(value, position, dim);
}
