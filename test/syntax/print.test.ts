// print∘parse = identity over random trees.

import fc from "fast-check";
import { expect, it } from "vitest";
import { format, parse, print, printExpression } from "../../src/syntax/index.ts";
import { expression as anyExpression, ast } from "./arbitrary.ts";
import { bare, expression } from "./trees.ts";

it("reads back every expression it prints", () => {
  fc.assert(
    fc.property(anyExpression, (tree) => {
      expect(bare(expression(printExpression(tree)))).toEqual(bare(tree));
    }),
    { numRuns: 500, seed: 1 },
  );
});

it("reads back every file it prints, and lays it out as the formatter does", () => {
  fc.assert(
    fc.property(ast, (tree) => {
      const text = print(tree);
      const read = parse({ path: "test.ffm", text });
      expect(read.diagnostics).toEqual([]);
      expect(bare(read.ast)).toEqual(bare(tree));
      expect(format({ path: "test.ffm", text }).text).toBe(text);
    }),
    { numRuns: 150, seed: 2 },
  );
});

it("puts brackets only where they are needed", () => {
  for (const text of [
    "(a + b) * c",
    "a - (b - c)",
    "(-x)^2",
    "-x^2",
    "2^-1^2",
    "not (a and b)",
    "(a < b) == c",
    "(if a then b else c) + d",
    "(a + b)'",
  ]) {
    expect(printExpression(expression(text))).toBe(text);
  }
  expect(printExpression(expression("((a) + (b * c)) - (f((d)))"))).toBe("a + b * c - f(d)");
});
