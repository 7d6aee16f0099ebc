// From source to a running flow: counts with an effect for each site, 20 and 2,000 parameters; warm, and as a process
// that starts cold. The peers compile the same model for the engine they would run it with.

import type { Bench, Entry, Group, Settings } from "../bench.ts";
import { oursGoal, ratioGoal } from "../bench.ts";
import { ffm, ours, peer } from "../contestant.ts";
import { countsModel, flags, modelFile } from "../models.ts";
import { draws } from "../random.ts";
import { dataset, writeCsv } from "../tables.ts";

/** Rows in which every site occurs. */
async function simulated(sites: number, rows: number): Promise<string> {
  const recipe = `compile 1: seed 20260804, ${rows} rows, ${sites} sites`;
  const folder = await dataset(`counts-${sites}`, recipe, async (own) => {
    const { normal, uniform } = draws(20260804);
    const effect = Float64Array.from({ length: sites }, () => 0.5 * normal());
    const column = (value: (i: number) => number): Float64Array =>
      Float64Array.from({ length: rows }, (_, i) => value(i));
    const site = column((i) => 1 + (i % sites));
    const x = Array.from({ length: 8 }, () => column(() => normal()));
    const y = column((i) => {
      const limit = Math.exp(-Math.exp(0.5 + 0.2 * x[0][i] + effect[site[i] - 1]));
      let count = 0;
      for (let product = uniform(); product > limit; product *= uniform()) count++;
      return count;
    });
    await writeCsv(`${own}/rows.csv`, { site, ...Object.fromEntries(x.map((c, k) => [`x${k + 1}`, c])), y });
  });
  return `${folder}/rows.csv`;
}

const mine = (label: string, task: Record<string, unknown>, note?: string): Entry => ({
  label,
  ours: true,
  seconds: 60,
  run: { kind: "warm", command: ours("compile.ts"), task },
  ...(note === undefined ? {} : { note }),
});

const theirs = (label: string, script: string, task: Record<string, unknown>, note: string): Entry => ({
  label,
  ours: false,
  repeats: 3,
  run: { kind: "warm", command: peer(script), task },
  note,
});

const cold = (label: string, program: { program: string; args: readonly string[] }, repeats?: number): Entry => ({
  label,
  ours: program.program === process.execPath,
  run: { kind: "cold", command: program },
  ...(repeats === undefined ? {} : { repeats }),
});

const numpyroNote = "a model built anew is traced and compiled anew in a process that has done so before";
const pymcNote = "log-density and gradient, what its samplers call; PyTensor's own cache on disk is warm";

function warmGroup(sites: number, file: string, quick: boolean): Group {
  const parameters = sites + 9;
  const small = parameters <= 100;
  const stan: Entry = {
    label: "Stan (PyStan)",
    ours: false,
    repeats: 1,
    seconds: 240,
    run: { kind: "warm", command: peer("stan_compile.py"), task: {} },
    note: "translation and C++ compilation only; the same program serves any number of sites",
  };
  return {
    title: `source to running flow, ${parameters.toLocaleString("en-US")} parameters, warm process`,
    what: "Poisson regression with 8 predictors and an effect for each site; the data are in a CSV that ours binds the model to (inside the timing) and that the peers have in memory.",
    unit: "ms",
    entries: [
      mine("fisherflow, ready for rows", { file, structure: "full", until: "ready" }),
      {
        ...mine("fisherflow, first estimates", { file, structure: small ? "full" : "diagonal", until: "first" }),
        ...(small ? {} : { repeats: 1, note: "diagonal information, as in NumPyro's guide" }),
      },
      theirs("NumPyro SVI, first step", "numpyro_compile.py", { file, engine: "svi" }, numpyroNote),
      theirs("NumPyro NUTS, first step", "numpyro_compile.py", { file, engine: "nuts" }, numpyroNote),
      theirs("PyMC, first gradient", "pymc_compile.py", { file }, pymcNote),
      ...(small && !quick ? [stan] : []),
    ],
    goals: (results) => [
      ...(small ? [oursGoal(results, "ready from source, warm, ms", "at most", 50)] : []),
      ratioGoal(results, "times faster than the fastest peer", 50, /./),
    ],
  };
}

/** The bench. */
export const compileBench: Bench = {
  name: "compile",
  what: "source to running flow, 20 and 2,000 parameters, beside probabilistic programming systems",
  async prepare(settings: Settings): Promise<readonly Group[]> {
    const few = await simulated(11, 200);
    const many = await simulated(1991, 4000);
    const model = modelFile("counts", countsModel);
    const fit = ffm("fit", model, "--data", few, ...flags(settings));
    const groups = [warmGroup(11, few, settings.quick)];
    if (!settings.quick) groups.push(warmGroup(1991, many, false));
    return [
      ...groups,
      {
        title: "a whole process, 20 parameters",
        what: "From an empty process to its end. `ffm fit` reads 200 rows of CSV and prints estimates; the peers do what they did above.",
        unit: "ms",
        entries: [
          cold("ffm check", ffm("check", model)),
          cold("ffm fit", fit),
          cold("NumPyro SVI, first step", peer("numpyro_compile.py", "--once", few, "svi"), 3),
          cold("PyMC, first gradient", peer("pymc_compile.py", "--once", few), 3),
          {
            ...cold("PyMC, first gradient, empty cache", peer("pymc_compile.py", "--fresh", few), 1),
            note: "PyTensor's cache in an empty folder: what a model costs that was never built before",
          },
        ],
        goals: (results) => [
          oursGoal(results, "ffm check, ms", "at most", 300),
          oursGoal(results.slice(1), "ffm fit, ms", "at most", 300),
          ratioGoal(results, "ffm check: times faster than the fastest peer", 50, /./),
        ],
      },
    ];
  },
};
