// The kernel module: everything a linked program may call.

export * from "./arrays";
export {
  cholesky,
  choleskyInverseDiagonal,
  choleskyLogdet,
  choleskySolve,
  solveLower,
  solveLowerTransposed,
  symmetricMultiply,
} from "./cholesky";
export { axpyRows } from "./columns";
export { exp_s, exp_v, expm1_s, expm1_v } from "./exponential";
export { qrUpdate, rankManyUpdate, rankOneUpdate } from "./factors";
export { digamma_s, digamma_v, lgamma_s, lgamma_v, trigamma_s, trigamma_v } from "./gamma";
export { choleskyInverse } from "./inverse";
export { log1p_s, log1p_v, log_s, log_v } from "./logarithm";
export { decay_s, decay_v, log1mexp_s, log1mexp_v, sigmoidOf_s, sigmoidOf_v, sigmoid_s, sigmoid_v, softplusOf_s, softplusOf_v, softplus_s, softplus_v, tanh_s, tanh_v, xlogy_s, xlogy_v } from "./logistic";
export { erf_s, erf_v, logPhi_s, logPhi_v, millsRatio_s, millsRatio_v, Phi_s, Phi_v } from "./normal";
export * from "./portable/arrow";
export * from "./portable/kronecker";
export * from "./portable/root";
export * from "./portable/lowrank";
export * from "./portable/eigen";
export * from "./portable/cholesky";
export * from "./portable/vectors";
export { polygamma_s, polygamma_v, risingPolygamma_s, risingPolygamma_v } from "./polygamma";
export { pow_s, pow_v } from "./power";
export { gemm, gemmSingle } from "./products";
export { crossUpdate, dotRows, rankUpdate } from "./rank";
export { rootRows } from "./roots";
export { atan_s, atan_v, cos_s, cos_v, sin_s, sin_v, tan_s, tan_v } from "./trigonometry";
export { add, addScaled, divide, dot, multiply, reciprocal, sumLog } from "./vectors";
