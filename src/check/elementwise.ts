// Elementwise operations on elaborated values: broadcasting over trailing dimensions, done by explicit expansion,
// and the support of the result.

import type { Span } from "../diagnostics/index.ts";
import { type Attributes, type NodeId, type Op, type Shape, showShape } from "../ir/index.ts";
import type { BinaryOperator } from "../syntax/index.ts";
import { type Context, report } from "./context.ts";
import * as s from "./support.ts";
import { broadcastShape, clash, lanesOf, missingIn, type NumberValue, number, spread } from "./value.ts";

/** Nodes of equal shape (scalars may stay scalars) for values that are combined elementwise; null where shapes clash. */
export interface Aligned {
  readonly nodes: readonly NodeId[];
  readonly shape: Shape;
  readonly lanes: ReturnType<typeof lanesOf>;
}

/** Brings values to one shape; reports FF302 where they have none in common. */
export function align(c: Context, values: readonly NumberValue[], what: string, span: Span): Aligned | null {
  const shape = broadcastShape(values.map((v) => v.shape));
  if (clash(shape)) {
    const [left, right] = shape;
    return report(c, "FF302", span, { operator: what, left: showShape(left), right: showShape(right) });
  }
  const lanes = lanesOf(values);
  const plain = (v: NumberValue): boolean => v.lanes.length === 0 && v.shape.length === 0;
  const nodes = values.map((v) => (plain(v) ? v.node : spread(c.g, v, lanes, shape)));
  return { nodes, shape, lanes };
}

/** An elementwise operation of the op table; `what` names it in messages. */
export function elementwise(
  c: Context,
  op: Op,
  values: readonly NumberValue[],
  support: s.Support,
  what: string,
  span: Span,
  attributes: Attributes = {},
): NumberValue | null {
  const aligned = align(c, values, what, span);
  if (aligned === null) return null;
  const node = c.g.apply(op, aligned.nodes, attributes);
  return number(node, aligned.shape, known(c, node, support), { lanes: aligned.lanes, missing: missingIn(values) });
}

/** A folded constant is its own support. */
function known(c: Context, node: NodeId, support: s.Support): s.Support {
  const value = c.g.constantValue(node);
  return value === null ? support : s.exactly(value);
}

type Arithmetic = Exclude<BinaryOperator, "@">;

const binaryOps: Record<Arithmetic, Op> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "^": "pow",
  "<": "lt",
  "<=": "le",
  ">": "lt",
  ">=": "le",
  "==": "eq",
  "!=": "ne",
  and: "and",
  or: "or",
};

function supportOf(op: Arithmetic, a: NumberValue, b: NumberValue): s.Support {
  switch (op) {
    case "+":
      return s.sum(a.support, b.support);
    case "-":
      return s.difference(a.support, b.support);
    case "*":
      return a.node === b.node ? s.square(a.support) : s.product(a.support, b.support);
    case "/":
      return s.quotient(a.support, b.support);
    case "^":
      return s.power(a.support, b.support);
    default:
      return s.supports.binary;
  }
}

/** `a op b`; whole numbers that are dimensions or loop positions stay so under adding a constant. */
export function arithmetic(c: Context, op: Arithmetic, a: NumberValue, b: NumberValue, span: Span): NumberValue | null {
  if (op === "and" || op === "or")
    for (const v of [a, b])
      if (!s.fits(v.support, s.supports.binary))
        return report(c, "FF301", span, { expected: "a comparison or binary values", found: s.describe(v.support) });
  const swapped = op === ">" || op === ">=";
  const values = swapped ? [b, a] : [a, b];
  const result = elementwise(c, binaryOps[op], values, supportOf(op, a, b), op, span);
  if (result === null) return null;
  return shifted(c, op, a, b, result);
}

function shifted(c: Context, op: Arithmetic, a: NumberValue, b: NumberValue, result: NumberValue): NumberValue {
  if (op !== "+" && op !== "-") return result;
  const [carrier, other] = a.extent !== null || a.affine !== null ? [a, b] : [b, a];
  const by = c.g.constantValue(other.node);
  if (by === null || !Number.isInteger(by) || (op === "-" && carrier === b)) return result;
  const step = op === "-" ? -by : by;
  const { extent, affine } = carrier;
  if (extent !== null && typeof extent !== "number")
    return { ...result, extent: { name: extent.name, plus: extent.plus + step } };
  if (affine !== null) return { ...result, affine: { lane: affine.lane, start: affine.start + step } };
  return result;
}
