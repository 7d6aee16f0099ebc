// log and log1p. x = 2ᵏ m with √½ ≤ m < √2, f = m − 1, s = f / (2 + f): log m = 2s + s z P(z), z = s², and because
// 2s = f − s f and s f = ½f² − s ½f², log m = f − (½f² − s (½f² + z P)) with f leading exactly.
// Coefficients: test/kernels/coefficients.py.

import { log2High, log2Low } from "./exponential";
import { all, both, choose, first, half, kept, madd, nmadd, one, poly7, signed, two } from "./lanes";

/** P, lowest degree first. */
const series = memory.data<f64>([
  0.6666666666666734, 0.3999999999941432, 0.2857142874247453, 0.2222219856352224, 0.18183564864725338,
  0.15314035886025265, 0.14796104923699122,
]);

/** Bits of √½. */
const rootHalf: i64 = 0x3fe6a09e667f3bcd;
const oneBits: i64 = 0x3ff0000000000000;
const smallestNormal: f64 = 2.2250738585072014e-308;
const infinity: f64 = Infinity;

const keptHigh = memory.data<f64>([log2High]);
const keptLow = memory.data<f64>([log2Low]);
const keptNormal = memory.data<f64>([smallestNormal]);
const keptInfinity = memory.data<f64>([infinity]);
const shift = memory.data<i64>([oneBits - rootHalf]);
const keptRootHalf = memory.data<i64>([rootHalf]);
const mantissa = memory.data<i64>([0x000fffffffffffff]);
/** Bits of 2⁵², and what with them the biased exponent is too large by: 2⁵² + 1023. */
const exponents = memory.data<i64>([0x4330000000000000]);
const biased = memory.data<f64>([4503599627371519.0]);

/** f + k · (log 2 in 42 bits) − (k log 2 + log(1 + f) + c): what is missing to the logarithm's leading terms. */
// @ts-ignore: decorator
@inline
export function remainderOf(k: v128, f: v128, c: v128): v128 {
  const s = f64x2.div(f, f64x2.add(f, kept(two)));
  const z = f64x2.mul(s, s);
  const z2 = f64x2.mul(z, z);
  const square = f64x2.mul(f64x2.mul(f, kept(half)), f);
  const r = madd(poly7(series, 0, z, z2, f64x2.mul(z2, z2)), z, square);
  const inner = madd(s, r, madd(k, kept(keptLow), c));
  return f64x2.sub(square, inner);
}

/** k log 2 + log(1 + f) + c */
// @ts-ignore: decorator
@inline
export function logOf(k: v128, f: v128, c: v128): v128 {
  return madd(k, kept(keptHigh), f64x2.sub(f, remainderOf(k, f, c)));
}

/** Bits of x moved so that the exponent, biased by 1023, is that of the k above. */
// @ts-ignore: decorator
@inline
export function centred(x: v128): v128 {
  return i64x2.add(x, kept(shift));
}
/** k of centred bits. */
// @ts-ignore: decorator
@inline
export function exponentOf(t: v128): v128 {
  return f64x2.sub(v128.or(i64x2.shr_u(t, 52), kept(exponents)), kept(biased));
}
/** m of centred bits. */
// @ts-ignore: decorator
@inline
export function mantissaOf(t: v128): v128 {
  return i64x2.add(v128.and(t, kept(mantissa)), kept(keptRootHalf));
}

/** log of positive normal numbers. */
// @ts-ignore: decorator
@inline
export function logInside(x: v128): v128 {
  const t = centred(x);
  return logOf(exponentOf(t), f64x2.sub(mantissaOf(t), kept(one)), both(0));
}

// @ts-ignore: decorator
@inline
export function isPositiveNormal(x: v128): bool {
  return all(v128.and(f64x2.ge(x, kept(keptNormal)), f64x2.lt(x, kept(keptInfinity))));
}

export function log_v(x: v128): v128 {
  if (isPositiveNormal(x)) return logInside(x);
  return logOutside(x);
}
export function log_s(x: f64): f64 {
  return first(log_v(both(x)));
}

/** log of anything: subnormal, zero, negative, not finite. */
function logOutside(x: v128): v128 {
  const small = f64x2.lt(x, both(smallestNormal));
  const t = centred(choose(small, f64x2.mul(x, both(18014398509481984.0)), x));
  const k = f64x2.sub(exponentOf(t), v128.and(small, both(54)));
  const value = logOf(k, f64x2.sub(mantissaOf(t), both(1)), both(0));
  return ends(value, x, x);
}

/** The value where `inner` is positive and finite; −∞ at zero, NaN below, ∞ or NaN as `x` says at the top. */
// @ts-ignore: decorator
@inline
function ends(value: v128, inner: v128, x: v128): v128 {
  const top = choose(f64x2.lt(inner, both(infinity)), value, x);
  const zero = choose(f64x2.eq(inner, both(0)), both(-infinity), top);
  return choose(f64x2.lt(inner, both(0)), both(NaN), zero);
}

/** log(1 + x) for −1 < x < ∞: what 1 + x loses to rounding enters as a correction, and where k = 0, f is x itself. */
// @ts-ignore: decorator
@inline
export function log1pInside(x: v128): v128 {
  const u = f64x2.add(x, kept(one));
  const v = f64x2.sub(u, kept(one));
  const lost = f64x2.add(f64x2.sub(kept(one), f64x2.sub(u, v)), f64x2.sub(x, v));
  const t = centred(u);
  const k = exponentOf(t);
  const near = f64x2.eq(k, both(0));
  const f = choose(near, x, f64x2.sub(mantissaOf(t), kept(one)));
  return logOf(k, f, v128.andnot(f64x2.div(lost, u), near));
}

export function log1p_v(x: v128): v128 {
  const value = signed(log1pInside(x), x);
  if (all(v128.and(f64x2.gt(x, both(-1)), f64x2.lt(x, both(infinity))))) return value;
  return ends(value, f64x2.add(x, both(1)), x);
}
export function log1p_s(x: f64): f64 {
  return first(log1p_v(both(x)));
}
