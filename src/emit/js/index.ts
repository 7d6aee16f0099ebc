// The js target: the loop program printed as JavaScript that a person can read. The same text runs here, without its
// comments, and as a program of its own.

import type { ProcedureName, Step } from "../../ir/index.ts";
import type { Artefact } from "../artefact.ts";
import type { LoopProgram } from "../loops/loop.ts";
import { partsOf } from "./program.ts";

export { type ProgramInfo, printProgram } from "./standalone.ts";

/** Instantiates the program as generated JavaScript. */
export function js(step: Step, program: LoopProgram): Artefact {
  const memory = new Float64Array(program.length);
  const wanted = program.procedures.map((p) => p.name);
  const { constants, procedures, library, functions } = partsOf(step, program, wanted, false);
  const results = wanted.map((name) => `${name}: ${functions.get(name)}`);
  // printed from checked IR: numbers, operators and names that were made into identifiers
  const text = [
    '"use strict";',
    ...constants,
    ...[...procedures.values()].flat(),
    ...library,
    `return { ${results.join(", ")} };`,
  ].join("\n");
  const run = new Function("m", text)(memory) as Record<ProcedureName, (rows: number) => void>;
  return { backend: "js", step, memory, shared: null, run: (name, rows) => run[name](rows) };
}
