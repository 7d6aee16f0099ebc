// The running side: flows over batches, their inner problem, diagnosis, and saved states.

export { bendAt, bendIsCheap } from "./bend.ts";
export { carried } from "./carry.ts";
export { logTail } from "./chi-squared.ts";
export { type Combined, combine, type Distance, type Remembered, scoresTogether } from "./combine.ts";
export { type Baggage, baggageIn, type Companion, stow } from "./companion.ts";
export { type ChangeOptions, change } from "./companions/change.ts";
export { type ClockOptions, clock } from "./companions/clock.ts";
export { drift } from "./companions/drift.ts";
export {
  type Fingerprint,
  fingerprintFrom,
  fingerprintName,
  type Overlap,
  overlap,
  type Sketch,
  sharedRows,
  sketchOf,
  unitedRows,
} from "./companions/fingerprint.ts";
export { type Identities, identitiesFrom, identityName } from "./companions/identity.ts";
export { type PathRecord, pathName, pathOf, pathRecorder } from "./companions/path.ts";
export { type Place, type Places, placesFrom, positionName, type Tally, tally } from "./companions/position.ts";
export { Prequential, prequentialOf, type Scored } from "./companions/prequential.ts";
export { type RowHashes, rowHasher, textHash } from "./companions/row-hash.ts";
export { type Enough, Saturation } from "./companions/saturation.ts";
export { type LogJacobian, Volume } from "./companions/volume.ts";
export { type Coverage, coverageOf, Watch, type WatchCosts, watchName } from "./companions/watch.ts";
export { type WindowOptions, window } from "./companions/window.ts";
export { memoryOver } from "./convert.ts";
export { Crew, fail, type Line, lineOf, openLine, serve } from "./crew.ts";
export { blockInformation } from "./dense.ts";
export { nameOf } from "./diagnose.ts";
export { NumericalError } from "./errors.ts";
export type { FlowEvent, Noted, Replanned } from "./event.ts";
export { type FeatureLearner, featureLearner, type Moments } from "./features.ts";
export type { Recruit } from "./flow.ts";
export { Flow, type FlowHooks, type Progress, type Steadied } from "./flow.ts";
export { type FlowNumbers, type Knowledge, noPlace } from "./flow-state.ts";
export { inform } from "./inform.ts";
export { keptAs } from "./kept.ts";
export { almostNothing, priorMaximum, weighed } from "./knowledge.ts";
export { medianInformation, medianPoint, type Piece, type Pieces } from "./median.ts";
export { factorWhole, variancesOf } from "./memory.ts";
export type { PlainOptions, Program, ProgramParameter, ProgramReport, RunOptions } from "./program.ts";
export { robustly, type Verdict } from "./robust.ts";
export { copied, inParts, stretch } from "./rows.ts";
export { type Scores, sandwichIsCheap, scoresAt } from "./sandwich.ts";
export { brokenNumber, type Decoded, decodeState, encodeState, type SavedState, stateFormat } from "./state.ts";
