// Small batches over many coordinates: the factor of the information is brought along with the rows instead of being made
// anew. What comes out is still the conjugate posterior, and what a stream in large batches finds.

import { Matrix, solve } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { compile, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const predictors = 47;
const rows = 900;
const draw = random(11, "append");
const x = Array.from({ length: predictors }, () => Float64Array.from({ length: rows }, draw.normal));
const truth = Float64Array.from({ length: predictors }, draw.normal);
const columns = Object.fromEntries(x.map((values, k) => [`x${k}`, values]));
const eta = Float64Array.from({ length: rows }, (_, i) =>
  x.reduce((sum, column, k) => sum + truth[k] * column[i], 0.3),
);

describe.each(["wasm", "js"] as const)("on %s", (backend) => {
  it.each([1, 3])("rows by the %i give the conjugate posterior", async (batch) => {
    const model = compile(
      'data x : real[p] from "x*"\ndata y : real\nparam a : real ~ Normal(0, 3)\nparam b : real[p] ~ Normal(0, 1)\ny ~ Normal(a + b @ x, 0.7)\n',
    );
    const y = eta.map((mean) => mean + 0.7 * draw.normal());
    const found = await stream(model, { ...columns, y }, { backend, batch, warmup: 100 });
    const design = new Matrix(Array.from({ length: rows }, (_, i) => [1, ...x.map((column) => column[i])]));
    const prior = Matrix.diag([1 / 9, ...x.map(() => 1)]);
    const precision = design.transpose().mmul(design).div(0.49).add(prior);
    const score = design
      .transpose()
      .mmul(Matrix.columnVector([...y]))
      .div(0.49);
    const mean = solve(precision, score).to1DArray();
    const covariance = solve(precision, Matrix.eye(predictors + 1));
    for (const [k, p] of found.parameters.entries()) {
      const sd = Math.sqrt(covariance.get(k, k));
      expect(Math.abs(p.estimate - mean[k]) / sd, `${p.name} ${k}`).toBeLessThan(1e-9);
      expect(Math.abs(p.se / sd - 1), `${p.name} ${k}`).toBeLessThan(1e-9);
    }
  });
});

it("counts come out as in large batches, near enough", async () => {
  const model = compile(
    'data x : real[p] from "x*"\ndata y : count\nparam a : real ~ Normal(0, 3)\nparam b : real[p] ~ Normal(0, 0.2)\ny ~ Poisson(log: a + 0.1 * (b @ x))\n',
  );
  const y = eta.map((mean) => Math.max(0, Math.floor(1.5 + Math.tanh(mean) + draw.uniform())));
  const single = await stream(model, { ...columns, y }, { batch: 1, warmup: 200 });
  const many = await stream(model, { ...columns, y }, { batch: 100, warmup: 200 });
  for (const [k, p] of single.parameters.entries()) {
    expect(Math.abs(p.estimate - many.parameters[k].estimate)).toBeLessThan(0.05 * p.se);
    expect(Math.abs(p.se / many.parameters[k].se - 1)).toBeLessThan(0.01);
  }
});
