import { describe, expect, it } from "vitest";
import { check } from "../../src/check/index.ts";
import { parse } from "../../src/syntax/index.ts";
import { evaluate, scalar } from "./evaluate.ts";
import { argument, checked, density, hints, likelihood, said } from "./models.ts";

describe("data", () => {
  it("ask for columns and the values that may stand in them", () => {
    const d = density(
      'data y : count\ndata x : real[p] from "x*"\ndata z : real[2] from [a, "b c"]\ndata g : category[4] from "group"\ndata t : positive once\ndata u : unit?\ndata r : real in (-1, 1)\nparam b : real[p]\ny ~ Poisson(log: x @ b)\n',
    );
    const [y, x, z, g, t, u, r] = d.data;
    expect(y).toMatchObject({
      name: "y",
      source: { kind: "column", column: "y" },
      vector: false,
      shape: [],
      once: false,
      optional: false,
    });
    expect(y?.domain).toEqual({
      kind: "int",
      lower: 0,
      upper: Number.POSITIVE_INFINITY,
      lowerOpen: false,
      upperOpen: true,
      label: "count",
    });
    expect(x).toMatchObject({ source: { kind: "glob", pattern: "x*" }, vector: true, shape: [{ name: "p", plus: 0 }] });
    expect(z).toMatchObject({ source: { kind: "columns", columns: ["a", "b c"] }, shape: [2] });
    expect(g).toMatchObject({
      source: { kind: "column", column: "group" },
      domain: { kind: "category", lower: 1, upper: 4 },
      shape: [],
    });
    expect(t).toMatchObject({ once: true, domain: { kind: "real", lower: 0, lowerOpen: true } });
    expect(u).toMatchObject({ optional: true, domain: { lower: 0, upper: 1, label: "unit" } });
    expect(r?.domain).toMatchObject({ lower: -1, upper: 1, lowerOpen: true, label: "real in (-1, 1)" });
    expect(d.dimensions).toEqual([{ name: "p", kind: "columns", data: "x", axis: 0, least: 0 }]);
  });

  it("that index a dimension are held to its positions", () => {
    const d = density("data y : real\ndata i : int\nparam b : real[3]\ny ~ Normal(b[i], 1)\n");
    expect(d.data[1]?.domain).toEqual({
      kind: "int",
      lower: 1,
      upper: 3,
      lowerOpen: false,
      upperOpen: false,
      label: "1..3",
    });
  });

  it("say how many levels or columns a model names", () => {
    const d = density(
      "data y : real\ndata g : category\nparam e : real[g]\ny ~ Normal(e[g], 1)\nreport d = e[3] - e[1]\n",
    );
    expect(d.dimensions).toEqual([{ name: "g", kind: "levels", data: "g", axis: 0, least: 3 }]);
  });

  it("say what does not fit", () => {
    const use = (line: string): readonly string[] => said(`data y : real\n${line}\nparam a : real\ny ~ Normal(a, 1)\n`);
    expect(use("data z : real[3] from [a, b]")).toEqual(["FF302 2:23 `from` can't combine shapes [3] and [2]."]);
    expect(use("data z : real from [a, b]")).toEqual([
      "FF311 2:10 Data from several columns must be a single value, but this has shape [].",
    ]);
    expect(use("data z : real in (2, 1)")).toEqual([
      "FF301 2:10 This should be an interval, lower bound first, but it is (2, 1).",
    ]);
    expect(use("data z : real[y]")).toEqual(["FF308 2:15 The bound `y` must be known before any data are read."]);
    expect(use("data y : int")).toEqual(["FF204 2:6 `y` is defined twice."]);
    expect(use("data z : cov[3]")).toEqual([
      "FF405 2:10 The type `cov` can be written, but this version can't run it yet.",
    ]);
  });
});

describe("dimensions", () => {
  it("are numbers, constants, names that data give, categories, and these with numbers added", () => {
    const d = density(
      'const K = 2\ndata y : real\ndata x : real[p] from "x*"\ndata g : category\ndata h : category[3]\nparam a : real[K]\nparam b : real[p + 1]\nparam c : real[g, K * 2]\nparam d : real[h]\nparam s : simplex[K + 1]\nparam o : ordered[p]\ny ~ Normal(sum(a) + sum(b) + c[g, 1] + d[h] + sum(s) + sum(o) + p, 1)\n',
    );
    expect(d.parameters.map((p) => p.shape)).toEqual([
      [2],
      [{ name: "p", plus: 1 }],
      [{ name: "g", plus: 0 }, 4],
      [3],
      [3],
      [{ name: "p", plus: 0 }],
    ]);
    expect(d.parameters.map((p) => p.freeShape)[4]).toEqual([2]);
    expect(d.parameters.map((p) => p.axes)).toEqual([[null], [null], ["g", null], ["h"], [null], [null]]);
  });

  it("say what does not fit", () => {
    const use = (line: string): readonly string[] =>
      said(
        `data y : real\ndata g : category\ndata h : category\ndata k : category[2]\ndata l : category[2]\nparam a : real\n${line}\ny ~ Normal(a, 1)\n`,
      );
    expect(use("param b : real[q]")).toEqual(["FF310 7:16 I can't tell the size of dimension `q`."]);
    expect(use("param b : real[a]")).toEqual(["FF308 7:16 The bound `a` must be known before any data are read."]);
    expect(use("param b : real[0]")).toEqual([
      "FF301 7:16 This should be a dimension (a whole number from 1), but it is 0.",
    ]);
    expect(use("param b : real[1.5]")).toEqual(["FF308 7:16 The bound `1.5` must be known before any data are read."]);
    expect(use("param b : real[g]\nfactor b[h]")).toEqual([
      "FF312 8:10 This dimension (g) can't be indexed by `h`, which has its own levels (h).",
    ]);
    expect(use("param b : real[k]\nfactor b[l]")).toEqual([
      "FF312 8:10 This dimension (k) can't be indexed by `l`, which has its own levels (2).",
    ]);
    expect(use("param b : real[3]\nfactor b[g]")).toEqual([
      "FF312 8:10 This dimension (3) can't be indexed by `g`, which has its own levels (g).",
    ]);
    expect(use("param b : real[2]\nfactor b[k]")).toEqual([]);
    expect(use("param b : real[2]\nfactor b[3]")).toEqual(["FF304 8:10 Position 3 is outside 1..2."]);
    expect(use("param b : real[2]\nfactor b[-1]")).toEqual(["FF304 8:10 Position -1 is outside 1..2."]);
    expect(use("param b : real[2]\nfactor b[1.5]")).toEqual([
      "FF301 8:10 This should be a whole number as position, but it is 1.5.",
    ]);
    expect(use("param b : real[2]\nfactor b[a]")).toEqual([
      "FF301 8:10 This should be a position (a whole number or a category), but it is real.",
    ]);
    expect(use("param b : real[2]\nfactor sum(b[2..3])")).toEqual(["FF304 8:14 Position 2..3 is outside 1..2."]);
    expect(use("param b : real[2]\nfactor b[1, 1]")).toEqual(["FF307 8:8 This has 1 dimension, but 2 are given."]);
    expect(use("factor a[1]")).toEqual(["FF307 7:8 This has no dimensions, but 1 are given."]);
    expect(use("param b : real[g]\nfactor sum(b[k] for k in 1..h)")).toEqual([
      "FF304 8:14 Position 1..h is outside 1..g.",
    ]);
  });
});

describe("parameters", () => {
  it("have a transform by their type", () => {
    const d = density(
      "data y : real\nparam a : real\nparam b : positive\nparam c : unit\nparam d : real in (2, 5)\nparam e : real in (2, inf)\nparam f : real in (-inf, 1)\nparam g : simplex[3]\nparam h : ordered[2]\ny ~ Normal(a + b + c + d + e + f + sum(g) + sum(h), 1)\n",
    );
    expect(d.parameters.map((p) => p.transform)).toEqual([
      { kind: "identity" },
      { kind: "lower", lower: 0 },
      { kind: "interval", lower: 0, upper: 1 },
      { kind: "interval", lower: 2, upper: 5 },
      { kind: "lower", lower: 2 },
      { kind: "upper", upper: 1 },
      { kind: "simplex" },
      { kind: "ordered" },
    ]);
    expect(d.parameters.map((p) => p.logJacobian === null)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it("start where `init` says, inside their type", () => {
    const d = density(
      "const k = 2\ndata y : real\nparam a : real init -3 * k\nparam b : positive[3] init [1, k, 3]\nparam c : unit[2] init 0.5\nparam s : simplex[2] init [0.25, 0.75]\nparam o : ordered[2] init [1, 2]\ny ~ Normal(a + sum(b) + sum(c) + sum(s) + sum(o), 1)\n",
    );
    const values = d.parameters.map((p) => (p.init === null ? null : evaluate(d.graph, p.init)));
    expect(values).toEqual([[-6], [1, 2, 3], [0.5, 0.5], [0.25, 0.75], [1, 2]]);
  });

  it("say what does not fit", () => {
    const use = (type: string): readonly string[] =>
      said(
        `data y : real\nparam b : real\nparam a : ${type}\ny ~ Normal(sum([a, b][1]), 1)\n`.replace(
          "sum([a, b][1])",
          "b",
        ),
      ).filter((l) => !l.startsWith("FF402"));
    expect(use("count")).toEqual([
      "FF411 3:11 `a` is count, but an unknown must be a real number or an array of them.",
    ]);
    expect(use("category")).toEqual([
      "FF411 3:11 `a` is category, but an unknown must be a real number or an array of them.",
    ]);
    expect(use("real?")).toEqual([
      "FF301 3:11 This should be a type without `?`, but it is optional; a parameter is always unknown.",
    ]);
    expect(use("simplex")).toEqual([
      "FF301 3:11 This should be `simplex[K]`, with the number of elements, but it is `simplex`.",
    ]);
    expect(use("positive init 0")).toEqual(["FF412 3:25 The starting value of `a` does not lie inside `positive`."]);
    expect(use("positive[2] init [1, -1]")).toEqual([
      "FF412 3:28 The starting value of `a` does not lie inside `positive[2]`.",
    ]);
    expect(use("unit init 1")).toEqual(["FF412 3:21 The starting value of `a` does not lie inside `unit`."]);
    expect(use("simplex[2] init [0.5, 0.6]")).toEqual([
      "FF412 3:27 The starting value of `a` does not lie inside `simplex[2]`.",
    ]);
    expect(use("ordered[2] init [2, 1]")).toEqual([
      "FF412 3:27 The starting value of `a` does not lie inside `ordered[2]`.",
    ]);
    expect(use("real init inf")).toEqual(["FF412 3:21 The starting value of `a` does not lie inside `real`."]);
    expect(use("real init b")).toEqual([
      "FF308 3:21 The starting value of `a` must be known before any data are read.",
    ]);
    expect(use("real[2] init [1, 2, 3]")).toEqual(["FF302 3:24 `init` can't combine shapes [2] and [3]."]);
    expect(use("unit_vector[3]")).toEqual([
      "FF405 3:11 The type `unit_vector` can be written, but this version can't run it yet.",
    ]);
  });
});

describe("definitions", () => {
  it("come in any order and are computed once", () => {
    const d = density("y ~ Normal(b, 1)\nlet b = a + a\nlet a = exp(c)\nparam c : real\ndata y : real\n");
    expect(argument(d, { param: { c: 0 } })).toBe(2);
  });

  it("may hide nothing of each other, and not go round", () => {
    const model = (lines: string): readonly string[] =>
      said(`data y : real\nparam a : real\ny ~ Normal(a, 1)\n${lines}\n`);
    expect(model("let b = c\nlet c = b")).toEqual(["FF206 4:9 `b` is defined in terms of itself: b → c → b."]);
    expect(model("let b = b + 1")).toEqual(["FF206 4:9 `b` is defined in terms of itself: b → b."]);
    expect(model("const k = k")).toEqual(["FF206 4:11 `k` is defined in terms of itself: k → k."]);
    expect(model("let a = 2")).toEqual(["FF204 4:5 `a` is defined twice."]);
    expect(hints("data y : real\nparam a : real\ny ~ Normal(a, 1)\nlet a = 2\n")).toEqual([
      "It is already a param; rename one of them.",
    ]);
    expect(model("let b = ab")).toEqual(["FF201 4:9 `ab` is not defined."]);
    expect(model("let b = Normal")).toEqual(["FF213 4:9 `Normal` is a distribution; here a value is needed."]);
    expect(model("let b = a(2)")).toEqual(["FF212 4:9 `a` is a value, not a function."]);
    expect(model("let b = Normal(0, 1)")).toEqual(["FF212 4:9 `Normal` is a distribution, not a function."]);
    expect(model("let b = expp(2)")).toEqual(["FF202 4:9 There is no function called `expp`."]);
    expect(model("fn exp(x) = 2 * x")).toEqual(["FF205 4:4 `exp` hides the standard function of the same name."]);
    expect(model("fn f(x) = x\nfn f(y) = y")).toEqual(["FF204 5:4 `f` is defined twice."]);
    expect(model("const k = a")).toEqual(["FF308 4:11 `k` must be known before any data are read."]);
    expect(model("let m = [1, 2] + [1, 2, 3]")).toEqual(["FF302 4:9 `+` can't combine shapes [2] and [3]."]);
    expect(model("let m = [1, 2] @ [1, 2, 3]")).toEqual([
      "FF303 4:9 `@` can't contract [2] with [3]: the inner dimensions differ.",
    ]);
    expect(model("let m = [1, 2]'")).toEqual([
      "FF301 4:9 This should be a matrix to transpose, but it is of shape [2].",
    ]);
    expect(model("let m = sum(a)")).toEqual([
      "FF313 4:13 `sum` works on the elements of an array, but this is a single value.",
    ]);
    expect(model("let m = if a then 1 else 2")).toEqual([
      "FF301 4:12 This should be a comparison or a binary value, but it is real.",
    ]);
    expect(model("let m = not a")).toEqual([
      "FF301 4:13 This should be a comparison or a binary value, but it is real.",
    ]);
    expect(model("let m = cholesky([[1, 0], [0, 1]])")).toEqual([
      "FF405 4:9 `cholesky` can be written, but this version can't run it yet.",
    ]);
    expect(model("state s : real")).toEqual([
      "FF405 4:1 A dynamic unknown (`state s`) can be written, but this version can't run it yet.",
    ]);
    expect(model("use nn")).toEqual([]);
    expect(model("use nnn")).toEqual(["FF207 4:5 There is no standard module called `nnn`."]);
  });

  it("reports each independent mistake once", () => {
    expect(
      said(
        "data y : real\nparam a : real\nlet m = oops + 1\nlet n = m + nope\ny ~ Normal(n + a, m)\ny ~ Normal(a, neither)\n",
      ),
    ).toEqual([
      "FF201 3:9 `oops` is not defined.",
      "FF201 4:13 `nope` is not defined.",
      "FF201 6:15 `neither` is not defined.",
    ]);
  });

  it("may be thousands in a chain, in any order", () => {
    const chain = Array.from({ length: 2000 }, (_, k) => `let v${k} = v${k + 1} + 1`);
    const head = "data y : real\nparam a : real\n";
    const down = density(`${head}y ~ Normal(v0, 1)\n${chain.join("\n")}\nlet v2000 = a\n`);
    expect(argument(down, { param: { a: 1 } })).toBe(2001);
    const up = density(`${head}let v2000 = a\n${chain.toReversed().join("\n")}\ny ~ Normal(v0, 1)\n`);
    expect(argument(up, { param: { a: 1 } })).toBe(2001);
    const functions = Array.from({ length: 2000 }, (_, k) => `fn f${k}(x) = f${k + 1}(x)`).join("\n");
    expect(said(`${head}${functions}\nfn f2000(x) = x\ny ~ Normal(f0(a), 1)\n`).map((l) => l.slice(0, 5))).toEqual([
      "FF107",
    ]);
  });

  it("are values, functions and arguments in their own right", () => {
    const d = density(
      "data y : count\nparam log : real\nparam exp : positive\nfn twice(exp) = 2 * exp\ny ~ Poisson(log: log + log(exp(0) * exp) + twice(1))\n",
    );
    expect(argument(d, { param: { log: 1, exp: 0.5 } })).toBeCloseTo(3.5, 14);
  });
});

describe("constants", () => {
  const text = "const K = 2\nconst L = K + 1\ndata y : real\nparam b : real[L]\ny ~ Normal(b[K], 1)\n";
  it("may be set from outside", () => {
    expect(density(text).parameters[0]?.shape).toEqual([3]);
    expect(density(text, { set: { K: 4 } }).parameters[0]?.shape).toEqual([5]);
  });

  it("must be there to be set", () => {
    expect(said(text, { set: { k: 4 } })).toEqual(["FF418 1:1 There is no `const k` to set."]);
    expect(hints(text, { set: { k: 4 } })).toEqual(["Did you mean `K`?"]);
    expect(hints(text, { set: { b: 4 } })).toEqual(["`b` is a param; only `const` lines can be set."]);
    expect(said(text, { set: { K: 0.5 } }).map((l) => l.slice(0, 10))).toEqual(["FF308 4:16"]);
  });
});

describe("warnings", () => {
  it("tell of parameters that no likelihood depends on", () => {
    expect(said("data y : real\nparam a : real\nparam b : real ~ Normal(0, 1)\ny ~ Normal(a, 1)\n")).toEqual([
      "FF402 3:7 No likelihood depends on `b`, so the data can't say anything about it.",
    ]);
  });

  it("tell of a model without a likelihood, but not of a library", () => {
    expect(said("data y : real\nparam a : real ~ Normal(0, 1)\n")[0]).toBe(
      "FF401 1:1 The model never says how the data arise.",
    );
    expect(said("fn f(x) = x\n")).toEqual([]);
  });

  it("tell of sums whose parts the data can't separate", () => {
    const use = (params: string, mean: string): readonly string[] =>
      said(`data y : real\ndata x : real\ndata g : category\ndata h : category\n${params}\ny ~ Normal(${mean}, 1)\n`);
    const params = "param a : real\nparam e : real[g]\nparam f : real[h]";
    expect(use(params, "a + x + e[g] - 2 * f[h]")).toEqual(["FF404 5:7 The likelihood can't tell `a` and `e` apart."]);
    expect(use(params, "exp(x * (a - e[g] + f[h]))")).toEqual([
      "FF404 5:7 The likelihood can't tell `a`, `e` and `f` apart.",
    ]);
    expect(use("param a : real\nparam b : real", "a + b")).toEqual([
      "FF404 5:7 The likelihood can't tell `a` and `b` apart.",
    ]);
    expect(use("param a : real\nparam e : real[g] ~ Normal(0, 1)", "a + e[g]")).toEqual([]);
    expect(use("param a : real\nparam e : real[g]", "a + x * e[g]")).toEqual([]);
    expect(use("param a : real\nparam e : real[g]", "a + e[g] + x * a")).toEqual([]);
    expect(use("param a : real\nparam e : real[g]\nfactor -a^2", "a + e[g]")).toEqual([]);
    expect(use("param a : real\nparam e : positive[g]", "a + e[g]")).toEqual([]);
  });

  it("tell of a flat scale where the posterior is asked for", () => {
    const model = "data y : real\nparam s : positive\ny ~ Normal(0, s)\n";
    expect(said(model)).toEqual([]);
    expect(said(`${model}flow {\n  target posterior\n}\n`)).toEqual(["FF403 2:7 `s` is a scale with a flat prior."]);
  });
});

it("leaves echoes of lost lines out where the parser lost some", () => {
  const text = "data y : real\nparam a ~ Normal(0, 1)\ny ~ Normal(a + sum(3), 1)\n";
  const { ast } = parse({ path: "m.ffm", text });
  expect(check(ast, { incomplete: true }).diagnostics.map((d) => d.code)).toEqual(["FF313"]);
});

it("summarises the model as plain data", () => {
  const { model } = checked(
    "/// Rides.\nmodel rides\nconst K = 2\n/// Degrees.\ndata x : real\ndata y : count\nparam a : real ~ Normal(0, K)\nparam s : positive\nlet eta = a * x\nlet two = K * s\ny ~ NegativeBinomial(log: eta, size: two)\nreport r = exp(a)\nfn f(x) = x\nflow {\n  seed 3\n}\n",
  );
  expect(JSON.parse(JSON.stringify(model))).toMatchObject({
    kind: "model",
    name: "rides",
    doc: "Rides.",
    constants: [{ name: "K", value: 2 }],
    data: [
      { name: "x", doc: "Degrees.", type: "real", rate: "row" },
      { name: "y", type: "count", rate: "row" },
    ],
    parameters: [
      { name: "a", type: "real", prior: "a ~ Normal(0, K)", transform: { kind: "identity" } },
      { name: "s", type: "positive", prior: null },
    ],
    definitions: [
      { name: "eta", type: "real", rate: "row", text: "a * x" },
      { name: "two", type: "positive", rate: "once" },
    ],
    statements: [
      { kind: "prior", family: "Normal" },
      { kind: "likelihood", family: "NegativeBinomial(log, size)" },
    ],
    functions: [{ name: "f", parameters: ["x"] }],
    reports: [{ name: "r", type: "positive" }],
    flow: [{ key: "seed", text: "3" }],
  });
});

it("gives statements and parameters the places they were written at", () => {
  const text = "data y : real\nparam a : real\ny ~ Normal(a, 1)\n";
  const d = density(text);
  const at = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
  expect(at(likelihood(d).span)).toBe("y ~ Normal(a, 1)");
  expect(d.parameters.map((p) => at(p.span))).toEqual(["param a : real"]);
  expect(scalar(d.graph, likelihood(d).args[1] as never)).toBe(1);
});
