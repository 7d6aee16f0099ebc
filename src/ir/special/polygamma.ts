// The derivatives of lgamma. ψ on [1, 2] is (x − x₀)(h(x) + 1/(x x₀)) with x₀ its root in two doubles
// and h a polynomial, so that the root keeps its relative accuracy; higher orders are Hurwitz sums
// closed by Euler–Maclaurin: ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! Σₖ (x + k)^−(n+1) (DLMF 5.15, 25.11). Left of 0 by reflection (DLMF 5.15.6).

import { bernoulli, horner, sinCosPi } from "./polynomial.ts";

const slope = [
  8.311867318763684e-8, -2.0797818742300953e-7, 4.3227118596724037e-7, -1.0827412493932995e-6, 2.752793129308645e-6,
  -6.90800477118054e-6, 1.735389055346002e-5, -4.3718059000027144e-5, 0.00011050324231502792, -0.00028067906143039467,
  0.0007181572168033181, -0.001858118188859778, 0.004892701830759204, -0.013260889120694248, 0.03782643334091441,
  -0.11955334493165168, 0.49494476150711986,
];
const root = 1.4616321449683622;
const rootLow = 9.549995429965697e-17;

/** ψ on [1, 2]. */
function digammaMiddle(x: number): number {
  return (x - root - rootLow) * (horner(slope, x - 1.5) + 1 / (x * root));
}

/** ψ(x), the derivative of lgamma; ∓∞ at ±0, NaN at the negative integers. */
export function digamma(x: number): number {
  if (Number.isNaN(x) || x === Number.NEGATIVE_INFINITY) return Number.NaN;
  if (x === 0) return Object.is(x, -0) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (x < 0) {
    if (Number.isInteger(x)) return Number.NaN;
    const { sin, cos } = sinCosPi(x);
    return digamma(1 - x) - (Math.PI * cos) / sin;
  }
  if (x < 1) return digammaMiddle(1 + x) - 1 / x;
  if (x < 10) {
    let sum = 0;
    let reduced = x;
    while (reduced > 2) {
      reduced -= 1;
      sum += 1 / reduced;
    }
    return sum + digammaMiddle(reduced);
  }
  const r2 = 1 / (x * x);
  let sum = 0;
  for (let i = 8; i >= 0; i--) sum = (sum + bernoulli[i] / (2 * i + 2)) * r2;
  return Math.log(x) - (0.5 / x + sum);
}

/** n! / xᵐ as a product of ratios, so that neither part overflows alone (m ≥ n). */
function factorialOverPower(n: number, x: number, m: number): number {
  let value = 1;
  for (let j = n; j >= 1; j--) value *= j / x;
  for (let j = n; j < m; j++) value /= x;
  return value;
}

/** |ψ⁽ⁿ⁾(x)| for n ≥ 1, x > 0. */
function hurwitz(n: number, x: number): number {
  const start = n + 12;
  let sum = 0;
  let a = x;
  for (; a < start; a += 1) sum += factorialOverPower(n, a, n + 1);
  if (sum === Number.POSITIVE_INFINITY) return sum;
  // (n−1)! a⁻ⁿ [1 + n/2a + Σⱼ B₂ⱼ/(2j)! · n(n+1)…(n+2j−1) a^−2j]
  let bracket = 1 + n / (2 * a);
  let term = 1;
  for (let j = 1; j <= bernoulli.length; j++) {
    term *= ((n + 2 * j - 2) / a / (2 * j - 1)) * ((n + 2 * j - 1) / a / (2 * j));
    bracket += bernoulli[j - 1] * term;
  }
  return sum + factorialOverPower(n - 1, a, n) * bracket;
}

/** dⁿ/dxⁿ π cot(πx), from the polynomial in c = cot: d/dx cⁱ = −π i (cⁱ⁻¹ + cⁱ⁺¹). */
function cotangentDerivative(n: number, x: number): number {
  const { sin, cos } = sinCosPi(x);
  let polynomial = [0, 1]; // in c, lowest degree first
  for (let order = 0; order < n; order++) {
    const next = new Array<number>(polynomial.length + 1).fill(0);
    for (let i = 1; i < polynomial.length; i++) {
      next[i - 1] -= i * polynomial[i];
      next[i + 1] -= i * polynomial[i];
    }
    polynomial = next;
  }
  return Math.PI ** (n + 1) * horner([...polynomial].reverse(), cos / sin);
}

/** ψ⁽ⁿ⁾(x) for an integer n ≥ 0 (0 digamma, 1 trigamma, …); NaN for other n and where a pole has no one-sided sign. */
export function polygamma(n: number, x: number): number {
  if (!Number.isInteger(n) || n < 0 || Number.isNaN(x)) return Number.NaN;
  if (n === 0) return digamma(x);
  const sign = n % 2 === 0 ? -1 : 1;
  if (x === Number.POSITIVE_INFINITY) return sign * 0;
  if (x === Number.NEGATIVE_INFINITY) return Number.NaN;
  if (x > 0) return sign * hurwitz(n, x);
  // At a pole the odd orders go to +∞ from both sides, the even ones have no limit (but −0 and +0 tell sides).
  if (Number.isInteger(x)) {
    if (sign === 1) return Number.POSITIVE_INFINITY;
    return x === 0 ? (Object.is(x, -0) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY) : Number.NaN;
  }
  // ψ⁽ⁿ⁾(1 − x) + (−1)ⁿ⁺¹ ψ⁽ⁿ⁾(x) = (−1)ⁿ dⁿ/dxⁿ π cot(πx)
  return -hurwitz(n, 1 - x) - cotangentDerivative(n, x);
}
