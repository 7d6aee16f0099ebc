// A stream that forgets: for a linear-Gaussian model it is recursive least squares with exponential forgetting (Ljung
// 1999, System Identification, 2nd ed., §11.2), whose prior is not forgotten; and it goes on from a saved state as if it
// had never stopped.

import { describe, expect, it } from "vitest";
import { compile, type RunOptions, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const model = compile(`
  data x : real
  data y : real
  param a : real ~ Normal(0.5, 2)
  param b : real ~ Normal(0, 3)
  y ~ Normal(a + b * x, 0.5)
`);

const rows = 240;
const draw = random(3, "forget");
const x = Float64Array.from({ length: rows }, () => draw.normal());
// the slope changes its sign half-way
const y = x.map((v, i) => 1 + (i < rows / 2 ? 2 : -2) * v + 0.5 * draw.normal());

interface Line {
  readonly estimate: readonly number[];
  readonly se: readonly number[];
}

/** The recursion, written out for two coefficients. */
function recursion(keep: number, batch: number): Line {
  let [aa, ab, bb, ga, gb] = [0, 0, 0, 0, 0];
  for (let from = 0; from < rows; from += batch) {
    const end = Math.min(rows, from + batch);
    const kept = keep ** (end - from);
    [aa, ab, bb, ga, gb] = [kept * aa, kept * ab, kept * bb, kept * ga, kept * gb];
    for (let i = from; i < end; i++) {
      aa += 4;
      ab += 4 * x[i];
      bb += 4 * x[i] ** 2;
      ga += 4 * y[i];
      gb += 4 * x[i] * y[i];
    }
  }
  const [paa, pbb, pga] = [aa + 1 / 4, bb + 1 / 9, ga + 0.5 / 4];
  const det = paa * pbb - ab * ab;
  return {
    estimate: [(pbb * pga - ab * gb) / det, (paa * gb - ab * pga) / det],
    se: [Math.sqrt(pbb / det), Math.sqrt(paa / det)],
  };
}

async function streamed(options: RunOptions, data: Record<string, Float64Array> = { x, y }): Promise<Line> {
  const { parameters } = await stream(model, data, options);
  return { estimate: parameters.map((p) => p.estimate), se: parameters.map((p) => p.se) };
}

function near(found: Line, expected: Line, digits: number): void {
  for (const key of ["estimate", "se"] as const)
    for (const [k, value] of expected[key].entries())
      expect(Math.abs(found[key][k] / value - 1), key).toBeLessThan(10 ** -digits);
}

describe("exponential forgetting", () => {
  it.each([
    [1, 20],
    [7, 20],
    [60, 100],
  ])("is recursive least squares in batches of %i with a half-life of %i rows", async (batch, half) => {
    const forget = { kind: "half_life", rows: half } as const;
    const found = await streamed({ batch, warmup: batch, forget });
    near(found, recursion(2 ** (-1 / half), batch), 10);
  });

  it("without a batch asked for, one is a sixteenth of the half-life", async () => {
    const forget = { kind: "half_life", rows: 128 } as const;
    near(await streamed({ warmup: 8, forget }), recursion(2 ** (-1 / 128), 8), 10);
    near(
      await streamed({ warmup: 8, forget: { kind: "rate", rate: 2 ** (-1 / 128) } }),
      recursion(2 ** (-1 / 128), 8),
      10,
    );
  });

  it("first rows are no more than the half-life", async () => {
    const forget = { kind: "half_life", rows: 96 } as const;
    const few = await streamed({ forget, batch: 8 });
    near(few, await streamed({ forget, batch: 8, warmup: 96 }), 12);
  });

  it("a rate a row is the same", async () => {
    const found = await streamed({ batch: 5, warmup: 5, forget: { kind: "rate", rate: 0.97 } });
    near(found, recursion(0.97, 5), 10);
  });

  it("follows a change that a stationary flow averages out", async () => {
    const still = await streamed({ batch: 10, warmup: 20 });
    const moving = await streamed({ batch: 10, warmup: 20, forget: { kind: "half_life", rows: 20 } });
    expect(Math.abs(still.estimate[1])).toBeLessThan(0.5);
    expect(Math.abs(moving.estimate[1] + 2)).toBeLessThan(0.3);
  });

  it.each(["full", "root", "diagonal", "scalar"] as const)("%s: stopped and resumed is never stopped", async (kind) => {
    const structure = [
      { kind: kind === "root" ? "full" : kind, ...(kind === "root" ? { root: true } : {}), parameters: null },
    ];
    const options = { batch: 16, warmup: 32, forget: { kind: "half_life", rows: 40 }, structure } as RunOptions;
    const many = 3 * 1024;
    const long = {
      x: Float64Array.from({ length: many }, draw.normal),
      y: Float64Array.from({ length: many }, draw.normal),
    };
    const saved = async (data: Record<string, Float64Array>, more: RunOptions): Promise<Uint8Array[]> => {
      const states: Uint8Array[] = [];
      await stream(model, data, {
        ...options,
        ...more,
        saveEvery: 1024,
        onState: (bytes) => void states.push(bytes.slice()),
      });
      return states;
    };
    const whole = await saved(long, {});
    // rows are read by the 1,024, too
    const rest = { x: long.x.slice(1024), y: long.y.slice(1024) };
    const resumed = await saved(rest, { resume: whole[0] });
    expect(whole.length).toBeGreaterThan(2);
    const [last, other] = [whole, resumed].map((states) => Buffer.from(states[states.length - 1]));
    expect(last.equals(other)).toBe(true);
  });
});
