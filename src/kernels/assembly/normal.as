// The error function and the normal distribution's cdf, log cdf and inverse Mills ratio. Away from 0 they rest on
// M(x) = exp(½x²) Φ(−x), which neither under- nor overflows; exponentials of squares take the square in two exact parts.
// Coefficients: test/kernels/coefficients.py.

import { expTimes } from "./exponential";
import { log_v, log1p_v } from "./logarithm";
import { all, at, both, choose, first, madd, poly2, poly8, poly23, signed } from "./lanes";

/** erf(x)/x − 1 in x², |x| ≤ ½ */
const small = memory.data<f64>([
  0.1283791670955126, -0.3761263890318375, 0.11283791670954871, -0.02686617064500043, 0.0052239776220315125,
  -0.0008548326512408339, 0.00012055286316237073, -1.4923007885637597e-5, 1.6371330769741951e-6, -1.4621769572573936e-7,
]);
/** (x + 1.25) M(x) in (x − 4)/(x + 4), x ≥ 0.7 */
const large = memory.data<f64>([
  0.4956558668353369, -0.13930290771363957, 0.045094448559239914, 0.010673512219104673, -0.024481636401420127,
  0.015813073609598563, -0.004875488074465938, -0.00012591964299783618, 0.0006481010664341134, -0.00010581890062618189,
  -8.069133440694585e-5, 2.24074953509447e-5, 1.255221922510059e-5, -3.6379776954618212e-6, -2.451822269557518e-6,
  4.5263919261787913e-7, 5.382472675724995e-7, -8.020513743602723e-9, -1.2280289383322152e-7, -1.7721759809063846e-8,
  2.940377541979952e-8, 3.3474327935111184e-9, -5.829815526086673e-9, 1.0019785759826567e-9,
]);
const rootHalf: f64 = 0.7071067811865476;
/** 1/√(2π) */
const density: f64 = 0.3989422804014327;

/** erf for |x| ≤ ½ */
// @ts-ignore: decorator
@inline
function erfSmall(x: v128): v128 {
  const z = f64x2.mul(x, x);
  const z2 = f64x2.mul(z, z);
  const z4 = f64x2.mul(z2, z2);
  const q = madd(poly2(small, 8, z), f64x2.mul(z4, z4), poly8(small, 0, z, z2, z4));
  return madd(x, q, x);
}

/** (x + 1.25) M(x), x ≥ 0.7 */
// @ts-ignore: decorator
@inline
function tailSeries(x: v128): v128 {
  const y = f64x2.pmin(x, both(1e18));
  const u = f64x2.div(f64x2.sub(y, both(4)), f64x2.add(y, both(4)));
  const u2 = f64x2.mul(u, u);
  const u4 = f64x2.mul(u2, u2);
  // The first coefficient last: only one rounding at full size.
  return madd(u, poly23(large, 1, u, u2, u4, f64x2.mul(u4, u4)), at(large, 0));
}

/** M(x), x ≥ 0.7 */
// @ts-ignore: decorator
@inline
function scaledTail(x: v128): v128 {
  return f64x2.div(tailSeries(x), f64x2.add(x, both(1.25)));
}

/** factor · exp(−scale x²) for 0 ≤ x, scale 1 or ½ */
// @ts-ignore: decorator
@inline
function gaussian(x: v128, scale: f64, factor: v128): v128 {
  const y = f64x2.pmin(x, both(40));
  const head = v128.and(y, i64x2.splat(-134217728)); // 26 bits: its square is exact
  const square = f64x2.mul(f64x2.mul(head, head), both(-scale));
  return expTimes(square, f64x2.mul(f64x2.mul(f64x2.sub(head, y), f64x2.add(head, y)), both(scale)), factor);
}

export function erf_v(x: v128): v128 {
  const a = f64x2.abs(x);
  const near = f64x2.lt(a, both(0.5));
  if (all(near)) return erfSmall(x);
  const m = scaledTail(f64x2.mul(a, both(1.4142135623730951)));
  const value = signed(f64x2.sub(both(1), gaussian(a, 1, f64x2.add(m, m))), x);
  return v128.any_true(near) ? choose(near, erfSmall(x), value) : value;
}
export function erf_s(x: f64): f64 {
  return first(erf_v(both(x)));
}

/** Φ(−a), a ≥ 0 */
// @ts-ignore: decorator
@inline
function upperTail(a: v128): v128 {
  const y = f64x2.mul(a, both(rootHalf));
  const near = f64x2.lt(y, both(0.5));
  const core = f64x2.mul(f64x2.sub(both(1), erfSmall(y)), both(0.5));
  if (all(near)) return core;
  return choose(near, core, gaussian(a, 0.5, scaledTail(a)));
}

export function Phi_v(x: v128): v128 {
  const tail = upperTail(f64x2.abs(x));
  return choose(f64x2.gt(x, both(0)), f64x2.sub(both(1), tail), tail);
}
export function Phi_s(x: f64): f64 {
  return first(Phi_v(both(x)));
}

/** −½x² + log M(−x) left of −0.71, log Φ(x) up to 0, log(1 − Φ(−x)) from there: full relative accuracy in both tails. */
export function logPhi_v(x: v128): v128 {
  const a = f64x2.abs(x);
  const left = f64x2.lt(x, both(-0.71));
  if (all(left)) return f64x2.sub(log_v(scaledTail(a)), f64x2.mul(f64x2.mul(x, x), both(0.5)));
  const tail = upperTail(a);
  const right = f64x2.gt(x, both(0));
  if (all(right)) return log1p_v(f64x2.neg(tail));
  const square = v128.and(left, f64x2.mul(f64x2.mul(x, x), both(0.5)));
  const value = f64x2.sub(log_v(choose(left, scaledTail(a), tail)), square);
  return v128.any_true(right) ? choose(right, log1p_v(f64x2.neg(tail)), value) : value;
}
export function logPhi_s(x: f64): f64 {
  return first(logPhi_v(both(x)));
}

/** φ(x)/Φ(x), the derivative of log Φ: → −x on the left, → φ(x) on the right. */
export function millsRatio_v(x: v128): v128 {
  const a = f64x2.abs(x);
  const left = f64x2.lt(x, both(-0.71));
  const above = f64x2.mul(f64x2.add(a, both(1.25)), both(density));
  if (all(left)) return f64x2.div(above, tailSeries(a));
  const tail = upperTail(a);
  const under = choose(f64x2.gt(x, both(0)), f64x2.sub(both(1), tail), tail);
  const value = f64x2.div(gaussian(a, 0.5, both(density)), under);
  return v128.any_true(left) ? choose(left, f64x2.div(above, tailSeries(a)), value) : value;
}
export function millsRatio_s(x: f64): f64 {
  return first(millsRatio_v(both(x)));
}
