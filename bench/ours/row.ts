// One row an update, by the product: a stream over columns in batches of one row, and a live flow that is handed row
// after row as a program has them.

import { compile, type Summary, stream } from "../../src/index.ts";
import { linearModel, logisticModel } from "../models.ts";
import { readNpy } from "../tables.ts";
import { serve, timed } from "./serve.ts";
import { settings, unobserved } from "./settings.ts";

const [folder] = process.argv.slice(2);
const x = readNpy(`${folder}/x.npy`);
const responses: Record<string, Float64Array> = {
  logistic: readNpy(`${folder}/y.npy`)[0],
  linear: readNpy(`${folder}/y-linear.npy`)[0],
};
const models = { logistic: compile(logisticModel(x.length)), linear: compile(linearModel(x.length)) };
const now = (): number => performance.now();
const options = { ...settings(), ...unobserved, batch: 1, structure: "full" } as const;

await serve(async (task) => {
  const family = task.family === "linear" ? "linear" : "logistic";
  const model = models[family];
  const y = responses[family];
  const rows = Number(task.rows);
  const columns = Object.fromEntries(x.map((column, k) => [`x${k + 1}`, column.subarray(0, rows)]));
  columns.y = y.subarray(0, rows);
  const answer = (ms: number, { parameters, timing }: Summary) => ({
    ms,
    rows,
    estimates: parameters.map((p) => p.estimate),
    se: parameters.map((p) => p.se),
    figures: { updateMs: timing.updateMs },
  });
  if (task.way === "stream") {
    const { ms, value } = await timed(() => stream(model, columns, { ...options, now }));
    return answer(ms, value);
  }
  const objects = Array.from({ length: rows }, (_, i) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[i]])),
  );
  const { ms, value } = await timed(() => {
    const flow = model.start(options);
    for (const row of objects) flow.update([row]);
    return flow.summary();
  });
  return answer(ms, value);
});
