// Sandwich standard errors and information criteria against R 4.2.2: `sandwich::sandwich` of glm, lm and MASS::glm.nb
// (HC0), and AIC. R's fits stop at a relative change of the deviance of 1e-8, which leaves about five digits of an error.
// The models and data are those of r.test.ts; r/sandwich.json holds R's numbers in the order of its coefficients.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { quantity, solve } from "./compare.ts";
import { readTable } from "./table.ts";

interface Reference {
  readonly n: number;
  readonly se_hc0: readonly number[];
  readonly AIC: number;
}

const references = JSON.parse(readFileSync(new URL("r/sandwich.json", import.meta.url), "utf8")) as Readonly<
  Record<string, Reference>
>;
const each = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, k) => `${name}[${k + 1}]`);
const quine = ["intercept", "other", "boys", ...each("form", 3), "slow"];

const cases: Readonly<Record<string, readonly [model: string, data: string, names: readonly string[]]>> = {
  logit_birthwt: ["birthwt", "birthwt", "intercept b_age b_lwt black other b_smoke b_ptl b_ht b_ui b_ftv".split(" ")],
  logit_infert: ["infert", "infert", ["intercept", "b_spontaneous", "b_induced"]],
  binom_esoph: ["esoph", "esoph", ["intercept", ...each("older", 5), "b_alc", "b_tob"]],
  probit_menarche: ["menarche_probit", "menarche", ["intercept", "slope"]],
  cloglog_menarche: ["menarche_cloglog", "menarche", ["intercept", "slope"]],
  pois_insurance: [
    "insurance",
    "Insurance",
    ["intercept", ...each("district", 3), ...each("engine", 3), ...each("age", 3)],
  ],
  pois_quine: ["quine", "quine", quine],
  pois_ships: ["ships", "ships", ["intercept", ...each("b_kind", 4), "built65", "built70", "built75", "from75"]],
  pois_warpbreaks: ["warpbreaks", "warpbreaks", ["intercept", "wool_B", "tension_M", "tension_H", "B_M", "B_H"]],
  gauss_anorexia: ["anorexia", "anorexia", ["intercept", "slope", "control", "family"]],
  lm_mtcars: ["mtcars", "mtcars", ["intercept", "b_wt", "b_hp", "b_qsec"]],
  lm_stackloss: ["stackloss", "stackloss", ["intercept", "b[Air.Flow]", "b[Water.Temp]", "b[Acid.Conc.]"]],
  nb_quine: ["quine_nb", "quine", quine],
};

test.each(Object.entries(cases))("%s", async (id, [model, data, names]) => {
  const { se_hc0, AIC, n } = references[id];
  const table = readTable(new URL(`r/data/${data}.csv`, import.meta.url));
  const summary = await solve(new URL(`r/models/${model}.ffm`, import.meta.url), table, { errors: "sandwich" });
  const found = names.map((name) => {
    const [base, index] = name.replace("]", "").split("[");
    return quantity(summary, base, index === undefined ? [] : [index]).se;
  });
  expect(summary.errors).toBe("sandwich");
  const off = names.filter((_, k) => !(Math.abs((found[k] ?? Number.NaN) / (se_hc0[k] ?? 0) - 1) < 3e-4));
  expect(off).toEqual([]);
  expect(Math.abs(Number(summary.aic) / AIC - 1)).toBeLessThan(1e-7);
  const parameters = summary.parameters.length;
  expect(summary.bic).toBeCloseTo(AIC + parameters * (Math.log(n) - 2), 4);
});
