// The logistic function and its relatives, in the forms that neither overflow nor cancel.

const logTwo = Math.LN2;

/** log(1 + eˣ). */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(p / (1 − p)); ∓∞ at 0 and 1, NaN outside. */
export function logit(p: number): number {
  if (p > 0.3 && p < 0.7) return Math.log1p((2 * p - 1) / (1 - p));
  return Math.log(p / (1 - p));
}

/** log(1 − eˣ) for x ≤ 0; −∞ at 0, NaN above. */
export function log1mexp(x: number): number {
  return x > -logTwo ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x));
}
