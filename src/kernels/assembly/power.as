// pow(x, y) = exp(y log x), log x in two doubles so that y may be large: with s = f/(2 + f) the series 2s + ⅔s³ is
// summed in two doubles, and only from s⁵ on in one. Products are split by Veltkamp and Dekker, in both builds alike.
// Coefficients: test/kernels/coefficients.py.

import { expTimes, log2High, log2Low } from "./exponential";
import { centred, exponentOf, isPositiveNormal, mantissaOf } from "./logarithm";
import { all, both, first, poly7, second } from "./lanes";

/** (log((1 + s)/(1 − s)) − 2s − ⅔s³) / s⁵ in s² */
const series = memory.data<f64>([
  0.40000000000002256, 0.28571428570100604, 0.22222222519785406, 0.1818178437571051, 0.15386757063804868,
  0.13256821591497533, 0.13196310681261508,
]);

/** The upper half of a double's digits. */
// @ts-ignore: decorator
@inline
function upper(a: v128): v128 {
  return v128.and(a, i64x2.splat(-134217728));
}

/** a b − p for p = a b rounded. */
// @ts-ignore: decorator
@inline
function lost(a: v128, b: v128, p: v128): v128 {
  const ah = upper(a), bh = upper(b);
  const al = f64x2.sub(a, ah), bl = f64x2.sub(b, bh);
  const high = f64x2.sub(f64x2.mul(ah, bh), p);
  return f64x2.add(f64x2.add(f64x2.add(high, f64x2.mul(ah, bl)), f64x2.mul(al, bh)), f64x2.mul(al, bl));
}

/** (x 2^shift)^y for x positive and normal, y finite. */
function inside(x: v128, y: v128, shift: f64): v128 {
  const t = centred(x);
  const k = f64x2.add(exponentOf(t), both(shift));
  const f = f64x2.sub(mantissaOf(t), both(1));
  // s in two doubles: f = (s + low)(g + gLow), g + gLow = 2 + f exactly.
  const g = f64x2.add(f, both(2));
  const gLow = f64x2.sub(f, f64x2.sub(g, both(2)));
  const inverse = f64x2.div(both(1), g);
  const s = f64x2.mul(f, inverse);
  const product = f64x2.mul(s, g);
  const residual = f64x2.sub(f64x2.sub(f64x2.sub(f, product), lost(s, g, product)), f64x2.mul(s, gLow));
  const low = f64x2.mul(residual, inverse);
  // z = s² and c = ⅔s³ in two doubles.
  const z = f64x2.mul(s, s);
  const zLow = f64x2.add(lost(s, s, z), f64x2.mul(f64x2.add(s, s), low));
  const cube = f64x2.mul(z, s);
  const cubeLow = f64x2.add(lost(z, s, cube), f64x2.add(f64x2.mul(z, low), f64x2.mul(zLow, s)));
  const third = both(0.6666666666666666);
  const c = f64x2.mul(cube, third);
  const cLow = f64x2.add(lost(cube, third, c), f64x2.add(f64x2.mul(cube, both(3.700743415417188e-17)), f64x2.mul(cubeLow, third)));
  const z2 = f64x2.mul(z, z);
  const rest = f64x2.mul(f64x2.mul(cube, z), poly7(series, 0, z, z2, f64x2.mul(z2, z2)));
  // k log 2 + 2s + c + small, largest first.
  const a = f64x2.mul(k, both(log2High));
  const b = f64x2.add(s, s);
  const ab = f64x2.add(a, b);
  const v = f64x2.sub(ab, a);
  const abLow = f64x2.add(f64x2.sub(a, f64x2.sub(ab, v)), f64x2.sub(b, v));
  const sum = f64x2.add(ab, c);
  const w = f64x2.sub(sum, ab);
  const sumLow = f64x2.add(f64x2.sub(ab, f64x2.sub(sum, w)), f64x2.sub(c, w));
  const small = f64x2.add(f64x2.add(f64x2.add(low, low), cLow), f64x2.mul(k, both(log2Low)));
  const tail = f64x2.add(f64x2.add(sumLow, abLow), f64x2.add(small, rest));
  const log = f64x2.add(sum, tail);
  const logLow = f64x2.sub(tail, f64x2.sub(log, sum));
  // y log x; huge y only saturate.
  const bounded = f64x2.pmin(f64x2.pmax(y, both(-1e290)), both(1e290));
  const e = f64x2.mul(bounded, log);
  const eLow = f64x2.add(lost(bounded, log, e), f64x2.mul(bounded, logLow));
  const far = f64x2.gt(f64x2.abs(e), both(800));
  return expTimes(e, v128.andnot(eLow, far), both(1));
}

export function pow_v(x: v128, y: v128): v128 {
  if (isPositiveNormal(x) && all(f64x2.lt(f64x2.abs(y), both(Infinity)))) return inside(x, y, 0);
  return f64x2.replace_lane(both(pow_s(first(x), first(y))), 1, pow_s(second(x), second(y)));
}

/** x^y, with the special cases of JavaScript's (IEEE 754's pow but for (±1)^±∞, NaN). */
export function pow_s(x: f64, y: f64): f64 {
  if (y == 0) return 1;
  if (isNaN(x) || isNaN(y)) return NaN;
  const size = Math.abs(x);
  if (Math.abs(y) == Infinity) {
    if (size == 1) return NaN;
    return size > 1 == y > 0 ? Infinity : 0;
  }
  const whole = Math.floor(y) == y;
  const odd = whole && Math.floor(y * 0.5) != y * 0.5;
  const negative = reinterpret<i64>(x) < 0;
  let value: f64;
  if (size == 0) value = y > 0 ? 0 : Infinity;
  else if (size == Infinity) value = y > 0 ? Infinity : 0;
  else {
    if (negative && !whole) return NaN;
    if (size < 2.2250738585072014e-308) value = first(inside(both(size * 18014398509481984), both(y), -54));
    else value = first(inside(both(size), both(y), 0));
  }
  return negative && odd ? -value : value;
}
