// How the log-likelihood of rows bends beyond its quadratic: v = ½ T[I⁻¹], T its third derivative at the estimate. Over
// what the estimate of a part of the rows is off by chance, about N(0, I⁻¹), it is what the gradient at the truth is
// expected to have beside that of the quadratic; with I⁻¹ it is the bias of the estimate where T does not vary (Cox and
// Snell 1968, "A general definition of residuals"). By differences one standard error up and down along a root of I⁻¹.

import type { Batch } from "../ir/index.ts";
import { factorWhole } from "./memory.ts";
import { Objective } from "./objective.ts";
import type { Program } from "./program.ts";
import { stateOf } from "./regions.ts";

/** Rows times squared coordinates, and coordinates, up to which a fit's bend is measured: some tenths of a second. */
const [cheap, few] = [5e7, 300];

/** Whether the bend takes little: twice as many passes without information as there are coordinates. */
export function bendIsCheap(rows: number, size: number): boolean {
  return size <= few && rows * size * size <= cheap;
}

/** ½ T[I⁻¹] of batches at φ, the flow's factor being that of the whole information; null where a score is not finite. */
export function bendAt({ artefact }: Program, at: Float64Array, batches: readonly Batch[]): Float64Array | null {
  const { size } = artefact.step;
  const phi = Float64Array.from(at);
  const [residual, step] = [stateOf(artefact, "residual"), stateOf(artefact, "step")];
  stateOf(artefact, "phi").set(phi);
  factorWhole(artefact, false);
  const root = Array.from({ length: size }, (_, i) => {
    residual.fill(0);
    residual[i] = 1;
    artefact.run("sample", 0);
    return step.slice();
  });
  const objective = new Objective(artefact, batches, null);
  const bend = new Float64Array(size);
  const add = (point: Float64Array, factor: number): void => {
    objective.slope(point);
    const score = objective.state("score");
    for (let i = 0; i < size; i++) bend[i] = (bend[i] as number) + factor * (score[i] as number);
  };
  add(phi, -size);
  for (const column of root)
    for (const sign of [1, -1])
      add(
        phi.map((x, i) => x + sign * (column[i] as number)),
        0.5,
      );
  stateOf(artefact, "phi").set(phi);
  return bend.every(Number.isFinite) ? bend : null;
}
