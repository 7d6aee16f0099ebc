// Forgetting by a column of times: recursive least squares whose factor is 2^(−Δt / half-life), written out; times as
// numbers, as dates, as data of the model; rows that come late.

import { describe, expect, it } from "vitest";
import { CompileError, compile, DataError, type RunOptions, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const source = `
  data x : real
  data y : real
  param a : real ~ Normal(0.5, 2)
  param b : real ~ Normal(0, 3)
  y ~ Normal(a + b * x, 0.5)
`;
const model = compile(source);
const rows = 200;
const draw = random(8, "clock");
const x = Float64Array.from({ length: rows }, () => draw.normal());
const y = x.map((v, i) => 1 + (i < rows / 2 ? 2 : -2) * v + 0.5 * draw.normal());
let now = 1_700_000_000;
const at = Float64Array.from({ length: rows }, () => {
  now += Math.round(400 * draw.uniform());
  return now;
});
const half = 3600;

/** Estimates after batches that end at these rows; each fades by the time from the latest row before it to its latest. */
function recursion(ends: readonly number[], times: Float64Array = at): readonly number[] {
  let [aa, ab, bb, ga, gb] = [0, 0, 0, 0, 0];
  let [from, latest] = [0, Number.NaN];
  for (const end of ends) {
    const next = Math.max(...times.subarray(from, end), Number.isNaN(latest) ? Number.NEGATIVE_INFINITY : latest);
    const kept = from === 0 ? 1 : 2 ** (-(next - latest) / half);
    [aa, ab, bb, ga, gb] = [kept * aa, kept * ab, kept * bb, kept * ga, kept * gb];
    for (let i = from; i < end; i++) {
      [aa, ab, bb] = [aa + 4, ab + 4 * x[i], bb + 4 * x[i] ** 2];
      [ga, gb] = [ga + 4 * y[i], gb + 4 * x[i] * y[i]];
    }
    [from, latest] = [end, next];
  }
  const [paa, pbb, pga] = [aa + 1 / 4, bb + 1 / 9, ga + 0.5 / 4];
  const det = paa * pbb - ab * ab;
  return [(pbb * pga - ab * gb) / det, (paa * gb - ab * pga) / det, Math.sqrt(pbb / det), Math.sqrt(paa / det)];
}

const everyRows = (first: number, each: number): number[] =>
  Array.from({ length: Math.ceil((rows - first) / each) + 1 }, (_, k) => Math.min(rows, first + k * each));
const forget = { kind: "time", seconds: half, by: "at" } as const;

async function streamed(data: Record<string, unknown>, options: RunOptions, own = model) {
  const summary = await stream(own, data, { forget, ...options });
  const line = [...summary.parameters.map((p) => p.estimate), ...summary.parameters.map((p) => p.se)];
  return { line, summary };
}

function near(found: readonly number[], expected: readonly number[]): void {
  for (const [k, value] of expected.entries()) expect(Math.abs(found[k] / value - 1)).toBeLessThan(1e-10);
}

describe("forgetting by the clock", () => {
  it.each([
    [1, 20],
    [8, 24],
  ])("is recursive least squares in batches of %i after %i rows", async (batch, warmup) => {
    const { line } = await streamed({ x, y, at }, { batch, warmup });
    near(line, recursion(everyRows(warmup, batch)));
  });

  it("without a batch asked for, none spans more than a sixteenth of a half-life", async () => {
    const warmup = 20;
    const ends = [warmup];
    for (let end = warmup; end < rows; ends.push(end)) {
      const limit = Math.max(at[end - 1], at[end]) + half / 16;
      for (end += 1; end < rows && at[end] <= limit; end++);
    }
    const { line } = await streamed({ x, y, at }, { warmup });
    near(line, recursion(ends));
    expect(ends.length).toBeGreaterThan(rows / 4);
  });

  it("reads dates, with and without zones, and data of the model", async () => {
    const { line } = await streamed({ x, y, at }, { batch: 8, warmup: 24 });
    const written = [...at].map((t, i) => {
      const iso = new Date(1000 * t).toISOString();
      return i % 3 === 0
        ? iso
        : i % 3 === 1
          ? iso.slice(0, 19).replace("T", " ")
          : `${new Date(1000 * (t + 5400)).toISOString().slice(0, 19)}+01:30`;
    });
    near((await streamed({ x, y, at: written }, { batch: 8, warmup: 24 })).line, line);
    near((await streamed({ x, y, at: [...at].map((t) => new Date(1000 * t)) }, { batch: 8, warmup: 24 })).line, line);
    const own = compile(source.replace("data x", "data at : real\n  data x"));
    near((await streamed({ x, y, at }, { batch: 8, warmup: 24 }, own)).line, line);
    const said = compile(`${source}\n  flow { forget half_life 1 hour by at }`);
    const { parameters } = await stream(said, { x, y, at }, { batch: 8, warmup: 24 });
    near(
      parameters.map((p) => p.estimate),
      line.slice(0, 2),
    );
  });

  it("rows that come late bring nothing back, and are told", async () => {
    const late = at.slice();
    for (const i of [50, 51, 120]) late[i] -= 7200;
    const { line, summary } = await streamed({ x, y, at: late }, { batch: 1, warmup: 20 });
    near(line, recursion(everyRows(20, 1), late));
    const [warning] = summary.diagnostics.filter((d) => d.code === "FF641");
    expect(warning.message).toMatch(/^3 rows came later than their times say/);
  });

  it("stopped while rows are held, and later, it goes on to the same bytes", async () => {
    const states = async (from: number, to: number, resume?: Uint8Array): Promise<Uint8Array> => {
      let last = new Uint8Array(0);
      const part = { x: x.slice(from, to), y: y.slice(from, to), at: at.slice(from, to) };
      await stream(model, part, {
        forget,
        batch: 1,
        warmup: 30,
        ...(resume ? { resume } : {}),
        onState: (b) => {
          last = b.slice();
        },
      });
      return last;
    };
    const whole = await states(0, rows);
    for (const cut of [10, 100]) {
      const resumed = await states(cut, rows, await states(0, cut));
      expect(Buffer.from(resumed).equals(Buffer.from(whole)), String(cut)).toBe(true);
    }
  });

  it("is refused where rows are gone over again", async () => {
    const error = await streamed({ x, y, at }, { passes: 2 }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CompileError);
    expect((error as CompileError).diagnostics[0].message).toMatch(/`passes`/);
  });

  it("plain steps fade by it, too", async () => {
    const plain = { lineSearch: false, batch: 10 } as const;
    const [still, fading] = [
      await stream(model, { x, y, at }, plain),
      await stream(model, { x, y, at }, { ...plain, forget }),
    ];
    expect(fading.parameters[1].se).toBeGreaterThan(1.5 * still.parameters[1].se);
    expect(Math.abs(fading.parameters[1].estimate + 2)).toBeLessThan(0.5);
  });

  it("says what is no time", async () => {
    const failing = async (data: Record<string, unknown>, by = "at", own = model): Promise<string> => {
      const error = await stream(own, data, { forget: { ...forget, by } }).catch((e: unknown) => e);
      if (!(error instanceof DataError || error instanceof CompileError)) throw error;
      return `${error.diagnostics[0].code} ${error.diagnostics[0].message}`;
    };
    expect(await failing({ x, y })).toMatch(/^FF501 .*`at`/);
    expect(await failing({ x, y, at: [...at].map(() => "soon") })).toMatch(/^FF502 /);
    expect(await failing({ x, y, at: [...at].map(() => "2026-02-30") })).toMatch(/^FF502 /);
    const grouped = compile("data g : category\ndata y : real\nparam m : real[g]\ny ~ Normal(m[g], 1)");
    expect(await failing({ g: [...x].map(() => "one"), y }, "g", grouped)).toMatch(/^FF442 .*category/);
  });
});
