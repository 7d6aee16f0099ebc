// The public API of fisherflow.

export { type FlowOptions, flowOption } from "./check/index.ts";
export type { CompileOptions, Timer } from "./compile.ts";
export { type Diagnostic, nearest, position, render, type SourceFile } from "./diagnostics/index.ts";
export type { Plan, RowSource } from "./ir/index.ts";
export { bytes, time } from "./planner/index.ts";
export {
  type Summary,
  type SummaryBlock,
  type SummaryDiagnostic,
  type SummaryEvent,
  type SummaryParameter,
  type SummaryPlan,
  type SummaryReport,
  type SummarySetting,
  summarySchema,
  summaryTable,
} from "./reports/index.ts";
export { NumericalError, type Progress } from "./runtime/index.ts";
export {
  type ArtefactLayout,
  type ArtefactTarget,
  artefactTargets,
  type Calibration,
  type CalibrationOptions,
  CompileError,
  calibrate,
  check,
  compile,
  type Data,
  DataError,
  type Estimate,
  fit,
  LiveFlow,
  type LoadedState,
  loadState,
  type MemberOrders,
  type Model,
  member,
  type RunOptions,
  readArtefact,
  readRates,
  type SpawnMember,
  type Stage,
  stages,
  stream,
  summaryOf,
  type Verified,
  verifyFamilies,
  verifyLibrary,
} from "./session/index.ts";
export { type Opened, openSource, type Rows } from "./sources/index.ts";
export { format } from "./syntax/index.ts";
export type { VerifyReport } from "./verify/index.ts";
