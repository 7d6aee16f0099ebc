import { describe, expect, it } from "vitest";
import { sigmoid } from "../../src/ir/special/index.ts";
import { said, value } from "./models.ts";

const b = [1, -2, 3];
const v = [1, 2, 3, 4];
const w = [0.5, -1, 2, 0.25];
const close = (expression: string, expected: readonly number[]): void => {
  const found = value(expression);
  expect(found.length).toBe(expected.length);
  for (const [k, x] of expected.entries()) expect(found[k]).toBeCloseTo(x, 12);
};

describe("arithmetic", () => {
  it("follows precedence and associativity", () => {
    close("2 + 3 * 4 ^ 2", [50]);
    close("-2 ^ 2", [-4]);
    close("2 ^ 3 ^ 2", [512]);
    close("10 - 4 - 3", [3]);
    close("12 / 4 / 3", [1]);
  });

  it("knows pi, constants and conditionals", () => {
    close("cos(pi) + K", [2]);
    close("if a > 0 and not (a >= 1) then 7 else 8", [7]);
    close("if a < 0 or a != 0.5 then 7 else 8", [8]);
    close("if i == 2 then a else 0", [0.5]);
  });

  it("broadcasts over trailing dimensions", () => {
    close("b + a", [1.5, -1.5, 3.5]);
    close("m * b", [1, -4, 9, 4, -10, 18]);
    close("m + m", [2, 4, 6, 8, 10, 12]);
    close("[b, b + 1] - m", [0, -4, 0, -2, -6, -2]);
    close("if b > 0 then b else 0", [1, 0, 3]);
  });

  it("contracts and transposes", () => {
    close("b @ b", [14]);
    close("m @ b", [1 - 4 + 9, 4 - 10 + 18]);
    close("[1, 2] @ m", [9, 12, 15]);
    close("m @ m'", [14, 32, 32, 77]);
    close("v @ w", [0.5 - 2 + 6 + 1]);
    close("(v @ u)[2]", [2 + 8 + 18 + 32]);
    close("dot(v, w)", [5.5]);
  });
});

describe("indices", () => {
  it("start at 1, with ranges", () => {
    close("b[2]", [-2]);
    close("m[2]", [4, 5, 6]);
    close("m[2, 3]", [6]);
    close("m[.., 2]", [2, 5]);
    close("m[1, 2..3]", [2, 3]);
    close("b[2..]", [-2, 3]);
    close("b[..2]", [1, -2]);
    close("m[.., 2..3]", [2, 3, 5, 6]);
    close("sum(w[2..p])", [-1 + 2 + 0.25]);
    close("b[K - 1]", [-2]);
    close("[5, 6, 7][3]", [7]);
  });

  it("may be whole-number data and categories", () => {
    close("b[i]", [-2]);
    close("m[2, i]", [5]);
    close("e_c[c]", [20]);
    close("e_c[3]", [30]);
    close("b[clamp(i + 5, 1, 3)]", [3]);
  });
});

describe("loops", () => {
  it("of known length are written out", () => {
    close("sum(b[k] * k for k in 1..3)", [1 - 4 + 9]);
    close("sum(b[k] * a ^ (k - 1) for k in 1..K)", [1 - 1 + 0.75]);
    close("prod(k for k in 1..4)", [24]);
    close("max(b[k] for k in 1..3)", [3]);
    close("min(b[k] for k in 2..3)", [-2]);
    close("mean(b[k] ^ 2 for k in 1..3)", [14 / 3]);
    close("logsumexp(b[k] for k in 1..3)", [Math.log(Math.exp(1) + Math.exp(-2) + Math.exp(3))]);
    close("softmax(2 * b[k] for k in 1..3)[3]", [1 / (1 + Math.exp(-4) + Math.exp(-10))]);
    close("cumsum(b[k] for k in 1..3)", [1, -1, 2]);
    close("sum(m[k] for k in 1..2)", [5, 7, 9]);
    close("sum(sum(m[j, k] * j for j in 1..2) for k in 1..3)", [6 + 30]);
    close("sum(1 for k in 1..0)", [0]);
    close("sum(b[k + 1] - b[k] for k in 1..2)", [2]);
  });

  it("nested in each other are written out only so far", () => {
    const cube = "sum(sum(sum(w[1] * j * k * l for j in 1..60) for k in 1..60) for l in 1..60)";
    close(cube, [0.5 * 1830 ** 3]);
  });

  it("of unknown length run as lanes", () => {
    close("sum(w[k] for k in 1..p)", [1.75]);
    close("sum(w[k] * v[k] for k in 1..p)", [5.5]);
    close("sum(w[k] * k for k in 1..p)", [0.5 - 2 + 6 + 1]);
    close("sum(a for k in 1..p)", [2]);
    close("sum(w[k] * a + x for k in 1..p)", [0.875 + 8]);
    close("max(w[k] ^ 2 for k in 1..p)", [4]);
    close("mean(v[k] for k in 1..p)", [2.5]);
    close("sum(w[k] - w[k - 1] for k in 2..p)", [-0.25]);
    close("sum(w[k + 1] * v[k] for k in 1..p - 1)", [-1 + 4 + 0.75]);
    close("sum(u[k, 2] for k in 1..p)", [20]);
    close("sum(u[k] for k in 1..p)", [16, 20]);
    close("sum(u[k] @ [1, 10] for k in 1..p)", [216]);
    close("sum([1, 10] @ u[k] for k in 1..p)", [216]);
    close("sum(u[k] @ u[k] for k in 1..p)", [204]);
    close("sum(sum(u[k]) for k in 1..p)", [36]);
    close("sum(sum(u[k, j] * j for j in 1..2) for k in 1..p)", [16 + 40]);
    close("sum(e_c[h] for h in 1..c)", [60]);
    close("cumsum(w[k] for k in 1..p)[4]", [1.75]);
    close("sum((q @ w)[k] * w[k] for k in 1..p)", [
      w.reduce((s, x, r) => s + x * w.reduce((t, z, k) => t + z * (4 * r + k + 1), 0), 0),
    ]);
  });

  it("nest over unknown lengths", () => {
    const q = (j: number, k: number): number => 4 * (j - 1) + k;
    let double = 0;
    let transposed = 0;
    let trace = 0;
    for (let j = 1; j <= 4; j++) {
      trace += q(j, j);
      for (let k = 1; k <= 4; k++) {
        double += q(j, k) * (w[j - 1] as number) * (v[k - 1] as number);
        transposed += q(k, j) * (w[j - 1] as number) * (v[k - 1] as number);
      }
    }
    close("sum(sum(q[j, k] * w[j] * v[k] for k in 1..p) for j in 1..p)", [double]);
    close("sum(sum(q[k, j] * w[j] * v[k] for k in 1..p) for j in 1..p)", [transposed]);
    close("sum(q[k, k] for k in 1..p)", [trace]);
    close("sum(w[j] * sum(w[k] * v[j] for k in 1..p) for j in 1..p)", [1.75 * 5.5]);
  });
});

describe("functions", () => {
  it("fold arrays", () => {
    close("sum(m)", [21]);
    close("mean(b)", [2 / 3]);
    close("prod(m)", [720]);
    close("max(m)", [6]);
    close("min(b)", [-2]);
    close("cumsum(b)", [1, -1, 2]);
    close("sum(softmax(b))", [1]);
    close("logsumexp(b)", [Math.log(Math.exp(1) + Math.exp(-2) + Math.exp(3))]);
    close("softmax(m)[2, 1]", [1 / (1 + Math.exp(1) + Math.exp(2))]);
  });

  it("are elementwise elsewhere", () => {
    close("exp(b)", b.map(Math.exp));
    close("max(b, 0)", [1, 0, 3]);
    close("max(a, 0, 2)", [2]);
    close("clamp(b, -1, 2)", [1, -1, 2]);
    close("where(b > 0, b, 0)", [1, 0, 3]);
    close("pow(b, 2)", [1, 4, 9]);
    close("sigmoid(b)", b.map(sigmoid));
    close("logit(sigmoid(a))", [0.5]);
    close("xlogy(0, 0) + abs(-3) + floor(2.7) + sign(-2)", [4]);
    close("log1p(a) + expm1(a) + sqrt(4) + tanh(a) + atan(1)", [
      Math.log1p(0.5) + Math.expm1(0.5) + 2 + Math.tanh(0.5) + Math.PI / 4,
    ]);
    close("digamma(1) + 0.5772156649015329", [0]);
    close("trigamma(1)", [Math.PI ** 2 / 6]);
    close("polygamma(1, 1)", [Math.PI ** 2 / 6]);
    close("beta(2, 3)", [1 / 12]);
    close("rising_lgamma(3, 2)", [Math.log(12)]);
    close("erf(0) + Phi(0) + log_Phi(0)", [0.5 + Math.log(0.5)]);
  });

  it("make matrices", () => {
    close("outer([1, 2], [3, 4])", [3, 4, 6, 8]);
    close("diag([1, 2])", [1, 0, 0, 2]);
    close("diag(w)[2, 2]", [-1]);
  });

  it("spread categories", () => {
    close("one_hot(c) @ e_c", [20]);
    close("interaction(c, x) @ e_c", [40]);
    close("interaction(a, x)", [1]);
    close("sum(interaction(c, v))", [10]);
    close("sum(interaction(c, c) @ e_c)", [20]);
  });
});

describe("functions of the user", () => {
  const model = (lines: string, mean: string): string =>
    `data y : real\ndata h : category\nparam a : real\nparam e : real[h]\n${lines}\ny ~ Normal(${mean}, 1)\nfactor e[1]\n`;

  it("are polymorphic, take categories and named arguments, and may come last", () => {
    expect(
      said(model("fn f(x, k) = x * k\nfn g(x) = f(k: 2, x: x) + f([1, 2], x)[1]", "g(a) + sum(g(e[1]) + f(e, 2))")),
    ).toEqual([]);
    expect(said(model("fn at(t, c) = t[c]", "at(e, h) + a"))).toEqual([]);
  });

  it("may not call themselves", () => {
    expect(said(model("fn f(x) = g(x)\nfn g(x) = f(x)", "f(a) + e[h]"))).toEqual([
      "FF206 6:11 `f` is defined in terms of itself: f → g → f.",
    ]);
  });

  it("are looked through even when nothing calls them", () => {
    expect(said(model("fn f(x) = x + oops + sum(x[k] for k in 1..3)\nfn g(x) = nix(x)", "a + e[h]"))).toEqual([
      "FF201 5:15 `oops` is not defined.",
      "FF202 6:11 There is no function called `nix`.",
    ]);
  });

  it("are expanded once for the same arguments, and not without end", () => {
    const double = Array.from({ length: 60 }, (_, k) => `fn f${k + 1}(x) = f${k}(x) + f${k}(x)`).join("\n");
    expect(said(model(`fn f0(x) = x\n${double}`, "f60(a) + e[h]"))).toEqual([]);
    const grow = Array.from({ length: 60 }, (_, k) => `fn f${k + 1}(x) = f${k}(sin(x)) + f${k}(cos(x))`).join("\n");
    expect(said(model(`fn f0(x) = x\n${grow}`, "f60(a) + e[h]")).map((l) => l.slice(0, 5))).toEqual(["FF422"]);
  });

  it("check their arguments", () => {
    const use = (call: string): readonly string[] => said(model("fn f(x, k) = x * k", `${call} + e[h]`));
    expect(use("f(a)")).toEqual(["FF211 6:12 `f` takes 2 arguments (x, k), but 1 are given."]);
    expect(use("f(a, kk: 2)")).toEqual(["FF209 6:17 `f` has no argument called `kk`."]);
    expect(use("f(a, x: 2)")).toEqual(["FF117 6:17 `x` is given twice."]);
    expect(use("exp(a, 2)")).toEqual(["FF211 6:12 `exp` takes 1 argument (x), but 2 are given."]);
  });
});
