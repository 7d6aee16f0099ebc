// Rows that were held out: predictions that carry the uncertainty of the parameters against predictions at the estimate, on
// five data sets of which little was learnt from.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile, fit, score } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

type Row = Readonly<Record<string, number>>;

function read(file: string): Record<string, string>[] {
  const text = readFileSync(new URL(file, import.meta.url), "utf8").trim();
  const [head = [], ...lines] = text.split("\n").map((line) => line.split(",").map((c) => c.replaceAll('"', "")));
  return lines.map((cells) => Object.fromEntries(head.map((name, k) => [name, cells[k] ?? ""])));
}

/** A logistic regression on so many covariates x1, x2, …, with a weak prior. */
function logistic(covariates: number): string {
  const names = Array.from({ length: covariates }, (_, k) => `x${k + 1}`);
  const sum = names.map((name, k) => ` + w[${k + 2}] * ${name}`).join("");
  const data = names.map((name) => `data ${name} : real\n`).join("");
  return `data y : binary\n${data}param w : real[${covariates + 1}] ~ Normal(0, 3)\ny ~ Bernoulli(logit: w[1]${sum})\n`;
}

function rowOf(y: boolean, ...covariates: readonly (number | boolean)[]): Row {
  return Object.fromEntries([["y", Number(y)], ...covariates.map((x, k) => [`x${k + 1}`, Number(x)])]);
}

/** The state of a fit. */
async function learn(model: ReturnType<typeof compile>, rows: readonly Row[]): Promise<Uint8Array> {
  let state = new Uint8Array();
  await fit(model, rows, {
    onState: (bytes) => {
      state = bytes as Uint8Array<ArrayBuffer>;
    },
  });
  return state;
}

const sets: readonly { readonly name: string; readonly train: number; readonly rows: () => readonly Row[] }[] = [
  {
    name: "birthwt",
    train: 50,
    rows: () =>
      read("../reference/r/data/birthwt.csv").map((r) =>
        rowOf(
          r.low === "1",
          (Number(r.age) - 23) / 5,
          (Number(r.lwt) - 130) / 30,
          r.smoke === "1",
          r.ht === "1",
          r.ui === "1",
          Number(r.ptl) > 0,
        ),
      ),
  },
  {
    name: "infert",
    train: 60,
    rows: () =>
      read("../reference/r/data/infert.csv").map((r) =>
        rowOf(r.case === "1", (Number(r.age) - 31) / 5, Number(r.parity) - 2, Number(r.induced), Number(r.spontaneous)),
      ),
  },
  {
    name: "nmes",
    train: 80,
    rows: () =>
      read("../reference/r/data/nmes.csv")
        .slice(0, 900)
        .map((r) =>
          rowOf(
            Number(r.hospital) > 0,
            r.health === "poor",
            r.health === "excellent",
            Number(r.chronic),
            r.gender === "male",
            (Number(r.school) - 10) / 4,
            r.insurance === "yes",
            Math.log1p(Number(r.visits)),
          ),
        ),
  },
  {
    name: "Affairs",
    train: 60,
    rows: () =>
      read("data/Affairs.csv").map((r) =>
        rowOf(
          Number(r.affairs) > 0,
          (Number(r.age) - 32) / 9,
          (Number(r.yearsmarried) - 8) / 5,
          Number(r.religiousness) - 3,
          Number(r.rating) - 4,
          r.gender === "male",
          r.children === "yes",
        ),
      ),
  },
  {
    name: "bioChemists",
    train: 60,
    rows: () =>
      read("data/bioChemists.csv").map((r) =>
        rowOf(
          Number(r.art) > 0,
          r.fem === "Women",
          r.mar === "Married",
          Number(r.kid5),
          Number(r.phd) - 3,
          (Number(r.ment) - 9) / 9,
        ),
      ),
  },
];

describe("the predictive beats the plug-in on held-out rows, over 6 splits", () => {
  for (const { name, train, rows } of sets)
    test(name, async () => {
      const all = rows();
      const model = compile(logistic(Object.keys(all[0]!).length - 1));
      let [log, plainLog, ece, plainEce] = [0, 0, 0, 0];
      const splits = 6;
      for (let split = 1; split <= splits; split++) {
        const { uniform } = random(split, name);
        const order = all.map((row) => [uniform(), row] as const).toSorted((a, b) => a[0] - b[0]);
        const shuffled = order.map(([, row]) => row);
        const state = await learn(model, shuffled.slice(0, train));
        const { statements } = await score(state, shuffled.slice(train));
        const own = statements[0]!;
        log += own.logScore.mean! / splits;
        plainLog += own.plugin.mean! / splits;
        ece += own.ece! / splits;
        plainEce += own.pluginEce! / splits;
      }
      expect(log).toBeGreaterThan(plainLog);
      expect(ece).toBeLessThan(plainEce);
      if (process.env.FIGURES)
        console.log(
          `${name}: log score ${log.toFixed(4)} (${plainLog.toFixed(4)}), ECE ${ece.toFixed(4)} (${plainEce.toFixed(4)})`,
        );
    });
});
