// sin(πx) and cos(πx), the argument reduced exactly so that integers and halves come out exact, and the derivatives of
// π cot(πx) by which polygamma functions are reflected (DLMF 5.5.4, 5.15.6).

import { cos_s, sin_s } from "./trigonometry";

/** x modulo 2, in [−1, 1] */
// @ts-ignore: decorator
@inline
function turn(x: f64): f64 {
  return x - 2 * nearest(x * 0.5);
}

export function sinPi(x: f64): f64 {
  const t = turn(x);
  const quarter = nearest(2 * t);
  const angle = Math.PI * (t - quarter * 0.5);
  if (quarter == 0) return sin_s(angle);
  if (quarter == 1) return cos_s(angle);
  if (quarter == -1) return -cos_s(angle);
  return -sin_s(angle);
}

export function cosPi(x: f64): f64 {
  const t = turn(x);
  const quarter = nearest(2 * t);
  const angle = Math.PI * (t - quarter * 0.5);
  if (quarter == 0) return cos_s(angle);
  if (quarter == 1) return -sin_s(angle);
  if (quarter == -1) return sin_s(angle);
  return -cos_s(angle);
}

/** Highest order whose derivative of the cotangent is taken as a polynomial. */
const last: i32 = 8;
/** Coefficients of dⁿ/dθⁿ cot θ = (−1)ⁿ Σ p_i cotⁱ θ for n = 1 … 8, degrees n + 1, n − 1, …: each from d cⁱ = −i (cⁱ⁻¹ + cⁱ⁺¹). */
const cotangents = memory.data<f64>([
  1, 1, 0, 0, 0,
  2, 2, 0, 0, 0,
  6, 8, 2, 0, 0,
  24, 40, 16, 0, 0,
  120, 240, 136, 16, 0,
  720, 1680, 1232, 272, 0,
  5040, 13440, 12096, 3968, 272,
  40320, 120960, 129024, 56320, 7936,
]);

/** dⁿ/dxⁿ π cot(πx), n ≥ 1: a polynomial in the cotangent, and from order 9 on n! Σ (x + k)^−(n+1) over the nearest poles. */
export function cotangentDerivative(n: i32, x: f64): f64 {
  const sign: f64 = n & 1 ? -1 : 1;
  if (n <= last) {
    const c = cosPi(x) / sinPi(x);
    const square = c * c;
    const from = cotangents + (<usize>(n - 1) * 40);
    // The lowest degree is 0 for odd n and 1 for even n.
    const terms = (n + 3) >> 1;
    let value: f64 = 0;
    for (let i = 0; i < terms; i++) value = value * square + load<f64>(from + (<usize>i << 3));
    if (!(n & 1)) value *= c;
    let power = Math.PI;
    for (let i = 0; i < n; i++) power *= Math.PI;
    return sign * power * value;
  }
  const d = x - nearest(x);
  let sum: f64 = 0;
  for (let k: f64 = 60; k >= 1; k -= 1) sum += overPower(n, d + k, n + 1) + overPower(n, d - k, n + 1);
  return sign * (sum + overPower(n, d, n + 1));
}

/** n! / xᵐ as a product of ratios, so that neither part overflows alone (m ≥ n). */
export function overPower(n: i32, x: f64, m: i32): f64 {
  let value: f64 = 1;
  for (let j = n; j >= 1; j--) value *= <f64>j / x;
  for (let j = n; j < m; j++) value /= x;
  return value;
}
