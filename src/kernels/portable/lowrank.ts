// Information as a diagonal and a few directions, diag(d) + U Uᵀ: d, then U (size × rank, a coordinate's entries side by
// side). Factors are appended a chunk at a time by a truncated singular value decomposition, and what is cut off stays in
// the diagonal, so that the diagonal of the information is kept exactly (Chang et al. 2023, Low-rank extended Kalman
// filtering for online learning of neural networks). That diagonal has a share along the kept directions too, which must
// not count twice: they are shortened by it, as principal factors are (Harman, Modern Factor Analysis, 3rd ed., §8). All
// in units of each coordinate's own information, so that no choice depends on how a parameter is scaled.

import { eigenSort, jacobi } from "./eigen.ts";
import { axpy, type f64, fill, get, type i32, inner, logarithm, type Memory, move, scale, set } from "./memory.ts";

/**
 * diag(d) + U Uᵀ += Z Zᵀ, Z of a line a coordinate at factors + i·stride, `count` doubles each. `work`: room for
 * 2 n² + n + rank² + 3 rank with n = rank + max(2 rank, 16).
 */
export function lowrankAppend(
  m: Memory,
  kept: i32,
  size: i32,
  rank: i32,
  factors: i32,
  stride: i32,
  count: i32,
  work: i32,
): void {
  const chunk: i32 = rank > 8 ? 2 * rank : 16;
  for (let from: i32 = 0; from < count; from += chunk) {
    const taken: i32 = count - from < chunk ? count - from : chunk;
    lowrankChunk(m, kept, size, rank, factors + from, stride, taken, work);
  }
}

/**
 * The same by way of the factors' own Gram matrix, from `least` of them on: a Cholesky factor of it is as many factors as
 * there are coordinates, appended in one go. `work`: room for size² and for what that takes.
 */
export function lowrankAppendMany(
  m: Memory,
  kept: i32,
  size: i32,
  rank: i32,
  factors: i32,
  stride: i32,
  count: i32,
  least: i32,
  work: i32,
): void {
  if (count < least) {
    lowrankAppend(m, kept, size, rank, factors, stride, count, work);
    return;
  }
  const gram = work + size * size;
  for (let i: i32 = 0; i < size; i++)
    for (let j: i32 = 0; j <= i; j++) {
      const x = inner(m, factors + i * stride, factors + j * stride, count);
      set(m, gram + i * size + j, x);
      set(m, gram + j * size + i, x);
    }
  lowrankRoot(m, gram, work, size, gram + size * size);
  lowrankChunk(m, kept, size, rank, work, size, size, gram);
}

/**
 * root ← Z with Z Zᵀ = gram (both size × size), by Cholesky with diagonal pivoting, which stands a singular matrix (Higham,
 * Accuracy and Stability of Numerical Algorithms, 2nd ed., §10.3), in units of each coordinate's own information. Destroys
 * the matrix. `units`: room for size.
 */
function lowrankRoot(m: Memory, gram: i32, root: i32, size: i32, units: i32): void {
  fill(m, root, size * size, 0.0);
  for (let i: i32 = 0; i < size; i++) set(m, units + i, get(m, gram + i * (size + 1)));
  for (let k: i32 = 0; k < size; k++) {
    let pivot: i32 = -1;
    let most: f64 = 2.220446049250313e-16 * (size as f64);
    for (let i: i32 = 0; i < size; i++) {
      const share = get(m, gram + i * (size + 1)) / get(m, units + i);
      if (share > most) {
        most = share;
        pivot = i;
      }
    }
    if (pivot < 0) return;
    const line = gram + pivot * size;
    scale(m, line, 1.0 / Math.sqrt(get(m, line + pivot)), size);
    for (let i: i32 = 0; i < size; i++) {
      const x = get(m, line + i);
      set(m, root + i * size + k, x);
      if (i !== pivot) axpy(m, gram + i * size, line, -x, size);
    }
    fill(m, line, size, 0.0);
    for (let i: i32 = 0; i < size; i++) set(m, gram + i * size + pivot, 0.0);
  }
}

/** The same in one go, with n = rank + count. */
export function lowrankChunk(
  m: Memory,
  kept: i32,
  size: i32,
  rank: i32,
  factors: i32,
  stride: i32,
  count: i32,
  work: i32,
): void {
  const n = rank + count;
  const vectors = work + n * n;
  const line = vectors + n * n;
  // the Gram matrix of all directions, in units of the information of each coordinate
  fill(m, work, n * n, 0.0);
  for (let i: i32 = 0; i < size; i++) {
    move(m, line, kept + size + i * rank, rank);
    move(m, line + rank, factors + i * stride, count);
    const squares = inner(m, line, line, n);
    if (squares === 0.0) continue;
    const share = 1.0 / (get(m, kept + i) + squares);
    for (let a: i32 = 0; a < n; a++) axpy(m, work + a * n + a, line + a, share * get(m, line + a), n - a);
  }
  for (let a: i32 = 1; a < n; a++) for (let b: i32 = 0; b < a; b++) set(m, work + a * n + b, get(m, work + b * n + a));
  jacobi(m, work, vectors, n, 1e-15);
  eigenSort(m, work, vectors, n, rank);
  // a direction is v √λ; what the diagonal ψ has along it is s_k = Σ_i v_ik² ψ_i, ψ_i = c_i − Σ_l v_il² (λ_l − s_l)
  const overlap = line + n;
  const square = overlap + rank * rank;
  const own = square + rank;
  const shared = own + rank;
  fill(m, overlap, rank * rank + 3 * rank, 0.0);
  for (let i: i32 = 0; i < size; i++) {
    const to = kept + size + i * rank;
    move(m, line, to, rank);
    move(m, line + rank, factors + i * stride, count);
    const squares = inner(m, line, line, n);
    if (squares === 0.0) continue;
    const total = get(m, kept + i) + squares;
    set(m, kept + i, total);
    for (let b: i32 = 0; b < rank; b++) {
      const x = inner(m, vectors + b * n, line, n);
      const value = get(m, work + b * (n + 1));
      set(m, to + b, x);
      set(m, square + b, value > 0.0 ? (x * x) / (total * value) : 0.0);
    }
    axpy(m, own, square, squares / total, rank);
    for (let b: i32 = 0; b < rank; b++) axpy(m, overlap + b * rank, square, get(m, square + b), rank);
  }
  lowrankShare(m, work, n, rank, overlap, own, shared);
  for (let b: i32 = 0; b < rank; b++) {
    const value = get(m, work + b * (n + 1));
    const left = value - get(m, shared + b);
    set(m, square + b, left > 0.0 ? Math.sqrt(left / value) : 0.0);
  }
  for (let i: i32 = 0; i < size; i++) {
    const to = kept + size + i * rank;
    // coordinates without factors have no directions, and stay as they are
    for (let b: i32 = 0; b < rank; b++) set(m, to + b, get(m, square + b) * get(m, to + b));
    const left = get(m, kept + i) - inner(m, to, to, rank);
    set(m, kept + i, left > 0.0 ? left : 0.0);
  }
}

/**
 * shared ← s with s = own − overlap (λ − s), by iteration from 0, from where it grows; λ on the diagonal of `matrix`
 * (n × n). At most λ.
 */
function lowrankShare(m: Memory, matrix: i32, n: i32, rank: i32, overlap: i32, own: i32, shared: i32): void {
  for (let round: i32 = 0; round < 40; round++)
    for (let b: i32 = 0; b < rank; b++) {
      let s = get(m, own + b);
      for (let l: i32 = 0; l < rank; l++)
        s -= get(m, overlap + b * rank + l) * (get(m, matrix + l * (n + 1)) - get(m, shared + l));
      set(m, shared + b, Math.min(Math.max(s, 0.0), Math.max(get(m, matrix + b * (n + 1)), 0.0)));
    }
}

/** memory += information, both of this rank. `work` as for `lowrankAppend`. */
export function lowrankJoin(m: Memory, memory: i32, information: i32, size: i32, rank: i32, work: i32): void {
  axpy(m, memory, information, 1.0, size);
  lowrankAppend(m, memory, size, rank, information + size, rank, rank, work);
}

/** d ← factor d, U ← √factor U. `factor` is a position. */
export function lowrankScale(m: Memory, kept: i32, factor: i32, size: i32, rank: i32): void {
  scale(m, kept, get(m, factor), size);
  scale(m, kept + size, Math.sqrt(get(m, factor)), size * rank);
}

/** The factor's d += d; U becomes its columns from `first` on; the factor has `columns` of them. */
export function lowrankPlace(m: Memory, factor: i32, term: i32, size: i32, rank: i32, columns: i32, first: i32): void {
  axpy(m, factor, term, 1.0, size);
  for (let i: i32 = 0; i < size; i++) move(m, factor + size + i * columns + first, term + size + i * rank, rank);
}

/** The least d, as a share of what the directions tell of its coordinate, by which both can be told apart. */
function lowrankFloor(m: Memory, line: i32, columns: i32): f64 {
  return 1.4901161193847656e-8 * inner(m, line, line, columns);
}

/**
 * Behind d and U: the Cholesky factor L of I + Uᵀ D⁻¹ U. A d that is nothing beside the directions is raised to √ε of
 * them. status ← [coordinates without information, and directions among coordinates without a d of their own that U
 * reaches no better than the raised d does; least share that d has in its coordinate's information; its index]. A coordinate without information
 * has an infinite d: it takes no step. `work`: room for columns².
 */
export function lowrankFactorize(m: Memory, factor: i32, size: i32, columns: i32, status: i32, work: i32): void {
  const small = factor + size + size * columns;
  let vanished: f64 = 0.0;
  let smallest: f64 = 1.0;
  let where: f64 = -1.0;
  let raised: i32 = 0;
  fill(m, small, columns * columns, 0.0);
  fill(m, work, columns * columns, 0.0);
  for (let i: i32 = 0; i < size; i++) {
    const line = factor + size + i * columns;
    const floor = lowrankFloor(m, line, columns);
    let d = get(m, factor + i);
    if (!(d > floor)) {
      const told = floor > 0.0 && floor < Infinity;
      if (told) {
        raised += 1;
        const share = 1.4901161193847656e-8 / floor;
        for (let a: i32 = 0; a < columns; a++) axpy(m, work + a * columns, line, share * get(m, line + a), columns);
        d = floor;
      } else {
        vanished += 1.0;
        fill(m, line, columns, 0.0);
        d = Infinity;
      }
      set(m, factor + i, d);
    }
    const share = d < Infinity ? d / (d + inner(m, line, line, columns)) : 0.0;
    if (!(share >= smallest)) {
      smallest = share;
      where = i as f64;
    }
    for (let a: i32 = 0; a < columns; a++) axpy(m, small + a * columns, line, get(m, line + a) / d, a + 1);
  }
  // coordinates that only the directions tell of: as many of these as there are of them, and no fewer
  if (raised > 0) {
    jacobi(m, work, -1, columns, 1e-15);
    let largest: f64 = 0.0;
    for (let a: i32 = 0; a < columns; a++) largest = Math.max(largest, get(m, work + a * (columns + 1)));
    let reached: i32 = 0;
    for (let a: i32 = 0; a < columns; a++) if (get(m, work + a * (columns + 1)) > 1e-6 * largest) reached += 1;
    if (raised > reached) vanished += (raised - reached) as f64;
  }
  for (let a: i32 = 0; a < columns; a++) {
    const line = small + a * columns;
    for (let b: i32 = 0; b <= a; b++) {
      const other = small + b * columns;
      const x = get(m, line + b) - inner(m, line, other, b);
      if (b < a) set(m, line + b, x / get(m, other + b));
      else set(m, line + a, Math.sqrt(1.0 + x));
    }
  }
  set(m, status, vanished);
  set(m, status + 1, smallest);
  set(m, status + 2, where);
}

/** t ← L⁻¹ t, L lower (size × size) with `shift` added to its diagonal */
function lowrankForward(m: Memory, lower: i32, t: i32, size: i32, shift: f64): void {
  for (let a: i32 = 0; a < size; a++) {
    const line = lower + a * size;
    set(m, t + a, (get(m, t + a) - inner(m, line, t, a)) / (get(m, line + a) + shift));
  }
}

/** t ← L⁻ᵀ t */
function lowrankBackward(m: Memory, lower: i32, t: i32, size: i32): void {
  for (let a: i32 = size - 1; a >= 0; a--) {
    const line = lower + a * size;
    const x = get(m, t + a) / get(m, line + a);
    set(m, t + a, x);
    axpy(m, t, line, -x, a);
  }
}

/** target ← (D + U Uᵀ)⁻¹ source = D⁻¹ source − D⁻¹ U (L Lᵀ)⁻¹ Uᵀ D⁻¹ source. `work`: room for `columns`. */
export function lowrankSolve(
  m: Memory,
  factor: i32,
  source: i32,
  target: i32,
  size: i32,
  columns: i32,
  work: i32,
): void {
  const u = factor + size;
  const lower = u + size * columns;
  fill(m, work, columns, 0.0);
  for (let i: i32 = 0; i < size; i++) axpy(m, work, u + i * columns, get(m, source + i) / get(m, factor + i), columns);
  lowrankForward(m, lower, work, columns, 0.0);
  lowrankBackward(m, lower, work, columns);
  for (let i: i32 = 0; i < size; i++)
    set(m, target + i, (get(m, source + i) - inner(m, u + i * columns, work, columns)) / get(m, factor + i));
}

/** target ← (diag(d) + U Uᵀ) source. `work`: room for `rank`. */
export function lowrankMultiply(m: Memory, kept: i32, source: i32, target: i32, size: i32, rank: i32, work: i32): void {
  const u = kept + size;
  fill(m, work, rank, 0.0);
  for (let i: i32 = 0; i < size; i++) axpy(m, work, u + i * rank, get(m, source + i), rank);
  for (let i: i32 = 0; i < size; i++)
    set(m, target + i, get(m, kept + i) * get(m, source + i) + inner(m, u + i * rank, work, rank));
}

/** target ← diagonal of the inverse; logdet[0] += log determinant, of coordinates with information. `work`: room for `columns`. */
export function lowrankInvert(
  m: Memory,
  factor: i32,
  target: i32,
  logdet: i32,
  size: i32,
  columns: i32,
  work: i32,
): void {
  const u = factor + size;
  const lower = u + size * columns;
  let sum: f64 = 0.0;
  for (let i: i32 = 0; i < size; i++) {
    const d = get(m, factor + i);
    move(m, work, u + i * columns, columns);
    lowrankForward(m, lower, work, columns, 0.0);
    set(m, target + i, (1.0 - inner(m, work, work, columns) / d) / d);
    if (d < Infinity) sum += logarithm(d);
  }
  for (let a: i32 = 0; a < columns; a++) sum += 2.0 * logarithm(get(m, lower + a * (columns + 1)));
  set(m, logdet, get(m, logdet) + sum);
}

/** target ← target + diagonal of diag(d) + U Uᵀ */
export function lowrankDiagonal(m: Memory, kept: i32, target: i32, size: i32, rank: i32): void {
  for (let i: i32 = 0; i < size; i++) {
    const line = kept + size + i * rank;
    set(m, target + i, get(m, target + i) + get(m, kept + i) + inner(m, line, line, rank));
  }
}

/**
 * target ← C source with C Cᵀ = (D + U Uᵀ)⁻¹: with W = D^(−1/2) U and I + WᵀW = L Lᵀ, C = D^(−1/2) (I − W L⁻ᵀ (L + I)⁻¹ Wᵀ),
 * as is seen by multiplying out. `work`: room for `columns`.
 */
export function lowrankSample(
  m: Memory,
  factor: i32,
  source: i32,
  target: i32,
  size: i32,
  columns: i32,
  work: i32,
): void {
  const u = factor + size;
  const lower = u + size * columns;
  fill(m, work, columns, 0.0);
  for (let i: i32 = 0; i < size; i++)
    axpy(m, work, u + i * columns, get(m, source + i) / Math.sqrt(get(m, factor + i)), columns);
  lowrankForward(m, lower, work, columns, 1.0);
  lowrankBackward(m, lower, work, columns);
  for (let i: i32 = 0; i < size; i++) {
    const root = Math.sqrt(get(m, factor + i));
    set(m, target + i, (get(m, source + i) - inner(m, u + i * columns, work, columns) / root) / root);
  }
}
