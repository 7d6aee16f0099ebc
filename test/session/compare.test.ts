// Models compared on the same rows: Bayes factors of nested linear models in closed form, by streams and by fits; the row
// at which one overtakes the other; and what cannot be compared.

import { describe, expect, it } from "vitest";
import { CompileError, compare, compareTable, compile, DataError, type Ranked } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const draw = random(21, "compare");
const rows = 600;
const x = Float64Array.from({ length: rows }, () => draw.normal());
// a small slope: the line has to earn its second parameter
const y = x.map((v) => 0.5 + 0.09 * v + 0.5 * draw.normal());

const flat = compile("model flat\ndata y : real\nparam a : real ~ Normal(0, 2)\ny ~ Normal(a, 0.5)\n");
const line = compile(`
model line
data x : real
data outcome : real from "y"
param a : real ~ Normal(0, 2)
param b : real ~ Normal(0, 3)
outcome ~ Normal(a + b * x, 0.5)
`);

const loose = compile(`
model loose
data x : real
data y : real
param a : real
param b : real
y ~ Normal(a + b * x, 0.5)
`);

const normal = (z: number, mean: number, variance: number): number =>
  -0.5 * (Math.log(2 * Math.PI * variance) + (z - mean) ** 2 / variance);

/** Exact log predictive density of each row, by recursive Bayes with or without a slope. */
function exact(slope: boolean, precision: readonly [number, number] = [1 / 4, 1 / 9]): readonly number[] {
  let [aa, ab, bb, ga, gb] = [precision[0], 0, precision[1], 0, 0];
  return Array.from(x, (v, i) => {
    const w = slope ? v : 0;
    const det = aa * bb - ab * ab;
    const mean = (bb * ga - ab * gb + w * (aa * gb - ab * ga)) / det;
    const log = normal(y[i], mean, 0.25 + (bb - 2 * w * ab + w * w * aa) / det);
    [aa, ab, bb, ga, gb] = [aa + 4, ab + 4 * w, bb + 4 * w * w, ga + 4 * y[i], gb + 4 * w * y[i]];
    return log;
  });
}
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const [plain, sloped] = [exact(false), exact(true)];
const factor = sum(plain) - sum(sloped);

const named = (models: readonly Ranked[], name: string): Ranked => models.find((m) => m.name === name) as Ranked;

describe("nested linear models", () => {
  it.each(["stream", "fit"] as const)("have the Bayes factor of the closed form, by %s", async (mode) => {
    const found = await compare([flat, line], { x, y }, { mode, batch: 20 });
    expect(found).toMatchObject({
      schema: "ffm.compare/1",
      mode,
      rows,
      basis: "evidence",
      from: 1,
      response: "density of y",
    });
    const names = factor > 0 ? ["flat", "line"] : ["line", "flat"];
    expect(found.models.map((m) => m.name)).toEqual(names);
    const [best, other] = found.models;
    expect(Math.abs((named(found.models, "flat").logEvidence ?? 0) / sum(plain) - 1)).toBeLessThan(1e-8);
    expect(Math.abs((named(found.models, "line").logEvidence ?? 0) / sum(sloped) - 1)).toBeLessThan(1e-8);
    expect(best.logBayesFactor).toBe(0);
    expect(other.logBayesFactor).toBeCloseTo(-Math.abs(factor), 6);
    expect(best.weight).toBeCloseTo(1 / (1 + Math.exp(-Math.abs(factor))), 8);
    expect(best.weight + other.weight).toBeCloseTo(1, 12);
  });

  it("tell the row at which one overtook the other for good", async () => {
    const found = await compare([flat, line], { x, y }, { batch: 10, warmup: 20 });
    const ahead: boolean[] = [];
    let lead = 0;
    for (let i = 0; i < rows; i++) {
      lead += sloped[i] - plain[i];
      if ((i + 1) % 10 === 0 && i + 1 >= 20) ahead.push(lead > 0);
    }
    const last = ahead.lastIndexOf(false);
    const row = 20 + 10 * (last + 1);
    expect(last).toBeGreaterThan(3);
    expect(found.models.map(({ name, overtakenAt }) => [name, overtakenAt])).toEqual([
      ["line", null],
      ["flat", row],
    ]);
    expect(found.leaders.at(-1)).toEqual({ row, model: "line" });
    expect(found.leaders[0]).toEqual({ row: 20, model: ahead[0] ? "line" : "flat" });
    expect(compareTable(found)).toContain(`line overtook flat for good at row ${row}.`);
    const { rows: points, values } = found.course as NonNullable<typeof found.course>;
    expect(points.slice(0, 3)).toEqual([20, 30, 40]);
    expect(values[0][1]).toBeCloseTo(sum(sloped.slice(0, 30)), 5);
    expect(values[1][1]).toBeCloseTo(sum(plain.slice(0, 30)), 5);
  });

  it("with a flat prior are compared on the rows after the first", async () => {
    const found = await compare([flat, loose], { x, y }, { batch: 20, warmup: 40 });
    expect(found).toMatchObject({ basis: "prequential", from: 41 });
    const own = named(found.models, "loose");
    expect([own.logEvidence, own.flat]).toEqual([null, ["a", "b"]]);
    expect(own.prequential).toBeCloseTo(sum(exact(true, [1e-300, 1e-300]).slice(40)), 5);
    expect(named(found.models, "flat").prequential).toBeCloseTo(sum(plain.slice(40)), 5);
    expect(compareTable(found)).toContain("loose has no evidence of all rows: a, b without a proper prior.");
  });
});

it("a plain flow is compared by what it foretold after the others' first rows", async () => {
  const plainly = compile(
    "model plainly\ndata y : real\nparam a : real ~ Normal(0, 2)\ny ~ Normal(a, 0.5)\nflow { rate 0.05 }\n",
  );
  const found = await compare([flat, plainly], { x, y }, { batch: 20, warmup: 40 });
  expect(found).toMatchObject({ basis: "prequential", from: 41 });
  const [first, second] = found.models;
  expect([first.name, first.logEvidence === null, second.logEvidence]).toEqual(["flat", false, null]);
  expect(first.prequential).toBeCloseTo(sum(plain.slice(40)), 5);
  expect(second.logBayesFactor).toBeLessThan(0);
  expect(second.overtakenAt === null || second.overtakenAt > 60).toBe(true);
});

describe("fits", () => {
  it("with a flat prior are compared by BIC, with AIC's weights beside", async () => {
    const found = await compare([flat, loose], { x, y }, { mode: "fit" });
    expect(found).toMatchObject({ basis: "bic", leaders: [], course: null });
    const [first, second] = found.models;
    const difference = ((second.aic ?? 0) - (first.aic ?? 0)) / 2;
    expect(first.aicWeight).toBeCloseTo(1 / (1 + Math.exp(-difference)), 10);
    expect(second.logBayesFactor).toBeCloseTo(((first.bic ?? 0) - (second.bic ?? 0)) / 2, 9);
    const own = named(found.models, "loose");
    expect(own.aic).toBeCloseTo(4 - 2 * (own.logLikelihood ?? 0), 9);
    expect(own.bic).toBeCloseTo(2 * Math.log(rows) - 2 * (own.logLikelihood ?? 0), 9);
  });

  it("of models with one name are told apart", async () => {
    const found = await compare([line, line], { x, y }, { mode: "fit" });
    expect(found.models.map((m) => [m.name, m.weight])).toEqual([
      ["line (1)", 0.5],
      ["line (2)", 0.5],
    ]);
  });
});

describe("what cannot be compared", () => {
  const positive = y.map((v) => Math.exp(v));
  const refused = async (...texts: string[]): Promise<string> => {
    const models = texts.map((text) => {
      const [type, statement] = text.split(" | ");
      return compile(
        `data x : real\ndata y : ${type}\ndata w : positive\nparam a : real ~ Normal(0, 1)\n${statement}\n`,
      );
    });
    const data = { x, y: positive, w: positive };
    const error = await compare(models, data).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CompileError);
    return (error as CompileError).diagnostics.map((d) => `${d.code}: ${d.message}`).join();
  };
  it("is a response on another scale, of another kind, or with another weight", async () => {
    expect(await refused("positive | y ~ Normal(a, 1)", "positive | log(y) ~ Normal(a, 1)")).toMatch(
      /^FF461: .*density of y, .*density of log\(y\)/,
    );
    expect(await refused("count | y ~ Normal(a, 1)", "count | y ~ Poisson(log: a)")).toMatch(/probability of y/);
    expect(await refused("real | y ~ Normal(a, 1)", "real | y ~ Normal(a, 1) weight w")).toMatch(/weight w/);
  });
  it("are models that can use different rows", async () => {
    const gaps = x.slice();
    gaps[5] = Number.NaN;
    const data = { x: gaps, y };
    for (const mode of ["stream", "fit"] as const) {
      const error = await compare([flat, line], data, { mode, onBadRow: "skip" }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(DataError);
      expect((error as DataError).diagnostics[0].code).toBe("FF561");
    }
  });
});
