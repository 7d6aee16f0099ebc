// The running side: flows over batches, their inner problem, diagnosis, and saved states.

export { Crew, fail, type Line, lineOf, openLine, serve } from "./crew.ts";
export { nameOf } from "./diagnose.ts";
export { NumericalError } from "./errors.ts";
export { type FeatureLearner, featureLearner } from "./features.ts";
export type { Recruit } from "./flow.ts";
export { Flow, type FlowHooks, type Progress } from "./flow.ts";
export type { Program, ProgramParameter, ProgramReport, RunOptions } from "./program.ts";
export { type Decoded, decodeState, encodeState, type SavedState, stateFormat } from "./state.ts";
