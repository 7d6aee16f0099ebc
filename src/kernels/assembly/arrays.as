// Elementwise functions over arrays: target[i] ← f(source[i]). The same calls as a linked program makes; tests use them.

import { exp_s, exp_v, expm1_s, expm1_v } from "./exponential";
import { digamma_s, digamma_v, lgamma_s, lgamma_v, trigamma_s, trigamma_v } from "./gamma";
import { log1p_s, log1p_v, log_s, log_v } from "./logarithm";
import { log1mexp_s, log1mexp_v, sigmoid_s, sigmoid_v, softplus_s, softplus_v, tanh_s, tanh_v, xlogy_s, xlogy_v } from "./logistic";
import { erf_s, erf_v, logPhi_s, logPhi_v, millsRatio_s, millsRatio_v, Phi_s, Phi_v } from "./normal";
import { polygamma_s, risingPolygamma_s } from "./polygamma";
import { pow_s, pow_v } from "./power";
import { atan_s, atan_v, cos_s, cos_v, sin_s, sin_v, tan_s, tan_v } from "./trigonometry";

export function exp_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, exp_v(v128.load(source)));
  if (i < n) store<f64>(target, exp_s(load<f64>(source)));
}

export function expm1_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, expm1_v(v128.load(source)));
  if (i < n) store<f64>(target, expm1_s(load<f64>(source)));
}

export function log_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, log_v(v128.load(source)));
  if (i < n) store<f64>(target, log_s(load<f64>(source)));
}

export function log1p_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, log1p_v(v128.load(source)));
  if (i < n) store<f64>(target, log1p_s(load<f64>(source)));
}

export function sigmoid_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, sigmoid_v(v128.load(source)));
  if (i < n) store<f64>(target, sigmoid_s(load<f64>(source)));
}

export function softplus_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, softplus_v(v128.load(source)));
  if (i < n) store<f64>(target, softplus_s(load<f64>(source)));
}

export function tanh_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, tanh_v(v128.load(source)));
  if (i < n) store<f64>(target, tanh_s(load<f64>(source)));
}

export function log1mexp_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, log1mexp_v(v128.load(source)));
  if (i < n) store<f64>(target, log1mexp_s(load<f64>(source)));
}

export function sin_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, sin_v(v128.load(source)));
  if (i < n) store<f64>(target, sin_s(load<f64>(source)));
}

export function cos_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, cos_v(v128.load(source)));
  if (i < n) store<f64>(target, cos_s(load<f64>(source)));
}

export function tan_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, tan_v(v128.load(source)));
  if (i < n) store<f64>(target, tan_s(load<f64>(source)));
}

export function atan_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, atan_v(v128.load(source)));
  if (i < n) store<f64>(target, atan_s(load<f64>(source)));
}

export function erf_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, erf_v(v128.load(source)));
  if (i < n) store<f64>(target, erf_s(load<f64>(source)));
}

export function Phi_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, Phi_v(v128.load(source)));
  if (i < n) store<f64>(target, Phi_s(load<f64>(source)));
}

export function logPhi_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, logPhi_v(v128.load(source)));
  if (i < n) store<f64>(target, logPhi_s(load<f64>(source)));
}

export function millsRatio_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, millsRatio_v(v128.load(source)));
  if (i < n) store<f64>(target, millsRatio_s(load<f64>(source)));
}

export function lgamma_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, lgamma_v(v128.load(source)));
  if (i < n) store<f64>(target, lgamma_s(load<f64>(source)));
}

export function digamma_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, digamma_v(v128.load(source)));
  if (i < n) store<f64>(target, digamma_s(load<f64>(source)));
}

export function trigamma_array(source: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, source += 16) v128.store(target, trigamma_v(v128.load(source)));
  if (i < n) store<f64>(target, trigamma_s(load<f64>(source)));
}

export function pow_array(a: usize, b: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, a += 16, b += 16) v128.store(target, pow_v(v128.load(a), v128.load(b)));
  if (i < n) store<f64>(target, pow_s(load<f64>(a), load<f64>(b)));
}

export function xlogy_array(a: usize, b: usize, target: usize, n: i32): void {
  let i = 0;
  for (; i + 1 < n; i += 2, target += 16, a += 16, b += 16) v128.store(target, xlogy_v(v128.load(a), v128.load(b)));
  if (i < n) store<f64>(target, xlogy_s(load<f64>(a), load<f64>(b)));
}

export function polygamma_array(order: i32, source: usize, target: usize, n: i32): void {
  for (let i = 0; i < n; i++, target += 8, source += 8) store<f64>(target, polygamma_s(order, load<f64>(source)));
}

export function risingPolygamma_array(order: i32, a: usize, b: usize, target: usize, n: i32): void {
  for (let i = 0; i < n; i++, target += 8, a += 8, b += 8) store<f64>(target, risingPolygamma_s(order, load<f64>(a), load<f64>(b)));
}
