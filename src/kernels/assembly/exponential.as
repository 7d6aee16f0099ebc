// exp and expm1. x = k log 2 + r with |r| ≤ ½ log 2, log 2 in two parts of which the first times k is exact; then
// exp(r) = 1 + r + r²(½ + r Q(r)), Q a minimax polynomial (test/kernels/coefficients.py).

import { all, at, both, choose, first, half, kept, madd, nmadd, one, poly8, signed } from "./lanes";

/** Q, lowest degree first. */
const series = memory.data<f64>([
  0.16666666666666685, 0.04166666666660285, 0.008333333333313956, 0.0013888888927243213, 0.00019841269904852574,
  2.4801508127215277e-5, 2.7557226126720855e-6, 2.7625404372513173e-7, 2.511508179138434e-8,
]);

export const inverseLog2: f64 = 1.4426950408889634;
/** log 2 to 42 bits, and the rest. */
export const log2High: f64 = 0.6931471805598903;
export const log2Low: f64 = 5.497923018708371e-14;
/** 1.5 · 2⁵²: adding it rounds to an integer, which then stands in the low bits. */
export const shifter: f64 = 6755399441055744.0;

const keptInverse = memory.data<f64>([inverseLog2]);
const keptHigh = memory.data<f64>([log2High]);
const keptLow = memory.data<f64>([log2Low]);
const keptShifter = memory.data<f64>([shifter]);
const bias = memory.data<i64>([1023]);
/** Neither exp(x) nor exp(−x) over- or underflows below it. */
const inner = memory.data<f64>([708]);

/** k = round(x / log 2), in the low bits of the result. */
// @ts-ignore: decorator
@inline
export function shifted(x: v128): v128 {
  return madd(x, kept(keptInverse), kept(keptShifter));
}

/** 2ᵏ for −1022 ≤ k ≤ 1023 in the low bits. */
// @ts-ignore: decorator
@inline
export function powerOfTwo(t: v128): v128 {
  return i64x2.shl(i64x2.add(t, kept(bias)), 52);
}

/** exp(x − k log 2) − 1 for k = round(x / log 2). */
// @ts-ignore: decorator
@inline
export function fraction(x: v128, k: v128): v128 {
  return expm1Of(nmadd(k, kept(keptHigh), x), f64x2.mul(k, kept(keptLow)));
}

/** exp(a − b) − 1, b small beside a. */
// @ts-ignore: decorator
@inline
function expm1Of(a: v128, b: v128): v128 {
  const r = f64x2.sub(a, b);
  const low = f64x2.sub(f64x2.sub(a, r), b);
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const q = madd(at(series, 8), f64x2.mul(r4, r4), poly8(series, 0, r, r2, r4));
  return f64x2.add(r, madd(r2, madd(r, q, kept(half)), low));
}

/** exp where |x| < 708: no lane over- or underflows. */
// @ts-ignore: decorator
@inline
export function expInside(x: v128): v128 {
  const t = shifted(x);
  const k = f64x2.sub(t, kept(keptShifter));
  return f64x2.mul(f64x2.add(fraction(x, k), kept(one)), powerOfTwo(t));
}

/** exp(x + low) · factor, |low| < 2⁻¹⁰, anywhere: 2ᵏ in two factors, so that only the last product rounds a subnormal result. */
export function expTimes(x: v128, low: v128, factor: v128): v128 {
  const inside = f64x2.pmin(f64x2.pmax(x, both(-750)), both(710));
  const k = f64x2.sub(shifted(inside), both(shifter));
  const half = f64x2.add(f64x2.mul(k, both(0.5)), both(shifter));
  const rest = f64x2.add(f64x2.sub(k, f64x2.sub(half, both(shifter))), both(shifter));
  const a = nmadd(k, both(log2High), inside);
  const value = madd(expm1Of(a, f64x2.sub(f64x2.mul(k, both(log2Low)), low)), factor, factor);
  return f64x2.mul(f64x2.mul(value, powerOfTwo(half)), powerOfTwo(rest));
}

// @ts-ignore: decorator
@inline
export function isInside(x: v128): bool {
  return all(f64x2.lt(f64x2.abs(x), kept(inner)));
}

export function exp_v(x: v128): v128 {
  if (isInside(x)) return expInside(x);
  return expTimes(x, both(0), both(1));
}
export function exp_s(x: f64): f64 {
  return first(exp_v(both(x)));
}

/** expm1 where x < 709; 2ᵏ (p + 1) − 1 with the small p kept apart. */
// @ts-ignore: decorator
@inline
export function expm1Inside(x: v128): v128 {
  const inside = f64x2.pmax(x, both(-60));
  const t = shifted(inside);
  const k = f64x2.sub(t, both(shifter));
  const s = powerOfTwo(t);
  return madd(fraction(inside, k), s, f64x2.sub(s, both(1)));
}

export function expm1_v(x: v128): v128 {
  const value = signed(expm1Inside(f64x2.pmin(x, both(709))), x);
  const large = f64x2.ge(x, both(709));
  if (!v128.any_true(large)) return value;
  return choose(large, exp_v(x), value);
}
export function expm1_s(x: f64): f64 {
  return first(expm1_v(both(x)));
}
