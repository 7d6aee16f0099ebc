// A window: for a linear-Gaussian model the stream is least squares on exactly the rows of the segments in the window, for
// every structure that adds up; after outliers of any size nothing of them is left.

import { describe, expect, it } from "vitest";
import { CompileError, compile, type RunOptions, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const model = compile(`
  data x : real
  data y : real
  param a : real
  param b : real
  y ~ Normal(a + b * x, 0.5)
`);
const rows = 1003;
const draw = random(21, "window");
const x = Float64Array.from({ length: rows }, () => draw.normal());
const y = x.map((v, i) => 1 + Math.sin(i / 100) * v + 0.5 * draw.normal());

/** Rows in the window after all of them: whole segments before the open one, as many as fit with it. */
function inWindow(window: number, segments: number): number {
  const length = Math.max(1, Math.floor(window / segments));
  const whole = Math.floor(window / length);
  const open = rows % length;
  return open === 0 ? whole * length : (whole - 1) * length + open;
}

/** Least squares on the last rows. */
function leastSquares(count: number, xs = x, ys = y) {
  let [aa, ab, bb, ga, gb] = [0, 0, 0, 0, 0];
  for (let i = xs.length - count; i < xs.length; i++) {
    [aa, ab, bb] = [aa + 4, ab + 4 * xs[i], bb + 4 * xs[i] ** 2];
    [ga, gb] = [ga + 4 * ys[i], gb + 4 * xs[i] * ys[i]];
  }
  const det = aa * bb - ab * ab;
  return [(bb * ga - ab * gb) / det, (aa * gb - ab * ga) / det, Math.sqrt(bb / det), Math.sqrt(aa / det)];
}

async function streamed(options: RunOptions, xs = x, ys = y): Promise<number[]> {
  const { parameters } = await stream(model, { x: xs, y: ys }, options);
  return [...parameters.map((p) => p.estimate), ...parameters.map((p) => p.se)];
}

function near(found: readonly number[], expected: readonly number[], within = 1e-10): void {
  for (const [k, value] of expected.entries()) expect(Math.abs(found[k] / value - 1)).toBeLessThan(within);
}

const forget = (of: number, segments: number | null = null) => ({ kind: "window", rows: of, segments }) as const;

describe("a window", () => {
  it.each([
    [200, null, 7, 30],
    [200, null, 64, 500],
    [160, 4, 1, 50],
    [50, 50, 3, 20],
    [900, 10, 128, 128],
    [10, null, 1, 20],
  ])("of %i rows in %s segments, batches of %i after %i, is least squares on the rows in it", async (of, segments, batch, warmup) => {
    const count = inWindow(of, segments ?? Math.min(16, of));
    expect(count).toBeLessThanOrEqual(of);
    near(await streamed({ batch, warmup, forget: forget(of, segments) }), leastSquares(count));
  });

  it("the first rows leave it row by row, too, however many were fitted together", async () => {
    const most = 400;
    const few = await streamed({ batch: 1, warmup: 390, forget: forget(160, 16) }, x.slice(0, most), y.slice(0, most));
    near(few, leastSquares(160, x.slice(0, most), y.slice(0, most)));
  });

  it("nothing is left of what was enormous", async () => {
    const [xs, ys] = [x.slice(), y.slice()];
    for (let i = 100; i < 110; i++) [xs[i], ys[i]] = [1e7 * x[i], 1e7 * y[i]];
    near(await streamed({ batch: 5, warmup: 30, forget: forget(200) }, xs, ys), leastSquares(inWindow(200, 16)));
  });

  it.each([
    "block",
    "diagonal",
    "arrow",
  ] as const)("%s adds up as full does where it loses nothing", async (structure) => {
    const grouped = compile(`
      data g : category
      data y : real
      param m : real[g]
      y ~ Normal(m[g], 1)
    `);
    const data = { g: Array.from({ length: 600 }, (_, i) => "abc"[(i * 7) % 3]), y: y.slice(0, 600) };
    const options = { batch: 8, warmup: 40, forget: forget(160) };
    const found = (await stream(grouped, data, { ...options, structure })).parameters;
    const full = (await stream(grouped, data, { ...options, structure: "full" })).parameters;
    for (const [k, p] of found.entries()) near([p.estimate, p.se], [full[k].estimate, full[k].se]);
  });

  it("scalar keeps the mean of the diagonal of the rows in it", async () => {
    const found = await streamed({ batch: 1, warmup: 30, forget: forget(160), structure: "scalar" });
    const count = inWindow(160, 16);
    const squares = x.slice(rows - count).reduce((sum, v) => sum + v * v, 0);
    expect(found[2]).toBeCloseTo(1 / Math.sqrt((4 * (count + squares)) / 2), 10);
  });

  it("for a model that is not linear it is near a fit of the rows in it", async () => {
    const counts = compile(
      "data x : real\ndata n : count\nparam a : real\nparam b : real\nn ~ Poisson(exp(a + b * x))",
    );
    const n = x.map((v, i) => Math.round(Math.exp(1 + (i < 500 ? 0.5 : -0.3) * v + 0.1 * draw.normal())));
    const found = (await stream(counts, { x, n }, { batch: 10, warmup: 50, forget: forget(320) })).parameters;
    const count = inWindow(320, 16);
    const { fit } = await import("../../src/index.ts");
    const exact = (await fit(counts, { x: x.slice(rows - count), n: n.slice(rows - count) })).parameters;
    for (const [k, p] of found.entries())
      expect(Math.abs(p.estimate - exact[k].estimate)).toBeLessThan(0.5 * exact[k].se);
  });

  it("stopped and resumed is never stopped", async () => {
    const options = { batch: 16, warmup: 64, forget: forget(512) } as const;
    const saved = async (from: number, to: number, more: RunOptions): Promise<Buffer> => {
      let last = Buffer.alloc(0);
      const part = { x: x.slice(from, to), y: y.slice(from, to) };
      await stream(model, part, {
        ...options,
        ...more,
        onState: (bytes) => {
          last = Buffer.from(bytes);
        },
      });
      return last;
    };
    const whole = await saved(0, 992, {});
    for (const cut of [32, 64, 480, 496, 800])
      expect((await saved(cut, 992, { resume: await saved(0, cut, {}) })).equals(whole), String(cut)).toBe(true);
  });

  it.each([
    ["window", forget(100)],
    ["adaptive", { kind: "adaptive", alpha: 0.1, reset: 0.05, by: null }],
    ["time", { kind: "time", seconds: 40, by: "x" }],
  ] as const)("%s: a batch that fails leaves no trace", (_name, how) => {
    const counts = compile("data x : real\ndata n : real\nparam a : real\nn ~ Normal(a * log(x), 1)");
    const flow = counts.start({ forget: how, batch: 5, warmup: 20 });
    const row = (i: number) => ({ x: 1 + i, n: i });
    const take = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => row(from + k));
    flow.update(take(0, 80));
    const before = flow.save();
    expect(() => flow.update([...take(80, 117), { x: -1, n: 3 }])).toThrow();
    expect(Buffer.from(flow.save()).equals(Buffer.from(before))).toBe(true);
    flow.update(take(80, 90));
    expect(flow.rows).toBe(90);
  });

  it("the planner takes only what adds up", async () => {
    const two = compile(`
      data p : real[20] from "p*"
      data q : real[20] from "q*"
      data y : real
      param b : real[20] ~ Normal(0, 1)
      param c : real[20] ~ Normal(0, 1)
      y ~ Normal(b @ p + c @ q, 1)
    `);
    const names = Array.from({ length: 40 }, (_, j) => `${j < 20 ? "p" : "q"}${j}`);
    const data = { ...Object.fromEntries(names.map((name) => [name, x])), y };
    const asked = { mode: "stream", batch: 16 } as const;
    for (const bytes of [30_000, 36_000, 44_000, 60_000]) {
      const plan = await two.plan({ ...asked, budget: { bytes }, forget: forget(400) }, data);
      for (const { structure } of plan.blocks) expect(["full", "diagonal"]).toContain(structure);
      expect(plan.notes.join()).toMatch(/the window keeps 16 segments, another [\d.]+ kB/);
    }
  });

  it("goes on in another structure", async () => {
    const flow = model.start({ batch: 10, warmup: 40, forget: forget(160), structure: "full" });
    const rowsOf = (from: number, to: number) => ({ x: x.slice(from, to), y: y.slice(from, to) });
    flow.update(rowsOf(0, 500));
    flow.compress({ structure: "diagonal" });
    flow.update(rowsOf(500, rows));
    const found = flow.summary();
    const own = await stream(model, { x, y }, { batch: 10, warmup: 40, forget: forget(160), structure: "diagonal" });
    for (const [k, p] of found.parameters.entries()) expect(p.se).toBeCloseTo(own.parameters[k].se, 10);
    expect(found.events.map((e) => e.kind)).toEqual(["replanned"]);
  });

  it.each([
    [{ structure: [{ kind: "full", root: true, parameters: null }] }, /full sqrt/],
    [{ structure: "lowrank" }, /lowrank/],
    [{ momentum: 0.5 }, /without a search/],
  ] as const)("refuses %j", async (options, reason) => {
    const error = await streamed({ forget: forget(100), ...options } as RunOptions).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CompileError);
    expect((error as CompileError).diagnostics[0].message).toMatch(reason);
  });
});
