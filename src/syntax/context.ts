// What the builders of the tree share.

import type { Token } from "../../grammar/index.ts";
import { type Diagnostic, type Span, shorten } from "../diagnostics/index.ts";
import type { Item, Name } from "./ast.ts";
import { spanOf } from "./words.ts";

/** Handed down while a tree is built. */
export interface Context {
  readonly file: string;
  readonly report: (diagnostic: Diagnostic) => void;
  /** The documentation above the item that starts with a token. */
  readonly docOf: (first: Token) => string | null;
  /** Whether a token is the first of its line; what starts in the middle of one is an echo of an error. */
  readonly startsLine: (found: Token) => boolean;
}

/** What every item carries. */
export interface ItemHead {
  readonly span: Item["span"];
  readonly doc: string | null;
}

/** A token as a name. */
export function nameOf(context: Context, found: Token): Name {
  return { text: found.image, span: spanOf(context.file, found) };
}

/** The text of a string literal: `\"` and `\\` stand for the sign itself, any other backslash for a backslash. */
export function stringValue(literal: string): string {
  return literal.slice(1, -1).replace(/\\(["\\])/g, "$1");
}

/** A string literal as a name. */
export function quotedName(context: Context, found: Token): Name {
  return { text: stringValue(found.image), span: spanOf(context.file, found) };
}

/** A span between two places of the file. */
export function spanFrom(context: Context, start: number, end: number): Span {
  return { file: context.file, start, end };
}

/** A name short enough for a message. */
export function brief(text: string): string {
  return shorten(text, 40);
}
