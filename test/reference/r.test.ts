// Generalised linear models against R's glm, lm and MASS::glm.nb, to 1e-7 relative in estimates, standard errors
// and log-likelihood. references.json was made by r/references.R. Both sides are put on the same footing:
//
// - errors of R and ours are both of expected information; glm.nb holds theta fixed, which changes nothing,
//   since mean and size are orthogonal in expectation;
// - R estimates a dispersion beside the likelihood: lm's and glm's Normal by n - p (ours: sigma² by n), Gamma's
//   by Pearson (ours: 1 / shape by maximum likelihood). Errors are scaled by the ratio of the two;
// - R's log-likelihood of a Gamma is taken at shape n / deviance. Ours is checked at our own shape, then the
//   density is evaluated at R's.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { quantity, type Summary, solve } from "./compare.ts";
import { readTable, type Table } from "./table.ts";

interface Reference {
  readonly n: number;
  readonly p: number;
  readonly coef: Readonly<Record<string, number>>;
  readonly se: Readonly<Record<string, number>>;
  readonly logLik: number;
  readonly deviance: number;
  readonly dispersion: number;
  readonly theta: number | null;
}

interface Case {
  readonly id: string;
  readonly model: string;
  readonly data: string;
  /** Our names of R's coefficients, in R's order; `form[1]` is an element. */
  readonly names: readonly string[];
  readonly dispersion?: "normal" | "gamma";
  /** Changes the table where R's formula does more than name columns. */
  readonly prepare?: (table: Table) => Table;
}

/** `form` with 3 gives form[1], form[2], form[3]. */
function each(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, k) => `${name}[${k + 1}]`);
}

const quine = ["intercept", "other", "boys", ...each("form", 3), "slow"];

const cases: readonly Case[] = [
  {
    id: "logit_birthwt",
    model: "birthwt",
    data: "birthwt",
    names: "intercept b_age b_lwt black other b_smoke b_ptl b_ht b_ui b_ftv".split(" "),
  },
  { id: "logit_infert", model: "infert", data: "infert", names: ["intercept", "b_spontaneous", "b_induced"] },
  {
    id: "logit_titanic",
    model: "titanic",
    data: "Titanic",
    names: ["intercept", "second", "third", "crew", "female", "adult"],
    prepare: (table) => ({ ...table, Survived: table.Survived.map((answer) => (answer === "Yes" ? 1 : 0)) }),
  },
  { id: "binom_esoph", model: "esoph", data: "esoph", names: ["intercept", ...each("older", 5), "b_alc", "b_tob"] },
  { id: "probit_menarche", model: "menarche_probit", data: "menarche", names: ["intercept", "slope"] },
  { id: "cloglog_menarche", model: "menarche_cloglog", data: "menarche", names: ["intercept", "slope"] },
  {
    id: "pois_insurance",
    model: "insurance",
    data: "Insurance",
    names: ["intercept", ...each("district", 3), ...each("engine", 3), ...each("age", 3)],
  },
  { id: "pois_quine", model: "quine", data: "quine", names: quine },
  { id: "pois_quine_counts", model: "quine_counts", data: "quine_counts", names: quine },
  {
    id: "pois_ships",
    model: "ships",
    data: "ships",
    names: ["intercept", ...each("b_kind", 4), "built65", "built70", "built75", "from75"],
  },
  {
    id: "pois_warpbreaks",
    model: "warpbreaks",
    data: "warpbreaks",
    names: ["intercept", "wool_B", "tension_M", "tension_H", "B_M", "B_H"],
  },
  {
    id: "gamma_clotting",
    model: "clotting_inverse",
    data: "clotting",
    names: ["intercept", "slope"],
    dispersion: "gamma",
  },
  {
    id: "gammalog_clotting",
    model: "clotting_log",
    data: "clotting",
    names: ["intercept", "slope"],
    dispersion: "gamma",
  },
  {
    id: "gauss_anorexia",
    model: "anorexia",
    data: "anorexia",
    names: ["intercept", "slope", "control", "family"],
    dispersion: "normal",
  },
  {
    id: "lm_mtcars",
    model: "mtcars",
    data: "mtcars",
    names: ["intercept", "b_wt", "b_hp", "b_qsec"],
    dispersion: "normal",
  },
  {
    id: "lm_stackloss",
    model: "stackloss",
    data: "stackloss",
    names: ["intercept", "b[Air.Flow]", "b[Water.Temp]", "b[Acid.Conc.]"],
    dispersion: "normal",
  },
  { id: "nb_quine", model: "quine_nb", data: "quine", names: quine },
  {
    id: "nb_nmes",
    model: "nmes",
    data: "nmes",
    names: "intercept b_hospital excellent poor b_chronic male b_school insured".split(" "),
  },
  { id: "nb_ships", model: "ships_nb", data: "ships", names: ["intercept", ...each("b_kind", 4), "from75"] },
];

const references = JSON.parse(readFileSync(new URL("r/references.json", import.meta.url), "utf8")) as Readonly<
  Record<string, Reference>
>;

function value(summary: Summary, name: string): { readonly estimate: number; readonly se: number } {
  const [base, index] = name.replace("]", "").split("[");
  return quantity(summary, base, index === undefined ? [] : [index]);
}

function relative(found: number, truth: number): number {
  return Math.abs(found - truth) / Math.abs(truth);
}

/** R's dispersion over ours. */
function footing(summary: Summary, reference: Reference, dispersion: Case["dispersion"]): number {
  if (dispersion === "normal") return reference.n / (reference.n - reference.p);
  if (dispersion === "gamma") return reference.dispersion * quantity(summary, "shape").estimate;
  return 1;
}

/** log Γ by Stirling's series after ten steps of the recurrence; below 1e-14 relative for x > 1. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < x + 10; z++) shift += Math.log(z);
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** Log-likelihood of the clotting models at a shape of one's choice. */
function gammaLogLikelihood(summary: Summary, table: Table, inverse: boolean, shape: number): number {
  const intercept = quantity(summary, "intercept").estimate;
  const slope = quantity(summary, "slope").estimate;
  return table.lot1.reduce<number>((sum, cell, row) => {
    const y = Number(cell);
    const eta = intercept + slope * Math.log(Number(table.u[row]));
    const mean = inverse ? 1 / eta : Math.exp(eta);
    const rate = shape / mean;
    return sum + shape * Math.log(rate) - logGamma(shape) + (shape - 1) * Math.log(y) - rate * y;
  }, 0);
}

describe("R glm, lm and glm.nb", () => {
  it("has a model for every reference", () => {
    expect(cases.map((one) => one.id).sort()).toEqual(Object.keys(references).sort());
  });

  for (const { id, model, data, names, dispersion, prepare } of cases) {
    it(id, async () => {
      const reference = references[id];
      const read = readTable(new URL(`r/data/${data}.csv`, import.meta.url));
      const table = prepare === undefined ? read : prepare(read);
      const summary = await solve(new URL(`r/models/${model}.ffm`, import.meta.url), table);
      expect(summary.converged).toBe(true);

      const scale = Math.sqrt(footing(summary, reference, dispersion));
      const errors: [string, number][] = [];
      for (const [k, name] of Object.keys(reference.coef).entries()) {
        const ours = value(summary, names[k]);
        errors.push([`${names[k]}, estimate`, relative(ours.estimate, reference.coef[name])]);
        errors.push([`${names[k]}, standard error`, relative(ours.se * scale, reference.se[name])]);
      }
      if (dispersion === "gamma") {
        const inverse = model === "clotting_inverse";
        const shape = quantity(summary, "shape").estimate;
        const own = gammaLogLikelihood(summary, table, inverse, shape);
        const theirs = gammaLogLikelihood(summary, table, inverse, reference.n / reference.deviance);
        errors.push(["log-likelihood", relative(Number(summary.logLikelihood), own)]);
        errors.push(["log-likelihood at R's shape", relative(theirs, reference.logLik)]);
      } else {
        errors.push(["log-likelihood", relative(Number(summary.logLikelihood), reference.logLik)]);
      }
      if (reference.theta !== null) {
        errors.push(["theta", relative(quantity(summary, "size").estimate, reference.theta)]);
      }
      expect(errors.filter(([, error]) => !(error < 1e-7))).toEqual([]);
    });
  }
});
