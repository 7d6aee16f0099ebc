// A Cholesky factor that follows its matrix row by row: plane rotations in place of a new factorisation (Golub and Van
// Loan, Matrix Computations, 4th ed., §6.5.4). The factor is of the symmetrically scaled matrix, as `cholesky` leaves it;
// its scales stay.

import { fill, get, type i32, type Memory, set } from "./memory.ts";

/** vectors (rows × size) ← 0 */
export function fillRows(m: Memory, vectors: i32, size: i32, rows: i32): void {
  fill(m, vectors, rows * size, 0.0);
}

/** vectors[r, first + k] ← columns[at + k, r]: some columns of a batch, a row a vector. */
export function placeRows(
  m: Memory,
  vectors: i32,
  size: i32,
  first: i32,
  columns: i32,
  at: i32,
  count: i32,
  rows: i32,
  capacity: i32,
): void {
  for (let r: i32 = 0; r < rows; r++) {
    const to = vectors + r * size + first;
    for (let k: i32 = 0; k < count; k++) set(m, to + k, get(m, columns + (at + k) * capacity + r));
  }
}

/**
 * L ← the factor of L Lᵀ + Σ_r w_r (S z_r)(S z_r)ᵀ, L lower, size × size, S = diag(scales), z_r the lines of `vectors`, which are
 * used up; `weights` < 0 means 1. `rotations`: 2 size doubles of work.
 */
export function choleskyAppend(
  m: Memory,
  matrix: i32,
  scales: i32,
  size: i32,
  vectors: i32,
  weights: i32,
  rows: i32,
  rotations: i32,
): void {
  const sines = rotations + size;
  for (let r: i32 = 0; r < rows; r++) {
    const x = vectors + r * size;
    const weight = weights < 0 ? 1.0 : Math.sqrt(get(m, weights + r));
    // rotations before the first coordinate that is not zero do nothing
    let start: i32 = 0;
    while (start < size && get(m, x + start) === 0.0) start++;
    for (let i: i32 = start; i < size; i++) {
      const line = matrix + i * size;
      let value = weight * get(m, scales + i) * get(m, x + i);
      for (let k: i32 = start; k < i; k++) {
        const c = get(m, rotations + k);
        const s = get(m, sines + k);
        const a = get(m, line + k);
        set(m, line + k, c * a + s * value);
        value = c * value - s * a;
      }
      const d = get(m, line + i);
      const length = Math.sqrt(d * d + value * value);
      set(m, rotations + i, d / length);
      set(m, sines + i, value / length);
      set(m, line + i, length);
    }
  }
}
