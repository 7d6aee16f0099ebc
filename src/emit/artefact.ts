// What every target produces: procedures over one linear memory.

import type { ProcedureName, Step } from "../ir/index.ts";

export type Backend = "interpret" | "js" | "wasm";

/** A running program. `memory` is laid out as the step's layout says; rows and columns are put there by the caller. */
export interface Artefact {
  readonly backend: Backend;
  readonly step: Step;
  readonly memory: Float64Array;
  /** What another thread needs to run the same program (see `join`); null where it must build it again. */
  readonly shared: SharedProgram | null;
  /** Runs one procedure over the first `rows` rows of the columns. */
  run(procedure: ProcedureName, rows: number): void;
}

/** A compiled program that can be posted to another thread. */
export interface SharedProgram {
  readonly module: object;
  readonly base: number;
  readonly length: number;
}
