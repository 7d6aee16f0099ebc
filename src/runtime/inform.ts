// The information that rows bring at a point, kept as a program keeps it.

import type { Batch } from "../ir/index.ts";
import { loadBatch } from "./objective.ts";
import type { Program } from "./program.ts";
import { stateOf } from "./regions.ts";

/**
 * memory + information ← what the batches bring at φ, the prior there beside it. With `streamed` each batch is absorbed
 * before the next, as a stream does.
 */
export function inform({ artefact }: Program, phi: Float64Array, batches: readonly Batch[], streamed: boolean): void {
  for (const name of ["memory", "information", "damping"] as const) stateOf(artefact, name).fill(0);
  stateOf(artefact, "phi").set(phi);
  for (const batch of batches) {
    loadBatch(artefact, batch);
    artefact.run("inform", batch.rows);
    if (!streamed) continue;
    artefact.run("absorb", 0);
    stateOf(artefact, "information").fill(0);
  }
  artefact.run("prior", 0);
}
