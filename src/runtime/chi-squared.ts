// The upper tail of χ² with a whole number of degrees of freedom: finite sums of positive terms (Abramowitz and Stegun
// 1964, 26.4.4 and 26.4.5), so that no digit is lost however small the tail is. As logarithms, which do not underflow.

/** log P(χ² > x) with k ≥ 1 degrees of freedom. */
export function logTail(x: number, degrees: number): number {
  if (!(x > 0)) return 0;
  const half = x / 2;
  const even = degrees % 2 === 0;
  // terms e^(−x/2) (x/2)^j / Γ(j + 1), j from 0 by one or from 1/2 by one, up to degrees / 2 − 1
  let term = even ? -half : -half + 0.5 * Math.log(half) - Math.log(Math.sqrt(Math.PI) / 2);
  let sum = even ? term : logTwoSided(Math.sqrt(x));
  for (let j = even ? 1 : 0.5; j <= degrees / 2 - 1; j++) {
    if (j > 0.5) term += Math.log(half / j);
    const [larger, smaller] = term > sum ? [term, sum] : [sum, term];
    sum = larger + Math.log1p(Math.exp(smaller - larger));
  }
  return Math.min(0, sum);
}

/** Terms of the continued fraction of the Normal's tail, enough from this point on. */
const [terms, far] = [80, 2];

/** log P(|Z| > z) of a standard Normal: a series near 0, Laplace's continued fraction far from it (26.2.11, 26.2.14). */
function logTwoSided(z: number): number {
  const logDensity = -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);
  if (z >= far) {
    let fraction = z;
    for (let k = terms; k >= 1; k--) fraction = z + k / fraction;
    return Math.LN2 + logDensity - Math.log(fraction);
  }
  let [term, sum] = [z, z];
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return Math.log1p(-2 * Math.exp(logDensity) * sum);
}
