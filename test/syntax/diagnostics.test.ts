// The table of messages, the renderer, places and suggestions.

import { describe, expect, it } from "vitest";
import {
  type CodeEntry,
  codes,
  diagnose,
  displayWidth,
  hasErrors,
  internalError,
  nearest,
  position,
  render,
  shorten,
  unreachable,
} from "../../src/diagnostics/index.ts";

const file = "bikes.ffm";

function shown(text: string, words: string, options?: { color?: boolean; width?: number }): string {
  const start = text.indexOf(words);
  const found = diagnose(
    "FF201",
    { file, start, end: start + words.length },
    { name: "slop" },
    "Did you mean `slope`?",
  );
  return render(found, new Map([[file, text]]), options);
}

describe("the table", () => {
  const all = Object.entries<CodeEntry>(codes);

  it("is sorted, and its words are sentences", () => {
    expect(all.map(([code]) => code)).toEqual(all.map(([code]) => code).sort());
    for (const [code, { title, text, hint, explanation }] of all) {
      expect(code).toMatch(/^FF[1-6]\d\d$/);
      expect(title).toMatch(/^\S.*[^.]$/);
      for (const sentence of [text, explanation, ...(hint === undefined ? [] : [hint])]) {
        expect(`${code} ${sentence}`).toMatch(/[.:?…`}]$/);
      }
    }
  });

  it("fills the placeholders of text and hint", () => {
    expect(diagnose("FF105", null, { bracket: "(", closing: ")" })).toEqual({
      code: "FF105",
      severity: "error",
      message: "This `(` is never closed.",
      span: null,
      hint: "Add the matching `)`.",
    });
    expect(diagnose("FF201", null, { name: "$& {name}" }).message).toBe("`$& {name}` is not defined.");
    // @ts-expect-error A missing placeholder does not compile.
    diagnose("FF201", null, {});
    // @ts-expect-error Nor does an unknown code.
    expect(() => diagnose("FF999", null, {})).toThrow();
  });

  it("tells errors from warnings", () => {
    expect(hasErrors([diagnose("FF121", null, {})])).toBe(false);
    expect(hasErrors([diagnose("FF121", null, {}), diagnose("FF103", null, {})])).toBe(true);
  });
});

describe("the renderer", () => {
  it("underlines the words", () => {
    expect(shown("model bikes\n\nlet eta = base + slop * temp\n", "slop")).toBe(
      [
        "error FF201: `slop` is not defined.",
        " --> bikes.ffm:3:18",
        "  |",
        "3 | let eta = base + slop * temp",
        "  |                  ^^^^",
        "  = hint: Did you mean `slope`?",
      ].join("\n"),
    );
  });

  it("widens the margin with the line numbers", () => {
    expect(
      shown(`${"\n".repeat(99)}let a = slop`, "slop")
        .split("\n")
        .slice(1),
    ).toEqual([
      "   --> bikes.ffm:100:9",
      "    |",
      "100 | let a = slop",
      "    |         ^^^^",
      "    = hint: Did you mean `slope`?",
    ]);
  });

  it("counts tabs, wide characters and combining marks as they are shown", () => {
    const rows = (text: string, words: string) => shown(text, words).split("\n").slice(3, 5);
    expect(rows("\tlet a = slop", "slop")).toEqual(["1 |     let a = slop", "  |             ^^^^"]);
    expect(rows("let 変数 = 値 + x", "値")).toEqual(["1 | let 変数 = 値 + x", "  |            ^^"]);
    expect(rows("let e\u0301 = slop", "slop")).toEqual(["1 | let e\u0301 = slop", "  |         ^^^^"]);
    expect(rows("let 😀 = slop", "slop")).toEqual(["1 | let 😀 = slop", "  |          ^^^^"]);
    expect(displayWidth("a\u0301変😀\t")).toBe(8);
  });

  it("lets no character of the file reach the terminal as a command", () => {
    const text = "let a\u001b[31m\u202E = \u0007slop\u0085";
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(shown(text, "slop")).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u0080-\u009F\u202E]/);
    const found = diagnose("FF201", null, { name: "\u001b[2J" }, "\u001b[2J");
    expect(render(found, new Map())).toBe("error FF201: `␛[2J` is not defined.\n = hint: ␛[2J");
  });

  it("cuts long lines around the words", () => {
    const text = `let a = ${"x + ".repeat(1000)}slop${" + y".repeat(1000)}`;
    const [, place, , line, marks] = shown(text, "slop", { width: 60 }).split("\n");
    expect(place).toBe(" --> bikes.ffm:1:4009");
    expect(line!.length).toBeLessThanOrEqual(66);
    expect(line).toMatch(/^1 \| ….* slop .*…$/);
    expect(line!.slice(marks!.indexOf("^"), marks!.lastIndexOf("^") + 1)).toBe("slop");
  });

  it("shows the first and the last line of a longer place", () => {
    expect(shown("let a = f(\n  1,\n  2\n)\n", "f(\n  1,\n  2\n)").split("\n").slice(1, -1)).toEqual([
      " --> bikes.ffm:1:9",
      "  |",
      "1 | let a = f(",
      "  |         ^^",
      "…",
      "4 | )",
      "  | ^",
    ]);
  });

  it("shows a place at the end of the line and of the file", () => {
    const found = diagnose("FF101", { file, start: 7, end: 7 }, { expected: "a value", found: "the end of the line" });
    expect(
      render(found, () => "let a =")
        .split("\n")
        .slice(1),
    ).toEqual([" --> bikes.ffm:1:8", "  |", "1 | let a =", "  |        ^"]);
    expect(render(found, () => "").split("\n")[1]).toBe(" --> bikes.ffm:1:1");
  });

  it("does without the text, and without a place", () => {
    const found = diagnose("FF506", { file, start: 0, end: 0 }, {});
    expect(render(found, new Map())).toBe("error FF506: The data have no rows.\n --> bikes.ffm");
    expect(render({ ...found, span: null }, new Map())).toBe("error FF506: The data have no rows.");
  });

  it("colours on request only", () => {
    expect(shown("slop", "slop")).not.toContain("\u001b");
    expect(shown("slop", "slop", { color: true })).toContain("\u001b[1;31m^^^^\u001b[0m");
    expect(
      render(diagnose("FF408", null, { distribution: "D", instead: "the empirical information is used" }), new Map()),
    ).toContain("note FF408");
  });
});

describe("places", () => {
  it("count from one, over every kind of line break", () => {
    const text = "a\nb\r\nc\rd";
    expect([0, 1, 2, 5, 7, 99].map((offset) => position(text, offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 2, column: 1 },
      { line: 3, column: 1 },
      { line: 4, column: 1 },
      { line: 4, column: 2 },
    ]);
  });

  it("leave out the byte-order mark", () => {
    expect(position("\uFEFFab", 1)).toEqual({ line: 1, column: 1 });
    expect(position("\uFEFFab", 0)).toEqual({ line: 1, column: 1 });
  });
});

describe("suggestions", () => {
  const names = ["slope", "spread", "base", "temp", "Poisson", "x"];
  it.each([
    ["slop", "slope"],
    ["solpe", "slope"],
    ["poisson", "Poisson"],
    ["Poison", "Poisson"],
    ["tmep", "temp"],
    ["bse", "base"],
    ["entirely", null],
    ["y", null],
    ["", null],
  ])("%s → %s", (name, expected) => expect(nearest(name, names)).toBe(expected));

  it("are not sought for what is no word", () => expect(nearest("z".repeat(1_000_000), names)).toBeNull());

  it("shorten what is too long for a message", () => {
    expect(shorten("abcdef", 4)).toBe("abc…");
    expect(shorten("abcd", 4)).toBe("abcd");
  });
});

describe("faults of our own", () => {
  it("throw, and ask to be reported", () => {
    expect(() => internalError("A box is empty.")).toThrow(/A box is empty\.\n.*report/);
    expect(() => unreachable("odd" as never)).toThrow(/"odd"/);
  });
});
