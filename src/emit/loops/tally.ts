// What a list of instructions does on a target, counted from the loops that they become: for the planner, which would
// know what a plan costs before anything of it is built.

import { info, type Routine, type Step, type Tally } from "../../ir/index.ts";
import type { Float, Int, Statement } from "./loop.ts";
import { loops } from "./write.ts";

/** Operations that take so many multiply–adds are kernels, not instructions. */
const dear = 10;

/** Counts what the procedures of a step do, each once. */
export function tally(step: Step): Tally {
  const program = loops(step);
  const count = new Count(step.layout.capacity);
  for (const { body } of program.procedures) count.statements(body, 1, false);
  return { ...count.total, routines: count.routines, stored: program.length - step.layout.length };
}

class Count {
  readonly total = { elementwise: 0, functions: 0, serial: 0, bytes: 0, scattered: 0, loops: 0 };
  readonly routines: { routine: Routine; times: number }[] = [];
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
  }

  statements(body: readonly Statement[], times: number, inRows: boolean): void {
    for (const statement of body) this.#statement(statement, times, inRows);
  }

  #statement(statement: Statement, times: number, inRows: boolean): void {
    switch (statement.kind) {
      case "for": {
        const rows = statement.count === "rows";
        this.total.loops += times;
        this.statements(statement.body, times * (statement.count === "rows" ? this.#rows : statement.count), rows);
        return;
      }
      case "let":
      case "assign":
        this.#float(statement.value, times, inRows);
        return;
      case "store":
        this.#float(statement.value, times, inRows);
        if (isComputed(statement.at)) this.total.scattered += times;
        else this.total.bytes += (statement.add ? 16 : 8) * times;
        return;
      case "routine":
        this.routines.push({ routine: statement.routine, times });
        return;
      case "if":
      case "while":
        this.#float(statement.condition, times, inRows);
        this.statements(statement.body, times, inRows);
        return;
      case "call":
        return;
    }
  }

  #float(value: Float, times: number, inRows: boolean): void {
    if (value.kind === "load") {
      if (isComputed(value.at)) this.total.scattered += times;
      // what is the same for all rows is read before the loop
      else if (!inRows || usesRow(value.at)) this.total.bytes += 8 * times;
    }
    if (value.kind !== "apply") return;
    const { flops } = info(value.op);
    this.total[!inRows ? "serial" : flops < dear ? "elementwise" : "functions"] += flops * times;
    for (const inner of value.args) this.#float(inner, times, inRows);
  }
}

function isComputed(at: Int): boolean {
  switch (at.kind) {
    case "truncate":
      return true;
    case "plus":
      return isComputed(at.left) || isComputed(at.right);
    case "times":
      return isComputed(at.of);
    case "int":
    case "index":
      return false;
  }
}

function usesRow(at: Int): boolean {
  switch (at.kind) {
    case "index":
      return at.name === "r";
    case "plus":
      return usesRow(at.left) || usesRow(at.right);
    case "times":
      return usesRow(at.of);
    case "int":
    case "truncate":
      return false;
  }
}
