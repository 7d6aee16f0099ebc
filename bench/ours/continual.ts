// Permuted MNIST by the product: each task begins with what the state of the one before knows, weighed by `importance`;
// with 0 it takes the estimates alone, which is plain training on.

import { readFileSync, writeFileSync } from "node:fs";
import { type Summary, stream } from "../../src/index.ts";
import { images, labels } from "../mnist.ts";
import { columnsOf, model, pixels, predicted, recipe } from "./network.ts";
import { serve, timed } from "./serve.ts";
import { settings } from "./settings.ts";

const [folder, file] = process.argv.slice(2);
const orders = new Uint16Array(new Uint8Array(readFileSync(file)).buffer);
const order = (task: number): Uint16Array => orders.subarray(task * pixels, (task + 1) * pixels);
const held = images(folder, "t10k");

await serve(async ({ tasks, rows, epochs, batch, seed, importance, out }) => {
  const checkpoints: { ms: number; file: string }[] = [];
  let ms = 0;
  let state: Uint8Array | null = null;
  for (let t = 0; t < Number(tasks); t++) {
    const columns = columnsOf(images(folder, "train"), labels(folder, "train"), Number(rows), order(t));
    let saved = new Uint8Array(0);
    const done = await timed<Summary>(() =>
      stream(model, columns, {
        ...settings(),
        ...recipe,
        batch: Number(batch),
        passes: Number(epochs),
        seed: Number(seed),
        ...(state === null ? {} : { from: state, importance: Number(importance) }),
        onState: (bytes) => {
          saved = bytes.slice();
        },
      }),
    );
    state = saved;
    ms += done.ms;
    const all = Array.from({ length: t + 1 }, (_, own) => predicted(done.value, held, order(own)));
    const predictions = `${String(out)}-${t + 1}.f32`;
    writeFileSync(predictions, Buffer.concat(all.map((p) => Buffer.from(p.buffer))));
    checkpoints.push({ ms, file: predictions });
  }
  return { ms, passes: Number(epochs), checkpoints };
});
