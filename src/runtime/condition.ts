// Whether a matrix is far from singular, at a fraction of the cost of its eigenvalues.

import type { Artefact } from "../emit/index.ts";

/** The smallest pivot below which normal equations are left: a condition number of 1e10. */
const steady = 1e-10;
/** Digits of an estimate that rounding must leave, and those that rounding can't feign. */
const [wanted, meant] = [1e-8, 1e2];
/** Multiply–adds of one information that a closer look may cost, and coordinates. */
const [brief, few] = [1e7, 50];

/**
 * Full blocks whose information at the point in hand is worse conditioned than normal equations stand, or where sums over
 * `rows` rows would leave an estimate fewer than eight digits; each with what says so. Leaves the factor without damping.
 */
export function illConditioned(artefact: Artefact, rows: number): ReadonlyMap<number, string> {
  const { step, memory } = artefact;
  const { status, damping, variance, phi } = step.layout.state;
  if (step.blocks.every(({ form, size }) => form.kind !== "full" || size < 2)) return new Map();
  memory.fill(0, damping.offset, damping.offset + damping.length);
  for (const procedure of ["prior", "factorize"] as const) artefact.run(procedure, 0);
  const small = step.size <= few && rows * step.size ** 2 <= brief;
  if (small) artefact.run("invert", 0);
  return new Map(
    step.blocks.flatMap(({ form, first, size }, k): (readonly [number, string])[] => {
      if (form.kind !== "full" || size < 2) return [];
      const [vanished, least] = memory.subarray(status.offset + 3 * k, status.offset + 3 * k + 2);
      const pivot = (vanished as number) > 0 ? 0 : (least as number);
      if (pivot < steady)
        return [[k, `the smallest pivot, ${pivot.toPrecision(1)}, says that the condition number is past 1e10`]];
      // of a coordinate in units of its standard error: rounding of the score's sums, enlarged by the least direction
      const rounding = Number.EPSILON * Math.sqrt((rows * size) / pivot);
      const blurred = (i: number): boolean => {
        const value = Math.abs(memory[phi.offset + i] as number);
        const error = rounding * Math.sqrt(memory[variance.offset + i] as number);
        return wanted * value < error && meant * error < value;
      };
      const some = small && Array.from({ length: size }, (_, i) => first + i).some(blurred);
      return some ? [[k, "rounding in sums over rows leaves estimates fewer than eight digits"]] : [];
    }),
  );
}

/**
 * Whether the smallest eigenvalue of the matrix, scaled to unit diagonal, is surely above `share` of the largest. The
 * largest is at most the size, so it is enough that the matrix less share · size has a Cholesky factor.
 */
export function wellConditioned(matrix: Float64Array, diagonal: Float64Array, share: number): boolean {
  const size = diagonal.length;
  const root = diagonal.map(Math.sqrt);
  const factor = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let left = (matrix[i * size + j] as number) / (root[i] as number) / (root[j] as number);
      if (i === j) left -= share * size;
      for (let k = 0; k < j; k++) left -= (factor[i * size + k] as number) * (factor[j * size + k] as number);
      if (i === j && !(left > 0)) return false;
      factor[i * size + j] = i === j ? Math.sqrt(left) : left / (factor[j * size + j] as number);
    }
  }
  return true;
}
