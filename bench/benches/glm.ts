// Logistic regression, 100,000 rows and 55 parameters: one stream pass, and a fit to convergence, with full information.

import { existsSync } from "node:fs";
import type { Absent, Bench, Entry, EntryResult, Figures, Group, Settings } from "../bench.ts";
import { oursGoal, ratioGoal } from "../bench.ts";
import { type Answer, ours, peer } from "../contestant.ts";
import { covtype, covtypeFile, loadSplit, type Split, saveSplit } from "../covtype.ts";
import { exactLogistic, judge } from "../logistic.ts";
import { draws } from "../random.ts";
import { dataset } from "../tables.ts";

const parameters = 55;

/** Correlated normal features (0.3 between any two), true effects of up to ±0.5. */
async function simulated(rows: number): Promise<Split> {
  const held = rows / 5;
  const recipe = `glm 1: seed 20260801, ${rows} + ${held} rows, ${parameters - 1} features`;
  const folder = await dataset(`glm-${rows}`, recipe, async (path) => {
    const { normal, uniform } = draws(20260801);
    const effects = Array.from({ length: parameters - 1 }, () => uniform() - 0.5);
    const total = rows + held;
    const x = effects.map(() => new Float64Array(total));
    const y = new Float64Array(total);
    for (let i = 0; i < total; i++) {
      const shared = Math.sqrt(0.3) * normal();
      let eta = -0.5;
      for (let k = 0; k < effects.length; k++) {
        x[k][i] = shared + Math.sqrt(0.7) * normal();
        eta += effects[k] * x[k][i];
      }
      y[i] = uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
    }
    saveSplit(path, x, y, rows);
  });
  return loadSplit(folder);
}

const entry = (label: string, script: string, folder: string, task: Record<string, unknown>, note?: string): Entry => {
  const mine = script.endsWith(".ts");
  const command = mine ? ours(script, folder) : peer(script, folder);
  return { label, ours: mine, run: { kind: "warm", command, task }, ...(note === undefined ? {} : { note }) };
};

const observedNote =
  "with what a stream does unless told not to: the honesty watch, which compiles the predictions of the model, and log evidence";

/** The table's figures, all worked out here from the contestants' estimates. */
function figures({ train, test }: Split): (answer: Answer) => Figures {
  const exact = exactLogistic({ x: train.x, y: train.y });
  return ({ passes, estimates = [], se = null, figures: own = {} }) => {
    const judged = judge(train, test, exact, estimates, se);
    const { updateMs } = own;
    return {
      passes: passes ?? null,
      "in the loop, ms": updateMs ?? null,
      score: judged.score,
      "distance, se": judged.distance,
      "se error": judged.seError,
      "held-out log score": judged.logScore,
      accuracy: judged.accuracy,
      ECE: judged.ece,
    };
  };
}

function groups(title: string, split: Split, goals: boolean): Group[] {
  const judged = figures(split);
  const { folder, train } = split;
  const width = train.x.length + 1;
  const updates = train.y.length * width * (width + 1);
  const size = `${train.y.length.toLocaleString("en-US")} × ${width}`;
  return [
    {
      title: `${title}: fit to convergence, ${size}`,
      what: "Data in memory to estimates, one call. Ours, R and statsmodels include standard errors; scikit-learn has none. `score`: largest element of the mean score; `distance`: from the exact maximum, in standard errors.",
      unit: "ms",
      entries: [
        entry("fisherflow fit", "glm.ts", folder, { mode: "fit" }),
        entry("scikit-learn lbfgs", "sklearn_glm.py", folder, { solver: "lbfgs" }),
        entry("scikit-learn newton-cholesky", "sklearn_glm.py", folder, { solver: "newton-cholesky" }),
        entry("statsmodels Logit, Newton", "statsmodels_glm.py", folder, { solver: "logit" }),
        entry("statsmodels GLM", "statsmodels_glm.py", folder, { solver: "glm" }),
        entry("R glm.fit", "glm.R", folder, { solver: "glm" }),
      ],
      figures: judged,
      goals: (results: readonly EntryResult[]) => [
        oursGoal(results, "score at the end", "at most", 1e-6, (r) => r.figures.score),
        ratioGoal(results, "times faster than the fastest peer", 1.5, /./),
        ratioGoal(results, "times faster than R", 15, /^R /),
      ],
    },
    {
      title: `${title}: one stream pass, ${size}`,
      what: "Each row once, full information: estimates and standard errors at the end. The peer is a first-order method that keeps no information.",
      unit: "ms",
      entries: [
        entry("fisherflow stream, updates alone", "glm.ts", folder, { mode: "stream" }),
        entry("fisherflow stream", "glm.ts", folder, { mode: "stream", observed: true }, observedNote),
        entry("scikit-learn SGD, averaged", "sklearn_glm.py", folder, { solver: "sgd" }),
      ],
      figures: (answer) => {
        const ms = answer.figures?.updateMs ?? answer.ms;
        const rate = answer.se === undefined ? null : updates / ms / 1e6;
        return { ...judged(answer), "rank-k GFLOP/s, all of the loop": rate };
      },
      goals: (results: readonly EntryResult[]) => (goals ? [oursGoal(results, "stream pass, ms", "at most", 40)] : []),
    },
  ];
}

/** XᵀWX alone, beside XᵀX by BLAS. */
const rankTask = { rows: 4096, width: 56, batch: 512 };
const rank: Group = {
  title: "the rank-k update alone, 4,096 × 56",
  what: "XᵀWX of 4,096 rows by the kernel that the loops call, 512 rows a call as in the passes above; OpenBLAS makes XᵀX of all rows in one call (SciPy's dsyrk). The fastest of 200, one core.",
  unit: "ms",
  entries: [
    { label: "fisherflow kernel", ours: true, run: { kind: "warm", command: ours("rank.ts"), task: rankTask } },
    { label: "OpenBLAS dsyrk", ours: false, run: { kind: "warm", command: peer("peak.py"), task: rankTask } },
  ],
  figures: (answer) => answer.figures ?? {},
  goals: (results) => [oursGoal(results, "rank-k update, GFLOP/s", "at least", 12, (r) => r.figures["GFLOP/s"])],
};

/** Largest rates of one core by BLAS, beside which the pass stands. */
const peak: Group = {
  title: "the machine's own pace, one core",
  what: "OpenBLAS through NumPy and SciPy: a 1024 × 1024 double-precision product (the time), XᵀX of 4,096 × 56, and the sum of 128 MiB read from memory.",
  unit: "ms",
  entries: [{ label: "OpenBLAS", ours: false, run: { kind: "warm", command: peer("peak.py"), task: {} } }],
  figures: (answer) => answer.figures ?? {},
};

/** The bench. */
export const glmBench: Bench = {
  name: "glm",
  what: "logistic regression with full information: one stream pass, and a fit to convergence",
  async prepare({ quick }: Settings): Promise<readonly (Group | Absent)[]> {
    const made = groups("simulated", await simulated(quick ? 10_000 : 100_000), true);
    const file = covtypeFile();
    const real = existsSync(file)
      ? groups("covtype", await covtype(file), false)
      : [{ title: "covtype", absent: `there is no ${file}; FFM_DATA names the folder of the data` }];
    // A trial run leaves the real table out, but says all the same where it is missing.
    return [...made, ...real.filter((g) => !quick || "absent" in g), rank, peak];
  },
};
