// The language service: what editors, the playground and the command line show of a model while it is written.

export { diagnose, type PlacedDiagnostic, type ServiceOptions } from "./analyse.ts";
export { type Completion, type CompletionKind, complete } from "./complete.ts";
export { type Hover, hover } from "./hover.ts";
