// Elementwise operations as WASM instructions, for one double and for two at once. Operations without an instruction
// are kernels: `NAME_s` of a double, `NAME_v` of two.

import type { Op } from "../../ir/index.ts";
import { op } from "./encode.ts";

/** How an operation is written once its arguments are on the stack. */
export type Lowered =
  | { readonly kind: "instruction"; readonly code: readonly number[] }
  /** A comparison: an i32 or a mask, turned into 1 or 0. */
  | { readonly kind: "test"; readonly code: readonly number[] }
  | { readonly kind: "kernel"; readonly name: string }
  /** Written by the code generator itself. */
  | { readonly kind: "special" };

const instruction = (code: readonly number[]): Lowered => ({ kind: "instruction", code });
const test = (code: readonly number[]): Lowered => ({ kind: "test", code });
const kernel = (name: string): Lowered => ({ kind: "kernel", name });
const special: Lowered = { kind: "special" };

type Scalars = Exclude<Op, Unused>;
/** Ops that never reach an expression of the loops. */
type Unused =
  | "const"
  | "param"
  | "column"
  | "once"
  | "learnt"
  | "slot"
  | "lane"
  | "tangent"
  | "noise"
  | "size"
  | "iota"
  | "perRow"
  | "expand"
  | "transpose"
  | "stack"
  | "pick"
  | "place"
  | "slice"
  | "pad"
  | "gather"
  | "scatter"
  | "sum"
  | "prod"
  | "reduceMax"
  | "logsumexp"
  | "cumsum"
  | "contract"
  | "root"
  | "sumRows";

/** [one double, two doubles] */
export const lowered: Record<Scalars, readonly [Lowered, Lowered]> = {
  neg: [instruction(op.f64.neg), instruction(op.v128.neg)],
  exp: both("exp"),
  log: both("log"),
  log1p: both("log1p"),
  expm1: both("expm1"),
  sqrt: [instruction(op.f64.sqrt), instruction(op.v128.sqrt)],
  abs: [instruction(op.f64.abs), instruction(op.v128.abs)],
  sign: [special, special],
  floor: [instruction(op.f64.floor), instruction(op.v128.floor)],
  sin: both("sin"),
  cos: both("cos"),
  tan: both("tan"),
  atan: both("atan"),
  tanh: both("tanh"),
  sigmoid: both("sigmoid"),
  softplus: both("softplus"),
  log1mexp: both("log1mexp"),
  erf: both("erf"),
  Phi: both("Phi"),
  logPhi: both("logPhi"),
  millsRatio: both("millsRatio"),
  lgamma: both("lgamma"),
  polygamma: [special, special],
  risingPolygamma: [special, special],
  not: [special, special],
  add: [instruction(op.f64.add), instruction(op.v128.add)],
  sub: [instruction(op.f64.sub), instruction(op.v128.sub)],
  mul: [instruction(op.f64.mul), instruction(op.v128.mul)],
  div: [instruction(op.f64.div), instruction(op.v128.div)],
  pow: both("pow"),
  min: [instruction(op.f64.min), instruction(op.v128.min)],
  max: [instruction(op.f64.max), instruction(op.v128.max)],
  lt: [test(op.f64.lt), test(op.v128.lt)],
  le: [test(op.f64.le), test(op.v128.le)],
  eq: [test(op.f64.eq), test(op.v128.eq)],
  ne: [test(op.f64.ne), test(op.v128.ne)],
  and: [special, special],
  or: [special, special],
  xlogy: both("xlogy"),
  xdivy: [special, special],
  select: [special, special],
};

function both(name: string): readonly [Lowered, Lowered] {
  return [kernel(`${name}_s`), kernel(`${name}_v`)];
}

/** The table's entry for an op that loops may hold. */
export function loweredOf(name: Op): readonly [Lowered, Lowered] {
  const found = (lowered as Partial<Record<Op, readonly [Lowered, Lowered]>>)[name];
  if (found === undefined) throw new Error(`${name} does not occur in loops`);
  return found;
}
