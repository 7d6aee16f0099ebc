// The interpreter: a loop program turned into closures. The oracle of all targets, and the target where
// generated code is forbidden.

import { info, type ProcedureName, type Step } from "../ir/index.ts";
import type { Artefact } from "./artefact.ts";
import type { Count, Float, Int, LoopProgram, Statement } from "./loops/loop.ts";
import { runRoutine } from "./routines/run.ts";

/** Values of locals and indices while a procedure runs. */
interface Frame {
  readonly memory: Float64Array;
  readonly locals: number[];
  readonly indices: number[];
  readonly buffer: Float64Array;
  rows: number;
}
type Run = (frame: Frame) => void;
type Evaluate = (frame: Frame) => number;

/** Instantiates the program without generating code. */
export function interpret(step: Step, program: LoopProgram): Artefact {
  const memory = new Float64Array(program.length);
  const buffer = new Float64Array(Math.max(step.layout.capacity, step.size));
  const procedures: ReadonlyMap<string, Run> = new Map(
    program.procedures.map((procedure) => {
      const names = { locals: new Map(), indices: new Map([["lane", 0]]), capacity: step.layout.capacity };
      return [procedure.name, sequence(procedure.body, { ...names, procedures: () => procedures })] as const;
    }),
  );
  const frame: Frame = { memory, locals: [], indices: [0], buffer, rows: 0 };
  return {
    backend: "interpret",
    step,
    memory,
    shared: null,
    run(name: ProcedureName, rows: number): void {
      frame.rows = rows;
      (procedures.get(name) as Run)(frame);
    },
  };
}

/** Slots of names. */
interface Names {
  readonly locals: Map<string, number>;
  readonly indices: Map<string, number>;
  readonly capacity: number;
  readonly procedures: () => ReadonlyMap<string, Run>;
}

function slot(table: Map<string, number>, name: string): number {
  const found = table.get(name) ?? table.size;
  table.set(name, found);
  return found;
}

function sequence(body: readonly Statement[], names: Names): Run {
  const runs = body.map((statement) => statementOf(statement, names));
  return (frame) => {
    for (const run of runs) run(frame);
  };
}

function statementOf(statement: Statement, names: Names): Run {
  switch (statement.kind) {
    case "for": {
      const at = slot(names.indices, statement.index);
      const body = sequence(statement.body, names);
      const count = countOf(statement.count);
      return (frame) => {
        const end = count(frame);
        for (let i = 0; i < end; i++) {
          frame.indices[at] = i;
          body(frame);
        }
      };
    }
    case "let":
    case "assign": {
      const at = slot(names.locals, statement.name);
      const value = floatOf(statement.value, names);
      return (frame) => {
        frame.locals[at] = value(frame);
      };
    }
    case "store": {
      const at = intOf(statement.at, names);
      const value = floatOf(statement.value, names);
      if (statement.add)
        return (frame) => {
          const address = at(frame);
          frame.memory[address] = (frame.memory[address] as number) + value(frame);
        };
      return (frame) => {
        frame.memory[at(frame)] = value(frame);
      };
    }
    case "call": {
      const { procedure } = statement;
      const { procedures } = names;
      return (frame) => procedures().get(procedure)?.(frame);
    }
    case "if":
    case "while": {
      const condition = floatOf(statement.condition, names);
      const body = sequence(statement.body, names);
      if (statement.kind === "if")
        return (frame) => {
          if (condition(frame) !== 0) body(frame);
        };
      return (frame) => {
        while (condition(frame) !== 0) body(frame);
      };
    }
    case "routine": {
      const { routine } = statement;
      const { capacity } = names;
      return ({ memory, rows, indices, buffer }) =>
        runRoutine(routine, { memory, capacity, rows, lane: indices[0] as number, buffer });
    }
  }
}

function countOf(count: Count): Evaluate {
  return count === "rows" ? (frame) => frame.rows : () => count;
}

function intOf(value: Int, names: Names): Evaluate {
  switch (value.kind) {
    case "int": {
      const constant = value.value;
      return () => constant;
    }
    case "index": {
      const at = slot(names.indices, value.name);
      return (frame) => frame.indices[at] as number;
    }
    case "plus": {
      const [left, right] = [intOf(value.left, names), intOf(value.right, names)];
      return (frame) => left(frame) + right(frame);
    }
    case "times": {
      const [by, of] = [value.by, intOf(value.of, names)];
      return (frame) => by * of(frame);
    }
    case "truncate": {
      const of = floatOf(value.of, names);
      return (frame) => Math.trunc(of(frame));
    }
  }
}

function floatOf(value: Float, names: Names): Evaluate {
  switch (value.kind) {
    case "number": {
      const constant = value.value;
      return () => constant;
    }
    case "local": {
      const at = slot(names.locals, value.name);
      return (frame) => frame.locals[at] as number;
    }
    case "load": {
      const at = intOf(value.at, names);
      return (frame) => frame.memory[at(frame)] as number;
    }
    case "fromInt":
      return intOf(value.of, names);
    case "rows":
      return (frame) => frame.rows;
    case "apply": {
      const evaluate = info(value.op).evaluate;
      if (evaluate === null) throw new Error(`${value.op} has no value on doubles`);
      const args = value.args.map((a) => floatOf(a, names));
      const order = value.order;
      return (frame) =>
        evaluate(
          args.map((a) => a(frame)),
          order,
        );
    }
  }
}
