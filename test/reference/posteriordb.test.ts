// Regressions of posteriordb (stan-dev/posteriordb) against the moments of its reference draws, with
// `target posterior`: the Gaussian approximation in unconstrained space, its mean and sd in declared space.
// Asked for: means of coefficients within 0.1 posterior sd, of scales within 0.5, sds within 10 %, or 17 %
// below 60 rows, where the posterior is visibly not Gaussian.

import { afterAll, describe, expect, it } from "vitest";
import { quantity, type Summary, solve } from "./compare.ts";
import { present, readJson, titled } from "./external.ts";

interface Moments {
  readonly mean: number;
  readonly sd: number;
}
type Json = number | readonly Json[];
type Data = Readonly<Record<string, Json>>;
type Rows = Parameters<typeof solve>[1];

interface Posterior {
  readonly id: string;
  readonly model: string;
  readonly prepare: (data: Data) => Rows;
}

/** The named columns as they are. */
function pick(...names: readonly string[]): (data: Data) => Rows {
  return (data) => Object.fromEntries(names.map((name) => [name, data[name]])) as Rows;
}

/** brms drops the column of ones and centres the others; its `Intercept` is that of the centred columns. */
function centred(data: Data): Rows {
  const matrix = (data.X as readonly (readonly number[])[]).map((row) => row.slice(1));
  const columns = matrix[0].map((_, k) => matrix.map((row) => row[k]));
  const means = columns.map((column) => column.reduce((sum, x) => sum + x, 0) / column.length);
  const named = columns.map((column, k) => [`x${k + 1}`, column]);
  return { ...Object.fromEntries(named), means, Y: data.Y } as Rows;
}

const posteriors: readonly Posterior[] = [
  { id: "kidiq-kidscore_momiq", model: "kidscore_momiq", prepare: pick("kid_score", "mom_iq") },
  { id: "kidiq-kidscore_interaction", model: "kidscore_interaction", prepare: pick("kid_score", "mom_hs", "mom_iq") },
  { id: "earnings-logearn_height", model: "logearn_height", prepare: pick("earn", "height") },
  {
    id: "mesquite-logmesquite_logvolume",
    model: "logmesquite_logvolume",
    prepare: pick("weight", "diam1", "diam2", "canopy_height"),
  },
  {
    id: "nes1972-nes",
    model: "nes",
    prepare: pick("partyid7", "real_ideo", "race_adj", "age_discrete", "educ1", "gender", "income"),
  },
  { id: "sblrc-blr", model: "blr", prepare: pick("X", "y") },
  { id: "diamonds-diamonds", model: "diamonds", prepare: centred },
];

interface Deviation {
  readonly name: string;
  /** Difference of the means in posterior sds. */
  readonly mean: number;
  /** Ratio of the sds, less 1. */
  readonly sd: number;
}

/** `b[3]` of the reference is the third element here; names of columns, where the summary has them, do not matter. */
function find(summary: Summary, name: string): { readonly estimate: number; readonly se: number } {
  const [base, place] = name.replace("]", "").split("[");
  if (place === undefined) return quantity(summary, base);
  const elements = summary.parameters.filter((entry) => entry.name === base);
  const element = elements[Number(place) - 1];
  return quantity(summary, base, element?.index ?? [place]);
}

function compare(summary: Summary, reference: Readonly<Record<string, Moments>>): readonly Deviation[] {
  return Object.entries(reference).map(([name, truth]) => {
    const ours = find(summary, name);
    return { name, mean: Math.abs(ours.estimate - truth.mean) / truth.sd, sd: Math.abs(ours.se / truth.sd - 1) };
  });
}

const report: string[] = [];
const there = posteriors.every(({ id }) => present(`posteriordb/${id}/reference.json`));

describe.skipIf(!there)(titled("posteriordb", "posteriordb"), () => {
  for (const { id, model, prepare } of posteriors) {
    it(id, async () => {
      const data = readJson<Data>(`posteriordb/${id}/data.json`);
      const { parameters } = readJson<{ readonly parameters: Readonly<Record<string, Moments>> }>(
        `posteriordb/${id}/reference.json`,
      );
      const file = new URL(`posteriordb/models/${model}.ffm`, import.meta.url);
      const summary = await solve(file, prepare(data), { target: "posterior" });
      expect(summary.converged).toBe(true);
      const deviations = compare(summary, parameters);
      const spread = Number(data.N) < 60 ? 0.17 : 0.1;
      const worst = (pick: (deviation: Deviation) => number) => Math.max(...deviations.map(pick)).toFixed(3);
      report.push(`${id.padEnd(32)}${worst((one) => one.mean).padStart(8)}${worst((one) => one.sd).padStart(8)}`);
      const bad = deviations.filter(({ name, mean, sd }) => !(mean < (name === "sigma" ? 0.5 : 0.1) && sd < spread));
      expect(bad).toEqual([]);
    });
  }
});

afterAll(() => {
  if (process.env.FFM_TABLE !== undefined) console.log(["posterior: worst mean, sd", ...report].join("\n"));
});
