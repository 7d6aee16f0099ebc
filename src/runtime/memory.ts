// The memory of an artefact outside of a flow's course: a share of one, its diagonal, the factor of it and the prior alone.

import type { Artefact } from "../emit/index.ts";
import { stateOf } from "./regions.ts";

/** The factor of memory and prior as they are at φ, nothing added to them; with `invert` variances and determinant, too. */
export function factorWhole(artefact: Artefact, invert: boolean): void {
  for (const name of ["information", "damping"] as const) stateOf(artefact, name).fill(0);
  for (const procedure of ["prior", "factorize"] as const) artefact.run(procedure, 0);
  if (invert) artefact.run("invert", 0);
}

/** Variances that a memory leaves at φ; overwrites the artefact's own. */
export function variancesOf(artefact: Artefact, phi: Float64Array, memory: Float64Array): Float64Array {
  stateOf(artefact, "phi").set(phi);
  stateOf(artefact, "memory").set(memory);
  factorWhole(artefact, true);
  return stateOf(artefact, "variance").slice();
}

/** The diagonal of the memory alone; overwrites information and prior. */
export function memoryDiagonal(artefact: Artefact): Float64Array {
  for (const name of ["information", "prior", "priorDiagonal"] as const) stateOf(artefact, name).fill(0);
  artefact.run("diagonal", 0);
  return stateOf(artefact, "diagonal").slice();
}

/** A share of a memory; overwrites the artefact's own, and its gradient. */
export function shareOf(artefact: Artefact, memory: Float64Array, share: number): Float64Array {
  if (share === 1) return memory;
  stateOf(artefact, "memory").set(memory);
  stateOf(artefact, "control")[artefact.step.layout.control.kept] = share;
  artefact.run("fade", 0);
  return stateOf(artefact, "memory").slice();
}
