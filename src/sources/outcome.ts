// How this room answers: with what was asked for, or with diagnostics. Only what appears in the middle of
// reading has no value to be returned as, because an iteration can end early in no other way than by throwing.

import { type Diagnostic, diagnose, type Span, shorten } from "../diagnostics/index.ts";
import type { RowSource } from "../ir/index.ts";

/** What is wrong; at least one diagnostic. */
export interface Failure {
  readonly kind: "failure";
  readonly diagnostics: readonly Diagnostic[];
}

/** A source that can be read, or why not. */
export type Opened = { readonly kind: "source"; readonly source: RowSource } | Failure;

/** A failure of these diagnostics. */
export function failure(...diagnostics: readonly Diagnostic[]): Failure {
  return { kind: "failure", diagnostics };
}

/** A failure to read `file`, with the way out. */
export function unreadable(file: string, reason: string, hint: string, span: Span | null): Failure {
  return failure(diagnose("FF507", span, { file: shorten(file), reason }, hint));
}

/** Thrown by `RowSource.read` when the data turn out to be broken after rows have already been handed out. */
export class SourceError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((diagnostic) => diagnostic.message).join("\n"));
    this.name = "SourceError";
    this.diagnostics = diagnostics;
  }
}
