// The inverse of a matrix from its Cholesky factor, by blocks of lines, so that nearly all of it is matrix products.

import { gemm } from "./products";

/** Lines of a block. */
const block: i32 = 64;

/**
 * target ← A⁻¹, both triangles, by the factor of `cholesky`; may be in place. `work`: 64 · size doubles, and what a
 * product of 64 × size × size needs.
 */
export function choleskyInverse(matrix: usize, scale: usize, target: usize, size: i32, work: usize): void {
  const line = <usize>size << 3;
  if (target != matrix) for (let i = 0; i < size; i++) memory.copy(target + i * line, matrix + i * line, <usize>(i + 1) << 3);
  const panels = work + <usize>(block * size) * 8;
  invertLower(target, size, work, panels);
  // A⁻¹ = S MᵀM S with M = L⁻¹: a block of lines needs the lines of M from there on, and is written in their place.
  for (let i = 0; i < size; i += block) {
    const down = min(block, size - i);
    const lines = target + i * line;
    gemm(work, size, lines + (<usize>i << 3), 1, size, lines, size, 1, down, i + down, size - i, 1, 0, 0, panels);
    for (let p = 0; p < down; p++) memory.copy(lines + p * line, work + p * line, <usize>(i + p + 1) << 3);
  }
  for (let i = 0; i < size; i++) {
    const own = target + i * line;
    const s = load<f64>(scale + (<usize>i << 3));
    for (let j = 0; j <= i; j++) {
      const at = own + (<usize>j << 3);
      store<f64>(at, load<f64>(at) * s * load<f64>(scale + (<usize>j << 3)));
    }
  }
  for (let i = 0; i < size; i += block) for (let j = 0; j <= i; j += block) mirror(target, line, i, j, size);
}

/** L ← L⁻¹ in place, block of lines after block of lines. */
function invertLower(factor: usize, size: i32, work: usize, panels: usize): void {
  const line = <usize>size << 3;
  for (let i = 0; i < size; i += block) {
    const down = min(block, size - i);
    const lines = factor + i * line;
    const own = lines + (<usize>i << 3);
    invertBlock(own, line, down);
    // M_IJ = −M_II Σ_K L_IK M_KJ, the sum over J ≤ K < I; L_IJ is not needed for later J
    for (let j = 0; j < i; j += block) {
      gemm(work, block, lines + (<usize>j << 3), size, 1, factor + j * (line + 8), size, 1, down, block, i - j, 1, 0, 0, panels);
      gemm(lines + (<usize>j << 3), size, own, size, 1, work, block, 1, down, block, down, -1, 0, 0, panels);
    }
  }
}

/** A small L ← L⁻¹ in place, zeros right of its diagonal. */
function invertBlock(own: usize, line: usize, size: i32): void {
  for (let i = 0; i < size; i++) {
    const to = own + i * line;
    const inverse = 1 / load<f64>(to + (<usize>i << 3));
    // line i of M: −M_ii Σ_k L_ik M_kj; in ascending j, entry j is read before it is overwritten
    for (let j = 0; j < i; j++) {
      let sum: f64 = 0;
      for (let k = j; k < i; k++) sum += load<f64>(to + (<usize>k << 3)) * load<f64>(own + k * line + (<usize>j << 3));
      store<f64>(to + (<usize>j << 3), -sum * inverse);
    }
    store<f64>(to + (<usize>i << 3), inverse);
    memory.fill(to + (<usize>(i + 1) << 3), 0, <usize>(size - i - 1) << 3);
  }
}

/** Entries of a block of lines and columns left of the diagonal to their places right of it. */
function mirror(target: usize, line: usize, i: i32, j: i32, size: i32): void {
  const last = min(i + block, size);
  for (let p = i; p < last; p++) {
    const end = min(j + block, p);
    for (let q = j; q < end; q++) store<f64>(target + q * line + (<usize>p << 3), load<f64>(target + p * line + (<usize>q << 3)));
  }
}
