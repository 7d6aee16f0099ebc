// Online logistic regression on the Forest CoverType table: every row once, by each structure of information, beside
// first-order methods and variational Bayes.

import { existsSync } from "node:fs";
import type { Absent, Bench, Entry, EntryResult, Goal, Group, Settings } from "../bench.ts";
import { type Answer, ours, peer } from "../contestant.ts";
import { covtype, covtypeFile, type Split } from "../covtype.ts";
import { type Exact, exactLogistic, judge, paired } from "../logistic.ts";

const structures: readonly (readonly [string, unknown])[] = [
  ["full", "full"],
  ["block", "block"],
  ["lowrank 10", [{ kind: "lowrank", rank: 10, parameters: null }]],
  ["diagonal", "diagonal"],
  ["scalar", "scalar"],
];

function entries({ folder, train }: Split): readonly Entry[] {
  const line = (label: string, script: string, task: Record<string, unknown>, note?: string): Entry => {
    const mine = script.endsWith(".ts");
    // A process for each structure, so that one that fails leaves the others alone.
    const command = mine ? ours(script, folder, label) : peer(script, folder);
    return { label, ours: mine, run: { kind: "warm", command, task }, ...(note === undefined ? {} : { note }) };
  };
  const rows = train.y.length;
  return [
    ...structures.map(([name, structure]) => line(`fisherflow stream, ${name}`, "covtype.ts", { structure })),
    line("PyTorch SGD", "torch_logistic.py", { optimizer: "sgd", lr: 0.2, batch: 128 }),
    line("PyTorch Adam", "torch_logistic.py", { optimizer: "adam", lr: 0.01, batch: 128 }),
    line("scikit-learn SGD, averaged", "sklearn_glm.py", { solver: "sgd" }),
    line("River LogisticRegression", "river_row.py", { family: "logistic", rows }, "SGD, one row at a time"),
    line(
      "Vowpal Wabbit, its own loop",
      "vw_row.py",
      { way: "file", file: "rows.vw", rows, features: train.x.length },
      "reads its text format from a file inside the timing: its C++ loop can't be given parsed rows",
    ),
    line(
      "NumPyro SVI, mean field",
      "numpyro_logistic.py",
      { lr: 0.003, batch: 32 },
      "mini-batches of 32, Adam; compiled before the timing",
    ),
  ];
}

/** The share of coordinates whose interval holds the exact maximum over all rows, and how wide intervals are. */
function intervals(exact: Exact, { estimates = [], se }: Answer): { coverage: number; width: number } | null {
  if (se === undefined) return null;
  const inside = estimates.filter((v, k) => Math.abs(v - exact.estimates[k]) <= 1.959964 * se[k]);
  const ratios = se.map((v, k) => v / exact.se[k]).toSorted((a, b) => a - b);
  return { coverage: inside.length / estimates.length, width: ratios[ratios.length >> 1] };
}

/** Each of ours against the best peer: the goal names the first of ours. */
function goals(results: readonly EntryResult[]): readonly (Goal | null)[] {
  const [mine] = results.filter((r) => r.ours && r.missing === null);
  const peers = results.filter((r) => !r.ours && r.missing === null);
  if (mine === undefined || peers.length === 0) return [];
  const against = (text: string, name: string, direction: Goal["direction"]): Goal | null => {
    const values = peers.flatMap((p) => p.figures[name] ?? []);
    const value = mine.figures[name];
    const limit = direction === "at most" ? Math.min(...values) : Math.max(...values);
    return typeof value === "number" ? { text, value, limit, direction } : null;
  };
  const time: Goal = {
    text: "ms, the fastest peer's",
    value: mine.median,
    limit: Math.min(...peers.map((p) => p.median)),
    direction: "at most",
  };
  return [
    against("accuracy, the best peer's", "accuracy", "at least"),
    against("NLL, the best peer's", "NLL", "at most"),
    against("ECE, the best peer's", "ECE", "at most"),
    time,
  ];
}

function group(split: Split): Group {
  const { train, test } = split;
  const exact = exactLogistic(train);
  return {
    title: `one pass, ${train.y.length.toLocaleString("en-US")} × ${train.x.length + 1}`,
    what: "Rows in memory to estimates, each row once. Accuracy, mean negative log-likelihood and calibration error on 20,000 rows held out; `against exact`: how much better than the exact maximum over all rows, on the same rows, in standard errors of the difference. `distance`: from the exact maximum over all rows, largest, in its standard errors. `coverage`: the share of 95 % intervals that hold that maximum, which a pass over the same rows should reach nearly always; `se ratio`: standard error over the exact one, the median.",
    unit: "ms",
    entries: entries(split),
    figures: (answer) => {
      const judged = judge(train, test, exact, answer.estimates ?? [], answer.se ?? null);
      const found = intervals(exact, answer);
      const beside = paired(test, answer.estimates ?? [], exact.estimates);
      return {
        "in the loop, ms": answer.figures?.updateMs ?? null,
        accuracy: judged.accuracy,
        "accuracy, against exact": beside.accuracy,
        NLL: -judged.logScore,
        "log score, against exact": beside.logScore,
        ECE: judged.ece,
        "distance, se": judged.distance,
        coverage: found?.coverage ?? null,
        "se ratio": found?.width ?? null,
      };
    },
    goals,
  };
}

/** The bench. */
export const covtypeBench: Bench = {
  name: "covtype",
  what: "online logistic regression on Forest CoverType, each row once, with every structure",
  async prepare(_settings: Settings): Promise<readonly (Group | Absent)[]> {
    const file = covtypeFile();
    if (existsSync(file)) return [group(await covtype(file))];
    return [{ title: "one pass", absent: `there is no ${file}; FFM_DATA names the folder of the data` }];
  },
};
