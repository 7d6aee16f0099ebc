// A model keeps what it built: asked for the same again it builds nothing, and answers as if it had.

import { expect, test } from "vitest";
import { compile, fit, type Rows, stream } from "../../src/index.ts";

const source = `
  data x : real[p] from "x*"
  data y : binary
  param base : real
  param w : real[p] ~ Normal(0, 2)
  y ~ Bernoulli(logit: base + w @ x)
`;

function table(width: number, seed: number): Rows {
  const rows = 400;
  const column = (k: number) => Float64Array.from({ length: rows }, (_, i) => Math.sin((i + seed) * (k + 1.7)));
  const y = Float64Array.from({ length: rows }, (_, i) => (Math.cos(i * 1.1 + seed) > 0.2 ? 1 : 0));
  return { ...Object.fromEntries(Array.from({ length: width }, (_, k) => [`x${k + 1}`, column(k)])), y };
}

test("a design is made once for the same sizes and wishes, and flows do not meet in it", async () => {
  const model = compile(source);
  const { updates: designs } = model.compiled.designs;
  const asked = [
    [2, 1, fit],
    [3, 1, fit],
    [2, 5, fit],
    [2, 1, stream],
    [2, 1, fit],
  ] as const;
  for (const [width, seed, work] of asked) {
    const before = [...designs.values()];
    const found = await work(model, table(width, seed), { structure: "full" });
    const fresh = await work(compile(source), table(width, seed), { structure: "full" });
    expect(found.parameters).toEqual(fresh.parameters);
    expect(found.plan).toEqual(fresh.plan);
    expect(before.every((design) => [...designs.values()].includes(design))).toBe(true);
  }
  expect(new Set([...designs.values()].map(({ step }) => step.size))).toEqual(new Set([3, 4]));
  const kept = designs.size;
  await fit(model, table(2, 9), { structure: "full" });
  expect(designs.size).toBe(kept);
});

test("no more than a few designs are kept", async () => {
  const model = compile(source);
  for (let width = 1; width <= 12; width++) await fit(model, table(width, 2));
  expect(model.compiled.designs.updates.size).toBeLessThanOrEqual(8);
});
