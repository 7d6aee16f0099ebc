// The special functions of the op table, on plain doubles: pure, total (NaN in, NaN out) and stable at
// the extremes. `test/special` holds the measured errors against 40-digit references.

export { lgamma } from "./lgamma.ts";
export { log1mexp, logit, sigmoid, softplus } from "./logistic.ts";
export { erf, logPhi, logPhiCurvature, millsRatio, Phi } from "./normal.ts";
export { digamma, polygamma } from "./polygamma.ts";
export { risingPolygamma } from "./rising.ts";
