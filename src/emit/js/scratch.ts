// Names for the memory behind a step's own, where loops leave values for each other: which positions belong together is
// told by how they are read and written.

import type { Float, Int } from "../loops/loop.ts";
import { constantOf } from "./expressions.ts";
import { type Identifiers, isRegion, type MemoryNames } from "./names.ts";
import type { Tidy } from "./tidy.ts";

/** A stretch of scratch with its name. */
export interface Scratch {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
  /** Whether it holds a column of rows an element. */
  readonly rows: boolean;
}

/** The scratch that statements use, in order. */
export function scratchOf(body: readonly Tidy[], names: MemoryNames, identifiers: Identifiers): Scratch[] {
  const touched: { offset: number; length: number; rows: boolean }[] = [];
  const note = (offset: number, length: number, rows: boolean): void => {
    if (length > 0 && names.find(offset) === null) touched.push({ offset, length, rows });
  };
  visit(body, new Map([["r", names.capacity]]), names.capacity, note);
  touched.sort((a, b) => a.offset - b.offset || b.length - a.length);
  const merged: { offset: number; length: number; rows: boolean }[] = [];
  for (const part of touched) {
    const last = merged.at(-1);
    if (last !== undefined && part.offset < last.offset + last.length) {
      last.length = Math.max(last.length, part.offset + part.length - last.offset);
      last.rows ||= part.rows;
    } else merged.push({ ...part });
  }
  return merged.map((part, k) => ({ ...part, text: identifiers.free(`work${k + 1}`) }));
}

type Note = (offset: number, length: number, rows: boolean) => void;

function visit(body: readonly Tidy[], counts: ReadonlyMap<string, number>, capacity: number, note: Note): void {
  const at = (value: Int): void => {
    note(constantOf(value), 1 + extent(value, counts), usesRow(value));
    inside(value);
  };
  const inside = (value: Int): void => {
    if (value.kind === "truncate") float(value.of);
    if (value.kind === "plus") [value.left, value.right].forEach(inside);
    if (value.kind === "times") inside(value.of);
  };
  const float = (value: Float): void => {
    if (value.kind === "load") at(value.at);
    if (value.kind === "fromInt") inside(value.of);
    if (value.kind === "apply") value.args.forEach(float);
  };
  for (const statement of body)
    switch (statement.kind) {
      case "for": {
        const count = statement.count === "rows" ? capacity : statement.count;
        visit(statement.body, new Map([...counts, [statement.index, count]]), capacity, note);
        break;
      }
      case "if":
        float(statement.condition);
        visit([...statement.body, ...statement.otherwise], counts, capacity, note);
        break;
      case "while":
        float(statement.condition);
        visit(statement.body, counts, capacity, note);
        break;
      case "let":
      case "assign":
        float(statement.value);
        break;
      case "store":
        at(statement.at);
        float(statement.value);
        break;
      case "fill":
        note(constantOf(statement.at), statement.count, statement.count % capacity === 0);
        break;
      case "routine":
        for (const region of Object.values(statement.routine).filter(isRegion))
          note(region.offset, region.length, region.length % capacity === 0);
        break;
      case "call":
        break;
    }
}

/** Positions beyond the first that an address may reach. */
function extent(value: Int, counts: ReadonlyMap<string, number>): number {
  switch (value.kind) {
    case "int":
    case "truncate":
      return 0;
    case "index":
      return (counts.get(value.name) ?? 1) - 1;
    case "plus":
      return extent(value.left, counts) + extent(value.right, counts);
    case "times":
      return value.by * extent(value.of, counts);
  }
}

function usesRow(value: Int): boolean {
  switch (value.kind) {
    case "int":
    case "truncate":
      return false;
    case "index":
      return value.name === "r";
    case "plus":
      return usesRow(value.left) || usesRow(value.right);
    case "times":
      return usesRow(value.of);
  }
}
