// Designs against information matrices written out: gains of categories and of logistic rows, joint choices against all sets.

import { expect, test } from "vitest";
import { compile, DataError, design, fit, loadState } from "../../src/index.ts";
import { choleskyOf } from "./given.ts";

type Rows = readonly Readonly<Record<string, number | string>>[];

async function learnt(model: ReturnType<typeof compile>, rows: Rows): Promise<Uint8Array> {
  let state = new Uint8Array();
  await fit(model, rows, {
    onState: (bytes) => {
      state = bytes as Uint8Array<ArrayBuffer>;
    },
  });
  return state;
}

function logDeterminant(matrix: readonly number[], n: number): number {
  const root = choleskyOf(matrix, n);
  return Array.from({ length: n }, (_, i) => 2 * Math.log(root[i * n + i]!)).reduce((a, b) => a + b, 0);
}

test("a category's row gains what its information, with all correlations of the classes, says", async () => {
  const model = compile(
    "data y : category\ndata x : real\nparam w : real[y] ~ Normal(0, 1)\nparam v : real[y] ~ Normal(0, 1)\ny ~ Categorical(logits: w + v * x)",
  );
  const rows = Array.from({ length: 40 }, (_, k) => ({ y: "abc"[(k * 7) % 3]!, x: Math.sin(k) }));
  const state = await learnt(model, rows);
  const loaded = loadState(state);
  const phi = loaded.state.tensors.get("phi")!;
  const order = loaded.state.blocks.flatMap((b) => b.parameters);
  const first = (name: string): number => 3 * order.indexOf(name);
  const information = (x: number): number[] => {
    const logits = [0, 1, 2].map((k) => phi[first("w") + k]! + phi[first("v") + k]! * x);
    const sum = logits.reduce((s, l) => s + Math.exp(l), 0);
    const p = logits.map((l) => Math.exp(l) / sum);
    const slope = (i: number, k: number): number => {
      if (i === first("w") + k) return 1;
      return i === first("v") + k ? x : 0;
    };
    return Array.from({ length: 36 }, (_, at) => {
      const [i, j] = [Math.floor(at / 6), at % 6];
      let total = 0;
      for (let k = 0; k < 3; k++)
        for (let l = 0; l < 3; l++) total += slope(i, k) * ((k === l ? p[k]! : 0) - p[k]! * p[l]!) * slope(j, l);
      return total;
    });
  };
  const before = Array.from({ length: 36 }, (_, at) => (at % 7 === 0 ? 1 : 0));
  for (const { x } of rows) for (const [at, value] of information(x).entries()) before[at]! += value;
  const after = (x: number): number[] => information(x).map((value, at) => value + before[at]!);
  const candidates = [{ x: 0 }, { x: 2 }, { x: -4 }];
  const report = await design(state, candidates);
  for (const { row, gain } of report.rows) {
    const { x } = candidates[row - 1]!;
    expect(gain).toBeCloseTo(0.5 * (logDeterminant(after(x), 6) - logDeterminant(before, 6)), 7);
  }
});

test("a joint choice is worth what the information of its rows says, and beats the rows that are best alone", async () => {
  const model = compile(
    "data x : real\ndata z : real\ndata y : binary\nparam a : real ~ Normal(0, 2)\nparam b : real ~ Normal(0, 2)\nparam c : real ~ Normal(0, 2)\ny ~ Bernoulli(logit: a + b * x + c * z)",
  );
  const rows = Array.from({ length: 30 }, (_, k) => ({
    x: Math.sin(k),
    z: Math.cos(3 * k),
    y: Math.sin(5 * k) + Math.sin(k) > 0 ? 1 : 0,
  }));
  const state = await learnt(model, rows);
  const candidates = Array.from({ length: 60 }, (_, k) => ({ x: 3 * Math.sin(1.3 * k), z: 3 * Math.cos(2.1 * k) }));
  const together = await design(state, candidates, { choose: 4 });
  const alone = await design(state, candidates, { top: 4 });
  const loaded = loadState(state);
  const phi = loaded.state.tensors.get("phi")!;
  const order = loaded.state.blocks.flatMap((b) => b.parameters);
  const value = (name: string): number => phi[order.indexOf(name)]!;
  const add = (matrix: number[], x: number, z: number): void => {
    const p = 1 / (1 + Math.exp(-(value("a") + value("b") * x + value("c") * z)));
    const slopes = [1, x, z];
    for (let at = 0; at < 9; at++) matrix[at]! += p * (1 - p) * slopes[Math.floor(at / 3)]! * slopes[at % 3]!;
  };
  const before = [0.25, 0, 0, 0, 0.25, 0, 0, 0, 0.25];
  for (const { x, z } of rows) add(before, x, z);
  const worth = (numbers: readonly number[]): number => {
    const after = [...before];
    for (const row of numbers) add(after, candidates[row - 1]!.x, candidates[row - 1]!.z);
    return 0.5 * (logDeterminant(after, 3) - logDeterminant(before, 3));
  };
  const chosen = together.rows.map((r) => r.row);
  expect(new Set(chosen).size).toBe(4);
  expect(together.totalGain).toBeCloseTo(worth(chosen), 7);
  expect(together.totalGain!).toBeGreaterThanOrEqual(worth(alone.rows.map((r) => r.row)) - 1e-12);
  // each step is the best there is
  for (let step = 0; step < 4; step++) {
    const so = chosen.slice(0, step);
    const best = Math.max(...candidates.map((_, k) => (so.includes(k + 1) ? 0 : worth([...so, k + 1]))));
    expect(worth(chosen.slice(0, step + 1))).toBeCloseTo(best, 9);
  }
});

test("what can't be weighed beforehand is refused", async () => {
  const model = compile("data x : real\ndata y : real\nparam a : real ~ Normal(0, 1)\nfactor -0.5 * (y - a * x)^2");
  const state = await learnt(model, [
    { x: 1, y: 1 },
    { x: 2, y: 1 },
  ]);
  const found = design(state, [{ x: 1, y: 1 }]);
  await expect(found).rejects.toThrow(DataError);
  await expect(found).rejects.toThrow(/FF554/);
});
