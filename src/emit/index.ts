// From a Step to something that runs. One file a target; all of them print or walk the same loops.

import type { Step } from "../ir/index.ts";
import type { Artefact, Backend } from "./artefact.ts";
import { interpret } from "./interpret.ts";
import { js, printProgram } from "./js/index.ts";
import type { LoopProgram } from "./loops/loop.ts";
import { tally } from "./loops/tally.ts";
import { loops as written } from "./loops/write.ts";
import { join, wasm } from "./wasm/index.ts";

export type { Artefact, Backend, SharedProgram } from "./artefact.ts";
export type { ProgramInfo } from "./js/index.ts";
export type { LoopProgram } from "./loops/loop.ts";
export {
  customSection,
  type InitialValues,
  i32Type,
  type Surface,
  surface,
  validates,
  type WasmModule,
  wasmModule,
  withCustomSection,
} from "./wasm/index.ts";
export { join, printProgram, tally };

const targets: Readonly<Record<Backend, (step: Step, program: LoopProgram, exact: boolean) => Artefact>> = {
  interpret,
  js,
  wasm,
};

/** Loops of steps that were lowered: one that runs is often asked for them again, to be written to a file. */
const known = new WeakMap<Step, LoopProgram>();

/** Lowers all procedures of a step to loops. */
export function loops(step: Step): LoopProgram {
  const program = known.get(step) ?? written(step);
  known.set(step, program);
  return program;
}

/** Instantiates a step on a target; `exact` keeps to arithmetic that gives the same bits everywhere. */
export function emit(step: Step, backend: Backend, exact = false): Artefact {
  return targets[backend](step, loops(step), exact);
}
