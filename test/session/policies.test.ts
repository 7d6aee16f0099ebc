// What a stream does with rows that are not as they should be: repeated ones, late ones, and those with a level that was not
// there before. Each is counted, and a run that goes on counts on.

import { describe, expect, it } from "vitest";
import { compile, DataError, fit, type Summary, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

interface Row extends Readonly<Record<string, unknown>> {
  readonly id: string | null;
  readonly t: string;
  readonly x: number;
  readonly g: string;
  readonly y: number;
}

/** Rows one after the other in time, whose levels come up one by one. */
function rows(count: number, levels: number): Row[] {
  const { normal, uniform } = random(11, "policies");
  return Array.from({ length: count }, (_, i) => {
    const [x, most] = [normal(), Math.min(levels, 1 + Math.floor((2 * levels * i) / count))];
    const g = Math.floor(most * uniform());
    const t = new Date(Date.UTC(2026, 0, 1) + 60_000 * i).toISOString();
    return { id: `row ${i}`, t, x, g: `g${g}`, y: 1 + 0.5 * x + Math.sin(g) + 0.3 * normal() };
  });
}

const grouped = compile(`data x : real
data g : category
data y : real
param level : real ~ Normal(0, 3)
param slope : real ~ Normal(0, 3)
param shift : real[g] ~ Normal(0, 2)
y ~ Normal(level + shift[g] + slope * x, 0.3)
`);
const levelled = compile(`data x : real
data g : category
data y : real
param base : real[g] ~ Normal(0, 2)
param slope : real[g] ~ Normal(1, 2)
y ~ Normal(base[g] + slope[g] * x, 0.3)
`);

function numbers({ parameters }: Summary): Record<string, readonly [number, number]> {
  return Object.fromEntries(parameters.map((p) => [`${p.name} ${p.index.join()}`, [p.estimate, p.se] as const]));
}

function near(found: Summary, wanted: Summary, within = 1e-8): void {
  const [a, b] = [numbers(found), numbers(wanted)];
  expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
  for (const [name, values] of Object.entries(a))
    for (const [k, value] of values.entries()) {
      const other = b[name]?.[k] as number;
      expect(Math.abs(value - other), `${name}: ${value}, ${other}`).toBeLessThan(within * (1 + Math.abs(other)));
    }
}

describe("a level that was not there before", () => {
  const data = rows(1200, 9);
  const columns = (part: readonly Row[]) => ({
    x: part.map((r) => r.x),
    g: part.map((r) => r.g),
    y: part.map((r) => r.y),
  });

  it.each([
    ["full", "full", grouped],
    ["square root", [{ kind: "full", root: true, parameters: null }], grouped],
    ["arrow", "arrow", grouped],
    ["full, two a level", "full", levelled],
    ["arrow, two a level", "arrow", levelled],
  ] as const)("is taken up as if it had been there from the start: %s", async (_, structure, model) => {
    const options = { warmup: 100, batch: 32, structure } as Parameters<typeof model.start>[0];
    const whole = await stream(model, columns(data), options);
    const flow = model.start({ ...options, newLevel: "add" });
    for (let at = 0; at < data.length; at += 32) flow.update(data.slice(at, at + 32));
    const summary = flow.summary();
    near(summary, whole);
    const events = summary.events.filter((e) => e.kind === "levels");
    expect(events.length).toBeGreaterThan(2);
    expect(events[0]?.message).toMatch(/new level.*"g\d" .*of `g`/);
  });

  it.each(["diagonal", "scalar"] as const)("a flow that keeps a %s goes on with one more", (structure) => {
    const flow = grouped.start({ warmup: 100, structure, newLevel: "add" });
    for (let at = 0; at < data.length; at += 32) flow.update(data.slice(at, at + 32));
    expect(flow.summary().parameters.filter((p) => p.name === "shift")).toHaveLength(9);
  });

  it("single rows, and a state that is gone on from, are the same", () => {
    const options = { warmup: 100, batch: 1, structure: "full", newLevel: "add" } as const;
    const whole = grouped.start(options);
    let broken = grouped.start(options);
    for (const [i, row] of data.entries()) {
      if (i === 500) {
        whole.save();
        broken = grouped.resume(broken.save(), options);
      }
      whole.update([row]);
      broken.update([row]);
    }
    expect(broken.save()).toEqual(whole.save());
    expect(whole.rows).toBe(1200);
  });

  it("comes in another file", async () => {
    const [first, second] = [data.slice(0, 300), data.slice(300)];
    const saves: Uint8Array[] = [];
    const onState = (bytes: Uint8Array): void => void saves.push(bytes);
    const options = { warmup: 100, structure: "full" } as const;
    await stream(grouped, columns(first), { ...options, onState });
    const resume = saves[0] as Uint8Array;
    await expect(stream(grouped, columns(second), { ...options, resume })).rejects.toThrow(DataError);
    const added = await stream(grouped, columns(second), { ...options, resume, newLevel: "add" });
    near(added, await stream(grouped, columns(data), options));
    const left = await stream(grouped, columns(second), { ...options, resume, newLevel: "prior" });
    const known = new Set(first.map((r) => r.g));
    const kept = data.filter((r) => known.has(r.g));
    expect(left.leftOut.newLevel).toBe(data.length - kept.length);
    expect(left.leftOut.newLevel).toBeGreaterThan(0);
    expect(left.rows).toBe(kept.length);
    near(left, await stream(grouped, columns(kept), options));
  });

  it("is refused where levels are more than themselves", () => {
    const model = compile(`data g : category
data h : category
data y : real
param p : simplex[g]
param b : real[h] ~ Normal(0, 1)
g ~ Categorical(p)
y ~ Normal(b[h], 1)
`);
    const flow = model.start({ warmup: 20, newLevel: "add" });
    for (let i = 0; i < 40; i++) flow.update([{ g: `g${i % 3}`, h: `h${i % 2}`, y: Math.sin(i) }]);
    const before = flow.summary();
    expect(() => flow.update([{ g: "g7", h: "h0", y: 0 }])).toThrow(/FF537/);
    expect(flow.summary().parameters).toEqual(before.parameters);
  });
});

it("missing values that may be are counted, by every way in, and when a run goes on", async () => {
  const model = compile(`data x : real
data y : real?
param a : real ~ Normal(0, 3)
param b : real ~ Normal(0, 3)
y ~ Normal(a + b * x, 0.3)
`);
  const x = Array.from({ length: 400 }, (_, i) => Math.sin(i));
  const y = x.map((v, i) => (i % 8 === 0 ? null : 1 + v));
  const saves: Uint8Array[] = [];
  const options = { warmup: 50, saveEvery: 100, onState: (bytes: Uint8Array) => void saves.push(bytes) };
  expect((await stream(model, { x, y }, options)).missing).toEqual({ y: 50 });
  expect((await fit(model, { x, y })).missing).toEqual({ y: 50 });
  const flow = model.start({ warmup: 50 });
  for (let i = 0; i < 200; i++) flow.update([{ x: x[i], y: y[i] ?? Number.NaN }]);
  const resumed = model.resume(flow.save(), { warmup: 50 });
  resumed.update({ x: x.slice(200), y: y.slice(200) });
  expect(resumed.summary().missing).toEqual({ y: 50 });
});

describe("rows that are named by a column", () => {
  const data = rows(900, 4);
  const twice = data.flatMap((row, i) => (i % 3 === 0 ? [row, row] : [row]));
  const columns = (part: readonly Row[]) => ({
    id: part.map((r) => r.id),
    t: part.map((r) => r.t),
    x: part.map((r) => r.x),
    g: part.map((r) => r.g),
    y: part.map((r) => r.y),
  });
  const identity = { column: "id", last: 1_000_000 } as const;

  it("count once, in a stream, a fit, a live flow, and when a run goes on", async () => {
    const once = await stream(grouped, columns(data), { warmup: 100, batch: 50 });
    const found = await stream(grouped, columns(twice), { warmup: 100, batch: 50, identity });
    expect(found.rows).toBe(900);
    expect(found.leftOut).toEqual({ bad: 0, repeated: 300, late: 0, newLevel: 0 });
    near(found, once);
    near(await fit(grouped, columns(twice), { identity }), await fit(grouped, columns(data)));
    const flow = grouped.start({ warmup: 100, identity, newLevel: "add" });
    for (const row of twice.slice(0, 700)) flow.update([row]);
    const resumed = grouped.resume(flow.save(), { warmup: 100, identity, newLevel: "add" });
    for (const row of twice.slice(650)) resumed.update([row]);
    expect(resumed.rows).toBe(900);
    expect(resumed.summary().leftOut.repeated).toBe(350);
    near(resumed.summary(), once);
  });

  it("without a name are no repetition; of too many names the newest are remembered", async () => {
    const nameless = data.map((row) => ({ ...row, id: null }));
    expect((await stream(grouped, columns(nameless), { identity })).rows).toBe(900);
    const far = [...data, ...data.slice(0, 10), ...data.slice(-10)];
    const found = await stream(grouped, columns(far), { identity: { column: "id", last: 100 } });
    expect(found.leftOut.repeated).toBe(10);
  });

  it("a name of a row that could not be used is free", () => {
    const flow = grouped.start({ warmup: 5, identity, onBadRow: "skip" });
    for (const row of data.slice(0, 50)) flow.update([row]);
    flow.update([{ id: "late", t: "", x: Number.NaN, g: "g0", y: 1 }]);
    flow.update([{ id: "late", t: "", x: 0, g: "g0", y: 1 }]);
    expect(flow.rows).toBe(51);
    expect(flow.summary().leftOut).toMatchObject({ bad: 1, repeated: 0 });
  });

  it("are left out or counted where they come too late", async () => {
    const shuffled = data.map((_, i) => data[i % 10 === 9 && i > 200 ? i - 150 : i] as Row);
    const late = { policy: "skip", lag: 3600, by: "t" } as const;
    const skipped = await stream(grouped, columns(shuffled), { late });
    expect(skipped.leftOut.late).toBe(70);
    expect(skipped.rows).toBe(830);
    const kept = await stream(grouped, columns(shuffled), { late: { ...late, policy: "keep" } });
    expect(kept.leftOut.late).toBe(70);
    expect(kept.rows).toBe(900);
  });

  it("a column that is not there is named", async () => {
    const wrong = { identity: { column: "key", last: 10 } };
    await expect(stream(grouped, columns(data), wrong)).rejects.toThrow(/FF501.*key/);
    const late = { late: { policy: "skip", lag: 1, by: "when" } } as const;
    await expect(fit(grouped, columns(data), late)).rejects.toThrow(/FF501.*when/);
  });
});
