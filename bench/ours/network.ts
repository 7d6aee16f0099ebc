// The network of the benches mlp and continual, 784-256-10: its model, its rows, and the predictions that its estimates
// make. The product gives estimates; predictions for images held out are worked out here, outside the timing.

import { compile, type RunOptions, type Summary } from "../../src/index.ts";

export const pixels = 784;
const hidden = 256;
const digits = 10;

/** The model, whose weights have priors of a standard deviation. */
export const modelWith = (sd: number): ReturnType<typeof compile> =>
  compile(`
  data x     : real[p] from "pixel*"
  data digit : category

  param W1 : real[${hidden}, p]        ~ Normal(0, ${sd}) init sample Normal(0, 0.0177)
  param b1 : real[${hidden}]           ~ Normal(0, 0.5)
  param W2 : real[digit, ${hidden}] ~ Normal(0, ${sd}) init sample Normal(0, 0.0219)
  param b2 : real[digit]         ~ Normal(0, 0.5)

  digit ~ Categorical(logits: W2 @ relu(W1 @ (x / 255) + b1) + b2)
`);

/** The model of the bench continual. */
export const model = modelWith(0.5);

/** The recipe; batch, passes and seed come with the task. */
export const recipe = {
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

/** The pixels in their own order. */
export const ordered: ArrayLike<number> = Uint16Array.from({ length: pixels }, (_, k) => k);

/** Columns of the first `rows` images with their pixels in an order, and the digits as text, which is how a category arrives. */
export function columnsOf(
  image: Uint8Array,
  label: Uint8Array,
  rows: number,
  order: ArrayLike<number> = ordered,
): Readonly<Record<string, unknown>> {
  const column = (k: number): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) => image[i * pixels + order[k]]);
  return {
    ...Object.fromEntries(Array.from({ length: pixels }, (_, k) => [`pixel${k + 1}`, column(k)])),
    digit: Array.from(label.subarray(0, rows), String),
  };
}

/** Estimates of one parameter, in order, and for each row of `W2` and `b2` the digit it belongs to. */
function estimatesOf(summary: Summary, name: string): Float64Array {
  return Float64Array.from(summary.parameters.filter((p) => p.name === name).map((p) => p.estimate));
}

/** Probabilities of the digits for every image, whose pixels are taken in an order. */
export function predicted(summary: Summary, image: Uint8Array, order: ArrayLike<number> = ordered): Float32Array {
  const [W1, b1, W2, b2] = ["W1", "b1", "W2", "b2"].map((name) => estimatesOf(summary, name));
  const levels = summary.parameters.filter((p) => p.name === "b2").map((p) => Number(p.index[0]));
  const rows = image.length / pixels;
  const found = new Float32Array(rows * digits);
  const h = new Float64Array(hidden);
  const eta = new Float64Array(digits);
  // a pixel's weights side by side
  const weights = Float64Array.from(
    { length: W1.length },
    (_, at) => W1[(at % hidden) * pixels + Math.floor(at / hidden)],
  );
  for (let i = 0; i < rows; i++) {
    h.set(b1);
    for (let k = 0; k < pixels; k++) {
      const v = image[i * pixels + order[k]] / 255;
      if (v !== 0) for (let j = 0; j < hidden; j++) h[j] += weights[k * hidden + j] * v;
    }
    for (let j = 0; j < hidden; j++) h[j] = Math.max(0, h[j]);
    for (let c = 0; c < digits; c++) eta[c] = h.reduce((sum, v, j) => sum + v * W2[c * hidden + j], b2[c]);
    const top = eta.reduce((a, b) => Math.max(a, b));
    const total = eta.reduce((sum, v) => sum + Math.exp(v - top), 0);
    levels.forEach((digit, c) => {
      found[i * digits + digit] = Math.exp(eta[c] - top) / total;
    });
  }
  return found;
}
