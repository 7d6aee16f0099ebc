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
    ["100,000 sites", sites, visits, "321 GB"],
    ["50,500 weights", network, signals, "81.7 GB"],
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

/** Reads a budget as it is written. */
const budgetOf = (text: string): object => flowOption("budget", text, null).options.budget ?? {};

test.each([
  ["4 KB", "auto"],
  ["1 ns per row", "auto"],
  ["100 ns per batch", "auto"],
  ["2 flops per row", "auto"],
  ["4 KB, 1 ns per row", "auto"],
  ["5 us per row, 100 ns per batch", "auto"],
  ["4 KB", "full"],
  ["1 ns per row", "full"],
  ["1 ns per batch", "diagonal"],
] as const)("a budget of %s for structure %s is refused with one that is kept", (text, kind) => {
  const structure = [{ kind, parameters: null }];
  const [refused] = planned(wide, dims, { budget: budgetOf(text), structure }).diagnostics;
  expect(refused.code).toBe("FF420");
  const [, enough = ""] = /aise the budget to (.*)\.$/.exec(refused.hint ?? "") ?? [];
  expect(enough).not.toBe("");
  // of what was said to be too little, and of nothing else
  for (const unit of ["B", "row", "batch", "flops"]) if (enough.includes(unit)) expect(text).toContain(unit);
  const said = { ...budgetOf(text), ...budgetOf(enough.replaceAll(" and ", ", ").replaceAll(/(\d),(\d)/g, "$1$2")) };
  expect(planned(wide, dims, { budget: said, structure }).plan).not.toBeNull();
  expect(refused.message.includes("least that can be had")).toBe(kind === "auto");
  expect(refused.message.includes("`structure full`")).toBe(kind === "full");
});

test("both times of a budget hold", () => {
  const { plan } = planned(wide, dims, { budget: { secondsPerRow: 5e-6, secondsPerBatch: 2e-4 } });
  expect(plan?.secondsPerRow).toBeLessThan(5e-6);
  expect((plan?.secondsPerRow ?? 1) * (plan?.batchRows ?? 1)).toBeLessThan(2e-4);
});

test.each([
  ["budget", "5 ms per row, 6 ms per row", "two limits in time per row"],
  ["budget", "5 MB, 6 KB", "two limits in bytes"],
  ["structure", "block for a, block for a b", "`a` is named twice"],
  ["structure", "full, full", "only the last can be one"],
])("%s %s says two things, and which", (key, text, why) => {
  const [{ code, hint }] = flowOption(key, text, null).diagnostics;
  expect(code).toBe("FF410");
  expect(hint).toContain(why);
});

const geometric = (lines: string): string => `distribution Geo(p: unit) on count {
  logpdf(y) = log(p) + y * log1p(-p)
${lines}}
data c : count
param p : unit
c ~ Geo(p)
`;

test("what is done for a family without `fisher` is noted, as sampled information, too", () => {
  const notes = (lines: string, information: "expected" | "sampled"): string =>
    (planned(geometric(lines), {}, { information }).plan?.notes ?? []).join("; ");
  const moments = "  mean = (1 - p) / p\n  variance = (1 - p) / p^2\n";
  expect(notes("", "expected")).toMatch(/the scores themselves are used/);
  expect(notes("", "sampled")).toMatch(/nothing to draw from.*the scores themselves are used/);
  expect(notes(moments, "expected")).toMatch(/summed over 64 responses/);
  const said = (lines: string): string =>
    compile(geometric(lines))
      .diagnostics.map((d) => d.message)
      .join("; ");
  expect(said("")).toMatch(/the empirical information is used/);
  expect(said(moments)).toMatch(/is summed over the responses/);
});
