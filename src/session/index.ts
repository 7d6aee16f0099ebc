// The room that joins compiler, sources, runtime and reports into what a program calls.

export { type ArtefactTarget, artefactTargets } from "./artefact.ts";
export type { ArtefactLayout } from "./artefact-layout.ts";
export { bindData } from "./bind.ts";
export { type Calibration, type CalibrationOptions, calibrate, readRates } from "./calibrate.ts";
export { type CompareOptions, compare } from "./compare.ts";
export {
  type DesignOptions,
  type DesignReport,
  type DesignRow,
  design,
  designs,
  type Shrinkage,
} from "./design.ts";
export type { Emission, Line } from "./emit.ts";
export { CompileError, DataError } from "./errors.ts";
export { type Verified, verifyFamilies, verifyLibrary } from "./families.ts";
export type { ForetellOptions, Known, State } from "./foretell.ts";
export { heldOut } from "./held.ts";
export { type Estimate, LiveFlow } from "./live.ts";
export { emptied, type Merged, type MergeOptions, merge } from "./merge.ts";
export {
  check,
  compile,
  type Data,
  fit,
  type Model,
  type RunOptions,
  type StartOptions,
  sourceOf,
  stream,
} from "./model.ts";
export { type Resolved, resolve } from "./options.ts";
export { type PartAnswer, type PartOrder, partMember } from "./part-member.ts";
export { fitParts, type PartsOptions, type PartWorker } from "./parts.ts";
export {
  type PredictionBatch,
  type Predictions,
  type PredictOptions,
  predict,
  predictions,
  type StatementPrediction,
} from "./predict.ts";
export { type PlotFormat, type PlotSize, plotFile, plotFormats, type ReportOptions, reportPage } from "./report.ts";
export { type LoadedState, loadState, summaryOf } from "./saved.ts";
export {
  type CalibrationBin,
  type ScoreOptions,
  type ScoreReport,
  type StatementScore,
  score,
  scores,
} from "./score.ts";
export { planOf, printStage, type Stage, stages } from "./stages.ts";
export { type MemberOrders, member, type SpawnMember } from "./threads.ts";
export { readArtefact } from "./wasm-artefact.ts";
