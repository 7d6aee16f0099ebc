// Random small models with data to go with them: a few families, predictors that are linear or not, vectors, effects of
// a category, weights, priors, two statements that share parameters.

import fc from "fast-check";
import type { Rows } from "./machine.ts";

export interface Model {
  readonly text: string;
  readonly dims: Readonly<Record<string, number>>;
  readonly rows: Rows;
  /** Numbers to take φ from; as many as any model needs. */
  readonly numbers: readonly number[];
}

interface Likelihood {
  readonly name: string;
  /** What the response is declared as, and a response from a uniform number. */
  readonly type: string;
  readonly response: (u: number) => number;
  readonly parameters: readonly string[];
  readonly distribution: (eta: string) => string;
}

const positive = (u: number): number => -Math.log1p(-0.98 * u) + 0.05;
const count = (u: number): number => Math.floor(6 * u * u);

/** Families by the linear predictor of their mean. */
export const likelihoods: readonly Likelihood[] = [
  {
    name: "normal",
    type: "real",
    response: (u) => 4 * u - 2,
    parameters: ["param sd : positive"],
    distribution: (eta) => `Normal(${eta}, sd)`,
  },
  {
    name: "student",
    type: "real",
    response: (u) => 6 * u - 3,
    parameters: ["param scale : positive"],
    distribution: (eta) => `StudentT(4, ${eta}, scale)`,
  },
  { name: "poisson", type: "count", response: count, parameters: [], distribution: (eta) => `Poisson(log: ${eta})` },
  {
    name: "bernoulli",
    type: "binary",
    response: (u) => Math.round(u),
    parameters: [],
    distribution: (eta) => `Bernoulli(logit: ${eta})`,
  },
  {
    name: "probit",
    type: "binary",
    response: (u) => Math.round(u),
    parameters: [],
    distribution: (eta) => `Bernoulli(probit: ${eta})`,
  },
  {
    name: "binomial",
    type: "count",
    response: (u) => Math.floor(9 * u),
    parameters: [],
    distribution: (eta) => `Binomial(9, logit: ${eta})`,
  },
  {
    name: "gamma",
    type: "positive",
    response: positive,
    parameters: ["param shape : positive"],
    distribution: (eta) => `Gamma(shape, log: ${eta})`,
  },
  {
    name: "weibull",
    type: "positive",
    response: positive,
    parameters: ["param shape : positive"],
    distribution: (eta) => `Weibull(shape, log: ${eta})`,
  },
  {
    name: "negative binomial",
    type: "count",
    response: count,
    parameters: ["param size : positive"],
    distribution: (eta) => `NegativeBinomial(log: ${eta}, size: size)`,
  },
  {
    name: "beta",
    type: "unit",
    response: (u) => 0.02 + 0.96 * u,
    parameters: ["param precision : positive"],
    distribution: (eta) => `Beta(logit: ${eta}, precision: precision)`,
  },
];

interface Part {
  readonly declare: readonly string[];
  readonly term: string;
}

const parts: readonly Part[] = [
  { declare: ["param base : real"], term: "base" },
  { declare: ["param slope : real"], term: "slope * x" },
  { declare: ["param v : real[2]"], term: "v @ xs" },
  { declare: ['data wide : real[9] from "c*"', "param u : real[9]"], term: "0.3 * (u @ wide)" },
  { declare: ["param effect : real[g]"], term: "effect[g]" },
  { declare: ["param rate : positive"], term: "tanh(rate * x)" },
  { declare: ["param share : unit"], term: "share * z" },
  { declare: ["param mix : simplex[3]"], term: "mix[1] * x + mix[2] * z - mix[3]" },
  { declare: ["param cut : ordered[2]"], term: "0.1 * (cut[1] * x + cut[2])" },
  { declare: ["param M : real[2, 2]"], term: "sum(tanh(M @ xs))" },
  { declare: ["param low : real in (-1, 2)"], term: "exp(0.5 * low * z)" },
];

const header = `data x  : real
data z  : real
data xs : real[2] from [a, b]
data g  : category
data w  : positive
`;

/** Distinct numbers in (0, 1). */
const share = fc.integer({ min: 1, max: 9999 }).map((n) => n / 10_000);

/** A random model with rows that its responses fit. */
export const models: fc.Arbitrary<Model> = fc
  .record({
    family: fc.nat({ max: likelihoods.length }),
    terms: fc.uniqueArray(fc.nat({ max: parts.length - 1 }), { minLength: 1, maxLength: 3 }),
    weighted: fc.boolean(),
    second: fc.boolean(),
    priors: fc.boolean(),
    rows: fc.integer({ min: 3, max: 21 }),
    shares: fc.array(share, { minLength: 120, maxLength: 120 }),
    numbers: fc.array(fc.integer({ min: -900, max: 900 }), { minLength: 40, maxLength: 40 }),
  })
  .map(({ family, terms, weighted, second, priors, rows, shares, numbers }): Model => {
    const used = terms.map((k) => parts[k]);
    const eta = used.map((p) => p.term).join(" + ");
    const own = likelihoods[family];
    const lines = [header, ...used.flatMap((p) => p.declare)];
    if (priors) lines.push("param loose : real ~ Normal(0, 2)");
    // the one beyond the list is a category with a matrix of weights
    if (own === undefined) lines.push("data y : category[3]", "param B : real[3]", "param W : real[3, 2]");
    else lines.push(`data y : ${own.type}`, ...own.parameters);
    const suffix = weighted ? " weight w" : "";
    const whole = priors ? `${eta} + 0.3 * loose` : eta;
    if (own === undefined)
      lines.push(`let eta = ${whole}`, `y ~ Categorical(logits: [0, eta, 0.5 * eta] + B + W @ xs)${suffix}`);
    else lines.push(`y ~ ${own.distribution(whole)}${suffix}`);
    if (second) lines.push("data n : count", `n ~ Poisson(log: 0.5 * (${used[0].term}))`);
    const column = (k: number, f: (u: number) => number): number[] =>
      Array.from({ length: rows }, (_, r) => f(shares[(12 * k + r) % shares.length]));
    const columns = {
      x: column(0, (u) => 3 * u - 1.5),
      z: column(1, (u) => 2 * u - 1),
      xs: [...column(2, (u) => 2 * u - 1), ...column(3, (u) => 2 * u - 1)],
      wide: Array.from({ length: 9 }, (_, k) => column(k, (u) => Math.sin(7 * u + k))).flat(),
      g: column(4, (u) => Math.floor(3 * u)),
      w: column(5, (u) => 0.2 + 2 * u),
      y: column(6, own === undefined ? (u) => Math.floor(3 * u) : own.response),
      n: column(7, count),
    };
    return {
      text: `${lines.join("\n")}\n`,
      dims: { g: 3 },
      rows: { rows, columns },
      numbers: numbers.map((n) => n / 1000 + 0.00013),
    };
  });
