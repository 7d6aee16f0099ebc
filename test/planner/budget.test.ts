// Budgets: what is held stays below them, batches shrink where that helps, and what can't fit is refused with its size
// before anything is allocated.

import { describe, expect, test } from "vitest";
import { CompileError, compile, flowOption, stream } from "../../src/index.ts";
import { planned } from "./planned.ts";

const megabyte = 1e6;
const budget = { bytes: 64 * megabyte };

const levels = 100_000;
const sites = compile(`
  data site : category
  data y : count
  param base : real ~ Normal(0, 1)
  param effect : real[site] ~ Normal(0, 1)
  y ~ Poisson(log: base + effect[site])
`);
const visits = {
  site: Array.from({ length: levels }, (_, i) => `s${i}`),
  y: Float64Array.from({ length: levels }, (_, i) => i % 3),
};

const network = compile(`
  data x : real[p] from "x*"
  data y : real
  param W : real[500, p] ~ Normal(0, 0.5) init sample Normal(0, 0.1)
  param v : real[500] ~ Normal(0, 0.5) init sample Normal(0, 0.05)
  y ~ Normal(v @ tanh(W @ x), 1)
`);
const inputs = 100;
const rows = 40;
const signals = {
  ...Object.fromEntries(
    Array.from({ length: inputs }, (_, k) => [
      `x${k + 1}`,
      Float64Array.from({ length: rows }, (_, i) => Math.sin(i * (k + 1))),
    ]),
  ),
  y: Float64Array.from({ length: rows }, (_, i) => Math.cos(i)),
};

describe("64 MB", () => {
  test("hold an effect for each of 100,000 sites, exactly", async () => {
    const plan = await sites.plan({ budget }, visits);
    expect(plan.blocks.map((b) => b.structure)).toEqual(["arrow"]);
    expect(plan.bytes).toBeLessThan(budget.bytes);
    const { rows: taken, plan: used } = await stream(sites, visits, { budget, warmup: 1000, inner: 1 });
    expect(taken).toBe(levels);
    expect(used.bytes).toBeLessThan(budget.bytes);
  });

  test("hold a network of 50,500 weights", async () => {
    const plan = await network.plan({ budget }, signals);
    expect(plan.blocks.map((b) => b.structure)).toEqual(["kronecker", "diagonal"]);
    expect(plan.bytes).toBeLessThan(budget.bytes);
    const summary = await stream(network, signals, { budget, rate: { kind: "constant", start: 0.1 }, damping: 0.1 });
    expect(summary.rows).toBe(rows);
  });

  test.each([
    ["100,000 sites", sites, visits, "322 GB"],
    ["50,500 weights", network, signals, "82.5 GB"],
  ] as const)("refuse full information for %s, with its bytes, before any is allocated", async (_, model, data, size) => {
    const before = process.memoryUsage().arrayBuffers;
    const refused = await stream(model, data, { structure: "full", budget }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(CompileError);
    const [{ code, message }] = (refused as CompileError).diagnostics;
    expect(code).toBe("FF420");
    expect(message).toContain(size);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(budget.bytes);
  });
});

const wide = `
  data x : real[p] from "x*"
  data y : real
  param w : real[p] ~ Normal(0, 1)
  y ~ Normal(w @ x, 1)
`;
const dims = { p: 400, x: 400 };

test("a budget in time is met by what is quicker, in bytes by smaller batches first", () => {
  const free = planned(wide, dims).plan;
  expect(free?.blocks[0]?.structure).toBe("full");
  const quick = planned(wide, dims, { budget: { secondsPerRow: 5e-6 } }).plan;
  expect(quick?.secondsPerRow).toBeLessThan(5e-6);
  expect(quick?.blocks[0]?.structure).not.toBe("full");
  const small = planned(wide, dims, { budget: { bytes: 6.5 * megabyte } }).plan;
  expect(small?.blocks[0]?.structure).toBe("full");
  expect(small?.batchRows).toBeLessThan(free?.batchRows ?? 0);
  const batch = planned(wide, dims, { budget: { secondsPerBatch: 1e-3 } }).plan;
  expect((batch?.secondsPerRow ?? 1) * (batch?.batchRows ?? 1)).toBeLessThan(1e-3);
});

test("any budget takes what loses nothing, whatever it takes", () => {
  const large = { p: 5000, x: 5000 };
  expect(planned(wide, large).plan?.blocks[0]?.structure).not.toBe("full");
  expect(planned(wide, large, { budget: { any: true } }).plan?.blocks[0]?.structure).toBe("full");
});

test.each([
  ["any", { any: true }],
  ["2 MB", { bytes: 2e6 }],
  ["5 us per row", { secondsPerRow: 5e-6 }],
  ["10 ms per batch", { secondsPerBatch: 0.01 }],
  ["64 MB, 400 flops per row", { bytes: 64e6, flopsPerRow: 400 }],
] as const)("budget %s", (text, found) => {
  const { options, diagnostics } = flowOption("budget", text, null);
  expect(diagnostics).toEqual([]);
  expect(options.budget).toEqual(found);
});

test.each(["any, 2 MB", "any 2", "2 MB per row", "10 ms per year", "per batch"])("budget %s is not one", (text) => {
  expect(flowOption("budget", text, null).diagnostics).toHaveLength(1);
});
