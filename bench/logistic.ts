// Logistic regression worked out by itself: the exact maximum by Newton's method, and how good a set of estimates is.
// The yardstick of the glm and row benches; it shares nothing with the product.

/** Rows by columns, without the intercept. */
export interface Design {
  readonly x: readonly Float64Array[];
  readonly y: Float64Array;
}

/** The maximum-likelihood estimate with standard errors; the intercept first. */
export interface Exact {
  readonly estimates: readonly number[];
  readonly se: readonly number[];
}

function predictor({ x, y }: Design, estimates: readonly number[]): Float64Array {
  const eta = new Float64Array(y.length).fill(estimates[0]);
  x.forEach((column, k) => {
    const w = estimates[k + 1];
    for (let i = 0; i < eta.length; i++) eta[i] += w * column[i];
  });
  return eta;
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

/** Score of the mean log-likelihood. */
function score(design: Design, eta: Float64Array): number[] {
  const n = eta.length;
  const residual = eta.map((v, i) => design.y[i] - sigmoid(v));
  const mean = (column: Float64Array | null): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += residual[i] * (column === null ? 1 : column[i]);
    return sum / n;
  };
  return [mean(null), ...design.x.map(mean)];
}

/** Fisher information of the mean log-likelihood, dense. */
function information({ x }: Design, eta: Float64Array): number[][] {
  const n = eta.length;
  const columns = [new Float64Array(n).fill(1), ...x];
  const weight = eta.map((v) => sigmoid(v) * sigmoid(-v));
  const matrix = columns.map(() => new Array<number>(columns.length).fill(0));
  const weighted = new Float64Array(n);
  columns.forEach((a, j) => {
    for (let i = 0; i < n; i++) weighted[i] = weight[i] * a[i];
    for (let k = j; k < columns.length; k++) {
      const b = columns[k];
      let sum = 0;
      for (let i = 0; i < n; i++) sum += weighted[i] * b[i];
      matrix[j][k] = sum / n;
      matrix[k][j] = sum / n;
    }
  });
  return matrix;
}

/** Inverse of a symmetric positive definite matrix by Gauss–Jordan elimination. */
export function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const rows = matrix.map((row, j) => [...row, ...row.map((_, k) => (j === k ? 1 : 0))]);
  for (let j = 0; j < size; j++) {
    const pivot = rows[j][j];
    if (!(pivot > 1e-14)) throw new Error(`column ${j} of the bench's design is a combination of others`);
    rows[j] = rows[j].map((v) => v / pivot);
    for (let i = 0; i < size; i++) {
      const factor = rows[i][j];
      if (i !== j && factor !== 0) rows[i] = rows[i].map((v, k) => v - factor * rows[j][k]);
    }
  }
  return rows.map((row) => row.slice(size));
}

/** The exact maximum: Newton steps until the mean score is below 1e-13. */
export function exactLogistic(design: Design): Exact {
  let estimates = new Array<number>(design.x.length + 1).fill(0);
  for (let step = 0; step < 30; step++) {
    const eta = predictor(design, estimates);
    const gradient = score(design, eta);
    const covariance = inverse(information(design, eta));
    if (Math.max(...gradient.map(Math.abs)) < 1e-13)
      return { estimates, se: covariance.map((row, j) => Math.sqrt(row[j] / design.y.length)) };
    estimates = estimates.map((v, j) => v + covariance[j].reduce((sum, c, k) => sum + c * gradient[k], 0));
  }
  throw new Error("the bench's exact logistic fit did not converge");
}

/** How good estimates are: on the rows they were fitted to, against the exact answer, and on rows held out. */
export interface LogisticAccuracy {
  /** Largest absolute element of the mean score. */
  readonly score: number;
  /** Largest distance from the exact maximum, in its standard errors. */
  readonly distance: number;
  /** Largest relative error of a standard error; null where none was given. */
  readonly seError: number | null;
  /** Mean log-likelihood of a held-out row. */
  readonly logScore: number;
  readonly accuracy: number;
  /** Expected calibration error, 15 bins of equal width. */
  readonly ece: number;
}

/** Log-likelihood of a row, and whether its class is the likelier one. */
function rated(y: number, eta: number): { readonly score: number; readonly right: boolean } {
  const signed = y === 1 ? eta : -eta;
  return {
    score: -Math.max(0, -signed) - Math.log1p(Math.exp(-Math.abs(signed))),
    right: eta > 0 === (y === 1),
  };
}

/**
 * How much estimates score above others on the same rows held out, log score and accuracy, in standard errors of the mean
 * difference of a row: within two either way the rows can't tell.
 */
export function paired(
  test: Design,
  estimates: readonly number[],
  others: readonly number[],
): { readonly logScore: number; readonly accuracy: number } {
  const [own, other] = [predictor(test, estimates), predictor(test, others)];
  const above = (what: (y: number, eta: number) => number): number => {
    const differences = test.y.map((y, i) => what(y, own[i]) - what(y, other[i]));
    const n = differences.length;
    const mean = differences.reduce((sum, d) => sum + d, 0) / n;
    const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1);
    return variance === 0 ? 0 : mean / Math.sqrt(variance / n);
  };
  return {
    logScore: above((y, eta) => rated(y, eta).score),
    accuracy: above((y, eta) => (rated(y, eta).right ? 1 : 0)),
  };
}

/** Judges estimates (the intercept first). */
export function judge(
  train: Design,
  test: Design,
  exact: Exact,
  estimates: readonly number[],
  se: readonly number[] | null,
): LogisticAccuracy {
  const gradient = score(train, predictor(train, estimates));
  const bins = Array.from({ length: 15 }, () => ({ n: 0, p: 0, y: 0 }));
  let logScore = 0;
  let right = 0;
  predictor(test, estimates).forEach((eta, i) => {
    const y = test.y[i];
    const p = sigmoid(eta);
    const row = rated(y, eta);
    logScore += row.score;
    if (row.right) right++;
    const bin = bins[Math.min(14, Math.floor(15 * p))];
    bin.n++;
    bin.p += p;
    bin.y += y;
  });
  const n = test.y.length;
  return {
    score: Math.max(...gradient.map(Math.abs)),
    distance: Math.max(...estimates.map((v, j) => Math.abs(v - exact.estimates[j]) / exact.se[j])),
    seError: se === null ? null : Math.max(...se.map((v, j) => Math.abs(v / exact.se[j] - 1))),
    logScore: logScore / n,
    accuracy: right / n,
    ece: bins.reduce((sum, b) => sum + Math.abs(b.p - b.y), 0) / n,
  };
}
