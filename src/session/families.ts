// Families against quadrature and summation: those that a file defines, or the library's.

import { familiesOf, standardFamilies } from "../check/index.ts";
import type { CompileOptions } from "../compile.ts";
import { type Diagnostic, hasErrors } from "../diagnostics/index.ts";
import { parse } from "../syntax/index.ts";
import { type VerifyReport, verify } from "../verify/index.ts";

/** What came of verifying a file's families; `report` is null where the file cannot be read. */
export interface Verified {
  readonly report: VerifyReport | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Verifies every family that a model file, or a file it uses, defines. */
export function verifyFamilies(source: string, options: CompileOptions = {}): Verified {
  const parsed = parse({ path: options.file ?? "model.ffm", text: source });
  if (hasErrors(parsed.diagnostics)) return { report: null, diagnostics: parsed.diagnostics };
  const report = verify(familiesOf(parsed.ast, options), {});
  return { report, diagnostics: [...parsed.diagnostics, ...report.diagnostics] };
}

/** Verifies every family of the standard library. */
export function verifyLibrary(): VerifyReport {
  return verify(standardFamilies(), {});
}
