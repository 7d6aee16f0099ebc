// Logistic regression, 100,000 rows and 55 parameters: one stream pass, and a fit to convergence, with full information.

import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Absent, Bench, Entry, EntryResult, Figures, Group, Settings } from "../bench.ts";
import { oursGoal, ratioGoal } from "../bench.ts";
import { type Answer, ours, peer } from "../contestant.ts";
import { type Design, exactLogistic, judge } from "../logistic.ts";
import { draws } from "../random.ts";
import { dataset, readNpy, writeNpy } from "../tables.ts";

const parameters = 55;

/** Rows to fit and rows held out, and where contestants find the former. */
interface Split {
  readonly folder: string;
  readonly train: Design;
  readonly test: Design;
}

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
    save(path, x, y, rows);
  });
  return load(folder);
}

function save(folder: string, x: readonly Float64Array[], y: Float64Array, rows: number): void {
  writeNpy(
    `${folder}/x.npy`,
    x.map((c) => c.slice(0, rows)),
  );
  writeNpy(`${folder}/y.npy`, [y.slice(0, rows)]);
  writeNpy(
    `${folder}/x-test.npy`,
    x.map((c) => c.slice(rows)),
  );
  writeNpy(`${folder}/y-test.npy`, [y.slice(rows)]);
}

function load(folder: string): Split {
  const design = (suffix: string): Design => ({
    x: readNpy(`${folder}/x${suffix}.npy`),
    y: readNpy(`${folder}/y${suffix}.npy`)[0],
  });
  return { folder, train: design(""), test: design("-test") };
}

/**
 * Forest cover, class 2 against the rest, 80 of 100 rows to fit. Without columns that would leave no finite or no
 * unique maximum: an indicator with fewer than 100 rows or with one class only, and one of each set of indicators.
 */
async function covtype(path: string): Promise<Split> {
  const recipe = "covtype 1: seed 20260802, 80,000 + 20,000 rows, columns by support";
  const folder = await dataset("covtype", recipe, async (own) => {
    const [head, ...lines] = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
    const names = head.split(",");
    const table = names.map(() => new Float64Array(lines.length));
    const { uniform } = draws(20260802);
    const keyed = lines.map((line) => ({ line, key: uniform() })).toSorted((a, b) => a.key - b.key);
    keyed.forEach(({ line }, i) => {
      line.split(",").forEach((value, k) => {
        table[k][i] = Number(value);
      });
    });
    const y = table[names.length - 1].map((label) => (label === 2 ? 1 : 0));
    const rows = 0.8 * lines.length;
    save(
      own,
      usable(names.slice(0, -1), table, y, rows).map((c) => standardised(c, rows)),
      y,
      rows,
    );
  });
  return load(folder);
}

function usable(
  names: readonly string[],
  table: readonly Float64Array[],
  y: Float64Array,
  rows: number,
): Float64Array[] {
  const references = new Map<string, { name: string; count: number }>();
  const kept: string[] = [];
  names.forEach((name, k) => {
    const set = /^(Wilderness_Area|Soil_Type)\d+$/.exec(name)?.[1];
    if (set === undefined) {
      kept.push(name);
      return;
    }
    const seen = [0, 0];
    for (let i = 0; i < rows; i++) if (table[k][i] === 1) seen[y[i]]++;
    const count = seen[0] + seen[1];
    if (count < 100 || Math.min(...seen) < 5) return;
    kept.push(name);
    if (count > (references.get(set)?.count ?? 0)) references.set(set, { name, count });
  });
  const left = new Set([...references.values()].map((r) => r.name));
  return kept.filter((name) => !left.has(name)).map((name) => table[names.indexOf(name)]);
}

function standardised(column: Float64Array, rows: number): Float64Array {
  const fitted = column.subarray(0, rows);
  const mean = fitted.reduce((sum, v) => sum + v, 0) / rows;
  const sd = Math.sqrt(fitted.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (rows - 1));
  return column.map((v) => (v - mean) / sd);
}

const entry = (label: string, script: string, folder: string, task: Record<string, unknown>): Entry => {
  const mine = script.endsWith(".ts");
  const command = mine ? ours(script, folder) : peer(script, folder);
  return { label, ours: mine, run: { kind: "warm", command, task } };
};

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
        entry("fisherflow stream", "glm.ts", folder, { mode: "stream" }),
        entry("scikit-learn SGD, averaged", "sklearn_glm.py", folder, { solver: "sgd" }),
      ],
      figures: (answer) => {
        const ms = answer.figures?.updateMs ?? answer.ms;
        const rate = answer.se === undefined ? null : updates / ms / 1e6;
        return { ...judged(answer), "rank-k GFLOP/s": rate };
      },
      goals: (results: readonly EntryResult[]) =>
        goals
          ? [
              oursGoal(results, "stream pass, ms", "at most", 40),
              oursGoal(results, "rank-k update, GFLOP/s", "at least", 12, (r) => r.figures["rank-k GFLOP/s"]),
            ]
          : [],
    },
  ];
}

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
    const file = `${process.env.FFM_DATA ?? "../shared/data"}/covtype/covertype_small_100k.csv.gz`;
    const real = existsSync(file)
      ? groups("covtype", await covtype(file), false)
      : [{ title: "covtype", absent: `there is no ${file}; FFM_DATA names the folder of the data` }];
    // A trial run leaves the real table out, but says all the same where it is missing.
    return [...made, ...real.filter((g) => !quick || "absent" in g), peak];
  },
};
