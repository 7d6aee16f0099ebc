// Predictive distributions against closed forms, brute-force quadrature and SciPy (reference.py).

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { random } from "../../src/ir/index.ts";
import { choleskyOf, foretold } from "./given.ts";

interface Reference {
  readonly quantiles: readonly number[];
  readonly cdf: readonly (readonly [number, number])[];
  readonly logpdf: readonly (readonly [number, number])[];
  readonly mean?: number;
  readonly sd?: number;
}

const reference = JSON.parse(readFileSync(new URL("reference.json", import.meta.url), "utf8")) as {
  readonly plugin: Readonly<Record<string, Reference>>;
  readonly mixed: Readonly<Record<string, Reference>>;
};

/** Relative error where the truth is far from 0. */
function near(found: number, truth: number, tolerance: number): void {
  expect(Math.abs(found - truth), `${found} instead of ${truth}`).toBeLessThanOrEqual(
    tolerance * Math.max(1e-3, Math.abs(truth)),
  );
}

/** Standard normal quantile of 0.975. */
const z = 1.959963984540054;

describe("families at the estimate, against SciPy", () => {
  const responses: Readonly<Record<string, string>> = {
    Gamma: "positive",
    Beta: "unit",
    StudentT: "real",
    InverseGamma: "positive",
    Normal: "real",
    Weibull: "positive",
    LogNormal: "positive",
  };
  for (const [name, truth] of Object.entries(reference.plugin))
    test(name, () => {
      const response = responses[name.slice(0, name.indexOf("("))] ?? "count";
      const { predictive } = foretold(`data y : ${response}\ny ~ ${name}`, {}, { predictive: "plugin" });
      const quantiles = predictive.quantiles([0.025, 0.5, 0.975]);
      const discrete = response === "count";
      for (const [k, q] of truth.quantiles.entries())
        if (discrete) expect(quantiles[k]![0]).toBe(q);
        else near(quantiles[k]![0]!, q, 5e-4);
      for (const [y, p] of truth.cdf) {
        const { at, below } = predictive.place(Float64Array.of(y));
        expect(Math.abs(at[0]! - p)).toBeLessThan(1e-5);
        if (!discrete) expect(below[0]).toBe(at[0]);
      }
      for (const [y, l] of truth.logpdf) near(predictive.logDensity(Float64Array.of(y))[0]!, l, 1e-8);
    });
});

describe("uncertain arguments, against SciPy's quadrature", () => {
  const models: Readonly<Record<string, { model: string; phi: number[]; covariance: number[] }>> = {
    "NegativeBinomial(log: a, size: s)": {
      model: "data y : count\nparam a : real\nparam s : positive\ny ~ NegativeBinomial(log: a, size: s)",
      phi: [2, 0.5],
      covariance: [0.09, 0, 0, 0.16],
    },
    "Poisson(log: a)": {
      model: "data y : count\nparam a : real\ny ~ Poisson(log: a)",
      phi: [2],
      covariance: [0.25],
    },
    "Gamma(s, rate: r)": {
      model: "data y : positive\nparam s : positive\nparam r : positive\ny ~ Gamma(s, rate: r)",
      phi: [1, 0.2],
      covariance: [0.16, 0, 0, 0.09],
    },
    "Normal(a, s)": {
      model: "data y : real\nparam a : real\nparam s : positive\ny ~ Normal(a, s)",
      phi: [1, -0.3],
      covariance: [0.16, 0, 0, 0.25],
    },
    "Bernoulli(logit: a)": {
      model: "data y : binary\nparam a : real\ny ~ Bernoulli(logit: a)",
      phi: [1.5],
      covariance: [4],
    },
  };
  for (const [name, truth] of Object.entries(reference.mixed))
    test(name, () => {
      const { model, phi, covariance } = models[name]!;
      const { predictive } = foretold(model, { phi, covariance });
      near(predictive.mean[0]!, truth.mean!, 5e-5);
      near(predictive.sd[0]!, truth.sd!, 1e-4);
      const discrete = /count|binary/.test(model);
      const quantiles = predictive.quantiles([0.025, 0.5, 0.975]);
      for (const [k, q] of truth.quantiles.entries())
        if (discrete) expect(quantiles[k]![0]).toBe(q);
        else near(quantiles[k]![0]!, q, 2e-3);
      for (const [y, p] of truth.cdf) near(predictive.place(Float64Array.of(y)).at[0]!, p, 5e-4);
      for (const [y, l] of truth.logpdf) near(predictive.logDensity(Float64Array.of(y))[0]!, l, 5e-4);
    });
});

test("a linear model with a known sd has the closed-form predictive", () => {
  const model = "data x : real\ndata y : real\nparam a : real\nparam b : real\ny ~ Normal(a + b * x, 0.5)";
  const covariance = [0.04, -0.01, -0.01, 0.09];
  const x = [-2, 0, 1, 7];
  const { predictive } = foretold(model, { phi: [1, 2], covariance, columns: { x } });
  const interval = predictive.meanInterval();
  const [lower, upper] = predictive.quantiles([0.025, 0.975]);
  const y = Float64Array.from(x, (v) => 1 + 2 * v + 0.3);
  const density = predictive.logDensity(y);
  for (const [k, v] of x.entries()) {
    const [mean, ofMean] = [1 + 2 * v, Math.sqrt(0.04 - 0.02 * v + 0.09 * v * v)];
    const sd = Math.hypot(0.5, ofMean);
    near(predictive.mean[k]!, mean, 1e-12);
    near(predictive.sd[k]!, sd, 1e-7);
    near(interval.lower[k]!, mean - z * ofMean, 1e-10);
    near(interval.upper[k]!, mean + z * ofMean, 1e-10);
    near(lower![k]!, mean - z * sd, 1e-4);
    near(upper![k]!, mean + z * sd, 1e-4);
    near(density[k]!, -0.5 * (0.3 / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI), 1e-4);
  }
});

test("a probability's interval is the mapped interval of its logit, and levels have theirs", () => {
  const model = "data y : binary\nparam a : real\ny ~ Bernoulli(logit: a)";
  const { predictive } = foretold(model, { phi: [0.4], covariance: [0.5] });
  const sigmoid = (u: number): number => 1 / (1 + Math.exp(-u));
  const ends = [sigmoid(0.4 - z * Math.sqrt(0.5)), sigmoid(0.4 + z * Math.sqrt(0.5))];
  const { lower, upper } = predictive.meanInterval();
  near(lower[0]!, ends[0]!, 1e-12);
  near(upper[0]!, ends[1]!, 1e-12);
  const levels = predictive.levels()!;
  near(levels.probability[1]!, predictive.mean[0]!, 1e-12);
  near(levels.lower[1]!, ends[0]!, 1e-12);
  near(levels.lower[0]!, 1 - ends[1]!, 1e-12);
});

test("class probabilities of correlated logits, against a fine product rule", () => {
  const model = "data y : category\nparam b : real[y]\ny ~ Categorical(logits: b)";
  const covariance = [1.2, 0.3, -0.1, 0.3, 0.8, 0.2, -0.1, 0.2, 0.5];
  const phi = [0.6, -0.4, 0.9];
  const given = { phi, covariance, dims: { y: 3 }, levels: { y: ["a", "b", "c"] } };
  const { predictive } = foretold(model, given);
  const found = predictive.levels()!;
  const root = choleskyOf(covariance, 3);
  const truth = [0, 0, 0];
  let total = 0;
  const n = 61;
  for (let i = 0; i < n ** 3; i++) {
    const at = [i % n, Math.floor(i / n) % n, Math.floor(i / n / n)].map((k) => (k - (n - 1) / 2) * (12 / (n - 1)));
    const weight = Math.exp(-0.5 * at.reduce((sum, x) => sum + x * x, 0));
    const e = phi.map((x, a) => Math.exp(x + at.reduce((sum, v, b) => sum + root[a * 3 + b]! * v, 0)));
    const sum = e.reduce((p, q) => p + q, 0);
    for (let k = 0; k < 3; k++) truth[k]! += (weight * e[k]!) / sum;
    total += weight;
  }
  for (let k = 0; k < 3; k++) near(found.probability[k]!, truth[k]! / total, 3e-3);
  // far better than the probit scaling of each logit by itself
  const scaled = phi.map((x, k) => Math.exp(x / Math.sqrt(1 + (Math.PI / 8) * covariance[4 * k]!)));
  const sum = scaled.reduce((p, q) => p + q, 0);
  const worst = (of: (k: number) => number): number => Math.max(...truth.map((t, k) => Math.abs(of(k) - t / total)));
  expect(worst((k) => found.probability[k]!)).toBeLessThan(0.2 * worst((k) => scaled[k]! / sum));
});

test("a negative binomial predictive is that of simulated rows", () => {
  const model = "data y : count\nparam a : real\nparam s : positive\ny ~ NegativeBinomial(log: a, size: s)";
  const { predictive } = foretold(model, { phi: [1.5, 1], covariance: [0.1, 0.02, 0.02, 0.2] });
  const { normal, uniform } = random(7, "rows");
  const [count, limit] = [100_000, 5];
  let [below, sum] = [0, 0];
  for (let k = 0; k < count; k++) {
    const [u, v] = [normal(), normal()];
    const mean = Math.exp(1.5 + Math.sqrt(0.1) * u);
    const size = Math.exp(1 + (0.02 / Math.sqrt(0.1)) * u + Math.sqrt(0.2 - 0.004) * v);
    let rate = (gamma(size, normal, uniform) * mean) / size;
    // as many exponential times as fit into one unit
    let y = -1;
    while (rate >= 0) {
      rate += Math.log(uniform());
      y += 1;
    }
    sum += y;
    if (y <= limit) below += 1;
  }
  const { at } = predictive.place(Float64Array.of(limit));
  const error = Math.sqrt((at[0]! * (1 - at[0]!)) / count);
  expect(Math.abs(at[0]! - below / count)).toBeLessThan(4 * error);
  expect(Math.abs(predictive.mean[0]! - sum / count)).toBeLessThan((4 * predictive.sd[0]!) / Math.sqrt(count));
});

/** Marsaglia and Tsang (2000). */
function gamma(shape: number, normal: () => number, uniform: () => number): number {
  if (shape < 1) return gamma(shape + 1, normal, uniform) * uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

test("draws of the parameters and the linearised predictive agree where the model is linear", () => {
  const model = "data x : real\ndata y : real\nparam a : real\nparam b : real\ny ~ Normal(a + b * x, 0.5)";
  const given = { phi: [1, 2], covariance: [0.04, -0.01, -0.01, 0.09], columns: { x: [-1, 3] } };
  const linear = foretold(model, given).predictive;
  const drawn = foretold(model, given, { predictive: "sampled", draws: 4000 }).predictive;
  for (const k of [0, 1]) {
    near(drawn.mean[k]!, linear.mean[k]!, 0.02);
    near(drawn.sd[k]!, linear.sd[k]!, 0.03);
    near(drawn.quantiles([0.975])[0]![k]!, linear.quantiles([0.975])[0]![k]!, 0.03);
    near(drawn.meanInterval().upper[k]!, linear.meanInterval().upper[k]!, 0.03);
  }
  const again = foretold(model, given, { predictive: "sampled", draws: 4000 }).predictive;
  expect(again.mean).toEqual(drawn.mean);
});

test("every target computes the same", () => {
  const model =
    "data x : real\ndata y : count\nparam a : real\nparam b : real\nparam s : positive\ny ~ NegativeBinomial(log: a + b * x, size: s)";
  const given = { phi: [1, 0.5, 0.3], covariance: [0.04, 0, 0, 0, 0.01, 0, 0, 0, 0.1], columns: { x: [-1, 0, 2] } };
  const [oracle, js, wasm] = (["interpret", "js", "wasm"] as const).map((backend) => {
    const { predictive } = foretold(model, given, { backend });
    return [
      ...predictive.mean,
      ...predictive.sd,
      ...predictive.quantiles([0.9])[0]!,
      ...predictive.logDensity(Float64Array.of(1, 2, 3)),
    ];
  });
  for (const [k, x] of oracle!.entries()) {
    near(js![k]!, x, 1e-9);
    near(wasm![k]!, x, 1e-9);
  }
});
