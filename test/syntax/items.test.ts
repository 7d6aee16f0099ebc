import { describe, expect, it } from "vitest";
import { bare, item, items } from "./trees.ts";

function reads(text: string, tree: object): void {
  it(text, () => expect(bare(item(text))).toMatchObject(tree));
}

const name = (text: string) => ({ text });

describe("titles, files, constants", () => {
  reads("model bikes", { kind: "model", name: name("bikes"), doc: null });
  reads('use "lib.ffm"', { kind: "use", target: name("lib.ffm"), module: false });
  reads("use nn", { kind: "use", target: name("nn"), module: true });
  reads("const K = 3", { kind: "const", name: name("K"), value: { kind: "number", value: 3 } });
  reads("let eta = a", { kind: "let", name: name("eta"), value: { kind: "name", name: "a" } });
  reads("report r = a", { kind: "report", name: name("r") });
  reads("factor -x", { kind: "factor", value: { kind: "unary" } });
  reads("fn f(x, y) = x + y", { kind: "fn", name: name("f"), parameters: [name("x"), name("y")], body: { op: "+" } });
  reads("fn zero() = 0", { kind: "fn", parameters: [] });
});

describe("data", () => {
  const real = { base: "real", bounds: null, shape: [], optional: false };
  reads("data temp : real", { kind: "data", name: name("temp"), type: real, source: null, once: false });
  reads('data x : real from "odd \\"name\\" C:\\\\x"', { source: { kind: "column", name: name('odd "name" C:\\x') } });
  reads('data x : real[p] from "x*"', { type: { shape: [{ name: "p" }] }, source: { kind: "glob", pattern: "x*" } });
  reads('data x : real[3] from [a, b, "odd name"]', {
    source: { kind: "columns", names: [name("a"), name("b"), name("odd name")] },
  });
  reads("data n : count once", { source: null, once: true });
  reads('data n : count from "N" once', { source: { kind: "column" }, once: true });
  reads("data weight : real?", { name: name("weight"), type: { optional: true } });
  reads("data g : category[K]", { type: { base: "category", shape: [{ name: "K" }] } });
});

describe("types", () => {
  for (const base of "real positive unit int count binary category simplex ordered unit_vector corr_cholesky cov".split(
    " ",
  )) {
    reads(`data x : ${base}`, { type: { base } });
  }
  reads("data x : real in (0, K - 1)", { type: { bounds: { lower: { value: 0 }, upper: { op: "-" } } } });
  reads("data x : real[256, 784]", { type: { shape: [{ value: 256 }, { value: 784 }] } });
  reads("data x : real in (0, 1)[K - 1]?", { type: { bounds: {}, shape: [{ op: "-" }], optional: true } });
});

describe("unknowns", () => {
  reads("param a : real", { kind: "param", prior: null, init: null });
  reads("param a : positive ~ HalfNormal(1) init 0.5", {
    prior: { callee: name("HalfNormal"), args: [{ label: null, value: { value: 1 } }] },
    init: { value: 0.5 },
  });
  reads("param init : real init -1", { name: name("init"), init: { kind: "unary" } });
  reads("state level : real", { kind: "state", name: name("level"), by: null });
  reads("state level : real[2] by day", { type: { shape: [{ value: 2 }] }, by: name("day") });
  reads("level[0] ~ Normal(0, 1)", { kind: "likelihood", response: { kind: "index" } });
});

describe("likelihoods", () => {
  reads("rides ~ Poisson(log: eta)", {
    kind: "likelihood",
    response: { kind: "name", name: "rides" },
    distribution: { callee: name("Poisson"), args: [{ label: name("log") }] },
    weight: null,
    truncated: null,
    observedIf: null,
    when: null,
  });
  reads("y[k] ~ Normal(0, 1) weight w * 2", { response: { kind: "index" }, weight: { op: "*" } });
  reads("y ~ Normal(0, 1) truncated to (0, b)", { truncated: { lower: { value: 0 }, upper: { name: "b" } } });
  reads("t ~ Weibull(k, s) observed if event == 1", { observedIf: { op: "==" } });
  reads("y ~ Normal(0, 1) when not a weight w truncated to (0, 1) observed if c", {
    when: { op: "not" },
    weight: { name: "w" },
    truncated: {},
    observedIf: { name: "c" },
  });
  reads("log(y) ~ Normal(0, 1)", { response: { kind: "call" } });
  reads("weight ~ Normal(weight, 1) weight weight", { response: { name: "weight" }, weight: { name: "weight" } });
});

describe("blocks", () => {
  reads(
    `distribution Poisson(log: real) on count {   // stable
      logpdf(y)  = y * log - exp(log) -
        lgamma(y + 1)

      fisher     = exp(log)
    }`,
    {
      kind: "distribution",
      name: name("Poisson"),
      parameters: [{ name: name("log"), type: { base: "real" } }],
      support: { base: "count" },
      members: [
        { name: name("logpdf"), parameters: [name("y")], value: { op: "-" } },
        { name: name("fisher"), parameters: [], value: { kind: "call" } },
      ],
    },
  );
  reads("distribution D() on real in (0, 1) { mean = 1 }", { parameters: [], support: { bounds: {} }, members: [{}] });
  reads(
    `layer L(n)
    {
      param w : real[n]
      /// The map.
      fn apply(x) = x @ w
    }`,
    { kind: "layer", parameters: [name("n")], items: [{ kind: "param" }, { kind: "fn", doc: "The map." }] },
  );
  reads(
    `flow {
      structure auto
      budget    2 MB, 5 us per row
      forget    half_life 10_000 rows
      data      "in.csv",
        "more.csv"
      if        then
    }`,
    {
      kind: "flow",
      entries: [
        { key: name("structure"), phrases: [[{ kind: "word", text: "auto", value: null }]] },
        {
          key: name("budget"),
          phrases: [
            [{ kind: "number", text: "2", value: 2 }, { text: "MB" }],
            [{ value: 5 }, { text: "us" }, { text: "per" }, { text: "row" }],
          ],
        },
        { phrases: [[{ text: "half_life" }, { text: "10_000", value: 10000 }, { text: "rows" }]] },
        { key: name("data"), phrases: [[{ kind: "string", text: "in.csv" }], [{ text: "more.csv" }]] },
        { key: name("if"), phrases: [[{ kind: "word", text: "then" }]] },
      ],
    },
  );
  reads("flow {}", { kind: "flow", entries: [] });
});

describe("documentation and comments", () => {
  it("belongs to the next item", () => {
    const text = [
      "//! FF301",
      "/// First.",
      "///",
      "///   Indented.",
      "",
      "// Not this.",
      "data x : real /// nor this",
      "//// nor this",
      "data y : real",
    ].join("\n");
    expect(items(text).map((found) => found.doc)).toEqual(["First.\n\n  Indented.", null]);
  });
  it("of a broken line goes with it", () => {
    expect(() => items("/// Lost.\nlet = 3\ndata y : real")).toThrow("FF101");
  });
});

describe("texts as they come", () => {
  it("has a byte-order mark and carriage returns", () => {
    expect(items("\uFEFFmodel a\r\ndata x : real\rdata y : real\r\n").map((found) => found.kind)).toEqual([
      "model",
      "data",
      "data",
    ]);
  });
  it("is empty", () => {
    for (const text of ["", "\n\n", "// nothing", "\uFEFF", "  \t "]) expect(items(text)).toEqual([]);
  });
  it("knows where items are", () => {
    const [first, second] = items("/// About.\ndata x : real // c\n\n  y ~ Normal(0, 1)  \n");
    expect(first!.span).toMatchObject({ start: 11, end: 24 });
    expect(second!.span).toMatchObject({ start: 33, end: 49 });
  });
});
