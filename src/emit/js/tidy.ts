// Loops as a person would write them: loops of one round are gone, and what stands on its own between two tests of the
// same thing is their `else`. The numbers are the same bits: no arithmetic is moved or changed.

import type { Float, Int, LoopProgram, Statement } from "../loops/loop.ts";
import { int, plus, times } from "../loops/loop.ts";
import { isRegion } from "./names.ts";

/** A statement of the printed program. */
export type Tidy =
  | Exclude<Statement, { kind: "for" | "if" | "while" }>
  | { readonly kind: "for"; readonly index: string; readonly count: number | "rows"; readonly body: readonly Tidy[] }
  | { readonly kind: "while"; readonly condition: Float; readonly body: readonly Tidy[] }
  | {
      readonly kind: "if";
      readonly condition: Float;
      readonly body: readonly Tidy[];
      readonly otherwise: readonly Tidy[];
    }
  /** `count` numbers from `at` on ← value */
  | { readonly kind: "fill"; readonly at: Int; readonly count: number; readonly value: number };

/** The statements of a procedure, tidied; `program` tells what calls change. */
export function tidy(body: readonly Statement[], program: LoopProgram): Tidy[] {
  return paired(
    body.flatMap((statement) => one(statement, program, { indices: new Map(), locals: new Map() })).filter(useful),
    program,
  );
}

interface Replaced {
  /** Indices of loops that are gone. */
  readonly indices: ReadonlyMap<string, Int>;
  /** Locals that are an index, as a double. */
  readonly locals: Map<string, Float>;
}

function withIndex(replaced: Replaced, index: string): Replaced {
  return { ...replaced, indices: new Map([...replaced.indices, [index, int(0)]]) };
}

function useful(statement: Tidy): boolean {
  return statement.kind !== "for" || statement.body.length > 0;
}

function one(statement: Statement, program: LoopProgram, replaced: Replaced): Tidy[] {
  const inside = (body: readonly Statement[], also = replaced): Tidy[] =>
    paired(body.flatMap((s) => one(s, program, also)).filter(useful), program);
  switch (statement.kind) {
    case "for": {
      const { index, count, body } = statement;
      // a routine reads the lane by its name
      if (count === 1 && (index !== "lane" || !hasRoutine(body))) return inside(body, withIndex(replaced, index));
      const only = body.length === 1 ? body[0] : undefined;
      if (only?.kind === "store" && !only.add && only.value.kind === "number" && count !== "rows") {
        const last = intOf(only.at, withIndex(replaced, index));
        if (strideOf(only.at, index) === 1) return [{ kind: "fill", at: last, count, value: only.value.value }];
      }
      return [{ kind: "for", index, count, body: inside(body) }];
    }
    case "let": {
      const value = floatOf(statement.value, replaced);
      if (statement.mutable || value.kind !== "fromInt") return [{ ...statement, value }];
      replaced.locals.set(statement.name, value);
      return [];
    }
    case "assign":
      return [{ ...statement, value: floatOf(statement.value, replaced) }];
    case "store":
      return [{ ...statement, at: intOf(statement.at, replaced), value: floatOf(statement.value, replaced) }];
    case "if":
      return [
        {
          kind: "if",
          condition: floatOf(statement.condition, replaced),
          body: inside(statement.body),
          otherwise: [],
        },
      ];
    case "while":
      return [{ kind: "while", condition: floatOf(statement.condition, replaced), body: inside(statement.body) }];
    case "call":
    case "routine":
      return [statement];
  }
}

function hasRoutine(body: readonly Statement[]): boolean {
  return body.some((s) => s.kind === "routine" || ("body" in s && hasRoutine(s.body)));
}

function intOf(value: Int, replaced: Replaced): Int {
  switch (value.kind) {
    case "int":
      return value;
    case "index":
      return replaced.indices.get(value.name) ?? value;
    case "plus":
      return plus(intOf(value.left, replaced), intOf(value.right, replaced));
    case "times":
      return times(value.by, intOf(value.of, replaced));
    case "truncate":
      return { kind: "truncate", of: floatOf(value.of, replaced) };
  }
}

function floatOf(value: Float, replaced: Replaced): Float {
  switch (value.kind) {
    case "local":
      return replaced.locals.get(value.name) ?? value;
    case "number":
    case "rows":
      return value;
    case "load":
      return { kind: "load", at: intOf(value.at, replaced) };
    case "fromInt": {
      const of = intOf(value.of, replaced);
      return of.kind === "int" ? { kind: "number", value: of.value } : { kind: "fromInt", of };
    }
    case "apply":
      return { ...value, args: value.args.map((a) => floatOf(a, replaced)) };
  }
}

/** How far an address moves with an index; NaN where that cannot be told. */
function strideOf(value: Int, index: string): number {
  switch (value.kind) {
    case "int":
      return 0;
    case "index":
      return value.name === index ? 1 : 0;
    case "plus":
      return strideOf(value.left, index) + strideOf(value.right, index);
    case "times":
      return value.by * strideOf(value.of, index);
    case "truncate":
      return Number.NaN;
  }
}

// ---------------------------------------------------------------- if … else

/** `if (c) A; if (not c) B` as one statement, where A leaves alone what c reads. */
function paired(body: readonly Tidy[], program: LoopProgram): Tidy[] {
  const result: Tidy[] = [];
  for (const statement of body) {
    const before = result.at(-1);
    if (statement.kind === "if" && before?.kind === "if" && before.otherwise.length === 0) {
      const { condition } = statement;
      const opposite =
        condition.kind === "apply" &&
        condition.op === "not" &&
        JSON.stringify(condition.args[0]) === JSON.stringify(before.condition);
      if (opposite && !changes(before.body, new Set(positionsOf(before.condition)), program)) {
        result[result.length - 1] = { ...before, otherwise: statement.body };
        continue;
      }
    }
    result.push(statement);
  }
  return result;
}

/** Fixed positions that an expression reads. */
function positionsOf(value: Float): number[] {
  if (value.kind === "load") return value.at.kind === "int" ? [value.at.value] : [Number.NaN];
  return value.kind === "apply" ? value.args.flatMap(positionsOf) : [];
}

/** Whether statements may write one of the positions; calls are followed. */
function changes(body: readonly (Tidy | Statement)[], positions: ReadonlySet<number>, program: LoopProgram): boolean {
  const within = (offset: number, length: number): boolean =>
    [...positions].some((p) => !(p < offset || p >= offset + length));
  return body.some((statement): boolean => {
    switch (statement.kind) {
      case "for":
      case "while":
        return changes(statement.body, positions, program);
      case "if":
        return changes(
          [...statement.body, ...("otherwise" in statement ? statement.otherwise : [])],
          positions,
          program,
        );
      case "store":
        // sums and rows lie elsewhere than the single numbers that steer
        return statement.at.kind === "int" ? within(statement.at.value, 1) : false;
      case "fill":
        return statement.at.kind !== "int" || within(statement.at.value, statement.count);
      case "routine":
        return Object.values(statement.routine).some((v) => isRegion(v) && within(v.offset, v.length));
      case "call":
        return changes(program.procedures.find((p) => p.name === statement.procedure)?.body ?? [], positions, program);
      case "let":
      case "assign":
        return false;
    }
  });
}
