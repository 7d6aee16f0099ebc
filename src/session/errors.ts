// Errors of the public API. A user's mistake carries diagnostics; each class is one exit code of the command line.

import type { Diagnostic } from "../diagnostics/index.ts";

function text(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((d) => `${d.code}: ${d.message}${d.hint === null ? "" : ` ${d.hint}`}`).join("\n");
}

/** The model cannot be compiled. */
export class CompileError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(text(diagnostics));
    this.name = "CompileError";
    this.diagnostics = diagnostics;
  }
}

/** The data do not fit the model, or cannot be read. */
export class DataError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(text(diagnostics));
    this.name = "DataError";
    this.diagnostics = diagnostics;
  }
}
