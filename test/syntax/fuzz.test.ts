// No text makes the parser, the formatter or the renderer throw, and what they say stays inside the text.

import fc from "fast-check";
import { expect, it } from "vitest";
import { lex } from "../../grammar/index.ts";
import { hasErrors, render } from "../../src/diagnostics/index.ts";
import { format, parse, print } from "../../src/syntax/index.ts";
import { mutated, program, soup } from "./arbitrary.ts";
import { bare } from "./trees.ts";

/** The tokens of a text that its tree must hold, whatever their order; brackets may be more than needed. */
function content(text: string): readonly string[] {
  const left = new Set(["Newline", "Comment", "LeftParen", "RightParen"]);
  return lex(text)
    .filter((found) => !left.has(found.tokenType.name))
    .map((found) => found.image)
    .sort();
}

function survives(text: string): void {
  const source = { path: "test.ffm", text };
  const { ast, diagnostics } = parse(source);
  for (const found of diagnostics) {
    expect(found.span).not.toBeNull();
    expect(found.span!.start).toBeGreaterThanOrEqual(0);
    expect(found.span!.start).toBeLessThanOrEqual(found.span!.end);
    expect(found.span!.end).toBeLessThanOrEqual(text.length);
    expect(found.message).not.toMatch(/\{\w+\}|undefined/);
    expect(render(found, new Map([[source.path, text]]))).toContain(found.code);
  }
  const laidOut = format(source);
  if (hasErrors(diagnostics)) {
    expect(laidOut.text).toBe(text);
    return;
  }
  if (!text.includes('"')) expect(content(print(ast))).toEqual(content(text));
  const again = format({ ...source, text: laidOut.text });
  expect(again.text).toBe(laidOut.text);
  expect(bare(parse({ ...source, text: laidOut.text }).ast)).toEqual(bare(ast));
}

it("reads the program the mutations start from", () => {
  expect(parse({ path: "test.ffm", text: program }).diagnostics).toEqual([]);
  survives(program);
});

it("survives tokens in any order", () => {
  fc.assert(fc.property(soup, survives), { numRuns: 400, seed: 3 });
});

it("survives damaged programs", () => {
  fc.assert(fc.property(mutated, survives), { numRuns: 400, seed: 4 });
});

it("survives any characters", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 80 }), survives), { numRuns: 200, seed: 5 });
});

const many = 10_000;

it.each([
  ["brackets", `let a = ${"(".repeat(many)}x${")".repeat(many)}`, "FF107"],
  ["unclosed brackets", `let a = ${"(".repeat(many)}x`, "FF107"],
  ["stray brackets", `let a = x${")".repeat(many)}`, "FF106"],
  ["mismatched brackets", `let a = ${"([".repeat(many / 2)}x${")".repeat(many)}`, "FF105"],
  ["indices", `let a = ${"x[".repeat(many)}1${"]".repeat(many)}`, "FF107"],
  ["calls", `let a = ${"f(".repeat(many)}1${")".repeat(many)}`, "FF107"],
  ["arrays", `let a = ${"[".repeat(many)}1${"]".repeat(many)}`, "FF107"],
  ["braces", `layer L() {\n${"layer M() {\n".repeat(many)}`, "FF105"],
  ["flows", "flow {\n".repeat(many), "FF105"],
  ["minuses", `let a = ${"-".repeat(many)}x`, "FF107"],
  ["nots", `let a = ${"not ".repeat(many)}x`, "FF107"],
  ["powers", `let a = ${"x^".repeat(many)}x`, "FF107"],
  ["sums", `let a = ${"x+".repeat(many)}x`, "FF107"],
  ["conditions", `let a = ${"if c then x else ".repeat(many)}x`, "FF107"],
  ["conditions of conditions", `let a = ${"if ".repeat(many)}c`, "FF107"],
  ["transposes", `let a = x${"'".repeat(many)}`, "FF107"],
  ["calls of calls", `let a = f${"(x)".repeat(many)}`, "FF124"],
])("answers ten thousand %s", (_, text, code) => {
  const { ast, diagnostics } = parse({ path: "test.ffm", text: `${text}\n\nmodel m\n` });
  expect(diagnostics.map((found) => found.code)).toContain(code);
  expect(diagnostics.length).toBeLessThanOrEqual(many + 1);
  JSON.stringify(ast);
  format({ path: "test.ffm", text });
});

it("goes on after a line that is nested too deep", () => {
  const { ast, diagnostics } = parse({
    path: "test.ffm",
    text: `let a = ${"(".repeat(300)}x${")".repeat(300)} +\n 1\nlet b = 2\n`,
  });
  expect(diagnostics.map((found) => found.code)).toEqual(["FF107"]);
  expect(ast.items).toHaveLength(1);
});

it("reads names, strings, comments and lines of a megabyte", () => {
  const long = "x".repeat(1_000_000);
  for (const text of [
    `let ${long} = 1`,
    `data x : real from "${long}"`,
    `// ${long}`,
    `/// ${long}\nmodel m`,
    `model m${" ".repeat(1_000_000)}`,
  ]) {
    expect(parse({ path: "test.ffm", text }).diagnostics).toEqual([]);
    survives(text);
  }
  for (const text of [
    long,
    `let a = "${long}`,
    `let a = 1${"0".repeat(1_000_000)}q`,
    `let a = f(${"1 ".repeat(100_000)})`,
    `let a = f(${"1,".repeat(100_000)}1`,
    "\n".repeat(1_000_000),
    `${"* a\n".repeat(5_000)}`,
    `y ~ N(${"1 2, ".repeat(5_000)})`,
    `/*${long}`,
  ]) {
    const { diagnostics } = parse({ path: "test.ffm", text });
    for (const found of diagnostics.slice(0, 3)) {
      expect(render(found, new Map([["test.ffm", text]])).length).toBeLessThan(2000);
    }
  }
});
