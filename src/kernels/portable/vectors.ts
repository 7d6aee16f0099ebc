// Vectors, scalars repeated over a block, and draws with a given precision: portable kernels of the simpler structures.

import { bits, type f64, fill, get, type i32, logarithm, type Memory, product, set } from "./memory.ts";

/** target ← 1 */
export function ones(m: Memory, target: i32, size: i32): void {
  fill(m, target, size, 1.0);
}

/** target ← from[0], everywhere */
export function fillFrom(m: Memory, target: i32, size: i32, from: i32): void {
  fill(m, target, size, get(m, from));
}

/** target[0] ← target[0] + mean of source */
export function addMean(m: Memory, target: i32, source: i32, size: i32): void {
  let sum: f64 = 0.0;
  for (let i: i32 = 0; i < size; i++) sum += get(m, source + i);
  set(m, target, get(m, target) + sum / (size as f64));
}

/** target ← source / by[0] */
export function divideByOne(m: Memory, by: i32, source: i32, target: i32, size: i32): void {
  const b = get(m, by);
  for (let i: i32 = 0; i < size; i++) set(m, target + i, get(m, source + i) / b);
}

/** target ← by[0] · source */
export function multiplyByOne(m: Memory, by: i32, source: i32, target: i32, size: i32): void {
  const b = get(m, by);
  for (let i: i32 = 0; i < size; i++) set(m, target + i, b * get(m, source + i));
}

/** target ← 1 / factor[0], for all; logdet[0] += size · log factor[0] */
export function scalarInverse(m: Memory, factor: i32, target: i32, logdet: i32, size: i32): void {
  const f = get(m, factor);
  fill(m, target, size, 1.0 / f);
  set(m, logdet, get(m, logdet) + (size as f64) * logarithm(f));
}

/** target ← target + by[0] */
export function addToAll(m: Memory, by: i32, target: i32, size: i32): void {
  const b = get(m, by);
  for (let i: i32 = 0; i < size; i++) set(m, target + i, get(m, target + i) + b);
}

/** target ← source / √factor[0] */
export function scalarSample(m: Memory, factor: i32, source: i32, target: i32, size: i32): void {
  const root = Math.sqrt(get(m, factor));
  for (let i: i32 = 0; i < size; i++) set(m, target + i, get(m, source + i) / root);
}

/** target ← source / √factor, elementwise */
export function diagonalSample(m: Memory, factor: i32, source: i32, target: i32, size: i32): void {
  for (let i: i32 = 0; i < size; i++) set(m, target + i, get(m, source + i) / Math.sqrt(get(m, factor + i)));
}

/** target ← S L⁻ᵀ source, by the scaled factor that `cholesky` leaves: its covariance is the inverse. */
export function choleskySample(m: Memory, matrix: i32, scales: i32, source: i32, target: i32, size: i32): void {
  for (let i: i32 = size - 1; i >= 0; i--) {
    let sum = get(m, source + i);
    for (let k: i32 = i + 1; k < size; k++) sum -= get(m, matrix + k * size + i) * get(m, target + k);
    set(m, target + i, sum / get(m, matrix + i * size + i));
  }
  for (let i: i32 = 0; i < size; i++) set(m, target + i, get(m, target + i) * get(m, scales + i));
}

/**
 * Signs ±1, `count` columns of rows, from a counter: each is a bit of a 32-bit hash of seed, counter, stream and place (the
 * finaliser of MurmurHash3), so that they do not depend on how often others were drawn. The counter goes on by one.
 */
export function drawSigns(
  m: Memory,
  target: i32,
  count: i32,
  stream: i32,
  seed: i32,
  counter: i32,
  rows: i32,
  capacity: i32,
): void {
  const drawn = get(m, counter);
  set(m, counter, drawn + 1.0);
  const start = mixed(bits(get(m, seed)) ^ mixed(bits(drawn) ^ product(stream + 1, 668265263)));
  for (let k: i32 = 0; k < count; k++) {
    const column = mixed(start ^ product(k + 1, 40503));
    for (let r: i32 = 0; r < rows; r++)
      set(m, target + k * capacity + r, (mixed(column + product(r, 668265263)) & 1) === 0 ? -1.0 : 1.0);
  }
}

function mixed(x: i32): i32 {
  let h = x ^ (x >>> 16);
  h = product(h, -2048144789);
  h = h ^ (h >>> 13);
  h = product(h, -1028477387);
  return h ^ (h >>> 16);
}
