// From raw rows to checked blocks: every kind of bad value by row and column, levels, layout.

import { describe, expect, it } from "vitest";
import type { DataRequest, RawColumn, ValueDomain } from "../../src/ir/index.ts";
import {
  type Encoded,
  type EncodeOptions,
  encoder,
  learnLevels,
  levelLearner,
  type Rows,
  rawBatches,
  rowSource,
} from "../../src/sources/index.ts";
import { ask, choose, domains, must } from "./fixtures.ts";

const { real, positive, unit, int, count, binary, category } = domains;

function encode(requests: readonly DataRequest[], rows: Rows, options?: EncodeOptions): Encoded {
  const made = rawBatches(rows);
  if (made.kind !== "batches") throw new Error(made.diagnostics[0].message);
  const selection = choose(requests, { columns: made.columns, constants: new Map(), rowCount: made.rows });
  const learner = levelLearner(selection);
  for (const raw of made.batches) learner.add(raw);
  const [raw] = made.batches;
  return encoder(selection, learner.levels(), options)(raw);
}

function wrong(encoded: Encoded): readonly string[] {
  return encoded.diagnostics.map(({ code, message }) => `${code} ${message}`);
}

function values(encoded: Encoded): Record<string, number[]> {
  if (encoded.kind !== "batch") throw new Error(wrong(encoded).join("\n"));
  return Object.fromEntries([...encoded.batch.columns].map(([name, block]) => [name, [...block]]));
}

describe("layout", () => {
  it("is one block an item, rows innermost", () => {
    const rows = { a: [1, 2, 3], b: [4, 5, 6], g: ["u", "v", "u"] };
    const pair = { source: { kind: "columns", columns: ["b", "a"] }, vector: true } as const;
    const encoded = encode([ask("ab", real, pair), ask("g", category), ask("a", int)], rows);
    expect(values(encoded)).toEqual({ ab: [4, 5, 6, 1, 2, 3], g: [0, 1, 0], a: [1, 2, 3] });
  });

  it("fits batches that shrink and grow", () => {
    const selection = choose([ask("x", real)], { columns: ["x"], constants: new Map(), rowCount: null });
    const encode = encoder(selection, new Map());
    for (const size of [3, 1, 5, 5, 0, 2]) {
      const x = Float64Array.from({ length: size }, (_, i) => i + size);
      const columns = new Map([["x", { kind: "number", values: x } as const]]);
      const encoded = encode({ rows: size, firstRow: 1, columns });
      expect(values(encoded)).toEqual({ x: [...x] });
    }
  });

  it("may have arrays of its own for each batch", () => {
    const selection = choose([ask("x", real)], { columns: ["x"], constants: new Map(), rowCount: null });
    const encode = encoder(selection, new Map(), { badRows: "skip", room: (length) => new Float64Array(length) });
    const batches = [
      [1, 2, 3],
      [4, Number.NaN],
      [5, 6, 7],
    ].map((x, i) => {
      const columns = new Map([["x", { kind: "number", values: Float64Array.from(x) } as const]]);
      return encode({ rows: x.length, firstRow: 10 * i, columns });
    });
    expect(batches.map((encoded) => values(encoded).x)).toEqual([[1, 2, 3], [4], [5, 6, 7]]);
  });

  it("parses text where numbers are wanted", () => {
    const x = ["1", " 2.5 ", "-1e3", ".5", "3.", "TRUE", "false", "007", "1e400".slice(0, 3)];
    expect(values(encode([ask("x", real)], { x }))).toEqual({ x: [1, 2.5, -1000, 0.5, 3, 1, 0, 7, 1e4] });
  });

  it("takes missing values where they are allowed", () => {
    const optional = { optional: true };
    const rows = { x: [1, null, 3], t: ["NA", "2", ""], g: ["a", null, "b"] };
    const encoded = encode([ask("x", real, optional), ask("t", real, optional), ask("g", category, optional)], rows);
    expect(values(encoded)).toEqual({ x: [1, Number.NaN, 3], t: [Number.NaN, 2, Number.NaN], g: [0, Number.NaN, 1] });
  });
});

describe("domains", () => {
  const inf = Number.POSITIVE_INFINITY;
  const interval: ValueDomain = {
    kind: "real",
    lower: -1,
    upper: 0.1,
    lowerOpen: true,
    upperOpen: true,
    label: "real in (-1, 0.1)",
  };
  const tiny = Number.MIN_VALUE;
  const cases: [ValueDomain, number[], number[], string][] = [
    [real, [0, -1e300, 1e-300, Number.MAX_VALUE], [inf, -inf], "`real` (a finite number)"],
    [positive, [tiny, 1, Number.MAX_VALUE], [0, -0, -tiny, -1, inf], "`positive` (a number above 0)"],
    [unit, [tiny, 0.5, 1 - 2 ** -53], [0, 1, 1.5, -0.5, inf], "`unit` (a number above 0 and below 1)"],
    [
      interval,
      [-1 + 2 ** -53, 0, 0.09999999999999999],
      [-1, 0.1, inf],
      "`real in (-1, 0.1)` (a number above -1 and below 0.1)",
    ],
    [int, [0, -5, 2 ** 53], [0.5, inf], "`int` (a whole number)"],
    [count, [0, 1, 1e6], [-1, 2.5, -inf], "`count` (a whole number from 0)"],
    [binary, [0, 1], [2, -1, 0.5], "`binary` (a whole number from 0 up to 1)"],
  ];

  it.each(cases)("$label", (domain, good, bad, expected) => {
    expect(values(encode([ask("x", domain)], { x: good })).x).toEqual(good);
    for (const value of bad) {
      const shown = Object.is(value, -0) ? "0" : String(value);
      for (const x of [[good[0], value], Float64Array.of(good[0], value)]) {
        expect(wrong(encode([ask("x", domain)], { x }))).toEqual([
          `FF505 Row 2, column \`x\`: ${shown} is not ${expected}.`,
        ]);
      }
      if (Number.isFinite(value)) {
        expect(wrong(encode([ask("x", domain)], { x: [String(good[0]), value] }))).toEqual([
          `FF505 Row 2, column \`x\`: "${shown}" is not ${expected}.`,
        ]);
      }
    }
  });
});

describe("numbers that are checked by their sum", () => {
  const names = Array.from({ length: 9 }, (_, k) => `x${k}`);
  const wide = ask("x", real, { source: { kind: "columns", columns: names }, vector: true });
  const block = (value: number): Record<string, Float64Array> =>
    Object.fromEntries(names.map((name) => [name, new Float64Array(11).fill(value)]));

  it("are refused wherever one of them is not finite", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const name of names) {
        for (const row of [0, 1, 7, 8, 10]) {
          const columns = block(0.5);
          (columns[name] as Float64Array)[row] = bad;
          const [message] = wrong(encode([wide], columns));
          expect(message).toContain(`Row ${row + 1}, column \`${name}\``);
        }
      }
    }
    // infinities of both signs have no sum
    const columns = block(1);
    columns.x3?.set([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], 4);
    expect(wrong(encode([wide], columns))).toHaveLength(2);
  });

  it("are taken where they are finite and their sum is not", () => {
    const columns = block(Number.MAX_VALUE);
    expect(values(encode([wide], columns)).x).toEqual(new Array(99).fill(Number.MAX_VALUE));
  });

  it("may be missing where that is allowed", () => {
    const columns = block(2);
    columns.x6?.fill(Number.NaN, 3, 5);
    const encoded = encode([{ ...wide, optional: true }], columns);
    expect(values(encoded).x?.slice(66, 77)).toEqual([2, 2, 2, Number.NaN, Number.NaN, 2, 2, 2, 2, 2, 2]);
    columns.x6?.fill(Number.POSITIVE_INFINITY, 7, 8);
    expect(wrong(encode([{ ...wide, optional: true }], columns))).toHaveLength(1);
  });
});

describe("bad values", () => {
  it("are named by row, column and value, at the data item", () => {
    const selection = choose([ask("x", count), ask("g", category)], {
      columns: ["x", "g"],
      constants: new Map(),
      rowCount: null,
    });
    const text = { kind: "text", values: ["1", "abc", null, "1,5"] } as const;
    const levels = { kind: "text", values: ["a", "b", "c", ""] } as const;
    const raw = {
      rows: 4,
      firstRow: 1025,
      columns: new Map<string, RawColumn>([
        ["x", text],
        ["g", levels],
      ]),
    };
    const encoded = encoder(selection, new Map([["g", ["a", "b"]]]))(raw);
    expect(encoded.diagnostics.map(({ code, message, hint }) => [`${code} ${message}`, hint])).toEqual([
      ['FF502 Row 1026, column `x`: "abc" is not a number.', "Correct the data, or declare `x` as category."],
      ["FF503 Row 1027, column `x`: the value is missing.", "Declare it as `count?` if values may be missing."],
      [
        'FF504 Row 1027, column `g`: level "c" was not there when the levels were learnt.',
        "`--new-level add` or `--new-level prior` accept new levels.",
      ],
      ['FF502 Row 1028, column `x`: "1,5" is not a number.', "Numbers are written with a decimal point, not a comma."],
      ["FF503 Row 1028, column `g`: the value is missing.", "Declare it as `category?` if values may be missing."],
    ]);
    expect(encoded.diagnostics[0].span).toEqual({ file: "m.ffm", start: 0, end: 1 });
  });

  it("are listed in the order of rows, five of them, and counted", () => {
    const x = Array.from({ length: 100 }, (_, i) => (i >= 50 ? -1 : i));
    const y = Array.from({ length: 100 }, (_, i) => (i === 51 ? Number.NaN : 1));
    expect(wrong(encode([ask("y", real), ask("x", count)], { x, y }))).toEqual([
      "FF505 Row 51, column `x`: -1 is not `count` (a whole number from 0).",
      "FF503 Row 52, column `y`: the value is missing.",
      "FF505 Row 52, column `x`: -1 is not `count` (a whole number from 0).",
      "FF505 Row 53, column `x`: -1 is not `count` (a whole number from 0).",
      "FF505 Row 54, column `x`: -1 is not `count` (a whole number from 0).",
      "FF512 46 more bad values in rows 1 to 100.",
    ]);
  });

  it("may be skipped with their rows", () => {
    const rows = { x: [1, -1, 2, 3], a: [10, 20, Number.NaN, 40], b: [1, 2, 3, 4] };
    const ab = { source: { kind: "columns", columns: ["a", "b"] }, vector: true } as const;
    const encoded = encode([ask("x", count), ask("ab", real, ab)], rows, { badRows: "skip" });
    expect(values(encoded)).toEqual({ x: [1, 3], ab: [10, 40, 1, 4] });
    expect(encoded).toMatchObject({ kind: "batch", skipped: 2, batch: { rows: 2, firstRow: 1 } });
    expect(wrong(encoded)).toHaveLength(2);
  });

  it("a batch without a column that it needs", () => {
    const selection = choose([ask("x", real)], { columns: ["x"], constants: new Map(), rowCount: null });
    expect(wrong(encoder(selection, new Map())({ rows: 1, firstRow: 1, columns: new Map() }))).toEqual([
      "FF501 The data have no column `x`.",
    ]);
  });
});

describe("levels", () => {
  it("are learnt in order of first appearance, over batches, from text and numbers", async () => {
    const source = must(rowSource({ g: ["b", "a", null, "b", "", "c"], k: [3, 1, 3, Number.NaN, -0, 2.5] }));
    const selection = choose([ask("g", category), ask("k", category)], source);
    expect([...(await learnLevels(source, selection, 2))]).toEqual([
      ["g", ["b", "a", "c"]],
      ["k", ["3", "1", "0", "2.5"]],
    ]);
  });

  it("of category[K] are counted: numbers from 1 to K in their order, others as they appear", async () => {
    const three = { ...category, upper: 3, label: "category[3]" };
    const learn = async (g: readonly (string | number)[]) => {
      const source = must(rowSource({ g }));
      return (await learnLevels(source, choose([ask("g", three)], source))).get("g");
    };
    expect(await learn([3, 1, 3])).toEqual(["1", "2", "3"]);
    expect(await learn(["3", "1"])).toEqual(["1", "2", "3"]);
    expect(await learn(["b", "a"])).toEqual(["b", "a"]);
    expect(await learn([0, 1, 2])).toEqual(["0", "1", "2"]);
    await expect(learn([0, 1, 2, 3])).rejects.toThrow(
      '`g` is declared with 3 levels, but the data have 4: "0", "1", "2", "3".',
    );
  });

  it("are the same whether a column comes as numbers or as text", () => {
    const selection = choose([ask("k", category)], { columns: ["k"], constants: new Map(), rowCount: null });
    const encode = encoder(selection, new Map([["k", ["3", "x", "1"]]]));
    const numbers = { kind: "number", values: Float64Array.of(1, 3) } as const;
    const texts = { kind: "text", values: ["1", "x"] } as const;
    expect(values(encode({ rows: 2, firstRow: 1, columns: new Map([["k", numbers]]) }))).toEqual({ k: [2, 0] });
    expect(values(encode({ rows: 2, firstRow: 3, columns: new Map([["k", texts]]) }))).toEqual({ k: [2, 1] });
  });

  it("that are unknown are refused", () => {
    const selection = choose([ask("k", category)], { columns: ["k"], constants: new Map(), rowCount: null });
    const numbers = { kind: "number", values: Float64Array.of(1, 2) } as const;
    const encoded = encoder(
      selection,
      new Map([["k", ["1"]]]),
    )({ rows: 2, firstRow: 1, columns: new Map([["k", numbers]]) });
    expect(wrong(encoded)).toEqual(["FF504 Row 2, column `k`: level 2 was not there when the levels were learnt."]);
  });
});
