// A stream predicted row by row and learnt row by row, under each of a few settings; the answer is that of the best.

import { compile, type FlowOptions, type Model } from "../../src/index.ts";
import type { Answer } from "../contestant.ts";
import { readNpy } from "../tables.ts";
import { serve, timed } from "./serve.ts";
import { settings } from "./settings.ts";

const [folder] = process.argv.slice(2);
const x = readNpy(`${folder}/x.npy`);
const [y] = readNpy(`${folder}/y.npy`);
const names = x.map((_, k) => `x${k + 1}`);
/** A wide prior and a narrow one. */
const models = [100, 3].map((sd) =>
  compile(`data x : real[${x.length}] from [${names.join(", ")}]
data y : binary
param base : real ~ Normal(0, ${sd})
param w : real[${x.length}] ~ Normal(0, ${sd})
y ~ Bernoulli(logit: base + w @ x)
`),
);
const rows = Array.from(y, (value, i) => ({ ...Object.fromEntries(x.map((c, k) => [names[k], c[i]])), y: value }));
const usual: FlowOptions = { ...settings(), batch: 1, initial: "prior", warmup: 1, structure: "full" };

/** Log score, accuracy and changes found, one row ahead. */
function ahead(model: Model, options: FlowOptions): { score: number; accuracy: number; changes: number } {
  const flow = model.start({ ...usual, ...options });
  let [base, w] = [0, x.map(() => 0)];
  let [score, right] = [0, 0];
  for (const [i, row] of rows.entries()) {
    const eta = x.reduce((sum, column, k) => sum + w[k] * column[i], base);
    const p = 1 / (1 + Math.exp(-eta));
    score += Math.log(Math.max(1e-9, y[i] === 1 ? p : 1 - p));
    right += (p >= 0.5 ? 1 : 0) === y[i] ? 1 : 0;
    flow.update([row]);
    const found = flow.estimates();
    [base, w] = [found.base.estimate as number, [...(found.w.estimate as readonly number[])]];
  }
  const changes = flow.summary().events.filter((e) => e.kind === "changed").length;
  return { score: score / rows.length, accuracy: right / rows.length, changes };
}

await serve(async (task) => {
  let best: Answer | null = null;
  const tries = task.tries as readonly (FlowOptions & { setting?: number })[];
  for (const [model, { setting, ...options }] of models.flatMap((own) => tries.map((one) => [own, one] as const))) {
    const { ms, value } = await timed(() => ahead(model, options));
    if (best !== null && (best.figures?.score ?? 0) >= value.score) continue;
    const { changes, ...figures } = value;
    const told = options.forget?.kind === "adaptive" ? { changes } : {};
    const chosen = setting === undefined ? {} : { setting };
    best = { ms, rows: rows.length, figures: { ...figures, ...told, ...chosen } };
  }
  if (best === null) throw new Error("nothing to try");
  return best;
});
