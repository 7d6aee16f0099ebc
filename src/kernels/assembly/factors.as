// Factors that follow their matrix: rank-one and rank-k updates of a Cholesky factor by rotations, and rows appended to a
// square-root information by reflections (Golub and Van Loan, Matrix Computations, 4th ed., §5.1, §6.5).

import { addScaled, dot } from "./vectors";

/** L ← chol(L Lᵀ + v vᵀ), L lower with lines `ld` doubles apart and a diagonal ≥ 0. The vector is used up. */
export function rankOneUpdate(factor: usize, ld: i32, vector: usize, size: i32): void {
  const line = <usize>ld << 3;
  for (let k = 0; k < size; k++) {
    const v = load<f64>(vector + (<usize>k << 3));
    if (v == 0) continue;
    const diagonal = factor + k * (line + 8);
    const p = load<f64>(diagonal);
    const r = length(p, v);
    const c = p / r;
    const s = v / r;
    store<f64>(diagonal, r);
    let at = diagonal + line;
    for (let i = k + 1; i < size; i++, at += line) {
      const x = vector + (<usize>i << 3);
      const a = load<f64>(at);
      const b = load<f64>(x);
      store<f64>(at, c * a + s * b);
      store<f64>(x, c * b - s * a);
    }
  }
}

/** L ← chol(L Lᵀ + Σ v vᵀ) for `count` vectors `stride` bytes apart, which are used up. */
export function rankManyUpdate(factor: usize, ld: i32, vectors: usize, stride: usize, count: i32, size: i32): void {
  for (let i = 0; i < count; i++, vectors += stride) rankOneUpdate(factor, ld, vectors, size);
}

/**
 * R ← the upper factor with RᵀR = RᵀR + XᵀX, for a batch X on columns (coordinate k at factors + k·stride bytes, `rows`
 * doubles each); R upper, lines `ld` doubles apart, a diagonal ≥ 0. X is used up. A right-hand side is a last coordinate: its diagonal
 * becomes the length of the residual.
 */
export function qrUpdate(root: usize, ld: i32, factors: usize, stride: usize, count: i32, rows: i32): void {
  const line = <usize>ld << 3;
  for (let j = 0; j < count; j++, root += line + 8, factors += stride) {
    const squares = dot(factors, factors, rows);
    if (squares == 0) continue;
    const alpha = load<f64>(root);
    const beta = length(alpha, Math.sqrt(squares));
    // H = I − τ [1; v][1; v]ᵀ with v = x / (α − β); α − β without cancellation.
    const step = alpha > 0 ? -squares / (alpha + beta) : alpha - beta;
    const tau = -step / beta;
    const inverse = 1 / step;
    store<f64>(root, beta);
    let other = factors + stride;
    for (let k = j + 1; k < count; k++, other += stride) {
      const to = root + (<usize>(k - j) << 3);
      const w = tau * (load<f64>(to) + inverse * dot(factors, other, rows));
      store<f64>(to, load<f64>(to) - w);
      addScaled(other, factors, -w * inverse, rows);
    }
  }
}

/** √(a² + b²) without over- or underflow on the way. */
function length(a: f64, b: f64): f64 {
  const x = Math.max(Math.abs(a), Math.abs(b));
  if (x == 0) return 0;
  const y = Math.min(Math.abs(a), Math.abs(b)) / x;
  return x * Math.sqrt(1 + y * y);
}
