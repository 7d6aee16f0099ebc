// The quick road of a fit over many rows: it ends where Newton's method ends, with the information there, and gives way
// to the search where there is no maximum to go to.

import { expect, test } from "vitest";
import { compile, fit, NumericalError, type Rows } from "../../src/index.ts";

const features = 35;
const rows = 12_000;

function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

interface Design {
  readonly x: readonly Float64Array[];
  readonly eta: Float64Array;
  readonly uniform: () => number;
}

function design(seed: number): Design {
  const uniform = uniforms(seed);
  const eta = new Float64Array(rows);
  const x = Array.from({ length: features }, () => {
    const effect = uniform() - 0.5;
    return Float64Array.from({ length: rows }, (_, i) => {
      const value = uniform() + uniform() + uniform() - 1.5;
      eta[i] += effect * value;
      return value;
    });
  });
  return { x, eta, uniform };
}

const columns = ({ x }: Design, y: Float64Array): Rows => ({
  ...Object.fromEntries(x.map((column, k) => [`x${k + 1}`, column])),
  y,
});

/** mean and weight of a row at its predictor, for a canonical link */
type Link = (eta: number) => readonly [number, number];
const logistic: Link = (eta) => {
  const mean = 1 / (1 + Math.exp(-eta));
  return [mean, mean * (1 - mean)];
};
const loglinear: Link = (eta) => [Math.exp(eta), Math.exp(eta)];

/** Newton's method on dense matrices, from 0, with a ridge of `precision` on the slopes: estimates and standard errors. */
function newton({ x }: Design, y: Float64Array, link: Link, precision: number): { estimates: number[]; se: number[] } {
  const design = [new Float64Array(rows).fill(1), ...x];
  const size = design.length;
  const beta = new Float64Array(size);
  let inverse: number[][] = [];
  for (let round = 0; round < 12; round++) {
    const score = new Float64Array(size);
    const information = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    for (let i = 0; i < rows; i++) {
      let eta = 0;
      for (let j = 0; j < size; j++) eta += design[j][i] * beta[j];
      const [mean, weight] = link(eta);
      for (let j = 0; j < size; j++) {
        score[j] += design[j][i] * (y[i] - mean);
        for (let k = 0; k <= j; k++) information[j][k] += weight * design[j][i] * design[k][i];
      }
    }
    for (let j = 1; j < size; j++) {
      score[j] -= precision * beta[j];
      information[j][j] += precision;
    }
    inverse = inverted(information);
    for (let j = 0; j < size; j++) for (let k = 0; k < size; k++) beta[j] += inverse[j][k] * score[k];
  }
  return { estimates: [...beta], se: inverse.map((line, j) => Math.sqrt(line[j])) };
}

/** The inverse of a symmetric matrix from its lower triangle, by elimination. */
function inverted(lower: readonly (readonly number[])[]): number[][] {
  const size = lower.length;
  const work = lower.map((line, j) =>
    Array.from({ length: 2 * size }, (_, k) => {
      if (k >= size) return k - size === j ? 1 : 0;
      return k <= j ? line[k] : lower[k][j];
    }),
  );
  for (let j = 0; j < size; j++) {
    const pivot = work[j][j];
    for (let k = 0; k < 2 * size; k++) work[j][k] /= pivot;
    for (let i = 0; i < size; i++) {
      const factor = work[i][j];
      if (i !== j) for (let k = 0; k < 2 * size; k++) work[i][k] -= factor * work[j][k];
    }
  }
  return work.map((line) => line.slice(size));
}

const head = 'data x : real[p] from "x*"\nparam base : real\n';
const cases = [
  {
    name: "logistic",
    model: `${head}param w : real[p]\ndata y : binary\ny ~ Bernoulli(logit: base + w @ x)`,
    response: ({ eta, uniform }: Design) => eta.map((e) => (uniform() < logistic(e - 1)[0] ? 1 : 0)),
    link: logistic,
    precision: 0,
  },
  {
    name: "Poisson, with a prior",
    model: `${head}param w : real[p] ~ Normal(0, 0.1)\ndata y : count\ny ~ Poisson(log: base + w @ x)`,
    response: ({ eta, uniform }: Design) => eta.map((e) => Math.floor(-2 * Math.log(uniform()) * Math.exp(e))),
    link: loglinear,
    precision: 100,
  },
];

for (const { name, model, response, link, precision } of cases)
  test(`${name}: estimates and standard errors are those of Newton's method`, async () => {
    const made = design(7);
    const y = response(made);
    const summary = await fit(compile(model), columns(made, y), { structure: "full" });
    const exact = newton(made, y, link, precision);
    expect(summary.converged).toBe(true);
    for (const [k, { estimate, se }] of summary.parameters.entries()) {
      expect(Math.abs(estimate - exact.estimates[k]) / se).toBeLessThan(1e-9);
      expect(Math.abs(se / exact.se[k] - 1)).toBeLessThan(1e-8);
    }
  });

test("classes that are separated have no maximum on this road either", async () => {
  const made = design(8);
  const y = made.eta.map((e) => (e > 0 ? 1 : 0));
  const fitted = fit(compile(cases[0].model), columns(made, y), { structure: "full" });
  await expect(fitted).rejects.toThrow(NumericalError);
  await expect(fitted).rejects.toMatchObject({ diagnostics: [{ code: "FF606" }] });
});

test("a stream that is finished twice is the same bytes twice, and the same numbers when it is resumed", () => {
  const made = design(9);
  const y = cases[0].response(made);
  const model = compile(
    "data x1 : real\ndata y : binary\nparam a : real\nparam b : real\ny ~ Bernoulli(logit: a + b * x1)",
  );
  const flow = model.start();
  flow.update({ x1: made.x[0], y });
  const first = flow.save();
  flow.summary();
  expect(flow.save()).toEqual(first);
  expect(model.resume(first).estimates()).toEqual(flow.estimates());
  flow.update({ x1: [0.5], y: [1] });
  expect(flow.save()).not.toEqual(first);
});
