// What stops a run: diagnostics carried by an error, because a run is asynchronous and deep.

import type { Diagnostic } from "../diagnostics/index.ts";

/** A run that could not go on; `diagnostics` say where and why. */
export class NumericalError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => `${d.code}: ${d.message}`).join("\n"));
    this.name = "NumericalError";
    this.diagnostics = diagnostics;
  }
}
