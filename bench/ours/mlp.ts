// The network by the product: a model text, columns of pixels in memory, passes of a stream with Kronecker information.

import { writeFileSync } from "node:fs";
import { type Summary, stream } from "../../src/index.ts";
import { images, labels } from "../mnist.ts";
import { columnsOf, modelWith, predicted, recipe } from "./network.ts";
import { serve, timed } from "./serve.ts";
import { settings, threading } from "./settings.ts";

const [folder] = process.argv.slice(2);
const now = (): number => performance.now();
const threaded = threading();
const kept = new Map<number, Readonly<Record<string, unknown>>>();
const held = images(folder, "t10k");
// chosen by the last 10,000 of the training images, held out
const model = modelWith(0.3);
const chosen = { ...recipe, damping: 0.003, momentum: 0.5 } as const;

await serve(async (task) => {
  const rows = Number(task.rows);
  const columns = kept.get(rows) ?? columnsOf(images(folder, "train"), labels(folder, "train"), rows);
  kept.set(rows, columns);
  const passes = Number(task.epochs);
  const options = { ...chosen, batch: Number(task.batch), passes, seed: Number(task.seed) };
  const { ms, value } = await timed<Summary>(() =>
    stream(model, columns, { ...settings(), ...threaded, ...options, now }),
  );
  const start = performance.now();
  const probabilities = predicted(value, held);
  const predictMs = performance.now() - start;
  const file = `${String(task.out)}.f32`;
  writeFileSync(file, probabilities);
  return {
    ms,
    passes,
    checkpoints: [{ ms, file }],
    figures: { predictMs, updateMs: value.timing.updateMs },
  };
});
