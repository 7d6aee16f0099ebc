// The door of the diagnostics room: places, messages about them, and how they are shown.

export { type Code, type CodeEntry, codes, type Severity } from "./codes.ts";
export { type ArgsOf, type Diagnostic, diagnose, hasErrors, shorten } from "./diagnostic.ts";
export { displayWidth } from "./display.ts";
export { internalError, unreachable } from "./internal.ts";
export { nearest } from "./nearest.ts";
export { type Line, lineAt, type Position, position } from "./position.ts";
export { type RenderOptions, render, type Sources } from "./render.ts";
export { cover, type SourceFile, type Span } from "./span.ts";
