// What is known of φ: the estimate and the covariance I⁻¹ (I = memory + prior), by the flow's own factorisation, so that
// every structure gives what it keeps. A running flow's memory is lent: what the factorisation writes there is put back.

import type { Artefact } from "../emit/index.ts";
import type { ParameterPlace, StateName } from "../ir/index.ts";
import type { Program } from "../runtime/index.ts";

/** A Gaussian of φ. */
export interface Posterior {
  readonly parameters: readonly ParameterPlace[];
  readonly phi: Float64Array;
  /** I⁻¹, row-major; null where there are too many coordinates for a dense matrix. */
  readonly dense: Float64Array | null;
  /** Lends I⁻¹ as products with vectors, and as a root. */
  readonly withInverse: <T>(work: (inverse: Inverse) => T) => T;
}

export interface Inverse {
  /** I⁻¹ v */
  readonly solve: (v: Float64Array) => Float64Array;
  /** R z with R Rᵀ = I⁻¹ */
  readonly spread: (z: Float64Array) => Float64Array;
}

/** Coordinates up to which the covariance is made as a dense matrix. */
export const densest = 1000;

/** What a factorisation, a solution and a draw write; the estimate and the memory are not among them. */
const borrowed: readonly StateName[] = [
  "phi",
  "residual",
  "step",
  "score",
  "direction",
  "product",
  "column",
  "tangent",
  "damping",
  "information",
  "prior",
  "priorScore",
  "priorDiagonal",
  "logPrior",
  "factor",
  "status",
  "control",
];

/** The Gaussian of a flow as it is now; it holds as long as the flow's memory does not change. */
export function posteriorOf({ artefact }: Program, estimate: Float64Array): Posterior {
  const { step } = artefact;
  const phi = Float64Array.from(estimate);
  const withInverse = <T>(work: (inverse: Inverse) => T): T => {
    const before = borrowed.map((name) => region(artefact, name).slice());
    try {
      region(artefact, "phi").set(phi);
      for (const name of ["damping", "information"] as const) region(artefact, name).fill(0);
      for (const procedure of ["prior", "factorize"] as const) artefact.run(procedure, 0);
      return work({
        solve: (v) => through(artefact, "solve", v),
        spread: (z) => through(artefact, "sample", z),
      });
    } finally {
      for (const [k, name] of borrowed.entries()) region(artefact, name).set(before[k] as Float64Array);
    }
  };
  const { parameters, size } = step;
  const dense = size > densest ? null : withInverse(({ solve }) => columns(size, solve));
  return { parameters, phi, dense, withInverse };
}

function region({ step, memory }: Artefact, name: StateName): Float64Array {
  const { offset, length } = step.layout.state[name];
  return memory.subarray(offset, offset + length);
}

function through(artefact: Artefact, procedure: "solve" | "sample", v: Float64Array): Float64Array {
  region(artefact, "residual").set(v);
  artefact.run(procedure, 0);
  return region(artefact, "step").slice();
}

/** The symmetric matrix whose columns are those of `solve`. */
function columns(size: number, solve: (v: Float64Array) => Float64Array): Float64Array {
  const matrix = new Float64Array(size * size);
  const unit = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    unit[k] = 1;
    matrix.set(solve(unit), k * size);
    unit[k] = 0;
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * ((matrix[i * size + j] as number) + (matrix[j * size + i] as number));
      matrix[i * size + j] = mean;
      matrix[j * size + i] = mean;
    }
  return matrix;
}
