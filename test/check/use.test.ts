import { describe, expect, it } from "vitest";
import { check, familiesOf, familyDensity } from "../../src/check/index.ts";
import { parse } from "../../src/syntax/index.ts";

/** What is said about `main` among other files, as `file code message`. */
function said(files: Readonly<Record<string, string>>, main: string): readonly string[] {
  const asked: string[] = [];
  const { ast } = parse({ path: main, text: files[main] as string });
  const { diagnostics } = check(ast, {
    resolve: (path) => {
      asked.push(path);
      const text = files[path];
      return text === undefined ? null : { path, text };
    },
  });
  expect(new Set(asked).size).toBe(asked.length);
  return diagnostics.map((d) => `${d.span?.file} ${d.code} ${d.message}`);
}

const model = (uses: string, mean = "a"): string => `${uses}\ndata y : real\nparam a : real\ny ~ Normal(${mean}, 1)\n`;

describe("use", () => {
  it("brings the items of files, each once, wherever they stand", () => {
    const files = {
      "m/main.ffm": model('use "lib.ffm"\nuse "more/deep.ffm"', "twice(a) + four(a)"),
      "m/lib.ffm": "model lib\nfn twice(x) = 2 * x\nflow {\n  seed 1\n}\n",
      "m/more/deep.ffm": 'use "../lib.ffm"\nfn four(x) = twice(twice(x))\n',
    };
    expect(said(files, "m/main.ffm")).toEqual([]);
    expect(
      said(
        { "main.ffm": files["m/main.ffm"], "lib.ffm": files["m/lib.ffm"], "more/deep.ffm": files["m/more/deep.ffm"] },
        "main.ffm",
      ),
    ).toEqual([]);
  });

  it("refuses circles, clashes, and what is not below the model", () => {
    expect(
      said({ "a.ffm": model('use "b.ffm"'), "b.ffm": 'use "c.ffm"\n', "c.ffm": 'use "b.ffm"\n' }, "a.ffm"),
    ).toEqual(["c.ffm FF215 `b.ffm` uses itself: b.ffm → c.ffm → b.ffm."]);
    expect(said({ "a.ffm": model('use "a.ffm"') }, "a.ffm")).toEqual([
      "a.ffm FF215 `a.ffm` uses itself: a.ffm → a.ffm.",
    ]);
    expect(said({ "a.ffm": model('use "b.ffm"\nfn f(x) = x'), "b.ffm": "fn f(x) = 2 * x\n" }, "a.ffm")).toEqual([
      "a.ffm FF204 `f` is defined twice.",
    ]);
    const outside = "it is not below the model's folder";
    for (const path of ["../b.ffm", "/etc/passwd", "x/../../b.ffm", "C:\\b.ffm", "..\\b.ffm"]) {
      const text = path.replaceAll("\\", "\\\\");
      expect(said({ "m/a.ffm": model(`use "${text}"`), "b.ffm": "" }, "m/a.ffm")).toEqual([
        `m/a.ffm FF214 I can't read \`${path}\`: ${outside}.`,
      ]);
    }
    expect(said({ "a.ffm": model('use "../b.ffm"') }, "a.ffm")).toEqual([
      `a.ffm FF214 I can't read \`../b.ffm\`: ${outside}.`,
    ]);
    expect(said({ "a.ffm": model('use "b.ffm"') }, "a.ffm")).toEqual([
      "a.ffm FF214 I can't read `b.ffm`: there is no such file.",
    ]);
  });

  it("reports mistakes where they are", () => {
    const b = "fn f(x) = x + oops\nlet = 3\ndistribution D(m: real) on real {\n  logpdf(y) = n\n}\n";
    expect(said({ "a.ffm": model('use "b.ffm"', "f(a)"), "b.ffm": b }, "a.ffm").map((l) => l.slice(0, 11))).toEqual([
      "b.ffm FF201",
      "b.ffm FF101",
      "b.ffm FF201",
    ]);
  });
});

it("finds the families of a file, with its constants and functions, for verification", () => {
  const text =
    "const two = 2\nfn half(x) = x / two\ndistribution D(m: real, s: positive) on real {\n  logpdf(y) = -half(((y - m) / s)^2) - log(s) - half(log(2 * pi))\n  fisher = diag([1 / s^2, two / s^2])\n}\ndistribution D(m: real, log: real) on real {\n  logpdf(y) = -y\n}\n";
  const families = familiesOf(parse({ path: "d.ffm", text }).ast);
  expect(families.map((f) => f.form)).toEqual(["D(m, s)", "D(m, log:)"]);
  const results = families.map((f) => familyDensity(f));
  expect(results.map((r) => r.diagnostics)).toEqual([[], []]);
  expect(results[0]?.density).toMatchObject({
    name: "D",
    argumentNames: ["m", "s"],
    support: { kind: "real" },
    cdf: null,
  });
});

describe("layers of other files", () => {
  it("are the model's own, and see its values", () => {
    const lib = "layer Scaled(n) {\n  param w : real[n] ~ Normal(0, spread)\n  fn f(v: real[n]) = w * v\n}\n";
    const main =
      'use "lib.ffm"\nconst spread = 2\ndata x : real[3] from [a, b, c]\ndata y : real\nlet h = Scaled(3)(x)\ny ~ Normal(sum(h), 1)\n';
    expect(said({ "main.ffm": main, "lib.ffm": lib }, "main.ffm")).toEqual([]);
    expect(said({ "main.ffm": main.replace("Scaled(3)", "Scaled(2)"), "lib.ffm": lib }, "main.ffm")).toEqual([
      "main.ffm FF301 This should be `v: real[n]`, but it is real[3].",
    ]);
  });
});
