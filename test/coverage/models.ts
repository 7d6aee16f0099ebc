// Ten models, each with data drawn from it at a truth that is itself drawn, and what may go wrong with such data.

import { random } from "../../src/ir/index.ts";

/** Columns of a data set, and the parameters it was drawn at, in the order of the summary. */
export interface Simulated {
  readonly columns: Readonly<Record<string, ArrayLike<number> | readonly string[]>>;
  readonly truth: readonly number[];
}

export interface Simulation {
  readonly name: string;
  readonly source: string;
  /** Parameters of a summary. */
  readonly parameters: number;
  readonly draw: (rows: number, seed: number) => Simulated;
}

/** Random numbers beyond uniform and normal ones. */
export interface Draws {
  readonly uniform: () => number;
  readonly normal: () => number;
  readonly exponential: () => number;
  readonly gamma: (shape: number) => number;
  readonly poisson: (rate: number) => number;
  readonly studentT: (df: number) => number;
}

export function draws(seed: number, name: string): Draws {
  const { uniform, normal } = random(seed, name);
  const exponential = (): number => -Math.log(uniform());
  /** Marsaglia and Tsang 2000. */
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * uniform() ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  /** Arrivals in a unit of time. */
  const poisson = (rate: number): number => {
    let count = 0;
    for (let time = exponential(); time < rate; time += exponential()) count += 1;
    return count;
  };
  const studentT = (df: number): number => normal() / Math.sqrt((2 * gamma(df / 2)) / df);
  return { uniform, normal, exponential, gamma, poisson, studentT };
}

/** Slopes of the models with predictors, and their number. */
const slopes = 7;
const names = Array.from({ length: slopes }, (_, k) => `x${k + 1}`);

/** Predictors and a linear predictor of an intercept near `base` and slopes of standard deviation `size`. */
export function predictors(rows: number, d: Draws, base: number, size: number) {
  const truth = [base + size * d.normal(), ...names.map(() => size * d.normal())];
  const x = names.map(() => Float64Array.from({ length: rows }, () => d.normal()));
  const eta = Float64Array.from({ length: rows }, (_, i) =>
    x.reduce((sum, own, k) => sum + (own[i] as number) * (truth[k + 1] as number), truth[0] as number),
  );
  return { truth, eta, columns: Object.fromEntries(names.map((name, k) => [name, x[k] as Float64Array])) };
}

const head = (y: string): string => `data x : real[${slopes}] from [${names.join(", ")}]
data y : ${y}
param a : real
param b : real[${slopes}]
let eta = a + b @ x
`;

/** A model of one response by a linear predictor. */
function linear(
  name: string,
  source: string,
  scale: { readonly base: number; readonly size: number; readonly extra: ((d: Draws) => number) | null },
  response: (eta: number, d: Draws, extra: number) => number,
): Simulation {
  const { base, size, extra } = scale;
  return {
    name,
    source,
    parameters: slopes + 1 + (extra === null ? 0 : 1),
    draw(rows, seed) {
      const d = draws(seed, name);
      const { truth, eta, columns } = predictors(rows, d, base, size);
      const own = extra?.(d) ?? 0;
      const y = eta.map((e) => response(e, d, own));
      return { columns: { ...columns, y }, truth: extra === null ? truth : [...truth, own] };
    },
  };
}

const binary = (link: (eta: number) => number) => (eta: number, d: Draws) => (d.uniform() < link(eta) ? 1 : 0);
const positive = (d: Draws): number => Math.exp(0.3 * d.normal());

const levels = 40;

/** Effects of many levels, drawn from their prior. */
const effects: Simulation = {
  name: "effects of 40 levels",
  source: `data site : category
data y : real
param a : real
param e : real[site] ~ Normal(0, 0.5)
param s : positive
y ~ Normal(a + e[site], s)
`,
  parameters: levels + 2,
  draw(rows, seed) {
    const d = draws(seed, "effects");
    const [a, s] = [d.normal(), positive(d)];
    const own = Array.from({ length: levels }, () => 0.5 * d.normal());
    // every level is there, in order of its number
    const site = Array.from({ length: rows }, (_, i) => (i < levels ? i : Math.floor(levels * d.uniform())));
    const y = Float64Array.from(site, (k) => a + (own[k] as number) + s * d.normal());
    return { columns: { site: site.map((k) => `s${k}`), y }, truth: [a, ...own, s] };
  },
};

const [classes, inputs] = [3, 2];

/** Coefficients of every class, drawn from their priors. */
const categorical: Simulation = {
  name: "categorical",
  source: `data x : real[${inputs}] from [x1, x2]
data y : category
param a : real[y] ~ Normal(0, 0.5)
param b : real[y, ${inputs}] ~ Normal(0, 0.5)
y ~ Categorical(logits: a + b @ x)
`,
  parameters: classes * (1 + inputs),
  draw(rows, seed) {
    const d = draws(seed, "categorical");
    const own = Array.from({ length: classes }, () => Array.from({ length: 1 + inputs }, () => 0.5 * d.normal()));
    const x = Array.from({ length: inputs }, () => Float64Array.from({ length: rows }, () => d.normal()));
    const y = Array.from({ length: rows }, (_, i) => {
      const weights = own.map(([a = 0, ...b]) => Math.exp(b.reduce((sum, w, k) => sum + w * (x[k]?.[i] as number), a)));
      let left = d.uniform() * weights.reduce((sum, w) => sum + w, 0);
      const drawn = weights.findIndex((w) => {
        left -= w;
        return left < 0;
      });
      return Math.max(0, drawn);
    });
    // levels are numbered as they come
    const order = [...new Set(y)];
    const truth = [...order.map((k) => own[k]?.[0] as number), ...order.flatMap((k) => own[k]?.slice(1) as number[])];
    return {
      columns: { x1: x[0] as Float64Array, x2: x[1] as Float64Array, y: y.map((k) => `class ${k}`) },
      truth,
    };
  },
};

/** The ten. */
export const simulations: readonly Simulation[] = [
  linear(
    "linear",
    `${head("real")}param s : positive\ny ~ Normal(eta, s)\n`,
    { base: 0, size: 1, extra: positive },
    (eta, d, s) => eta + s * d.normal(),
  ),
  linear(
    "logistic",
    `${head("binary")}y ~ Bernoulli(logit: eta)\n`,
    { base: 0, size: 0.4, extra: null },
    binary((eta) => 1 / (1 + Math.exp(-eta))),
  ),
  linear(
    "probit",
    `${head("binary")}y ~ Bernoulli(probit: eta)\n`,
    { base: 0, size: 0.3, extra: null },
    // a standard normal number is below it
    (eta, d) => (d.normal() < eta ? 1 : 0),
  ),
  linear("Poisson", `${head("count")}y ~ Poisson(log: eta)\n`, { base: 0.7, size: 0.2, extra: null }, (eta, d) =>
    d.poisson(Math.exp(eta)),
  ),
  linear(
    "negative binomial",
    `${head("count")}param s : positive\ny ~ NegativeBinomial(log: eta, size: s)\n`,
    { base: 2, size: 0.2, extra: positive },
    (eta, d, s) => d.poisson((Math.exp(eta) * d.gamma(s)) / s),
  ),
  linear(
    "gamma",
    `${head("positive")}param s : positive\ny ~ Gamma(log: eta, shape: s)\n`,
    { base: 0, size: 0.3, extra: (d) => 2 * positive(d) },
    (eta, d, s) => (Math.exp(eta) * d.gamma(s)) / s,
  ),
  linear(
    "Student t",
    `${head("real")}param s : positive\ny ~ StudentT(4, eta, s)\n`,
    { base: 0, size: 1, extra: positive },
    (eta, d, s) => eta + s * d.studentT(4),
  ),
  linear(
    "Weibull",
    `${head("positive")}param s : positive\ny ~ Weibull(log: eta, shape: s)\n`,
    { base: 0, size: 0.3, extra: positive },
    (eta, d, s) => Math.exp(eta) * d.exponential() ** (1 / s),
  ),
  categorical,
  effects,
];

/** Data that a model does not describe. */
export interface Misfit {
  readonly name: string;
  readonly source: string;
  /** The row from which it is wrong, from 1. */
  readonly from: (rows: number) => number;
  readonly draw: (rows: number, seed: number) => Simulated["columns"];
}

function misfit(
  name: string,
  source: string,
  scale: { readonly base: number; readonly size: number },
  response: (eta: number, d: Draws, row: number, rows: number, x: number) => number,
  from: Misfit["from"] = () => 1,
): Misfit {
  return {
    name,
    source,
    from,
    draw(rows, seed) {
      const d = draws(seed, name);
      const { eta, columns } = predictors(rows, d, scale.base, scale.size);
      const x = columns.x1 as Float64Array;
      return { ...columns, y: eta.map((e, i) => response(e, d, i, rows, x[i] as number)) };
    },
  };
}

const ordinary = `${head("real")}param s : positive\ny ~ Normal(eta, s)\n`;
const fixed = `${head("real")}y ~ Normal(eta, 1)\n`;
const counts = `${head("count")}y ~ Poisson(log: eta)\n`;

/** Seven that one-step-ahead predictions show. */
export const misfits: readonly Misfit[] = [
  misfit(
    "heavy tails: t with 3 degrees of freedom for Normal",
    ordinary,
    { base: 0, size: 1 },
    (eta, d) => eta + d.studentT(3),
  ),
  misfit("overdispersion: negative binomial of size 3 for Poisson", counts, { base: 1.2, size: 0.2 }, (eta, d) =>
    d.poisson((Math.exp(eta) * d.gamma(3)) / 3),
  ),
  misfit(
    "a level that moves by 1 sd halfway",
    ordinary,
    { base: 0, size: 1 },
    (eta, d, row, rows) => eta + d.normal() + (row >= rows / 2 ? 1 : 0),
    (rows) => Math.floor(rows / 2) + 1,
  ),
  misfit("a stated sd of 1 that is 1.3", fixed, { base: 0, size: 1 }, (eta, d) => eta + 1.3 * d.normal()),
  misfit("zero inflation: every tenth count is 0 instead", counts, { base: 1.2, size: 0.2 }, (eta, d) =>
    d.uniform() < 0.1 ? 0 : d.poisson(Math.exp(eta)),
  ),
  misfit(
    "an sd that depends on x",
    ordinary,
    { base: 0, size: 1 },
    (eta, d, _row, _rows, x) => eta + Math.exp(0.7 * x) * d.normal(),
  ),
  misfit("a skewed response for Normal", ordinary, { base: 0, size: 1 }, (eta, d) => eta + d.exponential() - 1),
];

/** And one that they don't: what a covariate left out would explain is in the estimated sd. */
export const unseen: Misfit = misfit(
  "a covariate left out",
  ordinary,
  { base: 0, size: 1 },
  (eta, d) => eta + d.normal() + d.normal(),
);
