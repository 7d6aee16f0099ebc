// A flow that comes to keep its information otherwise: what it knew it still knows, as far as the new structure can hold it.

import { Matrix, solve } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { compile, loadState, type Summary, stream, summaryOf } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const { normal, uniform } = random(11, "replan");
const rows = 1200;
const common = Array.from({ length: rows }, normal);
const group = Array.from({ length: rows }, () => `g${Math.floor(7 * uniform())}`);
const data = {
  x: common.map((z) => z + 0.5 * normal()),
  z: common.map((z) => z + 0.5 * normal()),
  g: group,
  y: common.map((v, i) => 1 + 0.3 * v + 0.1 * group[i].charCodeAt(1) + 0.8 * normal()),
};
const part = (from: number, end: number) =>
  Object.fromEntries(Object.entries(data).map(([name, values]) => [name, values.slice(from, end)]));

const model = compile(`data x : real
data z : real
data g : category
data y : real
param a : real ~ Normal(0, 3)
param b : real ~ Normal(0, 3)
param c : real ~ Normal(0, 3)
param u : real[g] ~ Normal(0, 1)
y ~ Normal(a + b * x + c * z + u[g], 0.8)
`);

/** Precision of (a, b, c, u…) after some rows, the prior included, written out. */
function precisionOf(count: number): { precision: Matrix; mean: number[] } {
  const levels = [...new Set(group)];
  const line = (i: number): number[] => [1, data.x[i], data.z[i], ...levels.map((l) => (l === group[i] ? 1 : 0))];
  const design = new Matrix(Array.from({ length: count }, (_, i) => line(i)));
  const prior = Matrix.diag([1 / 9, 1 / 9, 1 / 9, ...levels.map(() => 1)]);
  const precision = design.transpose().mmul(design).div(0.64).add(prior);
  const score = design
    .transpose()
    .mmul(Matrix.columnVector(data.y.slice(0, count)))
    .div(0.64);
  return { precision, mean: solve(precision, score).to1DArray() };
}

function close(found: readonly number[], wanted: readonly number[], digits = 9): void {
  expect(found).toHaveLength(wanted.length);
  for (const [k, x] of found.entries()) expect(x / wanted[k], `number ${k}`).toBeCloseTo(1, digits);
}
const estimates = ({ parameters }: Summary) => parameters.map((p) => p.estimate);
const errors = ({ parameters }: Summary) => parameters.map((p) => p.se);

describe("compress", () => {
  it.each(["diagonal", "scalar", "arrow", "block", "lowrank"])("to %s keeps the estimate and what it can", (kind) => {
    const flow = model.start({ structure: "full" });
    flow.update(part(0, 1100));
    const before = flow.summary();
    const structure = kind === "lowrank" ? [{ kind, rank: 4, parameters: null }] : kind;
    flow.compress({ structure } as never);
    const after = flow.summary();
    const { precision, mean } = precisionOf(1100);
    close(estimates(after), mean);
    close(estimates(after), estimates(before), 12);
    const se = (m: Matrix): number[] => solve(m, Matrix.eye(m.rows)).diagonal().map(Math.sqrt);
    if (kind === "arrow") close(errors(after), se(precision));
    if (kind === "diagonal")
      close(
        errors(after),
        precision.diagonal().map((x) => 1 / Math.sqrt(x)),
      );
    if (kind === "block") {
      const apart = precision.clone();
      for (let i = 0; i < 10; i++) for (let j = 0; j < 10; j++) if (i !== j && (i < 3 || j < 3)) apart.set(i, j, 0);
      close(errors(after), se(apart));
    }
    expect(errors(after).every((x) => x > 0 && Number.isFinite(x))).toBe(true);
    const [event] = after.events;
    expect(event).toMatchObject({ kind: "replanned", row: 1100, from: "full", reason: "as it was asked" });
    expect(event.kind === "replanned" && event.to).toContain(kind === "block" ? "full" : kind);
  });

  it("and back again loses nothing on the way through an arrow", () => {
    const flow = model.start({ structure: "full" });
    flow.update(part(0, 1050));
    for (const structure of ["arrow", "full", "arrow"] as const) {
      flow.compress({ structure });
      flow.update(part(flow.rows, flow.rows + 50));
    }
    const { precision, mean } = precisionOf(1200);
    const summary = flow.summary();
    close(estimates(summary), mean, 8);
    close(errors(summary), solve(precision, Matrix.eye(10)).diagonal().map(Math.sqrt), 8);
    expect(summary.events.map((e) => e.kind === "replanned" && [e.from, e.to])).toEqual([
      ["full", "arrow"],
      ["arrow", "full"],
      ["full", "arrow"],
    ]);
  });

  it("follows a budget, and says what fits none", () => {
    const flow = model.start({ structure: "full", batch: 16 });
    flow.update(part(0, 1100));
    flow.compress({ budget: { bytes: 5000 } });
    expect(flow.summary().plan.blocks[0].structure).toMatch(/diagonal|scalar/);
    expect(() => flow.compress({ structure: "full", budget: { bytes: 5000 } })).toThrow(/FF420/);
    expect(flow.rows).toBe(1100);
    flow.update(part(1100, 1200));
    expect(flow.rows).toBe(1200);
  });

  it("is part of the state: resumed, it goes on as if it had never stopped", () => {
    const flow = model.start({ structure: "full" });
    flow.update(part(0, 1100));
    flow.compress({ structure: "diagonal" });
    const saved = flow.save();
    const resumed = model.resume(saved, { structure: "full" });
    for (const one of [flow, resumed]) one.update(part(1100, 1200));
    expect(estimates(resumed.summary())).toEqual(estimates(flow.summary()));
    expect(errors(resumed.summary())).toEqual(errors(flow.summary()));
    expect(resumed.summary().events).toEqual(flow.summary().events);
    expect(summaryOf(loadState(saved)).plan.blocks[0].structure).toBe("diagonal");
  });

  it("goes by diagonals where a block is too large for a dense matrix", async () => {
    const wide = compile(`data k : category[1500]
data y : real
param u : real[1500] ~ Normal(0, 1)
param m : real ~ Normal(0, 1)
y ~ Normal(m + u[k], 1)
`);
    const k = Array.from({ length: 3000 }, (_, i) => 1 + ((i * 7) % 1500));
    const y = k.map((v) => Math.sin(v) + 0.1 * normal());
    const flow = wide.start({ structure: "arrow", warmup: 1000 });
    flow.update({ k, y });
    const before = flow.summary();
    for (const structure of ["diagonal", "arrow", "lowrank"] as const) {
      flow.compress({
        structure: structure === "lowrank" ? [{ kind: structure, rank: 2, parameters: null }] : structure,
      });
      const after = flow.summary();
      close(estimates(after), estimates(before), 12);
      // two rows a level, and the prior
      close(
        errors(after)
          .slice(-1501)
          .filter((_, i) => after.parameters[i].name === "u"),
        new Array(1500).fill(1 / Math.sqrt(3)),
        9,
      );
    }
  });
});

describe("replan", () => {
  it("takes what the newest rows measure, as an event", async () => {
    const q = Object.fromEntries(
      Array.from({ length: 40 }, (_, j) => [`${j < 20 ? "p" : "q"}${j}`, common.map((v) => 2 * v + normal())]),
    );
    const two = compile(`data p : real[20] from "p*"
data q : real[20] from "q*"
data y : real
param b : real[20] ~ Normal(0, 1)
param c : real[20] ~ Normal(0, 1)
y ~ Normal(b @ p + c @ q, 1)
`);
    // the noise is less than the model says: the watch would say so
    const options = { budget: { bytes: 44_000 }, batch: 16, warmup: 200, pilot: 300, watch: "off" } as const;
    const asked = await stream(two, { ...q, y: data.y }, { ...options, pilot: undefined, replan: 500 } as never);
    expect(asked.events).toHaveLength(1);
    expect(asked.events[0]).toMatchObject({ kind: "replanned", from: "b: full; c: full", to: "lowrank 4" });
    expect(asked.events[0].row).toBeGreaterThanOrEqual(500);
    expect(asked.events[0].row).toBeLessThan(516);
    expect(asked.plan.blocks.map((b) => b.structure)).toEqual(["lowrank 4"]);
    const live = two.start({ budget: { bytes: 44_000 }, batch: 16, warmup: 200, replan: 500 });
    const columns = { ...q, y: data.y } as Record<string, number[]>;
    for (let from = 0; from < rows; from += 100)
      live.update(Object.fromEntries(Object.entries(columns).map(([n, v]) => [n, v.slice(from, from + 100)])));
    expect(live.summary().events.map((e) => e.kind === "replanned" && [e.row, e.to])).toEqual([[500, "lowrank 4"]]);
  });

  it("changes nothing where nothing is better, and nothing that was fixed", async () => {
    expect((await stream(model, data, { replan: 300 })).events).toEqual([]);
    expect((await stream(model, data, { replan: 300, structure: "diagonal" })).events).toEqual([]);
  });
});
