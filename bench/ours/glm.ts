// Logistic regression by the product: columns in memory, then `fit` or `stream` as a program would call them.

import { compile, fit, type Summary, stream } from "../../src/index.ts";
import { readNpy } from "../tables.ts";
import { serve, timed } from "./serve.ts";
import { settings, threading, unobserved } from "./settings.ts";

const source = `
  data x : real[p] from "x*"
  data y : binary
  param base : real
  param w : real[p]
  y ~ Bernoulli(logit: base + w @ x)
`;

const [folder] = process.argv.slice(2);
const columns: Record<string, Float64Array> = Object.fromEntries(
  readNpy(`${folder}/x.npy`).map((column, k) => [`x${k + 1}`, column]),
);
columns.y = readNpy(`${folder}/y.npy`)[0];
const model = compile(source);
const now = (): number => performance.now();
const threaded = threading();

await serve(async (task) => {
  const work = task.mode === "stream" ? stream : fit;
  const { ms, value } = await timed<Summary>(() =>
    work(model, columns, { ...settings(), ...threaded, ...(task.observed ? {} : unobserved), now, structure: "full" }),
  );
  const { parameters, passes, timing, plan } = value;
  return {
    ms,
    passes,
    estimates: parameters.map((p) => p.estimate),
    se: parameters.map((p) => p.se),
    figures: { updateMs: timing.updateMs, flopsPerRow: plan.flopsPerRow, bytes: plan.bytes },
  };
});
