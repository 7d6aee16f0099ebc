// What belongs to the language and is not carried out by this version, by name: each is refused by a diagnostic
// that names it, so that nothing is ever misread as something else.

/** Functions. */
export const unbuiltFunctions: ReadonlySet<string> = new Set([
  "cholesky",
  "solve",
  "logdet",
  "inverse",
  "poly",
  "bspline",
  "fourier",
  "lag",
  "prev",
]);

/** Families that the library will carry; those that it has by now are looked up before these. */
export const unbuiltFamilies: ReadonlySet<string> = new Set([
  "HalfStudentT",
  "Logistic",
  "Gumbel",
  "VonMises",
  "SkewNormal",
  "Pareto",
  "BetaBinomial",
  "ZeroInflatedPoisson",
  "ZeroInflatedNegativeBinomial",
  "Hurdle",
  "Multinomial",
  "Dirichlet",
  "OrderedLogistic",
  "OrderedProbit",
  "MultiNormal",
  "LKJCholesky",
  "Wishart",
  "Tweedie",
  "Mixture",
]);
