// The door of the verify room: holds families, the library's or a user's own, against quadrature and summation. A density
// integrates to 1, its score has mean 0 and its information as variance, and mean, variance, mode, cdf and quantile are
// what they say.

import { type FamilyDensity, type FamilyItem, familyDensity } from "../check/index.ts";
import type { Diagnostic } from "../diagnostics/index.ts";
import { type CheckName, calledFor, checkAt, type Skipped } from "./checks.ts";
import { design } from "./design.ts";
import { explained, type Placed, placeOf, unverified, worse, wrong } from "./explain.ts";
import type { CheckReport, FamilyReport, VerifyReport } from "./report.ts";
import { type Subject, subject } from "./subject.ts";

export type { CheckName } from "./checks.ts";
export type { CheckReport, FamilyReport, VerifyReport } from "./report.ts";

export interface VerifyOptions {
  /** Relative error beyond what quadrature explains that still counts as rounding; 1e-9 where it is not given. */
  readonly tolerance?: number;
  /** Sizes given to dimensions such as `K`, one after the other; 2, 3 and 4 where they are not given. */
  readonly sizes?: readonly number[];
}

/** Verifies overloads, each at a fixed design of arguments; deterministic. */
export function verify(families: readonly FamilyItem[], options: VerifyOptions = {}): VerifyReport {
  const results = families.map((family) => verifyFamily(family, options));
  return {
    kind: "verification",
    passed: results.every((r) => r.report.passed),
    families: results.map((r) => r.report),
    diagnostics: results.flatMap((r) => r.diagnostics),
  };
}

interface Outcome {
  readonly report: FamilyReport;
  readonly diagnostics: readonly Diagnostic[];
}

function verifyFamily(family: FamilyItem, options: VerifyOptions): Outcome {
  const { name, form } = family;
  const findings: Placed[] = [];
  const skipped: Skipped[] = [];
  const wanted = new Set<CheckName>();
  let whole = false;
  const warnings: Diagnostic[] = [];
  const names = dimensionNames(family);
  for (const size of names.length === 0 ? [1] : (options.sizes ?? [2, 3, 4])) {
    const { density, diagnostics } = familyDensity(family, Object.fromEntries(names.map((n) => [n, size])));
    if (density === null) return { report: { name, form, passed: false, checks: [] }, diagnostics };
    if (warnings.length === 0) warnings.push(...diagnostics);
    const made = subject(family, density);
    whole = made.discrete;
    for (const check of calledFor(made)) wanted.add(check);
    if (density.supportShape.length > 0)
      skipped.push(
        ...calledFor(made).map((check) => ({ check, reason: "a response that is an array is not verified" })),
      );
    else tryAll(made, density, options.tolerance ?? 1e-9, findings, skipped);
  }
  const reports = [...wanted].map((check) => summarise(check, findings, skipped));
  // Without a density that integrates to 1 nothing else can be held against it.
  const baseless = reports.some((r) => r.check === "normalised" && r.verdict === "failed");
  const diagnostics = reports.flatMap(({ check, verdict, reason }) => {
    if (baseless && check !== "normalised") return [];
    const mine = findings.filter((f) => f.check === check);
    if (verdict === "failed") return [explained(family, check, mine, whole)];
    // a score that can't be checked for want of regularity states nothing
    return verdict === "skipped" && check !== "score" ? [unverified(family, check, reason ?? "")] : [];
  });
  const report = { name, form, passed: reports.every((r) => r.verdict !== "failed"), checks: reports };
  return { report, diagnostics: [...warnings, ...diagnostics] };
}

function tryAll(
  made: Subject,
  density: FamilyDensity,
  tolerance: number,
  findings: Placed[],
  skipped: Skipped[],
): void {
  for (const values of design(density.arguments)) {
    const result = checkAt(made, made.at(values), tolerance);
    findings.push(...result.findings.map((f) => ({ ...f, values, names: density.argumentNames })));
    skipped.push(...result.skipped);
  }
}

/** The dimension names of an overload's types, `K` of `real[K]`. */
function dimensionNames({ item }: FamilyItem): readonly string[] {
  const types = [...item.parameters.map((p) => p.type), item.support];
  return [...new Set(types.flatMap((t) => t.shape).flatMap((expr) => (expr.kind === "name" ? [expr.name] : [])))];
}

function summarise(check: CheckName, findings: readonly Placed[], skipped: readonly Skipped[]): CheckReport {
  const mine = findings.filter((f) => f.check === check);
  const left = skipped.filter((s) => s.check === check);
  const worst = mine.length === 0 ? null : mine.reduce((a, b) => (worse(b, a) ? b : a));
  const verdict = worst === null ? "skipped" : wrong(worst) ? "failed" : "passed";
  return {
    check,
    verdict,
    compared: mine.length,
    skipped: left.length,
    error: worst?.error ?? null,
    allowed: worst?.allowed ?? null,
    at: worst === null ? null : [worst.part, placeOf(worst)].filter((text) => text !== null && text !== "").join(", "),
    reason: left[0]?.reason ?? null,
  };
}
