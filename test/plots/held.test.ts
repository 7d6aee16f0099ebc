// What plots show of predictions is what their scores say: independent counts over the predictions themselves.

import { expect, it } from "vitest";
import { compile, fit, heldOut, predict, score } from "../../src/index.ts";
import { rows, stateOf } from "./data.ts";

async function saved(text: string, data: Record<string, (string | number)[]>): Promise<Uint8Array> {
  let state = new Uint8Array();
  const onState = (bytes: Uint8Array): void => {
    state = Uint8Array.from(bytes);
  };
  await fit(compile(text), data, { onState });
  return state;
}

it("counts of a number what falls where in its predictive distribution", async () => {
  const data = rows(1300, 5);
  const state = await stateOf("fit");
  const [held] = await heldOut(state, data);
  const places: number[] = [];
  for await (const { statements } of predict(state, data, { observed: true }))
    places.push(...(statements[0].placed?.at ?? []));
  expect(held.count).toBe(1300);
  for (const { probability, covered } of held.coverage ?? [])
    expect(covered).toBeCloseTo(places.filter((u) => Math.abs(u - 0.5) <= probability / 2).length / 1300, 12);
  for (const [k, count] of (held.pit ?? []).entries())
    expect(count).toBeCloseTo(places.filter((u) => Math.floor(20 * u) === k).length, 9);
  const report = await score(state, data);
  expect(held.coverage?.find(({ probability }) => probability === 0.95)?.covered).toBe(report.statements[0].coverage);
  expect(held.scores.find(({ name }) => name === "RMSE")?.value).toBe(report.statements[0].rmse);
});

it("keeps some of the predictions, evenly over the rows", async () => {
  const [{ predictions }] = await heldOut(await stateOf("fit"), rows(5000, 5));
  expect(predictions.length).toBeGreaterThan(299);
  expect(predictions.length).toBeLessThan(600);
  const steps = predictions.slice(1).map(({ row }, k) => row - predictions[k].row);
  expect(new Set(steps).size).toBe(1);
  expect(predictions[0].row).toBe(1);
  for (const { lower, predicted, upper } of predictions) expect(lower < predicted && predicted < upper).toBe(true);
});

it("counts levels that came against the most probable ones", async () => {
  const { x, sales } = rows(600, 1) as { x: number[]; sales: number[] };
  const [low, high] = [200, 400].map((k) => [...sales].sort((a, b) => a - b)[k]);
  const data = { x, size: sales.map((s) => (s > high ? "large" : s > low ? "middle" : "small")) };
  const text = `data x : real
data size : category
param a : real[size] ~ Normal(0, 2)
param b : real[size] ~ Normal(0, 2)
size ~ Categorical(logits: a + b * x)
`;
  const state = await saved(text, data);
  const [held] = await heldOut(state, data);
  const { levels, counts } = held.confusion ?? { levels: [], counts: [] };
  expect([...levels].sort()).toEqual(["large", "middle", "small"]);
  for (const [k, level] of levels.entries())
    expect(counts[k].reduce((sum, n) => sum + n, 0)).toBe(data.size.filter((s) => s === level).length);
  const [scored] = (await score(state, data)).statements;
  const right = counts.reduce((sum, row, k) => sum + row[k], 0);
  expect(right / 600).toBeCloseTo(scored.accuracy ?? 0, 12);
  expect(held.reliability).toEqual(scored.calibration);
  expect([held.coverage, held.pit, held.predictions]).toEqual([null, null, []]);
});

it("says nothing of a model without its rows", async () => {
  await expect(heldOut(await stateOf("fit"), { x: [1], shop: ["shop 1"] })).rejects.toThrow();
});
