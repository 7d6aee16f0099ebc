// The grammar itself: its productions are sound, what is generated from the tables is fresh, and the editors' grammars
// agree with the lexer.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildParser, isName, lex, monarch, precedence, rows, textMate, token } from "../../grammar/index.ts";
import { generated } from "../../scripts/generate-grammars.ts";
import { codes } from "../../src/diagnostics/index.ts";
import { typeNames } from "../../src/syntax/index.ts";
import { program } from "./arbitrary.ts";

it("has productions without ambiguity", () => {
  expect(() => buildParser(true)).not.toThrow();
});

it.each([...generated()])("%s is what its tables say; else run npm run generate", (path, text) => {
  expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(text);
});

it("has a page that lists every code", () => {
  const page = generated().get("docs/errors/README.md");
  for (const code of Object.keys(codes)) expect(page).toContain(`### ${code} · `);
});

describe("the lexer", () => {
  it("puts every character into a token or between two", () => {
    let end = 0;
    for (const found of lex(program)) {
      expect(program.slice(end, found.startOffset)).toMatch(/^[ \t]*$/);
      expect(program.slice(found.startOffset, found.end)).toBe(found.image);
      end = found.end;
    }
    expect(end).toBe(program.length);
  });

  it("reads every fixed spelling as its own token", () => {
    for (const row of rows) {
      if (row.text !== null) expect(lex(`${row.text} `).map((found) => found.tokenType.name)).toEqual([row.name]);
    }
  });

  it("has a rank for each operator between operands", () => {
    for (const name of precedence.flat()) if (name !== "Negate") expect(token(name).name).toBe(name);
    expect(() => token("Nothing")).toThrow();
  });

  it("knows what can be a name", () => {
    expect(["x", "größe", "weight", "x₁", "_", "__proto__"].filter((text) => !isName(text))).toEqual([]);
    expect(["", "1", "a b", "data", "a.b", "x'", "x²", " x"].filter(isName)).toEqual([]);
  });
});

interface Pattern {
  readonly name: string;
  readonly match: string;
}

describe("the grammars of editors", () => {
  const patterns = (JSON.parse(textMate()) as { patterns: readonly Pattern[] }).patterns;

  /** The scopes of a line as an editor finds them: the leftmost match, of those the first pattern. */
  function scopes(line: string): readonly (readonly [string, string])[] {
    const found: [string, string][] = [];
    for (let at = 0; at < line.length; ) {
      let best: { index: number; text: string; scope: string } | null = null;
      for (const { name, match } of patterns) {
        const expression = new RegExp(match, "gu");
        expression.lastIndex = at;
        const result = expression.exec(line);
        if (result !== null && result[0] !== "" && (best === null || result.index < best.index)) {
          best = { index: result.index, text: result[0], scope: name };
        }
      }
      if (best === null) break;
      found.push([best.text, best.scope.replace(/\.ffm$/, "")]);
      at = best.index + best.text.length;
    }
    return found;
  }

  it("colour what the lexer reads", () => {
    expect(scopes('data weight : real[p] from "x*" // c')).toEqual([
      ["data", "keyword.declaration"],
      ["weight", "variable.other"],
      [":", "punctuation.separator"],
      ["real", "support.type"],
      ["[", "punctuation.section.brackets.begin"],
      ["p", "variable.other"],
      ["]", "punctuation.section.brackets.end"],
      ["from", "keyword.other"],
      ['"x*"', "string.quoted.double"],
      ["// c", "comment.line.double-slash"],
    ]);
    expect(scopes("y ~ Poisson(log: a' + 1e-3) weight w").map(([text, scope]) => `${text} ${scope}`)).toEqual([
      "y variable.other",
      "~ keyword.operator.distributed",
      "Poisson support.class.distribution",
      "( punctuation.section.parens.begin",
      "log variable.other",
      ": punctuation.separator",
      "a variable.other",
      "' keyword.operator",
      "+ keyword.operator.arithmetic",
      "1e-3 constant.numeric",
      ") punctuation.section.parens.end",
      "weight keyword.other",
      "w variable.other",
    ]);
  });

  it("leave nothing of a program without a colour", () => {
    for (const line of program.split("\n")) {
      const coloured = scopes(line).reduce((length, [text]) => length + text.length, 0);
      expect(coloured).toBe(
        line.replace(/"[^"]*"|\/\/.*/g, (text) => text.replaceAll(" ", "_")).replaceAll(" ", "").length,
      );
    }
  });

  it("are regular expressions, and know the types", () => {
    const definition = JSON.parse(monarch()) as {
      typeKeywords: readonly string[];
      tokenizer: { root: readonly (readonly [string, unknown])[] };
    };
    expect(definition.typeKeywords).toEqual(typeNames);
    for (const [pattern] of definition.tokenizer.root) expect(() => new RegExp(`^(?:${pattern})`, "u")).not.toThrow();
  });
});
