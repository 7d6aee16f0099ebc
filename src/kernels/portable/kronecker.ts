// Kernels of a Kronecker block: its two factors are damped, checked and read here; the products with them are routines.
// A matrix of the block is `outputs` × `width` row-major, where `width` counts the inputs and, with a bias, one more;
// over the block its first `inputs` columns come first, row after row, and then the bias.

import { axpy, type f64, fill, get, type i32, logarithm, type Memory, move, scale, set } from "./memory.ts";

/** target (outputs × width) ← source, over the block */
export function kroneckerGather(m: Memory, source: i32, target: i32, outputs: i32, inputs: i32, width: i32): void {
  for (let i: i32 = 0; i < outputs; i++) {
    move(m, target + i * width, source + i * inputs, inputs);
    if (width > inputs) set(m, target + i * width + inputs, get(m, source + outputs * inputs + i));
  }
}

/** target, over the block, ← source (outputs × width) */
export function kroneckerScatter(m: Memory, source: i32, target: i32, outputs: i32, inputs: i32, width: i32): void {
  for (let i: i32 = 0; i < outputs; i++) {
    move(m, target + i * inputs, source + i * width, inputs);
    if (width > inputs) set(m, target + outputs * inputs + i, get(m, source + i * width + inputs));
  }
}

function trace(m: Memory, matrix: i32, size: i32): f64 {
  let sum: f64 = 0.0;
  for (let i: i32 = 0; i < size; i++) sum += get(m, matrix + i * size + i);
  return sum;
}

function raise(m: Memory, matrix: i32, by: f64, size: i32): void {
  for (let i: i32 = 0; i < size; i++) set(m, matrix + i * size + i, get(m, matrix + i * size + i) + by);
}

/**
 * left ← left / count + π √λ 1, right ← right + √λ / π 1, λ = damping[0] ≥ 0, with π² the ratio of the mean diagonals of
 * left / count and right (Martens & Grosse 2015, §6.3). Factors of which one is zero make no information, and both become zero.
 */
export function kroneckerDamp(
  m: Memory,
  left: i32,
  right: i32,
  count: i32,
  damping: i32,
  width: i32,
  outputs: i32,
): void {
  const k = get(m, count);
  let inputs = trace(m, left, width);
  let others = trace(m, right, outputs);
  let ratio: f64 = 1.0;
  if (k === 0.0 || inputs === 0.0 || others === 0.0) {
    fill(m, left, width * width, 0.0);
    fill(m, right, outputs * outputs, 0.0);
  } else {
    scale(m, left, 1.0 / k, width * width);
    inputs = inputs / (k * (width as f64));
    others = others / (outputs as f64);
    ratio = Math.sqrt(inputs / others);
  }
  const lambda = get(m, damping);
  if (lambda > 0.0) {
    raise(m, left, ratio * Math.sqrt(lambda), width);
    raise(m, right, Math.sqrt(lambda) / ratio, outputs);
  }
}

/**
 * status of a block from those of its factors: pivots of a product are products of pivots, and the smallest is named by its
 * place in the block.
 */
export function kroneckerStatus(
  m: Memory,
  left: i32,
  right: i32,
  status: i32,
  outputs: i32,
  inputs: i32,
  width: i32,
): void {
  const a = get(m, left);
  const g = get(m, right);
  set(m, status, a * (outputs as f64) + g * (width as f64) - a * g);
  const p = get(m, left + 1);
  const q = get(m, right + 1);
  set(m, status + 1, p > 0.0 && q > 0.0 ? p * q : Math.min(p, q));
  const j = Math.max(0.0, get(m, left + 2));
  const i = Math.max(0.0, get(m, right + 2));
  set(m, status + 2, j < (inputs as f64) ? i * (inputs as f64) + j : ((outputs * inputs) as f64) + i);
}

/** target ← source / count[0], both triangles, from the lower; 0 where there is no count. Tiles keep the mirrored half near. */
export function kroneckerWhole(m: Memory, source: i32, target: i32, count: i32, size: i32): void {
  const k = get(m, count);
  const by: f64 = k === 0.0 ? 0.0 : 1.0 / k;
  const tile: i32 = 32;
  for (let lines: i32 = 0; lines < size; lines += tile)
    for (let columns: i32 = 0; columns <= lines; columns += tile) {
      const end: i32 = lines + tile < size ? lines + tile : size;
      for (let i: i32 = lines; i < end; i++) {
        const last: i32 = columns + tile <= i ? columns + tile : i + 1;
        for (let j: i32 = columns; j < last; j++) {
          const value = by * get(m, source + i * size + j);
          set(m, target + i * size + j, value);
          set(m, target + j * size + i, value);
        }
      }
    }
}

/** target, over the block, += the diagonal of left ⊗ right / count[0]; nothing where there is no count. */
export function kroneckerDiagonal(
  m: Memory,
  left: i32,
  right: i32,
  count: i32,
  target: i32,
  outputs: i32,
  inputs: i32,
  width: i32,
): void {
  const k = get(m, count);
  if (k === 0.0) return;
  for (let i: i32 = 0; i < outputs; i++) {
    const g = get(m, right + i * outputs + i) / k;
    for (let j: i32 = 0; j < width; j++) {
      const at = j < inputs ? target + i * inputs + j : target + outputs * inputs + i;
      set(m, at, get(m, at) + g * get(m, left + j * width + j));
    }
  }
}

function logDeterminant(m: Memory, matrix: i32, scales: i32, size: i32): f64 {
  let sum: f64 = 0.0;
  for (let i: i32 = 0; i < size; i++)
    sum += 2.0 * (logarithm(get(m, matrix + i * size + i)) - logarithm(get(m, scales + i)));
  return sum;
}

/** logdet[0] += log det (left ⊗ right), both as `cholesky` leaves them */
export function kroneckerLogdet(
  m: Memory,
  left: i32,
  leftScales: i32,
  right: i32,
  rightScales: i32,
  logdet: i32,
  width: i32,
  outputs: i32,
): void {
  const a = logDeterminant(m, left, leftScales, width);
  const g = logDeterminant(m, right, rightScales, outputs);
  set(m, logdet, get(m, logdet) + (width as f64) * g + (outputs as f64) * a);
}

/**
 * target (outputs × width) ← S L⁻ᵀ target (S′ L′⁻ᵀ)ᵀ in place, by the scaled factors L′ (left) and L (right) that `cholesky`
 * leaves: of a standard normal matrix it makes one with covariance (left ⊗ right)⁻¹.
 */
export function kroneckerSample(
  m: Memory,
  left: i32,
  leftScales: i32,
  right: i32,
  rightScales: i32,
  target: i32,
  width: i32,
  outputs: i32,
): void {
  for (let i: i32 = 0; i < outputs; i++) {
    const line = target + i * width;
    for (let j: i32 = width - 1; j >= 0; j--) {
      const x = get(m, line + j) / get(m, left + j * width + j);
      set(m, line + j, x);
      axpy(m, line, left + j * width, -x, j);
    }
    for (let j: i32 = 0; j < width; j++) set(m, line + j, get(m, line + j) * get(m, leftScales + j));
  }
  for (let i: i32 = outputs - 1; i >= 0; i--) {
    const line = target + i * width;
    scale(m, line, 1.0 / get(m, right + i * outputs + i), width);
    for (let k: i32 = 0; k < i; k++) axpy(m, target + k * width, line, -get(m, right + i * outputs + k), width);
  }
  for (let i: i32 = 0; i < outputs; i++) scale(m, target + i * width, get(m, rightScales + i), width);
}
