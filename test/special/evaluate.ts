// Evaluates expressions of the standard library on plain doubles straight from the syntax tree, with the op
// table's scalar functions: a check of the .ffm text that shares nothing with the compiler behind the parser.

import {
  digamma,
  erf,
  lgamma,
  log1mexp,
  logPhi,
  Phi,
  polygamma,
  risingPolygamma,
  sigmoid,
  softplus,
} from "../../src/ir/special/index.ts";
import { type DistributionItem, type Expr, type FunctionItem, parse } from "../../src/syntax/index.ts";
import { families, functions } from "../../stdlib/index.ts";

export type Value = number | readonly Value[] | "unknown";

const operations: Readonly<Record<string, (...x: number[]) => number>> = {
  ...{
    exp: Math.exp,
    log: Math.log,
    log1p: Math.log1p,
    expm1: Math.expm1,
    sqrt: Math.sqrt,
    abs: Math.abs,
    floor: Math.floor,
  },
  ...{ sin: Math.sin, cos: Math.cos, tan: Math.tan, atan: Math.atan, tanh: Math.tanh, min: Math.min, max: Math.max },
  ...{ sigmoid, softplus, log1mexp, erf, Phi, log_Phi: logPhi, lgamma, digamma, polygamma },
  rising_lgamma: (x, k) => risingPolygamma(-1, x, k),
  xlogy: (x, y) => (x === 0 ? 0 : x * Math.log(y)),
};

const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
  "==": (a, b) => Number(a === b),
  and: (a, b) => Number(a !== 0 && b !== 0),
};

const arrays: Readonly<Record<string, (...x: readonly (readonly number[])[]) => Value>> = {
  logsumexp: (x) => Math.max(...x) + Math.log(x.reduce((sum, v) => sum + Math.exp(v - Math.max(...x)), 0)),
  softmax: (x) =>
    x.map((v) => Math.exp(v - Math.max(...x)) / x.reduce((sum, w) => sum + Math.exp(w - Math.max(...x)), 0)),
  diag: (x) => x.map((v, i) => x.map((_, j) => (i === j ? v : 0))),
  outer: (x, y) => x.map((v) => y.map((w) => v * w)),
};

function lift(f: (a: number, b: number) => number, a: Value, b: Value): Value {
  if (typeof a === "object") return a.map((v, i) => lift(f, v, typeof b === "object" ? b[i] : b));
  if (typeof b === "object") return b.map((v) => lift(f, a, v));
  return f(a as number, b as number);
}

export interface Library {
  readonly functions: ReadonlyMap<string, FunctionItem>;
  readonly distributions: readonly DistributionItem[];
}

/** Parses the embedded library; any diagnostic is an error of the test that asks. */
export function readLibrary(): Library {
  const read = (path: string, text: string) => {
    const { ast, diagnostics } = parse({ path, text });
    if (diagnostics.length > 0) throw new Error(`${path}: ${diagnostics[0].message}`);
    return ast.items;
  };
  const fns = read("functions.ffm", functions).filter((item) => item.kind === "fn");
  const all = Object.entries(families).flatMap(([name, text]) => read(name, text));
  return {
    functions: new Map(fns.map((f) => [f.name.text, f])),
    distributions: all.filter((i) => i.kind === "distribution"),
  };
}

type Scope = (name: string) => Value | undefined;

/** The value of an expression; names are looked up in `scope`, functions in the library. */
export function evaluate(library: Library, expr: Expr, scope: Scope): Value {
  const go = (e: Expr): Value => evaluate(library, e, scope);
  switch (expr.kind) {
    case "number":
      return expr.value;
    case "name": {
      const constants: Readonly<Record<string, Value>> = {
        pi: Math.PI,
        inf: Number.POSITIVE_INFINITY,
        unknown: "unknown",
      };
      const value = scope(expr.name) ?? constants[expr.name];
      if (value === undefined) throw new Error(`no value for ${expr.name}`);
      return value;
    }
    case "unary":
      return lift((a, b) => a * b, go(expr.operand), -1);
    case "binary":
      return lift(binary[expr.op], go(expr.left), go(expr.right));
    case "if":
      return go(expr.condition) === 1 ? go(expr.then) : go(expr.else);
    case "array":
      return expr.elements.map(go);
    case "index": {
      const [at] = expr.indices;
      if (at.kind !== "at") throw new Error("no ranges here");
      return (go(expr.target) as readonly Value[])[(go(at.value) as number) - 1];
    }
    case "call": {
      const name = expr.callee.text;
      const args = expr.args.map((a) => go(a.value));
      const fn = library.functions.get(name);
      if (fn !== undefined) return callFunction(library, fn, args);
      if (name in arrays && !(name === "diag" && args[0] === "unknown")) return arrays[name](...(args as number[][]));
      return operations[name](...(args as number[]));
    }
    default:
      throw new Error(`the library does not use ${expr.kind}`);
  }
}

/** A library function of scalar arguments. */
export function callFunction(library: Library, fn: FunctionItem, args: readonly Value[]): Value {
  return evaluate(library, fn.body, (name) => args[fn.parameters.findIndex((p) => p.text === name)]);
}

/** A line of a family, over values of its arguments and of the line's own parameter; null where it has no such line. */
export function line(
  library: Library,
  family: DistributionItem,
  name: string,
  args: Readonly<Record<string, Value>>,
  parameter?: number,
): Value | null {
  const member = family.members.find((m) => m.name.text === name);
  if (member === undefined) return null;
  const scope: Scope = (wanted) => {
    if (wanted === member.parameters[0]?.text) return parameter;
    if (Object.hasOwn(args, wanted)) return args[wanted];
    const other = family.members.find((m) => m.name.text === wanted && m.parameters.length === 0);
    return other === undefined ? undefined : (line(library, family, wanted, args) ?? undefined);
  };
  return evaluate(library, member.value, scope);
}
