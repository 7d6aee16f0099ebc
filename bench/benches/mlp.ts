// A network with one hidden layer on MNIST, 784-256-10: time to train, and how good its predictions are after each epoch.

import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Absent, Bench, Entry, EntryResult, Figures, Group, Settings } from "../bench.ts";
import { oursGoal, ratioGoal } from "../bench.ts";
import { type Answer, type Checkpoint, ours, peer } from "../contestant.ts";
import { type ClassAccuracy, judgeClasses, labels, predictions } from "../mnist.ts";

/** What a contestant is asked for besides the size of the task. */
interface Line {
  readonly label: string;
  readonly script: string;
  readonly task: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  readonly note?: string;
}

const lines: readonly Line[] = [
  { label: "fisherflow stream, Kronecker", script: "mlp.ts", task: { batch: 1000 }, epochs: 4 },
  { label: "fisherflow stream, three epochs", script: "mlp.ts", task: { batch: 1000 }, epochs: 3 },
  {
    label: "PyTorch Adam",
    script: "torch_mlp.py",
    task: { optimizer: "adam", lr: 1e-3, batch: 128 },
    epochs: 10,
  },
  {
    label: "PyTorch Adam, two threads",
    script: "torch_mlp.py",
    task: { optimizer: "adam", lr: 1e-3, batch: 128, threads: 2 },
    epochs: 10,
    note: "all others have one",
  },
  {
    label: "PyTorch Adam, cosine",
    script: "torch_mlp.py",
    task: { optimizer: "adam", lr: 2e-3, batch: 128, cosine: true },
    epochs: 10,
  },
  {
    label: "PyTorch SGD, momentum",
    script: "torch_mlp.py",
    task: { optimizer: "sgd", lr: 0.1, batch: 128 },
    epochs: 10,
  },
  {
    label: "PyTorch SGD, momentum, cosine",
    script: "torch_mlp.py",
    task: { optimizer: "sgd", lr: 0.1, batch: 128, cosine: true },
    epochs: 10,
  },
  {
    label: "ASDL K-FAC, momentum, cosine",
    script: "kfac_mlp.py",
    task: { lr: 0.01, damping: 0.01, batch: 512 },
    epochs: 10,
  },
  {
    label: "laplace-torch after Adam",
    script: "laplace_mlp.py",
    task: { lr: 1e-3, batch: 128 },
    epochs: 10,
    note: "Kronecker information of the last layer, predictions by the probit approximation; the time is training and the approximation",
  },
  {
    label: "MC dropout, Adam, 50 draws",
    script: "torch_mlp.py",
    task: { optimizer: "adam", lr: 1e-3, batch: 128, draws: 50 },
    epochs: 10,
    note: "dropout 0.2 on the hidden layer, kept on for 50 predictions whose mean is taken",
  },
];

const out = fileURLToPath(new URL("../.data/mlp/", import.meta.url));
const slug = (label: string): string => label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

function entry({ label, script, task, epochs, note }: Line, folder: string, quick: boolean): Entry {
  const mine = script.endsWith(".ts");
  // A process for each line, so that one that fails leaves the others alone.
  const command = mine ? ours(script, folder, label) : peer(script, folder, label);
  const size = quick ? { rows: 10_000, epochs: 2 } : { rows: 60_000, epochs };
  const run = { kind: "warm", command, task: { ...task, ...size, out: `${out}${slug(label)}` } } as const;
  return { label, ours: mine, run, repeats: quick ? 1 : 3, seconds: 600, ...(note === undefined ? {} : { note }) };
}

/** Figures of an answer's predictions, worked out here from the files that it names. */
function judge(truth: Uint8Array): (checkpoint: Checkpoint) => ClassAccuracy {
  return ({ file }) => judgeClasses(predictions(file), truth);
}

function group(folder: string, quick: boolean): Group {
  const judged = judge(labels(folder, "t10k"));
  const last = ({ checkpoints = [] }: Answer): ClassAccuracy | null => {
    const end = checkpoints.at(-1);
    return end === undefined ? null : judged(end);
  };
  return {
    title: `MNIST, 784-256-10${quick ? ", 10,000 images, two epochs" : ""}`,
    what: "Images in memory to trained weights. Accuracy, mean negative log-likelihood and calibration error on the 10,000 images held out, as means over the repeats, each with a seed of its own. `predict`: the 10,000 images, once, after training.",
    unit: "ms",
    // Two threads on a busy machine wait for each other for minutes: nothing for a trial.
    entries: lines.filter(({ task }) => !quick || task.threads === undefined).map((line) => entry(line, folder, quick)),
    averaged: true,
    figures: (answer) => {
      const found = last(answer);
      return {
        epochs: answer.passes ?? null,
        accuracy: found?.accuracy ?? null,
        NLL: found?.nll ?? null,
        ECE: found?.ece ?? null,
        "predict, ms": answer.figures?.predictMs ?? null,
      };
    },
    curve: ({ checkpoints = [] }) =>
      checkpoints.map((checkpoint, k): Figures => {
        const { accuracy, nll, ece } = judged(checkpoint);
        return { epoch: k + 1, "time, ms": checkpoint.ms, accuracy, NLL: nll, ECE: ece };
      }),
    goals: (results: readonly EntryResult[]) => [
      oursGoal(results, "accuracy", "at least", 0.984, (r) => r.figures.accuracy),
      oursGoal(results, "NLL", "at most", 0.055, (r) => r.figures.NLL),
      oursGoal(results, "ECE", "at most", 0.004, (r) => r.figures.ECE),
      ratioGoal(results, "times faster than Adam's ten epochs", 1, /^PyTorch Adam$/),
    ],
  };
}

/** The bench. */
export const mlpBench: Bench = {
  name: "mlp",
  what: "a neural network on MNIST, 784-256-10, with Kronecker information",
  prepare({ quick }: Settings): Promise<readonly (Group | Absent)[]> {
    const folder = `${process.env.FFM_DATA ?? "../shared/data"}/mnist`;
    mkdirSync(out, { recursive: true });
    const file = `${folder}/train-images-idx3-ubyte.gz`;
    const absent = { title: "MNIST, 784-256-10", absent: `there is no ${file}; FFM_DATA names the folder of the data` };
    return Promise.resolve(existsSync(file) ? [group(folder, quick)] : [absent]);
  },
};
