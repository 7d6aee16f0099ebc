// Expressions: what was written becomes a value of the graph, with type, shape and support checked on the way.

import { type Span, unreachable } from "../diagnostics/index.ts";
import type { Expr } from "../syntax/index.ts";
import { contract, stackValues, transposed } from "./arrays.ts";
import { call } from "./calls.ts";
import { type Context, report, type Scope } from "./context.ts";
import { align, arithmetic, elementwise } from "./elementwise.ts";
import { index } from "./indices.ts";
import { applied } from "./layers.ts";
import { comprehension } from "./loops.ts";
import { unknownName } from "./names.ts";
import { literal, numeric } from "./numbers.ts";
import * as s from "./support.ts";
import { missingIn, type NumberValue, number, type Value } from "./value.ts";

/** The value of an expression; null where something in it is wrong, which has then been reported. */
export function elaborate(c: Context, expr: Expr, scope: Scope): Value | null {
  switch (expr.kind) {
    case "number":
      return literal(c, expr.value);
    case "name":
      return named(c, expr.name, expr.span, scope);
    case "unary":
      return unary(c, expr, scope);
    case "binary":
      return binary(c, expr, scope);
    case "transpose": {
      const operand = numeric(c, expr.operand, scope);
      return operand && transposed(c, operand, expr.span);
    }
    case "index":
      return index(c, expr, scope);
    case "if":
      return conditional(c, expr, scope);
    case "call":
      return call(c, expr, scope);
    case "apply":
      return applied(c, expr, scope);
    case "comprehension":
      return comprehension(c, expr, scope);
    case "array":
      return array(c, expr.elements, expr.span, scope);
    default:
      return unreachable(expr);
  }
}

function named(c: Context, name: string, span: Span, scope: Scope): Value | null {
  const value = scope.value(name, span);
  if (value !== undefined) return value;
  if (name === "pi") return literal(c, Math.PI);
  if (name === "inf") return literal(c, Number.POSITIVE_INFINITY);
  return unknownName(c, name, span, scope);
}

function unary(c: Context, expr: Expr & { kind: "unary" }, scope: Scope): NumberValue | null {
  const operand = numeric(c, expr.operand, scope);
  if (operand === null) return null;
  if (expr.op === "-") return elementwise(c, "neg", [operand], s.negated(operand.support), "-", expr.span);
  if (!s.fits(operand.support, s.supports.binary))
    return report(c, "FF301", expr.operand.span, {
      expected: "a comparison or a binary value",
      found: s.describe(operand.support),
    });
  return elementwise(c, "not", [operand], s.supports.binary, "not", expr.span);
}

function binary(c: Context, expr: Expr & { kind: "binary" }, scope: Scope): NumberValue | null {
  const left = numeric(c, expr.left, scope);
  const right = numeric(c, expr.right, scope);
  if (left === null || right === null) return null;
  if (expr.op === "@") return contract(c, left, right, expr.span);
  return arithmetic(c, expr.op, left, right, expr.span);
}

function conditional(c: Context, expr: Expr & { kind: "if" }, scope: Scope): NumberValue | null {
  const condition = numeric(c, expr.condition, scope);
  const then = numeric(c, expr.then, scope);
  const otherwise = numeric(c, expr.else, scope);
  if (condition === null || then === null || otherwise === null) return null;
  return choose(c, condition, then, otherwise, expr.condition.span, expr.span);
}

/** `if condition then a else b`, elementwise. */
export function choose(
  c: Context,
  condition: NumberValue,
  then: NumberValue,
  otherwise: NumberValue,
  conditionSpan: Span,
  span: Span,
): NumberValue | null {
  if (!s.fits(condition.support, s.supports.binary))
    return report(c, "FF301", conditionSpan, {
      expected: "a comparison or a binary value",
      found: s.describe(condition.support),
    });
  const aligned = align(c, [condition, then, otherwise], "if", span);
  if (aligned === null) return null;
  const node = c.g.apply("select", aligned.nodes);
  return number(node, aligned.shape, s.union(then.support, otherwise.support), {
    lanes: aligned.lanes,
    missing: missingIn([condition, then, otherwise]),
  });
}

function array(c: Context, elements: readonly Expr[], span: Span, scope: Scope): NumberValue | null {
  const values: NumberValue[] = [];
  for (const element of elements) {
    const value = numeric(c, element, scope);
    if (value !== null) values.push(value);
  }
  if (values.length < elements.length) return null;
  return stackValues(c, values, span);
}
