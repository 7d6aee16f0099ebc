// The linear memory as portable kernels see it (portable/memory.ts is the same in TypeScript): positions are doubles from
// address zero, so that a region's position is an eighth of its address.

import { log_s } from "./logarithm";
import { both, madd } from "./lanes";
import { addScaled, dot } from "./vectors";

/** Stands where the JavaScript form has its array. */
export type Memory = i32;

// @ts-ignore: decorator
@inline
export function get(m: Memory, at: i32): f64 {
  return load<f64>(<usize>at << 3);
}

// @ts-ignore: decorator
@inline
export function set(m: Memory, at: i32, value: f64): void {
  store<f64>(<usize>at << 3, value);
}

export function fill(m: Memory, target: i32, length: i32, value: f64): void {
  for (let i = 0; i < length; i++) store<f64>(<usize>(target + i) << 3, value);
}

export function move(m: Memory, target: i32, source: i32, length: i32): void {
  memory.copy(<usize>target << 3, <usize>source << 3, <usize>length << 3);
}

export function inner(m: Memory, left: i32, right: i32, length: i32): f64 {
  return dot(<usize>left << 3, <usize>right << 3, length);
}

export function axpy(m: Memory, target: i32, source: i32, factor: f64, length: i32): void {
  addScaled(<usize>target << 3, <usize>source << 3, factor, length);
}

export function scale(m: Memory, target: i32, factor: f64, length: i32): void {
  const f = both(factor);
  let at = <usize>target << 3;
  let i = 0;
  for (; i + 1 < length; i += 2, at += 16) v128.store(at, f64x2.mul(v128.load(at), f));
  if (i < length) store<f64>(at, factor * load<f64>(at));
}

export function rotate(m: Memory, x: i32, y: i32, c: f64, s: f64, length: i32): void {
  const cc = both(c);
  const ss = both(s);
  let p = <usize>x << 3;
  let q = <usize>y << 3;
  let i = 0;
  for (; i + 1 < length; i += 2, p += 16, q += 16) {
    const a = v128.load(p);
    const b = v128.load(q);
    v128.store(p, madd(ss, b, f64x2.mul(cc, a)));
    v128.store(q, f64x2.sub(f64x2.mul(cc, b), f64x2.mul(ss, a)));
  }
  if (i < length) {
    const a = load<f64>(p);
    const b = load<f64>(q);
    store<f64>(p, c * a + s * b);
    store<f64>(q, c * b - s * a);
  }
}

// @ts-ignore: decorator
@inline
export function product(a: i32, b: i32): i32 {
  return a * b;
}

// @ts-ignore: decorator
@inline
export function bits(x: f64): i32 {
  return <i32>(<i64>x);
}

export function logarithm(x: f64): f64 {
  return log_s(x);
}
