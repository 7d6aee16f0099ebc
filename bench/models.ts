// The models that more than one bench or contestant uses, as text, and the flags that the harness's settings become.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Logistic regression on the columns x1 … xK, named one by one, as a flow that takes single rows needs them. */
export function logisticModel(features: number): string {
  const names = Array.from({ length: features }, (_, k) => `x${k + 1}`).join(", ");
  return `data x : real[${features}] from [${names}]
data y : binary
param base : real ~ Normal(0, 10)
param w : real[${features}] ~ Normal(0, 10)
y ~ Bernoulli(logit: base + w @ x)
`;
}

/** Bayesian linear regression with known noise: its exact posterior is a formula. */
export function linearModel(features: number): string {
  const names = Array.from({ length: features }, (_, k) => `x${k + 1}`).join(", ");
  return `data x : real[${features}] from [${names}]
data y : real
param base : real ~ Normal(0, 1)
param w : real[${features}] ~ Normal(0, 1)
y ~ Normal(base + w @ x, 1)
`;
}

/** Counts with an effect for each site: 9 + `sites` parameters. */
export const countsModel = `data site : category
data x : real[8] from [x1, x2, x3, x4, x5, x6, x7, x8]
data y : count
param base : real ~ Normal(0, 1)
param w : real[8] ~ Normal(0, 1)
param effect : real[site] ~ Normal(0, 1)
y ~ Poisson(log: base + w @ x + effect[site])
`;

/** Writes a model where commands can read it, and gives its path. */
export function modelFile(name: string, text: string): string {
  const folder = fileURLToPath(new URL(".data/models/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${name}.ffm`;
  writeFileSync(path, text);
  return path;
}

/** The harness's settings as flags of `ffm`. */
export function flags(settings: { readonly backend: string | null; readonly threads: number }): readonly string[] {
  const backend = settings.backend === null ? [] : ["--backend", settings.backend];
  return settings.threads === 1 ? backend : [...backend, "--threads", String(settings.threads)];
}
