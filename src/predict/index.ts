// Predictions: what rows that are not seen yet will be, by an estimate and its covariance.

export { type Candidate, type ChosenRow, type Designer, designer, unweighable } from "./design.ts";
export { type Forecaster, forecaster, type Transforms } from "./forecaster.ts";
export { newLevel, type Widened, widened } from "./new-levels.ts";
export { type Inverse, type Posterior, posteriorOf } from "./posterior.ts";
export type { Interval, LevelProbabilities, Predictive } from "./predictive.ts";
export {
  type Foretold,
  type ForetoldStatement,
  type Observed,
  type PredictiveKind,
  type Predictor,
  type PredictorOptions,
  predictor,
} from "./predictor.ts";
export { type CalibrationBin, type Scorer, type StatementScore, scorer } from "./score.ts";
