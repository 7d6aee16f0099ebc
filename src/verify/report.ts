// The outcome of a verification as plain data.

import type { Diagnostic } from "../diagnostics/index.ts";
import type { CheckName } from "./checks.ts";

/** One check of one overload over all argument values tried. */
export interface CheckReport {
  readonly check: CheckName;
  /** `skipped`: it could be made at none of them. */
  readonly verdict: "passed" | "failed" | "skipped";
  /** How many comparisons were made, and how many could not be. */
  readonly compared: number;
  readonly skipped: number;
  /** The worst relative error beside what rounding and quadrature explain, and where it was. */
  readonly error: number | null;
  readonly allowed: number | null;
  readonly at: string | null;
  readonly reason: string | null;
}

export interface FamilyReport {
  readonly name: string;
  /** `Gamma(shape, log:)` */
  readonly form: string;
  readonly passed: boolean;
  readonly checks: readonly CheckReport[];
}

export interface VerifyReport {
  readonly kind: "verification";
  readonly passed: boolean;
  readonly families: readonly FamilyReport[];
  readonly diagnostics: readonly Diagnostic[];
}
