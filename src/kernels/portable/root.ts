// Information as its square root, an upper factor R with RᵀR = I (row-major), and behind it the right-hand side d that
// goes with it, Rᵀd being the score of the rows: rows are appended by reflections, other factors by rotations, and nothing
// is ever squared (Golub and Van Loan, Matrix Computations, 4th ed., §5.1, §6.5). After d come its mark, how many rows it
// speaks for, below 0 where it doesn't for all; the sum of squares that is left of the right-hand side; and the score
// again, summed in twice the precision: by it a step is refined once (Björck, Numerical Methods for Least Squares
// Problems, §6.6), since large residuals square the condition of the plain solution too.

import {
  axpy,
  type f64,
  fill,
  get,
  type i32,
  inner,
  logarithm,
  type Memory,
  move,
  rotate,
  scale,
  set,
} from "./memory.ts";

/** √(a² + b²) without over- or underflow on the way. */
function hypotenuse(a: f64, b: f64): f64 {
  const x = Math.max(Math.abs(a), Math.abs(b));
  if (x === 0.0) return 0.0;
  const y = Math.min(Math.abs(a), Math.abs(b)) / x;
  return x * Math.sqrt(1.0 + y * y);
}

/** Doubles behind R: d, its mark, what is left of it, and the score as two numbers each. */
function rootSum(root: i32, size: i32): i32 {
  return root + size * size + size + 2;
}

/** (high, low) at a position and `apart` behind it += x y, to twice the precision (Dekker 1971; Ogita, Rump and Oishi 2005). */
function addProduct(m: Memory, high: i32, apart: i32, x: f64, y: f64): void {
  const product = x * y;
  const wideX = 134217729.0 * x;
  const wideY = 134217729.0 * y;
  const topX = wideX - (wideX - x);
  const topY = wideY - (wideY - y);
  const restX = x - topX;
  const restY = y - topY;
  const lost = restX * restY - (product - topX * topY - restX * topY - topX * restY);
  const before = get(m, high);
  const after = before + product;
  const moved = after - before;
  set(m, high, after);
  set(m, high + apart, get(m, high + apart) + (before - (after - moved) + (product - moved) + lost));
}

/**
 * [R d] ← the factor of [R d; Z e], and the score += Zᵀe: Z on columns (coordinate k at factors + k·stride, `rows` doubles
 * each), e at `residual`, each still to be multiplied by the column `weights` where that is not below 0; all are used
 * up. The rows are added to the mark, or spoil it where their residual is not `known`. `work`: room for rows.
 */
export function rootAppend(
  m: Memory,
  root: i32,
  size: i32,
  factors: i32,
  stride: i32,
  residual: i32,
  weights: i32,
  rows: i32,
  known: i32,
  work: i32,
): void {
  const right = root + size * size;
  const sum = rootSum(root, size);
  move(m, work, residual, rows);
  if (weights >= 0)
    for (let r: i32 = 0; r < rows; r++) {
      const w = get(m, weights + r);
      set(m, residual + r, w * get(m, residual + r));
      set(m, work + r, w * get(m, residual + r));
    }
  for (let j: i32 = 0; j < size; j++) {
    const x = factors + j * stride;
    if (known > 0) for (let r: i32 = 0; r < rows; r++) addProduct(m, sum + j, size, get(m, x + r), get(m, work + r));
    if (weights >= 0) for (let r: i32 = 0; r < rows; r++) set(m, x + r, get(m, weights + r) * get(m, x + r));
  }
  for (let j: i32 = 0; j < size; j++) {
    const x = factors + j * stride;
    const squares = inner(m, x, x, rows);
    if (squares === 0.0) continue;
    const line = root + j * size;
    const alpha = get(m, line + j);
    const beta = hypotenuse(alpha, Math.sqrt(squares));
    // H = I − τ [1; v][1; v]ᵀ with v = x / (α − β); α − β without cancellation
    const step = alpha > 0.0 ? -squares / (alpha + beta) : alpha - beta;
    const tau = -step / beta;
    const inverse = 1.0 / step;
    set(m, line + j, beta);
    for (let k: i32 = j + 1; k < size; k++) rootReflect(m, line + k, factors + k * stride, x, tau, inverse, rows);
    rootReflect(m, right + j, residual, x, tau, inverse, rows);
  }
  const mark = right + size;
  set(m, mark, get(m, mark) + (known > 0 ? (rows as f64) : -1e300));
  set(m, mark + 1, get(m, mark + 1) + inner(m, residual, residual, rows));
}

/** [top; column] ← H [top; column] */
function rootReflect(m: Memory, top: i32, column: i32, x: i32, tau: f64, inverse: f64, rows: i32): void {
  const w = tau * (get(m, top) + inverse * inner(m, x, column, rows));
  set(m, top, get(m, top) - w);
  axpy(m, column, x, -w * inverse, rows);
}

/** [R d] ← the factor of [R d; row], the row (size, then its right-hand side) zero before `from`; it is used up. */
function rootRotate(m: Memory, root: i32, size: i32, row: i32, from: i32): void {
  const right = root + size * size;
  for (let j = from; j < size; j++) {
    const x = get(m, row + j);
    if (x === 0.0) continue;
    const at = root + j * size + j;
    const r = hypotenuse(get(m, at), x);
    const c = get(m, at) / r;
    const s = x / r;
    set(m, at, r);
    rotate(m, at + 1, row + j + 1, c, s, size - j - 1);
    rotate(m, right + j, row + size, c, s, 1);
  }
}

/**
 * [R d] ← the factor of [R d; other]. Where the mark of R is 0, R goes without a right-hand side unless `carried`; else
 * the right-hand sides go along, and the marks add. `row`: room for size + 1.
 */
export function rootJoin(m: Memory, root: i32, other: i32, size: i32, row: i32, carried: i32): void {
  const mark = root + size * size + size;
  const right = other + size * size;
  const carry = carried > 0 || get(m, mark) !== 0.0;
  for (let i: i32 = 0; i < size; i++) {
    const from = other + i * size + i;
    move(m, row + i, from, size - i);
    set(m, row + size, carry ? get(m, right + i) : 0.0);
    rootRotate(m, root, size, row, i);
    const left = get(m, row + size);
    set(m, mark + 1, get(m, mark + 1) + left * left);
  }
  if (!carry) return;
  set(m, mark, get(m, mark) + get(m, right + size));
  set(m, mark + 1, get(m, mark + 1) + get(m, right + size + 1));
  const sum = rootSum(root, size);
  const from = rootSum(other, size);
  for (let j: i32 = 0; j < size; j++) {
    addProduct(m, sum + j, size, get(m, from + j), 1.0);
    set(m, sum + size + j, get(m, sum + size + j) + get(m, from + size + j));
  }
}

/** R ← the factor of RᵀR + diag(source); entries that are not positive are passed over. `row`: room for size + 1. */
export function rootDamp(m: Memory, root: i32, source: i32, size: i32, row: i32): void {
  for (let i: i32 = 0; i < size; i++) {
    const x = get(m, source + i);
    if (!(x > 0.0)) continue;
    fill(m, row, size + 1, 0.0);
    set(m, row + i, Math.sqrt(x));
    rootRotate(m, root, size, row, i);
    const rest = root + size * size + size + 1;
    set(m, rest, get(m, rest) + get(m, row + size) * get(m, row + size));
  }
}

/**
 * status ← [pivots that vanished or were not finite, smallest square of a pivot as a share of its column's, its index]. A
 * vanished pivot becomes infinite, so that its coordinate takes no step, and what its row tells of later coordinates
 * goes to theirs. `row`: room for size + 1.
 */
export function rootCheck(m: Memory, root: i32, status: i32, size: i32, row: i32): void {
  const right = root + size * size;
  const least = 8.0 * 2.220446049250313e-16 * (size as f64);
  let vanished: f64 = 0.0;
  let smallest: f64 = 1.0;
  let where: f64 = -1.0;
  for (let j: i32 = 0; j < size; j++) {
    const at = root + j * size + j;
    let length: f64 = 0.0;
    for (let i: i32 = 0; i < j; i++) length = hypotenuse(length, get(m, root + i * size + j));
    const pivot = Math.abs(get(m, at));
    length = hypotenuse(length, pivot);
    let share = length > 0.0 ? pivot / length : 0.0;
    if (!(share >= 0.0)) share = 0.0;
    if (!(share * share >= smallest)) {
      smallest = share * share;
      where = j as f64;
    }
    if (share > least) continue;
    vanished += 1.0;
    fill(m, row, size + 1, 0.0);
    move(m, row + j + 1, at + 1, size - j - 1);
    set(m, row + size, get(m, right + j));
    fill(m, at, size - j, 0.0);
    set(m, at, Infinity);
    set(m, right + j, 0.0);
    rootRotate(m, root, size, row, j + 1);
  }
  set(m, status, vanished);
  set(m, status + 1, smallest);
  set(m, status + 2, where);
}

/** target ← R⁻ᵀ target, its first `from` entries being zero */
function rootForward(m: Memory, root: i32, target: i32, size: i32, from: i32): void {
  for (let k = from; k < size; k++) {
    const at = root + k * size + k;
    const y = get(m, target + k) / get(m, at);
    set(m, target + k, y);
    if (y !== 0.0) axpy(m, target + k + 1, at + 1, -y, size - k - 1);
  }
}

/** target ← R⁻¹ target */
function rootBackward(m: Memory, root: i32, target: i32, size: i32): void {
  for (let k: i32 = size - 1; k >= 0; k--) {
    const at = root + k * size + k;
    const rest = inner(m, at + 1, target + k + 1, size - k - 1);
    set(m, target + k, (get(m, target + k) - rest) / get(m, at));
  }
}

/** target ← (RᵀR)⁻¹ source */
export function rootSolve(m: Memory, root: i32, source: i32, target: i32, size: i32): void {
  move(m, target, source, size);
  rootForward(m, root, target, size, 0);
  rootBackward(m, root, target, size);
}

/**
 * The same, where `score`, the part of the source that the rows brought, is what d stands for: the score s as it was
 * summed here takes its place, R⁻¹ (d + R⁻ᵀ (source − score + s − Rᵀd)), the last difference exact and left out where d
 * is not small. Not where the score is another than s, beyond rounding. `work`: room for 2 size.
 */
export function rootSolveScore(m: Memory, root: i32, source: i32, target: i32, score: i32, size: i32, work: i32): void {
  if (!rootSpeaks(m, root, score, work, size)) {
    rootSolve(m, root, source, target, size);
    return;
  }
  const right = root + size * size;
  fill(m, work, 2 * size, 0.0);
  // RᵀR is not ZᵀZ to the last digit either: the refinement is for residuals that outweigh what they have along Z
  const refined = inner(m, right, right, size) < 1e-4 * get(m, right + size + 1);
  if (refined) move(m, work, rootSum(root, size), 2 * size);
  for (let i: i32 = 0; refined && i < size; i++) {
    const d = -get(m, right + i);
    for (let j = i; j < size; j++) {
      const x = get(m, root + i * size + j);
      if (x < Infinity) addProduct(m, work + j, size, x, d);
    }
  }
  for (let j: i32 = 0; j < size; j++)
    set(m, target + j, get(m, source + j) - get(m, score + j) + (get(m, work + j) + get(m, work + size + j)));
  rootForward(m, root, target, size, 0);
  axpy(m, target, right, 1.0, size);
  rootBackward(m, root, target, size);
}

/** Whether the score is the one summed here, each coordinate to the rounding of a sum over the rows. `squares`: room for size. */
function rootSpeaks(m: Memory, root: i32, score: i32, squares: i32, size: i32): boolean {
  const right = root + size * size;
  const rows = get(m, right + size);
  if (!(rows > 0.0)) return false;
  fill(m, squares, size, 0.0);
  for (let i: i32 = 0; i < size; i++)
    for (let j = i; j < size; j++) {
      const x = get(m, root + i * size + j);
      if (x < Infinity) set(m, squares + j, get(m, squares + j) + x * x);
    }
  const sum = rootSum(root, size);
  const total = get(m, right + size + 1) + inner(m, right, right, size);
  const rounding = 32.0 * 2.220446049250313e-16 * ((size as f64) + Math.sqrt(rows));
  for (let j: i32 = 0; j < size; j++) {
    const apart = Math.abs(get(m, sum + j) - get(m, score + j));
    if (!(apart <= rounding * Math.sqrt(get(m, squares + j) * total))) return false;
  }
  return true;
}

/** target ← RᵀR source */
export function rootMultiply(m: Memory, root: i32, source: i32, target: i32, size: i32): void {
  fill(m, target, size, 0.0);
  for (let k: i32 = 0; k < size; k++) {
    const at = root + k * size + k;
    axpy(m, target + k, at, inner(m, at, source + k, size - k), size - k);
  }
}

/** R ← √factor R; a right-hand side is given up. `factor` is a position. */
export function rootScale(m: Memory, root: i32, factor: i32, size: i32): void {
  scale(m, root, Math.sqrt(get(m, factor)), size * size);
  const mark = root + size * size + size;
  if (get(m, mark) !== 0.0) set(m, mark, -1e300);
}

/** target ← diagonal of (RᵀR)⁻¹; logdet[0] += its log determinant, of pivots that did not vanish. `row`: room for size. */
export function rootInvert(m: Memory, root: i32, target: i32, logdet: i32, size: i32, row: i32): void {
  let sum: f64 = 0.0;
  for (let i: i32 = 0; i < size; i++) {
    fill(m, row, size, 0.0);
    set(m, row + i, 1.0);
    rootForward(m, root, row, size, i);
    set(m, target + i, inner(m, row + i, row + i, size - i));
    const pivot = get(m, root + i * size + i);
    if (pivot < Infinity) sum += 2.0 * logarithm(pivot);
  }
  set(m, logdet, get(m, logdet) + sum);
}

/** target ← target + diagonal of RᵀR */
export function rootDiagonal(m: Memory, root: i32, target: i32, size: i32): void {
  for (let k: i32 = 0; k < size; k++)
    for (let j = k; j < size; j++) {
      const x = get(m, root + k * size + j);
      set(m, target + j, get(m, target + j) + x * x);
    }
}

/** target ← R⁻¹ source: its covariance is the inverse. */
export function rootSample(m: Memory, root: i32, source: i32, target: i32, size: i32): void {
  move(m, target, source, size);
  rootBackward(m, root, target, size);
}
