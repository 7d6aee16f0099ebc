import { describe, expect, it } from "vitest";
import { type NodeId, showShape } from "../../src/ir/index.ts";
import { evaluate } from "./evaluate.ts";
import { checked, density, likelihood, said } from "./models.ts";

const head = `data x : real[p] from "x*"\ndata y : real\nparam s : positive ~ HalfNormal(1)\n`;
const own = `layer Linear(n) {
  param W : real[n, m] ~ Normal(0, 1 / m)
  param b : real[n] ~ Normal(0, 2) init 0.5
  let shifted = b + 1
  fn f(v: real[m]) = W @ v + shifted
}
`;

/** Names and shapes of the parameters that lines bring, without the scale. */
function parameters(lines: string): readonly string[] {
  return density(head + lines)
    .parameters.filter((p) => p.name !== "s")
    .map((p) => `${p.name} ${showShape(p.shape)}`);
}

describe("layers", () => {
  it("name the parameters of an instance after its `let`, with shapes from the arguments", () => {
    expect(parameters(`${own}let h = Linear(3)(x)\ny ~ Normal(sum(h), s)\n`)).toEqual(["h.W [3, p]", "h.b [3]"]);
    expect(parameters(`${own}const K = 2\nlet h = tanh(Linear(K)(x[1..4]))\ny ~ Normal(sum(h), s)\n`)).toEqual([
      "h.W [2, 4]",
      "h.b [2]",
    ]);
  });

  it("number several of a line in the order of the text", () => {
    expect(
      parameters(`use nn\n${own}let h = Linear(1)(relu(Linear(2)(Dense(3)(x))))\ny ~ Normal(sum(h), s)\n`),
    ).toEqual([
      "h.Dense.W [3, p]",
      "h.Dense.b [3]",
      "h.Linear2.W [2, 3]",
      "h.Linear2.b [2]",
      "h.Linear1.W [1, 2]",
      "h.Linear1.b [1]",
    ]);
  });

  it("hold others, in a `let` or in their function", () => {
    const nested = `${own}layer Two(n) {
  let scale = 2
  fn f(v: real[m]) = scale * v + Linear(m)(relu(Linear(n)(v)))
}
layer Outer(n) {
  param gain : positive ~ HalfNormal(1)
  fn f(v) = gain * Two(n)(v)
}
let h = Outer(5)(x)
y ~ Normal(sum(h), s)
`;
    expect(parameters(nested)).toEqual([
      "h.gain []",
      "h.Two.Linear2.W [5, p]",
      "h.Two.Linear2.b [5]",
      "h.Two.Linear1.W [p, 5]",
      "h.Two.Linear1.b [p]",
    ]);
    expect(
      parameters(`${own}layer Two(n) {
  param c : real[n]
  let inner = Linear(n)(c)
  fn f(v) = inner + v
}
let h = Two(3)(x[1..3])
y ~ Normal(sum(h), s)
`),
    ).toEqual(["h.c [3]", "h.inner.W [3, 3]", "h.inner.b [3]"]);
  });

  it("compute what their function says", () => {
    const d = density(`${own}${head}let h = Linear(2)(x[1..3])\ny ~ Normal(sum(h), s)\n`);
    const setting = {
      dims: { p: 4 },
      param: { s: 0, "h.W": [1, 2, 3, 4, 5, 6], "h.b": [10, 20] },
      column: { x: [1, -1, 2, 9], y: 0 },
    };
    // (1 − 2 + 6) + 11 + (4 − 5 + 12) + 21
    expect(evaluate(d.graph, likelihood(d).args[0] as NodeId, setting)).toEqual([48]);
  });

  it("share their parameters along a loop, and between uses of the `let`", () => {
    const windows = (loop: string): string => `${own}${head}let h = ${loop}\nlet twice = h + h\ny ~ Normal(twice, s)\n`;
    expect(parameters(`${own}let h = sum(sum(Linear(2)(x[k..k + 1])) for k in 1..3)\ny ~ Normal(h + h, s)\n`)).toEqual([
      "h.W [2, 2]",
      "h.b [2]",
    ]);
    const d = density(windows("sum(sum(Linear(1)(x[k..k + 1])) for k in 1..2)"));
    const setting = {
      dims: { p: 3 },
      param: { s: 0, "h.W": [1, 10], "h.b": [0] },
      column: { x: [1, 2, 3], y: 0 },
    };
    // 2 ((1 + 20 + 1) + (2 + 30 + 1))
    expect(evaluate(d.graph, likelihood(d).args[0] as NodeId, setting)).toEqual([110]);
  });

  it("have priors and starts for each instance", () => {
    const d = density(`${head}${own}let a = Linear(2)(x[1..4])\nlet b = Linear(1)(a)\ny ~ Normal(sum(b), s)\n`);
    const priors = d.terms.flatMap((t) => (t.kind === "prior" ? [t.text] : []));
    expect(priors).toEqual([
      "s ~ HalfNormal(1)",
      "a.W ~ Normal(0, 1 / m)",
      "a.b ~ Normal(0, 2)",
      "b.W ~ Normal(0, 1 / m)",
      "b.b ~ Normal(0, 2)",
    ]);
    // the sd of a weight's prior is 1/4 in the first, 1/2 in the second
    const [, first, , second] = d.terms.filter((t) => t.kind === "prior");
    const zeros = (n: number): number[] => new Array(n).fill(0);
    const at = (t: typeof first): number =>
      evaluate(d.graph, t?.logpdf as NodeId, { dims: { p: 4 }, param: { "a.W": zeros(8), "b.W": zeros(2) } })[0] ?? 0;
    expect(at(first)).toBeCloseTo(8 * (Math.log(4) - 0.5 * Math.log(2 * Math.PI)), 12);
    expect(at(second)).toBeCloseTo(2 * (Math.log(2) - 0.5 * Math.log(2 * Math.PI)), 12);
    const init = d.parameters.find((p) => p.name === "a.b")?.init;
    expect(evaluate(d.graph, init as NodeId, {})).toEqual([0.5, 0.5]);
  });

  it("give their parameters names for other lines", () => {
    const d = density(
      `${own}${head}let h = Linear(2)(x)\ny ~ Normal(sum(h), s)\nreport size = sum(h.b^2)\nfactor -sum(h.W^2)\n`,
    );
    expect(evaluate(d.graph, d.reports[0]?.value as NodeId, { param: { "h.b": [3, 4] } })).toEqual([25]);
    expect(said(`${own}${head}let h = Linear(2)(x)\ny ~ Normal(sum(h) + h.w[1, 1], s)\n`)).toEqual([
      "FF201 11:21 `h.w` is not defined.",
    ]);
    expect(said(`${own}${head}let h = Linear(2)(x)\ny ~ Normal(sum(h), s)\nh.q ~ Normal(0, 1)\n`)).toEqual([
      "FF201 12:1 `h.q` is not defined.",
    ]);
  });

  it("take categories for sizes, and the settings of `structure` by instance", () => {
    const d = density(
      `use nn\ndata x : real[p] from "x*"\ndata kind : category\nlet out = Dense(kind)(x)\nkind ~ Categorical(logits: out)\nflow {\n  structure kronecker for out, full\n}\n`,
    );
    expect(d.parameters.map((p) => `${p.name} ${showShape(p.shape)}`)).toEqual(["out.W [kind, p]", "out.b [kind]"]);
    expect(
      said(
        `use nn\n${head}let h = Dense(2)(x)\ny ~ Normal(sum(h), s)\nflow {\n  structure block for h.W h.B, full\n}\n`,
      ),
    ).toEqual(["FF423 8:27 `h.B` is no parameter of this model."]);
  });

  it("say what is wrong in a standard layer at the place that uses it", () => {
    expect(said(`use nn\n${head}let h = Dense(-1)(x)\ny ~ Normal(sum(h), s)\n`)).toEqual([
      "FF301 5:9 This should be a dimension (a whole number from 1), but it is -1.",
    ]);
    const { diagnostics } = checked(`use nn\n${head}let h = Dense(2)(x)\ny ~ Normal(1, s)\n`);
    expect(diagnostics.map((d) => `${d.code} ${d.message}`)).toEqual([
      expect.stringMatching(/^FF402 .*`h\.W`/),
      expect.stringMatching(/^FF402 .*`h\.b`/),
    ]);
  });
});

describe("typed parameters of functions", () => {
  const model = (lines: string): string => `${head}${lines}\n`;

  it("are held to their types, and bind sizes", () => {
    const d = density(model("fn mean_of(v: real[n]) = sum(v) / n\ny ~ Normal(mean_of(x), s)"));
    const setting = { dims: { p: 4 }, column: { x: [1, 2, 3, 6], y: 0 } };
    expect(evaluate(d.graph, likelihood(d).args[0] as NodeId, setting)).toEqual([3]);
    expect(said(model("fn f(v: real[n]) = sum(v)\ny ~ Normal(f(y), s)"))).toEqual([
      "FF301 5:14 This should be `v: real[n]`, but it is real.",
    ]);
    expect(said(model("fn f(v: real[n], w: real[n]) = v @ w\ny ~ Normal(f(x, x[1..2]), s)"))).toEqual([
      "FF301 5:17 This should be `w: real[n]`, but it is real[2].",
    ]);
    expect(said(model("fn f(v: positive) = log(v)\ny ~ Normal(f(y), s)"))).toEqual([
      "FF301 5:14 This should be `v: positive`, but it is real.",
    ]);
  });
});

describe("init sample", () => {
  it("is a value over draws", () => {
    const d = density(`data y : real
const n = 8
param a : real[2] ~ Normal(1, 2) init sample
param b : positive[2] ~ HalfNormal(1) init sample LogNormal(0, 0.5)
param u : unit ~ Beta(2, 2) init sample Uniform(0.25, 0.75)
param w : real[3, 2] init sample Normal(0, sqrt(2 / n))
y ~ Normal(sum(a) + sum(b) + u + sum(w), 1)
`);
    expect(d.starts.map((s) => `${s.parameter} ${s.from}`)).toEqual(["a normal", "b normal", "u uniform", "w normal"]);
    expect(d.parameters.every((p) => p.init === null)).toBe(true);
    const at = (k: number, draws: number | readonly number[]): readonly number[] =>
      evaluate(d.graph, d.starts[k]?.value as NodeId, { slot: [draws, draws] });
    expect(at(0, [0, 1.5])).toEqual([1, 4]);
    expect(at(1, [0, 2])).toEqual([1, Math.E]);
    expect(at(2, 0.5)).toEqual([0.5]);
    expect(at(3, [0, 1, 2, 3, 4, 5])).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
  });
});
