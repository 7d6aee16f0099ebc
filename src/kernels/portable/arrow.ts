// Arrow matrices: a core C (c × c, lower) and, level after level, the level's own V (b × b, lower) and its part with the
// core X (b × c). Eliminating the levels first leaves the core alone to be factorised, so that everything is linear in
// the number of levels. Vectors of levels lie level by level here; gather and scatter bring them into the block's
// order. Portable kernels.

import { axpy, type f64, fill, get, type i32, inner, logarithm, type Memory, scale, set } from "./memory.ts";

/** Pivots below this multiple of the size count as vanished: 8 ε. */
const arrowTolerance: f64 = 1.7763568394002505e-15;

/** Lines of levels that are taken from the core together. */
const arrowPanel: i32 = 64;

/** target[l, offset + j] ← source[l, j] for levels l, j < width; the target's lines are `own` long. */
export function arrowGather(m: Memory, source: i32, target: i32, levels: i32, width: i32, own: i32, offset: i32): void {
  for (let l: i32 = 0; l < levels; l++)
    for (let j: i32 = 0; j < width; j++) set(m, target + l * own + offset + j, get(m, source + l * width + j));
}

/** target[l, j] ← source[l, offset + j]: what `arrowGather` did, undone. */
export function arrowScatter(
  m: Memory,
  source: i32,
  target: i32,
  levels: i32,
  width: i32,
  own: i32,
  offset: i32,
): void {
  for (let l: i32 = 0; l < levels; l++)
    for (let j: i32 = 0; j < width; j++) set(m, target + l * width + j, get(m, source + l * own + offset + j));
}

/**
 * V += Σ_rows w y yᵀ (where `alone` is not 0) and X += Σ_rows w y xᵀ, each row at the level its position says: y the `own`
 * columns of levels, x the `count` columns of the core that begin at its coordinate `first`. `weight` < 0 means ones.
 */
export function arrowAccumulate(
  m: Memory,
  target: i32,
  shared: i32,
  first: i32,
  count: i32,
  levelled: i32,
  position: i32,
  weight: i32,
  alone: i32,
  core: i32,
  levels: i32,
  own: i32,
  capacity: i32,
  rows: i32,
): void {
  const stride: i32 = own * (own + core);
  const start: i32 = target + core * core;
  for (let r: i32 = 0; r < rows; r++) {
    const w: f64 = weight < 0 ? 1.0 : get(m, weight + r);
    const place: f64 = get(m, position + r);
    // a row that weighs nothing need not have a level
    if (w === 0.0 || !(place >= 0.0 && place < (levels as f64))) continue;
    const level: i32 = start + (place as i32) * stride;
    for (let i: i32 = 0; i < own; i++) {
      const z: f64 = w * get(m, levelled + i * capacity + r);
      if (z === 0.0) continue;
      if (alone !== 0) {
        const line: i32 = level + i * own;
        for (let j: i32 = 0; j <= i; j++) set(m, line + j, get(m, line + j) + z * get(m, levelled + j * capacity + r));
      }
      let cross: i32 = level + own * own + i * core + first;
      let at: i32 = shared + r;
      for (let k: i32 = 0; k < count; k++) {
        set(m, cross, get(m, cross) + z * get(m, at));
        cross++;
        at += capacity;
      }
    }
  }
}

/** Diagonal of V += source, of the levels' coordinates offset … offset + width − 1; source lies level by level. */
export function arrowAddDiagonal(
  m: Memory,
  target: i32,
  source: i32,
  core: i32,
  levels: i32,
  width: i32,
  own: i32,
  offset: i32,
): void {
  const stride: i32 = own * (own + core);
  for (let l: i32 = 0; l < levels; l++)
    for (let j: i32 = 0; j < width; j++) {
      const at: i32 = target + core * core + l * stride + (offset + j) * (own + 1);
      set(m, at, get(m, at) + get(m, source + l * width + j));
    }
}

/** target += diagonal of V, of the levels' coordinates offset … offset + width − 1. */
export function arrowAddDiagonalOf(
  m: Memory,
  source: i32,
  target: i32,
  core: i32,
  levels: i32,
  width: i32,
  own: i32,
  offset: i32,
): void {
  const stride: i32 = own * (own + core);
  for (let l: i32 = 0; l < levels; l++)
    for (let j: i32 = 0; j < width; j++) {
      const at: i32 = target + l * width + j;
      set(m, at, get(m, at) + get(m, source + core * core + l * stride + (offset + j) * (own + 1)));
    }
}

/** target[l, at] ← value for all levels l, lines `width` long. */
export function arrowProbe(m: Memory, target: i32, levels: i32, width: i32, at: i32, value: i32): void {
  for (let l: i32 = 0; l < levels; l++) set(m, target + l * width + at, value as f64);
}

/** Column `column` of every V −= source, from the diagonal down, as far as coordinates offset … offset + width − 1 go. */
export function arrowSubtractOwn(
  m: Memory,
  target: i32,
  source: i32,
  core: i32,
  levels: i32,
  width: i32,
  own: i32,
  offset: i32,
  column: i32,
): void {
  const stride: i32 = own * (own + core);
  for (let l: i32 = 0; l < levels; l++)
    for (let j: i32 = 0; j < width; j++) {
      if (offset + j < column) continue;
      const at: i32 = target + core * core + l * stride + (offset + j) * own + column;
      set(m, at, get(m, at) - get(m, source + l * width + j));
    }
}

/** Of every X, the column of the coordinate at which the unit vector `tangent` (over the core) is 1, −= source. */
export function arrowSubtractCross(
  m: Memory,
  target: i32,
  tangent: i32,
  source: i32,
  core: i32,
  levels: i32,
  width: i32,
  own: i32,
  offset: i32,
): void {
  const stride: i32 = own * (own + core);
  for (let k: i32 = 0; k < core; k++) {
    if (get(m, tangent + k) === 0.0) continue;
    for (let l: i32 = 0; l < levels; l++)
      for (let j: i32 = 0; j < width; j++) {
        const at: i32 = target + core * core + l * stride + own * own + (offset + j) * core + k;
        set(m, at, get(m, at) - get(m, source + l * width + j));
      }
  }
}

/** 1 / √a, or 0 where that is no scale. */
function arrowScale(a: f64): f64 {
  return a > 0.0 && a < Infinity ? 1.0 / Math.sqrt(a) : 0.0;
}

/**
 * Writes a pivot's root at the end of its line and notes it in `status`; returns what divides by it. One that vanished
 * leaves its line as that of the identity, and 0 is returned. `name` is how `status` is to call it.
 */
function arrowPivot(m: Memory, line: i32, at: i32, pivot: f64, threshold: f64, status: i32, name: f64): f64 {
  if (!(pivot >= get(m, status + 1))) {
    set(m, status + 1, pivot >= -Infinity ? pivot : -Infinity);
    set(m, status + 2, name);
  }
  if (pivot > threshold) {
    const root: f64 = Math.sqrt(pivot);
    set(m, line + at, root);
    return 1.0 / root;
  }
  set(m, status, get(m, status) + 1.0);
  fill(m, line, at, 0.0);
  set(m, line + at, 1.0);
  return 0.0;
}

/**
 * In place, with the matrix scaled to a unit diagonal by `scales` (core, then level by level): V ← L its Cholesky factor,
 * X ← Y = L⁻¹ X, C ← that of C − Σ Yᵀ Y. status ← [pivots that vanished, smallest pivot, its coordinate: a core's own, −2 − k
 * for the k-th of the levels, level by level]. Pivots of the core are relative to its own diagonal, so that what cancels
 * shows. `panel` is room for `core` times the larger of 64 and `own`.
 */
export function arrowFactorize(
  m: Memory,
  factor: i32,
  scales: i32,
  status: i32,
  panel: i32,
  core: i32,
  levels: i32,
  own: i32,
): void {
  set(m, status, 0.0);
  set(m, status + 1, 1.0);
  set(m, status + 2, -1.0);
  for (let i: i32 = 0; i < core; i++) set(m, scales + i, arrowScale(get(m, factor + i * core + i)));
  for (let i: i32 = 0; i < core; i++) {
    const s: f64 = get(m, scales + i);
    for (let j: i32 = 0; j <= i; j++) {
      const at: i32 = factor + i * core + j;
      set(m, at, get(m, at) * s * get(m, scales + j));
    }
  }
  const room: i32 = own > arrowPanel ? own : arrowPanel;
  let filled: i32 = 0;
  const levelThreshold: f64 = arrowTolerance * (own as f64);
  for (let l: i32 = 0; l < levels; l++) {
    if (filled + own > room) {
      arrowTakePanel(m, factor, panel, core, room, filled);
      filled = 0;
    }
    const v: i32 = factor + core * core + l * own * (own + core);
    const x: i32 = v + own * own;
    const scale: i32 = scales + core + l * own;
    for (let i: i32 = 0; i < own; i++) set(m, scale + i, arrowScale(get(m, v + i * own + i)));
    for (let i: i32 = 0; i < own; i++) {
      const s: f64 = get(m, scale + i);
      const line: i32 = v + i * own;
      const cross: i32 = x + i * core;
      for (let j: i32 = 0; j < i; j++) {
        const other: i32 = v + j * own;
        let sum: f64 = get(m, line + j) * s * get(m, scale + j);
        for (let k: i32 = 0; k < j; k++) sum -= get(m, line + k) * get(m, other + k);
        set(m, line + j, sum / get(m, other + j));
      }
      let pivot: f64 = get(m, line + i) * s * s;
      for (let k: i32 = 0; k < i; k++) pivot -= get(m, line + k) * get(m, line + k);
      for (let k: i32 = 0; k < core; k++) set(m, cross + k, get(m, cross + k) * s * get(m, scales + k));
      for (let k: i32 = 0; k < i; k++) axpy(m, cross, x + k * core, -get(m, line + k), core);
      const name: f64 = -2.0 - ((l * own + i) as f64);
      const inverse: f64 = arrowPivot(m, line, i, pivot, levelThreshold, status, name);
      for (let k: i32 = 0; k < core; k++) {
        const y: f64 = get(m, cross + k) * inverse;
        set(m, cross + k, y);
        set(m, panel + k * room + filled, y);
      }
      filled++;
    }
  }
  arrowTakePanel(m, factor, panel, core, room, filled);
  const threshold: f64 = arrowTolerance * ((core + levels * own) as f64);
  for (let i: i32 = 0; i < core; i++) {
    const line: i32 = factor + i * core;
    for (let j: i32 = 0; j < i; j++) {
      const other: i32 = factor + j * core;
      set(m, line + j, (get(m, line + j) - inner(m, line, other, j)) / get(m, other + j));
    }
    arrowPivot(m, line, i, get(m, line + i) - inner(m, line, line, i), threshold, status, i as f64);
  }
}

/** C −= Pᵀ P from the lines of levels in the panel, a column of P a line here. */
function arrowTakePanel(m: Memory, factor: i32, panel: i32, core: i32, room: i32, filled: i32): void {
  for (let i: i32 = 0; i < core; i++)
    for (let j: i32 = 0; j <= i; j++) {
      const at: i32 = factor + i * core + j;
      set(m, at, get(m, at) - inner(m, panel + i * room, panel + j * room, filled));
    }
}

/** In `status`, a coordinate of the levels that belongs to coordinates offset … offset + width − 1 by its place in the block. */
export function arrowLocate(m: Memory, status: i32, first: i32, width: i32, own: i32, offset: i32): void {
  const name: f64 = get(m, status + 2);
  if (!(name <= -2.0)) return;
  const at: i32 = (-2.0 - name) as i32;
  const j: i32 = (at % own) - offset;
  if (j < 0 || j >= width) return;
  set(m, status + 2, (first + ((at - offset - j) / own) * width + j) as f64);
}

/** x ← A⁻¹ x by the factor, in place: `shared` over the core, `levelled` level by level. */
export function arrowSolve(
  m: Memory,
  factor: i32,
  scales: i32,
  shared: i32,
  levelled: i32,
  core: i32,
  levels: i32,
  own: i32,
): void {
  const stride: i32 = own * (own + core);
  for (let k: i32 = 0; k < core; k++) set(m, shared + k, get(m, shared + k) * get(m, scales + k));
  for (let l: i32 = 0; l < levels; l++) {
    const v: i32 = factor + core * core + l * stride;
    for (let i: i32 = 0; i < own; i++) {
      const at: i32 = levelled + l * own + i;
      const line: i32 = v + i * own;
      let sum: f64 = get(m, at) * get(m, scales + core + l * own + i);
      for (let k: i32 = 0; k < i; k++) sum -= get(m, line + k) * get(m, levelled + l * own + k);
      const y: f64 = sum / get(m, line + i);
      set(m, at, y);
      axpy(m, shared, v + own * own + i * core, -y, core);
    }
  }
  for (let i: i32 = 0; i < core; i++) {
    const line: i32 = factor + i * core;
    set(m, shared + i, (get(m, shared + i) - inner(m, line, shared, i)) / get(m, line + i));
  }
  arrowBack(m, factor, scales, shared, levelled, core, levels, own);
}

/** x ← S L⁻ᵀ x in place, L the whole factor with the levels before the core: half of a solution, and what makes a draw. */
export function arrowBack(
  m: Memory,
  factor: i32,
  scales: i32,
  shared: i32,
  levelled: i32,
  core: i32,
  levels: i32,
  own: i32,
): void {
  const stride: i32 = own * (own + core);
  for (let i: i32 = core - 1; i >= 0; i--) {
    const line: i32 = factor + i * core;
    const x: f64 = get(m, shared + i) / get(m, line + i);
    set(m, shared + i, x);
    axpy(m, shared, line, -x, i);
  }
  for (let l: i32 = 0; l < levels; l++) {
    const v: i32 = factor + core * core + l * stride;
    for (let i: i32 = own - 1; i >= 0; i--) {
      const at: i32 = levelled + l * own + i;
      let sum: f64 = get(m, at) - inner(m, v + own * own + i * core, shared, core);
      for (let k: i32 = i + 1; k < own; k++) sum -= get(m, v + k * own + i) * get(m, levelled + l * own + k);
      set(m, at, sum / get(m, v + i * own + i));
    }
    for (let i: i32 = 0; i < own; i++) {
      const at: i32 = levelled + l * own + i;
      set(m, at, get(m, at) * get(m, scales + core + l * own + i));
    }
  }
  for (let k: i32 = 0; k < core; k++) set(m, shared + k, get(m, shared + k) * get(m, scales + k));
}

/** The matrix times (shared, levelled), to (sharedTarget, levelledTarget). */
export function arrowMultiply(
  m: Memory,
  matrix: i32,
  shared: i32,
  levelled: i32,
  sharedTarget: i32,
  levelledTarget: i32,
  core: i32,
  levels: i32,
  own: i32,
): void {
  const stride: i32 = own * (own + core);
  for (let i: i32 = 0; i < core; i++) {
    const line: i32 = matrix + i * core;
    set(m, sharedTarget + i, inner(m, line, shared, i + 1));
    axpy(m, sharedTarget, line, get(m, shared + i), i);
  }
  for (let l: i32 = 0; l < levels; l++) {
    const v: i32 = matrix + core * core + l * stride;
    for (let i: i32 = 0; i < own; i++) {
      const line: i32 = v + i * own;
      const cross: i32 = v + own * own + i * core;
      const s: f64 = get(m, levelled + l * own + i);
      let sum: f64 = inner(m, cross, shared, core);
      for (let j: i32 = 0; j <= i; j++) sum += get(m, line + j) * get(m, levelled + l * own + j);
      for (let j: i32 = i + 1; j < own; j++) sum += get(m, v + j * own + i) * get(m, levelled + l * own + j);
      set(m, levelledTarget + l * own + i, sum);
      axpy(m, sharedTarget, cross, s, core);
    }
  }
}

/** target ← L⁻¹, lower, lines `size` long, from L. */
function arrowInvertLower(m: Memory, factor: i32, target: i32, size: i32): void {
  for (let k: i32 = 0; k < size; k++) {
    const line: i32 = target + k * size;
    const inverse: f64 = 1.0 / get(m, factor + k * size + k);
    fill(m, line, k, 0.0);
    for (let l: i32 = 0; l < k; l++) axpy(m, line, target + l * size, get(m, factor + k * size + l), l + 1);
    scale(m, line, -inverse, k);
    set(m, line + k, inverse);
  }
}

/**
 * (shared, levelled) ← diagonal of the inverse, logdet[0] += log determinant. With M the core's factor, a level's part is
 * L⁻ᵀ (1 + W Wᵀ) L⁻¹, W = Y M⁻ᵀ. `work` is room for core² + own² + core (own + 1).
 */
export function arrowInvert(
  m: Memory,
  factor: i32,
  scales: i32,
  shared: i32,
  levelled: i32,
  logdet: i32,
  work: i32,
  core: i32,
  levels: i32,
  own: i32,
): void {
  const stride: i32 = own * (own + core);
  const inverse: i32 = work;
  const ownInverse: i32 = work + core * core;
  const w: i32 = ownInverse + own * own;
  const mixed: i32 = w + own * core;
  let logs: f64 = 0.0;
  arrowInvertLower(m, factor, inverse, core);
  fill(m, shared, core, 0.0);
  for (let k: i32 = 0; k < core; k++) {
    logs += logarithm(get(m, factor + k * core + k) / get(m, scales + k));
    for (let i: i32 = 0; i <= k; i++) {
      const x: f64 = get(m, inverse + k * core + i) * get(m, scales + i);
      set(m, shared + i, get(m, shared + i) + x * x);
    }
  }
  for (let l: i32 = 0; l < levels; l++) {
    const v: i32 = factor + core * core + l * stride;
    arrowInvertLower(m, v, ownInverse, own);
    for (let i: i32 = 0; i < own; i++) {
      const y: i32 = v + own * own + i * core;
      for (let k: i32 = 0; k < core; k++) set(m, w + i * core + k, inner(m, y, inverse + k * core, k + 1));
    }
    for (let j: i32 = 0; j < own; j++) {
      let squares: f64 = 0.0;
      let from: i32 = w + j * core;
      let by: f64 = get(m, ownInverse + j * own + j);
      if (j + 1 < own) {
        fill(m, mixed, core, 0.0);
        for (let k: i32 = j; k < own; k++) {
          const t: f64 = get(m, ownInverse + k * own + j);
          squares += t * t;
          axpy(m, mixed, w + k * core, t, core);
        }
        from = mixed;
        by = 1.0;
      } else squares = by * by;
      squares += by * by * inner(m, from, from, core);
      const s: f64 = get(m, scales + core + l * own + j);
      set(m, levelled + l * own + j, squares * s * s);
      logs += logarithm(get(m, v + j * own + j) / s);
    }
  }
  set(m, logdet, get(m, logdet) + 2.0 * logs);
}
