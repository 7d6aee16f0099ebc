// CSV and its relatives: the dialect, missing values, exceptions to a column's type, and files that are broken.

import { rmSync } from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSource, SourceError } from "../../src/sources/index.ts";
import { contents, folder, must, problems, read } from "./fixtures.ts";

const { path, put } = folder();

async function thrown(file: string, columns?: readonly string[]): Promise<readonly string[]> {
  const source = must(await openSource(file));
  try {
    await contents(source, columns);
    return [];
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return error.diagnostics.map(({ code, message }) => `${code} ${message}`);
  } finally {
    await source.close();
  }
}

describe("the dialect", () => {
  it("reads numbers, text and missing values", async () => {
    const file = put("plain.csv", 'x,g,n\n1.5,a,1\nNA,,2\n-2e3,"b, c",\nNaN,"NA",4\n null ,null,NULL\n');
    expect(await read(file)).toEqual({
      x: [1.5, null, -2000, null, null],
      g: ["a", null, "b, c", "NA", null],
      n: [1, 2, null, 4, null],
    });
  });

  it("takes a byte order mark, CR LF, quotes, line breaks in quotes and any names", async () => {
    const file = put("odd.csv", '\uFEFF"a ""b""",größe,"x,y"\r\n1,2,"one\r\ntwo"\r\n3,4,"say ""hi"""\r\n');
    expect(await read(file)).toEqual({ 'a "b"': [1, 3], größe: [2, 4], "x,y": ["one\r\ntwo", 'say "hi"'] });
  });

  it("finds the separator in the first line", async () => {
    expect(await read(put("semi.csv", "x;y\n1;2\n"))).toEqual({ x: [1], y: [2] });
    expect(await read(put("bar.txt", "x|y\n1|2\n"))).toEqual({ x: [1], y: [2] });
    expect(await read(put("tabs.tsv", "x,a\ty\n1\t2\n"))).toEqual({ "x,a": [1], y: [2] });
    expect(await read(put("single.csv", "x\n1\n2"))).toEqual({ x: [1, 2] });
  });

  it("calls a column without a name by its position, as R's row names need", async () => {
    expect(await read(put("rownames.csv", '"","x"\n"a",2\n'))).toEqual({ column1: ["a"], x: [2] });
  });

  it("keeps levels as they are written: truth values, dates, leading zeros, numbers beyond a double", async () => {
    const file = put(
      "levels.csv",
      "b,d,z,id\nTRUE,2020-01-02,007,12345678901234567\nFALSE,2020-01-03,010,12345678901234568\n",
    );
    expect(await read(file)).toEqual({
      b: ["TRUE", "FALSE"],
      d: ["2020-01-02", "2020-01-03"],
      z: ["007", "010"],
      id: ["12345678901234567", "12345678901234568"],
    });
  });

  it("reads gzip and zstd by content, whatever the name", async () => {
    expect(await read(put("g.csv.gz", gzipSync("x,y\n1,2\n")))).toEqual({ x: [1], y: [2] });
    expect(await read(put("g.csv", gzipSync("x,y\n1,2\n")))).toEqual({ x: [1], y: [2] });
    expect(await read(put("z.csv.zst", zstdCompressSync("x,y\n1,2\n")))).toEqual({ x: [1], y: [2] });
  });

  it("reads a header alone as no rows", async () => {
    const source = must(await openSource(put("header.csv", "x,y\n")));
    expect([source.columns, source.rowCount]).toEqual([["x", "y"], 0]);
    expect(await contents(source)).toEqual({ x: [], y: [] });
    await source.close();
  });

  it("counts the rows of a small file, and says nothing about a large one", async () => {
    const small = must(await openSource(put("small.csv", "x\n1\n2\n")));
    const large = must(await openSource(put("large.csv", `x\n${"1\n".repeat(30_000)}`)));
    expect([small.rowCount, large.rowCount]).toEqual([2, null]);
    await small.close();
    await large.close();
  });

  it("reads only what is asked for, in batches of the asked size, again and again", async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${i},t${i % 7},${i / 8}`);
    const source = must(await openSource(put("many.csv", `i,t,x\n${lines.join("\n")}\n`)));
    for (const batchRows of [1, 100, 1024, 4096]) {
      const sizes: number[] = [];
      for await (const raw of source.read(["x", "t"], batchRows)) {
        sizes.push(raw.rows);
        expect([...raw.columns.keys()]).toEqual(["x", "t"]);
      }
      expect(sizes.slice(0, -1).every((size) => size === batchRows)).toBe(true);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5000);
    }
    const { i } = await contents(source, ["i"]);
    expect(i).toEqual(Array.from({ length: 5000 }, (_, row) => row));
    let rows = 0;
    for await (const raw of source.read([], 1000)) rows += raw.rows;
    expect(rows).toBe(5000);
    await source.close();
  });

  it("may be left in the middle", async () => {
    const source = must(await openSource(put("left.csv", `x\n${"1\n".repeat(50_000)}`)));
    for await (const raw of source.read(["x"], 100)) {
      expect(raw.rows).toBe(100);
      break;
    }
    await source.close();
    await source.close();
  });
});

describe("paths", () => {
  it("are never part of the SQL, nor patterns where the file exists", async () => {
    const names = ["it's.csv", "a[1].csv", "what?.csv", "star*.csv", "x'); DROP TABLE t; --.csv", "größe ä.csv"];
    for (const [i, name] of names.entries()) {
      expect(await read(put(name, `x\n${i}\n`))).toEqual({ x: [i] });
    }
  });

  it("may be patterns: files in the order of their names", async () => {
    put("part-1.csv", "x,g\n1,a\n2,b\n");
    put("part-2.csv", "x,g\n3,c\n");
    expect(await read(`${path}/part-*.csv`)).toEqual({ x: [1, 2, 3], g: ["a", "b", "c"] });
    expect(await problems(`${path}/nothing-*.csv`)).toEqual([
      `FF507 I can't read \`${path}/nothing-*.csv\`: no file fits this pattern.`,
    ]);
  });

  it("of one pattern need the same columns in the same order", async () => {
    put("swap-1.csv", "x,y\n1,2\n");
    const second = put("swap-2.csv", "y,x\n1,2\n");
    expect(await problems(`${path}/swap-*.csv`)).toEqual([
      `FF507 I can't read \`${second}\`: its column 1 is "y", not "x".`,
    ]);
  });
});

describe("exceptions to a column's type", () => {
  const clean = Array.from({ length: 30_000 }, (_, i) => `${i % 100},${i}`);

  it("are handed out as text, with the other numbers of the batch as their levels", async () => {
    const file = put("late.csv", `a,i\n${clean.join("\n")}\n12,30000\nn/a,30001\n01.50,30002\nNA,30003\n`);
    const source = must(await openSource(file));
    const all = await contents(source, ["a", "i"], 1000);
    expect(all.i).toEqual(Array.from({ length: 30_004 }, (_, i) => i));
    expect(all.a.slice(29_998)).toEqual([98, 99, "12", "n/a", "1.5", null]);
    await source.close();
  });

  it("do not round what looked whole at first", async () => {
    const { a } = await read(put("whole.csv", `a,i\n${clean.join("\n")}\n2.5,0\n`));
    expect(a[30_000]).toBe(2.5);
  });

  it("keep the digits of large whole numbers", async () => {
    const { a } = await read(put("digits.csv", `a,i\n${clean.join("\n")}\n9007199254740993,0\n`));
    expect(a[30_000]).toBe("9007199254740993");
  });
});

describe("broken files", () => {
  it.each([
    ["too many values", "x,y\n1,2\n1,2,3\n", "line 3: it has 3 values, but the first line names 2 columns"],
    ["too few values", "x,y,z\n1,2,3\n4\n", "line 3: it has 1 value, but the first line names 3 columns"],
    ["an open quote", 'x,y\n1,"abc\n2,3\n', "line 2: a quoted value does not end"],
    ["Latin-1", Buffer.from("x,y\n1,caf\xe9\n", "latin1"), "line 2: it is not UTF-8 text"],
    ["a Latin-1 header", Buffer.from("caf\xe9,y\n1,2\n", "latin1"), "line 1: it is not UTF-8 text"],
  ])("%s", async (name, content, message) => {
    const file = put(`${name}.csv`, content);
    expect(await problems(file)).toEqual([`FF511 ${file}, ${message}.`]);
  });

  it("are noticed far beyond the sample, and nothing after is handed out", async () => {
    const file = put("ragged.csv", `x,y\n${"1,2\n".repeat(50_000)}1,2,3\n1,2\n`);
    expect(await thrown(file)).toEqual([
      `FF511 ${file}, line 50002: it has 3 values, but the first line names 2 columns.`,
    ]);
  });

  it.each([
    ["empty", "", "FF506 The data have no rows."],
    ["blank", " \n\n", "FF506 The data have no rows."],
    ["twice", "x,y,x\n1,2,3\n", "FF510 FILE has two columns called `x`."],
    ["binary", Buffer.from([1, 0, 255, 3, 0, 10, 7]), "FF507 I can't read `FILE`: it is not text."],
    ["utf16", Buffer.from("\uFEFFx,y\n1,2\n", "utf16le"), "FF507 I can't read `FILE`: it is UTF-16 text."],
    ["sheet", "PK\u0003\u0004rest", "FF507 I can't read `FILE`: it is a ZIP archive or a spreadsheet."],
    [
      "ends",
      "x,y\r\n1,2\n3,4\r\n",
      "FF507 I can't read `FILE`: its lines end in different ways, or a quote stands where none may.",
    ],
  ])("%s", async (name, content, message) => {
    const file = put(`${name}.csv`, content);
    expect(await problems(file)).toEqual([message.replace("FILE", file)]);
  });

  it("compressed files that were cut short are no short files", async () => {
    const lines = Array.from({ length: 400_000 }, (_, i) => `${i},${Math.sin(i)}`);
    const whole = gzipSync(`x,y\n${lines.join("\n")}\n`, { level: 1 });
    const file = put("cut.csv.gz", whole.subarray(0, whole.length - 1000));
    expect(await thrown(file, ["x"])).toEqual([
      `FF507 I can't read \`${file}\`: the compressed file is damaged or was cut short.`,
    ]);
    const short = put("short.csv.gz", gzipSync("x,y\n1,2\n").subarray(0, 20));
    expect(await problems(short)).toEqual([`FF507 I can't read \`${short}\`: it is damaged or was cut short.`]);
  });

  it("a file that disappears between two passes is told of", async () => {
    const file = put("gone.csv", "x\n1\n");
    const source = must(await openSource(file));
    rmSync(file);
    await expect(contents(source)).rejects.toThrow(SourceError);
    await source.close();
  });

  it("whatever a file holds, opening and reading it answers or throws SourceError", async () => {
    let n = 0;
    const piece = fc.constantFrom(
      ",",
      "\n",
      "\r\n",
      "\r",
      '"',
      ";",
      "x",
      "1",
      "NA",
      "1e999",
      " ",
      "é",
      "\uFEFF",
      "{",
      "[",
      "\t",
    );
    const text = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        const opened = await openSource(put(`any-${n++}.csv`, content));
        if (opened.kind === "failure") {
          expect(opened.diagnostics.length).toBeGreaterThan(0);
          return;
        }
        await contents(opened.source).catch((error: unknown) => expect(error).toBeInstanceOf(SourceError));
        await opened.source.close();
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});

describe("round trips", () => {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(null));
  const text = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1 }).filter((t) => !t.includes("\0")),
    fc.constant(null),
  );

  it("give back every double and every text", async () => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(number, text), { minLength: 1, maxLength: 30 }), async (rows) => {
        const lines = rows.map(([x, t]) => `${x === null ? "NA" : x},${t === null ? "" : quote(t)}`);
        const all = await read(put(`round-${n++}.csv`, `x,t\n${lines.join("\n")}\n`));
        const exact = rows.map(([x]) => (x === null ? null : x + 0));
        // A column may hold an exception, and then its numbers are spelt out.
        expect(all.x.map((x) => (typeof x === "string" ? Number(x) : x))).toEqual(exact);
        const levels = all.t.map((t) => (typeof t === "number" ? String(t) : t));
        const texts = rows.map(([, t]) => t);
        if (all.t.every((t) => typeof t !== "number")) expect(levels).toEqual(texts);
        else expect(levels.map(Number)).toEqual(texts.map(Number));
      }),
      { seed: 11, numRuns: 60 },
    );
  });
});
