// The table form of a summary: what stands in it, and that numbers keep their digits.

import { expect, test } from "vitest";
import type { Summary, SummaryParameter } from "../../src/reports/summary.ts";
import { summaryTable } from "../../src/reports/table.ts";

function parameter(name: string, index: readonly (string | number)[], estimate: number, se: number): SummaryParameter {
  return {
    name,
    index,
    estimate,
    se,
    lower: estimate - 1.96 * se,
    upper: estimate + 1.96 * se,
    fromPrior: 0.01,
    robust: null,
  };
}

function summary(changes: Partial<Summary>): Summary {
  return {
    schema: "ffm.summary/1",
    model: { name: "bikes", hash: "sha256:00" },
    mode: "fit",
    rows: 731,
    skipped: 0,
    leftOut: { bad: 0, repeated: 0, late: 0, newLevel: 0 },
    missing: {},
    passes: 6,
    converged: true,
    logLikelihood: -2310.4123,
    logPrior: -3.1,
    logEvidence: null,
    prequential: null,
    prequentialFrom: null,
    coverage: null,
    codeLength: null,
    pacBayes: null,
    errors: "model",
    aic: 4650.8,
    bic: 4710.2,
    effectiveParameters: 12.4,
    informationGained: 61.3,
    parameters: [parameter("base", [], 3.1, 0.02), parameter("effect", ["monday"], -12.2, 5.05)],
    reports: [{ name: "per_degree", index: [], estimate: 0.04, se: 0.003, lower: 0.034, upper: 0.046 }],
    interval: 0.95,
    plan: {
      blocks: [{ parameters: ["base", "effect"], structure: "full", flopsPerRow: 210, bytes: 96, reason: "It fits." }],
      flopsPerRow: 210,
      bytes: 96,
      backend: "js",
    },
    events: [],
    diagnostics: [],
    configuration: {},
    timing: { compileMs: 1, readMs: 1, updateMs: 1, totalMs: 3 },
    ...changes,
  };
}

test("a small summary, whole", () => {
  const span = { file: "bikes.ffm", line: 7, column: 3 };
  const warning = { code: "FF403", severity: "warning", message: "`s` is a scale with a flat prior.", span } as const;
  expect(summaryTable(summary({ diagnostics: [warning] }))).toBe(`bikes: fit of 731 rows, converged in 6 passes

name            estimate      se      2.5%    97.5%  prior
base              3.1000  0.0200    3.0608   3.1392     1%
effect[monday]  -12.20    5.05    -22.10    -2.30       1%

report      estimate       se     2.5%    97.5%
per_degree   0.04000  0.00300  0.03400  0.04600

rows                         731
log-likelihood             -2310.412
log prior                     -3.100
AIC                         4650.800
BIC                         4710.200
effective parameters          12.400
information gained (nats)     61.300

plan  full information for base and effect: It fits.
      210 flops a row and 96 B of memory, on the js backend.

warning FF403 bikes.ffm:7:3: \`s\` is a scale with a flat prior.
`);
});

test("the heading says the probability of the interval", () => {
  expect(summaryTable(summary({ interval: 0.9 }))).toMatch(/name +estimate +se +5% +95% +prior/);
  expect(summaryTable(summary({ interval: 0.999 }))).toMatch(/ 0.05% +99.95% /);
});

test("at most 40 rows, unless all are asked for", () => {
  const parameters = Array.from({ length: 100 }, (_, at) => parameter("z", [at + 1], at, 0.1));
  const short = summaryTable(summary({ parameters }));
  expect(short.match(/^z\[/gm)).toHaveLength(40);
  expect(short).toContain("… and 60 more (--all shows them)");
  expect(summaryTable(summary({ parameters }), { all: true }).match(/^z\[/gm)).toHaveLength(100);
});

test("a fit that did not converge says so in the first line", () => {
  const first = summaryTable(summary({ converged: false, passes: 200 })).split("\n")[0];
  expect(first).toBe("bikes: fit of 731 rows, NOT converged after 200 passes");
});

test("numbers of any size keep three digits of their standard error", () => {
  const rows = [
    parameter("a", [], 2.3e-9, 1.2e-11),
    parameter("b", [], 6.3e12, 1.2e9),
    parameter("c", [], 123456, 1234),
  ];
  const table = summaryTable(summary({ parameters: rows }));
  expect(table).toMatch(/^a +2\.3000e-9 +1\.20e-11/m);
  expect(table).toMatch(/^b +6\.30000e\+12 +1\.20e\+9/m);
  expect(table).toMatch(/^c +123456 +1234 /m);
});

test("levels from data can't steer the terminal", () => {
  const table = summaryTable(summary({ parameters: [parameter("e", ["\u001b[2Jx\r\n\u202e"], 1, 0.1)] }));
  for (const character of ["\u001b", "\r", "\u202e"]) expect(table).not.toContain(character);
  expect(table).toContain("e[␛[2Jx␍␊\uFFFD]");
});

test("colour only where asked for", () => {
  expect(summaryTable(summary({}), { color: true })).toContain("\u001b[1m");
  expect(summaryTable(summary({}))).not.toContain("\u001b");
});
