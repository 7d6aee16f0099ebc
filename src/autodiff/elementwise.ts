// Derivatives of the elementwise operations. The derivative of an elementwise operation in one argument is a
// diagonal matrix, its own transpose, so one table serves both directions: each entry multiplies a tangent or a
// cotangent `v` by ∂f/∂x_k at the node.

import type { GraphBuilder, NodeId, Op } from "../ir/index.ts";

/** The node being differentiated: its id (its value) and its arguments. */
export interface Site {
  readonly g: GraphBuilder;
  readonly id: NodeId;
  readonly args: readonly NodeId[];
  readonly order: number;
}

/** v ∂f/∂x_k, or null where the derivative is zero everywhere it exists. */
export type Scale = ((site: Site, v: NodeId) => NodeId) | null;

const first = (site: Site): NodeId => site.args[0] as NodeId;
const second = (site: Site): NodeId => site.args[1] as NodeId;
const plusOne = (g: GraphBuilder, a: NodeId): NodeId => g.add(a, g.constant(1));
const oneMinus = (g: GraphBuilder, a: NodeId): NodeId => g.sub(g.constant(1), a);
const zeroLike = (site: Site, v: NodeId): NodeId => site.g.constant(0, site.g.shape(v));

const keep: Scale = (_, v) => v;
const negate: Scale = ({ g }, v) => g.neg(v);

/** One entry an argument; null for the whole op where every derivative is zero; undefined for ops that are not elementwise. */
export const scales = {
  neg: [negate],
  exp: [({ g, id }, v) => g.mul(v, id)],
  log: [(s, v) => s.g.div(v, first(s))],
  log1p: [(s, v) => s.g.div(v, plusOne(s.g, first(s)))],
  expm1: [({ g, id }, v) => g.mul(v, plusOne(g, id))],
  sqrt: [({ g, id }, v) => g.div(g.mul(g.constant(0.5), v), id)],
  abs: [(s, v) => s.g.mul(v, s.g.apply("sign", [first(s)]))],
  sign: [null],
  floor: [null],
  sin: [(s, v) => s.g.mul(v, s.g.apply("cos", [first(s)]))],
  cos: [(s, v) => s.g.neg(s.g.mul(v, s.g.apply("sin", [first(s)])))],
  tan: [({ g, id }, v) => g.mul(v, plusOne(g, g.mul(id, id)))],
  atan: [(s, v) => s.g.div(v, plusOne(s.g, s.g.mul(first(s), first(s))))],
  tanh: [({ g, id }, v) => g.mul(v, oneMinus(g, g.mul(id, id)))],
  sigmoid: [({ g, id }, v) => g.mul(v, g.mul(id, oneMinus(g, id)))],
  softplus: [(s, v) => s.g.mul(v, s.g.apply("sigmoid", [first(s)]))],
  // d/dx log(1 − eˣ) = −1 / (e⁻ˣ − 1)
  log1mexp: [(s, v) => s.g.neg(s.g.div(v, s.g.apply("expm1", [s.g.neg(first(s))])))],
  erf: [(s, v) => s.g.mul(v, gauss(s, 2 / Math.sqrt(Math.PI), -1))],
  Phi: [(s, v) => s.g.mul(v, gauss(s, 1 / Math.sqrt(2 * Math.PI), -0.5))],
  logPhi: [(s, v) => s.g.mul(v, s.g.apply("millsRatio", [first(s)]))],
  // m = φ/Φ, m′ = −m (x + m)
  millsRatio: [(s, v) => s.g.neg(s.g.mul(v, s.g.mul(s.id, s.g.add(first(s), s.id))))],
  lgamma: [(s, v) => s.g.mul(v, s.g.apply("polygamma", [first(s)], { order: 0 }))],
  polygamma: [(s, v) => s.g.mul(v, s.g.apply("polygamma", [first(s)], { order: s.order + 1 }))],
  // of ψ⁽ⁿ⁾(x + k) − ψ⁽ⁿ⁾(x), with ψ⁽⁻¹⁾ = log Γ
  risingPolygamma: [
    (s, v) => s.g.mul(v, s.g.apply("risingPolygamma", s.args, { order: s.order + 1 })),
    (s, v) => s.g.mul(v, s.g.apply("polygamma", [s.g.add(first(s), second(s))], { order: s.order + 1 })),
  ],
  not: [null],
  add: [keep, keep],
  sub: [keep, negate],
  mul: [(s, v) => s.g.mul(v, second(s)), (s, v) => s.g.mul(v, first(s))],
  div: [(s, v) => s.g.div(v, second(s)), (s, v) => s.g.neg(s.g.div(s.g.mul(v, s.id), second(s)))],
  pow: [
    (s, v) => {
      const lowered = s.g.apply("pow", [first(s), s.g.sub(second(s), s.g.constant(1))]);
      return s.g.mul(v, s.g.mul(second(s), lowered));
    },
    (s, v) => s.g.mul(v, s.g.apply("xlogy", [s.id, first(s)])), // 0 where the power is 0
  ],
  min: [(s, v) => ifAtMost(s, first(s), second(s), v), (s, v) => otherwise(s, first(s), second(s), v)],
  max: [(s, v) => ifAtMost(s, second(s), first(s), v), (s, v) => otherwise(s, second(s), first(s), v)],
  lt: [null, null],
  le: [null, null],
  eq: [null, null],
  ne: [null, null],
  and: [null, null],
  or: [null, null],
  xlogy: [
    (s, v) => s.g.mul(v, s.g.apply("log", [second(s)])),
    (s, v) => s.g.mul(v, s.g.apply("xdivy", [first(s), second(s)])),
  ],
  xdivy: [(s, v) => s.g.div(v, second(s)), (s, v) => s.g.neg(s.g.div(s.g.mul(v, s.id), second(s)))],
  select: [
    null,
    (s, v) => s.g.apply("select", [first(s), v, zeroLike(s, v)]),
    (s, v) => s.g.apply("select", [first(s), zeroLike(s, v), v]),
  ],
} as const satisfies Partial<Record<Op, readonly Scale[]>>;

/** The ops that `scales` covers. */
export type DifferentiableOp = keyof typeof scales;

function gauss(site: Site, factor: number, rate: number): NodeId {
  const { g } = site;
  const square = g.mul(first(site), first(site));
  return g.mul(g.constant(factor), g.apply("exp", [g.mul(g.constant(rate), square)]));
}

function ifAtMost(site: Site, a: NodeId, b: NodeId, v: NodeId): NodeId {
  return site.g.apply("select", [site.g.apply("le", [a, b]), v, zeroLike(site, v)]);
}

function otherwise(site: Site, a: NodeId, b: NodeId, v: NodeId): NodeId {
  return site.g.apply("select", [site.g.apply("le", [a, b]), zeroLike(site, v), v]);
}
