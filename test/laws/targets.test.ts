// Emitted programs on random models: every target is the interpreter within rounding, which is the evaluator row by row;
// the score is the slope of the value, the observed information the slope of the score.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/emit/index.ts";
import { type Machine, machine, oracle, type Rows, type Sums } from "./machine.ts";
import { type Model, models } from "./models.ts";

const settings = { seed: 20262, numRuns: 60 } as const;

/** Largest difference of two passes, relative to the size of what is compared. */
function difference(a: Sums, b: Sums): number {
  const apart = (x: readonly number[], y: readonly number[]): number => {
    const size = Math.max(1, ...y.map(Math.abs));
    return Math.max(0, ...x.map((v, k) => Math.abs(v - y[k]) / size));
  };
  return Math.max(
    apart([a.logLikelihood], [b.logLikelihood]),
    apart(a.score, b.score),
    apart(a.information.flat(), b.information.flat()),
  );
}

function phiOf(model: Model, { size }: Machine): number[] {
  return model.numbers.slice(0, size);
}

describe.each<[Backend, number]>([
  ["interpret", 0],
  ["js", 1e-13],
  ["wasm", 1e-12],
])("%s", (backend, tolerance) => {
  test.each([
    "expected",
    "empirical",
  ] as const)("%s information: the target, the interpreter and the evaluator agree", (information) => {
    fc.assert(
      fc.property(models, (model) => {
        const own = machine(model.text, model.dims, { backend, information });
        const reference =
          backend === "interpret" ? own : machine(model.text, model.dims, { backend: "interpret", information });
        const phi = phiOf(model, own);
        for (const procedure of ["evaluate", "accumulate", "observe"] as const) {
          const sums = own.pass(procedure, phi, model.rows);
          expect(difference(sums, reference.pass(procedure, phi, model.rows))).toBeLessThanOrEqual(tolerance);
          const truth = oracle(own, information, phi, model.rows);
          const compared = procedure === "accumulate" ? truth : { ...truth, information: sums.information };
          const known = procedure === "evaluate" ? { ...compared, score: sums.score } : compared;
          expect(difference(sums, known)).toBeLessThan(1e-12);
        }
      }),
      settings,
    );
  });

  test("the score is the slope of the value, the observed information that of the score", () => {
    fc.assert(
      fc.property(models, (model) => {
        const own = machine(model.text, model.dims, { backend });
        const phi = phiOf(model, own);
        const { score, information } = own.pass("observe", phi, model.rows);
        const size = 1 + Math.max(...score.map(Math.abs), ...information.flat().map(Math.abs));
        for (let i = 0; i < own.size; i++) {
          const at = (h: number): Sums =>
            own.pass(
              "accumulate",
              phi.map((x, k) => (k === i ? x + h : x)),
              model.rows,
            );
          const value = slope((h) => at(h).logLikelihood);
          expect(Math.abs(value - score[i])).toBeLessThan(1e-7 * size);
          for (let j = 0; j < own.size; j++)
            expect(Math.abs(slope((h) => at(h).score[j]) + information[i][j])).toBeLessThan(1e-7 * size);
        }
      }),
      { ...settings, numRuns: 25 },
    );
  });

  test("prior terms: gradient and curvature are slopes too, with and without the transforms' Jacobians", () => {
    const text = `data y : real
param a : real ~ Normal(1, 2)
param b : positive ~ Gamma(2, 3)
param c : unit ~ Beta(2, 5)
param d : simplex[3]
param e : real[2] ~ StudentT(4, 0, 1)
y ~ Normal(a * c + d[1] + sum(e), b)
`;
    for (const target of ["likelihood", "posterior"] as const) {
      const own = machine(text, {}, { backend, target });
      const phi = [0.3, -0.2, 0.5, 0.1, -0.4, 0.7, -0.6];
      const at = (x: readonly number[]): { value: number; score: number[]; curvature: number[] } => {
        own.state("phi").set(x);
        own.run("prior");
        return {
          value: own.state("logPrior")[0],
          score: [...own.state("priorScore")],
          curvature: [...own.state("priorDiagonal")],
        };
      };
      const { score, curvature } = at(phi);
      for (let i = 0; i < own.size; i++) {
        const moved = (h: number): number[] => phi.map((x, k) => (k === i ? x + h : x));
        expect(slope((h) => at(moved(h)).value)).toBeCloseTo(score[i], 8);
        // a curvature that is not positive counts as none; one that is not diagonal is kept elsewhere
        const bent = -slope((h) => at(moved(h)).score[i]);
        if (curvature[i] !== 0) expect(bent).toBeCloseTo(curvature[i], 7);
      }
    }
  });
});

/** Central differences, extrapolated once. */
function slope(f: (step: number) => number): number {
  const difference = (h: number): number => (f(h) - f(-h)) / (2 * h);
  return (4 * difference(5e-4) - difference(1e-3)) / 3;
}

/** Rows once for each response, weighted by its probability: sums over them are expectations. */
function enumerated(rows: Rows, responses: readonly number[]): Rows {
  const columns = Object.fromEntries(
    Object.entries(rows.columns).map(([name, values]) => {
      const width = values.length / rows.rows;
      const repeated = Array.from({ length: width }, (_, k) =>
        responses.flatMap(() => values.slice(k * rows.rows, (k + 1) * rows.rows)),
      );
      return [name, repeated.flat()];
    }),
  );
  return {
    rows: rows.rows * responses.length,
    columns: { ...columns, y: responses.flatMap((y) => new Array<number>(rows.rows).fill(y)) },
  };
}

const discrete: readonly { readonly name: string; readonly statement: string; readonly most: number }[] = [
  { name: "Bernoulli(logit:)", statement: "y ~ Bernoulli(logit: eta)", most: 1 },
  { name: "Bernoulli(probit:)", statement: "y ~ Bernoulli(probit: eta)", most: 1 },
  { name: "Bernoulli(cloglog:)", statement: "y ~ Bernoulli(cloglog: eta)", most: 1 },
  { name: "Binomial(trials, logit:)", statement: "y ~ Binomial(5, logit: eta)", most: 5 },
  { name: "Poisson(log:)", statement: "y ~ Poisson(log: eta)", most: 60 },
  { name: "NegativeBinomial(log:, size:)", statement: "y ~ NegativeBinomial(log: eta, size: 3)", most: 400 },
  { name: "Categorical(logits:)", statement: "y ~ Categorical(logits: [0, eta, eta^2])", most: 2 },
];

test.each(discrete)("$name: the expected information is the mean of the observed and of the squared score", ({
  statement,
  most,
}) => {
  const type = statement.includes("Categorical") ? "category[3]" : most === 1 ? "binary" : "count";
  const text = `data x : real
data xs : real[2] from [a, b]
data w : positive
data y : ${type}
param base : real
param v : real[2]
param rate : positive
let eta = base + v @ xs + 0.5 * tanh(rate * x)
${statement} weight w
`;
  const rows: Rows = {
    rows: 3,
    columns: { x: [0.4, -1.1, 0.9], xs: [0.3, -0.7, 1.2, 0.1, 0.8, -0.5], w: [1, 1, 1], y: [0, 0, 0] },
  };
  const responses = Array.from({ length: most + 1 }, (_, k) => k);
  const own = machine(text, {}, { backend: "js", capacity: 2048 });
  const phi = [-0.2, 0.6, -0.3, 0.25];
  const all = enumerated(rows, responses);
  // the probability of each response, from the value of a batch with that row only
  const weights = Array.from({ length: all.rows }, (_, r) => {
    const one = Object.entries(all.columns).map(([name, values]) => {
      const width = values.length / all.rows;
      return [name, Array.from({ length: width }, (_, k) => values[k * all.rows + r])];
    });
    return Math.exp(own.pass("evaluate", phi, { rows: 1, columns: Object.fromEntries(one) }).logLikelihood);
  });
  expect(weights.reduce((sum, p) => sum + p, 0)).toBeCloseTo(3, 11);
  const weighted: Rows = { ...all, columns: { ...all.columns, w: weights } };
  const expected = own.pass("accumulate", phi, weighted);
  const observed = own.pass("observe", phi, weighted);
  const squared = machine(text, {}, { backend: "js", capacity: 2048, information: "empirical" }).pass(
    "accumulate",
    phi,
    weighted,
  );
  for (const s of expected.score) expect(s).toBeCloseTo(0, 10);
  for (const [i, line] of expected.information.entries())
    for (const [j, f] of line.entries()) {
      expect(observed.information[i][j]).toBeCloseTo(f, 9);
      expect(squared.information[i][j]).toBeCloseTo(f, 9);
    }
});

test("for families in natural parameters expected and observed information are one", () => {
  const text = (statement: string, type: string): string => `data x : real
data xs : real[2] from [a, b]
data y : ${type}
param base : real
param v : real[2]
let eta = base + v @ xs + 0.4 * x
${statement}
`;
  const rows: Rows = {
    rows: 4,
    columns: { x: [0.4, -1.1, 0.9, 0.2], xs: [0.3, -0.7, 1.2, 0.1, 0.8, -0.5, 0.6, -0.9], y: [1, 0, 1, 2] },
  };
  for (const [statement, type] of [
    ["y ~ Poisson(log: eta)", "count"],
    ["y ~ Binomial(4, logit: eta)", "count"],
    ["y ~ Categorical(logits: [0, eta, 2 * eta])", "category[3]"],
    ["y ~ Normal(eta, 1.5)", "real"],
  ] as const) {
    const own = machine(text(statement, type), {}, { backend: "js" });
    const phi = [0.1, -0.4, 0.3];
    const [expected, observed] = (["accumulate", "observe"] as const).map((p) => own.pass(p, phi, rows));
    expect(difference(expected, observed)).toBeLessThan(1e-13);
  }
});
