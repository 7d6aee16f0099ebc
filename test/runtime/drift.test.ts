// Parameters that wander: for a linear-Gaussian model with flat priors the stream is the Kalman filter of a regression
// whose coefficients make random steps (Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter,
// §3.2), written out here for two of them.

import { describe, expect, it } from "vitest";
import { CompileError, compile, type RunOptions, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const model = compile(`
  data x : real
  data y : real
  param level : real
  param slope : real
  y ~ Normal(level + slope * x, 0.5)
`);

const rows = 300;
const draw = random(5, "drift");
const x = Float64Array.from({ length: rows }, () => draw.normal());
let wandering = 1;
const y = x.map((v) => {
  wandering += 0.05 * draw.normal();
  return 2 + wandering * v + 0.5 * draw.normal();
});

/** Mean and covariance after the first `held` rows at once, then predict and update batch by batch. */
function filter(held: number, batch: number, noise: readonly [number, number]) {
  const ends = [
    held,
    ...Array.from({ length: Math.ceil((rows - held) / batch) }, (_, k) => Math.min(rows, held + (k + 1) * batch)),
  ];
  let [m0, m1, p00, p01, p11] = [0, 0, 0, 0, 0];
  let from = 0;
  for (const [k, end] of ends.entries()) {
    const n = end - from;
    if (k > 0) [p00, p11] = [p00 + n * noise[0] ** 2, p11 + n * noise[1] ** 2];
    // the same in information form: precision and precision times mean
    const det = p00 * p11 - p01 * p01;
    let [i00, i01, i11] = k === 0 ? [0, 0, 0] : [p11 / det, -p01 / det, p00 / det];
    let [h0, h1] = [i00 * m0 + i01 * m1, i01 * m0 + i11 * m1];
    for (let i = from; i < end; i++) {
      [i00, i01, i11] = [i00 + 4, i01 + 4 * x[i], i11 + 4 * x[i] ** 2];
      [h0, h1] = [h0 + 4 * y[i], h1 + 4 * x[i] * y[i]];
    }
    const d = i00 * i11 - i01 * i01;
    [p00, p01, p11] = [i11 / d, -i01 / d, i00 / d];
    [m0, m1] = [p00 * h0 + p01 * h1, p01 * h0 + p11 * h1];
    from = end;
  }
  return { estimate: [m0, m1], se: [Math.sqrt(p00), Math.sqrt(p11)] };
}

async function streamed(options: RunOptions) {
  const { parameters } = await stream(model, { x, y }, options);
  return { estimate: parameters.map((p) => p.estimate), se: parameters.map((p) => p.se) };
}

function near(found: { estimate: number[]; se: number[] }, expected: { estimate: number[]; se: number[] }): void {
  for (const key of ["estimate", "se"] as const)
    for (const [k, value] of expected[key].entries())
      expect(Math.abs(found[key][k] / value - 1), key).toBeLessThan(1e-10);
}

describe("process noise", () => {
  it.each([
    [1, 10],
    [7, 21],
    [50, 50],
  ])("is a Kalman filter in batches of %i after %i rows", async (batch, warmup) => {
    const drift = [
      { sd: 0.05, parameters: ["slope"] },
      { sd: 0.01, parameters: null },
    ];
    near(await streamed({ batch, warmup, drift }), filter(warmup, batch, [0.01, 0.05]));
  });

  it("of some parameters leaves the others where they are", async () => {
    const drift = [{ sd: 0.1, parameters: ["slope"] }];
    near(await streamed({ batch: 5, warmup: 10, drift }), filter(10, 5, [0, 0.1]));
  });

  it("follows what wanders", async () => {
    const [still, moving] = [
      await streamed({ batch: 5, warmup: 20 }),
      await streamed({ batch: 5, warmup: 20, drift: [{ sd: 0.05, parameters: ["slope"] }] }),
    ];
    expect(Math.abs(moving.estimate[1] - wandering)).toBeLessThan(3 * moving.se[1]);
    expect(moving.se[1]).toBeGreaterThan(1.5 * still.se[1]);
  });

  it.each(["block", "diagonal", "scalar"] as const)("%s: a weaker memory with the same maximum", async (structure) => {
    // without correlations each coordinate is a filter of its own: columns that meet in no row are exact
    const apart = compile(`
      data a : real
      data b : real
      data y : real
      param p : real
      param q : real
      y ~ Normal(p * a + q * b, 1)
    `);
    const n = 120;
    const a = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const data = { a, b: a.map((v) => 1 - v), y: a.map((v) => 3 * v + draw.normal()) };
    const drift = [{ sd: 0.2, parameters: null }];
    const options = { batch: 10, warmup: 10, drift } as const;
    const found = (await stream(apart, data, { ...options, structure })).parameters;
    const full = (await stream(apart, data, { ...options, structure: "full" })).parameters;
    for (const [k, p] of found.entries()) {
      expect(p.estimate).toBeCloseTo(full[k].estimate, 10);
      expect(p.se).toBeCloseTo(full[k].se, 10);
    }
  });

  it.each([
    [{ structure: [{ kind: "full", root: true, parameters: null }] }, /full sqrt/],
    [{ structure: "lowrank" }, /lowrank/],
    [{ forget: { kind: "window", rows: 50, segments: null } }, /forget window/],
    [{ lineSearch: false }, /without a search/],
    [{ drift: [{ sd: 1, parameters: ["slopes"] }] }, /slopes/],
  ] as const)("refuses what it can't be had with: %j", async (options, reason) => {
    const run = streamed({ drift: [{ sd: 0.1, parameters: null }], ...options } as RunOptions);
    const error = await run.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CompileError);
    expect((error as CompileError).diagnostics[0].message).toMatch(reason);
  });
});
