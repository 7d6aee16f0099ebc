// Register tiles of sums over rows: target[a, b] ± Σ_r x_a[r] y_b[r], where coordinates are contiguous runs of rows.
// Rows go two at a time through the lanes; an odd last row fills the first lane alone.

import { both, fold, madd } from "./lanes";

/** Adds factor · pair to two neighbours of the target, of which `width` count (0, 1 or 2 and more). */
// @ts-ignore: decorator
@inline
function put(target: usize, pair: v128, factor: f64, width: i32): void {
  if (width >= 2) v128.store(target, madd(pair, both(factor), v128.load(target)));
  else if (width == 1) v128.store64_lane(target, madd(pair, both(factor), v128.load64_zero(target)), 0);
}

/**
 * 4 × 2: x_a at x + a·xs, y_b at y + b·ys, target line a at target + a·line (all in bytes). Entries with b > a + reach
 * are left alone: reach ≥ 1 writes all.
 */
export function tile4x2(target: usize, line: usize, x: usize, xs: usize, y: usize, ys: usize, rows: i32, factor: f64, reach: i32): void {
  let a0 = both(0), a1 = both(0), b0 = both(0), b1 = both(0);
  let c0 = both(0), c1 = both(0), d0 = both(0), d1 = both(0);
  const pairs = rows >> 1;
  let x0 = x, x1 = x + xs, x2 = x + 2 * xs, x3 = x + 3 * xs;
  let y0 = y, y1 = y + ys;
  for (let r = 0; r < pairs; r++) {
    const p = v128.load(y0);
    const q = v128.load(y1);
    const a = v128.load(x0);
    a0 = madd(a, p, a0);
    a1 = madd(a, q, a1);
    const b = v128.load(x1);
    b0 = madd(b, p, b0);
    b1 = madd(b, q, b1);
    const c = v128.load(x2);
    c0 = madd(c, p, c0);
    c1 = madd(c, q, c1);
    const d = v128.load(x3);
    d0 = madd(d, p, d0);
    d1 = madd(d, q, d1);
    x0 += 16; x1 += 16; x2 += 16; x3 += 16; y0 += 16; y1 += 16;
  }
  if (rows & 1) {
    const p = v128.load64_zero(y0);
    const q = v128.load64_zero(y1);
    const a = v128.load64_zero(x0);
    a0 = madd(a, p, a0);
    a1 = madd(a, q, a1);
    const b = v128.load64_zero(x1);
    b0 = madd(b, p, b0);
    b1 = madd(b, q, b1);
    const c = v128.load64_zero(x2);
    c0 = madd(c, p, c0);
    c1 = madd(c, q, c1);
    const d = v128.load64_zero(x3);
    d0 = madd(d, p, d0);
    d1 = madd(d, q, d1);
  }
  put(target, fold(a0, a1), factor, reach + 1);
  put(target + line, fold(b0, b1), factor, reach + 2);
  put(target + 2 * line, fold(c0, c1), factor, reach + 3);
  put(target + 3 * line, fold(d0, d1), factor, reach + 4);
}

/** 1 × 4: one line of the target, of which `width` entries are written (4 and more: all). */
export function tile1x4(target: usize, x: usize, y: usize, ys: usize, rows: i32, factor: f64, width: i32): void {
  let s0 = both(0), s1 = both(0), s2 = both(0), s3 = both(0);
  const pairs = rows >> 1;
  // Columns beyond the width are not there: read the first in their place.
  let y0 = y, y1 = width > 1 ? y + ys : y, y2 = width > 2 ? y + 2 * ys : y, y3 = width > 3 ? y + 3 * ys : y;
  for (let r = 0; r < pairs; r++) {
    const a = v128.load(x);
    s0 = madd(a, v128.load(y0), s0);
    s1 = madd(a, v128.load(y1), s1);
    s2 = madd(a, v128.load(y2), s2);
    s3 = madd(a, v128.load(y3), s3);
    x += 16; y0 += 16; y1 += 16; y2 += 16; y3 += 16;
  }
  if (rows & 1) {
    const a = v128.load64_zero(x);
    s0 = madd(a, v128.load64_zero(y0), s0);
    s1 = madd(a, v128.load64_zero(y1), s1);
    s2 = madd(a, v128.load64_zero(y2), s2);
    s3 = madd(a, v128.load64_zero(y3), s3);
  }
  put(target, fold(s0, s1), factor, width);
  put(target + 16, fold(s2, s3), factor, width - 2);
}

/** 2 × 4: like `tile4x2`; entries with b > a + reach are left alone, columns beyond `reach` + 1 are not read. */
export function tile2x4(target: usize, line: usize, x: usize, xs: usize, y: usize, ys: usize, rows: i32, factor: f64, reach: i32): void {
  let a0 = both(0), a1 = both(0), a2 = both(0), a3 = both(0);
  let b0 = both(0), b1 = both(0), b2 = both(0), b3 = both(0);
  const pairs = rows >> 1;
  let x0 = x, x1 = x + xs;
  let y0 = y, y1 = reach > -1 ? y + ys : y, y2 = reach > 0 ? y + 2 * ys : y, y3 = reach > 1 ? y + 3 * ys : y;
  for (let r = 0; r < pairs; r++) {
    const a = v128.load(x0);
    const b = v128.load(x1);
    const p = v128.load(y0);
    a0 = madd(a, p, a0);
    b0 = madd(b, p, b0);
    const q = v128.load(y1);
    a1 = madd(a, q, a1);
    b1 = madd(b, q, b1);
    const s = v128.load(y2);
    a2 = madd(a, s, a2);
    b2 = madd(b, s, b2);
    const t = v128.load(y3);
    a3 = madd(a, t, a3);
    b3 = madd(b, t, b3);
    x0 += 16; x1 += 16; y0 += 16; y1 += 16; y2 += 16; y3 += 16;
  }
  if (rows & 1) {
    const a = v128.load64_zero(x0);
    const b = v128.load64_zero(x1);
    const p = v128.load64_zero(y0);
    a0 = madd(a, p, a0);
    b0 = madd(b, p, b0);
    const q = v128.load64_zero(y1);
    a1 = madd(a, q, a1);
    b1 = madd(b, q, b1);
    const s = v128.load64_zero(y2);
    a2 = madd(a, s, a2);
    b2 = madd(b, s, b2);
    const t = v128.load64_zero(y3);
    a3 = madd(a, t, a3);
    b3 = madd(b, t, b3);
  }
  put(target, fold(a0, a1), factor, reach + 1);
  put(target + 16, fold(a2, a3), factor, reach - 1);
  put(target + line, fold(b0, b1), factor, reach + 2);
  put(target + line + 16, fold(b2, b3), factor, reach);
}
