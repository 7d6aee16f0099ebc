// One flow that every host runs: a logistic regression with a prior, streamed in batches of uneven size.

import { compile } from "../../src/index.ts";

export const source = `data x : real[p] from "x*"
data y : binary

param a : real    ~ Normal(0, 5)
param b : real[p] ~ Normal(0, 5)

y ~ Bernoulli(logit: a + x @ b)
`;

/** Rows of three predictors and a response, from a small generator with a fixed seed. */
export function rows(count: number): Record<string, number[]> {
  let state = 7;
  const uniform = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const columns: Record<string, number[]> = { x1: [], x2: [], x3: [], y: [] };
  for (let r = 0; r < count; r++) {
    const x = [uniform(), uniform(), uniform()].map((u) => 4 * u - 2);
    const eta = 0.3 + 0.8 * x[0] - 0.5 * x[1] + 0.1 * x[2];
    for (const [k, value] of x.entries()) columns[`x${k + 1}`].push(value);
    columns.y.push(uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0);
  }
  return columns;
}

/** The artefact of the flow, in the build that gives the same bits everywhere. */
export async function artefact(): Promise<Uint8Array> {
  const made = await compile(source).artefact("wasm", { exact: true, batch: 64 }, rows(8));
  if (typeof made === "string") throw new Error("bytes were expected");
  return made;
}
