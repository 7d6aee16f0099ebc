import { describe, expect, it } from "vitest";
import { expression, lisp } from "./trees.ts";

function reads(text: string, tree: string): void {
  it(text, () => expect(lisp(expression(text))).toBe(tree));
}

describe("precedence, loosest first", () => {
  reads("a or b and c", "(or a (and b c))");
  reads("a and b or c and d", "(or (and a b) (and c d))");
  reads("not a and b", "(and (not a) b)");
  reads("not a == b", "(not (== a b))");
  reads("a + b < c - d", "(< (+ a b) (- c d))");
  reads("a + b * c", "(+ a (* b c))");
  reads("a - b - c", "(- (- a b) c)");
  reads("a / b * c @ d", "(@ (* (/ a b) c) d)");
  reads("-a * b", "(* (- a) b)");
  reads("a * -b", "(* a (- b))");
  reads("a * not b + c", "(* a (not (+ b c)))");
  reads("-x^2", "(- (^ x 2))");
  reads("2^-1", "(^ 2 (- 1))");
  reads("2^-x^2", "(^ 2 (- (^ x 2)))");
  reads("2^-x * y", "(* (^ 2 (- x)) y)");
  reads("a^b^c", "(^ a (^ b c))");
  reads("(a^b)^c", "(^ (^ a b) c)");
  reads("- - x", "(- (- x))");
  reads("a - -b", "(- a (- b))");
  reads("x' @ y", "(@ (' x) y)");
  reads("x'^2", "(^ (' x) 2)");
  reads("x''", "(' (' x))");
  reads("(a + b) * c", "(* (+ a b) c)");
  reads("if a then b else c + d", "(if a b (+ c d))");
  reads("if a then b else if c then d else e", "(if a b (if c d e))");
  reads("1 + if a then b else c", "(+ 1 (if a b c))");
});

describe("calls, indices, arrays", () => {
  reads("f()", "(f())");
  reads("f(x, -y)", "(f() x (- y))");
  reads("Normal(mean: m, sd: s)", "(Normal() mean:m sd:s)");
  reads("f(a, log: b)", "(f() a log:b)");
  reads("L(32)(x)", "(apply (L() 32) x)");
  reads("effect[hour]", "(index effect hour)");
  reads("x[1, k + 1]", "(index x 1 (+ k 1))");
  reads("x[1..3]", "(index x 1..3)");
  reads("x[..K - 1]", "(index x ..(- K 1))");
  reads("x[2.., ..]", "(index x 2.. ..)");
  reads("f(x)[1]'", "(' (index (f() x) 1))");
  reads("[a, b + 1, [c]]", "[a (+ b 1) [c]]");
  reads("sum(x[k] for k in 1..K - 1)", "(sum (index x k) for k 1 (- K 1))");
  reads("sum(a^k for k in 0..3)", "(sum (^ a k) for k 0 3)");
  reads("max(f(k, j) for k in 1..3) + 1", "(+ (max (f() k j) for k 1 3) 1)");
});

describe("numbers and names", () => {
  reads("10_000", "10000");
  reads("1e-3", "0.001");
  reads("2.5E+2", "250");
  reads("0.5", "0.5");
  reads("weight * when + to", "(+ (* weight when) to)");
  reads("α_1 * größe * x₁ * 変数", "(* (* (* α_1 größe) x₁) 変数)");
  reads("from(on, by: init)", "(from() on by:init)");
});

describe("lines", () => {
  reads("a +\n  b", "(+ a b)");
  reads("a *\n\n  // why\n  b", "(* a b)");
  reads("\n  a", "a");
  reads("if a\n  then b\n  else c", "(if a b c)");
  reads("if a then\n b else\n c", "(if a b c)");
  reads("f(\n  a,\n  b\n)", "(f() a b)");
  reads("(a\n  + b)", "(+ a b)");
  reads("[a // first\n, b]", "[a b]");
  reads("x[1\n..2]", "(index x 1..2)");
  reads("a\tand\tb", "(and a b)");
});

it("knows where things are", () => {
  const tree = expression("a + f(b)' * (c)");
  expect(tree).toMatchObject({
    kind: "binary",
    span: { file: "test.ffm", start: 9, end: 24 },
    opSpan: { start: 11, end: 12 },
    left: { span: { start: 9, end: 10 } },
    right: { left: { span: { start: 13, end: 18 } }, right: { kind: "name", span: { start: 21, end: 24 } } },
  });
});
