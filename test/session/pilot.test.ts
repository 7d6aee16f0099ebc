// What a pilot measures, against formulas written out here, and what the planner makes of it.

import { EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";
import { comparison } from "../../src/reports/index.ts";

const { normal } = random(5, "pilot");

/** A random information of `size` coordinates, from more rows than these. */
function informationOf(size: number, spread: number): Matrix {
  const rows = new Matrix(Array.from({ length: 3 * size }, () => Array.from({ length: size }, normal)));
  const units = Matrix.diag(Array.from({ length: size }, () => Math.exp(spread * normal())));
  return units.mmul(rows.transpose().mmul(rows)).mmul(units);
}

/** Eigenvalues of B relative to A: those of R⁻¹ B R⁻ᵀ with A = R Rᵀ by A's own eigenvectors. */
function relative(a: Matrix, b: Matrix): number[] {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(a, { assumeSymmetric: true });
  const half = eigenvectorMatrix.mmul(Matrix.diag(realEigenvalues.map((x) => 1 / Math.sqrt(x))));
  const whitened = half.transpose().mmul(b).mmul(half);
  return new EigenvalueDecomposition(whitened, { assumeSymmetric: true }).realEigenvalues;
}

describe("the divergence of two informations", () => {
  it.each([1, 2, 7, 40, 130])("of %i coordinates is that of all their eigenvalues", (size) => {
    const [a, b] = [informationOf(size, 1), informationOf(size, 1)];
    const values = relative(a, b);
    const found = comparison(Float64Array.from(a.to1DArray()), size)?.(Float64Array.from(b.to1DArray()));
    const kl = values.reduce((sum, x) => sum + x - 1 - Math.log(x), 0) / 2;
    expect(found?.kl).toBeCloseTo(kl, 7);
    expect((found?.epsilon ?? 0) / Math.max(...values.map((x) => Math.abs(x - 1)))).toBeCloseTo(1, 7);
    const variances = [a, b].map((m) => inverse(m).diagonal());
    const ratios = variances[0].map((v, i) => Math.sqrt(variances[1][i] / v)).sort((x, y) => x - y);
    expect(found?.errors.least).toBeCloseTo(ratios[0], 8);
    expect(found?.errors.most).toBeCloseTo(ratios[size - 1], 8);
  });

  it("leaves out what the full information says nothing about, and refuses what has no inverse", () => {
    const full = Float64Array.of(2, 0, 1, 0, 0, 0, 1, 0, 3);
    const found = comparison(full, 3)?.(Float64Array.of(2, 0, 0, 0, 0, 0, 0, 0, 3));
    expect(found?.coordinates).toBe(2);
    expect(found?.kl).toBeCloseTo(Math.log(5 / 6) / 2 + (6 / 5 + 6 / 5 - 2) / 2, 12);
    expect(comparison(Float64Array.of(1, 1, 1, 1), 2)).toBeNull();
  });
});

const rows = 1500;
const common = Array.from({ length: rows }, normal);
const columnsOf = (name: string, size: number): [string, number[]][] =>
  Array.from({ length: size }, (_, k) => [`${name}${k}`, common.map((z) => 2 * z + normal())]);
const data: Record<string, number[]> = {
  ...Object.fromEntries([...columnsOf("p", 20), ...columnsOf("q", 20)]),
  y: common.map((z) => z + normal()),
};
const model = compile(`data p : real[20] from "p*"
data q : real[20] from "q*"
data y : real
param b : real[20] ~ Normal(0, 1)
param c : real[20] ~ Normal(0, 1)
y ~ Normal(b @ p + c @ q, 1)
`);

describe("a plan with data", () => {
  it("measures the candidates on the rows that it says", async () => {
    const plan = await model.plan({ pilot: 400 }, data);
    const { candidates } = plan.blocks[0];
    // of a Normal with known sd the information is X'X, whatever the estimate
    const names = [...Array.from({ length: 20 }, (_, k) => `p${k}`), ...Array.from({ length: 20 }, (_, k) => `q${k}`)];
    const design = new Matrix(Array.from({ length: 400 }, (_, i) => names.map((name) => data[name][i])));
    const full = design.transpose().mmul(design).add(Matrix.eye(40));
    const diagonal = Matrix.diag(full.diagonal());
    const values = relative(full, diagonal);
    const found = candidates.find((c) => c.structure === "diagonal")?.pilot;
    expect(found?.kl).toBeCloseTo(values.reduce((sum, x) => sum + x - 1 - Math.log(x), 0) / 2, 7);
    expect(found?.epsilon).toBeCloseTo(Math.max(...values) - 1, 7);
    const ratios = inverse(full)
      .diagonal()
      .map((v, i) => 1 / Math.sqrt(v * full.get(i, i)));
    expect(found?.errors.least).toBeCloseTo(Math.min(...ratios), 8);
    expect(found?.errors.most).toBeCloseTo(Math.max(...ratios), 8);
    expect(candidates.find((c) => c.structure === "full")?.pilot?.kl).toBeLessThan(1e-9);
    // what accumulates really, not what a projection of the whole would be
    const low = candidates.filter((c) => c.structure.startsWith("lowrank")).map((c) => c.pilot?.kl ?? Number.NaN);
    expect(low.length).toBeGreaterThan(1);
    for (const kl of low) expect(kl).toBeGreaterThan(0);
  });

  it("is chosen by what was measured where a pilot is asked for, and only there", async () => {
    const budget = { bytes: 44_000 };
    const [expected, measured] = [
      await model.plan({ budget, batch: 16 }, data),
      await model.plan({ budget, batch: 16, pilot: 1000 }, data),
    ];
    // one common direction is most of the correlation: a few directions lose less than a block a parameter
    const klOf = (plan: typeof measured, name: string): number =>
      plan.blocks[0].candidates.find((c) => c.structure === name)?.pilot?.kl ?? Number.NaN;
    expect(klOf(measured, "lowrank 4")).toBeLessThan(klOf(measured, "block"));
    expect(expected.blocks.map((b) => b.structure)).toEqual(["full", "full"]);
    expect(measured.blocks[0].structure).toMatch(/^lowrank/);
    expect(measured.blocks[0].reason).toMatch(/nats a coordinate are lost in the pilot/);
    const order = measured.blocks[0].candidates.map((c) => c.pilot?.kl ?? Number.NaN);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it("says where the rows are too few to tell", async () => {
    const flat = compile('data p : real[20] from "p*"\ndata y : real\nparam b : real[20]\ny ~ Normal(b @ p, 1)\n');
    const plan = await flat.plan({ pilot: 5 }, data);
    expect(plan.notes).toContain("b: 5 rows are too few to measure the loss");
    expect(plan.blocks[0].candidates.every((c) => c.pilot === null)).toBe(true);
  });

  it("has none without data", async () => {
    const sized = compile("data x : real\ndata y : real\nparam a : real\nparam b : real\ny ~ Normal(a + b * x, 1)\n");
    expect((await sized.plan()).blocks[0].candidates.every((c) => c.pilot === null)).toBe(true);
  });
});
