// How a log-likelihood bends beyond its quadratic, against closed forms, and what a merge makes of it.

import { expect, test } from "vitest";
import { compile, fit } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";
import { decodeState } from "../../src/runtime/index.ts";

async function bendOf(source: string, data: Record<string, readonly number[]>): Promise<Float64Array | undefined> {
  let bytes = new Uint8Array(0);
  await fit(compile(source), data, {
    onState: (saved) => {
      bytes = saved.slice();
    },
  });
  const decoded = decodeState(bytes, "saved");
  if (decoded.kind !== "state") throw new Error("no state");
  return decoded.state.tensors.get("bend");
}

const { normal } = random(11, "bend");
const x = Array.from({ length: 4000 }, () => normal());

test("a logarithm of a rate: T = −I, so that it is −½", async () => {
  const y = x.map((_, i) => [2, 4, 3, 5, 6][i % 5] as number);
  const [bend] = (await bendOf("data y : count\nparam a : real\ny ~ Poisson(log: a)", { y })) as Float64Array;
  // differences over a standard error leave its fourth order
  expect(bend).toBeCloseTo(-0.5, 3);
});

test("log odds: half the slope of the variance over the variance, at p = ¼", async () => {
  const y = x.map((_, i) => (i % 4 === 0 ? 1 : 0));
  const [bend] = (await bendOf("data y : binary\nparam a : real\ny ~ Bernoulli(logit: a)", { y })) as Float64Array;
  // T = −n p (1 − p) (1 − 2p), I = n p (1 − p)
  expect(bend).toBeCloseTo(-0.5 * (1 - 2 * 0.25), 3);
});

test("a line has none", async () => {
  const y = x.map((v) => 1 + v + 0.3 * normal());
  const bend = await bendOf(
    "data x : real\ndata y : real\nparam a : real\nparam b : real\ny ~ Normal(a + b * x, 0.3)",
    {
      x,
      y,
    },
  );
  for (const value of bend ?? []) expect(Math.abs(value)).toBeLessThan(1e-7);
});
