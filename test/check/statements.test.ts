import { describe, expect, it } from "vitest";
import type { NodeId } from "../../src/ir/index.ts";
import { lgamma } from "../../src/ir/special/index.ts";
import { evaluate, type Setting, scalar } from "./evaluate.ts";
import { argument, density, hints, likelihood, prior, said } from "./models.ts";

const normal = (y: number, mean: number, sd: number): number =>
  -0.5 * ((y - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);

describe("a likelihood", () => {
  it("is a density over slots, with arguments of data and parameters", () => {
    const d = density("data x : real\ndata y : real\nparam a : real\nparam s : positive\ny ~ Normal(a * x, s)\n");
    const term = likelihood(d);
    expect(term.family).toBe("Normal");
    expect(term.argumentNames).toEqual(["mean", "sd"]);
    expect(term.text).toBe("y ~ Normal(a * x, s)");
    const at: Setting = { param: { a: 2, s: Math.log(3) }, column: { x: 1.5, y: 4 }, slot: [1, 2] };
    expect(term.args.map((a) => scalar(d.graph, a, at))).toEqual([3, expect.closeTo(3, 14)]);
    expect(scalar(d.graph, term.logpdf, at)).toBeCloseTo(normal(4, 1, 2), 14);
    const entries = term.fisher?.kind === "entries" ? term.fisher.entries : [];
    expect(entries.map((r) => r.map((e) => (e === null ? null : scalar(d.graph, e, at))))).toEqual([
      [0.25, 0],
      [0, 0.5],
    ]);
    expect(scalar(d.graph, term.mean as NodeId, at)).toBe(1);
    expect(scalar(d.graph, term.variance as NodeId, at)).toBe(4);
    expect(term.weight).toBeNull();
    expect(term.present).toBeNull();
  });

  it("chooses the form by names and number", () => {
    const names = (call: string): readonly string[] =>
      likelihood(density(`data y : count\nparam a : positive\ny ~ ${call}\n`)).argumentNames;
    expect(names("Poisson(a)")).toEqual(["rate"]);
    expect(names("Poisson(log: a)")).toEqual(["log"]);
    expect(names("NegativeBinomial(a, 2)")).toEqual(["mean", "size"]);
    expect(names("NegativeBinomial(size: 2, log: a)")).toEqual(["log", "size"]);
    expect(names("NegativeBinomial(a, size: 2)")).toEqual(["mean", "size"]);
  });

  it("of an array is elementwise, single arguments repeated", () => {
    const d = density("data y : real[3]\nparam m : real[3]\nparam s : positive\ny ~ Normal(m, s)\n");
    const term = likelihood(d);
    expect(term.args.map((a) => d.graph.nodes[a]?.shape)).toEqual([[3], [3]]);
    const at: Setting = { column: { y: [1, 2, 3] }, slot: [[0, 2, 5], 2] };
    const expected = [normal(1, 0, 2), normal(2, 2, 2), normal(3, 5, 2)];
    for (const [k, x] of evaluate(d.graph, term.logpdf, at).entries()) expect(x).toBeCloseTo(expected[k] as number, 14);
    const entries = term.fisher?.kind === "entries" ? term.fisher.entries : [];
    expect(evaluate(d.graph, entries[0]?.[1] as NodeId, at)).toEqual([0, 0, 0]);
  });

  it("of a category indexes its argument by the level", () => {
    const d = density("data kind : category\ndata x : real\nparam b : real[kind]\nkind ~ Categorical(logits: b * x)\n");
    const term = likelihood(d);
    expect(d.dimensions).toEqual([{ name: "kind", kind: "levels", data: "kind", axis: 0, least: 0 }]);
    const at: Setting = { dims: { kind: 3 }, column: { kind: 2, x: 1 }, slot: [[0, 0, Math.log(2)]] };
    expect(scalar(d.graph, term.logpdf, at)).toBeCloseTo(Math.log(0.5), 14);
    const matrix = term.fisher?.kind === "matrix" ? evaluate(d.graph, term.fisher.matrix, at) : [];
    for (const [k, x] of [3, -1, -2, -1, 3, -2, -2, -2, 4].entries()) expect(matrix[k]).toBeCloseTo(x / 16, 14);
  });

  it("takes probabilities from a simplex, a softmax or constants that sum to 1", () => {
    const model = (p: string): string =>
      `data k : category[3]\nparam q : simplex[3]\nparam b : real[3]\nk ~ Categorical(${p})\nfactor q[1] + b[1]\n`;
    for (const p of ["q", "softmax(b)", "[0.2, 0.3, 0.5]"]) density(model(p));
    expect(said(model("[0.2, 0.3, 0.4]"))).toEqual([
      "FF305 4:17 `p` of `Categorical` must be `simplex`, but this is any array of numbers.",
    ]);
    expect(said(model("b"))[0]).toMatch(/^FF305 4:17/);
    expect(hints(model("b"))).toEqual(["Declare it as `param b : simplex[K]`."]);
    expect(hints(model("2 * b"))).toEqual(["For a linear predictor write `Categorical(logits: 2 * b)`."]);
  });

  it("may have a weight and a condition", () => {
    const d = density(
      "data y : real\ndata n : count\ndata x : real\nparam a : real\ny ~ Normal(a, 1) weight n when x > 0\n",
    );
    const term = likelihood(d);
    expect(scalar(d.graph, term.weight as NodeId, { column: { n: 7 } })).toBe(7);
    expect(scalar(d.graph, term.present as NodeId, { column: { x: 1 } })).toBe(1);
    expect(scalar(d.graph, term.present as NodeId, { column: { x: -1 } })).toBe(0);
    const d2 = density("data y : real\ndata x : real\nparam a : real\ny ~ Normal(a * log(x), sqrt(x)) when x > 0\n");
    for (const [x, mean, sd] of [
      [Math.E, 2, Math.sqrt(Math.E)],
      [-1, 0, 1],
    ] as const) {
      const at: Setting = { param: { a: 2 }, column: { x } };
      expect(likelihood(d2).args.map((arg) => scalar(d2.graph, arg, at))).toEqual([mean, sd]);
    }
  });

  it("skips rows whose response is missing, with a finite stand-in", () => {
    const d = density("data y : positive?\nparam a : real\nlog(y) ~ Normal(a, 1)\n");
    const term = likelihood(d);
    const missing: Setting = { column: { y: Number.NaN }, slot: [0, 1] };
    expect(scalar(d.graph, term.present as NodeId, missing)).toBe(0);
    expect(scalar(d.graph, term.logpdf, missing)).toBe(normal(0, 0, 1));
    expect(scalar(d.graph, term.present as NodeId, { column: { y: 2 } })).toBe(1);
    expect(scalar(d.graph, term.logpdf, { column: { y: 2 }, slot: [0, 1] })).toBeCloseTo(normal(Math.log(2), 0, 1), 14);
  });

  it("may be of once data, and does not vary by row then", () => {
    const d = density("data y : real[n] once\ndata x : real[n, p] once\nparam b : real[p]\ny ~ Normal(x @ b, 1)\n");
    const term = likelihood(d);
    expect(d.graph.nodes[term.logpdf]).toMatchObject({ row: false, shape: [{ name: "n", plus: 0 }] });
    expect(d.dimensions).toEqual([
      { name: "n", kind: "columns", data: "y", axis: 0, least: 0 },
      { name: "p", kind: "columns", data: "x", axis: 1, least: 0 },
    ]);
  });

  it("says what does not fit", () => {
    const use = (line: string, extra = ""): readonly string[] =>
      said(
        `data y : real\ndata n : count\ndata g : category\ndata z : real?\ndata t : real once\nparam a : real\nparam e : real[g]\n${extra}\n${line}\nfactor a + e[1]\n`,
      );
    expect(use("y ~ Normal(a, a)")).toEqual(["FF305 9:15 `sd` of `Normal` must be positive, but this is real."]);
    expect(use("n ~ Poisson(a)")).toEqual(["FF305 9:13 `rate` of `Poisson` must be positive, but this is real."]);
    expect(use("y ~ Poisson(1)")).toEqual(["FF306 9:1 `Poisson` describes count values, but the response is real."]);
    expect(use("g ~ Normal(a, 1)")).toEqual([
      "FF306 9:1 `Normal` describes real values, but the response is a category.",
    ]);
    expect(use("n ~ Categorical(logits: e)")).toEqual([
      "FF306 9:1 `Categorical` describes category values, but the response is count.",
    ]);
    expect(use("g ~ Categorical(logits: [a, 0])")).toEqual([
      "FF302 9:25 `Categorical` can't combine shapes [2] and [g].",
    ]);
    expect(use("y ~ Normal(g, 1)")).toEqual(["FF309 9:12 `g` is a category; its levels are names, not numbers."]);
    expect(use("y ~ Normal(e, 1)")).toEqual([
      "FF311 9:12 `mean` of `Normal` must be a single value, but this has shape [g].",
    ]);
    expect(use("y ~ Normal(z, 1)")).toEqual([
      "FF414 9:12 `z` may be missing (`?`), so it can only be the left side of `~`.",
    ]);
    expect(use("y ~ Normal(w, 1)", "let w = z + 1")).toEqual([
      "FF414 9:12 `z` may be missing (`?`), so it can only be the left side of `~`.",
    ]);
    expect(use("y ~ Normal(a, 1) weight a")).toEqual([
      "FF413 9:25 A weight depends on the unknown `a`, which is not possible here.",
    ]);
    expect(use("y ~ Normal(a, 1) weight y")).toEqual([
      "FF301 9:25 This should be a weight, 0 or more, but it is real.",
    ]);
    expect(use("y ~ Normal(a, 1) when y")).toEqual([
      "FF301 9:23 This should be a comparison or a binary value, but it is real.",
    ]);
    expect(use("a + y ~ Normal(0, 1)")).toEqual([
      "FF409 9:1 The left of `~` must be observed data, but `a + y` is a calculation with unknown parameters.",
    ]);
    expect(use("t ~ Normal(a * y, 1)")).toEqual([
      "FF419 9:1 `t` is one value for all rows, but its distribution varies by row.",
    ]);
    expect(use("y ~ Norml(a, 1)")).toEqual(["FF203 9:5 There is no distribution called `Norml`."]);
    expect(use("y ~ Normal(a, sds: 1)")).toEqual(["FF209 9:15 `Normal` has no argument called `sds`."]);
    expect(use("y ~ Normal(a)")).toEqual(["FF210 9:5 `Normal` can't be called with (a)."]);
  });

  it("suggests the form with a link, a declaration, or a function", () => {
    const hint = (line: string): string | null =>
      hints(`data y : real\ndata n : count\ndata k : binary\ndata h : int\nparam a : real\n${line}\nfactor a\n`)[0] ??
      null;
    expect(hint("n ~ Poisson(a + 1)")).toBe("For a linear predictor write `Poisson(log: a + 1)`.");
    expect(hint("k ~ Bernoulli(2 * a)")).toBe("For a linear predictor write `Bernoulli(logit: 2 * a)`.");
    expect(hint("n ~ Binomial(10, 2 * a)")).toBe("For a linear predictor write `Binomial(10, logit: 2 * a)`.");
    expect(hint("y ~ Normal(0, a)")).toBe("Declare it as `param a : positive`.");
    expect(hint("y ~ Normal(0, y + 2)")).toBe("`exp(y + 2)` is positive; `clamp(y + 2, 0, inf)` cuts off.");
    expect(hint("n ~ Binomial(h, 0.5)")).toBe("Declare it as `data h : count`.");
    expect(hint("y ~ Poisson(1)")).toBe("Declare it as `data y : count`.");
    expect(hint("y ~ Beta(1, 2)")).toBe("Declare it as `data y : unit`.");
    expect(hint("h ~ Bernoulli(0.5)")).toBe("Declare it as `data h : binary`.");
  });
});

describe("supports", () => {
  it("follow values through expressions", () => {
    const accepted = (sd: string): boolean => {
      const lines = said(
        `data y : real\ndata n : count\ndata x : real\nparam a : real\nparam s : positive\nparam t : positive\nparam p : unit\nparam v : positive[3]\ny ~ Normal(a, ${sd})\nfactor s + t + p + v[1]\n`,
      );
      return lines.length === 0;
    };
    for (const sd of [
      "s + t",
      "s * t",
      "s / t",
      "s ^ 2",
      "sqrt(s)",
      "exp(a)",
      "softplus(a)",
      "1 - p",
      "p * s",
      "sigmoid(a)",
      "a * a",
      "a ^ 2 + s",
      "abs(a)",
      "max(a, 0.1)",
      "clamp(a, 0, 1)",
      "if a > 0 then s else t",
      "sum(v)",
      "mean(v)",
      "v @ v",
      "v[2]",
      "1 / s",
      "s ^ a",
      "cosh(a)",
      "n + 1",
      "sqrt(n)",
      "Phi(a)",
      "exp(a) * (1 + x ^ 2)",
      "prod(v)",
      "max(v)",
      "logit(0.9)",
      "2",
    ])
      expect(accepted(sd), sd).toBe(true);
    for (const sd of [
      "a",
      "s - t",
      "-s",
      "a * s",
      "log(s)",
      "p - 1",
      "1 / a",
      "s * x",
      "a ^ 3",
      "min(s, a)",
      "sin(a)",
      "lgamma(s)",
      "-1",
      "x",
    ])
      expect(accepted(sd), sd).toBe(false);
    const unit = (p: string): boolean =>
      said(`data k : binary\nparam a : real\nparam p : unit\nparam q : unit\nk ~ Bernoulli(${p})\nfactor a + p + q\n`)
        .length === 0;
    for (const p of [
      "p",
      "1 - p",
      "p * q",
      "p ^ 2",
      "p * q + (1 - p) / 4 * 0",
      "sigmoid(a)",
      "Phi(a)",
      "0.3",
      "min(p, q)",
      "exp(-a ^ 2)",
      "1 - (1 - p) * (1 - q)",
    ])
      expect(unit(p), p).toBe(true);
    for (const p of ["a", "p + q", "2 * p", "p - q", "1.2"]) expect(unit(p), p).toBe(false);
  });
});

describe("a prior", () => {
  it("is summed over elements and does not vary by row", () => {
    const d = density("data y : real\nparam b : real[3] ~ Normal(1, 2)\ny ~ Normal(b[1] + b[2] + b[3], 1)\n");
    const term = prior(d);
    expect(term).toMatchObject({ parameter: "b", family: "Normal", text: "b ~ Normal(1, 2)" });
    const expected = normal(0, 1, 2) + normal(1, 1, 2) + normal(5, 1, 2);
    expect(scalar(d.graph, term.logpdf, { param: { b: [0, 1, 5] } })).toBeCloseTo(expected, 13);
  });

  it("is in declared space, wider families standing for truncated ones", () => {
    const d = density("data y : real\nparam s : positive ~ Normal(0, 2)\ny ~ Normal(0, s)\n");
    expect(scalar(d.graph, prior(d).logpdf, { param: { s: Math.log(3) } })).toBeCloseTo(normal(3, 0, 2), 13);
  });

  it("may be a statement, about an element too", () => {
    const d = density("data y : real\nparam b : real[2]\nb[2] ~ Normal([1, 2][1], 2)\ny ~ Normal(sum(b), 1)\n");
    expect(prior(d).parameter).toBe("b");
    expect(scalar(d.graph, prior(d).logpdf, { param: { b: [7, 3] } })).toBeCloseTo(normal(3, 1, 2), 13);
  });

  it("takes arrays and once data as arguments", () => {
    density("data s : positive once\ndata y : real\nparam b : real[2] ~ Normal([0, 1], s)\ny ~ Normal(sum(b), 1)\n");
  });

  it("says what does not fit", () => {
    const use = (param: string): readonly string[] =>
      said(`data y : real\ndata x : real\nparam t : positive\n${param}\ny ~ Normal(a + x, t)\n`);
    expect(use("param a : real ~ Normal(0, t)")).toEqual([
      "FF406 4:28 The prior of `a` depends on `t`, which is itself unknown.",
    ]);
    expect(use("param a : real ~ Normal(x, 1)")).toEqual([
      "FF413 4:25 The prior of `a` varies by row, which is not possible here.",
    ]);
    expect(use("param a : real ~ HalfNormal(1)")).toEqual([
      "FF407 4:18 `a` is real, but its prior `HalfNormal` is on positive.",
    ]);
    expect(use("param a : positive ~ Beta(1, 1)")).toEqual([
      "FF407 4:22 `a` is positive, but its prior `Beta` is on unit.",
    ]);
    expect(use("param a : real ~ Poisson(1)")).toEqual([
      "FF407 4:18 `a` is real, but its prior `Poisson` is on count.",
    ]);
    expect(use("param a : real ~ Normal([1, 2], 1)")).toEqual([
      "FF311 4:25 `mean` of `Normal` must be a single value, but this has shape [2].",
    ]);
    expect(hints(`data y : real\nparam a : real ~ HalfNormal(1)\ny ~ Normal(a, 1)\n`)).toEqual([
      "Declare it as `param a : positive`.",
    ]);
    expect(hints(`data y : real\nparam t : positive\nparam a : real ~ Normal(0, t)\ny ~ Normal(a, 1)\n`)[0]).toMatch(
      /degenerate.*give `t` a number/,
    );
  });
});

describe("factors and reports", () => {
  it("are scalars, and quantities of parameters", () => {
    const d = density(
      "data y : real\nparam a : real\nparam s : positive\nfactor -(y - a)^2 / s\nreport double = 2 * s\nreport share = sigmoid(a)\nreport both = [a, double]\n",
    );
    expect(d.terms.map((t) => t.text)).toEqual(["factor -(y - a)^2 / s"]);
    expect(d.reports.map((r) => [r.name, r.support])).toEqual([
      ["double", "positive"],
      ["share", "unit"],
      ["both", "real"],
    ]);
    expect(evaluate(d.graph, d.reports[2]?.value as NodeId, { param: { a: 1, s: 0 } })).toEqual([1, 2]);
  });

  it("say what does not fit", () => {
    const use = (line: string): readonly string[] =>
      said(`data y : real\ndata z : real?\nparam a : real[2]\ny ~ Normal(sum(a), 1)\n${line}\n`);
    expect(use("factor a")).toEqual([
      "FF311 5:8 A log-likelihood term must be a single value, but this has shape [2].",
    ]);
    expect(use("factor z")).toEqual(["FF414 5:8 `z` may be missing (`?`), so it can only be the left side of `~`."]);
    expect(use("report r = a * y")).toEqual([
      "FF405 5:12 `r`, a report that varies by row, can be written, but this version can't run it yet.",
    ]);
  });
});

describe("standardize", () => {
  it("is learnt once for equal inputs, by element", () => {
    const d = density(
      'data y : real\ndata x : real[p] from "x*"\ndata z : real\nparam b : real[p]\nparam c : real\nlet u = standardize(z)\ny ~ Normal(standardize(x) @ b + c * u * standardize(z) + c * standardize(log(z ^ 2 + 1)), 1)\n',
    );
    expect(d.learnt.map((f) => f.name)).toEqual(["standardize(z)", "standardize(x)", "standardize(log(z^2 + 1))"]);
    const at: Setting = {
      dims: { p: 2 },
      param: { b: [1, 2], c: 0.5 },
      column: { x: [3, 4], z: 10 },
      learnt: { "standardize(x)": [1, 2, 2, 4], "standardize(z)": [4, 3], "standardize(log(z^2 + 1))": [0, 1] },
    };
    expect(argument(d, at)).toBeCloseTo(1 + 2 * 0.5 + 0.5 * 2 * 2 + 0.5 * Math.log(101), 13);
  });

  it("wants columns of the data", () => {
    const use = (e: string): readonly string[] =>
      said(
        `data y : real\ndata t : real once\ndata z : real?\ndata g : category\nparam a : real\ny ~ Normal(a + ${e}, 1)\n`,
      );
    expect(use("standardize(a * y)")).toEqual([
      "FF413 6:28 `a * y` depends on the unknown `a`, which is not possible here.",
    ]);
    expect(use("standardize(t)")).toEqual(["FF413 6:28 `t` is the same for all rows, which is not possible here."]);
    expect(use("standardize(z)")).toEqual([
      "FF414 6:28 `z` may be missing (`?`), so it can only be the left side of `~`.",
    ]);
    expect(use("standardize(g)")).toEqual(["FF309 6:28 `g` is a category; its levels are names, not numbers."]);
  });
});

describe("families of the user", () => {
  const family = `distribution Shifted(at: real, width: positive) on real {
  z         = (y0 - at) / width
  y0        = at + 1
  logpdf(y) = -log(width) - abs(y - at) / width - log(2) + 0 * z
  fisher    = [[1 / width^2, unknown], [unknown, 1 / width^2]]
  mean      = at
}
`;
  it("are used like the library's, with lines that name each other", () => {
    const d = density(`${family}data y : real\nparam a : real\ny ~ Shifted(width: 2, at: a)\n`);
    const term = likelihood(d);
    expect(term.argumentNames).toEqual(["at", "width"]);
    expect(scalar(d.graph, term.logpdf, { column: { y: 3 }, slot: [1, 2] })).toBeCloseTo(
      -Math.log(2) - 1 - Math.log(2),
      14,
    );
    const entries = term.fisher?.kind === "entries" ? term.fisher.entries : [];
    expect(entries.map((r) => r.map((e) => e === null))).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  it("see constants and functions, and no data or parameters", () => {
    const model = (member: string): readonly string[] =>
      said(
        `const two = 2\nfn half(x) = x / two\ndata y : real\nparam a : real\ndistribution D(m: real) on real {\n  logpdf(y) = ${member}\n  fisher = 1\n}\ny ~ D(a)\n`,
      );
    expect(model("-half((y - m)^2) - 0.5 * log(two * pi)")).toEqual([]);
    expect(model("-half((y - a)^2)")).toEqual(["FF201 6:26 `a` is not defined."]);
    expect(
      said(
        "data y : real\nparam a : real\nfn g(x) = x * a\ndistribution D(m: real) on real {\n  logpdf(y) = g(y - m)\n  fisher = 1\n}\ny ~ D(a)\n",
      ),
    ).toEqual(["FF413 5:3 `logpdf` of `D` depends on the unknown `a` by itself, which is not possible here."]);
  });

  it("are checked where nothing uses them", () => {
    const use = (body: string, head = "D(m: real, s: positive) on real"): readonly string[] =>
      said(`distribution ${head} {\n${body}\n}\n`);
    expect(use("mean = m")).toEqual(["FF415 1:14 `D` has no line `logpdf(y) = …`."]);
    expect(use("logpdf(y) = y - mm")).toEqual(["FF201 2:17 `mm` is not defined."]);
    expect(use("logpdf(y) = y - m\nfisher = 1")).toEqual([
      "FF416 3:10 `fisher` must be `[[a, b], [b, c]]` or `diag([a, b])` of size 2, for 2 argument(s).",
    ]);
    expect(use("logpdf(y) = y - m\nvarience = s")).toEqual([
      "FF417 3:1 `varience` is neither a line with a meaning nor used by another.",
    ]);
    expect(use("logpdf(y) = b\nb = c\nc = b")).toEqual(["FF206 4:5 `b` is defined in terms of itself: b → c → b."]);
    expect(use("logpdf(y) = y - m", "Normal(m: real) on real")).toEqual([
      "FF205 1:14 `Normal` hides the standard distribution of the same name.",
    ]);
    expect(
      said(
        "distribution D(a: real) on real {\nlogpdf(y) = y - a\n}\ndistribution D(a: real) on real {\nlogpdf(y) = y\n}\n",
      ),
    ).toEqual(["FF204 4:14 `D(a)` is defined twice."]);
  });

  it("may bound their support by arguments", () => {
    const flat =
      "distribution Flat(low: real, high: real) on real in (low, high) {\n  logpdf(y) = -log(high - low) + 0 * y\n}\n";
    const use = (type: string): readonly string[] =>
      said(`${flat}data y : real\nparam a : ${type} ~ Flat(0, 1)\ny ~ Normal(a, 1)\n`);
    expect(use("real in (0, 1)")).toEqual([]);
    expect(use("unit")).toEqual([]);
    expect(use("real")).toEqual(["FF407 5:18 `a` is real, but its prior `Flat` is on unit."]);
    expect(said(`${flat}data y : real\nparam a : positive ~ Flat(0, 10)\ny ~ Normal(a, 1)\n`)).toEqual([
      "FF407 5:22 `a` is positive, but its prior `Flat` is on real in (0, 10).",
    ]);
  });

  it("may describe arrays", () => {
    const text =
      "distribution Ball(centre: real[D]) on real[D] {\n  logpdf(y) = -((y - centre) @ (y - centre))\n  fisher = diag(0 * centre + 2)\n}\ndata y : real[2]\nparam m : real[2]\ny ~ Ball(m)\n";
    const d = density(text);
    const term = likelihood(d);
    expect(scalar(d.graph, term.logpdf, { column: { y: [1, 2] }, slot: [[0, 4]] })).toBe(-5);
    expect(term.fisher?.kind === "matrix" && evaluate(d.graph, term.fisher.matrix, { slot: [[0, 4]] })).toEqual([
      2, 0, 0, 2,
    ]);
    expect(said(text.replace("real[2]\ny", "real[3]\ny"))).toEqual([
      "FF302 7:1 `Ball` can't combine shapes [3] and [2].",
    ]);
    expect(said(text.replace(/ {2}fisher.*\n/, ""))).toEqual([
      "FF408 6:5 `Ball` has no `fisher`, so the empirical information is used.",
    ]);
  });
});

it("keeps the stable forms of the library", () => {
  const d = density("data y : count\nparam a : real\ny ~ Poisson(log: a)\n");
  expect(scalar(d.graph, likelihood(d).logpdf, { column: { y: 4 }, slot: [1.5] })).toBeCloseTo(
    6 - Math.exp(1.5) - lgamma(5),
    13,
  );
});
