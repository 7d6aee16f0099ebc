// Every model in examples/ is compiled and fitted to its data, and its estimates, standard errors, reports and
// log-likelihood are those of an independent computation (reference/examples/answers.py).

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { check } from "../src/index.ts";
import { quantity, solve } from "./reference/compare.ts";
import { readTable } from "./reference/table.ts";

interface Row {
  readonly name: string;
  readonly index: readonly string[];
  readonly estimate: number;
  readonly se: number;
}
interface Answer {
  readonly parameters: readonly Row[];
  readonly reports: readonly Row[];
  readonly logLikelihood: number;
  readonly logPrior: number;
}

const folder = new URL("../examples/", import.meta.url);
const answers = JSON.parse(
  readFileSync(new URL("reference/examples/answers.json", import.meta.url), "utf8"),
) as Readonly<Record<string, Answer>>;
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ffm"))
  .map((file) => file.replace(".ffm", ""));

/** Models whose data are too many for this folder, which are given on the command line. */
const elsewhere: readonly string[] = ["mnist"];

/** The file that the model's `flow` names. */
function dataOf(name: string): URL {
  const source = readFileSync(new URL(`${name}.ffm`, folder), "utf8");
  const file = /^\s*data\s+"([^"]+)"$/m.exec(source)?.[1];
  if (file === undefined) throw new Error(`${name}.ffm names no data`);
  return new URL(file, folder);
}

const limit = 1e-6;

/**
 * Parameters whose information has no closed form in its family (NegativeBinomial's size), so that the sum of squared
 * scores stands for its expectation: equal on average, a few percent apart on a table of this size.
 */
const fromScores = ["size"];

describe("examples", () => {
  it("all have an answer", () => expect([...names].sort()).toEqual([...Object.keys(answers), ...elsewhere].sort()));

  for (const name of elsewhere)
    it(`${name} has no errors or warnings`, () => {
      const source = readFileSync(new URL(`${name}.ffm`, folder), "utf8");
      expect(check(source, { file: `${name}.ffm` }).diagnostics).toEqual([]);
    });

  for (const name of names.filter((n) => !elsewhere.includes(n))) {
    it(name, async () => {
      const answer = answers[name];
      const summary = await solve(new URL(`${name}.ffm`, folder), readTable(dataOf(name)));
      expect(summary.converged).toBe(true);
      expect(summary.diagnostics).toEqual([]);
      expect(summary.parameters).toHaveLength(answer.parameters.length);
      expect(summary.reports).toHaveLength(answer.reports.length);
      const differences = [...answer.parameters, ...answer.reports].flatMap((row) => {
        const ours = quantity(summary, row.name, row.index);
        const label = `${row.name}[${row.index}]`;
        // In units of the standard error: an effect near 0 has no relative error.
        return [
          { label, error: Math.abs(ours.estimate - row.estimate) / row.se, limit },
          {
            label: `${label} error`,
            error: Math.abs(ours.se / row.se - 1),
            limit: fromScores.includes(row.name) ? 0.1 : limit,
          },
        ];
      });
      expect(differences.filter(({ error, limit }) => !(error < limit))).toEqual([]);
      expect(summary.logLikelihood).toBeCloseTo(answer.logLikelihood, 7);
      expect(summary.logPrior).toBeCloseTo(answer.logPrior, 7);
    });
  }
});
