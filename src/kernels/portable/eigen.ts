// Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations,
// 4th ed., §8.5): the same bits for the same matrix, whatever the order of its eigenvalues.

import { type f64, fill, get, type i32, type Memory, rotate, set } from "./memory.ts";

/**
 * A (size × size, row-major, both triangles) is left with its eigenvalues on the diagonal; `vectors`, where not below 0,
 * with an eigenvector a row. Entries off the diagonal end below `tolerance` times the largest of the diagonal.
 */
export function jacobi(m: Memory, matrix: i32, vectors: i32, size: i32, tolerance: f64): void {
  if (vectors >= 0) {
    fill(m, vectors, size * size, 0.0);
    for (let i: i32 = 0; i < size; i++) set(m, vectors + i * (size + 1), 1.0);
  }
  for (let sweep: i32 = 0; sweep < 30; sweep++) {
    let largest: f64 = 0.0;
    for (let i: i32 = 0; i < size; i++) largest = Math.max(largest, Math.abs(get(m, matrix + i * (size + 1))));
    const small = tolerance * largest;
    let done = true;
    for (let p: i32 = 0; p < size - 1; p++)
      for (let q: i32 = p + 1; q < size; q++) {
        if (!(Math.abs(get(m, matrix + p * size + q)) > small)) continue;
        done = false;
        jacobiRotate(m, matrix, vectors, size, p, q);
      }
    if (done) return;
  }
}

/** A ← JᵀAJ with the rotation J that clears A_pq */
function jacobiRotate(m: Memory, matrix: i32, vectors: i32, size: i32, p: i32, q: i32): void {
  const upper = matrix + p * size;
  const lower = matrix + q * size;
  const off = get(m, upper + q);
  const first = get(m, upper + p);
  const second = get(m, lower + q);
  const ratio = (second - first) / (2.0 * off);
  const root = Math.abs(ratio) + Math.sqrt(ratio * ratio + 1.0);
  const t = ratio < 0.0 ? -1.0 / root : 1.0 / root;
  const c = 1.0 / Math.sqrt(t * t + 1.0);
  const s = t * c;
  rotate(m, upper, lower, c, -s, size);
  set(m, upper + p, first - t * off);
  set(m, lower + q, second + t * off);
  set(m, upper + q, 0.0);
  set(m, lower + p, 0.0);
  for (let k: i32 = 0; k < size; k++) {
    set(m, matrix + k * size + p, get(m, upper + k));
    set(m, matrix + k * size + q, get(m, lower + k));
  }
  if (vectors >= 0) rotate(m, vectors + p * size, vectors + q * size, c, -s, size);
}

/** The `count` largest eigenvalues first, in descending order, and their eigenvectors with them. */
export function eigenSort(m: Memory, matrix: i32, vectors: i32, size: i32, count: i32): void {
  for (let i: i32 = 0; i < count; i++) {
    let best = i;
    for (let k: i32 = i + 1; k < size; k++)
      if (get(m, matrix + k * (size + 1)) > get(m, matrix + best * (size + 1))) best = k;
    if (best === i) continue;
    swap(m, matrix + i * (size + 1), matrix + best * (size + 1));
    for (let k: i32 = 0; k < size; k++) swap(m, vectors + i * size + k, vectors + best * size + k);
  }
}

function swap(m: Memory, a: i32, b: i32): void {
  const kept = get(m, a);
  set(m, a, get(m, b));
  set(m, b, kept);
}
