// What a fit does when the data or the model can't be fitted: a diagnosis by name, never a number that means nothing.

import { describe, expect, it } from "vitest";
import { compile, DataError, type Diagnostic, fit, NumericalError, type Summary, stream } from "../../src/index.ts";

type Columns = Record<string, (number | string)[]>;

async function outcome(
  source: string,
  columns: Columns,
  options: object = {},
): Promise<Summary | readonly Diagnostic[]> {
  try {
    return await fit(compile(source), columns, options);
  } catch (error) {
    if (error instanceof NumericalError || error instanceof DataError) return error.diagnostics;
    throw error;
  }
}

function messages(found: Summary | readonly Diagnostic[]): string {
  const list = "diagnostics" in found ? found.diagnostics : found;
  return list.map((d) => `${d.code} ${d.message}`).join("\n");
}

/** Every number of a summary is one. */
function expectNumbers(value: unknown, path = "summary"): void {
  if (typeof value === "number") expect(Number.isFinite(value), `${path} is ${value}`).toBe(true);
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) expectNumbers(inner, `${path}.${key}`);
}

const line = `data x : real
data y : real
param a : real
param b : real
param s : positive
y ~ Normal(a + b * x, s)
`;
const logistic = `data x : real
data y : binary
param a : real
param b : real
y ~ Bernoulli(logit: a + b * x)
`;
const count = Array.from({ length: 30 }, (_, k) => k);

describe("a fit that can't be", () => {
  it("names the direction in which classes are separated", async () => {
    const found = await outcome(logistic, { x: count, y: count.map((k) => (k < 15 ? 0 : 1)) });
    expect(messages(found)).toMatch(/FF606.*b/);
  });
  it("names collinear columns and gives no standard errors", async () => {
    const source = line.replace("param s", "data z : real\nparam c : real\nparam s").replace("b * x", "b * x + c * z");
    const found = await outcome(source, { x: count, z: count.map((k) => 2 * k + 1), y: count.map((k) => Math.sin(k)) });
    expect(messages(found)).toMatch(/FF602.*`[abc]`/);
    expect("diagnostics" in found).toBe(false);
  });
  it("names a parameter that the rows say nothing about", async () => {
    const found = await outcome(line.replace("b * x", "b * 0 * x"), { x: count, y: count.map((k) => Math.cos(k)) });
    expect(messages(found)).toMatch(/FF602.*b/);
  });
  it("says that a scale has collapsed where the fit is exact", async () => {
    const found = await outcome(line, { x: count, y: count.map((k) => 2 + 3 * k) });
    expect(messages(found)).toMatch(/FF605.*`s`/);
    const slope = (found as Summary).parameters.filter((p) => p.name === "b")[0];
    expect(slope.estimate).toBeCloseTo(3, 10);
  });
  it("names the row whose likelihood is not a number, or leaves it out and counts it", async () => {
    const source = "data y : real\nparam a : positive init 1\nfactor log(y) * a - a\n";
    const columns = { y: [1, 2, -3, 4] };
    expect(messages(await outcome(source, columns))).toMatch(/FF608 Row 3: .*y = -3/);
  });
  it("has nothing to say without rows", async () => {
    expect(messages(await outcome(line, { x: [], y: [] }))).toContain("FF506");
  });
});

describe("every number of a summary is a number", () => {
  const cases: [string, string, Columns][] = [
    ["large values", line, { x: count, y: count.map((k) => 1e12 * (1 + Math.sin(k))) }],
    ["small values", line, { x: count, y: count.map((k) => 1e-12 * Math.sin(k)) }],
    ["a long scale of x", line, { x: count.map((k) => 1e9 * k), y: count.map((k) => Math.sin(7 * k)) }],
    [
      "large counts",
      line
        .replace("data y : real", "data y : count")
        .replace("param s : positive\n", "")
        .replace(/y ~.*/, "y ~ Poisson(log: a + b * x)"),
      { x: count.map((k) => k / 10), y: count.map((k) => 1_000_000 + 1000 * k) },
    ],
    ["rare events", logistic, { x: count.map((k) => Math.sin(k)), y: count.map((k) => (k === 7 || k === 12 ? 1 : 0)) }],
    ["nearly separated", logistic, { x: count, y: count.map((k) => (k < 15 ? 0 : 1)).with(3, 1) }],
  ];
  it.each(cases)("%s", async (_, source, columns) => {
    const found = await outcome(source, columns);
    if ("diagnostics" in found) {
      expectNumbers(found.parameters);
      expectNumbers(found.reports);
    } else expect(messages(found)).toMatch(/FF6/);
  });
  it("also of a stream, with rows that never suffice for a first fit", async () => {
    const source = `data x : real
data y : real
param a : real ~ Normal(0, 1)
param b : real ~ Normal(0, 1)
y ~ Normal(a + b * x, 0.5)
`;
    expectNumbers((await stream(compile(source), { x: [1], y: [2] })).parameters);
  });
});
