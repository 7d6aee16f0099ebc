import { describe, expect, it } from "vitest";
import { GraphBuilder, printDensity, printNode } from "../../src/ir/index.ts";
import { density } from "../check/models.ts";

/** The printed value of an expression of data `x`, `v` (real[p]), `c` and `i`, and parameters `a`, `b` (real[3]), `w` (real[p]), `e` (real[c]). */
function printed(expression: string): string {
  const d = density(
    `data y : real\ndata x : real\ndata v : real[p] from "v*"\ndata c : category\ndata i : int\nparam a : real\nparam b : real[3]\nparam w : real[p]\nparam e : real[c]\nfactor a * y + sum(b) + sum(w) + sum(e)\nfactor ${expression}\n`,
  );
  const term = d.terms[1];
  return term?.kind === "factor" ? printNode(d.graph, term.value) : "";
}

describe("printNode", () => {
  it("writes as the textbook does", () => {
    expect(printed("a + x * 2")).toBe("φ_a + 2 * x");
    expect(printed("(a + x) * (a - (x - 1))")).toBe("(x + φ_a) * (φ_a - (x - 1))");
    expect(printed("-(a * x) ^ 2.5")).toBe("-(x * φ_a)^2.5");
    expect(printed("a ^ 2 - exp(-x)")).toBe("φ_a^2 - exp(-x)");
    expect(printed("x - 3 + a - 1")).toBe("φ_a + (x - 3) - 1");
    expect(printed("v @ w + e[c] + b[2] + b[i]")).toBe("v @ φ_w + φ_e[c] + φ_b[2] + φ_b[i]");
    expect(printed("sum(w[2..p]) + max(b)")).toBe("sum(φ_w[2..p]) + max(φ_b)");
    expect(printed("if a > 0 and x < 1 then a else -x")).toBe("if 0 < φ_a and x < 1 then φ_a else -x");
    expect(printed("digamma(x ^ 2 + 1) + rising_lgamma(2, x ^ 2)")).toBe("digamma(x^2 + 1) + rising_lgamma(2, x^2)");
    expect(printed("sum(w[k] * k for k in 1..p)")).toBe("sum(φ_w * ((0..p-1) + 1))");
  });

  it("names what is shared or long", () => {
    expect(printed("exp(a + x * 3) * (1 + exp(a + x * 3))")).toBe("t1 * (t1 + 1)\n  where t1 = exp(φ_a + 3 * x)");
  });

  it("takes other names for leaves", () => {
    const g = new GraphBuilder();
    const node = g.add(g.slot(0, [], true), g.lane());
    expect(printNode(g, node)).toBe("slot0 + lane");
    expect(printNode(g, node, (leaf) => (leaf.op === "slot" ? "rate" : null))).toBe("rate + lane");
  });
});

it("prints a density item by item", () => {
  const text =
    'model m\ndata y : count\ndata x : real[p] from "x*"\nparam b : real[p] ~ Normal(0, 1)\nparam s : positive init 2\ny ~ NegativeBinomial(log: x @ b, size: s) weight 2\nreport r = 2 * s\nflow {\n  seed 1\n}\n';
  expect(printDensity(density(text))).toBe(`density m
  data y : int from y
  data x : real[p] from "x*"
  dimension p : columns of x
  param b : [p] = φ_b
  param s : [] = exp(φ_s)
    log Jacobian φ_s
    init 2
  prior b ~ Normal(0, 1)
    log density sum(-0.5 * φ_b^2 - 0.9189385332046727)
  likelihood y ~ NegativeBinomial(log: x @ b, size: s)
    log = x @ φ_b
    size = exp(φ_s)
    log density rising_lgamma(size, y) - lgamma(y + 1) - y * softplus(log(size) - log) - size * softplus(log - log(size))
    fisher [[size * sigmoid(log - log(size)), 0], [0, unknown]]
    mean exp(log)
    variance exp(log) + exp(2 * log) / size
    weight 2
  report r = 2 * exp(φ_s)
  flow seed 1`);
});
