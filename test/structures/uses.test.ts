// How parameters are used, read off the graphs of real models.

import { describe, expect, test } from "vitest";
import { compileSource } from "../../src/compile.ts";
import { type Derivatives, evaluator, type GraphBuilder, type LeafValue, type NodeId } from "../../src/ir/index.ts";
import { bind } from "../../src/lower/index.ts";
import { levelUse, meetsTangent } from "../../src/structures/index.ts";

const shared = `data y : real
data x : real
data z : real[2]
data g : category
data h : category
data i : int
data j : int
data won : binary
data kind : category[3]
param a : real
param sigma : positive
`;
const dims = new Map([
  ["g", 5],
  ["h", 4],
]);

function bound(lines: string): Derivatives & { readonly graph: GraphBuilder } {
  const { compiled, diagnostics } = compileSource(shared + lines);
  if (compiled === null) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  return bind(compiled.derivatives("posterior"), { dims });
}

/** How the parts of a parameter are used in all groups of a basis. */
function partsOf(d: Derivatives, name: string): NodeId[] {
  return [...d.row.factors.expected, ...d.row.factors.empirical].flatMap(({ parts }) => parts.get(name) ?? []);
}

const levelled: Readonly<Record<string, readonly [lines: string, names: readonly string[]]>> = {
  intercepts: ["param u : real[g]\ny ~ Normal(a + u[g], sigma)", ["u"]],
  "intercepts and slopes": [
    "param u : real[g]\nparam v : real[g]\ny ~ Normal(a - u[g] / x + 2 * v[g] * x^2, sigma)",
    ["u", "v"],
  ],
  "a vector a level": ["param w : real[g, 2]\ny ~ Normal(a + w[g] @ z, sigma)", ["w"]],
  "a vector a level, by element": ["param w : real[g, 2]\ny ~ Normal(w[g, 1] + w[g, 2] * x, sigma)", ["w"]],
  "one element of a vector": ["param w : real[g, 2]\ny ~ Normal(a + w[g, 2], sigma)", ["w"]],
  "crossed effects": ["param u : real[g]\nparam v : real[h]\ny ~ Normal(a + u[g] + v[h], sigma)", ["u", "v"]],
  "a nonlinear mean": [
    "param u : positive[g]\nparam v : unit[g]\ny ~ Normal(u[g] * x / (v[g] + exp(-x)), sigma)",
    ["u", "v"],
  ],
  "a scale a level": ["param u : real[g]\nparam s : positive[g]\ny ~ Normal(u[g], s[g])", ["u", "s"]],
  "an effect that is scaled": ["param u : real[g]\nparam tau : positive\ny ~ Normal(a + tau * u[g], sigma)", ["u"]],
  "an effect of the whole vector": ["param u : real[g]\nlet e = exp(u)\ny ~ Normal(a + e[g], sigma)", ["u"]],
  "a choice": ["param u : real[g]\ny ~ Normal(if x > 0 then a + u[g] else a - u[g], sigma)", ["u"]],
  "several uses of one level": ["param u : real[g]\ny ~ Normal(u[g] * x - u[g], exp(0.1 * u[g]))", ["u"]],
  "logits by level": ["param u : real[g, 3]\nkind ~ Categorical(logits: u[g])", ["u"]],
  "logits put together": [
    "param u : real[g]\nparam v : real[g]\nkind ~ Categorical(logits: [a, u[g], x * v[g]])",
    ["u", "v"],
  ],
  "a position that is counted": ["param s : real[7]\ny ~ Normal(s[i], sigma)", ["s"]],
  "a statement for some rows": ["param u : real[g]\ny ~ Normal(a + u[g], sigma) weight 2 when x > 0", ["u"]],
};

const others: Readonly<Record<string, readonly [lines: string, names: readonly string[]]>> = {
  "two levels a row": ["param s : real[7]\nwon ~ Bernoulli(logit: s[i] - s[j])", ["s"]],
  "about their mean": ["param u : real[g]\nlet e = u - mean(u)\ny ~ Normal(a + e[g], sigma)", ["u"]],
  "cumulated levels": ["param u : ordered[g]\ny ~ Normal(u[g], sigma)", ["u"]],
  "levels along the second axis": ["param w : real[2, g]\ny ~ Normal((z @ w)[g], sigma)", ["w"]],
  "a parameter of all rows": ["param b : real[2]\ny ~ Normal(a + b @ z, sigma)", ["b", "a", "sigma"]],
};

/** A row's values by leaf. */
const leaf: LeafValue = ({ op, shape, attributes: { name = "" } }) => {
  const length = shape.reduce<number>((n, d) => n * (d as number), 1);
  const fixed = ({ g: 3, h: 2, i: 4, j: 6, kind: 1 } as Record<string, number>)[name];
  const value = (k: number): number => (op === "lane" ? 1 : (fixed ?? Math.sin(1 + k + name.length)));
  return { shape: shape as number[], values: Array.from({ length }, (_, k) => value(k)) };
};

describe("a level at a time", () => {
  test.each(Object.keys(levelled))("%s", (name) => {
    const [lines, names] = levelled[name];
    const d = bound(lines);
    for (const parameter of names) {
      const parts = partsOf(d, parameter);
      expect(parts.length).toBeGreaterThan(0);
      for (const part of parts) {
        const use = levelUse(d.graph, part);
        expect(use, `${parameter} in ${name}`).not.toBeNull();
        // the value at the position, and zeros elsewhere, are the part
        const { value, position, levels } = use!;
        const [whole, own, at] = evaluator(d.graph, [part, value, position])(leaf);
        const width = own.values.length;
        const expected = new Array<number>(levels * width).fill(0);
        for (const [k, v] of own.values.entries()) expected[at.values[0] * width + k] = v;
        expect(whole.values.map((v) => v + 0)).toEqual(expected.map((v) => v + 0));
      }
    }
    const positions = names.flatMap((n) => partsOf(d, n).map((part) => levelUse(d.graph, part)?.position));
    expect(new Set(positions).size).toBe(name === "crossed effects" ? 2 : 1);
  });

  test.each(Object.keys(others))("not %s", (name) => {
    const [lines, names] = others[name];
    const d = bound(lines);
    for (const parameter of names)
      for (const part of partsOf(d, parameter)) expect(levelUse(d.graph, part), `${parameter} in ${name}`).toBeNull();
  });
});

describe("tangents that a prior's products meet", () => {
  const d = bound(`param u : real[g]
param v : real[g]
param mu : real
param apart : real
y ~ Normal(a + u[g] + v[g] * x + apart, sigma)
factor -0.5 * sum((u - mu)^2)
factor -0.5 * sum(v * u)
factor -0.5 * (apart - 1)^2`);
  const meets = (name: string, other: string): boolean =>
    meetsTangent(d.graph, d.once.dense.get(name) as NodeId, other);

  test("those that it couples, no others", () => {
    expect([...d.once.dense.keys()].sort()).toEqual(["mu", "u", "v"]);
    expect(["u", "v", "mu", "a", "apart"].map((other) => meets("u", other))).toEqual([true, true, true, false, false]);
    expect(["u", "v", "mu"].map((other) => meets("mu", other))).toEqual([true, false, true]);
    expect(["u", "v", "mu"].map((other) => meets("v", other))).toEqual([true, false, false]);
    expect(["u", "v"].map((name) => d.once.separable.has(name))).toEqual([true, true]);
  });
});
