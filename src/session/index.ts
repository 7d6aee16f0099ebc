// The room that joins compiler, sources, runtime and reports into what a program calls.

export { type ArtefactTarget, artefactTargets } from "./artefact.ts";
export { bindData } from "./bind.ts";
export { type Calibration, type CalibrationOptions, calibrate, readRates } from "./calibrate.ts";
export { CompileError, DataError } from "./errors.ts";
export { type Verified, verifyFamilies, verifyLibrary } from "./families.ts";
export { type Estimate, LiveFlow } from "./live.ts";
export { check, compile, type Data, fit, type Model, type RunOptions, sourceOf, stream } from "./model.ts";
export { type Resolved, resolve } from "./options.ts";
export { type LoadedState, loadState, summaryOf } from "./saved.ts";
export { planOf, printStage, type Stage, stages } from "./stages.ts";
export { type MemberOrders, member, type SpawnMember } from "./threads.ts";
export { type ArtefactLayout, readArtefact } from "./wasm-artefact.ts";
