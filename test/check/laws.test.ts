// Over generated expressions: loops of unknown length give what the same loops give written out, and no model, however
// nonsensical, makes the checker throw.

import fc, { type GeneratorValue } from "fast-check";
import { expect, it } from "vitest";
import { check } from "../../src/check/index.ts";
import { printDensity } from "../../src/ir/index.ts";
import { parse } from "../../src/syntax/index.ts";
import { evaluate, scalar } from "./evaluate.ts";
import { standard } from "./models.ts";

/** Shapes: a scalar, vectors of 3 and p, matrices. */
type Kind = "s" | "3" | "p" | "23" | "p2" | "pp";

const declarations = (p: string): string => `data y : real
data x : real
data v : real[${p}] from "v*"
data i : int
data c : category
param a : real
param b : real[3]
param m : real[2, 3]
param w : real[p]
param u : real[p, 2]
param q : real[p, p]
param e_c : real[c]
y ~ Normal(a + x, 1)
`;

function generated(gen: GeneratorValue, wanted: Kind, deep: number): string {
  const pick = <T>(of: readonly T[]): T => gen(fc.constantFrom<T[]>, ...of);
  const loops: string[] = [];
  const loop = (body: (variable: string) => string, range: string): string => {
    const variable = `k${loops.length}`;
    loops.push(variable);
    const text = `${pick(["sum", "max", "mean", "logsumexp", "min"])}(${body(variable)} for ${variable} in ${range})`;
    loops.pop();
    return text;
  };
  const leaf = (kind: Kind): string => {
    const leaves: Record<Kind, readonly string[]> = {
      s: ["a", "x", "2", "0.5", "i", "p", "e_c[c]", ...loops, ...loops],
      "3": ["b", "[a, x, 1]"],
      p: ["w", "v"],
      "23": ["m"],
      p2: ["u"],
      pp: ["q"],
    };
    return pick(leaves[kind]);
  };
  const make = (kind: Kind, depth: number): string => {
    if (depth <= 0) return leaf(kind);
    const e = (of: Kind): string => make(of, depth - 1);
    const same = (): string => e(kind);
    const own: Record<Kind, readonly (() => string)[]> = {
      s: [
        () => `sum(${e(pick(["3", "p", "23", "p2", "pp"]))})`,
        () => `(${e("p")} @ ${e("p")})`,
        () => `${e("3")}[${pick(["1", "2", "i"])}]`,
        () => loop((k) => `${e("p")}[${k}]`, "1..p"),
        () => loop((k) => `${e("p2")}[${k}, 2]`, "1..p"),
        () => loop((k) => `${e("pp")}[${pick([k, ...loops])}, ${pick([k, ...loops])}]`, "1..p"),
        () => loop((k) => `(${e("p")}[${k}] - ${e("p")}[${k} - 1])`, "2..p"),
        () => loop((k) => `${e("pp")}[${k}] @ ${e("p")}`, "1..p"),
      ],
      "3": [() => `${e("23")}[${pick(["1", "2"])}]`, () => `softmax(${e("3")})`, () => `([a, 1] @ ${e("23")})`],
      p: [
        () => `${e("pp")}[.., 2]`,
        () => `(${e("pp")} @ ${e("p")})`,
        () => `cumsum(${e("p")})`,
        () => `${e("p2")}[.., i]`,
      ],
      "23": [() => `[${e("3")}, ${e("3")}]`, () => `outer([1, x], ${e("3")})`],
      p2: [() => `(${e("pp")} @ ${e("p2")})`, () => `outer(${e("p")}, [1, a])`],
      pp: [() => `${e("pp")}'`, () => `outer(${e("p")}, ${e("p")})`, () => `diag(${e("p")})`],
    };
    const any = [
      () => `(${same()} ${pick(["+", "-", "*"])} ${pick([same, () => e("s")])()})`,
      () => `${pick(["tanh", "sigmoid", "abs", "softplus"])}(${same()})`,
      () => `(if ${e("s")} > ${e("s")} then ${same()} else ${same()})`,
      () => loop(() => same(), "1..p"),
    ];
    return pick([...any, ...own[kind]])();
  };
  return make(wanted, deep);
}

/** The sum of an expression's elements, with p known while compiling or not; null where that much is not built. */
function total(expression: string, known: boolean): number | null {
  const text = `${known ? "const p = 4\n" : ""}${declarations(known ? "4" : "p")}factor sum([${expression}, ${expression}])\n`;
  const { ast, diagnostics } = parse({ path: "m.ffm", text });
  const checked = check(ast);
  const errors = [...diagnostics, ...checked.diagnostics].filter((d) => d.severity === "error");
  if (errors.length > 0 && errors.every((d) => d.code === "FF405")) return null;
  expect(errors).toEqual([]);
  const term = checked.density?.terms.find((t) => t.kind === "factor");
  if (term === undefined || checked.density === null) throw new Error("no factor");
  return scalar(checked.density.graph, term.value, standard);
}

it("loops of unknown length are the loops written out", () => {
  fc.assert(
    fc.property(fc.gen(), fc.constantFrom<Kind>("s", "3", "p", "23", "p2", "pp"), (gen, kind) => {
      const expression = generated(gen, kind, 3);
      const [known, unknown] = [total(expression, true), total(expression, false)];
      if (unknown === null || known === null) return;
      expect(Math.abs(known - unknown), expression).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(known)));
    }),
    { seed: 1, numRuns: 150, endOnFailure: true },
  );
});

const words = [
  "a",
  "b",
  "y",
  "c",
  "p",
  "1",
  "2.5",
  "0",
  "exp",
  "sum",
  "Normal",
  "Categorical",
  "standardize",
  "one_hot",
  "softmax",
  "diag",
  "(",
  ")",
  "[",
  "]",
  ",",
  "..",
  "+",
  "-",
  "*",
  "/",
  "^",
  "@",
  "'",
  "<",
  "==",
  "and",
  "not",
  "if",
  "then",
  "else",
  "for",
  "in",
  "~",
  "=",
  ":",
  "param",
  "data",
  "let",
  "const",
  "fn",
  "factor",
  "report",
  "distribution",
  "real",
  "positive",
  "category",
  "simplex",
  "count",
  "once",
  "from",
  "init",
  "weight",
  "when",
  "flow",
  "{",
  "}",
  "\n",
  "\n",
  "logpdf",
  "fisher",
  "on",
  "?",
  '"x*"',
]; // prettier-ignore

it("never throws at nonsense", () => {
  const salad = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((w) => w.join(" "));
  const line = fc.oneof(
    salad,
    fc.gen().map((gen) => `factor ${generated(gen, "s", 2)}`),
    fc.gen().map((gen) => `let z = ${generated(gen, "pp", 2).replace(/[wvq]/g, "b")}`),
    fc.gen().map((gen) => `b[1] ~ Normal(${generated(gen, "3", 1)}, ${generated(gen, "s", 1)})`),
    fc.gen().map((gen) => `c ~ Categorical(logits: ${generated(gen, "3", 1)})`),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
      const { ast, diagnostics } = parse({ path: "m.ffm", text: `${declarations("p")}${lines.join("\n")}\n` });
      const { density } = check(ast, { incomplete: diagnostics.length > 0 });
      if (density !== null) printDensity(density);
    }),
    { seed: 2, numRuns: 300, endOnFailure: true },
  );
});

it("evaluates what tests hold it against", () => {
  // The evaluator itself, on a case small enough to see.
  const { density } = check(parse({ path: "m.ffm", text: `${declarations("p")}factor v @ w\n` }).ast);
  const term = density?.terms.find((t) => t.kind === "factor");
  expect(density && term && evaluate(density.graph, term.value, standard)).toEqual([5.5]);
});
