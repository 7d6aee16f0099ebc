// Horner evaluation, and the Bernoulli numbers that every asymptotic series of the gamma family needs.

/** c₀xⁿ + … + cₙ, coefficients from the highest degree down. */
export function horner(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const c of coefficients) value = value * x + c;
  return value;
}

/** B₂, B₄, …, B₂₄. */
export const bernoulli: readonly number[] = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
  854513 / 138,
  -236364091 / 2730,
];

/** sin(πx) and cos(πx) with the argument reduced exactly, so that integers and halves come out exact. */
export function sinCosPi(x: number): { readonly sin: number; readonly cos: number } {
  const turn = x - 2 * Math.round(x / 2); // in [-1, 1], exact
  const quarter = Math.round(2 * turn); // -2 … 2
  const angle = Math.PI * (turn - quarter / 2);
  const s = Math.sin(angle);
  const c = Math.cos(angle);
  if (quarter === 0) return { sin: s, cos: c };
  if (quarter === 1) return { sin: c, cos: -s };
  if (quarter === -1) return { sin: -c, cos: s };
  return { sin: -s, cos: -c };
}
