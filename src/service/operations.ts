// The functions that are the compiler's own, for hovers and completion. Those written in the language carry their text
// with them; these have none, so it stands here. A test holds the table against the checker's.

/** A function with its arguments. */
export interface Callable {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly doc: string | null;
}

const table: Readonly<Record<string, readonly [parameters: string, doc: string]>> = {
  exp: ["x", "e to the power of x."],
  log: ["x", "Natural logarithm."],
  log1p: ["x", "log(1 + x), exact near 0."],
  expm1: ["x", "exp(x) − 1, exact near 0."],
  sqrt: ["x", "Square root."],
  abs: ["x", "Absolute value."],
  sign: ["x", "−1, 0 or 1."],
  floor: ["x", "The largest whole number that is not above x."],
  sin: ["x", "Sine, x in radians."],
  cos: ["x", "Cosine, x in radians."],
  tan: ["x", "Tangent, x in radians."],
  atan: ["x", "Inverse tangent, in (−π/2, π/2)."],
  tanh: ["x", "Hyperbolic tangent."],
  sigmoid: ["x", "Logistic function, 1 / (1 + exp(−x))."],
  softplus: ["x", "log(1 + exp(x))."],
  log1mexp: ["x", "log(1 − exp(x)) for x < 0."],
  erf: ["x", "Error function."],
  Phi: ["x", "Distribution function of the standard normal."],
  log_Phi: ["x", "log(Phi(x)), exact far in the left tail."],
  lgamma: ["x", "Logarithm of the gamma function."],
  digamma: ["x", "Derivative of lgamma."],
  polygamma: ["n, x", "Derivative of digamma, n times; n is a constant."],
  rising_lgamma: ["x, k", "log(Γ(x + k) / Γ(x)), without cancellation."],
  xlogy: ["x, y", "x log(y), 0 where x = 0."],
  pow: ["x, n", "x to the power of n, as `x ^ n`."],
  max: ["x, …", "The largest element of an array, or the largest of several values at each position."],
  min: ["x, …", "The smallest element of an array, or the smallest of several values at each position."],
  sum: ["x", "Sum of an array's elements; also `sum(e for k in 1..K)`."],
  prod: ["x", "Product of an array's elements; also `prod(e for k in 1..K)`."],
  mean: ["x", "Mean of an array's elements."],
  logsumexp: ["x", "log(sum(exp(x))), without overflow."],
  softmax: ["x", "exp(x) / sum(exp(x)): shares that sum to 1."],
  cumsum: ["x", "Running sums of a vector."],
  dot: ["x, y", "Sum of the products of two vectors' elements."],
  outer: ["x, y", "The matrix of all products of two vectors' elements."],
  diag: ["x", "The diagonal matrix of a vector."],
  standardize: ["x", "(x − mean) / sd of the data; both are learnt from the data and kept for predictions."],
  one_hot: ["c", "A vector with 1 at the level of a category and 0 elsewhere."],
  interaction: ["a, b", "All products of the elements of two vectors."],
};

/** The compiler's own functions. */
export const operations: readonly Callable[] = Object.entries(table).map(([name, [parameters, doc]]) => ({
  name,
  parameters: parameters.split(", "),
  doc,
}));
