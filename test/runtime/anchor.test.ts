// Plain steps that are held to what an earlier flow knows: they come to the joint fit of both tasks, where without the
// anchor they come to the second alone; and what they were held to is saved with them.

import { expect, test } from "vitest";
import { compile, fit, type RunOptions, type Summary, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";
import { decodeState } from "../../src/runtime/index.ts";

const model = compile(`
  data x : real
  data y : binary
  param a : real ~ Normal(0, 5)
  param b : real ~ Normal(0, 5)
  y ~ Bernoulli(logit: a + b * x)
`);
const { normal, uniform } = random(17, "anchor");
const task = (rows: number, a: number, b: number): { x: Float64Array; y: Float64Array } => {
  const x = Float64Array.from({ length: rows }, () => normal());
  return { x, y: x.map((v) => (uniform() < 1 / (1 + Math.exp(-a - b * v)) ? 1 : 0)) };
};
const [first, second] = [task(2000, 0.5, 1), task(1000, 0.2, 1.3)];
const both = {
  x: Float64Array.from([...first.x, ...second.x]),
  y: Float64Array.from([...first.y, ...second.y]),
};

async function saved(
  work: typeof fit,
  data: Record<string, unknown>,
  options: RunOptions = {},
): Promise<{ summary: Summary; state: Uint8Array }> {
  let state = new Uint8Array(0);
  const onState = (bytes: Uint8Array): void => {
    state = bytes.slice();
  };
  return { summary: await work(model, data, { ...options, onState }), state };
}

/** The largest distance in standard errors of the other. */
function away(found: Summary, other: Summary): number {
  return Math.max(...other.parameters.map((p, k) => Math.abs((found.parameters[k].estimate - p.estimate) / p.se)));
}

const plain: RunOptions = { passes: 30, batch: 100, rate: { kind: "cosine", start: 0.5 } };

test.each(["full", "diagonal"] as const)("%s: steps come to the fit of both tasks", async (structure) => {
  const alone = await fit(model, second, { structure });
  const { state } = await saved(fit, first, { structure });
  const joint = structure === "full" ? await fit(model, both) : await fit(model, second, { structure, from: state });
  const held = await saved(stream, second, { ...plain, structure, from: state });
  expect(away(held.summary, joint)).toBeLessThan(0.15);
  for (const [k, p] of joint.parameters.entries())
    expect(Math.abs(held.summary.parameters[k].se / p.se - 1)).toBeLessThan(0.05);
  const free = await stream(model, second, { ...plain, structure, from: state, importance: 0 });
  expect(away(free, alone)).toBeLessThan(0.15);
  // rows that are gone over thirty times count once
  for (const [k, p] of alone.parameters.entries())
    expect(Math.abs(free.parameters[k].se / p.se - 1)).toBeLessThan(0.03);
  expect(away(free, joint)).toBeGreaterThan(0.5);
  const decoded = decodeState(held.state, "saved");
  expect(decoded.kind === "state" && decoded.state.tensors.has("anchor memory")).toBe(true);
});

test("what a flow with an anchor knows is both tasks'", async () => {
  const third = task(500, 0.8, 0.7);
  const all = { x: Float64Array.from([...both.x, ...third.x]), y: Float64Array.from([...both.y, ...third.y]) };
  const joint = await fit(model, all);
  const start = (await saved(fit, first)).state;
  const middle = (await saved(stream, second, { ...plain, from: start })).state;
  expect(away(await fit(model, third, { from: middle }), joint)).toBeLessThan(0.3);
});
