// Five tasks one after the other, MNIST with its pixels in another order each time: how much of the earlier ones is left
// at the end, with the saved information of each task as knowledge for the next, and without.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Absent, Bench, Entry, EntryResult, Figures, Group, Settings } from "../bench.ts";
import { oursGoal } from "../bench.ts";
import { type Answer, ours, peer } from "../contestant.ts";
import { judgeClasses, labels, predictions } from "../mnist.ts";
import { draws } from "../random.ts";

const tasks = 5;
const pixels = 784;

interface Line {
  readonly label: string;
  readonly script: string;
  readonly task: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  readonly note?: string;
}

const lines: readonly Line[] = [
  {
    label: "fisherflow, saved information",
    script: "continual.ts",
    task: { batch: 512, importance: 1 },
    epochs: 2,
    note: "Kronecker information of all rows so far, as it is: importance 1",
  },
  { label: "fisherflow, estimates alone", script: "continual.ts", task: { batch: 512, importance: 0 }, epochs: 2 },
  { label: "PyTorch Adam", script: "torch_continual.py", task: { lr: 1e-3, batch: 128, penalty: 0 }, epochs: 5 },
  ...[30, 100, 300].map(
    (penalty): Line => ({
      label: `PyTorch Adam, EWC ${penalty}`,
      script: "torch_continual.py",
      task: { lr: 1e-3, batch: 128, penalty },
      epochs: 5,
      note: "diagonal information of 5,000 images a task; the weight of its penalty a mean loss",
    }),
  ),
];

const out = fileURLToPath(new URL("../.data/continual/", import.meta.url));
const slug = (label: string): string => label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

/** The orders of the pixels: the first is their own. */
function permutations(): Uint16Array {
  const orders = new Uint16Array(tasks * pixels);
  for (let t = 0; t < tasks; t++) {
    const { uniform } = draws(1000 + t);
    const order = orders.subarray(t * pixels, (t + 1) * pixels);
    for (let k = 0; k < pixels; k++) order[k] = k;
    for (let k = pixels - 1; k > 0 && t > 0; k--) {
      const other = Math.floor(uniform() * (k + 1));
      [order[k], order[other]] = [order[other], order[k]];
    }
  }
  return orders;
}

function entry({ label, script, task, epochs, note }: Line, folder: string, orders: string, quick: boolean): Entry {
  const mine = script.endsWith(".ts");
  const command = mine ? ours(script, folder, orders, label) : peer(script, folder, orders, label);
  const size = quick ? { rows: 5000, tasks: 2, epochs: 1 } : { rows: 60_000, tasks, epochs };
  const run = { kind: "warm", command, task: { ...task, ...size, out: `${out}${slug(label)}` } } as const;
  return { label, ours: mine, run, repeats: 1, seconds: 900, ...(note === undefined ? {} : { note }) };
}

function group(folder: string, orders: string, quick: boolean): Group {
  const truth = labels(folder, "t10k");
  const judged = (file: string, seen: number): Figures => {
    const whole = new Uint8Array(seen * truth.length);
    for (let t = 0; t < seen; t++) whole.set(truth, t * truth.length);
    const found = predictions(file);
    const { accuracy, nll, ece } = judgeClasses(found, whole);
    const first = judgeClasses(found.subarray(0, found.length / seen), truth);
    return { accuracy, "first task": first.accuracy, NLL: nll, ECE: ece };
  };
  const last = ({ checkpoints = [] }: Answer): Figures =>
    judged(checkpoints[checkpoints.length - 1].file, checkpoints.length);
  return {
    title: `permuted MNIST, ${tasks} tasks, 784-256-10${quick ? ", two tasks of 5,000 images" : ""}`,
    what: "The images of each task in turn, none of earlier ones; then accuracy, mean negative log-likelihood and calibration error over the test images of all tasks so far, and the accuracy that is left on the first. The time is that of training, consolidation included.",
    unit: "ms",
    entries: lines.map((line) => entry(line, folder, orders, quick)),
    figures: (answer) => ({ passes: answer.passes ?? null, ...last(answer) }),
    curve: ({ checkpoints = [] }) =>
      checkpoints.map(({ ms, file }, k): Figures => ({ task: k + 1, "time, ms": ms, ...judged(file, k + 1) })),
    goals: (results: readonly EntryResult[]) => {
      const value = (r: EntryResult): number | null => r.figures.accuracy ?? null;
      const plain = results.find((r) => r.label === "fisherflow, estimates alone");
      const best = results.filter((r) => !r.ours && r.missing === null).map((r) => value(r) ?? 0);
      return [
        plain === undefined
          ? null
          : oursGoal(results, "accuracy, plain training's", "at least", value(plain) ?? 0, value),
        best.length === 0 ? null : oursGoal(results, "accuracy, the best peer's", "at least", Math.max(...best), value),
        oursGoal(results, "accuracy, EWC's in Nguyen et al. 2018 (ten tasks, 784-100-100-10)", "at least", 0.84, value),
      ];
    },
  };
}

/** The bench. */
export const continualBench: Bench = {
  name: "continual",
  what: "permuted MNIST: tasks one after the other, with saved information as knowledge",
  prepare({ quick }: Settings): Promise<readonly (Group | Absent)[]> {
    const folder = `${process.env.FFM_DATA ?? "../shared/data"}/mnist`;
    const file = `${folder}/train-images-idx3-ubyte.gz`;
    if (!existsSync(file)) {
      const absent = `there is no ${file}; FFM_DATA names the folder of the data`;
      return Promise.resolve([{ title: "permuted MNIST", absent }]);
    }
    mkdirSync(out, { recursive: true });
    const orders = `${out}orders.u16`;
    writeFileSync(orders, permutations());
    return Promise.resolve([group(folder, orders, quick)]);
  },
};
