// lgamma, digamma, trigamma. Positive arguments, two at once: polynomials around 1 and 2 that keep the zeros at full
// relative accuracy, integer shifts below 10, Stirling's and its derivatives' series from there. Negative arguments by reflection,
// one at a time. Coefficients: test/kernels/coefficients.py.

import { log2High, log2Low } from "./exponential";
import { centred, exponentOf, log_s, log_v, mantissaOf, remainderOf } from "./logarithm";
import { cosPi, sinPi } from "./reflection";
import { all, at, both, choose, first, madd, poly3, poly8, poly16, poly23, second } from "./lanes";

/** lgamma(2 + z)/z, −0.6 ≤ z ≤ ½ */
const aroundTwo = memory.data<f64>([
  0.42278433509846713, 0.3224670334241132, -0.06735230105319787, 0.02058080842778953, -0.007385551028698414,
  0.0028905103304140175, -0.0011927539107385295, 0.000509669534637912, -0.00022315477689954186, 9.94573489756984e-5,
  -4.4926048683476e-5, 2.0508825047861462e-5, -9.44050339912448e-6, 4.36514554966529e-6, -2.036889317021961e-6,
  9.905884270213841e-7, -4.473277694817841e-7, 1.3922955749985414e-7, -1.192049500327661e-7, 1.1645725236608075e-7,
]);
/** (ψ(x + 1) − ψ(x₀ + 1))/(x − x₀) in x − 1.5, 0.7 ≤ x ≤ 2.3, x₀ the root of ψ */
const slope = memory.data<f64>([
  0.49494476150711986, -0.11955334493165182, 0.037826433340914484, -0.013260889120669092, 0.004892701830747452,
  -0.0018581181902664148, 0.0007181572174153178, -0.0002806790261726956, 0.00011050322746890859, -4.37185265779215e-5,
  1.7354084177849224e-5, -6.904500067334591e-6, 2.7513541764962896e-6, -1.0975973087193593e-6, 4.3835100812776333e-7,
  -1.7514286855258724e-7, 6.964344063823097e-8, -2.7773804858789955e-8, 1.1672196287587286e-8, -4.738224043355004e-9,
  1.3054357025745073e-9, -4.777528589212025e-10, 5.423424374797676e-10, -2.2896183341406115e-10,
]);
/** B₂ₖ / (2k (2k − 1)), k = 1 … 8 */
export const stirling = memory.data<f64>([
  0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953, 0.0008417508417508417,
  -0.0019175269175269176, 0.00641025641025641, -0.029550653594771242,
]);
/** B₂ₖ / 2k, k = 1 … 9 */
const digammaTail = memory.data<f64>([
  0.08333333333333333, -0.008333333333333333, 0.003968253968253968, -0.004166666666666667, 0.007575757575757576,
  -0.021092796092796094, 0.08333333333333333, -0.4432598039215686, 3.0539543302701198,
]);
/** B₂ₖ, k = 1 … 12 */
export const bernoulli = memory.data<f64>([
  0.16666666666666666, -0.03333333333333333, 0.023809523809523808, -0.03333333333333333, 0.07575757575757576,
  -0.2531135531135531, 1.1666666666666667, -7.092156862745098, 54.971177944862156, -529.1242424242424, 6192.123188405797,
  -86580.25311355312,
]);

/** The first of `aroundTwo`, less 1: Euler's constant, negative. */
const lessOne: f64 = -0.5772156649015329;
const root: f64 = 1.4616321449683622;
const rootLow: f64 = 9.549995429965697e-17;
const inverseRoot: f64 = 0.6841666717870696;
/** ½ log 2π − ½ */
const stirlingConstant: f64 = 0.4189385332046727;

/** lgamma of positive finite numbers. */
function lgammaInside(x: v128): v128 {
  const large = f64x2.ge(x, both(10));
  // y = x − n in [1.5, 2.5), and the product of what lies between: lgamma(x) = log product + lgamma(y).
  let y = x;
  let product = both(1);
  for (;;) {
    const above = v128.andnot(f64x2.ge(y, both(2.5)), large);
    if (!v128.any_true(above)) break;
    y = f64x2.sub(y, v128.and(above, both(1)));
    product = choose(above, f64x2.mul(product, y), product);
  }
  const aboveOne = f64x2.ge(y, both(1.41));
  const tiny = f64x2.lt(y, both(0.5));
  // The argument of the one logarithm: x itself from 10 on, the product, y where lgamma(y) = lgamma(1 + y) − log y, and
  // y (1 + y) where two steps are needed. Subnormal numbers are scaled.
  const inner = choose(aboveOne, choose(large, x, product), choose(tiny, f64x2.mul(y, f64x2.add(y, both(1))), y));
  const subnormal = f64x2.lt(inner, both(2.2250738585072014e-308));
  const t = centred(choose(subnormal, f64x2.mul(inner, both(18014398509481984.0)), inner));
  const k = f64x2.sub(exponentOf(t), v128.and(subnormal, both(54)));
  const f = f64x2.sub(mantissaOf(t), both(1));
  const rest = remainderOf(k, f, both(0));
  const top = f64x2.mul(k, both(log2High));
  let value = both(0);
  if (!all(large)) {
    const z = f64x2.sub(y, choose(aboveOne, both(2), v128.andnot(both(1), tiny)));
    const z2 = f64x2.mul(z, z);
    const z4 = f64x2.mul(z2, z2);
    const z8 = f64x2.mul(z4, z4);
    const q = madd(poly3(aroundTwo, 17, z, z2), f64x2.mul(z8, z8), poly16(aroundTwo, 1, z, z2, z4, z8));
    const log = f64x2.add(top, f64x2.sub(f, rest));
    const away = madd(z, madd(z, q, at(aroundTwo, 0)), choose(aboveOne, log, f64x2.neg(log)));
    // Around 1, z p − log(1 + z) = z (p − 1) + (z − log(1 + z)): what cancels is taken away before anything is rounded.
    const nearOne = v128.andnot(f64x2.eq(k, both(0)), v128.or(aboveOne, tiny));
    value = choose(nearOne, madd(z, madd(z, q, both(lessOne)), rest), away);
  }
  if (v128.any_true(large)) {
    const r = f64x2.div(both(1), x);
    const r2 = f64x2.mul(r, r);
    const r4 = f64x2.mul(r2, r2);
    const series = f64x2.mul(poly8(stirling, 0, r2, r4, f64x2.mul(r4, r4)), r);
    const log = f64x2.add(f64x2.sub(top, both(1)), f64x2.sub(f, rest));
    value = choose(large, madd(f64x2.sub(x, both(0.5)), log, f64x2.add(series, both(stirlingConstant))), value);
  }
  return value;
}

/** log |Γ(x)|; +∞ at the poles 0, −1, −2, … and at ±∞. */
export function lgamma_v(x: v128): v128 {
  if (all(v128.and(f64x2.gt(x, both(0)), f64x2.lt(x, both(Infinity))))) return lgammaInside(x);
  return f64x2.replace_lane(both(lgamma_s(first(x))), 1, lgamma_s(second(x)));
}
export function lgamma_s(x: f64): f64 {
  if (x > 0 && x < Infinity) return first(lgammaInside(both(x)));
  if (isNaN(x)) return NaN;
  if (x == Infinity || Math.floor(x) == x) return Infinity;
  if (x > -0.5) return lgamma_s(1 + x) - log_s(-x);
  return 1.1447298858494002 - log_s(-x * Math.abs(sinPi(x))) - lgamma_s(-x);
}

/** ψ of positive finite numbers. */
function digammaInside(x: v128): v128 {
  const large = f64x2.ge(x, both(10));
  let value = both(0);
  if (!all(large)) {
    let y = choose(large, both(1), x);
    let sum = both(0);
    for (;;) {
      const above = f64x2.gt(y, both(2.3));
      if (!v128.any_true(above)) break;
      y = f64x2.sub(y, v128.and(above, both(1)));
      sum = f64x2.add(sum, v128.and(above, f64x2.div(both(1), y)));
    }
    const low = f64x2.lt(y, both(0.7));
    sum = f64x2.sub(sum, v128.and(low, f64x2.div(both(1), y)));
    y = f64x2.add(y, v128.and(low, both(1)));
    const t = f64x2.sub(y, both(1.5));
    const t2 = f64x2.mul(t, t);
    const t4 = f64x2.mul(t2, t2);
    const t8 = f64x2.mul(t4, t4);
    const p = madd(t, poly23(slope, 1, t, t2, t4, t8), at(slope, 0));
    const distance = f64x2.sub(f64x2.sub(y, both(root)), both(rootLow));
    value = madd(distance, f64x2.add(p, f64x2.div(both(inverseRoot), y)), sum);
  }
  if (v128.any_true(large)) {
    const r = f64x2.div(both(1), x);
    const r2 = f64x2.mul(r, r);
    const r4 = f64x2.mul(r2, r2);
    const r8 = f64x2.mul(r4, r4);
    const p = madd(at(digammaTail, 8), f64x2.mul(r8, r8), poly8(digammaTail, 0, r2, r4, r8));
    value = choose(large, f64x2.sub(log_v(x), madd(r2, p, f64x2.mul(r, both(0.5)))), value);
  }
  return value;
}

/** ψ(x); ∓∞ at ±0, NaN at the negative integers. */
export function digamma_v(x: v128): v128 {
  if (all(v128.and(f64x2.gt(x, both(0)), f64x2.lt(x, both(Infinity))))) return digammaInside(x);
  return f64x2.replace_lane(both(digamma_s(first(x))), 1, digamma_s(second(x)));
}
export function digamma_s(x: f64): f64 {
  if (x > 0 && x < Infinity) return first(digammaInside(both(x)));
  if (x == Infinity) return x;
  if (x == 0) return -1 / x;
  if (isNaN(x) || Math.floor(x) == x) return NaN;
  return digamma_s(1 - x) - (Math.PI * cosPi(x)) / sinPi(x);
}

/** ψ′ of positive finite numbers: Σ (x + k)⁻² below 10, smallest first, then the series. */
function trigammaInside(x: v128): v128 {
  const count = f64x2.pmax(f64x2.ceil(f64x2.sub(both(10), x)), both(0));
  const steps = Math.max(first(count), second(count));
  const a = f64x2.add(x, count);
  const r = f64x2.div(both(1), a);
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const r8 = f64x2.mul(r4, r4);
  const p = madd(at(bernoulli, 8), f64x2.mul(r8, r8), poly8(bernoulli, 0, r2, r4, r8));
  let value = f64x2.add(r, madd(f64x2.mul(r, r2), p, f64x2.mul(r2, both(0.5))));
  for (let k = steps - 1; k >= 0; k -= 1) {
    const y = f64x2.add(x, both(k));
    value = f64x2.add(value, v128.and(f64x2.lt(both(k), count), f64x2.div(both(1), f64x2.mul(y, y))));
  }
  return value;
}

/** ψ′(x); +∞ at 0 and the negative integers. */
export function trigamma_v(x: v128): v128 {
  if (all(v128.and(f64x2.gt(x, both(0)), f64x2.lt(x, both(Infinity))))) return trigammaInside(x);
  return f64x2.replace_lane(both(trigamma_s(first(x))), 1, trigamma_s(second(x)));
}
export function trigamma_s(x: f64): f64 {
  if (x > 0 && x < Infinity) return first(trigammaInside(both(x)));
  if (x == Infinity) return 0;
  if (!(x > -Infinity)) return NaN;
  if (Math.floor(x) == x) return Infinity;
  const s = Math.PI / sinPi(x);
  return s * s - first(trigammaInside(both(1 - x)));
}
