// What a fit is worth in bits and in a bound: lengths of a two-part code, and a PAC-Bayes bound where it holds.

/** Figures of a maximum with its Gaussian N(φ̂, I⁻¹). */
export interface Peak {
  readonly rows: number;
  readonly size: number;
  readonly logLikelihood: number;
  readonly logPrior: number;
  readonly logEvidence: number | null;
  readonly effectiveParameters: number;
  readonly logdet: number;
  /** Score and curvature of the log prior, where it is separable; null where it is not. */
  readonly prior: { readonly score: Float64Array; readonly diagonal: Float64Array } | null;
  /** Σ λ_i Var(φ_i) over the prior's curvature λ. */
  readonly priorShare: number;
}

/** Bits to send the responses, given the model and all else. Of continuous responses up to their precision, so may be below 0. */
export interface CodeLength {
  /** The responses at the estimate: −log₂ likelihood. */
  readonly data: number;
  /** The estimate to its own precision: ½ log₂ n a parameter (Rissanen 1978, "Modeling by shortest data description"). */
  readonly parameters: number;
  readonly total: number;
  /** −log₂ of the Laplace evidence: both at once, with the prior's own cost for the estimate; null where a prior is flat. */
  readonly bayes: number | null;
}

/** The code lengths of a fit. */
export function codeLength({ rows, size, logLikelihood, logEvidence }: Peak): CodeLength {
  const data = -logLikelihood / Math.LN2;
  const parameters = (size / 2) * Math.log2(rows);
  return { data, parameters, total: data + parameters, bayes: logEvidence === null ? null : -logEvidence / Math.LN2 };
}

/** A bound on what the model loses on further rows of the same kind, for parameters drawn from N(φ̂, I⁻¹). */
export interface PacBayes {
  /** Expected min(1, −log₂ p(response)), and so of how often the response has probability below ½, is at most this. */
  readonly bound: number;
  /** The same on the rows of the fit, from above. */
  readonly empirical: number;
  /** Divergence of N(φ̂, I⁻¹) from the prior, in nats. */
  readonly divergence: number;
  /** Probability, over the rows, with which the bound holds. */
  readonly confidence: number;
}

const confidence = 0.95;

/**
 * The bound kl(empirical ‖ risk) ≤ (KL + log(2 √n / δ)) / n of Maurer (2004, "A note on the PAC Bayesian theorem"), for
 * losses in [0, 1], n ≥ 8 independent rows and a prior that did not see them. Null where the prior is no Gaussian in φ,
 * there are too few rows, or the rows themselves lose all there is to lose.
 */
export function pacBayes(peak: Peak): PacBayes | null {
  const divergence = divergenceFromPrior(peak);
  const { rows, logLikelihood, effectiveParameters } = peak;
  if (divergence === null || rows < 8) return null;
  // E −ℓ over N(φ̂, I⁻¹), to second order; clipping at 1 only lowers a row's loss
  const empirical = (effectiveParameters / 2 - logLikelihood) / (rows * Math.LN2);
  if (!(empirical < 1 && empirical >= 0)) return null;
  const room = (divergence + Math.log((2 * Math.sqrt(rows)) / (1 - confidence))) / rows;
  return { bound: largestRisk(empirical, room), empirical, divergence, confidence };
}

/** KL(N(φ̂, I⁻¹) ‖ prior) where the prior is a Gaussian, which is known by its value, slope and curvature at φ̂. */
function divergenceFromPrior({ prior, logPrior, logdet, priorShare, size }: Peak): number | null {
  if (prior === null || prior.diagonal.some((x) => !(x > 0))) return null;
  let [distance, priorLogdet] = [0, 0];
  for (const [i, precision] of prior.diagonal.entries()) {
    distance += (prior.score[i] as number) ** 2 / precision;
    priorLogdet += Math.log(precision);
  }
  const gaussian = (priorLogdet - distance - size * Math.log(2 * Math.PI)) / 2;
  if (Math.abs(gaussian - logPrior) > 1e-9 * (1 + Math.abs(logPrior))) return null;
  return Math.max(0, (priorShare - size + distance + logdet - priorLogdet) / 2);
}

/** The largest risk whose binary divergence from the empirical one is within the room, by bisection. */
function largestRisk(empirical: number, room: number): number {
  let [low, high] = [empirical, 1];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (binaryDivergence(empirical, middle) <= room) low = middle;
    else high = middle;
  }
  return high;
}

function binaryDivergence(p: number, q: number): number {
  const term = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  return term(p, q) + term(1 - p, 1 - q);
}
