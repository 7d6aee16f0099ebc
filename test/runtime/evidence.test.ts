// What a model is worth on the data: the prequential log evidence of a stream, against closed forms and quadrature; the
// end of a stream that has learnt enough; and what a fit says of its own standard errors.

import { determinant, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import {
  compile,
  fit,
  loadState,
  type RunOptions,
  type Summary,
  stream,
  summaryOf,
  summaryTable,
} from "../../src/index.ts";
import { free, random } from "../../src/ir/index.ts";
import { logJacobian } from "../../src/reports/index.ts";

const draw = random(11, "evidence");
const rows = 400;
const x = Float64Array.from({ length: rows }, () => draw.normal());
const y = x.map((v) => 0.3 + 0.8 * v + 0.5 * draw.normal());

const line = (priors: readonly [string, string]): string => `
data x : real
data y : real
param a : real${priors[0]}
param b : real${priors[1]}
y ~ Normal(a + b * x, 0.5)
`;
const proper = compile(line([" ~ Normal(0.5, 2)", " ~ Normal(0, 3)"]));
const flat = compile(line(["", ""]));

/** Sum of the exact log predictive densities of rows one by one: recursive Bayes for two coefficients. */
function closedForm(prior: {
  readonly precision: readonly [number, number];
  readonly mean: readonly [number, number];
}) {
  let [aa, ab, bb] = [prior.precision[0], 0, prior.precision[1]];
  let [ga, gb] = [aa * prior.mean[0], bb * prior.mean[1]];
  return Array.from(x, (v, i) => {
    const det = aa * bb - ab * ab;
    const mean = (bb * ga - ab * gb + v * (aa * gb - ab * ga)) / det;
    const variance = 0.25 + (bb - 2 * v * ab + v * v * aa) / det;
    const log = -0.5 * (Math.log(2 * Math.PI * variance) + (y[i] - mean) ** 2 / variance);
    [aa, ab, bb, ga, gb] = [aa + 4, ab + 4 * v, bb + 4 * v * v, ga + 4 * y[i], gb + 4 * v * y[i]];
    return log;
  });
}
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const exact = closedForm({ precision: [1 / 4, 1 / 9], mean: [0.5, 0] });

const scored = async (model: typeof proper, options: RunOptions, data = { x, y } as Record<string, Float64Array>) =>
  stream(model, data, { prequential: "on", ...options });
const relative = (found: number | null, expected: number): number => Math.abs((found ?? Number.NaN) / expected - 1);

describe("the prequential log evidence", () => {
  it.each([
    [1, 5],
    [7, 14],
    [64, 100],
    [400, 400],
  ])("of a linear-Gaussian model is the sum of its exact predictive densities, in batches of %i after %i rows", async (batch, warmup) => {
    const summary = await scored(proper, { batch, warmup });
    expect(relative(summary.prequential, sum(exact))).toBeLessThan(1e-8);
    expect(summary.prequentialFrom).toBe(1);
  });
  it("is the evidence of a fit of all rows", async () => {
    const { logEvidence } = await fit(proper, { x, y });
    expect(relative(logEvidence, sum(exact))).toBeLessThan(1e-9);
  });
  it("of flat priors starts after the first rows", async () => {
    const summary = await scored(flat, { batch: 20, warmup: 40 });
    expect(summary.prequentialFrom).toBe(41);
    const tail = closedForm({ precision: [1e-300, 1e-300], mean: [0, 0] }).slice(40);
    expect(relative(summary.prequential, sum(tail))).toBeLessThan(1e-8);
    expect((await fit(flat, { x, y })).logEvidence).toBeNull();
  });
});

/** log ∫∫ exp(f) by the trapezoidal rule on a grid, which converges fast for smooth functions that vanish at its edge. */
function logIntegral(
  f: (a: number, b: number) => number,
  [a0, a1]: number[],
  [b0, b1]: number[],
  points = 160,
): number {
  const values: number[] = [];
  for (let i = 0; i <= points; i++)
    for (let j = 0; j <= points; j++) values.push(f(a0 + ((a1 - a0) * i) / points, b0 + ((b1 - b0) * j) / points));
  const most = Math.max(...values);
  const cell = ((a1 - a0) / points) * ((b1 - b0) / points);
  return most + Math.log(values.reduce((total, v) => total + Math.exp(v - most), 0) * cell);
}
const normal = (z: number, mean: number, sd: number): number =>
  -0.5 * ((z - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);

describe("the prequential log evidence of other models", () => {
  const coin = random(5, "coin");
  const yes = x.map((v) => (coin.uniform() < 1 / (1 + Math.exp(0.4 - v)) ? 1 : 0));
  const logistic = compile(`
data x : real
data y : binary
param a : real ~ Normal(0, 2)
param b : real ~ Normal(0, 2)
y ~ Bernoulli(logit: a + b * x)
`);
  const scale = compile(`
data y : real
param m : real ~ Normal(0, 2)
param s : positive ~ Exponential(1)
y ~ Normal(m, s)
`);

  it("is close to quadrature for a logistic regression", async () => {
    const truth = logIntegral(
      (a, b) =>
        normal(a, 0, 2) +
        normal(b, 0, 2) +
        sum(Array.from(x, (v, i) => -Math.log1p(Math.exp((1 - 2 * yes[i]) * (a + b * v))))),
      [-1.6, 0.8],
      [0, 2.2],
    );
    const data = { x, y: yes };
    expect((await fit(logistic, data)).logEvidence).toBeCloseTo(truth, 1);
    expect((await scored(logistic, { batch: 25, warmup: 50 }, data)).prequential).toBeCloseTo(truth, 1);
  });

  it.each([
    "likelihood",
    "posterior",
  ] as const)("and for a scale, where densities are those of `target %s`", async (target) => {
    const truth = logIntegral(
      (m, t) => normal(m, 0, 2) - Math.exp(t) + t + sum(Array.from(y, (v) => normal(v, m, Math.exp(t)))),
      [-0.2, 0.8],
      [-0.6, 0.4],
    );
    expect(Math.abs(((await fit(scale, { y }, { target })).logEvidence ?? 0) - truth)).toBeLessThan(0.01);
    const summary = await scored(scale, { batch: 25, warmup: 50, target }, { y });
    expect(Math.abs((summary.prequential ?? 0) - truth)).toBeLessThan(0.05);
  });

  it("of a flat probability is the Beta function", async () => {
    const coinModel = compile("data y : binary\nparam p : unit\ny ~ Bernoulli(p)\n");
    const heads = sum(Array.from(yes));
    let truth = -Math.log(rows + 1);
    for (let k = 1; k <= heads; k++) truth += Math.log(k) - Math.log(rows - heads + k);
    const summary = await scored(coinModel, { batch: 25, warmup: 50 }, { y: yes });
    expect(summary.prequentialFrom).toBe(1);
    expect(Math.abs((summary.prequential ?? 0) - truth)).toBeLessThan(0.02);
    expect(Math.abs(((await fit(coinModel, { y: yes })).logEvidence ?? 0) - truth)).toBeLessThan(0.01);
  });

  it("of a flow that forgets is of what it still knows, with the prior as it was", async () => {
    const keep = 0.98;
    let [aa, ab, bb, ga, gb] = [0, 0, 0, 0, 0];
    let truth = 0;
    for (const [i, v] of x.entries()) {
      if (i >= 10) [aa, ab, bb, ga, gb] = [keep * aa, keep * ab, keep * bb, keep * ga, keep * gb];
      const [p, q, r] = [aa + 1 / 4, bb + 1 / 9, ga + 0.5 / 4];
      const det = p * q - ab * ab;
      const mean = (q * r - ab * gb + v * (p * gb - ab * r)) / det;
      truth += normal(y[i], mean, Math.sqrt(0.25 + (q - 2 * v * ab + v * v * p) / det));
      [aa, ab, bb, ga, gb] = [aa + 4, ab + 4 * v, bb + 4 * v * v, ga + 4 * y[i], gb + 4 * v * y[i]];
    }
    const summary = await scored(proper, { batch: 1, warmup: 10, forget: { kind: "rate", rate: keep } });
    expect(relative(summary.prequential, truth)).toBeLessThan(1e-8);
  });

  it("of a plain flow is the log-likelihood of every batch before its step", async () => {
    const summary = await scored(proper, { batch: 20, lineSearch: false });
    expect(summary.prequential).not.toBeNull();
    expect(summary.prequentialFrom).toBe(1);
    expect(summary.prequential ?? 0).toBeLessThan(sum(exact));
  });

  it("goes on from a saved state as if it had never stopped", async () => {
    const states: Uint8Array[] = [];
    const onState = (bytes: Uint8Array): void => {
      states.push(bytes);
    };
    const options = { batch: 20, warmup: 40 };
    const part = (from: number, to: number) => ({ x: x.slice(from, to), y: y.slice(from, to) });
    const first = await scored(proper, { ...options, onState }, part(0, 200));
    const second = await stream(proper, part(200, 400), { ...options, resume: states[0] });
    const whole = await scored(proper, options);
    expect(second.prequential).toBe(whole.prequential);
    expect(first.prequential).toBeCloseTo(sum(exact.slice(0, 200)), 5);
    expect(second.parameters).toEqual(whole.parameters);
  });

  it.each(["full sqrt", "block", "diagonal", "scalar"] as const)("is there for %s information", async (kind) => {
    const structure = kind === "full sqrt" ? [{ kind: "full", root: true, parameters: null } as const] : kind;
    const summary = await scored(proper, { batch: 20, warmup: 40, structure });
    expect(summary.prequentialFrom).toBe(1);
    if (kind === "full sqrt") expect(relative(summary.prequential, sum(exact))).toBeLessThan(1e-8);
    // x and the constant are nearly uncorrelated
    if (kind === "block" || kind === "diagonal") expect(relative(summary.prequential, sum(exact))).toBeLessThan(1e-2);
    expect(Number.isFinite(summary.prequential)).toBe(true);
  });

  it("is that of a live flow, too, where it is asked for", () => {
    const live = proper.start({ warmup: 40, prequential: "on" });
    for (let i = 0; i < rows; i += 8) live.update({ x: x.slice(i, i + 8), y: y.slice(i, i + 8) });
    expect(relative(live.summary().prequential, sum(exact))).toBeLessThan(1e-8);
    const silent = proper.start({ warmup: 40 });
    silent.update({ x, y });
    expect(silent.summary().prequential).toBeNull();
  });

  it("does not change what a flow estimates, and is left out where it is switched off", async () => {
    const on = await scored(logistic, { batch: 20, warmup: 40 }, { x, y: yes });
    const off = await stream(logistic, { x, y: yes }, { batch: 20, warmup: 40, prequential: "off" });
    expect([off.prequential, off.prequentialFrom]).toEqual([null, null]);
    for (const [k, { estimate, se }] of off.parameters.entries()) {
      expect(relative(on.parameters[k].estimate, estimate)).toBeLessThan(1e-9);
      expect(relative(on.parameters[k].se, se)).toBeLessThan(1e-9);
    }
  });
});

it.each([
  ["simplex", [0.2, 0.5, 0.3], 2],
  ["ordered", [-0.4, 0.3, 1.7], 3],
] as const)("log |∂T/∂φ| of a %s is that of the inverse of T", (kind, values, size) => {
  const at = (own: readonly number[]): Float64Array => free({ kind }, Float64Array.from(own), [3]);
  const phi = at(values);
  const step = 1e-5;
  // central differences of φ by the first coordinates; of a simplex the last one gives way
  const matrix = Array.from({ length: size }, (_, j) => {
    const [up, down] = [1, -1].map((sign) => {
      const moved = [...values];
      moved[j] += sign * step;
      if (kind === "simplex") moved[2] -= sign * step;
      return at(moved);
    });
    return Array.from(phi, (_, i) => (up[i] - down[i]) / (2 * step));
  });
  const parameters = [{ transform: { kind }, first: 0, size, freeShape: [size] }];
  const found = logJacobian({ parameters, options: { target: "likelihood" } } as never, phi);
  expect(found).toBeCloseTo(-Math.log(Math.abs(determinant(new Matrix(matrix)))), 7);
});

describe("a stream stops when its rows bring little more", () => {
  it("by the information gained over so many rows, and says so", async () => {
    const summary = await stream(proper, { x, y }, { batch: 20, warmup: 40, stop: { gain: 0.4, rows: 40 } });
    const gained = (from: number, to: number): number => {
      const logdet = (count: number): number => {
        const [sx, sxx] = [sum(Array.from(x.slice(0, count))), sum(Array.from(x.slice(0, count), (v) => v * v))];
        return Math.log((4 * count + 1 / 4) * (4 * sxx + 1 / 9) - 16 * sx * sx);
      };
      return (logdet(to) - logdet(from)) / 2;
    };
    let row = 80;
    while (gained(row - 40, row) >= 0.4) row += 40;
    const [event] = summary.events;
    expect(event).toMatchObject({ kind: "saturated", row, details: { rows: 40, per: 40, below: 0.4 } });
    expect(event.kind === "saturated" && event.details.gained).toBeCloseTo(gained(row - 40, row), 9);
  });
  it("with the rows in hand", async () => {
    const many = Float64Array.from({ length: 5000 }, () => draw.normal());
    const summary = await stream(proper, { x: many, y: many }, { stop: { gain: 1, rows: 500 } });
    const [event] = summary.events;
    expect(summary.rows).toBeLessThan(5000);
    expect(summary.rows - event.row).toBeLessThan(1024);
  });
  it("and not before", async () => {
    const summary = await stream(proper, { x, y }, { batch: 20, warmup: 40, stop: { gain: 1e-6, rows: 40 } });
    expect([summary.rows, summary.events]).toEqual([400, []]);
  });
});

describe("sandwich standard errors", () => {
  // the scale of the noise grows with x: the model's errors are wrong, the sandwich's are White's (1980)
  const uneven = x.map((v) => 0.3 + 0.8 * v + 0.5 * (0.2 + v * v) * draw.normal());
  const bread = (() => {
    const [n, sx, sxx] = [rows, sum(Array.from(x)), sum(Array.from(x, (v) => v * v))];
    const det = n * sxx - sx * sx;
    return [sxx / det, -sx / det, n / det];
  })();

  it("are White's for least squares, and are told of where they are others", async () => {
    const model = compile(line(["", ""]));
    const summary = await fit(model, { x, y: uneven });
    const [a, b] = summary.parameters.map((p) => p.estimate);
    const meat = [0, 0, 0];
    for (const [i, v] of x.entries()) {
      const square = (uneven[i] - a - b * v) ** 2;
      meat[0] += square;
      meat[1] += square * v;
      meat[2] += square * v * v;
    }
    const [p, q, r] = bread;
    const robust = Math.sqrt(q * q * meat[0] + 2 * q * r * meat[1] + r * r * meat[2]);
    expect(summary.parameters[1].robust).toBeCloseTo(robust, 10);
    expect(summary.parameters[1].se).toBeCloseTo(0.5 * Math.sqrt(r), 10);
    expect(p).toBeGreaterThan(0);
    expect(summary.errors).toBe("model");
    expect(summary.diagnostics.map((d) => d.code)).toEqual(["FF610"]);
    expect(summary.diagnostics[0].message).toContain(`\`b\` (${(robust / (0.5 * Math.sqrt(r))).toPrecision(3)})`);
    const printed = await fit(model, { x, y: uneven }, { errors: "sandwich" });
    expect(printed.parameters[1].se).toBeCloseTo(robust, 10);
    expect([printed.errors, printed.diagnostics]).toEqual(["sandwich", []]);
    expect(summaryTable(printed)).toMatch(/sandwich \(HC0\) standard errors\n\nname +estimate +robust se/);
  });

  it("agree where the model is right, are not made when told so, and need the rows again", async () => {
    const summary = await fit(proper, { x, y });
    expect(summary.diagnostics).toEqual([]);
    for (const { robust, se } of summary.parameters) expect(Math.abs((robust ?? 0) / se - 1)).toBeLessThan(0.15);
    const without = await fit(proper, { x, y }, { errors: "model" });
    expect(without.parameters.map((p) => p.robust)).toEqual([null, null]);
    const streamed = await stream(proper, { x, y }, { errors: "sandwich" });
    expect([streamed.errors, ...streamed.diagnostics.map((d) => d.code)]).toEqual(["model", "FF611"]);
    const lossy = await fit(proper, { x, y }, { errors: "sandwich", structure: "scalar" });
    expect(lossy.parameters[0].robust).toBeNull();
    expect(lossy.diagnostics.find((d) => d.code === "FF611")?.message).toMatch(/`scalar` information/);
  });

  it("are shown again from a saved state", async () => {
    const states: Uint8Array[] = [];
    const onState = (bytes: Uint8Array): void => {
      states.push(bytes);
    };
    const summary = await fit(proper, { x, y }, { errors: "sandwich", onState });
    const shown = summaryOf(loadState(states[0]));
    expect(shown.errors).toBe("sandwich");
    for (const [k, { se }] of shown.parameters.entries())
      expect(relative(se, summary.parameters[k].se)).toBeLessThan(1e-9);
  });
});

describe("what a fit is worth", () => {
  const coin = random(9, "bits");
  const steep = x.map((v) => (coin.uniform() < 1 / (1 + Math.exp(-4 * v)) ? 1 : 0));
  const model = compile("data x : real\ndata y : binary\nparam b : real ~ Normal(0, 3)\ny ~ Bernoulli(logit: b * x)\n");
  const logLikelihood = (b: number): number =>
    sum(Array.from(x, (v, i) => -Math.log1p(Math.exp((1 - 2 * steep[i]) * b * v))));

  it("in bits: a two-part code, and the mixture's", async () => {
    const summary = await fit(model, { x, y: steep });
    const data = -logLikelihood(summary.parameters[0].estimate) / Math.LN2;
    expect(summary.codeLength?.data).toBeCloseTo(data, 8);
    expect(summary.codeLength?.parameters).toBeCloseTo(0.5 * Math.log2(rows), 12);
    expect(summary.codeLength?.total).toBeCloseTo(data + 0.5 * Math.log2(rows), 8);
    expect(summary.codeLength?.bayes).toBeCloseTo(-(summary.logEvidence ?? 0) / Math.LN2, 10);
    const flatPrior = compile("data x : real\ndata y : binary\nparam b : real\ny ~ Bernoulli(logit: b * x)\n");
    expect((await fit(flatPrior, { x, y: steep })).codeLength?.bayes).toBeNull();
  });

  it("as a PAC-Bayes bound, by the divergence from the prior and the loss under the posterior", async () => {
    const summary = await fit(model, { x, y: steep });
    const [{ estimate, se }] = summary.parameters;
    const found = summary.pacBayes as NonNullable<Summary["pacBayes"]>;
    const divergence = Math.log(3 / se) + (se * se + estimate * estimate) / 18 - 0.5;
    expect(found.divergence).toBeCloseTo(divergence, 8);
    // the expected loss under N(b̂, se²) on a grid
    let [mean, mass] = [0, 0];
    for (let k = -60; k <= 60; k++) {
      const z = k / 10;
      mean += Math.exp((-z * z) / 2) * -logLikelihood(estimate + z * se);
      mass += Math.exp((-z * z) / 2);
    }
    expect(found.empirical).toBeCloseTo(mean / mass / rows / Math.LN2, 4);
    const [r, q] = [found.empirical, found.bound];
    const spent = r * Math.log(r / q) + (1 - r) * Math.log((1 - r) / (1 - q));
    expect(spent).toBeCloseTo((found.divergence + Math.log((2 * Math.sqrt(rows)) / 0.05)) / rows, 9);
    expect(q).toBeGreaterThan(r);
    expect(q).toBeLessThan(1);
  });

  it("and without a bound where it would not hold", async () => {
    const flatPrior = compile("data x : real\ndata y : binary\nparam b : real\ny ~ Bernoulli(logit: b * x)\n");
    const heavy = compile(
      "data x : real\ndata y : binary\nparam b : real ~ Cauchy(0, 3)\ny ~ Bernoulli(logit: b * x)\n",
    );
    for (const [own, data] of [
      [flatPrior, { x, y: steep }],
      [heavy, { x, y: steep }],
      [proper, { x, y }],
    ] as const)
      expect((await fit(own, data)).pacBayes).toBeNull();
  });
});
