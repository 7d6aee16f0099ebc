// Σ s sᵀ over rows, the middle of the sandwich I⁻¹ (Σ s sᵀ) I⁻¹ (Huber 1967; White 1982; HC0 in the terms of R's
// `sandwich`). A row's score is that of all its statements together, times its weight: rows are what is independent.

import type { Batch } from "../ir/index.ts";
import { loadBatch } from "./objective.ts";
import type { Program } from "./program.ts";
import { stateOf } from "./regions.ts";

/** What rows say of how scores vary. */
export interface Scores {
  /** Σ s sᵀ, size × size and symmetric. */
  readonly products: Float64Array;
  /** Rows that have a score in each coordinate. */
  readonly counts: Float64Array;
}

/** The sums at φ over batches; null where a row has no score there. */
export function scoresAt({ artefact }: Program, phi: Float64Array, batches: readonly Batch[]): Scores | null {
  const { size } = artefact.step;
  const [score, logLikelihood] = [stateOf(artefact, "score"), stateOf(artefact, "logLikelihood")];
  const [products, counts] = [new Float64Array(size * size), new Float64Array(size)];
  stateOf(artefact, "phi").set(phi);
  for (const batch of batches)
    for (let row = 0; row < batch.rows; row++) {
      loadBatch(artefact, batch, row, 1);
      score.fill(0);
      logLikelihood.fill(0);
      artefact.run("slope", 1);
      for (let i = 0; i < size; i++) {
        const s = score[i] as number;
        if (s === 0) continue;
        counts[i] = (counts[i] as number) + 1;
        for (let j = 0; j <= i; j++)
          products[i * size + j] = (products[i * size + j] as number) + s * (score[j] as number);
      }
    }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) products[j * size + i] = products[i * size + j] as number;
  return products.every(Number.isFinite) ? { products, counts } : null;
}

/** Rows times squared coordinates, and coordinates cubed, up to which the sandwich is made unasked; and rows. */
const [cheap, few] = [5e6, 1e4];

/** Whether a sandwich takes little beside a fit of so many rows. */
export function sandwichIsCheap(rows: number, size: number): boolean {
  return rows <= few && rows * size * size <= cheap && size ** 3 <= cheap;
}
