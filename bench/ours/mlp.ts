// The network by the product: a model text, columns of pixels in memory, passes of a stream with Kronecker information.
// The product gives estimates; the predictions for the images held out are worked out here from them, after the timing.

import { writeFileSync } from "node:fs";
import { compile, type RunOptions, type Summary, stream } from "../../src/index.ts";
import { images, labels } from "../mnist.ts";
import { serve, timed } from "./serve.ts";
import { settings, threading } from "./settings.ts";

const pixels = 784;
const hidden = 256;
const digits = 10;

const source = `
  data x     : real[p] from "pixel*"
  data digit : category

  param W1 : real[${hidden}, p]        ~ Normal(0, 0.5) init sample Normal(0, 0.0177)
  param b1 : real[${hidden}]           ~ Normal(0, 0.5)
  param W2 : real[digit, ${hidden}] ~ Normal(0, 0.5) init sample Normal(0, 0.0219)
  param b2 : real[digit]         ~ Normal(0, 0.5)

  digit ~ Categorical(logits: W2 @ relu(W1 @ (x / 255) + b1) + b2)
`;

/** The recipe; batch, passes and seed come with the task. */
const recipe = {
  structure: "kronecker",
  information: "sampled",
  rate: { kind: "cosine", start: 0.3 },
  damping: 0.01,
  forget: { kind: "half_life", rows: 6900 },
  inner: 1,
  lineSearch: false,
  shuffle: true,
  precision: "single",
} as const satisfies RunOptions;

const [folder] = process.argv.slice(2);
const model = compile(source);
const now = (): number => performance.now();
const threaded = threading();

/** Columns of the first `rows` images, and the digits as text, which is how a category arrives. */
function columnsOf(rows: number): Readonly<Record<string, unknown>> {
  const image = images(folder, "train");
  const label = labels(folder, "train");
  const column = (k: number): Float64Array => Float64Array.from({ length: rows }, (_, i) => image[i * pixels + k]);
  return {
    ...Object.fromEntries(Array.from({ length: pixels }, (_, k) => [`pixel${k + 1}`, column(k)])),
    digit: Array.from(label.subarray(0, rows), String),
  };
}

const kept = new Map<number, Readonly<Record<string, unknown>>>();
const held = images(folder, "t10k");

/** Estimates of one parameter, in order, and for each row of `W2` and `b2` the digit it belongs to. */
function estimatesOf(summary: Summary, name: string): Float64Array {
  return Float64Array.from(summary.parameters.filter((p) => p.name === name).map((p) => p.estimate));
}

/** Probabilities of the digits for every image held out. */
function predicted(summary: Summary): Float32Array {
  const [W1, b1, W2, b2] = ["W1", "b1", "W2", "b2"].map((name) => estimatesOf(summary, name));
  const levels = summary.parameters.filter((p) => p.name === "b2").map((p) => Number(p.index[0]));
  const rows = held.length / pixels;
  const found = new Float32Array(rows * digits);
  const h = new Float64Array(hidden);
  const eta = new Float64Array(digits);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < hidden; j++) {
      let sum = b1[j];
      for (let k = 0; k < pixels; k++) {
        const v = held[i * pixels + k];
        if (v !== 0) sum += (W1[j * pixels + k] * v) / 255;
      }
      h[j] = Math.max(0, sum);
    }
    for (let c = 0; c < digits; c++) eta[c] = h.reduce((sum, v, j) => sum + v * W2[c * hidden + j], b2[c]);
    const top = eta.reduce((a, b) => Math.max(a, b));
    const total = eta.reduce((sum, v) => sum + Math.exp(v - top), 0);
    levels.forEach((digit, c) => {
      found[i * digits + digit] = Math.exp(eta[c] - top) / total;
    });
  }
  return found;
}

await serve(async (task) => {
  const rows = Number(task.rows);
  const columns = kept.get(rows) ?? columnsOf(rows);
  kept.set(rows, columns);
  const passes = Number(task.epochs);
  const options = { ...recipe, batch: Number(task.batch), passes, seed: Number(task.seed) };
  const { ms, value } = await timed<Summary>(() =>
    stream(model, columns, { ...settings(), ...threaded, ...options, now }),
  );
  const start = performance.now();
  const probabilities = predicted(value);
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
