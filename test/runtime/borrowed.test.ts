// Streams of models large enough that steps borrow the memory's information, and that what these leave is ended by one step
// with the batch's own: they end where exact arithmetic, or steps that go on to the last digits, end.

import { expect, test } from "vitest";
import { inverse } from "../../bench/logistic.ts";
import { compile, stream } from "../../src/index.ts";
import { numbers } from "../kernels/made.ts";

const [predictors, rows] = [40, 3000];
const names = Array.from({ length: predictors }, (_, k) => `x${k + 1}`).join(", ");
const source = (response: string, likelihood: string): string => `data x : real[${predictors}] from [${names}]
data y : ${response}
param base : real ~ Normal(0, 1)
param w : real[${predictors}] ~ Normal(0, 1)
y ~ ${likelihood}
`;

/** Predictors between −1 and 1, and what they add up to. */
function made(): { readonly columns: Record<string, Float64Array>; readonly sums: Float64Array; next: () => number } {
  const next = numbers(40);
  const effects = Array.from({ length: predictors }, next);
  const sums = new Float64Array(rows);
  const columns: Record<string, Float64Array> = {};
  for (const [k, effect] of effects.entries()) {
    const column = Float64Array.from({ length: rows }, next);
    for (let i = 0; i < rows; i++) sums[i]! += effect * column[i]!;
    columns[`x${k + 1}`] = column;
  }
  return { columns, sums, next };
}

const options = { watch: "off", prequential: "off", structure: "full" } as const;

test.each([1, 50, 300])("linear with known noise, batches of %i: the posterior", async (batch) => {
  const { columns, sums, next } = made();
  columns.y = sums.map((s) => s + next());
  const model = compile(source("real", "Normal(base + w @ x, 1)"));
  const { parameters } = await stream(model, columns, { ...options, batch });
  const z = [new Float64Array(rows).fill(1), ...Array.from({ length: predictors }, (_, k) => columns[`x${k + 1}`]!)];
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, x, i) => total + x * b[i]!, 0);
  const covariance = inverse(z.map((a, j) => z.map((b, k) => dot(a, b) + (j === k ? 1 : 0))));
  const right = z.map((a) => dot(a, columns.y!));
  for (const [k, { estimate, se }] of parameters.entries()) {
    const exact = covariance[k]!.reduce((total, c, j) => total + c * right[j]!, 0);
    expect(Math.abs(estimate - exact) / se!).toBeLessThan(1e-9);
    expect(Math.abs(se! / Math.sqrt(covariance[k]![k]!) - 1)).toBeLessThan(1e-9);
  }
});

test.each(["wasm", "js"] as const)("logistic on %s: as far as steps to the last digits go", async (backend) => {
  const { columns, sums, next } = made();
  columns.y = sums.map((s) => (0.5 + 0.5 * next() < 1 / (1 + Math.exp(-s)) ? 1 : 0));
  const model = compile(source("binary", "Bernoulli(logit: base + w @ x)"));
  const usual = await stream(model, columns, { ...options, batch: 250, backend });
  const last = await stream(model, columns, { ...options, batch: 250, backend, tolerance: 1e-15 });
  for (const [k, { estimate, se }] of usual.parameters.entries()) {
    expect(Math.abs(estimate - last.parameters[k]!.estimate) / se!).toBeLessThan(1e-3);
    expect(Math.abs(se! / last.parameters[k]!.se! - 1)).toBeLessThan(1e-4);
  }
});
