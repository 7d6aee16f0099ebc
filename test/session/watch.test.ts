// The honesty watch of a stream: what it says and when, that it leaves the flow as it is, and that it goes on from a state.

import { describe, expect, it } from "vitest";
import { check, compile, fit, loadState, type RunOptions, stream, summaryOf, summaryTable } from "../../src/index.ts";
import { draws } from "../coverage/models.ts";

const rows = 4000;
const d = draws(3, "watch");
const x = Array.from({ length: rows }, () => d.normal());
const noise = Array.from({ length: rows }, () => d.normal());
const line = `data x : real
data y : real
param a : real
param b : real
`;
const model = compile(`${line}y ~ Normal(a + b * x, 1)\n`);
const honest = { x, y: x.map((v, i) => 1 + 0.5 * v + noise[i]) };
const wild = { x, y: x.map((v, i) => 1 + 0.5 * v + 1.6 * noise[i]) };
const late = { x, y: x.map((v, i) => 1 + 0.5 * v + noise[i] - (i >= 2500 ? 1 : 0)) };

const noted = async (data: Record<string, unknown>, options: RunOptions = {}, of = model) => {
  const { events } = await stream(of, data, options);
  return events.flatMap((event) => (event.kind === "replanned" ? [] : [event]));
};

describe("the honesty watch", () => {
  it("is silent where the model is right, and says how many responses were inside", async () => {
    const { events, coverage, configuration } = await stream(model, honest);
    expect(events).toEqual([]);
    expect(configuration.watch).toBe("auto");
    expect(coverage?.rows).toBeGreaterThan(700);
    expect(coverage?.lower).toBeLessThan(0.95);
    expect(coverage?.upper).toBeGreaterThan(0.95);
  });
  it("says that intervals are too narrow, of which statement and since when", async () => {
    const [first, ...more] = await noted(wild);
    expect(more).toEqual([]);
    expect(first.kind).toBe("miscalibrated");
    expect(first.row).toBeGreaterThan(1000);
    expect(first.row).toBeLessThan(2000);
    expect(first.message).toMatch(/^the intervals are too narrow: of \d+ watched responses since row \d+, /);
    const { verdict, cover, statement, eValue, since } = first.details;
    expect({ verdict, statement }).toEqual({ verdict: "narrow", statement: "y ~ Normal(a + b * x, 1)" });
    expect(cover).toBeLessThan(0.9);
    expect(eValue).toBeGreaterThanOrEqual(100);
    expect(since).toBeLessThan(first.row);
  });
  it("finds a change, and on which side the responses came to be", async () => {
    const [first] = await noted(late);
    expect(first.details.verdict).toBe("high");
    expect(first.row).toBeGreaterThan(2500);
    expect(first.row).toBeLessThan(3500);
  });
  it("finds it too where rows come one by one", async () => {
    const [first] = await noted(late, { batch: 1 });
    expect(first.details.verdict).toBe("high");
    expect(first.row).toBeGreaterThan(2500);
    expect(first.row).toBeLessThan(3700);
  });
  it("needs less of it for a laxer alarm", async () => {
    const [strict] = await noted(wild, { watch: 1e-6 });
    const [lax] = await noted(wild, { watch: 0.1 });
    expect(lax.row).toBeLessThan(strict.row);
  });
  it("can be off, and leaves the estimates as they are to the last bit", async () => {
    for (const options of [{}, { batch: 50 }, { forget: { kind: "half_life", rows: 500 } }] as RunOptions[]) {
      const [on, off] = [await stream(model, wild, options), await stream(model, wild, { ...options, watch: "off" })];
      expect(off.coverage).toBeNull();
      expect(off.events).toEqual([]);
      expect(on.coverage).not.toBeNull();
      expect(on.parameters).toEqual(off.parameters);
    }
  });
  it("is not of fits, nor of passes over the same rows", async () => {
    expect((await fit(model, honest)).coverage).toBeNull();
    expect((await stream(model, honest, { passes: 2 })).coverage).toBeNull();
  });
  it("watches each statement by itself, whatever its kind and however many elements it has", async () => {
    const many = compile(`data x : real
data y : real
data n : count
data v : real[2] from [v1, v2]
data c : category
param a : real
param b : real[2]
param k : real
param p : simplex[c]
y ~ Normal(a * x, 1)
n ~ Poisson(log: k)
v ~ Normal(b, 1)
c ~ Categorical(p)
`);
    const columns = {
      x,
      y: x.map((v, i) => (i % 3 === 0 ? Number.NaN : v + noise[i])),
      n: x.map(() => d.poisson(2) + (d.uniform() < 0.15 ? 5 : 0)),
      v1: x.map(() => d.normal()),
      v2: x.map(() => d.normal()),
      c: x.map(() => ["r", "g", "b"][Math.floor(3 * d.uniform())]),
    };
    const whole = { ...columns, y: x.map((v, i) => v + noise[i]) };
    const found = await noted(whole, {}, many);
    expect(new Set(found.map((e) => e.details.statement))).toEqual(new Set(["n ~ Poisson(log: k)"]));
    const missing = compile("data y : real?\nparam a : real\ny ~ Normal(a, 1)\n");
    const { coverage } = await stream(missing, { y: columns.y });
    expect(coverage?.rows).toBeLessThan(1300);
    expect(coverage?.lower).toBeLessThan(0.95);
  });
  it("goes on from a saved state to the same bytes", () => {
    for (const batch of [1, 50]) {
      const options = { batch, watch: 0.01 } as const;
      const data = x.map((v, i) => ({ x: v, y: late.y[i] }));
      const steady = model.start(options);
      let broken = model.start(options);
      for (let at = 0; at < rows; at += 500) {
        if (at === 1500 || at === 3000) broken = model.resume(broken.save(), options);
        for (const flow of [steady, broken]) flow.update(data.slice(at, at + 500));
      }
      expect(broken.save()).toEqual(steady.save());
      const { state } = loadState(broken.save());
      expect(state.events.map(({ kind }) => kind)).toContain("miscalibrated");
      expect(summaryOf(loadState(broken.save())).coverage).toEqual(steady.summary().coverage);
    }
  });
  it("is of a program's own flow when it asks, and is undone with rows that can't be learnt from", () => {
    const part = (from: number, to: number) => x.slice(from, to).map((v, i) => ({ x: v, y: wild.y[from + i] }));
    const [plain, flow, other] = [model.start(), model.start({ watch: 0.01 }), model.start({ watch: 0.01 })];
    for (const one of [plain, flow, other]) one.update(part(0, 1100));
    flow.update(part(1100, 1400));
    expect(() => other.update([...part(1100, 1200), { x: 0, y: 1e308 }, { x: 1e308, y: 1e308 }])).toThrow();
    other.update(part(1100, 1400));
    expect(plain.summary().coverage).toBeNull();
    expect(flow.summary().coverage?.rows).toBeGreaterThan(100);
    expect(other.summary().coverage).toEqual(flow.summary().coverage);
    expect(other.save()).toEqual(flow.save());
  });
  it("refuses a state whose watch was altered", () => {
    const flow = model.start({ watch: 0.01 });
    flow.update(x.slice(0, 1500).map((v, i) => ({ x: v, y: honest.y[i] })));
    const loaded = loadState(flow.save());
    const watch = { ...loaded.state.companions.watch, tests: [{ cash: -1 }] };
    const broken = { ...loaded, state: { ...loaded.state, companions: { ...loaded.state.companions, watch } } };
    expect(() => summaryOf(broken)).toThrow(/watch/);
  });
  it("stands in the table", async () => {
    const text = summaryTable(await stream(model, wild));
    expect(text).toMatch(/coverage of 95% intervals +0\.7\d\d \(0\.7\d\d to 0\.\d{3}, \d+ rows watched\)/);
    expect(text).toMatch(/miscalibrated at row \d+: the intervals are too narrow/);
  });
  it.each([["2"], ["0"], ["sometimes"], ["0.01, 0.02"]])("is not `watch %s`", (value) => {
    const { diagnostics } = check(`${line}y ~ Normal(a + b * x, 1)\nflow {\n  watch ${value}\n}\n`);
    expect(diagnostics.map(({ severity }) => severity)).toContain("error");
  });
});
