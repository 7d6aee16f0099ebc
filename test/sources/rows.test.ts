// Rows from a program.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encoder, type Rows, rawBatches, rowSource } from "../../src/sources/index.ts";
import { ask, cells, choose, contents, domains, must } from "./fixtures.ts";

function wrong(rows: unknown): readonly string[] {
  const made = rawBatches(rows as Rows);
  return made.kind === "failure" ? made.diagnostics.map(({ code, message }) => `${code} ${message}`) : [];
}

describe("rows", () => {
  it("are objects: numbers, truth values, text, dates, vectors; what a row lacks is missing", async () => {
    const rows = [
      { x: 1, t: "a", b: true, v: [1, 2], d: new Date(0) },
      { x: Number.NaN, t: null, b: false, v: null, late: 12345678901234567890n },
      { x: 2n, t: 3, b: undefined, v: Float32Array.of(3, 4) },
    ];
    expect(await contents(must(rowSource(rows)))).toEqual({
      x: [1, null, 2],
      t: ["a", null, "3"],
      b: [1, 0, null],
      "v[1]": [1, null, 3],
      "v[2]": [2, null, 4],
      d: ["1970-01-01T00:00:00.000Z", null, null],
      late: [null, "12345678901234567890", null],
    });
  });

  it("are columns of plain and typed arrays; doubles are not copied", () => {
    const x = Float64Array.from({ length: 2500 }, (_, i) => i);
    const made = rawBatches({ x, k: Int32Array.from(x), g: Array.from(x, (i) => `g${i % 3}`) });
    if (made.kind !== "batches") throw new Error(made.diagnostics[0].message);
    const sizes = [...made.batches].map((raw) => [raw.firstRow, raw.rows]);
    expect([made.rows, made.columns, sizes]).toEqual([
      2500,
      ["x", "k", "g"],
      [
        [1, 1024],
        [1025, 1024],
        [2049, 452],
      ],
    ]);
    for (const raw of made.batches) {
      const column = raw.columns.get("x");
      expect(column?.kind === "number" && column.values.buffer === x.buffer).toBe(true);
      expect(cells(raw.columns.get("k")!)).toEqual(cells(raw.columns.get("x")!));
    }
  });

  it("may be none", () => {
    expect(rawBatches([])).toMatchObject({ rows: 0, columns: [] });
    expect(rawBatches({ x: [] })).toMatchObject({ rows: 0, columns: ["x"] });
  });

  it.each([
    [5, "FF517 I can't read these rows: they are a number."],
    [null, "FF517 I can't read these rows: they are null."],
    [[{ x: 1 }, 2], "FF517 I can't read these rows: row 2 is a number, not an object."],
    [[[1, 2]], "FF517 I can't read these rows: row 1 is an array, not an object."],
    [{ x: 1 }, 'FF517 I can\'t read these rows: column "x" is not an array.'],
    [{ x: "abc" }, 'FF517 I can\'t read these rows: column "x" is not an array.'],
    [{ x: [1, 2], y: [1] }, "FF508 Column `y` has 1 values, but the others have 2."],
    [[{ x: 1 }, { x: { y: 1 } }], 'FF517 I can\'t read these rows: row 2 of "x" holds an object.'],
    [
      [{ x: [1, 2] }, { x: [1] }],
      'FF517 I can\'t read these rows: row 2 of "x" holds 1 values where the first row has 2.',
    ],
    [[{ x: [1] }, { x: 1 }], 'FF517 I can\'t read these rows: row 2 of "x" holds a single value among vectors.'],
    [
      [{ x: 1 }, { x: [1] }],
      'FF517 I can\'t read these rows: row 2 of "x" holds an array where the first row has a single value.',
    ],
    [[{ x: () => 1 }], 'FF517 I can\'t read these rows: row 1 of "x" holds a function.'],
  ])("that are none are refused: %j", (rows, message) => {
    expect(wrong(rows)).toEqual([message]);
  });

  it("come out of the encoder as they went in, over any batching", () => {
    const value = fc.record({
      x: fc.double({ noNaN: true, noDefaultInfinity: true }),
      n: fc.nat(),
      g: fc.constantFrom("a", "b", "c"),
      v: fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.option(fc.integer(), { nil: null })),
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 70 }), (rows, size) => {
        const made = rawBatches(rows, size);
        if (made.kind !== "batches") throw new Error(made.diagnostics[0].message);
        const selection = choose(
          [
            ask("x", domains.real),
            ask("n", domains.count),
            ask("g", domains.category),
            ask("v", domains.real, { vector: true, optional: true }),
          ],
          { columns: made.columns, constants: new Map(), rowCount: made.rows },
        );
        const encode = encoder(selection, new Map([["g", ["a", "b", "c"]]]));
        const back: unknown[] = [];
        for (const raw of made.batches) {
          const encoded = encode(raw);
          if (encoded.kind !== "batch") throw new Error(encoded.diagnostics[0].message);
          const { rows: count, columns } = encoded.batch;
          for (let i = 0; i < count; i++) {
            const second = columns.get("v")![count + i];
            back.push({
              x: columns.get("x")![i],
              n: columns.get("n")![i],
              g: ["a", "b", "c"][columns.get("g")![i]],
              v: [columns.get("v")![i], Number.isNaN(second) ? null : second],
            });
          }
        }
        expect(back).toEqual(rows);
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});
