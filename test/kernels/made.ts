// Arguments for kernels, made from seeds, and how results are compared.

import { expect } from "vitest";

/** Numbers in (−1, 1) from a seed. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** A symmetric positive definite matrix of badly scaled coordinates. */
export function definite(n: number, next: () => number): number[][] {
  const g = Array.from({ length: n }, () => Array.from({ length: n }, next));
  const scale = Array.from({ length: n }, () => 10 ** (3 * next()));
  return g.map((gi, i) =>
    g.map((gj, j) => {
      const sum = gi.reduce((total, x, k) => total + x * (gj[k] as number), i === j ? 1 : 0);
      return sum * (scale[i] as number) * (scale[j] as number);
    }),
  );
}

/** Entries agree within `tolerance` times the larger of 1 and their size. */
export function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(found[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    if (!(error <= worst)) worst = error;
  }
  expect(worst).toBeLessThan(tolerance);
}
