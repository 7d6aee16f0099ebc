// A state that still holds its first rows predicts, scores and shows as if they had been fitted.

import { expect, test } from "vitest";
import { compile, fit, loadState, predict, score, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const model = compile(`
  data x : real
  data y : count
  param a : real ~ Normal(0, 2)
  param b : real ~ Normal(0, 2)
  y ~ Poisson(log: a + b * x)
`);

function rows(count: number): { x: number; y: number }[] {
  const { normal, uniform } = random(5, "held");
  return Array.from({ length: count }, () => {
    const x = normal();
    const limit = Math.exp(-Math.exp(1 + 0.4 * x));
    let y = 0;
    for (let product = uniform(); product > limit; product *= uniform()) y++;
    return { x, y };
  });
}

test("rows that are held count", async () => {
  const data = rows(120);
  let state = new Uint8Array(0);
  const onState = (bytes: Uint8Array): void => {
    state = bytes.slice();
  };
  await stream(model, data, { onState });
  expect(loadState(state).state.heldRows).toBe(120);
  let fitted = new Uint8Array(0);
  await fit(model, data, {
    onState: (bytes) => {
      fitted = bytes.slice();
    },
  });
  const [own, whole] = [await score(state, data), await score(fitted, data)];
  const meanOf = async (from: Uint8Array): Promise<number[]> => {
    const means: number[] = [];
    for await (const batch of predict(from, data)) {
      means.push(...batch.statements[0].mean);
    }
    return means;
  };
  const [a, b] = [await meanOf(state), await meanOf(fitted)];
  for (const [k, mean] of a.entries()) expect(Math.abs(mean / b[k] - 1)).toBeLessThan(1e-6);
  expect(own.logScore.sum).toBeCloseTo(whole.logScore.sum, 4);
});
