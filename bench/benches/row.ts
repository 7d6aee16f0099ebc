// One row an update, 10 parameters, full information: inside the loop, through the API, and from a file of NDJSON.

import type { Absent, Bench, Entry, Figures, Group, Settings } from "../bench.ts";
import { oursGoal } from "../bench.ts";
import { type Answer, ffm, ours, peer } from "../contestant.ts";
import { exactLinear } from "../linear.ts";
import { exactLogistic, judge } from "../logistic.ts";
import { flags, logisticModel, modelFile } from "../models.ts";
import { draws } from "../random.ts";
import { dataset, readNpy, writeNdjson, writeNpy, writeVowpal } from "../tables.ts";

const features = 9;
const held = 20_000;

async function simulated(rows: number): Promise<string> {
  const recipe = `row 1: seed 20260803, ${rows} + ${held} rows, ${features} features`;
  return dataset(`row-${rows}`, recipe, async (folder) => {
    const { normal, uniform } = draws(20260803);
    const effects = Array.from({ length: features }, () => uniform() - 0.5);
    const total = rows + held;
    const x = effects.map(() => new Float64Array(total));
    const y = new Float64Array(total);
    const linear = new Float64Array(total);
    for (let i = 0; i < total; i++) {
      let eta = -0.5;
      for (let k = 0; k < features; k++) {
        // Six decimals, so that the text formats hold the very same numbers.
        x[k][i] = Math.round(1e6 * normal()) / 1e6;
        eta += effects[k] * x[k][i];
      }
      y[i] = uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
      linear[i] = eta + normal();
    }
    const first = (c: Float64Array): Float64Array => c.slice(0, rows);
    writeNpy(`${folder}/x.npy`, x.map(first));
    writeNpy(`${folder}/y.npy`, [first(y)]);
    writeNpy(`${folder}/y-linear.npy`, [first(linear)]);
    writeNpy(
      `${folder}/x-test.npy`,
      x.map((c) => c.slice(rows)),
    );
    writeNpy(`${folder}/y-test.npy`, [y.slice(rows)]);
    const columns = Object.fromEntries(x.map((c, k) => [`x${k + 1}`, first(c)]));
    await writeVowpal(`${folder}/rows.vw`, columns, first(y));
    await writeNdjson(`${folder}/rows.ndjson`, { ...columns, y: first(y) });
  });
}

/** The figures of a logistic fit to the first `count` rows. */
function judges(folder: string, loop: boolean): (answer: Answer, rows: number) => Figures {
  const x = readNpy(`${folder}/x.npy`);
  const [y] = readNpy(`${folder}/y.npy`);
  const test = { x: readNpy(`${folder}/x-test.npy`), y: readNpy(`${folder}/y-test.npy`)[0] };
  const known = new Map<number, ReturnType<typeof exactLogistic>>();
  return ({ estimates = [], se = null, figures }, rows) => {
    const train = { x: x.map((c) => c.subarray(0, rows)), y: y.subarray(0, rows) };
    const exact = known.get(rows) ?? exactLogistic(train);
    known.set(rows, exact);
    const judged = judge(train, test, exact, estimates, se);
    const inside = !figures?.updateMs ? null : (1000 * rows) / figures.updateMs;
    return {
      rows,
      ...(loop ? { "in the loop, rows/s": inside } : {}),
      "distance, se": judged.distance,
      "se error": judged.seError,
      "held-out log score": judged.logScore,
      ECE: judged.ece,
    };
  };
}

const warm = (label: string, script: string, folder: string, task: Record<string, unknown>, note?: string): Entry => {
  const mine = script.endsWith(".ts");
  const command = mine ? ours(script, folder) : peer(script, folder);
  return { label, ours: mine, run: { kind: "warm", command, task }, ...(note === undefined ? {} : { note }) };
};

const parametersOf = (output: string): Pick<Answer, "estimates" | "se"> => {
  const { parameters } = JSON.parse(output) as { parameters: { estimate: number; se: number }[] };
  return { estimates: parameters.map((p) => p.estimate), se: parameters.map((p) => p.se) };
};

async function groups(settings: Settings): Promise<readonly (Group | Absent)[]> {
  const all = settings.quick ? 20_000 : 300_000;
  const few = all / 10;
  const folder = await simulated(all);
  const logistic = judges(folder, true);
  const fromFile = judges(folder, false);
  const model = modelFile("row", logisticModel(features));
  const stream = ffm("stream", model, "--data", `${folder}/rows.ndjson`, "--batch", "1", "--structure", "full");
  const piped = ffm("stream", model, "--data", "-", "--batch", "1", "--structure", "full");
  const more = [...flags(settings), "--format", "json"];
  const rowsIn = (answer: Answer): number => answer.rows ?? all;
  return [
    {
      title: "logistic, one row an update, data in memory",
      what: "10 parameters. Ours keeps full information and gives standard errors; the peers are first-order. `in the loop` leaves out binding the data and the summary.",
      unit: "rows/s",
      entries: [
        warm("fisherflow stream, batch 1", "row.ts", folder, { family: "logistic", way: "stream", rows: all }),
        warm("fisherflow flow.update([row])", "row.ts", folder, { family: "logistic", way: "update", rows: few }),
        warm("River LogisticRegression.learn_one", "river_row.py", folder, { family: "logistic", rows: few }),
        warm("Vowpal Wabbit learn(example)", "vw_row.py", folder, { way: "learn", file: "rows.vw", rows: few }),
        warm(
          "Vowpal Wabbit, its own loop",
          "vw_row.py",
          folder,
          { way: "file", file: "rows.vw", rows: all },
          "reads its text format from a file inside the timing: its C++ loop can't be given parsed rows",
        ),
      ],
      figures: (answer) => logistic(answer, rowsIn(answer)),
      goals: (results) => [
        oursGoal(results, "rows/s inside the loop", "at least", 1e6, (r) => r.figures["in the loop, rows/s"]),
      ],
    },
    {
      title: "linear with known noise, one row an update, data in memory",
      what: "10 parameters, the same prior: the exact posterior is known, and both keep full information.",
      unit: "rows/s",
      entries: [
        warm("fisherflow stream, batch 1", "row.ts", folder, { family: "linear", way: "stream", rows: few }),
        warm("River BayesianLinearRegression.learn_one", "river_row.py", folder, { family: "linear", rows: few }),
      ],
      figures: ({ estimates = [], figures, rows = few }) => {
        const exact = exactLinear(readNpy(`${folder}/x.npy`), readNpy(`${folder}/y-linear.npy`)[0], rows);
        const distance = Math.max(...estimates.map((v, k) => Math.abs(v - exact.estimates[k]) / exact.se[k]));
        const inside = !figures?.updateMs ? null : (1000 * rows) / figures.updateMs;
        return { rows, "in the loop, rows/s": inside, "distance from the exact posterior, sd": distance };
      },
    },
    {
      title: "logistic, from a file, a whole process",
      what: `${all.toLocaleString("en-US")} rows from disk to estimates, the start of the process included.`,
      unit: "rows/s",
      entries: [
        {
          label: "ffm stream, NDJSON file",
          ours: true,
          run: {
            kind: "cold",
            command: { ...stream, args: [...stream.args, ...more] },
            read: (o) => ({ rows: all, ...parametersOf(o) }),
          },
        },
        {
          label: "ffm stream, NDJSON on standard input",
          ours: true,
          run: {
            kind: "cold",
            command: { ...piped, args: [...piped.args, ...more] },
            input: `${folder}/rows.ndjson`,
            read: (o) => ({ rows: all, ...parametersOf(o) }),
          },
        },
        {
          label: "River, NDJSON file",
          ours: false,
          repeats: 3,
          run: {
            kind: "cold",
            command: peer("river_row.py", "--file", `${folder}/rows.ndjson`),
            read: (o) => ({ rows: all, ...(JSON.parse(o) as Pick<Answer, "estimates">) }),
          },
        },
        {
          label: "Vowpal Wabbit, its text format",
          ours: false,
          run: {
            kind: "cold",
            command: peer("vw_row.py", "--file", `${folder}/rows.vw`),
            read: (o) => ({ rows: all, ...(JSON.parse(o) as Pick<Answer, "estimates">) }),
          },
        },
      ],
      figures: (answer) => fromFile(answer, rowsIn(answer)),
      goals: (results) => [oursGoal(results, "rows/s through ffm stream from NDJSON", "at least", 200_000)],
    },
  ];
}

/** The bench. */
export const rowBench: Bench = {
  name: "row",
  what: "one row an update, 10 parameters, full information",
  prepare: groups,
};
