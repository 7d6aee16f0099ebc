// The door of the syntax room: from text to the abstract tree, and the one layout.

export type * from "./ast.ts";
export { typeNames } from "./build-type.ts";
export { type Formatted, format } from "./format.ts";
export { type ParseResult, parse } from "./parse.ts";
export { print, printExpression, printType } from "./print.ts";
