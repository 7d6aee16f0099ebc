// Models whose updates are timed, and the few of them that calibrate a machine.

import type { Workload } from "./workload.ts";

const predictors = (response: string, likelihood: string): string => `
  data x : real[p] from "x*"
  data y : ${response}
  param base : real ~ Normal(0, 10)
  param w : real[p] ~ Normal(0, 10)
  y ~ ${likelihood}
`;

/** Models by name. */
export const workloadModels = {
  linear: predictors("real", "Normal(base + w @ x, 1)"),
  logistic: predictors("binary", "Bernoulli(logit: base + w @ x)"),
  counts: predictors("count", "Poisson(log: base + w @ x)"),
  effects: `
  data site : category
  data x : real[8] from "x*"
  data y : count
  param base : real ~ Normal(0, 1)
  param w : real[8] ~ Normal(0, 1)
  param effect : real[site] ~ Normal(0, 1)
  y ~ Poisson(log: base + w @ x + effect[site])
`,
  slopes: `
  data site : category
  data x : real
  data y : real
  param base : real
  param slope : real
  param level : real[site] ~ Normal(0, 1)
  param tilt : real[site] ~ Normal(0, 1)
  param noise : positive
  y ~ Normal(base + level[site] + (slope + tilt[site]) * x, noise)
`,
  crossed: `
  data user : category
  data item : category
  data y : real
  param base : real
  param likes : real[user] ~ Normal(0, 1)
  param liked : real[item] ~ Normal(0, 1)
  param noise : positive
  y ~ Normal(base + likes[user] + liked[item], noise)
`,
  network: `
  data x : real[p] from "x*"
  data digit : category
  param W1 : real[HIDDEN, p] ~ Normal(0, 0.5)
  param b1 : real[HIDDEN] ~ Normal(0, 0.5)
  param W2 : real[digit, HIDDEN] ~ Normal(0, 0.5)
  param b2 : real[digit] ~ Normal(0, 0.5)
  digit ~ Categorical(logits: W2 @ relu(W1 @ x + b1) + b2)
`,
  factors: `
  data user : category
  data item : category
  data y : real
  param base : real
  param U : real[user, 8] ~ Normal(0, 0.3)
  param V : real[item, 8] ~ Normal(0, 0.3)
  y ~ Normal(base + U[user] @ V[item], 1)
`,
  responses: `
  data x : real[p] from "x*"
  data y : real[4] from "y*"
  param W : real[4, p] ~ Normal(0, 10)
  param b : real[4] ~ Normal(0, 10)
  param noise : positive
  y ~ Normal(W @ x + b, noise)
`,
} as const;

/** A network of one hidden layer. */
export function networkModel(hidden: number): string {
  return workloadModels.network.replaceAll("HIDDEN", String(hidden));
}

type Structure = Workload["structure"];

/** A structure for all parameters. */
export function structured(kind: Structure["kind"], more: Pick<Structure, "root" | "rank"> = {}): Structure {
  return { kind, ...more, parameters: null };
}

const point = (source: string, dims: Workload["dims"], structure: Structure, batch: number): Workload => ({
  name: structure.kind,
  source,
  dims,
  structure,
  batch,
});

const { linear, logistic, effects, slopes, counts } = workloadModels;

/** Of every kind of work, enough to tell what it takes. */
export const calibrationWorkloads: readonly Workload[] = [
  point(logistic, { p: 5 }, structured("full"), 4),
  point(linear, { p: 20 }, structured("full"), 16),
  point(linear, { p: 20 }, structured("diagonal"), 256),
  point(linear, { p: 20 }, structured("lowrank", { rank: 4 }), 256),
  point(linear, { p: 20 }, structured("full", { root: true }), 256),
  point(logistic, { p: 60 }, structured("full"), 256),
  point(logistic, { p: 60 }, structured("scalar"), 256),
  point(counts, { p: 200 }, structured("full"), 64),
  point(counts, { p: 200 }, structured("full"), 1024),
  point(counts, { p: 200 }, structured("diagonal"), 256),
  point(effects, { site: 1000 }, structured("arrow"), 256),
  point(effects, { site: 10_000 }, structured("arrow"), 1024),
  point(effects, { site: 10_000 }, structured("diagonal"), 1024),
  point(slopes, { site: 1000 }, structured("arrow"), 256),
  point(networkModel(16), { p: 20, x: 20, digit: 10 }, structured("kronecker"), 64),
  point(networkModel(64), { p: 200, x: 200, digit: 10 }, structured("kronecker"), 256),
];
