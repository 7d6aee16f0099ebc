// The exact posterior of linear regression with unit noise and standard normal priors: the row bench's yardstick.

import { inverse } from "./logistic.ts";

/** Posterior means and standard deviations, the intercept first. */
export function exactLinear(
  x: readonly Float64Array[],
  y: Float64Array,
  rows: number,
): { readonly estimates: readonly number[]; readonly se: readonly number[] } {
  const columns = [new Float64Array(rows).fill(1), ...x];
  const product = (a: Float64Array, b: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += a[i] * b[i];
    return sum;
  };
  const precision = columns.map((a, j) => columns.map((b, k) => product(a, b) + (j === k ? 1 : 0)));
  const right = columns.map((a) => product(a, y));
  const covariance = inverse(precision);
  return {
    estimates: covariance.map((row) => row.reduce((sum, c, k) => sum + c * right[k], 0)),
    se: covariance.map((row, k) => Math.sqrt(row[k])),
  };
}
