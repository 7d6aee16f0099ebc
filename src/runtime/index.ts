// The running side: flows over batches, their inner problem, diagnosis, and saved states.

export { carried } from "./carry.ts";
export { type Combined, combine, type Distance, type Remembered } from "./combine.ts";
export type { Baggage, Companion } from "./companion.ts";
export { memoryOver } from "./convert.ts";
export { Crew, fail, type Line, lineOf, openLine, serve } from "./crew.ts";
export { blockInformation } from "./dense.ts";
export { nameOf } from "./diagnose.ts";
export { NumericalError } from "./errors.ts";
export type { FlowEvent, Noted, Replanned } from "./event.ts";
export { type FeatureLearner, featureLearner } from "./features.ts";
export type { Recruit } from "./flow.ts";
export { Flow, type FlowHooks, type Progress, type Steadied } from "./flow.ts";
export type { FlowNumbers } from "./flow-state.ts";
export { inform } from "./inform.ts";
export type { PlainOptions, Program, ProgramParameter, ProgramReport, RunOptions } from "./program.ts";
export { copied, stretch } from "./rows.ts";
export { type Decoded, decodeState, encodeState, type SavedState, stateFormat } from "./state.ts";
