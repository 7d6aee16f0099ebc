// The functions that are operations of the graph, as one table: what they take, what they make, where the values
// of the result lie. Functions that are expressions in these are written in stdlib/functions.ffm.

import type { Span } from "../diagnostics/index.ts";
import { type Op, showShape } from "../ir/index.ts";
import type { Expr } from "../syntax/index.ts";
import { contract, cumsum, diagonal, outer, type Reducer, reduce, softmax } from "./arrays.ts";
import { type Context, report } from "./context.ts";
import { arithmetic, elementwise } from "./elementwise.ts";
import * as s from "./support.ts";
import type { NumberValue } from "./value.ts";

interface Call {
  readonly c: Context;
  readonly name: string;
  readonly args: readonly NumberValue[];
  readonly written: readonly Expr[];
  readonly span: Span;
}

interface Builtin {
  readonly parameters: readonly string[];
  /** Any number of arguments, from one. */
  readonly variadic?: boolean;
  readonly apply: (call: Call) => NumberValue | null;
}

type Image = (x: s.Support) => s.Support;

/** An elementwise function of one argument. */
function unary(op: Op, image: Image): Builtin {
  return {
    parameters: ["x"],
    apply: ({ c, name, args: [x], span }) =>
      elementwise(c, op, [x as NumberValue], image((x as NumberValue).support), name, span),
  };
}

const real: Image = () => s.supports.real;
const grows =
  (f: (x: number) => number): Image =>
  (x) =>
    s.growing(x, f);
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

function positiveFor(x: s.Support): s.Support {
  return x.lower >= 0 ? s.supports.positive : s.supports.real;
}

function reducer(name: Reducer): Builtin {
  return {
    parameters: ["x"],
    apply: (call) => {
      const x = array(call, 0);
      return x && reduce(call.c, name, x, "all");
    },
  };
}

/** An argument that must have a dimension. */
function array(call: Call, at: number, rank?: number): NumberValue | null {
  const value = call.args[at] as NumberValue;
  const span = call.written[at]?.span ?? call.span;
  if (value.shape.length === 0) return report(call.c, "FF313", span, { callee: call.name });
  if (rank !== undefined && value.shape.length !== rank)
    return report(call.c, "FF301", span, { expected: "a vector", found: `of shape ${showShape(value.shape)}` });
  return value;
}

function extreme(op: "max" | "min", join: (a: s.Support, b: s.Support) => s.Support): Builtin {
  const whole = reducer(op);
  return {
    parameters: ["x"],
    variadic: true,
    apply: (call) => {
      const [first, ...rest] = call.args as [NumberValue, ...NumberValue[]];
      if (rest.length === 0) return whole.apply(call);
      return rest.reduce<NumberValue | null>(
        (a, b) => a && elementwise(call.c, op, [a, b], join(a.support, b.support), op, call.span),
        first,
      );
    },
  };
}

function two(
  apply: (c: Context, a: NumberValue, b: NumberValue, span: Span, call: Call) => NumberValue | null,
  a = "x",
  b = "y",
): Builtin {
  return {
    parameters: [a, b],
    apply: (call) => apply(call.c, call.args[0] as NumberValue, call.args[1] as NumberValue, call.span, call),
  };
}

const builtins: Readonly<Record<string, Builtin>> = {
  exp: unary("exp", grows(Math.exp)),
  log: unary("log", (x) => s.growing(x.lower < 0 ? { ...x, lower: 0 } : x, Math.log)),
  log1p: unary("log1p", (x) => s.growing(x.lower < -1 ? { ...x, lower: -1 } : x, Math.log1p)),
  expm1: unary("expm1", grows(Math.expm1)),
  sqrt: unary("sqrt", (x) => s.growing(x.lower < 0 ? { ...x, lower: 0 } : x, Math.sqrt)),
  abs: unary("abs", s.absolute),
  sign: unary("sign", () => s.interval(-1, 1, false, true)),
  floor: unary("floor", (x) => ({ ...s.growing(x, Math.floor, true), lowerOpen: false, integer: true })),
  sin: unary("sin", () => s.supports.sine),
  cos: unary("cos", () => s.supports.sine),
  tan: unary("tan", real),
  atan: unary("atan", grows(Math.atan)),
  tanh: unary("tanh", grows(Math.tanh)),
  sigmoid: unary("sigmoid", grows(sigmoid)),
  softplus: unary(
    "softplus",
    grows((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  ),
  log1mexp: unary("log1mexp", () => ({ ...s.supports.real, upper: 0 })),
  erf: unary("erf", (x) => (x.lower >= 0 ? s.supports.probability : s.supports.sine)),
  Phi: unary("Phi", () => s.supports.unit),
  log_Phi: unary("logPhi", () => ({ ...s.supports.real, upper: 0 })),
  lgamma: unary("lgamma", real),
  digamma: {
    parameters: ["x"],
    apply: ({ c, args: [x], span }) =>
      elementwise(c, "polygamma", [x as NumberValue], s.supports.real, "digamma", span, { order: 0 }),
  },
  polygamma: {
    parameters: ["n", "x"],
    apply: ({ c, args: [n, x], span, written }) => {
      const order = c.g.constantValue((n as NumberValue).node);
      if (order === null || !Number.isInteger(order) || order < 0)
        return report(c, "FF308", written[0]?.span ?? span, { what: "The order of `polygamma`" });
      const support = order % 2 === 1 ? positiveFor((x as NumberValue).support) : s.supports.real;
      return elementwise(c, "polygamma", [x as NumberValue], support, "polygamma", span, { order });
    },
  },
  rising_lgamma: two(
    (c, x, k, span) => elementwise(c, "risingPolygamma", [x, k], s.supports.real, "rising_lgamma", span, { order: -1 }),
    "x",
    "k",
  ),
  xlogy: two((c, x, y, span) => elementwise(c, "xlogy", [x, y], s.supports.real, "xlogy", span)),
  pow: two((c, x, n, span) => arithmetic(c, "^", x, n, span), "x", "n"),
  max: extreme("max", s.larger),
  min: extreme("min", s.smaller),
  sum: reducer("sum"),
  prod: reducer("prod"),
  mean: reducer("mean"),
  logsumexp: reducer("logsumexp"),
  softmax: {
    parameters: ["x"],
    apply: (call) => {
      const x = array(call, 0);
      return x && softmax(call.c, x, call.span);
    },
  },
  cumsum: {
    parameters: ["x"],
    apply: (call) => {
      const x = array(call, 0, 1);
      return x && cumsum(call.c, x, call.span);
    },
  },
  dot: two((c, a, b, span, call) => {
    if (array(call, 0, 1) === null || array(call, 1, 1) === null) return null;
    return contract(c, a, b, span);
  }),
  outer: two((c, a, b, span, call) => {
    if (array(call, 0, 1) === null || array(call, 1, 1) === null) return null;
    return outer(c, a, b, span);
  }),
  diag: {
    parameters: ["x"],
    apply: (call) => {
      const x = array(call, 0, 1);
      return x && diagonal(call.c, x, call.span);
    },
  },
};

/** Names of all operations. */
export const builtinNames: readonly string[] = Object.keys(builtins);

/** The parameters of an operation; null where there is none of that name. */
export function builtinParameters(
  name: string,
): { readonly parameters: readonly string[]; readonly variadic: boolean } | null {
  if (!Object.hasOwn(builtins, name)) return null;
  const { parameters, variadic } = builtins[name] as Builtin;
  return { parameters, variadic: variadic === true };
}

/** Whether a function folds or maps one array, so that it may hold a loop. */
export function isArrayFunction(name: string): boolean {
  return ["sum", "prod", "max", "min", "mean", "logsumexp", "softmax", "cumsum"].includes(name);
}

/** The result of an operation for arguments in the order of its parameters. */
export function applyBuiltin(
  c: Context,
  name: string,
  args: readonly NumberValue[],
  written: readonly Expr[],
  span: Span,
): NumberValue | null {
  return (builtins[name] as Builtin).apply({ c, name, args, written, span });
}
