// NIST StRD: least squares problems with certified answers of 11 digits. A Normal likelihood with unknown
// sd has the same estimates; its sd is sqrt(rss / n), the certified one sqrt(rss / (n - p)), so our standard
// errors are multiplied by sqrt(n / (n - p)) before they are compared. (Rat43's header counts 9 degrees of
// freedom; its certified values use n - p = 11, as does everything here.)
//
// FFM_TABLE=1 prints the digits of every problem.

import { afterAll, describe, expect, it } from "vitest";
import { digits, quantity, solve } from "./compare.ts";
import { present, readJson, titled } from "./external.ts";

interface Certified {
  readonly name: string;
  readonly value: number;
  readonly sd: number;
}
interface Problem {
  readonly params: readonly Certified[];
  readonly residual_sd: number;
  readonly n: number;
  readonly data: readonly (readonly number[])[];
}

/** Digits asked of the estimates: as issue 4 says for the problems that normal equations find hard, six elsewhere. */
const asked: Readonly<Record<string, number>> = {
  Longley: 7,
  Wampler1: 7,
  Wampler2: 7,
  Wampler3: 7,
  Wampler4: 7,
  Wampler5: 7,
};
/** Filip's columns are collinear to ten digits when scaled: `structure auto` must leave normal equations by itself. */
const steadied = ["Filip"];

/** Fits without error. Their certified sds are 0, and the likelihood has no maximum: a diagnosis is due instead. */
const exact = ["Wampler1", "Wampler2"];

/**
 * Digits of a standard error that doubles can give. Lanczos1's residuals are 1e-13 for responses up to 2.5, known
 * to 2e-16: with the data rounded to doubles and everything else exact, the certified sds are met to 3.4 digits,
 * and moving the parameters by 3 units in the last place leaves 2.9 (80-digit arithmetic). Its estimates keep 10.
 */
const attainable: Readonly<Record<string, number>> = { Lanczos1: 2.5 };

interface Row {
  readonly name: string;
  readonly estimates: number;
  readonly errors: number | null;
  readonly passes: number;
}
const table: Row[] = [];

function columns(problem: Problem): Record<string, number[]> {
  const width = problem.data[0].length;
  const names = width === 2 ? ["y", "x"] : ["y", ...Array.from({ length: width - 1 }, (_, k) => `x${k + 1}`)];
  return Object.fromEntries(names.map((name, k) => [name, problem.data.map((row) => row[k])]));
}

function worst(values: readonly number[]): number {
  return Math.min(...values);
}

function check(name: string, problem: Problem, limit: number): void {
  it(name, async () => {
    const summary = await solve(new URL(`nist/models/${name.toLowerCase()}.ffm`, import.meta.url), columns(problem));
    const found = problem.params.map((truth) => quantity(summary, truth.name.toLowerCase()));
    const estimates = worst(problem.params.map((truth, k) => digits(found[k].estimate, truth.value, limit)));
    if (exact.includes(name)) {
      table.push({ name, estimates, errors: null, passes: summary.passes });
      expect(estimates, "digits of the estimates").toBeGreaterThanOrEqual(asked[name] ?? 6);
      const codes = summary.diagnostics.map((diagnostic) => diagnostic.code);
      expect(codes.join(), "a diagnosis of the vanishing scale").toContain("FF605");
      return;
    }
    const footing = Math.sqrt(problem.n / (problem.n - problem.params.length));
    const errors = worst([
      ...problem.params.map((truth, k) => digits(found[k].se * footing, truth.sd, limit)),
      digits(quantity(summary, "sigma").estimate * footing, problem.residual_sd, limit),
    ]);
    table.push({ name, estimates, errors, passes: summary.passes });
    expect(summary.converged, "converged").toBe(true);
    if (steadied.includes(name)) {
      expect(summary.events).toMatchObject([{ kind: "replanned", from: "full", to: "full sqrt" }]);
      expect(summary.plan.blocks[0].reason).toMatch(/condition number is past 1e10/);
    }
    expect(estimates, "digits of the estimates").toBeGreaterThanOrEqual(asked[name] ?? 6);
    expect(errors, "digits of the standard errors").toBeGreaterThanOrEqual(attainable[name] ?? 5);
  });
}

const there = present("nist/linear.json") && present("nist/nonlinear.json");
const linear = there ? readJson<Record<string, Problem>>("nist/linear.json") : {};
const nonlinear = there ? readJson<Record<string, Problem>>("nist/nonlinear.json") : {};

describe.skipIf(!there)(titled("NIST StRD, linear", "nist/linear.json"), () => {
  for (const [name, problem] of Object.entries(linear)) check(name, problem, 15);
  it("covers the eleven problems", () => expect(Object.keys(linear)).toHaveLength(11));
});

describe.skipIf(!there)(titled("NIST StRD, nonlinear, from start 2", "nist/nonlinear.json"), () => {
  for (const [name, problem] of Object.entries(nonlinear)) check(name, problem, 11);

  it("has 8 digits or more for at least 20 of the 27 problems", () => {
    const names = Object.keys(nonlinear);
    const solved = table.filter((row) => names.includes(row.name));
    expect(names).toHaveLength(27);
    expect(solved.filter((row) => row.estimates >= 8).length).toBeGreaterThanOrEqual(20);
  });
});

afterAll(() => {
  if (process.env.FFM_TABLE === undefined) return;
  const line = (name: string, a: string, b: string, c: string) =>
    `${name.padEnd(10)}${a.padStart(10)}${b.padStart(10)}${c.padStart(8)}`;
  const rows = table.map((row) =>
    line(row.name, row.estimates.toFixed(1), row.errors?.toFixed(1) ?? "-", String(row.passes)),
  );
  console.log([line("problem", "estimates", "errors", "passes"), ...rows].join("\n"));
});
