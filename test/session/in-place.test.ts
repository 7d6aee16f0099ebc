// Streams read rows into the artefact's own memory. However a batch is then cut, screened or held, its rows are learnt
// from as they came: the same as by a flow that is handed copies, and none is lost.

import { describe, expect, test } from "vitest";
import { compile, type RunOptions, type Summary, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const source = `
  data x : real
  data y : real
  param a : real
  param b : real
  param s : positive
  y ~ Normal(a + b * x, s)
`;
const model = compile(source);
const positive = compile(source.replace("y ~ Normal", "log(y) ~ Normal"));

function table(rows: number, drift = 0, bad: (row: number) => boolean = () => false): Record<string, Float64Array> {
  const { normal } = random(23, "in place");
  const x = Float64Array.from({ length: rows }, () => normal());
  const y = x.map((v, i) => (bad(i) ? -1 : Math.exp(0.2 + (0.4 + (drift * i) / rows) * v + 0.3 * normal())));
  // rows that are not like the rest, at the beginning of every batch of 1,024
  for (let i = 0; i < rows; i += 1024) y[i] = 40;
  return { x, y, at: Float64Array.from({ length: rows }, (_, i) => i) };
}

function fed(own: typeof model, data: Record<string, Float64Array>, options: RunOptions): Summary {
  const flow = own.start(options);
  const rows = data.x.length;
  for (let from = 0; from < rows; from += 1024)
    flow.update(Object.fromEntries(Object.entries(data).map(([k, v]) => [k, v.slice(from, from + 1024)])));
  return flow.summary();
}

function same(found: Summary, expected: Summary, digits: number): void {
  expect(found.rows).toBe(expected.rows);
  expect(found.skipped).toBe(expected.skipped);
  for (const [k, p] of expected.parameters.entries())
    expect(found.parameters[k].estimate, p.name).toBeCloseTo(p.estimate, digits);
}

describe("a batch that companions cut", () => {
  test.each([
    ["the clock", { forget: { kind: "time", seconds: 500, by: "at" } }],
    ["a window", { forget: { kind: "window", rows: 3000, segments: null } }],
  ] as const satisfies readonly (readonly [string, RunOptions])[])("%s", async (_, options) => {
    const data = table(8192, 1);
    const own: RunOptions = { ...options, watch: "off" };
    same(await stream(model, data, own), fed(model, data, own), 6);
  });
});

describe("rows that can't be used", () => {
  const bad = (row: number): boolean => row % 300 === 150;
  test.each([
    ["a whole batch at a time", {}],
    ["parts of a batch", { batch: 10 }],
    ["a window", { forget: { kind: "window", rows: 2000, segments: null } }],
    ["plain steps, twice over", { passes: 2, rate: { kind: "constant", start: 0.1 }, batch: 256, shuffle: false }],
  ] as const satisfies readonly (readonly [
    string,
    RunOptions,
  ])[])("are left out, and no others: %s", async (_, options) => {
    const data = table(4096, 0, bad);
    const own: RunOptions = { ...options, onBadRow: "skip", watch: "off" };
    const summary = await stream(positive, data, own);
    const count = Array.from({ length: 4096 }, (_, i) => i).filter(bad).length;
    expect([summary.rows, summary.skipped]).toEqual([4096 - count, count]);
    const kept = Array.from({ length: 4096 }, (_, i) => i).filter((i) => !bad(i));
    const clean = Object.fromEntries(Object.entries(data).map(([k, v]) => [k, Float64Array.from(kept, (i) => v[i])]));
    const alone = await stream(positive, clean, { ...options, watch: "off" });
    for (const [k, p] of alone.parameters.entries())
      expect(Math.abs(summary.parameters[k].estimate - p.estimate) / p.se, p.name).toBeLessThan(0.2);
  });

  test("are named by their own values", async () => {
    const data = table(4096, 0, (row) => row === 2050);
    data.x[2050] = -7;
    await expect(stream(positive, data, { watch: "off" })).rejects.toMatchObject({
      diagnostics: [expect.objectContaining({ code: "FF608", message: expect.stringContaining("x = -7") })],
    });
  });
});

test("a flow that was resumed and looked at takes rows", () => {
  const data = table(400);
  const first = model.start({});
  first.update(Object.fromEntries(Object.entries(data).map(([k, v]) => [k, v.slice(0, 200)])));
  const state = first.save();
  const rest = Object.fromEntries(Object.entries(data).map(([k, v]) => [k, v.slice(200)]));
  const [looked, plain] = [model.resume(state), model.resume(state)];
  looked.estimates();
  looked.save();
  for (const flow of [looked, plain]) flow.update([{ x: 0.5, y: 1.5 }]);
  for (const flow of [looked, plain]) flow.update(rest);
  expect(looked.save()).toEqual(plain.save());
});
