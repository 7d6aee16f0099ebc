// Vectors of n doubles.

import { log_s, log_v } from "./logarithm";
import { across, both, madd } from "./lanes";

/** target ← target + source */
export function add(target: usize, source: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, f64x2.add(v128.load(target), v128.load(source)));
  if (i < n) store<f64>(target, load<f64>(target) + load<f64>(source));
}

/** target ← target + factor · source */
export function addScaled(target: usize, source: usize, factor: f64, n: i32): void {
  const f = both(factor);
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, madd(v128.load(source), f, v128.load(target)));
  if (i < n) v128.store64_lane(target, madd(v128.load64_zero(source), f, v128.load64_zero(target)), 0);
}

/** target ← a · b */
export function multiply(target: usize, a: usize, b: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, a += 16, b += 16) v128.store(target, f64x2.mul(v128.load(a), v128.load(b)));
  if (i < n) store<f64>(target, load<f64>(a) * load<f64>(b));
}

/** target ← a / b */
export function divide(target: usize, a: usize, b: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, a += 16, b += 16) v128.store(target, f64x2.div(v128.load(a), v128.load(b)));
  if (i < n) store<f64>(target, load<f64>(a) / load<f64>(b));
}

/** target ← 1 / source */
export function reciprocal(target: usize, source: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, f64x2.div(both(1), v128.load(source)));
  if (i < n) store<f64>(target, 1 / load<f64>(source));
}

/** target[0] += Σ log source[i] */
export function sumLog(target: usize, source: usize, n: i32): void {
  let sum = both(0);
  let i = 0;
  for (; i + 1 < n; i += 2, source += 16) sum = f64x2.add(sum, log_v(v128.load(source)));
  let total = across(sum);
  if (i < n) total += log_s(load<f64>(source));
  store<f64>(target, load<f64>(target) + total);
}

/** Σ a[i] b[i] */
export function dot(a: usize, b: usize, n: i32): f64 {
  let s0 = both(0);
  let s1 = both(0);
  let i = 0;
  for (; i + 3 < n; i += 4, a += 32, b += 32) {
    s0 = madd(v128.load(a), v128.load(b), s0);
    s1 = madd(v128.load(a, 16), v128.load(b, 16), s1);
  }
  for (; i + 1 < n; i += 2, a += 16, b += 16) s0 = madd(v128.load(a), v128.load(b), s0);
  if (i < n) s1 = madd(v128.load64_zero(a), v128.load64_zero(b), s1);
  return across(f64x2.add(s0, s1));
}
