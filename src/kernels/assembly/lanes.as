// Two doubles at once: multiply–adds (fused in the relaxed build), polynomials over tables in static data, bits.

/** a b + c */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  else return f64x2.add(f64x2.mul(a, b), c);
}

/** c − a b */
// @ts-ignore: decorator
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_nmadd(a, b, c);
  else return f64x2.sub(c, f64x2.mul(a, b));
}

/**
 * A number of static memory, in both lanes. In kernels that are called for every row constants are kept there: an engine
 * loads them in one instruction, and makes them of a literal in three or four.
 */
// @ts-ignore: decorator
@inline
export function kept(address: usize): v128 {
  return v128.load64_splat(address);
}
export const one = memory.data<f64>([1]);
export const two = memory.data<f64>([2]);
export const half = memory.data<f64>([0.5]);
const signBit = memory.data<i64>([i64.MIN_VALUE]);

/** −|x| */
// @ts-ignore: decorator
@inline
export function negative(x: v128): v128 {
  return v128.or(x, kept(signBit));
}

/** The i-th double of a table, in both lanes. */
// @ts-ignore: decorator
@inline
export function at(table: usize, i: i32): v128 {
  return v128.load64_splat(table + (<usize>i << 3));
}

// @ts-ignore: decorator
@inline
export function both(x: f64): v128 {
  return f64x2.splat(x);
}

// @ts-ignore: decorator
@inline
export function first(v: v128): f64 {
  return f64x2.extract_lane(v, 0);
}

// @ts-ignore: decorator
@inline
export function second(v: v128): f64 {
  return f64x2.extract_lane(v, 1);
}

/** Sum of the two lanes. */
// @ts-ignore: decorator
@inline
export function across(v: v128): f64 {
  return first(v) + second(v);
}

/** [x₀ + x₁, y₀ + y₁] */
// @ts-ignore: decorator
@inline
export function fold(x: v128, y: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(x, y, 0, 2), v128.shuffle<f64>(x, y, 1, 3));
}

/** where ? a : b, lane by lane, for a mask of ones or zeros. */
// @ts-ignore: decorator
@inline
export function choose(where: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, where);
}

/** x with the sign of s added: for odd functions of |s|, and where the sign of a zero must survive. */
// @ts-ignore: decorator
@inline
export function signed(x: v128, s: v128): v128 {
  return v128.or(x, v128.and(s, kept(signBit)));
}

/** Whether all lanes of a mask are set. */
// @ts-ignore: decorator
@inline
export function all(mask: v128): bool {
  return i64x2.all_true(mask);
}

// Polynomials c₀ + c₁x + …, lowest degree first in the table, by halves (Estrin) so that they are not one long chain.

// @ts-ignore: decorator
@inline
export function poly2(t: usize, i: i32, x: v128): v128 {
  return madd(at(t, i + 1), x, at(t, i));
}
// @ts-ignore: decorator
@inline
export function poly3(t: usize, i: i32, x: v128, x2: v128): v128 {
  return madd(at(t, i + 2), x2, poly2(t, i, x));
}
// @ts-ignore: decorator
@inline
export function poly4(t: usize, i: i32, x: v128, x2: v128): v128 {
  return madd(poly2(t, i + 2, x), x2, poly2(t, i, x));
}
// @ts-ignore: decorator
@inline
export function poly6(t: usize, i: i32, x: v128, x2: v128, x4: v128): v128 {
  return madd(poly2(t, i + 4, x), x4, poly4(t, i, x, x2));
}
// @ts-ignore: decorator
@inline
export function poly7(t: usize, i: i32, x: v128, x2: v128, x4: v128): v128 {
  return madd(poly3(t, i + 4, x, x2), x4, poly4(t, i, x, x2));
}
// @ts-ignore: decorator
@inline
export function poly8(t: usize, i: i32, x: v128, x2: v128, x4: v128): v128 {
  return madd(poly4(t, i + 4, x, x2), x4, poly4(t, i, x, x2));
}
// @ts-ignore: decorator
@inline
export function poly5(t: usize, i: i32, x: v128, x2: v128, x4: v128): v128 {
  return madd(at(t, i + 4), x4, poly4(t, i, x, x2));
}
// @ts-ignore: decorator
@inline
export function poly16(t: usize, i: i32, x: v128, x2: v128, x4: v128, x8: v128): v128 {
  return madd(poly8(t, i + 8, x, x2, x4), x8, poly8(t, i, x, x2, x4));
}
// @ts-ignore: decorator
@inline
export function poly23(t: usize, i: i32, x: v128, x2: v128, x4: v128, x8: v128): v128 {
  return madd(madd(poly7(t, i + 16, x, x2, x4), x8, poly8(t, i + 8, x, x2, x4)), x8, poly8(t, i, x, x2, x4));
}
