// out[r] += Σ_k x_k[r] b_k on columns: eight columns a pass over the rows, so that `out` is read and written once for eight.

import { at, madd } from "./lanes";

export function axpyRows(out: usize, x: usize, stride: usize, count: i32, b: usize, rows: i32): void {
  let k = 0;
  for (; k + 7 < count; k += 8) eight(out, x + k * stride, stride, b + (<usize>k << 3), rows);
  if (count - k >= 4) {
    four(out, x + k * stride, stride, b + (<usize>k << 3), rows);
    k += 4;
  }
  for (; k < count; k++) one(out, x + k * stride, b + (<usize>k << 3), rows);
}

function eight(out: usize, x: usize, stride: usize, b: usize, rows: i32): void {
  const b0 = at(b, 0), b1 = at(b, 1), b2 = at(b, 2), b3 = at(b, 3);
  const b4 = at(b, 4), b5 = at(b, 5), b6 = at(b, 6), b7 = at(b, 7);
  let p = x, q = x + 4 * stride;
  const s2 = 2 * stride, s3 = 3 * stride;
  let r = 0;
  for (; r + 1 < rows; r += 2, p += 16, q += 16, out += 16) {
    let s = madd(v128.load(p), b0, v128.load(out));
    let t = f64x2.mul(v128.load(q), b4);
    s = madd(v128.load(p + stride), b1, s);
    t = madd(v128.load(q + stride), b5, t);
    s = madd(v128.load(p + s2), b2, s);
    t = madd(v128.load(q + s2), b6, t);
    s = madd(v128.load(p + s3), b3, s);
    t = madd(v128.load(q + s3), b7, t);
    v128.store(out, f64x2.add(s, t));
  }
  if (r < rows) {
    let s = madd(v128.load64_zero(p), b0, v128.load64_zero(out));
    let t = f64x2.mul(v128.load64_zero(q), b4);
    s = madd(v128.load64_zero(p + stride), b1, s);
    t = madd(v128.load64_zero(q + stride), b5, t);
    s = madd(v128.load64_zero(p + s2), b2, s);
    t = madd(v128.load64_zero(q + s2), b6, t);
    s = madd(v128.load64_zero(p + s3), b3, s);
    t = madd(v128.load64_zero(q + s3), b7, t);
    v128.store64_lane(out, f64x2.add(s, t), 0);
  }
}

function four(out: usize, x: usize, stride: usize, b: usize, rows: i32): void {
  const b0 = at(b, 0), b1 = at(b, 1), b2 = at(b, 2), b3 = at(b, 3);
  const s2 = 2 * stride, s3 = 3 * stride;
  let r = 0;
  for (; r + 1 < rows; r += 2, x += 16, out += 16) {
    let s = madd(v128.load(x), b0, v128.load(out));
    s = madd(v128.load(x + stride), b1, s);
    s = madd(v128.load(x + s2), b2, s);
    v128.store(out, madd(v128.load(x + s3), b3, s));
  }
  if (r < rows) {
    let s = madd(v128.load64_zero(x), b0, v128.load64_zero(out));
    s = madd(v128.load64_zero(x + stride), b1, s);
    s = madd(v128.load64_zero(x + s2), b2, s);
    v128.store64_lane(out, madd(v128.load64_zero(x + s3), b3, s), 0);
  }
}

function one(out: usize, x: usize, b: usize, rows: i32): void {
  const b0 = at(b, 0);
  let r = 0;
  for (; r + 1 < rows; r += 2, x += 16, out += 16) v128.store(out, madd(v128.load(x), b0, v128.load(out)));
  if (r < rows) v128.store64_lane(out, madd(v128.load64_zero(x), b0, v128.load64_zero(out)), 0);
}
