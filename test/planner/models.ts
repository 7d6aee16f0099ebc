// Models of different kinds whose plans are kept: what is chosen for each, and why that is right.

/** A model with the sizes of its open dimensions. */
export interface PlannedModel {
  readonly name: string;
  readonly source: string;
  readonly dims: Readonly<Record<string, number>>;
  /** The structure of each block, in order. */
  readonly chosen: readonly string[];
  /** Why a person would choose so. */
  readonly because: string;
}

const glm = (response: string, likelihood: string, more = ""): string => `
  data x : real[p] from "x*"
  data y : ${response}
  param base : real ~ Normal(0, 5)
  param w : real[p] ~ Normal(0, 5)
  ${more}
  y ~ ${likelihood}
`;

export const plannedModels: readonly PlannedModel[] = [
  {
    name: "logistic regression, 20 predictors",
    source: glm("binary", "Bernoulli(logit: base + w @ x)"),
    dims: { p: 20, x: 20 },
    chosen: ["full"],
    because: "a matrix of 21 by 21 costs less than a microsecond a row, and nothing is lost",
  },
  {
    name: "regression on 5,000 columns",
    source: glm("real", "Normal(base + w @ x, 1)"),
    dims: { p: 5000, x: 5000 },
    chosen: ["lowrank 32"],
    because:
      "full takes nearly a gigabyte and three milliseconds a row; of what stays below one, 32 directions lose least",
  },
  {
    name: "counts with an effect for each of 100,000 sites",
    source: `
  data site : category
  data x : real[4] from "x*"
  data y : count
  param base : real ~ Normal(0, 5)
  param w : real[4] ~ Normal(0, 5)
  param effect : real[site] ~ Normal(0, 1)
  y ~ Poisson(log: base + w @ x + effect[site])`,
    dims: { site: 100_000 },
    chosen: ["arrow"],
    because:
      "a row touches one site, so that sites never meet but through the five shared coefficients: an arrow is exact and linear in the sites",
  },
  {
    name: "random intercepts and slopes, 300 schools",
    source: `
  data school : category
  data x : real
  data y : real
  param base : real
  param slope : real
  param level : real[school] ~ Normal(0, 2)
  param tilt : real[school] ~ Normal(0, 1)
  param noise : positive
  y ~ Normal(base + level[school] + (slope + tilt[school]) * x, noise)`,
    dims: { school: 300 },
    chosen: ["arrow", "full"],
    because: "a school's level and slope are two by two beside a core of two, exactly; the noise never meets them",
  },
  {
    name: "two crossed effects, 2,000 users and 300 items",
    source: `
  data user : category
  data item : category
  data y : real
  param base : real
  param likes : real[user] ~ Normal(0, 1)
  param liked : real[item] ~ Normal(0, 1)
  y ~ Normal(base + likes[user] + liked[item], 1)`,
    dims: { user: 2000, item: 300 },
    chosen: ["arrow"],
    because: "with the 300 items in the core the 2,000 users do not meet: exact, at a tenth of full's memory",
  },
  {
    name: "a small network, 8-16-1",
    source: `
  data x : real[p] from "x*"
  data y : real
  param W : real[16, p] ~ Normal(0, 1) init sample Normal(0, 0.3)
  param b : real[16] ~ Normal(0, 1)
  param v : real[16] ~ Normal(0, 1) init sample Normal(0, 0.3)
  y ~ Normal(v @ tanh(W @ x + b), 1)`,
    dims: { p: 8, x: 8 },
    chosen: ["full"],
    because:
      "160 weights make a matrix that still takes only microseconds a row, and networks need their correlations most",
  },
  {
    name: "a network 784-256-10",
    source: `
  data x : real[p] from "x*"
  data digit : category
  param W1 : real[256, p] ~ Normal(0, 0.5) init sample Normal(0, 0.02)
  param b1 : real[256] ~ Normal(0, 0.5)
  param W2 : real[digit, 256] ~ Normal(0, 0.5) init sample Normal(0, 0.02)
  param b2 : real[digit] ~ Normal(0, 0.5)
  digit ~ Categorical(logits: W2 @ relu(W1 @ x + b1) + b2)`,
    dims: { p: 784, x: 784, digit: 10 },
    chosen: ["kronecker", "kronecker"],
    because:
      "full would be over a terabyte; a Kronecker product for each layer, its bias with it, keeps the correlations within layers",
  },
  {
    name: "matrix factorisation, 2,000 × 500, 8 factors",
    source: `
  data user : category
  data item : category
  data y : real
  param base : real
  param U : real[user, 8] ~ Normal(0, 0.5) init sample Normal(0, 0.3)
  param V : real[item, 8] ~ Normal(0, 0.5) init sample Normal(0, 0.3)
  y ~ Normal(base + U[user] @ V[item], 1)`,
    dims: { user: 2000, item: 500 },
    chosen: ["full", "arrow", "arrow"],
    because:
      "a user meets an item in few rows, so that what matters is each one's own matrix of 8 by 8: all of these take a few megabytes, where the exact arrow would take gigabytes",
  },
  {
    name: "Poisson factor model, 60 × 40, 3 factors",
    source: `
  data doc : category
  data word : category
  data y : count
  param base : real
  param A : real[doc, 3] ~ Normal(0, 0.5) init sample Normal(0, 0.3)
  param B : real[word, 3] ~ Normal(0, 0.5) init sample Normal(0, 0.3)
  y ~ Poisson(log: base + A[doc] @ B[word])`,
    dims: { doc: 60, word: 40 },
    chosen: ["arrow"],
    because:
      "the 120 coordinates of the words are a core small enough to keep exactly, and the documents meet only there",
  },
  {
    name: "a seasonal series with four waves",
    source: `
  data day : real
  data y : real
  let angle = 6.283185307179586 * day / 365.25
  param level : real
  param trend : real
  param s1 : real
  param c1 : real
  param s2 : real
  param c2 : real
  param noise : positive
  y ~ Normal(level + trend * day + s1 * sin(angle) + c1 * cos(angle) + s2 * sin(2 * angle) + c2 * cos(2 * angle), noise)`,
    dims: {},
    chosen: ["full"],
    because: "seven coordinates: the simplest exact structure",
  },
  {
    name: "a category of five, 6 predictors",
    source: `
  data x : real[p] from "x*"
  data grade : category
  param W : real[grade, p] ~ Normal(0, 5)
  param b : real[grade] ~ Normal(0, 5)
  grade ~ Categorical(logits: W @ x + b)`,
    dims: { p: 6, x: 6, grade: 5 },
    chosen: ["full"],
    because: "the classes share one probability, so that every coefficient meets every other, and there are 35 of them",
  },
  {
    name: "negative binomial counts with a size of their own",
    source: glm("count", "NegativeBinomial(log: base + w @ x, size: size)", "param size : positive ~ Gamma(2, 0.1)"),
    dims: { p: 30, x: 30 },
    chosen: ["full"],
    because:
      "32 coordinates in one matrix; the size is kept with them, as a block of its own for one number gains nothing",
  },
  {
    name: "four responses, 50 predictors",
    source: `
  data x : real[p] from "x*"
  data y : real[4] from "y*"
  param W : real[4, p] ~ Normal(0, 5)
  param b : real[4] ~ Normal(0, 5)
  y ~ Normal(W @ x + b, 1)`,
    dims: { p: 50, x: 50 },
    chosen: ["full"],
    because:
      "204 coordinates take ten microseconds a row and two megabytes; nothing is to be gained by losing any of it",
  },
];
