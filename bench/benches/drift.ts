// Streams that drift: every row is predicted from the rows before it, then learnt. How well that goes with each dynamics,
// beside River and Vowpal Wabbit, each by the best of a few settings.

import type { Absent, Bench, Entry, EntryResult, Figures, Goal, Group, Settings } from "../bench.ts";
import { ours, peer } from "../contestant.ts";
import { streamFolder } from "../drift.ts";

const streams: readonly { readonly name: string; readonly what: string; readonly drifts: boolean }[] = [
  {
    name: "elec2",
    what: "45,312 half-hours of an electricity market, 6 columns: rises and falls of its price",
    drifts: true,
  },
  {
    name: "sudden",
    what: "20,000 simulated rows, 5 columns, whose coefficients are drawn anew three times",
    drifts: true,
  },
  { name: "phishing", what: "1,250 web sites, 9 columns", drifts: false },
  { name: "bananas", what: "5,300 points of two crescents, 2 columns, which no line divides", drifts: false },
];

const forgetting = {
  stationary: [{}],
  "half-life": [10, 30, 100, 300, 1000, 3000, 10_000].map((rows) => ({
    forget: { kind: "half_life", rows },
    setting: rows,
  })),
  window: [300, 1000, 4000].map((rows) => ({ forget: { kind: "window", rows, segments: null }, setting: rows })),
  adaptive: [0.05, 0.2, 0.5].map((reset) => ({
    forget: { kind: "adaptive", alpha: 0.01, reset, by: null },
    setting: reset,
  })),
  drift: [0.003, 0.01, 0.03, 0.1, 0.3, 1].map((sd) => ({ drift: [{ sd, parameters: null }], setting: sd })),
} as const;

/** Rates of steps that the peers try. */
const rates = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000];

function entries(folder: string): readonly Entry[] {
  const line = (label: string, script: string, task: Record<string, unknown>, note?: string): Entry => {
    const command = script.endsWith(".ts") ? ours(script, folder, label) : peer(script, folder);
    const run = { kind: "warm", command, task } as const;
    return {
      label,
      ours: script.endsWith(".ts"),
      run,
      seconds: 900,
      repeats: 1,
      ...(note === undefined ? {} : { note }),
    };
  };
  return [
    ...Object.entries(forgetting).map(([name, tries]) => line(`fisherflow, ${name}`, "drift.ts", { tries })),
    line(
      "River LogisticRegression",
      "river_drift.py",
      { rates },
      "`setting` is SGD's rate, with or without a running standardisation before it",
    ),
    line(
      "Vowpal Wabbit",
      "vw_drift.py",
      { rates },
      "`setting` is the rate, with its usual fall (power_t 0.5) or without, and its adaptive steps",
    ),
  ];
}

function goals(results: readonly EntryResult[], drifts: boolean): readonly (Goal | null)[] {
  const score = (fits: RegExp): number | null => {
    const found = results.flatMap((r) =>
      fits.test(r.label) && r.missing === null ? [r.figures["log score"] ?? null] : [],
    );
    return found.reduce<number | null>((best, x) => (x !== null && (best === null || x > best) ? x : best), null);
  };
  const against = (text: string, mine: RegExp, other: RegExp): Goal | null => {
    const [value, limit] = [score(mine), score(other)];
    return value === null || limit === null ? null : { text, value, limit, direction: "at least" };
  };
  if (!drifts) return [];
  return [
    against("log score, half-life against stationary", /half-life/, /stationary/),
    against("log score, adaptive against stationary", /adaptive/, /stationary/),
    against("log score, the best of ours against the best peer", /^fisherflow/, /^(?!fisherflow)/),
  ];
}

async function groups({ quick }: Settings): Promise<readonly (Group | Absent)[]> {
  const wanted = quick ? streams.filter(({ name }) => name === "phishing") : streams;
  return Promise.all(
    wanted.map(async ({ name, what, drifts }): Promise<Group | Absent> => {
      const folder = await streamFolder(name);
      if (folder === null)
        return { title: name, absent: `there is no streams/${name}.csv; FFM_DATA names the folder of the data` };
      return {
        title: name,
        what: `${what}. Logistic regression; each row is predicted from those before it, by the estimate alone, then learnt. \`log score\`: mean log probability of what came (at least log 1e-9). Time is that of the setting with the best log score.`,
        unit: "rows/s",
        entries: entries(folder),
        figures: ({ figures = {} }): Figures => ({
          "log score": figures.score ?? null,
          accuracy: figures.accuracy ?? null,
          setting: figures.setting ?? null,
          changes: figures.changes ?? null,
        }),
        goals: (results) => goals(results, drifts),
      };
    }),
  );
}

/** The bench. */
export const driftBench: Bench = {
  name: "drift",
  what: "streams that drift: predictions one row ahead, by each dynamics",
  prepare: groups,
};
