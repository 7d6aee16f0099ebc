// JSON in its three forms: Stan's object of arrays, an array of objects, one object a line.

import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonSource, openSource, readOnce, SourceError } from "../../src/sources/index.ts";
import { ask, choose, contents, domains, folder, must, problems, read } from "./fixtures.ts";

const { put } = folder();

describe("an object of arrays and numbers", () => {
  const text = JSON.stringify({
    N: 3,
    D: 2,
    y: [1.5, null, 3],
    g: ["a", "b", "a"],
    flag: [true, false, true],
    X: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    T: [
      [[1], [2]],
      [[3], [4]],
      [[5], [6]],
    ],
    mu: [0, 0.5],
    S: [
      [1, 0.2],
      [0.2, 1],
    ],
    scale: 2.5,
  });

  it("has columns where an array is as long as there are rows, and vectors where it is nested", async () => {
    const source = must(jsonSource("d.json", text));
    expect(source.columns).toEqual(["y", "g", "flag", "X[1]", "X[2]", "T[1,1]", "T[2,1]"]);
    expect([source.rowCount, source.repeatable]).toEqual([3, true]);
    expect(await contents(source, source.columns, 2)).toEqual({
      y: [1.5, null, 3],
      g: ["a", "b", "a"],
      flag: [1, 0, 1],
      "X[1]": [1, 3, 5],
      "X[2]": [2, 4, 6],
      "T[1,1]": [1, 3, 5],
      "T[2,1]": [2, 4, 6],
    });
  });

  it("has every number and numeric array as a constant, row-major", () => {
    const { constants } = must(jsonSource("d.json", text));
    expect([...constants.keys()]).toEqual(["N", "D", "y", "flag", "X", "T", "mu", "S", "scale"]);
    expect(constants.get("scale")).toEqual({ shape: [], values: Float64Array.of(2.5) });
    expect(constants.get("S")).toEqual({ shape: [2, 2], values: Float64Array.of(1, 0.2, 0.2, 1) });
    expect(constants.get("X")?.shape).toEqual([3, 2]);
  });

  it("gives `once` data whatever their length, and refuses them per row", async () => {
    const source = must(jsonSource("d.json", text));
    const once = { once: true };
    const selection = choose(
      [
        ask("mu", domains.real, { ...once, vector: true }),
        ask("y", domains.real, { ...once, vector: true, optional: true }),
        ask("both", domains.real, { ...once, source: { kind: "columns", columns: ["scale", "D"] }, shape: [2] }),
      ],
      source,
    );
    const values = await readOnce(source, selection);
    if (values.kind !== "once") throw new Error(values.diagnostics[0].message);
    expect(values.values.get("mu")).toEqual({ shape: [2], values: Float64Array.of(0, 0.5) });
    expect(values.values.get("y")).toEqual({ shape: [3], values: Float64Array.of(1.5, Number.NaN, 3) });
    expect(values.values.get("both")).toEqual({ shape: [2], values: Float64Array.of(2.5, 2) });
    expect(() => choose([ask("mu", domains.real)], source)).toThrow("FF513 `mu` has 2 values, but there are 3 rows.");
    expect(() => choose([ask("scale", domains.real)], source)).toThrow(
      "FF513 `scale` has a single value, but there are 3 rows.",
    );
  });

  it("checks `once` data", async () => {
    const source = must(jsonSource("d.json", text));
    const selection = choose([ask("S", domains.count, { once: true, shape: [2, { name: "D", plus: 0 }] })], source);
    const values = await readOnce(source, selection);
    expect(values.kind === "failure" && values.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "FF516 `S`[1, 2]: 0.2 is not `count` (a whole number from 0).",
    ]);
  });

  it("counts rows by N, or by the longest array", () => {
    const counted = must(jsonSource("d.json", '{"N": 2, "x": [1, 2], "test": [1, 2, 3]}'));
    const longest = must(jsonSource("d.json", '{"J": 2, "group": [1, 2], "x": [1, 2, 3]}'));
    expect([counted.columns, longest.columns]).toEqual([["x"], ["x"]]);
  });

  it("is read from files, packed or not", async () => {
    expect((await read(put("stan.json", text))).y).toEqual([1.5, null, 3]);
    expect((await read(put("pretty.json", JSON.stringify(JSON.parse(text), null, 2)))).y).toEqual([1.5, null, 3]);
    expect((await read(put("stan.json.gz", gzipSync(text)))).g).toEqual(["a", "b", "a"]);
  });

  it("is refused where it is broken", async () => {
    const comma = put("comma.json", '{\n  "x": [1, 2],\n  "y": [1 2]\n}\n');
    expect(await problems(comma)).toEqual([`FF511 ${comma}, line 3: this is not valid JSON.`]);
    const cut = put("cut.json", '{\n  "x": [1, 2');
    expect(await problems(cut)).toEqual([`FF511 ${cut}, line 2: this is not valid JSON.`]);
    const uneven = put("uneven.json", '{"x": [[1, 2], [3]], "y": [1, 2]}');
    expect(await problems(uneven)).toEqual([
      `FF507 I can't read \`${uneven}\`: row 2 of "x" holds 1 values where the first row has 2.`,
    ]);
  });
});

describe("whatever a file holds", () => {
  it("opening and reading it answers or throws SourceError", async () => {
    let n = 0;
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"x"',
      '"y"',
      '"NA"',
      "1",
      "-2.5e3",
      "null",
      "true",
      "\n",
      " ",
      "\\",
    );
    const almost = fc.json({ maxDepth: 3 }).chain((text) => fc.nat(text.length).map((cut) => text.slice(0, cut)));
    const text = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((parts) => parts.join("")),
      fc.json(),
      almost,
    );
    const name = fc.constantFrom("json", "ndjson", "txt");
    await fc.assert(
      fc.asyncProperty(text, name, async (content, extension) => {
        const opened = await openSource(put(`any-${n++}.${extension}`, content));
        if (opened.kind === "failure") {
          expect(opened.diagnostics.length).toBeGreaterThan(0);
          return;
        }
        await contents(opened.source).catch((error: unknown) => expect(error).toBeInstanceOf(SourceError));
        await opened.source.close();
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});

describe("objects, one a row", () => {
  const rows = [
    { x: 1, t: "a", b: true, v: [1, 2] },
    { x: 2.5, t: null, v: [3, 4], late: 1 },
    { t: "c", b: false, v: null },
  ];
  const expected = {
    x: [1, 2.5, null],
    t: ["a", null, "c"],
    b: [1, null, 0],
    "v[1]": [1, 3, null],
    "v[2]": [2, 4, null],
    late: [null, 1, null],
  };
  const lines = rows.map((row) => JSON.stringify(row)).join("\n");

  it.each([
    ["an array", "rows.json", JSON.stringify(rows)],
    ["an array over lines, with a byte order mark", "bom.json", `\uFEFF${JSON.stringify(rows, null, 2)}`],
    ["lines", "rows.ndjson", lines],
    ["lines with CR LF and a byte order mark", "crlf.ndjson", `\uFEFF${lines.replaceAll("\n", "\r\n")}\r\n`],
    ["lines in a file called .json", "lines.json", `${lines}\n`],
    ["packed lines", "rows.jsonl.gz", gzipSync(lines)],
  ])("%s", async (_, name, content) => {
    expect(await read(put(name, content))).toEqual(expected);
  });

  it("a single object without arrays is a row", async () => {
    expect(await read(put("one.json", '{"x": 1, "y": "a"}\n'))).toEqual({ x: [1], y: ["a"] });
  });

  it("keys differ by case, may repeat, and may hold anything", async () => {
    const file = put("keys.ndjson", '{"x":1,"X":2,"a\\"/~b":3}\n{"x":3,"x":4,"X":5,"a\\"/~b":6}\n');
    expect(await read(file)).toEqual({ x: [1, 3], X: [2, 5], 'a"/~b': [3, 6] });
  });

  it("one value of another type is an exception in its row, and whole numbers are not cut", async () => {
    const many = Array.from({ length: 25_000 }, (_, i) => `{"x":${i},"z":1}`);
    const file = put("late.ndjson", `${many.join("\n")}\n{"x":"abc","z":1.5}\n{"x":"NA"}\n{"x":0.5}\n`);
    const { x, z } = await read(file);
    expect(x.slice(24_999)).toEqual(["24999", "abc", null, "0.5"]);
    expect(z.slice(24_999)).toEqual([1, 1.5, null, null]);
  });

  it("a list of another length is an exception in its row", async () => {
    expect(await read(put("uneven.ndjson", '{"v":[1,2]}\n{"v":[3]}\n'))).toEqual({
      "v[1]": ["1", "[3.0]"],
      "v[2]": ["2", "[3.0]"],
    });
  });

  it.each([
    ["lines.ndjson", '{"x":1}\n{"x":!}\n', "FF511 FILE, line 2: this is not valid JSON (unexpected character)."],
    ["array.json", '[{"x":1},\n{"x":!}]', "FF511 FILE, element 2: this is not valid JSON (unexpected character)."],
    ["none.json", "[]", "FF506 The data have no rows."],
    ["nothing.json", "", "FF506 The data have no rows."],
    ["nothing.ndjson", "\n", "FF506 The data have no rows."],
    ["numbers.json", "[1, 2]", "FF507 I can't read `FILE`: the elements of its array are not objects."],
    ["mixed.ndjson", '{"x":1}\n[2]\n', "FF507 I can't read `FILE`: its lines are not all objects."],
  ])("broken: %s", async (name, content, message) => {
    const file = put(`broken-${name}`, content);
    expect(await problems(file)).toEqual([message.replace("FILE", file)]);
  });

  it("a broken line far behind the sample", async () => {
    const file = put("far.ndjson", `${'{"x":1}\n'.repeat(60_000)}{"x":\n{"x":2}\n`);
    const source = must(await openSource(file));
    await expect(contents(source)).rejects.toThrow(`${file}, line 60001: this is not valid JSON`);
    await source.close();
  });
});
