// The logistic function and its relatives, in the forms that neither overflow nor cancel.

import { exp_v, expInside, expm1_v, expm1Inside, isInside } from "./exponential";
import { log1p_v, log_v, logOf } from "./logarithm";
import { all, both, choose, first, half, kept, negative, one, signed, two } from "./lanes";

/** √2 − 1 */
const upperFrom = memory.data<f64>([0.41421356237309503]);

/** exp(−|x|) */
// @ts-ignore: decorator
@inline
function decay(x: v128): v128 {
  const y = negative(x);
  return isInside(x) ? expInside(y) : exp_v(y);
}

/** exp(−|x|), by which both of the following are made where a loop wants more than one of them. */
export function decay_v(x: v128): v128 {
  return decay(x);
}
export function decay_s(x: f64): f64 {
  return first(decay(both(x)));
}

/** 1 / (1 + e⁻ˣ), e = exp(−|x|) */
// @ts-ignore: decorator
@inline
function sigmoidOf(x: v128, e: v128): v128 {
  const over = choose(f64x2.lt(x, both(0)), e, kept(one));
  return f64x2.div(over, f64x2.add(e, kept(one)));
}
export function sigmoidOf_v(x: v128, e: v128): v128 {
  return sigmoidOf(x, e);
}
export function sigmoidOf_s(x: f64, e: f64): f64 {
  return first(sigmoidOf(both(x), both(e)));
}
/** 1 / (1 + e⁻ˣ) */
export function sigmoid_v(x: v128): v128 {
  return sigmoidOf(x, decay(x));
}
export function sigmoid_s(x: f64): f64 {
  return first(sigmoid_v(both(x)));
}

/** log(1 + eˣ) = max(x, 0) + log(1 + e) with e = exp(−|x|) ≤ 1: log(1 + e), or log 2 + log(1 + (e − 1)/2) above √2. */
// @ts-ignore: decorator
@inline
function softplusOf(x: v128, e: v128): v128 {
  const positive = v128.and(x, f64x2.gt(x, both(0)));
  const upper = f64x2.gt(e, kept(upperFrom));
  const f = choose(upper, f64x2.mul(f64x2.sub(e, kept(one)), kept(half)), e);
  return f64x2.add(positive, logOf(v128.and(upper, kept(one)), f, both(0)));
}
export function softplusOf_v(x: v128, e: v128): v128 {
  return softplusOf(x, e);
}
export function softplusOf_s(x: f64, e: f64): f64 {
  return first(softplusOf(both(x), both(e)));
}
/** log(1 + eˣ) */
export function softplus_v(x: v128): v128 {
  return softplusOf(x, decay(x));
}
export function softplus_s(x: f64): f64 {
  return first(softplus_v(both(x)));
}

export function tanh_v(x: v128): v128 {
  const a = f64x2.pmin(f64x2.abs(x), both(20));
  const e = expm1Inside(f64x2.add(a, a));
  return signed(f64x2.div(e, f64x2.add(e, kept(two))), x);
}
export function tanh_s(x: f64): f64 {
  return first(tanh_v(both(x)));
}

/** log(1 − eˣ) for x ≤ 0: by log(−expm1 x) near 0, by log1p(−eˣ) below −log 2; −∞ at 0, NaN above. */
export function log1mexp_v(x: v128): v128 {
  const near = f64x2.gt(x, both(-0.6931471805599453));
  if (all(near)) return log_v(f64x2.neg(expm1_v(x)));
  const value = log1p_v(f64x2.neg(exp_v(x)));
  return v128.any_true(near) ? choose(near, log_v(f64x2.neg(expm1_v(x))), value) : value;
}
export function log1mexp_s(x: f64): f64 {
  return first(log1mexp_v(both(x)));
}

/** x log y, 0 where x = 0 */
export function xlogy_v(x: v128, y: v128): v128 {
  return v128.andnot(f64x2.mul(x, log_v(y)), f64x2.eq(x, both(0)));
}
export function xlogy_s(x: f64, y: f64): f64 {
  return first(xlogy_v(both(x), both(y)));
}
