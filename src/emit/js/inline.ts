// Which locals may be written out where they are used: those used once, in the same block, with nothing in between that
// changes what they read. A value never moves into a loop.

import type { Float, Int } from "../loops/loop.ts";
import { constantOf } from "./expressions.ts";
import type { Tidy } from "./tidy.ts";

/** As all of a statement's value, or as a part of it. */
export type Use = "whole" | "part";

/** Such locals and how they are used; `region` tells what a position belongs to. */
export function inlinable(body: readonly Tidy[], region: (position: number) => string): ReadonlyMap<string, Use> {
  const uses = new Map<string, number>();
  const mutable = new Set<string>();
  count(body, uses, mutable);
  const chosen = new Map<string, Use>();
  choose(body, { uses, mutable, region, chosen });
  return chosen;
}

interface Choice {
  readonly uses: ReadonlyMap<string, number>;
  readonly mutable: ReadonlySet<string>;
  readonly region: (position: number) => string;
  readonly chosen: Map<string, Use>;
}

function count(body: readonly Tidy[], uses: Map<string, number>, mutable: Set<string>): void {
  for (const statement of body) {
    if (statement.kind === "let" && statement.mutable) mutable.add(statement.name);
    for (const name of own(statement)) uses.set(name, (uses.get(name) ?? 0) + 1);
    for (const inner of bodies(statement)) count(inner, uses, mutable);
  }
}

function choose(body: readonly Tidy[], choice: Choice): void {
  /** Regions that a chosen local reads, those of the locals in it included. */
  const reads = new Map<string, ReadonlySet<string>>();
  for (const [k, statement] of body.entries()) {
    for (const inner of bodies(statement)) choose(inner, choice);
    if (statement.kind !== "let" || statement.mutable || choice.uses.get(statement.name) !== 1) continue;
    const used = body.findIndex((s, at) => at > k && s.kind !== "while" && own(s).includes(statement.name));
    if (used < 0) continue;
    const names = locals(statement.value);
    if (names.some((name) => choice.mutable.has(name))) continue;
    const regions = new Set([
      ...loads(statement.value).map(choice.region),
      ...names.flatMap((name) => [...(reads.get(name) ?? [])]),
    ]);
    if (body.slice(k + 1, used).some((s) => disturbs(s, regions, choice.region))) continue;
    choice.chosen.set(statement.name, isWhole(body[used], statement.name) ? "whole" : "part");
    reads.set(statement.name, regions);
  }
}

function isWhole(statement: Tidy | undefined, name: string): boolean {
  if (statement?.kind !== "store" && statement?.kind !== "assign") return false;
  const { value } = statement;
  const added = statement.kind === "assign" && value.kind === "apply" && value.op === "add" ? value.args[1] : value;
  return added?.kind === "local" && added.name === name;
}

function disturbs(statement: Tidy, regions: ReadonlySet<string>, region: Choice["region"]): boolean {
  switch (statement.kind) {
    case "let":
    case "assign":
      return false;
    case "store":
      return regions.has(region(constantOf(statement.at)));
    default:
      return regions.size > 0;
  }
}

/** Locals in the statement's own expressions. */
function own(statement: Tidy): string[] {
  switch (statement.kind) {
    case "let":
      return locals(statement.value);
    case "assign":
      return locals(statement.value);
    case "store":
      return [...inInt(statement.at, locals), ...locals(statement.value)];
    case "if":
    case "while":
      return locals(statement.condition);
    case "for":
    case "fill":
    case "call":
    case "routine":
      return [];
  }
}

function bodies(statement: Tidy): (readonly Tidy[])[] {
  if (statement.kind === "if") return [statement.body, statement.otherwise];
  return statement.kind === "for" || statement.kind === "while" ? [statement.body] : [];
}

function locals(value: Float): string[] {
  switch (value.kind) {
    case "local":
      return [value.name];
    case "load":
      return inInt(value.at, locals);
    case "fromInt":
      return inInt(value.of, locals);
    case "apply":
      return value.args.flatMap(locals);
    case "number":
    case "rows":
      return [];
  }
}

/** First positions that a value reads. */
function loads(value: Float): number[] {
  switch (value.kind) {
    case "load":
      return [constantOf(value.at), ...inInt(value.at, loads)];
    case "fromInt":
      return inInt(value.of, loads);
    case "apply":
      return value.args.flatMap(loads);
    case "local":
    case "number":
    case "rows":
      return [];
  }
}

function inInt<T>(value: Int, of: (inner: Float) => T[]): T[] {
  switch (value.kind) {
    case "truncate":
      return of(value.of);
    case "plus":
      return [...inInt(value.left, of), ...inInt(value.right, of)];
    case "times":
      return inInt(value.of, of);
    case "int":
    case "index":
      return [];
  }
}
