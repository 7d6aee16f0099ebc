// log |Γ(x)|. Three regimes for x > 0: a polynomial for lgamma(2 + z)/z around 2, which keeps the
// zeros at 1 and 2 to full relative accuracy; exact integer shifts down to it below 10; Stirling's
// series from 10 on. Negative arguments by reflection. Coefficients: test/reference/special/coefficients.py.

import { bernoulli, horner, sinCosPi } from "./polynomial.ts";

const nearTwo = [
  2.7475390051909663e-7, -5.811277768921246e-7, 9.242852225162277e-7, -1.9743106888421067e-6, 4.3828545383846665e-6,
  -9.45628851510172e-6, 2.050601970174762e-5, -4.4923727564247656e-5, 9.945761692157133e-5, -0.00022315497746292723,
  0.0005096695196526673, -0.0011927539009983087, 0.002890510330865901, -0.007385551028935545, 0.02058080842778338,
  -0.06735230105319563, 0.3224670334241132, 0.42278433509846713,
];

const halfLogTwoPiLessHalf = 0.4189385332046727; // ½ log 2π − ½
const logPi = 1.1447298858494002;

/** lgamma(2 + z) for |z| ≤ ½. */
function aroundTwo(z: number): number {
  return z * horner(nearTwo, z);
}

/** Coefficients of Stirling's remainder, Σ cₖ x^(1−2k) with cₖ = B₂ₖ / (2k(2k − 1)), k = 1 … 8. */
export const stirling: readonly number[] = bernoulli.slice(0, 8).map((b, i) => b / ((2 * i + 2) * (2 * i + 1)));

/** lgamma(x) − [(x − ½)(log x − 1) + ½ log 2π − ½] for x ≥ 10. */
function stirlingRemainder(x: number): number {
  const r = 1 / x;
  const r2 = r * r;
  let sum = 0;
  for (let i = stirling.length - 1; i >= 0; i--) sum = sum * r2 + stirling[i];
  return sum * r;
}

/** log |Γ(x)|; +∞ at the poles 0, −1, −2, … and at ±∞. */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (!Number.isFinite(x)) return Number.POSITIVE_INFINITY;
  if (x <= 0) {
    if (Number.isInteger(x)) return Number.POSITIVE_INFINITY;
    if (x > -0.5) return lgamma(1 + x) - Math.log(-x);
    return logPi - Math.log(-x * Math.abs(sinCosPi(x).sin)) - lgamma(-x);
  }
  if (x < 0.5) return aroundTwo(x) - Math.log1p(x) - Math.log(x);
  if (x < 1.5) return aroundTwo(x - 1) - Math.log1p(x - 1);
  if (x < 2.5) return aroundTwo(x - 2);
  if (x < 10) {
    let product = 1;
    let reduced = x;
    while (reduced >= 2.5) {
      reduced -= 1;
      product *= reduced;
    }
    return Math.log(product) + aroundTwo(reduced - 2);
  }
  return (x - 0.5) * (Math.log(x) - 1) + (halfLogTwoPiLessHalf + stirlingRemainder(x));
}
