// Levels that were not there when the model learnt, data that only responses need, conditions, vectors, missing responses.

import { expect, test } from "vitest";
import { compile, DataError, fit, loadState, predict, score } from "../../src/index.ts";
import type { Data, PredictOptions, StatementPrediction } from "../../src/session/index.ts";

async function learnt(model: ReturnType<typeof compile>, data: Data): Promise<Uint8Array> {
  let state = new Uint8Array();
  await fit(model, data, {
    onState: (bytes) => {
      state = bytes as Uint8Array<ArrayBuffer>;
    },
  });
  return state;
}

async function first(state: Uint8Array, data: Data, options: PredictOptions = {}): Promise<StatementPrediction> {
  for await (const batch of predict(state, data, options)) return batch.statements[0]!;
  throw new Error("no rows");
}

const groups = compile(`
data g : category
data y : real
param base : real ~ Normal(0, 10)
param effect : real[g] ~ Normal(0.5, 2)
y ~ Normal(base + effect[g], 1)
`);
const rows = Array.from({ length: 30 }, (_, k) => ({ g: "abc"[k % 3], y: (k % 3) + Math.sin(k) }));

test("a new level is an error that names row and level", async () => {
  const state = await learnt(groups, rows);
  const found = first(state, [{ g: "a" }, { g: "z" }]);
  await expect(found).rejects.toThrow(DataError);
  await expect(found).rejects.toThrow(/FF504.*Row 2.*"z"/s);
});

test("with `prior` its effect is known by the prior alone, and other rows are as before", async () => {
  const state = await learnt(groups, rows);
  const before = await first(state, [{ g: "a" }, { g: "c" }]);
  const found = await first(state, [{ g: "a" }, { g: "z" }, { g: "c" }], { newLevel: "prior" });
  for (const [k, at] of [0, 2].entries()) {
    expect(found.mean[at]).toBeCloseTo(before.mean[k]!, 10);
    expect(found.sd[at]).toBeCloseTo(before.sd[k]!, 8);
  }
  const loaded = loadState(state);
  const [size, base] = [4, 0];
  expect(loaded.state.tensors.get("phi")!.length).toBe(size);
  const phi = loaded.state.tensors.get("phi")!;
  const places = loaded.state.blocks.flatMap((b) => b.parameters);
  const basePlace = places.indexOf("base") === 0 ? 0 : size - 1;
  expect(found.mean[1]).toBeCloseTo(phi[basePlace]! + 0.5, 8);
  // Var base of a normal model is the inverse of the precision matrix: base with three effects
  const prior = [1 / 100, 1 / 4, 1 / 4, 1 / 4];
  const counts = [30, 10, 10, 10];
  const schur =
    counts[0]! + prior[0]! - [1, 2, 3].reduce((sum, k) => sum + counts[k]! ** 2 / (counts[k]! + prior[k]!), 0);
  const variance = 1 / schur + 4 + 1;
  expect(found.sd[1]! ** 2).toBeCloseTo(variance, 6);
  expect(base).toBe(0);
});

test("a flat prior, or a sum over levels, refuses new levels", async () => {
  const flat = compile("data g : category\ndata y : real\nparam effect : real[g]\ny ~ Normal(effect[g], 1)");
  const summed = compile(
    "data g : category\ndata y : real\nparam effect : real[g] ~ Normal(0, 1)\ny ~ Normal(effect[g] - mean(effect), 1)",
  );
  for (const [model, why] of [
    [flat, /FF553.*no prior/s],
    [summed, /FF553.*sums over its levels/s],
  ] as const) {
    const state = await learnt(model, rows);
    await expect(first(state, [{ g: "z" }], { newLevel: "prior" })).rejects.toThrow(why);
  }
});

test("rows need no response to be foretold, and must have one to be scored", async () => {
  const state = await learnt(groups, rows);
  await expect(score(state, [{ g: "a" }])).rejects.toThrow(/FF501.*`y`/s);
  expect((await first(state, [{ g: "a" }])).mean.length).toBe(1);
});

test("a state of another model is refused", async () => {
  const state = await learnt(groups, rows);
  const other = compile("data y : real\nparam a : real\ny ~ Normal(a, 1)");
  expect(() => predict(state, [{ y: 1 }], { model: other })).toThrow(/FF532/);
});

test("statements apply where their condition holds; one about the response itself is taken to hold", async () => {
  const hurdle = compile(
    `
data x : real
data y : count
param a : real
param b : real
param r : positive
(if y > 0 then 1 else 0) ~ Bernoulli(logit: a)
y ~ Poisson(r) when y > 0
y ~ Normal(b * x, 1) when x > 0
`
      .replace("(if y > 0 then 1 else 0) ~ Bernoulli(logit: a)\n", "")
      .replace("param a : real\n", ""),
  );
  const data = Array.from({ length: 20 }, (_, k) => ({ x: (k % 5) - 2, y: k % 4 }));
  const state = await learnt(hurdle, data);
  for await (const { statements } of predict(state, [{ x: -1 }, { x: 2 }])) {
    expect(statements[0]!.applies).toBeNull();
    expect([...statements[1]!.applies!]).toEqual([0, 1]);
  }
});

test("vectors of responses have a distribution an element, and a missing response is not scored", async () => {
  const vector = compile('data y : real[p] from "y*"\nparam m : real[p] ~ Normal(0, 10)\ny ~ Normal(m, 2)');
  const state = await learnt(vector, [
    { y1: 1, y2: 5 },
    { y1: 3, y2: 7 },
  ]);
  const { statements } = await score(state, [{ y1: 2, y2: 6 }]);
  expect(statements[0]!.count).toBe(2);

  const optional = compile("data x : real\ndata y : real?\nparam a : real\nparam b : real\ny ~ Normal(a + b * x, 1)");
  const rowsWithGaps = [0, 1, 2, 3].map((x) => ({ x, y: x === 2 ? null : x }));
  const learned = await learnt(optional, rowsWithGaps);
  const report = await score(learned, rowsWithGaps);
  expect(report.statements[0]!.count).toBe(3);
  expect(report.rows).toBe(4);
});

test("rows that can't be foretold stop with their number, or are left out and counted", async () => {
  const model = compile("data x : real\ndata y : real\nparam a : real\ny ~ Normal(a * log(x), 1)");
  const state = await learnt(model, [
    { x: 1, y: 0 },
    { x: 2, y: 1 },
    { x: 3, y: 1 },
  ]);
  const data = [{ x: 1 }, { x: -1 }, { x: 2 }];
  await expect(first(state, data)).rejects.toThrow(/FF552.*Row 2/s);
  const predictions = predict(state, data, { onBadRow: "skip" });
  const numbers: number[] = [];
  for await (const batch of predictions) numbers.push(...batch.numbers);
  expect(numbers).toEqual([1, 3]);
  expect(predictions.skipped()).toBe(1);
});
