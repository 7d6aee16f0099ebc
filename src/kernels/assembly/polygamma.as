// ψ⁽ⁿ⁾ and the differences lgamma(x + k) − lgamma(x), ψ⁽ⁿ⁾(x + k) − ψ⁽ⁿ⁾(x), one double at a time. Orders n ≥ 1 are
// Hurwitz sums closed by Euler–Maclaurin, ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! Σₖ (x + k)^−(n+1) (DLMF 5.15, 25.11). In a
// difference each term is a difference of powers of r = 1/x and s = 1/(x + k), built from s − r = −k r s and never subtracted.

import { expm1_s } from "./exponential";
import { bernoulli, digamma_s, lgamma_s, stirling, trigamma_s } from "./gamma";
import { first, second } from "./lanes";
import { log1p_s, log_s } from "./logarithm";
import { pow_s } from "./power";
import { cotangentDerivative, overPower } from "./reflection";

// @ts-ignore: decorator
@inline
function coefficient(table: usize, i: i32): f64 {
  return load<f64>(table + (<usize>i << 3));
}

/** |ψ⁽ⁿ⁾(x)| for n ≥ 1, x > 0. */
function hurwitz(n: i32, x: f64): f64 {
  const start = <f64>(n + 12);
  let sum: f64 = 0;
  let a = x;
  for (; a < start; a += 1) sum += overPower(n, a, n + 1);
  if (sum == Infinity) return sum;
  // (n−1)! a⁻ⁿ [1 + n/2a + Σⱼ B₂ⱼ/(2j)! · n(n+1)…(n+2j−1) a^−2j]
  let bracket = 1 + <f64>n / (2 * a);
  let term: f64 = 1;
  for (let j = 1; j <= 12; j++) {
    term *= (<f64>(n + 2 * j - 2) / a / <f64>(2 * j - 1)) * (<f64>(n + 2 * j - 1) / a / <f64>(2 * j));
    bracket += coefficient(bernoulli, j - 1) * term;
  }
  return sum + overPower(n - 1, a, n) * bracket;
}

/** ψ⁽ⁿ⁾(x), n ≥ 0 (0 digamma, 1 trigamma, …); NaN for n < 0 and where a pole has no one-sided sign. */
export function polygamma_s(n: i32, x: f64): f64 {
  if (n < 0 || isNaN(x)) return NaN;
  if (n == 0) return digamma_s(x);
  if (n == 1) return trigamma_s(x);
  const sign: f64 = n & 1 ? 1 : -1;
  if (x == Infinity) return sign * 0;
  if (x == -Infinity) return NaN;
  if (x > 0) return sign * hurwitz(n, x);
  // At a pole the odd orders go to +∞ from both sides; the even ones have no limit (but −0 and +0 tell sides).
  if (Math.floor(x) == x) {
    if (n & 1) return Infinity;
    return x == 0 ? -1 / x : NaN;
  }
  return -hurwitz(n, 1 - x) - cotangentDerivative(n, x);
}

/** x (x + 1) … (x + k − 1) as a logarithm, for a small integer k. */
function logRisingProduct(x: f64, k: f64): f64 {
  let log: f64 = 0;
  let product: f64 = 1;
  for (let i: f64 = 0; i < k; i += 1) {
    const next = product * (x + i);
    if (next > 1e290 || next < 1e-290) {
      log += log_s(product);
      product = x + i;
    } else product = next;
  }
  return log + log_s(product);
}

/** lgamma(x + k) − lgamma(x) for x ≥ 10, k > 0. */
function lgammaDifference(x: f64, k: f64): f64 {
  const y = x + k;
  const r = 1 / x;
  const s = 1 / y;
  const step = -k * r * s; // s − r
  const square = step * (s + r); // s² − r²
  const s2 = s * s;
  let difference = step; // s^m − r^m, m = 1, 3, 5, …
  let power = r;
  let remainder: f64 = 0;
  for (let i = 0; i < 8; i++) {
    remainder += coefficient(stirling, i) * difference;
    difference = s2 * difference + power * square;
    power *= r * r;
  }
  return (x - 0.5) * log1p_s(k / x) + k * (log_s(y) - 1) + remainder;
}

function risingLgamma(x: f64, k: f64): f64 {
  if (k <= 32 && Math.floor(k) == k) return logRisingProduct(x, k);
  if (x >= 10) return lgammaDifference(x, k);
  if (k > 2) return lgamma_s(x + k) - lgamma_s(x);
  // Γ(x+k)/Γ(x) = Γ(x'+k)/Γ(x') ÷ Π (1 + k/(x+i)); the product is kept as 1 + growth.
  let growth: f64 = 0;
  let a = x;
  for (; a < 10; a += 1) {
    const ratio = k / a;
    growth += ratio + growth * ratio;
  }
  if (growth == Infinity) return lgamma_s(x + k) - lgamma_s(x);
  return lgammaDifference(a, k) - log1p_s(growth);
}

/** x⁻ᵐ − (x + k)⁻ᵐ, m ≥ 1. */
function powerDrop(x: f64, k: f64, m: i32): f64 {
  if (m == 1) return k / (x + k) / x;
  return -pow_s(x, -<f64>m) * expm1_s(-<f64>m * log1p_s(k / x));
}

/** |ψ⁽ⁿ⁾(x + k) − ψ⁽ⁿ⁾(x)| for x, k > 0: every term has the same sign. */
function polygammaDifference(n: i32, x: f64, k: f64): f64 {
  let factorial: f64 = 1; // n!
  for (let j = 2; j <= n; j++) factorial *= <f64>j;
  let sum: f64 = 0;
  let a = x;
  for (; a < <f64>(n + 12); a += 1) sum += factorial * powerDrop(a, k, n + 1);
  // Euler–Maclaurin at a: (n−1)! d(n) + n!/2 d(n+1) + Σ B₂ⱼ (n+2j−1)!/(2j)! d(n+2j), d(m) = a⁻ᵐ − (a + k)⁻ᵐ.
  const r = 1 / a;
  const s = 1 / (a + k);
  const step = k * s * r;
  let total = n == 0 ? log1p_s(k / a) : (factorial / <f64>n) * powerDrop(a, k, n);
  let drop = n == 0 ? step : powerDrop(a, k, n + 1); // d(m), m = n + 1, n + 2, …
  let power = pow_s(r, <f64>(n + 1)); // r^m
  total += 0.5 * factorial * drop;
  let weight = n == 0 ? 0.5 : (factorial * <f64>(n + 1)) / 2; // (n + 2j − 1)! / (2j)!
  for (let j = 1; j <= 10; j++) {
    drop = s * drop + power * step;
    power *= r;
    total += coefficient(bernoulli, j - 1) * weight * drop;
    drop = s * drop + power * step;
    power *= r;
    weight *= (<f64>(n + 2 * j) / <f64>(2 * j + 1)) * (<f64>(n + 2 * j + 1) / <f64>(2 * j + 2));
  }
  return sum + total;
}

/**
 * ψ⁽ⁿ⁾(x + k) − ψ⁽ⁿ⁾(x) for n ≥ 0, and lgamma(x + k) − lgamma(x) for n = −1, without cancellation
 * where x and x + k are positive; elsewhere the plain difference.
 */
export function risingPolygamma_s(n: i32, x: f64, k: f64): f64 {
  if (n < -1 || isNaN(x) || isNaN(k)) return NaN;
  if (k == 0) return 0;
  const end = x + k;
  if (x <= 0 || end <= 0) return n == -1 ? lgamma_s(end) - lgamma_s(x) : polygamma_s(n, end) - polygamma_s(n, x);
  if (k < 0) return -risingPolygamma_s(n, end, -k);
  if (x == Infinity) return n < 1 && k == Infinity ? NaN : n == -1 ? x : 0;
  if (k == Infinity) return n < 1 ? k : -polygamma_s(n, x);
  if (n == -1) return risingLgamma(x, k);
  const size = polygammaDifference(n, x, k);
  return n & 1 ? -size : size;
}

export function polygamma_v(n: i32, x: v128): v128 {
  return f64x2.replace_lane(f64x2.splat(polygamma_s(n, first(x))), 1, polygamma_s(n, second(x)));
}
export function risingPolygamma_v(n: i32, x: v128, k: v128): v128 {
  return f64x2.replace_lane(f64x2.splat(risingPolygamma_s(n, first(x), first(k))), 1, risingPolygamma_s(n, second(x), second(k)));
}
