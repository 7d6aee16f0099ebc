// The language service through its door: diagnostics with places, hovers, completion; for whole models and for lines
// that are being written.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { operationNames } from "../../src/check/calls.ts";
import { flowKeys, standardFamilies } from "../../src/check/index.ts";
import { complete, diagnose, hover } from "../../src/service/index.ts";

const model = `/// Rentals of bikes.
model bikes

const K = 2

data hour  : category
data temp  : real      // degrees
data x     : real[p] from "x*"
/// Bikes that were taken.
data rides : count from "n"

param base   : real
/// One per hour.
param effect : real[hour] ~ Normal(0, 1)
param spread : positive   ~ HalfNormal(1)

/// Twice.
fn twice(v) = v * K

distribution Two(rate: positive) on count {
  logpdf(y) = y * log(rate) - rate - lgamma(y + 1)
  fisher    = 1 / rate
}

let eta = base + twice(temp) * spread + effect[hour] + sum(x[k] for k in 1..p)
rides ~ Poisson(log: eta)

report factor_one = exp(base)

flow {
  structure full
}
`;

/** The offset of the mark, and the text without it. */
function marked(text: string): readonly [string, number] {
  const offset = text.indexOf("¦");
  if (offset < 0) throw new Error("no mark in the text");
  return [text.slice(0, offset) + text.slice(offset + 1), offset];
}

/** The hover at the first place of `part` in the model, at the character that follows the mark in it. */
function over(part: string): string | null {
  const [plain, at] = marked(part);
  const start = model.indexOf(plain);
  if (start < 0) throw new Error(`the model has no ${plain}`);
  return hover(model, start + at)?.markdown ?? null;
}

/** Labels offered where the mark stands, the line put in the place of the model's last likelihood. */
function offered(line: string): readonly string[] {
  return complete(...marked(model.replace("rides ~ Poisson(log: eta)", line))).map(({ label }) => label);
}

describe("diagnose", () => {
  it("has nothing to say of a sound model", () => expect(diagnose(model)).toEqual([]));

  it("places a misspelt name and suggests the right one", () => {
    const [found, ...rest] = diagnose(model.replace("+ twice", "+ twise"));
    expect(rest).toEqual([]);
    expect(found).toMatchObject({ code: "FF202", severity: "error", hint: "Did you mean `twice`?" });
    expect(found?.start).toEqual({ line: 25, column: 18 });
    expect(found?.end).toEqual({ line: 25, column: 23 });
  });

  it("shows a mistake of a used file at the line that uses it", () => {
    const text = 'use "a.ffm"\ndata y : real\nparam m : real\ny ~ Normal(m, f(1))\n';
    const resolve = (path: string) => ({ path, text: "fn f(x) = x * unknown\n" });
    expect(diagnose(text, { resolve }).map((d) => [d.code, d.start])).toEqual([["FF201", { line: 1, column: 1 }]]);
  });

  it("never throws, wherever a text is cut", () => {
    for (let end = 0; end < model.length; end += 7) expect(() => diagnose(model.slice(0, end))).not.toThrow();
  });
});

describe("hover", () => {
  it("shows a declaration with its type and documentation", () => {
    expect(over("data ¦rides")).toContain("count, one a row");
    expect(over("data ¦rides")).toContain("Bikes that were taken.");
    expect(over("¦effect[hour]")).toContain("param effect : real[hour] ~ Normal(0, 1)");
    expect(over("¦effect[hour]")).toContain("One per hour.");
    expect(over("log: ¦eta")).toContain("`eta`: real, one a row");
    expect(over("real[¦p]")).toContain("a size that the data tell");
    expect(over("v * ¦K")).toContain("`K`: 2");
  });

  it("shows functions of the model, of the library and of the compiler", () => {
    expect(over("¦twice(temp)")).toContain("twice(v)");
    expect(over("¦twice(temp)")).toContain("Twice.");
    expect(over("¦lgamma(y")).toContain("Logarithm of the gamma function.");
    expect(over("¦sum(x")).toContain("Sum");
    const [text, offset] = marked("data y : unit\nparam a : real\ny ~ Beta(mean: sigmoid(¦logit(y)), precision: 2)\n");
    expect(hover(text, offset)?.markdown).toContain("Log odds");
  });

  it("shows a family with every form it can be called in, and its arguments", () => {
    const poisson = over("¦Poisson");
    expect(poisson).toContain("Number of events at a constant rate.");
    expect(poisson).toContain("- `Poisson(rate)`: rate: positive; information in closed form");
    expect(poisson).toContain("- `Poisson(log:)`: log: real");
    expect(over("Poisson(¦log:")).toContain("log: real");
    expect(over("distribution ¦Two")).toContain("Two(rate)");
  });

  it("shows names of one line, types, words, settings and lines of a family", () => {
    expect(over("x[¦k]")).toContain("this line only");
    expect(over("log(¦rate)")).toContain("Argument of `Two`");
    expect(over("¦v * K")).toContain("Argument of `twice`");
    expect(over("¦positive   ~")).toContain("Above 0.");
    expect(over("¦param base")).toContain("What is unknown");
    expect(over("  ¦structure")).toContain("`auto`, `full`, `full sqrt`");
    expect(over("  ¦fisher")).toContain("Fisher information");
  });

  it("says nothing about comments and strings, and covers the word it speaks of", () => {
    expect(over("// ¦degrees")).toBeNull();
    expect(over('"¦x*"')).toBeNull();
    const offset = model.indexOf("eta = base") + 1;
    expect(hover(model, offset)?.span).toEqual({ file: "model.ffm", start: offset - 1, end: offset + 2 });
  });

  it("still knows names in a line that can't be read", () => {
    const [text, offset] = marked(`${model}rides ~ Poisson(log: ¦eta + )\n`);
    expect(hover(text, offset)?.markdown).toContain("let eta");
  });
});

describe("layers", () => {
  const network = `use nn
data x : real[p] from "x*"
data y : real
/// Twice.
layer Twice(n) {
  param gain : real[n]
  fn f(v: real[n]) = 2 * gain * v
}
let h = Twice(3)(Dense(3)(x))
y ~ Normal(sum(h) + sum(h.Twice.gain), 1)
`;
  const shown = (part: string): string | null => hover(network, network.indexOf(part) + 1)?.markdown ?? null;

  it("are shown, those of modules and their parameters too", () => {
    expect(shown("Twice(3)")).toBe("```ffm\nTwice(n)\n```\n\nTwice.");
    expect(shown("Dense(3)")).toMatch(/^```ffm\nDense\(n\)\n```\n\nn outputs/);
    expect(shown("h.Twice.gain")).toContain("param h.Twice.gain : real[3]");
  });

  it("are offered where the module is used", () => {
    const labels = (text: string): readonly string[] => complete(text, text.indexOf("¦")).map(({ label }) => label);
    expect(labels(`${network}let k = ¦`)).toEqual(expect.arrayContaining(["Dense", "Twice", "h.Dense.W"]));
    expect(labels(`data x : real\nlet k = ¦`)).not.toContain("Dense");
  });
});

describe("complete", () => {
  it("offers items and responses at the start of a line", () => {
    const found = offered("¦");
    expect(found).toEqual(expect.arrayContaining(["data", "param", "let", "flow", "rides", "temp"]));
    expect(found).not.toContain("exp");
    expect(offered("par¦")).toContain("param");
  });

  it("offers types after a colon, and what may follow a type", () => {
    expect(offered("param a : ¦")).toEqual(expect.arrayContaining(["real", "positive", "simplex"]));
    expect(offered("data a : real ¦")).toEqual(["from", "once"]);
    expect(offered("param a : real[K] ¦")).toEqual(["init"]);
    expect(offered("param ¦")).toEqual([]);
  });

  it("offers families after a tilde, with their forms", () => {
    const found = offered("rides ~ ¦");
    expect(found).toEqual(expect.arrayContaining(["Poisson", "Normal", "Two"]));
    expect(found).not.toContain("eta");
    const [text, offset] = marked("data y : count\ny ~ Pois¦");
    const poisson = complete(text, offset).find(({ label }) => label === "Poisson");
    expect(poisson).toMatchObject({ kind: "family", detail: "(rate) (log:)", insert: "Poisson(" });
    expect(offered("rides ~ Poisson(1) ¦")).toEqual(["weight", "truncated to", "observed if", "when"]);
  });

  it("offers the arguments of a call that are not given yet, and names in scope", () => {
    const found = offered("rides ~ NegativeBinomial(log: eta, ¦)");
    expect(found).toEqual(expect.arrayContaining(["size:", "mean:", "eta", "base", "K", "exp", "twice", "logit"]));
    expect(found).not.toContain("log:");
    expect(offered("let a = sum(¦ for k in 1..p)")).not.toContain("Normal");
    expect(offered("fn f(first, second) = ¦")).toEqual(expect.arrayContaining(["first", "second"]));
  });

  it("offers settings inside flow, and what they may be", () => {
    expect(offered("flow {\n  ¦\n}")).toEqual(flowKeys.map(({ key }) => key));
    expect(offered("flow {\n  structure ¦\n}")).toEqual([
      "auto",
      "full",
      "full sqrt",
      "diagonal",
      "scalar",
      "block",
      "kronecker",
      "arrow",
      "lowrank 10",
      "kronecker for W1 W2, full",
    ]);
  });

  it("offers nothing inside comments, strings and numbers", () => {
    expect(offered("rides ~ Poisson(log: eta) // no ¦")).toEqual([]);
    expect(offered('use "¦')).toEqual([]);
    expect(offered("let a = 1.¦")).toEqual([]);
  });

  it("never throws, wherever the cursor is", () => {
    for (let at = 0; at < model.length; at += 11) {
      expect(() => complete(model.slice(0, at), at)).not.toThrow();
      expect(() => hover(model, at)).not.toThrow();
    }
  });
});

describe("the service knows the language", () => {
  const written = readFileSync(new URL("../../stdlib/functions.ffm", import.meta.url), "utf8");
  const offeredFunctions = complete("let a = ", 8).filter(({ kind }) => kind === "function");

  it("documents every function", () => {
    const standard = [...written.matchAll(/^fn (\w+)\(/gm)].map(([, name]) => name);
    expect(offeredFunctions.map(({ label }) => label).sort()).toEqual([...operationNames, ...standard].sort());
    expect(offeredFunctions.filter(({ documentation }) => documentation === null)).toEqual([]);
  });

  it("names their arguments as the checker does", () => {
    for (const { label, detail } of offeredFunctions) {
      const names = detail?.slice(1, -1).split(", ") ?? [];
      const args = names.filter((name) => name !== "…").map((name) => `${name}: 1`);
      const codes = diagnose(`let a = ${label}(${args.join(", ")})\n`).map(({ code }) => code);
      // An unknown function; an argument that it does not have, or that is missing.
      for (const code of codes) expect(["FF202", "FF209", "FF211"], `${label}: ${code}`).not.toContain(code);
    }
  });

  it("offers every family and every setting with its documentation", () => {
    const families = complete("data y : real\ny ~ ", 18).map(({ label }) => label);
    expect(new Set(families)).toEqual(new Set(standardFamilies().map(({ name }) => name)));
    const settings = complete("flow {\n  ", 9);
    expect(settings.filter(({ documentation }) => documentation === null)).toEqual([]);
  });

  it("finds nothing wrong with the examples", () => {
    const folder = new URL("../../examples/", import.meta.url);
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".ffm")))
      expect(diagnose(readFileSync(new URL(name, folder), "utf8"))).toEqual([]);
  });
});
