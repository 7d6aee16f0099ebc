// Expressions of the loops as JavaScript: infix with as few brackets as the order of evaluation allows, so that the
// result has the same bits as the loops'.

import type { Op } from "../../ir/index.ts";
import type { Float, Int } from "../loops/loop.ts";
import { controlText, type MemoryNames } from "./names.ts";

/** An expression and how strongly its outermost operator binds. */
export interface Text {
  readonly text: string;
  readonly strength: number;
}

/** Strengths, weakest first. */
const strength = { choice: 1, or: 2, and: 3, equal: 4, less: 5, sum: 6, product: 7, unary: 8, power: 9, whole: 10 };

/** What expressions may refer to. */
export interface Scope {
  readonly names: MemoryNames;
  /** The text of a local. */
  readonly local: (name: string) => Text;
  /** The identifier of a loop's index. */
  readonly index: (name: string) => string;
  /** The first position and the name of scratch that holds a position; null outside scratch. */
  readonly scratch: (
    position: number,
  ) => { readonly offset: number; readonly text: string; readonly rows: boolean } | null;
  /** A value in memory, where it is not to be `m[…]`. */
  readonly load?: (at: Int) => string;
  /** Told of every function of the library that is called. */
  readonly uses: (name: string) => void;
}

const infix: Partial<Record<Op, readonly [sign: string, strength: number]>> = {
  add: ["+", strength.sum],
  sub: ["-", strength.sum],
  mul: ["*", strength.product],
  div: ["/", strength.product],
};
const comparisons: Partial<Record<Op, readonly [sign: string, opposite: string, strength: number]>> = {
  lt: ["<", ">=", strength.less],
  le: ["<=", ">", strength.less],
  eq: ["===", "!==", strength.equal],
  ne: ["!==", "===", strength.equal],
};
const native = new Set(
  "exp log log1p expm1 sqrt abs sign floor sin cos tan atan tanh min max".split(" "),
) as ReadonlySet<string>;

export function whole(text: string): Text {
  return { text, strength: strength.whole };
}

/** The text, in brackets where it binds less than `least`. */
export function within(value: Text, least: number): string {
  return value.strength < least ? `(${value.text})` : value.text;
}

/** A number. */
export function number(value: number): Text {
  if (Number.isNaN(value)) return whole("NaN");
  const text = Object.is(value, -0) ? "-0" : String(value);
  return { text, strength: text.startsWith("-") ? strength.unary : strength.whole };
}

/** A value. */
export function expression(value: Float, scope: Scope): Text {
  switch (value.kind) {
    case "number":
      return number(value.value);
    case "local":
      return scope.local(value.name);
    case "load":
      return whole(scope.load?.(value.at) ?? `m[${address(value.at, scope)}]`);
    case "rows":
      return whole("rows");
    case "fromInt":
      return integer(value.of, scope);
    case "apply":
      return applied(value, scope);
  }
}

type Applied = Extract<Float, { kind: "apply" }>;

function applied(value: Applied, scope: Scope): Text {
  const { op, args } = value;
  const [a, b, c] = args as [Float, Float, Float];
  const sign = infix[op];
  if (sign !== undefined) return binary(op, sign, a, b, scope);
  if (comparisons[op] !== undefined || op === "and" || op === "or" || op === "not")
    return { text: `${within(condition(value, scope), strength.or)} ? 1 : 0`, strength: strength.choice };
  if (native.has(op)) return whole(`Math.${op}(${args.map((x) => expression(x, scope).text).join(", ")})`);
  switch (op) {
    case "neg": {
      const inner = within(expression(a, scope), strength.unary);
      return { text: inner.startsWith("-") ? `-(${inner})` : `-${inner}`, strength: strength.unary };
    }
    case "pow": {
      const [base, exponent] = [expression(a, scope), expression(b, scope)];
      return {
        text: `${within(base, strength.whole)} ** ${within(exponent, strength.unary)}`,
        strength: strength.power,
      };
    }
    case "select": {
      const test = within(condition(a, scope), strength.or);
      const [yes, no] = [expression(b, scope), expression(c, scope)];
      return {
        text: `${test} ? ${within(yes, strength.or)} : ${within(no, strength.choice)}`,
        strength: strength.choice,
      };
    }
    default: {
      scope.uses(op);
      const ordered = op === "polygamma" || op === "risingPolygamma";
      const list = args.map((x) => expression(x, scope).text);
      return whole(`${op}(${(ordered ? [String(value.order), ...list] : list).join(", ")})`);
    }
  }
}

function binary(op: Op, sign: readonly [string, number], a: Float, b: Float, scope: Scope): Text {
  const [word, own] = sign;
  const left = within(expression(a, scope), own);
  // a + −1 is a − 1, to the bit
  if (op === "add" && b.kind === "number" && b.value < 0) return { text: `${left} - ${-b.value}`, strength: own };
  return { text: `${left} ${word} ${within(expression(b, scope), own + 1)}`, strength: own };
}

/** A value as a condition, without the detour over 1 and 0 where it is a test. */
export function condition(value: Float, scope: Scope): Text {
  if (value.kind === "apply") {
    const [a, b] = value.args as [Float, Float];
    const comparison = comparisons[value.op];
    if (comparison !== undefined) {
      const tested = value.op === "ne" && b.kind === "number" && b.value === 0 && isTest(a);
      if (tested) return condition(a, scope);
      const [sign, , own] = comparison;
      return {
        text: `${within(summand(a, scope), own + 1)} ${sign} ${within(summand(b, scope), own + 1)}`,
        strength: own,
      };
    }
    if (value.op === "not") return opposite(a, scope);
    if (value.op === "and" || value.op === "or") {
      const own = strength[value.op];
      const sides = [a, b].map((x) => within(condition(x, scope), own));
      return { text: sides.join(value.op === "and" ? " && " : " || "), strength: own };
    }
    const [, yes, no] = value.args as [Float, Float | undefined, Float | undefined];
    if (value.op === "select" && isNumber(yes, 1) && isNumber(no, 0)) return condition(a, scope);
  }
  return { text: `${within(expression(value, scope), strength.equal + 1)} !== 0`, strength: strength.equal };
}

/** In a comparison a leading `0 +` says nothing. */
function summand(value: Float, scope: Scope): Text {
  if (value.kind === "apply" && value.op === "add" && isNumber(value.args[0], 0))
    return expression(value.args[1] as Float, scope);
  return expression(value, scope);
}

function opposite(value: Float, scope: Scope): Text {
  if (value.kind === "apply" && (value.op === "eq" || value.op === "ne")) {
    const swapped = value.op === "eq" ? "ne" : "eq";
    return condition({ ...value, op: swapped }, scope);
  }
  // not (a <= b) is also true for what is not a number
  return { text: `!(${condition(value, scope).text})`, strength: strength.unary };
}

function isTest(value: Float): boolean {
  return value.kind === "apply" && (comparisons[value.op] !== undefined || ["and", "or", "not"].includes(value.op));
}

function isNumber(value: Float | undefined, wanted: number): boolean {
  return value?.kind === "number" && value.value === wanted;
}

// ---------------------------------------------------------------- positions

/** A sum of multiples of indices and a number. */
interface Linear {
  readonly constant: number;
  readonly terms: readonly { readonly by: number; readonly text: Text; readonly row: boolean }[];
}

function linear(value: Int, scope: Scope): Linear {
  switch (value.kind) {
    case "int":
      return { constant: value.value, terms: [] };
    case "index":
      return { constant: 0, terms: [{ by: 1, text: whole(scope.index(value.name)), row: value.name === "r" }] };
    case "plus": {
      const [left, right] = [linear(value.left, scope), linear(value.right, scope)];
      return { constant: left.constant + right.constant, terms: [...left.terms, ...right.terms] };
    }
    case "times": {
      const of = linear(value.of, scope);
      const terms = of.terms.map((t) => ({ ...t, by: t.by * value.by }));
      return { constant: of.constant * value.by, terms };
    }
    case "truncate": {
      // an index that went through a double and back
      if (value.of.kind === "fromInt") return linear(value.of.of, scope);
      const of = expression(value.of, scope);
      return { constant: 0, terms: [{ by: 1, text: whole(`Math.trunc(${of.text})`), row: false }] };
    }
  }
}

/** The fixed part of an address. */
export function constantOf(value: Int): number {
  switch (value.kind) {
    case "int":
      return value.value;
    case "plus":
      return constantOf(value.left) + constantOf(value.right);
    case "times":
      return value.by * constantOf(value.of);
    case "index":
    case "truncate":
      return 0;
  }
}

function sum(terms: readonly { readonly by: number; readonly text: Text }[], constant: number): string[] {
  const parts = terms.map(({ by, text }) => (by === 1 ? text.text : `${by} * ${within(text, strength.unary)}`));
  return constant === 0 ? parts : [...parts, String(constant)];
}

function integer(value: Int, scope: Scope): Text {
  const { constant, terms } = linear(value, scope);
  const parts = sum(terms, constant);
  if (parts.length === 0) return whole("0");
  return {
    text: parts.join(" + "),
    strength: parts.length > 1 ? strength.sum : (terms[0]?.by ?? 1) === 1 ? strength.whole : strength.product,
  };
}

/** A position: the region, the parameter in it, the element, the row. */
export function address(at: Int, scope: Scope): string {
  const { constant, terms } = linear(at, scope);
  const { names } = scope;
  const named = names.find(constant);
  const scratch = named === null ? scope.scratch(constant) : null;
  if (named === null && scratch === null) return sum(terms, constant).join(" + ");
  if (named !== null) names.used.add(named);
  const text = named?.text ?? scratch?.text ?? "";
  const rest = constant - (named?.offset ?? scratch?.offset ?? 0);
  if (named?.arrangement === "control" && terms.length === 0) return controlText(rest);
  if (named?.arrangement === "coordinates") {
    const parameter = names.parameter(rest);
    if (parameter !== null) return [text, `at.${parameter.word}`, ...sum(terms, parameter.rest)].join(" + ");
  }
  const strided = named?.arrangement === "rows" || scratch?.rows === true;
  const { capacity } = names;
  if (strided && capacity > 1 && rest % capacity === 0 && terms.every((t) => t.row || t.by % capacity === 0)) {
    const steps = terms.filter((t) => !t.row).map((t) => ({ ...t, by: t.by / capacity }));
    const columns = sum(steps, rest / capacity);
    const row = terms.filter((t) => t.row).map((t) => t.text.text);
    const before =
      columns.length > 1
        ? [`(${columns.join(" + ")}) * capacity`]
        : columns.map((c) => (c === "1" ? "capacity" : `${c} * capacity`));
    return [text, ...before, ...row].join(" + ");
  }
  return [text, ...sum(terms, rest)].join(" + ");
}
