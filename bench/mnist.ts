// MNIST in its own file format, and how good predicted class probabilities are.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** The two parts of the set, by their names in the files. */
export type Part = "train" | "t10k";

const idx = (folder: string, part: Part, kind: string, head: number): Uint8Array =>
  gunzipSync(readFileSync(`${folder}/${part}-${kind}-ubyte.gz`)).subarray(head);

/** Pixels from 0 to 255, image after image, 784 each. */
export const images = (folder: string, part: Part): Uint8Array => idx(folder, part, "images-idx3", 16);

/** Digits. */
export const labels = (folder: string, part: Part): Uint8Array => idx(folder, part, "labels-idx1", 8);

/** Of predictions for rows held out. */
export interface ClassAccuracy {
  readonly accuracy: number;
  /** Mean negative log-likelihood of a row. */
  readonly nll: number;
  /** Expected calibration error of the class predicted, 15 bins of equal width. */
  readonly ece: number;
}

/** Judges probabilities, row after row. */
export function judgeClasses(probabilities: Float32Array, truth: Uint8Array): ClassAccuracy {
  const classes = probabilities.length / truth.length;
  if (!Number.isInteger(classes)) throw new Error("predictions are not a row for each row held out");
  const bins = Array.from({ length: 15 }, () => ({ confidence: 0, right: 0 }));
  let right = 0;
  let nll = 0;
  truth.forEach((label, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    const sum = row.reduce((total, p) => total + p, 0);
    const best = row.indexOf(row.reduce((largest, p) => Math.max(largest, p)));
    const hit = best === label ? 1 : 0;
    const confidence = row[best] / sum;
    const bin = bins[Math.min(14, Math.floor(15 * confidence))];
    bin.confidence += confidence;
    bin.right += hit;
    right += hit;
    // No prediction in single precision is smaller than this but 0.
    nll -= Math.log(Math.max(row[label] / sum, 2 ** -149));
  });
  const n = truth.length;
  const gap = bins.reduce((total, b) => total + Math.abs(b.confidence - b.right), 0);
  return { accuracy: right / n, nll: nll / n, ece: gap / n };
}

/** Reads predictions that a contestant wrote. */
export function predictions(file: string): Float32Array {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
