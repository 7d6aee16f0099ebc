// What newcomers get wrong: the code, the words it points at, and what they are told to do.

import { describe, expect, it } from "vitest";
import type { Code } from "../../src/diagnostics/index.ts";
import { parse } from "../../src/syntax/index.ts";

interface Mistake {
  readonly text: string;
  readonly code: Code;
  /** The words underlined; empty where the place is the end of a line. */
  readonly at: string;
  /** Part of the message or the hint. */
  readonly says: string;
}

function diagnostics(text: string) {
  return parse({ path: "test.ffm", text }).diagnostics.map(({ code, span, message, hint }) => ({
    code,
    at: text.slice(span!.start, span!.end),
    says: `${message} ${hint ?? ""}`,
  }));
}

function mistakes(
  title: string,
  list: readonly (readonly [text: string, code: Code, at: string, says: string])[],
): void {
  describe(title, () => {
    it.each(list.map(([text, code, at, says]): Mistake => ({ text, code, at, says })))("$text", ({
      text,
      code,
      at,
      says,
    }) => {
      const found = diagnostics(text);
      expect(found).toMatchObject([{ code, at, says: expect.stringContaining(says) }]);
    });
  });
}

mistakes("`=` and `~`", [
  ["param a : real = Normal(0, 1)", "FF108", "=", "prior is written with `~`"],
  ["param a : real = 3", "FF108", "=", "`init …`"],
  ["let e ~ Normal(0, 1)", "FF108", "~", "param e : real ~"],
  ["y = Normal(a, b)", "FF108", "=", "`y ~ Normal(…)`"],
  ["k = a + b", "FF108", "=", "`let k = …`"],
  ["m <- a + b", "FF109", "<-", "`let m = …`"],
  ["let a == 3", "FF101", "==", "single `=`"],
  ["y ~ Normal(mean = a)", "FF118", "=", "`mean: …`"],
  ["let a = if b = c then d else e", "FF118", "=", "`==`"],
  ["data y : count ~ Poisson(1)", "FF120", "~", "line of its own: `y ~"],
  ["data n : int = 3", "FF120", "=", "const name = …"],
]);

mistakes("declarations", [
  ["param a ~ Normal(0, 1)", "FF119", "~", "`param a : real`"],
  ["data y", "FF119", "y", "`data y : real`"],
  ["data x real", "FF101", "real", "`data x : real`"],
  ["data x, y : real", "FF101", ",", "line of its own"],
  ["data x : real, y : real", "FF120", ",", "line of its own"],
  ["data state : category", "FF112", "state", 'data state_ : … from "state"'],
  ["let if = 3", "FF112", "if", "another name"],
  ["data x : real[2] from [in, a]", "FF112", "in", '`"in"`'],
  ["data x : float", "FF122", "float", "`real`"],
  ["data x : catgory", "FF122", "catgory", "`category`"],
  ["data x : whatever", "FF122", "whatever", "Types are real"],
  ["data x : real from y", "FF101", "y", '`"y"`'],
  ["data x : real from 'y'", "FF104", "'y'", '`"y"`'],
  ["data x : real from “y”", "FF104", "“y”", '`"y"`'],
  ['data x : real from "y', "FF103", '"y', "no closing quote"],
  ['data x : real from "a" from "b"', "FF117", "from", "twice"],
  ["param s : real<lower=0>", "FF120", "<", "real in (lower, upper)"],
  ["param r : real[K] in (0, 1)", "FF120", "in", "real in (0, 1)[K]"],
  ["param c : real ~ Normal", "FF123", "", "`Normal(…)`"],
  ["rides ~ 3", "FF123", "3", "Normal(0, 1)"],
  ["let f(x) = x", "FF101", "(", "`fn f(…) = …`"],
  ["fn h x = x", "FF101", "x", "in brackets"],
  ["fn g(x) { return x }", "FF125", "{", "`fn f(x) = …`"],
  ["model my-model", "FF120", "-", "`_` for `-`"],
  ["let 3x = 2", "FF113", "3x", "starts with a letter"],
  ["let x.y = 3", "FF102", "x.y", "no dots"],
  ["data x.y : real", "FF102", "x.y", "no dots"],
  ["data x : real[2] from [a.b, c]", "FF102", "a.b", "no dots"],
  ["let a = x.", "FF102", ".", "no dots"],
  ["const", "FF101", "", "expected a name"],
  ["state : real", "FF101", ":", "expected a name"],
  ["y ~ Normal(a, b) weight 2 weight 3", "FF117", "weight", "`weight` is given twice"],
]);

mistakes("starts of lines", [
  ["parameter n : real", "FF114", "parameter", "`param`"],
  ["pram n : real", "FF114", "pram", "`param`"],
  ["import numpy", "FF114", "import", "`use`"],
  ["a : real", "FF114", "a", "`param a : …`"],
  ["for i in 1..3", "FF114", "for", "no loops"],
  ["then x", "FF101", "then", "belong to an `if`"],
  ["naïve", "FF101", "", "`naïve ~ Distribution(…)`"],
  ["a + b", "FF101", "", "expected `~`"],
  ["let a = b\n  + c", "FF111", "+", "end of the previous line"],
  ["let a = b\n  and c", "FF111", "and", "end of the previous line"],
  ["let a = b\n  - c", "FF111", "-", "brackets"],
  ["data {\n  int N\n  real y\n}", "FF125", "{", "`data x : real`"],
  ["} ", "FF106", "}", "closes nothing"],
  ["let a = 1 let b = 2", "FF120", "let", "new line"],
]);

mistakes("operators and words of other languages", [
  ["let f = a ** 2", "FF109", "**", "`^`"],
  ["let f = a && b", "FF109", "&&", "`and`"],
  ["let f = !a", "FF109", "!", "`not`"],
  ["let f = a || b", "FF109", "||", "`or`"],
  ["let f = x %*% y", "FF109", "%*%", "`@`"],
  ["let f = x² + 1", "FF109", "²", "`^2`"],
  ["let f = a ≤ b", "FF109", "≤", "`<=`"],
  ["let f = a · b", "FF109", "·", "`*`"],
  ["target += x", "FF109", "+=", "`factor`"],
  ["let f = a;", "FF109", ";", "leave the `;` out"],
  ["let f = a; let g = b", "FF109", ";", "new line"],
  ["# comment", "FF109", "# comment", "`//`"],
  ["/* two\nlines */ let a = 1", "FF109", "/* two\nlines */", "`//`"],
  ["let a = b ? c : d", "FF120", "?", "if c then a else b"],
  ["let a = y if z else w", "FF120", "if", "if c then a else b"],
  ["let a = x[1:3]", "FF101", ":", "`1..10`"],
  ["let a = sum(x for i in 1:10)", "FF101", ":", "`1..10`"],
  ["let a = b $ c", "FF102", "$", "by their names alone"],
  ["let a = \u0000b", "FF102", "\u0000", "U+0000"],
]);

mistakes("expressions", [
  ["let g = a < b < c", "FF110", "< b <", "`a < b and b < c`"],
  ["let h = 2 x", "FF120", "x", "`*`"],
  ["let h = 2x", "FF113", "2x", "`2 * x`"],
  ["let h = .5", "FF113", ".5", "`0.5`"],
  ["let h = 1.", "FF113", "1.", "`1.0`"],
  ["let h = 1__0_", "FF113", "1__0_", "`1_0`"],
  ["let h = 1.2.3", "FF113", "1.2.3", "at most one decimal point"],
  ["let h = 0xFF", "FF113", "0xFF", "`255`"],
  ["let h = x[0..3]", "FF115", "0", "`1..`"],
  ["let h = x[0]", "FF115", "0", "position 1"],
  ["let h = f(sd: 1, 2)", "FF116", "2", "Name this argument too"],
  ["let h = (a + b)(c)", "FF124", "(c)", "`*`"],
  ["let h = a + ", "FF101", "", "both sides"],
  ["let h = (a + )", "FF101", ")", "expected a value"],
  ["let h = * a", "FF101", "*", "both sides"],
  ['let h = "text"', "FF101", '"text"', "category"],
  ["let h = f(1 2)", "FF101", "2", "expected `,` or `)`"],
  ["let h = [1, 2,]", "FF101", "]", "Leave out the comma"],
  ["let h = x[]", "FF101", "]", "expected a position"],
  ["let h = if a then b", "FF101", "", "an `else`"],
  ["let h = 3 for i in 1..2", "FF120", "for", "inside a call"],
  ["let h = sum(x for k in 1..2, 3)", "FF101", "3", "one expression"],
  ["let h = f(1, x for k in 1..2)", "FF101", "for", "only argument"],
]);

mistakes("brackets", [
  ["let a = sum(x[k]", "FF105", "(", "`)`"],
  ["let a = sum(x[k)", "FF105", "[", "`]`"],
  ["let a = (1 + 2\n  * 3\nlet b = 2", "FF105", "(", "never closed"],
  ["let a = f(1,\n  2\ny ~ Normal(a, 1)", "FF105", "(", "never closed"],
  ["y ~ Poisson(log: eta))", "FF106", ")", "closes nothing"],
  ["distribution D() on real {\n  mean = 1\n\nlet a = 2", "FF105", "{", "`}`"],
  ["distribution D() on real {\n  mean = (1\n  variance = 2\n}", "FF105", "(", "`)`"],
  ["flow {\n  batch 3\n\ny ~ Normal(0, 1)", "FF105", "{", "`}`"],
  ["flow {\n  batch 3\n\ndata x : real", "FF105", "{", "`}`"],
  ["layer L() {\n  param w : real\n\nreport a = 2", "FF105", "{", "`}`"],
]);

mistakes("blocks", [
  ["distribution D(x) on real {\n  mean = 1\n}", "FF101", ")", "have types"],
  ["distribution D on real {\n  mean = 1\n}", "FF101", "on", "expected `(`"],
  ["distribution D() {\n  mean = 1\n}", "FF101", "{", "expected `on`"],
  ["distribution D() on real {\n  mean 1\n}", "FF101", "1", "expected `=`"],
  ["distribution D() on real {\n  mean = 1\n  mean = 2\n}", "FF117", "mean", "twice"],
  ["layer L {\n  param w : real\n}", "FF101", "{", "in brackets"],
  ["flow x {\n  batch 3\n}", "FF101", "x", "expected `{`"],
  ["flow structure auto", "FF101", "structure", "expected `{`"],
  ["flow {\n  new-level add\n}", "FF101", "-", "`new_level`"],
  ["flow {\n  batch\n}", "FF101", "", "a word, a number or a string"],
  ["flow {\n  budget 2MB\n}", "FF113", "2MB", "`2 MB`"],
  ["flow {\n  batch 1\n  batch 2\n}", "FF117", "batch", "twice"],
  ["flow {\n  = 3\n}", "FF101", "=", "structure auto"],
]);

describe("recovery", () => {
  const text = `model bikes
data temp : reel
param slope : real ~ Normal(0 1)
let eta = slope ** 2 + temp
distribution D(a: real) on real {
  logpdf(y) = y *
  mean = a
}
flow {
  batch
  structure auto
}
rides ~ Poisson(log: eta`;

  it("reports every independent mistake at once, in order", () => {
    expect(diagnostics(text).map(({ code, at }) => [code, at])).toEqual([
      ["FF122", "reel"],
      ["FF101", "1"],
      ["FF109", "**"],
      ["FF118", "="],
      ["FF101", ""],
      ["FF105", "("],
    ]);
  });

  it("keeps what is certain", () => {
    const { ast } = parse({ path: "test.ffm", text });
    expect(ast.items.map((found) => found.kind)).toEqual([
      "model",
      "data",
      "param",
      "let",
      "distribution",
      "flow",
      "likelihood",
    ]);
    expect(ast.items[2]).toMatchObject({ name: { text: "slope" }, type: { base: "real" }, prior: null });
    expect(ast.items[5]).toMatchObject({ entries: [{ key: { text: "structure" } }] });
  });

  it("says nothing about the echo of a mistake", () => {
    for (const line of ["let a = b c d e f", "param : ~ = (", "y ~ ~ ~ x", "data x : real from from from"]) {
      expect(diagnostics(`${line}\nlet z = 1`)).toHaveLength(1);
    }
  });

  it("warns of documentation of nothing", () => {
    expect(diagnostics("let a = 1\n/// Lost.\n")).toMatchObject([{ code: "FF121", at: "/// Lost." }]);
  });
});
