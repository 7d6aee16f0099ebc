import { describe, expect, it } from "vitest";
import { type FamilyDensity, familyDensity, standardFamilies } from "../../src/check/index.ts";
import type { NodeId } from "../../src/ir/index.ts";
import { lgamma, Phi } from "../../src/ir/special/index.ts";
import { families } from "../../stdlib/index.ts";
import { evaluate, scalar } from "./evaluate.ts";

function family(form: string): FamilyDensity {
  const item = standardFamilies().find((f) => f.form === form);
  if (item === undefined) throw new Error(`no ${form}`);
  const { density, diagnostics } = familyDensity(item);
  expect(diagnostics).toEqual([]);
  if (density === null) throw new Error("no density");
  return density;
}

describe("the library", () => {
  const all = standardFamilies();

  it("has every family at least once", () => {
    expect(new Set(all.map((f) => f.name))).toEqual(new Set(Object.keys(families)));
  });

  for (const item of all)
    it(`elaborates ${item.form} with a scalar density`, () => {
      const { density, diagnostics } = familyDensity(item);
      expect(diagnostics).toEqual([]);
      expect(density?.graph.nodes[density.logpdf]?.shape).toEqual([]);
      expect(density?.arguments.length).toBe(density?.argumentNames.length);
      const { fisher } = density as FamilyDensity;
      if (fisher?.kind === "entries") for (const row of fisher.entries) expect(row.length).toBe(fisher.entries.length);
    });

  it("gives nodes over slots and a response", () => {
    const d = family("Normal(mean, sd)");
    const at = { column: { y: 3 }, slot: [1, 2] };
    expect(scalar(d.graph, d.logpdf, at)).toBeCloseTo(-0.5 - Math.log(2) - 0.5 * Math.log(2 * Math.PI), 14);
    expect(scalar(d.graph, d.cdf as NodeId, at)).toBe(Phi(1));
    expect(scalar(d.graph, d.mean as NodeId, at)).toBe(1);
    expect(scalar(d.graph, d.variance as NodeId, at)).toBe(4);
    expect(d.arguments.map((a) => [a.name, a.domain.label])).toEqual([
      ["mean", "real"],
      ["sd", "positive"],
    ]);
    expect(d.graph.nodes[d.response]).toMatchObject({ op: "column", attributes: { name: "y" } });
  });

  it("gives counts, levels and quantiles", () => {
    const poisson = family("Poisson(rate)");
    expect(poisson.support).toMatchObject({ kind: "int", lower: 0, upper: Number.POSITIVE_INFINITY });
    expect(scalar(poisson.graph, poisson.logpdf, { column: { y: 2 }, slot: [3] })).toBeCloseTo(
      2 * Math.log(3) - 3 - lgamma(3),
      14,
    );
    const categorical = family("Categorical(logits:)");
    expect(categorical.support).toMatchObject({ kind: "category", lower: 1, upper: 3 });
    expect(categorical.arguments[0]?.shape).toEqual([3]);
    const at = { column: { y: 0 }, slot: [[Math.log(2), 0, 0]] };
    expect(scalar(categorical.graph, categorical.logpdf, at)).toBeCloseTo(Math.log(0.5), 14);
    const exponential = family("Exponential(rate)");
    expect(scalar(exponential.graph, exponential.quantile as NodeId, { column: { p: 0.5 }, slot: [2] })).toBeCloseTo(
      Math.LN2 / 2,
      14,
    );
  });

  it("sizes dimension names as asked", () => {
    const item = standardFamilies().find((f) => f.form === "Categorical(logits:)");
    const d = item && familyDensity(item, { K: 5 }).density;
    expect(d?.support.upper).toBe(5);
    if (d?.fisher?.kind === "matrix")
      expect(evaluate(d.graph, d.fisher.matrix, { slot: [[0, 0, 0, 0, 0]] }).length).toBe(25);
  });
});
