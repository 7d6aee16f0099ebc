// Differences lgamma(x + k) − lgamma(x) and ψ⁽ⁿ⁾(x + k) − ψ⁽ⁿ⁾(x) without cancellation, for k ≥ 0 of any
// size beside x. With r = 1/x, s = 1/(x + k) every term of the asymptotic series is a difference of powers
// sᵐ − rᵐ, which is built from s − r = −k r s and never by subtraction; below 10 the recurrence moves x up,
// and its corrections are themselves such differences.

import { lgamma, stirling } from "./lgamma.ts";
import { polygamma } from "./polygamma.ts";
import { bernoulli } from "./polynomial.ts";

/** x (x + 1) … (x + k − 1) as a logarithm, for a small integer k. */
function logRisingProduct(x: number, k: number): number {
  let log = 0;
  let product = 1;
  for (let i = 0; i < k; i++) {
    const next = product * (x + i);
    if (next > 1e290 || next < 1e-290) {
      log += Math.log(product);
      product = x + i;
    } else product = next;
  }
  return log + Math.log(product);
}

/** lgamma(x + k) − lgamma(x) for x ≥ 10, k > 0. */
function lgammaDifference(x: number, k: number): number {
  const y = x + k;
  const r = 1 / x;
  const s = 1 / y;
  const step = -k * r * s; // s − r
  const square = step * (s + r); // s² − r²
  const s2 = s * s;
  let difference = step; // s^m − r^m, m = 1, 3, 5, …
  let power = r;
  let remainder = 0;
  for (const c of stirling) {
    remainder += c * difference;
    difference = s2 * difference + power * square;
    power *= r * r;
  }
  return (x - 0.5) * Math.log1p(k / x) + k * (Math.log(y) - 1) + remainder;
}

function risingLgamma(x: number, k: number): number {
  if (k <= 32 && Number.isInteger(k)) return logRisingProduct(x, k);
  if (x >= 10) return lgammaDifference(x, k);
  if (k > 2) return lgamma(x + k) - lgamma(x);
  // Γ(x+k)/Γ(x) = Γ(x'+k)/Γ(x') ÷ Π (1 + k/(x+i)); the product is kept as 1 + growth.
  let growth = 0;
  let a = x;
  for (; a < 10; a += 1) {
    const ratio = k / a;
    growth += ratio + growth * ratio;
  }
  if (growth === Number.POSITIVE_INFINITY) return lgamma(x + k) - lgamma(x);
  return lgammaDifference(a, k) - Math.log1p(growth);
}

/** |ψ⁽ⁿ⁾(x + k) − ψ⁽ⁿ⁾(x)| for x, k > 0: every term has the same sign. */
function polygammaDifference(n: number, x: number, k: number): number {
  let factorial = 1; // n!
  for (let j = 2; j <= n; j++) factorial *= j;
  let sum = 0;
  let a = x;
  for (; a < n + 12; a += 1) sum += factorial * powerDrop(a, k, n + 1);
  // Euler–Maclaurin at a: (n−1)! d(n) + n!/2 d(n+1) + Σ B₂ⱼ (n+2j−1)!/(2j)! d(n+2j), d(m) = a⁻ᵐ − (a + k)⁻ᵐ.
  const r = 1 / a;
  const s = 1 / (a + k);
  const step = k * s * r;
  let total = n === 0 ? Math.log1p(k / a) : (factorial / n) * powerDrop(a, k, n);
  let drop = n === 0 ? step : powerDrop(a, k, n + 1); // d(m), m = n + 1, n + 2, …
  let power = r ** (n + 1); // r^m
  total += 0.5 * factorial * drop;
  let weight = n === 0 ? 0.5 : (factorial * (n + 1)) / 2; // (n + 2j − 1)! / (2j)!
  for (let j = 1; j <= 10; j++) {
    drop = s * drop + power * step;
    power *= r;
    total += bernoulli[j - 1] * weight * drop;
    drop = s * drop + power * step;
    power *= r;
    weight *= ((n + 2 * j) / (2 * j + 1)) * ((n + 2 * j + 1) / (2 * j + 2));
  }
  return sum + total;
}

/** x⁻ᵐ − (x + k)⁻ᵐ, m ≥ 1. */
function powerDrop(x: number, k: number, m: number): number {
  if (m === 1) return k / (x + k) / x;
  return -(x ** -m) * Math.expm1(-m * Math.log1p(k / x));
}

/**
 * ψ⁽ⁿ⁾(x + k) − ψ⁽ⁿ⁾(x) for n ≥ 0, and lgamma(x + k) − lgamma(x) for n = −1, without cancellation
 * where x and x + k are positive; elsewhere the plain difference.
 */
export function risingPolygamma(n: number, x: number, k: number): number {
  if (!Number.isInteger(n) || n < -1 || Number.isNaN(x) || Number.isNaN(k)) return Number.NaN;
  if (k === 0) return 0;
  const end = x + k;
  if (x <= 0 || end <= 0) return n === -1 ? lgamma(end) - lgamma(x) : polygamma(n, end) - polygamma(n, x);
  if (k < 0) return -risingPolygamma(n, end, -k);
  if (x === Number.POSITIVE_INFINITY) return n < 1 && k === Number.POSITIVE_INFINITY ? Number.NaN : n === -1 ? x : 0;
  if (k === Number.POSITIVE_INFINITY) return n < 1 ? k : -polygamma(n, x);
  if (n === -1) return risingLgamma(x, k);
  return n % 2 === 0 ? polygammaDifference(n, x, k) : -polygammaDifference(n, x, k);
}
