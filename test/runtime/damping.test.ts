// Damping of plain steps that falls by a schedule, against the recursion written out for a line through the origin.

import { describe, expect, it } from "vitest";
import { compile, type FlowOptions, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const { normal } = random(17, "damping");
const x = Array.from({ length: 96 }, normal);
const data = { x, y: x.map((v) => 1.5 * v + normal()) };
const model = compile("data x : real\ndata y : real\nparam b : real ~ Normal(0, 2)\ny ~ Normal(b * x, 1)\n");
const each = 8;

/** The estimate after so many passes, with damping `damp` of the rows taken before. */
function written(passes: number, damp: (done: number, all: number) => number): number {
  const [total, prior] = [x.length, 1 / 4];
  let [b, memory, seen, gradient] = [0, 0, 0, 0];
  for (let done = 0; done < passes * total; done += each) {
    const rows = Array.from({ length: each }, (_, i) => (done + i) % total);
    const kept = passes > 1 && seen > 0 ? Math.min(1, (total - each) / seen) : 1;
    memory = kept * memory + rows.reduce((sum, i) => sum + x[i] ** 2, 0);
    seen = kept * seen + each;
    const score = rows.reduce((sum, i) => sum + x[i] * (data.y[i] - b * x[i]), 0);
    b += (score - prior * b + gradient) / (memory + prior + damp(done, passes > 1 ? passes * total : 0) * seen);
    gradient = prior * b;
  }
  return b;
}

const plain: FlowOptions = { lineSearch: false, initial: "none", batch: each, shuffle: false, exact: true };

describe("damping falls", () => {
  it("by half after so many rows", async () => {
    const damping = { kind: "half_life", start: 0.8, rows: 24 } as const;
    const { parameters } = await stream(model, data, { ...plain, damping });
    expect(parameters[0].estimate).toBeCloseTo(
      written(1, (done) => 0.8 * 2 ** (-done / 24)),
      10,
    );
    const constant = await stream(model, data, { ...plain, damping: 0.8 });
    expect(Math.abs(constant.parameters[0].estimate - parameters[0].estimate)).toBeGreaterThan(0.01);
  });

  it("to nothing along half a cosine, over all passes", async () => {
    const { parameters } = await stream(model, data, {
      ...plain,
      passes: 3,
      damping: { kind: "cosine", start: 0.6 },
    });
    const wanted = written(3, (done, all) => 0.3 * (1 + Math.cos((Math.PI * done) / all)));
    expect(parameters[0].estimate).toBeCloseTo(wanted, 10);
  });

  it("as a model says it", async () => {
    const own = compile(
      "data x : real\ndata y : real\nparam b : real ~ Normal(0, 2)\ny ~ Normal(b * x, 1)\nflow { damping 0.8, half_life 24 rows }\n",
    );
    const damping = { kind: "half_life", start: 0.8, rows: 24 } as const;
    const [a, b] = [await stream(own, data, plain), await stream(model, data, { ...plain, damping })];
    expect(a.parameters[0].estimate).toBe(b.parameters[0].estimate);
  });
});
