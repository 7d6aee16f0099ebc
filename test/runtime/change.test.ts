// The change test: χ² tails against SciPy, a statistic written out by hand, false alarms at their nominal rate on streams
// in which nothing changes, and alarms, with what moved, on streams in which something does.

import { describe, expect, it } from "vitest";
import { CompileError, check, compile, type RunOptions, type Summary, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";
import { decodeState, Flow, logTail } from "../../src/runtime/index.ts";
import { nothingSelected } from "../../src/session/bind.ts";
import { construct } from "../../src/session/construct.ts";
import { dynamicCompanions } from "../../src/session/dynamics.ts";
import { resolve } from "../../src/session/options.ts";
import { startOf } from "../../src/session/program.ts";

const linear = `
  data x : real
  data y : real
  param a : real
  param b : real
  param s : positive
  y ~ Normal(a + b * x, s)
`;
const logistic = `
  data x : real
  data y : binary
  param a : real
  param b : real
  y ~ Bernoulli(logit: a + b * x)
`;

const adaptive = (alpha: number, reset = 0.05) => ({ kind: "adaptive", alpha, reset, by: null }) as const;

describe("the tail of χ²", () => {
  // scipy.stats.chi2.logsf, SciPy 1.17.1; it underflows where x is large, there mpmath.log(gammainc(k/2, x/2, regularized))
  it.each([
    [3.84, 1, -2.9948622271800254],
    [5, 2, -2.5],
    [10, 3, -3.9864160317343833],
    [30, 7, -9.262057702766654],
    [0.1, 5, -0.0001623297866895432],
    [200, 4, -95.38487948315874],
    [200, 5, -93.36196545412459],
    [180, 201, -0.15810370737221185],
  ])("P(χ² > %d), %i degrees", (x, degrees, expected) => {
    expect(Math.abs(logTail(x, degrees) - expected)).toBeLessThan(1e-13 * (1 + Math.abs(expected)));
  });
  it("is 1 from 0 on", () => {
    for (const degrees of [1, 2, 7]) expect(logTail(0, degrees)).toBe(0);
  });
});

/** How many of the streams of a model, all of one program, have an alarm. */
function alarms(
  source: string,
  alpha: number,
  streams: number,
  draw: (seed: number, rows: number) => Record<string, Float64Array>,
) {
  const { model } = check(source);
  if (model === null) throw new Error("no model");
  const { compiled } = model;
  const warmup = 256;
  const options = resolve(compiled.settings, {
    mode: "stream",
    forget: adaptive(alpha),
    warmup,
    batch: 64,
    prequential: "off",
  });
  const bindings = { dims: new Map(), levels: new Map(), labels: new Map(), learnt: new Map(), once: new Map() };
  const { program } = construct(compiled, { selection: nothingSelected, bindings }, options, { explain: false });
  let count = 0;
  for (let seed = 0; seed < streams; seed++) {
    const rows = warmup + 64 * 64;
    const flow = new Flow(program, startOf(program), { companions: dynamicCompanions(options) });
    flow.update({ rows, firstRow: 1, columns: new Map(Object.entries(draw(seed, rows))) });
    if (flow.events.some((e) => e.kind === "changed")) count += 1;
  }
  return count / streams;
}

describe("where nothing changes", () => {
  const straight = (seed: number, rows: number) => {
    const { normal } = random(seed, "still linear");
    const x = Float64Array.from({ length: rows }, normal);
    return { x, y: x.map((v) => 1 + v + 0.5 * normal()) };
  };
  const classes = (seed: number, rows: number) => {
    const { normal, uniform } = random(seed, "still logistic");
    const x = Float64Array.from({ length: rows }, normal);
    return { x, y: x.map((v) => (uniform() < 1 / (1 + Math.exp(1.5 - v)) ? 1 : 0)) };
  };
  const streams = 240;
  // by then eight ninths of the probability were spent; so many streams tell it to 1.5 and 2.5 points, and 2.5 times that is
  // allowed; 1,000 gave 0.041 and 0.169, 0.060 and 0.195
  it.each([
    ["linear", linear, straight, 0.05],
    ["linear", linear, straight, 0.2],
    ["logistic", logistic, classes, 0.05],
    ["logistic", logistic, classes, 0.2],
  ] as const)("%s: false alarms come at their rate", (_name, source, draw, alpha) => {
    const rate = alarms(source, alpha, streams, draw);
    const expected = 1 - (1 - alpha) ** (64 / 72);
    expect(Math.abs(rate - expected)).toBeLessThan(2.5 * Math.sqrt((expected * (1 - expected)) / streams));
  });
});

const draw = random(9, "changing");
const rows = 6000;
const x = Float64Array.from({ length: rows }, () => draw.normal());
const noise = x.map(() => draw.normal());

async function changes(
  y: Float64Array,
  options: RunOptions = {},
  source = linear,
  data: Record<string, unknown> = { x, y },
) {
  const summary = await stream(compile(source), data, { forget: adaptive(0.01), warmup: 500, ...options });
  return { summary, events: summary.events.filter((e): e is Told => e.kind === "changed") };
}

type Told = Exclude<Summary["events"][number], { kind: "replanned" }>;
const names = (e: Told): readonly unknown[] => e.details.parameters as readonly unknown[];

describe("where something changes", () => {
  it("one alarm at least, soon after it, names what moved and which way", async () => {
    const y = x.map((v, i) => 1 + (i < 3000 ? 2 : 1.6) * v + 0.5 * noise[i]);
    const { summary, events } = await changes(y);
    expect(events[0].row).toBeGreaterThan(3000);
    expect(events[0].row).toBeLessThan(3400);
    expect(names(events[0])[0]).toBe("b");
    expect((events[0].details.sizes as number[])[0]).toBeLessThan(-3);
    expect(Math.abs((events[0].details.shifts as number[])[0] + 0.4)).toBeLessThan(0.2);
    expect(events[0].message).toMatch(/b fell \(\d+\.\d standard errors\)/);
    expect(events[0].details.p as number).toBeLessThan(1e-4);
    const b = summary.parameters.find((p) => p.name === "b");
    expect(Math.abs((b?.estimate ?? 0) - 1.6)).toBeLessThan(4 * (b?.se ?? 0));
  });

  it("a scale that grows is seen, too", async () => {
    const y = x.map((v, i) => 1 + v + (i < 3000 ? 0.5 : 0.8) * noise[i]);
    const { events } = await changes(y);
    expect(events[0].row).toBeGreaterThan(3000);
    expect(events[0].row).toBeLessThan(3300);
    expect(names(events[0])[0]).toBe("s");
    expect((events[0].details.sizes as number[])[0]).toBeGreaterThan(3);
  });

  it("a slow one by the sums of many stretches", async () => {
    const y = x.map((v, i) => 1 + (1 + 0.6 * Math.max(0, i / rows - 0.3)) * v + 0.5 * noise[i]);
    const { events } = await changes(y);
    expect(events.length).toBeGreaterThan(0);
    expect(events[0].row - (events[0].details.from as number)).toBeGreaterThan(200);
  });

  it.each(["block", "diagonal", "arrow"] as const)("%s: one coordinate of many", async (structure) => {
    const grouped = "data g : category\ndata y : real\nparam m : real[g]\ny ~ Normal(m[g], 1)";
    const g = Array.from({ length: rows }, (_, i) => "abcdefgh"[(i * 5) % 8]);
    const y = x.map((_, i) => (g[i] === "d" && i >= 4000 ? 1.5 : 0) + noise[i]);
    const { events } = await changes(y, { structure }, grouped, { g, y });
    expect(names(events[0])[0]).toBe("m[d]");
    expect(events[0].row).toBeGreaterThan(4000);
    expect(events[0].row).toBeLessThan(4400);
  });

  it("with a column of times the alarm has its time", async () => {
    const y = x.map((v, i) => 1 + (i < 3000 ? 2 : 1) * v + 0.5 * noise[i]);
    const at = x.map((_, i) => 60 * i);
    const { events } = await changes(y, { forget: { ...adaptive(0.01), by: "at" } }, linear, { x, y, at });
    expect(events[0].details.time).toBe(60 * (events[0].row - 1));
  });

  it("the p-value of a stretch is that of sᵀ V⁻¹ s, written out", async () => {
    const known = "data x : real\ndata y : real\nparam a : real\nparam b : real\ny ~ Normal(a + b * x, 0.5)";
    const first = 208;
    const y = x.map((v, i) => 1 + (i < first ? 2 : 3) * v + 0.5 * noise[i]);
    const cut = { x: x.slice(0, first + 64), y: y.slice(0, first + 64) };
    const { events } = await changes(y, { warmup: first, batch: 16 }, known, cut);
    const sums = (from: number, to: number) => {
      let [i00, i01, i11, h0, h1] = [0, 0, 0, 0, 0];
      for (let i = from; i < to; i++)
        [i00, i01, i11, h0, h1] = [i00 + 4, i01 + 4 * x[i], i11 + 4 * x[i] ** 2, h0 + 4 * y[i], h1 + 4 * x[i] * y[i]];
      return [i00, i01, i11, h0, h1] as const;
    };
    const [a00, a01, a11, g0, g1] = sums(0, first);
    const [j00, j01, j11, h0, h1] = sums(first, first + 64);
    const solve = (m: readonly [number, number, number], u: number, v: number) => {
      const det = m[0] * m[2] - m[1] * m[1];
      return [(m[2] * u - m[1] * v) / det, (m[0] * v - m[1] * u) / det] as const;
    };
    const [m0, m1] = solve([a00, a01, a11], g0, g1);
    const [s0, s1] = [h0 - j00 * m0 - j01 * m1, h1 - j01 * m0 - j11 * m1];
    // sᵀ J⁻¹ s − sᵀ (I + J)⁻¹ s
    const [p0, p1] = solve([j00, j01, j11], s0, s1);
    const [q0, q1] = solve([a00 + j00, a01 + j01, a11 + j11], s0, s1);
    const statistic = s0 * (p0 - q0) + s1 * (p1 - q1);
    expect(events[0].details.logP as number).toBeCloseTo(-statistic / 2, 6);
    expect(events[0].details.from).toBe(first + 1);
  });

  it("what was seen then counts as much as it says", async () => {
    const y = x.map((v, i) => 1 + (i < 600 ? 2 : 9) * v + 0.5 * noise[i]);
    const cut = { x: x.slice(0, 640), y: y.slice(0, 640) };
    const flow = compile(linear).start({ forget: adaptive(0.01, 0.25), warmup: 576, batch: 64 });
    flow.update(cut);
    const state = decodeState(flow.save(), "saved");
    if (state.kind !== "state") throw new Error("no state");
    expect(state.state.events.map((e) => e.kind)).toEqual(["changed"]);
    expect(state.state.tensors.get("progress")?.[0]).toBe(0.25 * 576 + 64);
  });

  it("stopped and resumed is never stopped", async () => {
    const model = compile(linear);
    const y = x.map((v, i) => 1 + (i < 1500 ? 2 : 1.5) * v + 0.5 * noise[i]);
    const saved = async (from: number, to: number, resume?: Uint8Array): Promise<Buffer> => {
      let last = Buffer.alloc(0);
      const part = { x: x.slice(from, to), y: y.slice(from, to) };
      const options = { forget: adaptive(0.01), warmup: 256, batch: 32, ...(resume ? { resume } : {}) };
      await stream(model, part, {
        ...options,
        onState: (bytes) => {
          last = Buffer.from(bytes);
        },
      });
      return last;
    };
    const whole = await saved(0, 2048);
    for (const cut of [256, 288, 1024, 1504, 1600])
      expect((await saved(cut, 2048, await saved(0, cut))).equals(whole), String(cut)).toBe(true);
  });
});

describe("what it can't be had with", () => {
  it.each([
    [{ structure: "scalar" }, /scalar/],
    [{ lineSearch: false }, /without a search/],
    [{ drift: [{ sd: 0.1, parameters: null }] }, /forget adaptive/],
  ] as const)("%j is refused", async (options, reason) => {
    const error = await changes(x, options as RunOptions).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CompileError);
    expect((error as CompileError).diagnostics[0].message).toMatch(reason);
  });
});
