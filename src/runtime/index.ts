// The running side: flows over batches, their inner problem, diagnosis, and saved states.

export { memoryOver } from "./convert.ts";
export { Crew, fail, type Line, lineOf, openLine, serve } from "./crew.ts";
export { blockInformation } from "./dense.ts";
export { nameOf } from "./diagnose.ts";
export { NumericalError } from "./errors.ts";
export type { FlowEvent } from "./event.ts";
export { type FeatureLearner, featureLearner } from "./features.ts";
export type { Recruit } from "./flow.ts";
export { Flow, type FlowHooks, type Progress, type Steadied } from "./flow.ts";
export { inform } from "./inform.ts";
export type { PlainOptions, Program, ProgramParameter, ProgramReport, RunOptions } from "./program.ts";
export { copied, stretch } from "./rows.ts";
export { type Decoded, decodeState, encodeState, type SavedState, stateFormat } from "./state.ts";
