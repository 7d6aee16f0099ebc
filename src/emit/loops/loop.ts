// Loops: the imperative form all targets but the interpreter of arrays print. Integers are addresses and
// counters, floats are doubles; one linear memory; nothing is allocated.

import type { Op, Routine } from "../../ir/index.ts";

export type Int =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "index"; readonly name: string }
  | { readonly kind: "plus"; readonly left: Int; readonly right: Int }
  | { readonly kind: "times"; readonly by: number; readonly of: Int }
  /** A double that holds an integer. */
  | { readonly kind: "truncate"; readonly of: Float };

export type Float =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "local"; readonly name: string }
  | { readonly kind: "load"; readonly at: Int }
  | { readonly kind: "fromInt"; readonly of: Int }
  /** Rows of the current batch. */
  | { readonly kind: "rows" }
  | { readonly kind: "apply"; readonly op: Op; readonly order: number; readonly args: readonly Float[] };

/** `rows`: the rows of the current batch. */
export type Count = number | "rows";

export type Statement =
  | { readonly kind: "for"; readonly index: string; readonly count: Count; readonly body: readonly Statement[] }
  | { readonly kind: "let"; readonly name: string; readonly value: Float; readonly mutable: boolean }
  | { readonly kind: "assign"; readonly name: string; readonly value: Float }
  | { readonly kind: "store"; readonly at: Int; readonly value: Float; readonly add: boolean }
  | { readonly kind: "routine"; readonly routine: Routine }
  /** Another procedure of the program, for the same rows. */
  | { readonly kind: "call"; readonly procedure: string }
  | { readonly kind: "if"; readonly condition: Float; readonly body: readonly Statement[] }
  | { readonly kind: "while"; readonly condition: Float; readonly body: readonly Statement[] };

export interface LoopProcedure {
  readonly name: string;
  readonly body: readonly Statement[];
}

/** A whole program: procedures over `length` doubles, scratch included. */
export interface LoopProgram {
  readonly kind: "loops";
  readonly length: number;
  readonly procedures: readonly LoopProcedure[];
}

// ---------------------------------------------------------------- small constructors

export function int(value: number): Int {
  return { kind: "int", value };
}
export function index(name: string): Int {
  return { kind: "index", name };
}
export function plus(left: Int, right: Int): Int {
  if (left.kind === "int" && right.kind === "int") return int(left.value + right.value);
  if (left.kind === "int" && left.value === 0) return right;
  if (right.kind === "int" && right.value === 0) return left;
  if (left.kind === "int") return plus(right, left);
  if (right.kind === "int" && left.kind === "plus" && left.right.kind === "int")
    return plus(left.left, int(left.right.value + right.value));
  if (left.kind === "plus" && left.right.kind === "int") return plus(plus(left.left, right), left.right);
  return { kind: "plus", left, right };
}
export function times(by: number, of: Int): Int {
  if (by === 1) return of;
  if (by === 0) return int(0);
  if (of.kind === "int") return int(by * of.value);
  if (of.kind === "times") return times(by * of.by, of.of);
  if (of.kind === "plus") return plus(times(by, of.left), times(by, of.right));
  return { kind: "times", by, of };
}
export function number(value: number): Float {
  return { kind: "number", value };
}
export function load(at: Int): Float {
  return { kind: "load", at };
}
export function apply(op: Op, args: readonly Float[], order = 0): Float {
  return { kind: "apply", op, order, args };
}
