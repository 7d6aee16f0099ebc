// Every row of densities/*.json (made by densities.py at 60 to 400 digits) through the checker's graphs and the
// evaluator: log density, mean and variance of each overload, extremes included.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { familyDensity, standardFamilies } from "../../src/check/index.ts";
import { evaluator, type NodeId, scalar } from "../../src/ir/index.ts";

interface Row {
  readonly family: string;
  readonly args: Readonly<Record<string, number | readonly number[]>>;
  readonly y: number;
  readonly logpdf: number;
  readonly mean: number | null;
  readonly variance: number | null;
}

const folder = new URL("densities/", import.meta.url);
const rows = readdirSync(folder)
  .filter((file) => file.endsWith(".json") && file !== "fisher.json")
  .flatMap((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Row[]);
const families = standardFamilies();

function error(value: number, truth: number, floor: number): number {
  if (value === truth) return 0;
  const e = Math.abs(value - truth) / Math.max(floor, Math.abs(truth));
  return Number.isNaN(e) ? Number.POSITIVE_INFINITY : e;
}

/** Rows in which terms of the size of shape · log(shape) or n · log(n) cancel, or the rounding of a large argument shows. */
function cancels({ args, y }: Row): boolean {
  return [...Object.values(args).flat(), y].some((x) => Math.abs(x) >= 1e4);
}

describe.each(families.map((family) => ({ form: family.form, family })))("$form", ({ family }) => {
  const { density } = familyDensity(family);
  const names = density!.argumentNames;
  const mine = rows.filter(
    ({ family: name, args }) => name === family.name && Object.keys(args).join() === names.join(),
  );
  const run = (id: NodeId | null): ((row: Row) => number | null) => {
    if (id === null) return () => null;
    const values = evaluator(density!.graph, [id]);
    return ({ args, y }) => {
      const [result] = values((node) => {
        if (node.op === "column") return scalar(density!.support.kind === "category" ? y - 1 : y);
        const value = args[names[node.attributes.index ?? 0]];
        return typeof value === "number" ? scalar(value) : { shape: [value.length], values: value };
      });
      return result.values[0];
    };
  };

  test("log density", () => {
    expect(mine.length).toBeGreaterThan(5);
    const logpdf = run(density!.logpdf);
    for (const row of mine) {
      const limit = cancels(row) ? 2e-11 : 1e-12;
      expect(error(logpdf(row) as number, row.logpdf, 1), JSON.stringify(row)).toBeLessThan(limit);
    }
  });

  test("mean and variance", () => {
    const [mean, variance] = [run(density!.mean), run(density!.variance)];
    for (const row of mine) {
      const at = JSON.stringify(row);
      const [m, v] = [mean(row), variance(row)];
      if (m !== null && row.mean !== null) expect(error(m, row.mean, 1e-300), at).toBeLessThan(1e-12);
      if (v !== null && row.variance !== null) expect(error(v, row.variance, 1e-300), at).toBeLessThan(1e-12);
    }
  });
});

test("every row belongs to an overload", () => {
  const known = families.map((f) => `${f.name}(${f.item.parameters.map((p) => p.name.text).join()})`);
  expect(rows.filter(({ family, args }) => !known.includes(`${family}(${Object.keys(args).join()})`))).toEqual([]);
  expect(rows.length).toBeGreaterThan(3000);
});
