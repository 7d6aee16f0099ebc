// The op table: every operation a graph may hold, with its arity, its cost and, for the elementwise ones,
// its value on doubles. One table for constant folding, the interpreter, emitters and the cost model.

import * as special from "./special/index.ts";

/** How an operation treats shapes: `leaf` has none to treat, `elementwise` keeps them, `shape` moves or folds axes. */
export type OpKind = "leaf" | "elementwise" | "shape" | "reduction";

export interface OpInfo {
  readonly kind: OpKind;
  /** Number of arguments; -1 for any number. */
  readonly arity: number;
  /** Rough cost of one element in multiply–add units, measured relative to a multiplication. */
  readonly flops: number;
  /** Value on doubles; the second parameter list is the op's `order` attribute where it has one. */
  readonly evaluate: ((args: readonly number[], order: number) => number) | null;
}

const leaf: OpInfo = { kind: "leaf", arity: 0, flops: 0, evaluate: null };
const shape = (arity: number): OpInfo => ({ kind: "shape", arity, flops: 0, evaluate: null });
const reduction = (flops: number): OpInfo => ({ kind: "reduction", arity: 1, flops, evaluate: null });
const unary = (flops: number, f: (x: number) => number): OpInfo => ({
  kind: "elementwise",
  arity: 1,
  flops,
  evaluate: (a) => f(a[0] as number),
});
const binary = (flops: number, f: (x: number, y: number) => number): OpInfo => ({
  kind: "elementwise",
  arity: 2,
  flops,
  evaluate: (a) => f(a[0] as number, a[1] as number),
});

export const ops = {
  // leaves: `value`, `name`, `index` or `dim` say which
  const: leaf,
  param: leaf,
  column: leaf,
  once: leaf,
  learnt: leaf,
  slot: leaf,
  lane: leaf,
  tangent: leaf,
  noise: leaf,
  size: leaf,
  iota: leaf,
  // elementwise
  neg: unary(1, (x) => -x),
  exp: unary(10, Math.exp),
  log: unary(10, Math.log),
  log1p: unary(12, Math.log1p),
  expm1: unary(12, Math.expm1),
  sqrt: unary(4, Math.sqrt),
  abs: unary(1, Math.abs),
  sign: unary(1, Math.sign),
  floor: unary(1, Math.floor),
  sin: unary(15, Math.sin),
  cos: unary(15, Math.cos),
  tan: unary(20, Math.tan),
  atan: unary(20, Math.atan),
  tanh: unary(12, Math.tanh),
  sigmoid: unary(12, special.sigmoid),
  softplus: unary(20, special.softplus),
  log1mexp: unary(20, special.log1mexp),
  erf: unary(20, special.erf),
  Phi: unary(25, special.Phi),
  logPhi: unary(35, special.logPhi),
  millsRatio: unary(35, special.millsRatio),
  lgamma: unary(30, special.lgamma),
  polygamma: { kind: "elementwise", arity: 1, flops: 40, evaluate: (a, n) => special.polygamma(n, a[0] as number) },
  risingPolygamma: {
    kind: "elementwise",
    arity: 2,
    flops: 60,
    evaluate: (a, n) => special.risingPolygamma(n, a[0] as number, a[1] as number),
  },
  not: unary(1, (x) => (x === 0 ? 1 : 0)),
  add: binary(1, (x, y) => x + y),
  sub: binary(1, (x, y) => x - y),
  mul: binary(1, (x, y) => x * y),
  div: binary(4, (x, y) => x / y),
  pow: binary(25, (x, y) => x ** y),
  min: binary(1, Math.min),
  max: binary(1, Math.max),
  lt: binary(1, (x, y) => (x < y ? 1 : 0)),
  le: binary(1, (x, y) => (x <= y ? 1 : 0)),
  eq: binary(1, (x, y) => (x === y ? 1 : 0)),
  ne: binary(1, (x, y) => (x !== y ? 1 : 0)),
  and: binary(1, (x, y) => (x !== 0 && y !== 0 ? 1 : 0)),
  or: binary(1, (x, y) => (x !== 0 || y !== 0 ? 1 : 0)),
  /** x log y, 0 where x = 0. */
  xlogy: binary(12, (x, y) => (x === 0 ? 0 : x * Math.log(y))),
  /** x / y, 0 where x = 0: the derivative of `xlogy` in y. */
  xdivy: binary(5, (x, y) => (x === 0 ? 0 : x / y)),
  select: {
    kind: "elementwise",
    arity: 3,
    flops: 2,
    evaluate: (a) => ((a[0] as number) !== 0 ? a[1] : a[2]) as number,
  },
  // shape: move axes, no arithmetic
  /** The same value, counted once a row: what `sumRows` needs of a value that is the same for all rows. */
  perRow: shape(1),
  expand: shape(1),
  transpose: shape(1),
  stack: shape(-1),
  pick: shape(1),
  place: shape(1),
  slice: shape(1),
  pad: shape(1),
  gather: shape(2),
  scatter: shape(2),
  // reductions and contractions
  sum: reduction(1),
  prod: reduction(1),
  reduceMax: reduction(1),
  logsumexp: reduction(12),
  cumsum: reduction(1),
  contract: { kind: "reduction", arity: 2, flops: 2, evaluate: null },
  /** Lower-triangular R with F = R Rᵀ; zero columns where F is singular. */
  root: reduction(4),
  /** Sum over the rows of a batch. */
  sumRows: reduction(1),
} satisfies Record<string, OpInfo>;

export type Op = keyof typeof ops;

/** Table lookup at the wide type, for code that handles any op. */
export function info(op: Op): OpInfo {
  return ops[op];
}
