// Dense symmetric linear algebra, row-major, lower triangle. Factors are of the symmetrically scaled matrix (unit
// diagonal), which makes their pivots comparable: a pivot near zero is a direction the information does not see
// (Higham, Accuracy and Stability, 2nd ed., §10.1, §7.3).

import { log_s } from "./logarithm";
import { across, at, both, first, fold, madd, nmadd, second } from "./lanes";
import { tile1x4, tile4x2 } from "./tiles";
import { addScaled, dot } from "./vectors";

/** Pivots below this multiple of size count as vanished: 8 ε. */
const tolerance: f64 = 1.7763568394002505e-15;

/** Widest matrix whose inverse is built eight columns at a time in `work`. */
const widest: i32 = 1024;

/** Largest matrix that is factorised entry by entry. */
const small: i32 = 16;

/** Entries of a triangular solve that are taken one by one. */
const newest: i32 = 8;

let vanished: i32 = 0;
let smallest: f64 = 1;
let smallestAt: i32 = -1;

/**
 * In place: A ← L with L Lᵀ = S A S, S = diag(scale), scale_i = A_ii^(−1/2). status ← [number of pivots that vanished
 * or were not finite, smallest pivot, its index]. A vanished pivot leaves its line as that of the identity.
 */
export function cholesky(matrix: usize, scale: usize, status: usize, size: i32): void {
  vanished = 0;
  smallest = 1;
  smallestAt = -1;
  const line = <usize>size << 3;
  for (let i = 0; i < size; i++) {
    const diagonal = load<f64>(matrix + i * (line + 8));
    store<f64>(scale + (<usize>i << 3), diagonal > 0 && diagonal < Infinity ? 1 / Math.sqrt(diagonal) : 0);
  }
  for (let i = 0; i < size; i++) scaleLine(matrix + i * line, scale, load<f64>(scale + (<usize>i << 3)), i + 1);
  const threshold = tolerance * <f64>size;
  if (size <= small) smallCholesky(matrix, line, size, threshold);
  else blockedCholesky(matrix, line, size, threshold);
  store<f64>(status, <f64>vanished);
  store<f64>(status, smallest, 8);
  store<f64>(status, <f64>smallestAt, 16);
}

/** Column after column, all of a column's entries independent of each other; vectors would wait for stores here. */
function smallCholesky(matrix: usize, line: usize, size: i32, threshold: f64): void {
  for (let j = 0; j < size; j++) {
    const own = matrix + j * line;
    const width = <usize>j << 3;
    let pivot = load<f64>(own + width);
    for (let k: usize = 0; k < width; k += 8) {
      const x = load<f64>(own + k);
      pivot -= x * x;
    }
    const inverse = pivotOf(own, j, pivot, threshold);
    let other = own + line;
    for (let i = j + 1; i < size; i++, other += line) {
      let sum = load<f64>(other + width);
      for (let k: usize = 0; k < width; k += 8) sum -= load<f64>(other + k) * load<f64>(own + k);
      store<f64>(other + width, sum * inverse);
    }
  }
}

/** Four lines at a time, what earlier columns take away by tiles. */
function blockedCholesky(matrix: usize, line: usize, size: i32, threshold: f64): void {
  let i = 0;
  for (; i + 3 < size; i += 4) {
    const lines = matrix + i * line;
    // Left of the diagonal block: two columns at a time, first what earlier columns take away, then the division.
    let j = 0;
    for (; j < i; j += 2) {
      const above = matrix + j * line;
      tile4x2(lines + (<usize>j << 3), line, lines, line, above, line, j, -1, 4);
      const p = 1 / load<f64>(above + (<usize>j << 3));
      const q = load<f64>(above + line + (<usize>j << 3));
      const s = 1 / load<f64>(above + line + (<usize>(j + 1) << 3));
      for (let k = 0; k < 4; k++) {
        const to = lines + k * line + (<usize>j << 3);
        const x = load<f64>(to) * p;
        store<f64>(to, x);
        store<f64>(to, (load<f64>(to, 8) - x * q) * s, 8);
      }
    }
    // The diagonal block: earlier columns together, its own one after the other.
    tile4x2(lines + (<usize>i << 3), line, lines, line, lines, line, i, -1, 0);
    tile4x2(lines + (<usize>(i + 2) << 3), line, lines, line, lines + 2 * line, line, i, -1, -2);
    for (let k = 0; k < 4; k++) finishLine(matrix, line, i + k, i, threshold);
  }
  for (; i < size; i++) finishLine(matrix, line, i, 0, threshold);
}

function scaleLine(to: usize, scale: usize, factor: f64, n: i32): void {
  const f = both(factor);
  let j = 0;
  for (; j + 1 < n; j += 2, to += 16, scale += 16) v128.store(to, f64x2.mul(f64x2.mul(v128.load(to), f), v128.load(scale)));
  if (j < n) store<f64>(to, load<f64>(to) * factor * load<f64>(scale));
}

/** Entries from, … i of line i and its pivot; columns before `from` are done and taken away already. */
function finishLine(matrix: usize, line: usize, i: i32, from: i32, threshold: f64): void {
  const own = matrix + i * line;
  const start = <usize>from << 3;
  for (let j = from; j < i; j++) {
    const other = matrix + j * line;
    const to = own + (<usize>j << 3);
    store<f64>(to, (load<f64>(to) - dot(own + start, other + start, j - from)) / load<f64>(other + (<usize>j << 3)));
  }
  const pivot = load<f64>(own + (<usize>i << 3)) - dot(own + start, own + start, i - from);
  pivotOf(own, i, pivot, threshold);
}

/** Notes a pivot and writes its root; returns what divides by it. A vanished one leaves the line of the identity. */
// @ts-ignore: decorator
@inline
function pivotOf(own: usize, i: i32, pivot: f64, threshold: f64): f64 {
  if (!(pivot >= smallest)) {
    smallest = isNaN(pivot) ? -Infinity : pivot;
    smallestAt = i;
  }
  const to = own + (<usize>i << 3);
  if (pivot > threshold) {
    const root = Math.sqrt(pivot);
    store<f64>(to, root);
    return 1 / root;
  }
  vanished += 1;
  memory.fill(own, 0, <usize>i << 3);
  store<f64>(to, 1);
  return 1;
}

/**
 * x ← L⁻¹ x, lines of L `line` bytes apart. The newest entries are taken one by one: a vector would wait for their
 * stores. What does not depend on them, the division included, is done meanwhile.
 */
function forward(matrix: usize, line: usize, x: usize, size: i32): void {
  for (let i = 0; i < size; i++) {
    const own = matrix + i * line;
    const to = x + (<usize>i << 3);
    const old = i > newest ? (i - newest) & ~3 : 0;
    let sum = load<f64>(to);
    if (old > 0) sum -= dot(own, x, old);
    for (let k = <usize>old << 3; k < <usize>i << 3; k += 8) sum -= load<f64>(own + k) * load<f64>(x + k);
    store<f64>(to, sum * (1 / load<f64>(own + (<usize>i << 3))));
  }
}

/** x ← L⁻ᵀ x: each entry, once known, is taken away from those before it, along a line of L. */
function backward(matrix: usize, line: usize, x: usize, size: i32): void {
  for (let i = size - 1; i >= 0; i--) {
    const own = matrix + i * line;
    const to = x + (<usize>i << 3);
    const value = load<f64>(to) * (1 / load<f64>(own + (<usize>i << 3)));
    store<f64>(to, value);
    addScaled(x, own, -value, i);
  }
}

/** x ← L⁻¹ x; L lower, lines `ld` doubles apart. */
export function solveLower(factor: usize, ld: i32, x: usize, size: i32): void {
  forward(factor, <usize>ld << 3, x, size);
}

/** x ← L⁻ᵀ x; L lower, lines `ld` doubles apart. */
export function solveLowerTransposed(factor: usize, ld: i32, x: usize, size: i32): void {
  backward(factor, <usize>ld << 3, x, size);
}

/** target ← A⁻¹ source by the factor of `cholesky`. */
export function choleskySolve(matrix: usize, scale: usize, source: usize, target: usize, size: i32): void {
  const line = <usize>size << 3;
  for (let i: usize = 0; i < line; i += 8) store<f64>(target + i, load<f64>(source + i) * load<f64>(scale + i));
  forward(matrix, line, target, size);
  backward(matrix, line, target, size);
  for (let i: usize = 0; i < line; i += 8) store<f64>(target + i, load<f64>(target + i) * load<f64>(scale + i));
}

/** target[i] ← [A⁻¹]_ii = scale_i² Σ_k (L⁻¹)_ki². Eight columns of L⁻¹ at a time in `work` (8 · size doubles up to size 1024, then size). */
export function choleskyInverseDiagonal(matrix: usize, scale: usize, target: usize, size: i32, work: usize): void {
  const line = <usize>size << 3;
  if (size > widest) {
    for (let i = 0; i < size; i++) {
      const n = size - i;
      const corner = matrix + i * (line + 8);
      memory.fill(work, 0, <usize>n << 3);
      store<f64>(work, 1);
      forward(corner, line, work, n);
      const s = load<f64>(scale + (<usize>i << 3));
      store<f64>(target + (<usize>i << 3), dot(work, work, n) * s * s);
    }
    return;
  }
  for (let i = 0; i < size; i += 8) inverseColumns(matrix, line, scale, target, size, i, min(8, size - i), work);
}

/** Columns i … i + 7 of L⁻¹ side by side, a line of them after the other; their squares summed. */
function inverseColumns(matrix: usize, line: usize, scale: usize, target: usize, size: i32, i: i32, width: i32, work: usize): void {
  let q0 = both(0), q1 = both(0), q2 = both(0), q3 = both(0);
  for (let k = i; k < size; k++) {
    const own = matrix + k * line;
    let s0 = both(0), s1 = both(0), s2 = both(0), s3 = both(0);
    let w = work;
    for (let l = i; l < k; l++, w += 64) {
      const a = at(own, l);
      s0 = nmadd(a, v128.load(w), s0);
      s1 = nmadd(a, v128.load(w, 16), s1);
      s2 = nmadd(a, v128.load(w, 32), s2);
      s3 = nmadd(a, v128.load(w, 48), s3);
    }
    v128.store(w, s0);
    v128.store(w, s1, 16);
    v128.store(w, s2, 32);
    v128.store(w, s3, 48);
    if (k - i < 8) {
      const unit = w + (<usize>(k - i) << 3);
      store<f64>(unit, load<f64>(unit) + 1);
    }
    const pivot = at(own, k);
    s0 = f64x2.div(v128.load(w), pivot);
    s1 = f64x2.div(v128.load(w, 16), pivot);
    s2 = f64x2.div(v128.load(w, 32), pivot);
    s3 = f64x2.div(v128.load(w, 48), pivot);
    v128.store(w, s0);
    v128.store(w, s1, 16);
    v128.store(w, s2, 32);
    v128.store(w, s3, 48);
    q0 = madd(s0, s0, q0);
    q1 = madd(s1, s1, q1);
    q2 = madd(s2, s2, q2);
    q3 = madd(s3, s3, q3);
  }
  v128.store(work, q0);
  v128.store(work, q1, 16);
  v128.store(work, q2, 32);
  v128.store(work, q3, 48);
  for (let c = 0; c < width; c++) {
    const s = load<f64>(scale + (<usize>(i + c) << 3));
    store<f64>(target + (<usize>(i + c) << 3), load<f64>(work + (<usize>c << 3)) * s * s);
  }
}

/** target[0] += log det A. */
export function choleskyLogdet(matrix: usize, scale: usize, target: usize, size: i32): void {
  let sum: f64 = 0;
  for (let i = 0; i < size; i++) {
    const pivot = load<f64>(matrix + (<usize>(i * size + i) << 3));
    sum += 2 * (log_s(pivot) - log_s(load<f64>(scale + (<usize>i << 3))));
  }
  store<f64>(target, load<f64>(target) + sum);
}

/**
 * target ← A source, A symmetric from its lower triangle: two lines at a time, each once, for their own entries and for
 * those before them.
 */
export function symmetricMultiply(matrix: usize, source: usize, target: usize, size: i32): void {
  const line = <usize>size << 3;
  let i = 0;
  for (; i + 1 < size; i += 2, matrix += 2 * line) {
    const x = v128.load(source + (<usize>i << 3));
    const x0 = both(first(x)), x1 = both(second(x));
    let s0 = both(0), s1 = both(0);
    let a = matrix, b = matrix + line, s = source, t = target;
    for (let j = 0; j < i; j += 2, a += 16, b += 16, s += 16, t += 16) {
      const u = v128.load(a), v = v128.load(b), y = v128.load(s);
      s0 = madd(u, y, s0);
      s1 = madd(v, y, s1);
      v128.store(t, madd(v, x1, madd(u, x0, v128.load(t))));
    }
    const below = v128.load(b);
    const beside = v128.shuffle<f64>(v128.load64_zero(a), below, 0, 2);
    v128.store(t, madd(below, x1, madd(beside, x0, fold(s0, s1))));
  }
  if (i < size) {
    const x = load<f64>(source + (<usize>i << 3));
    const x0 = both(x);
    let sum = both(0);
    let a = matrix, s = source, t = target;
    for (let j = 0; j < i; j += 2, a += 16, s += 16, t += 16) {
      const u = v128.load(a);
      sum = madd(u, v128.load(s), sum);
      v128.store(t, madd(u, x0, v128.load(t)));
    }
    store<f64>(t, across(sum) + load<f64>(a) * x);
  }
}
