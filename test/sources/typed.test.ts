// Parquet and queries: SQL types, exactness, what is refused.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { beforeAll, describe, expect, it } from "vitest";
import { openSource } from "../../src/sources/index.ts";
import { contents, folder, must, problems, read } from "./fixtures.ts";

const { path, put } = folder();
const file = join(path, "types.parquet");
const big = join(path, "big.parquet");

beforeAll(async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT * FROM (VALUES
      (1::TINYINT, 1.25::DECIMAL(9, 2), 9007199254740993::BIGINT, 1.5::FLOAT, true, 'a', 'lo'::ENUM('lo', 'hi'),
       DATE '2020-01-02', TIMESTAMP '2020-01-02 03:04:05.5', [1, 2]::DOUBLE[2], [1.5, 2.5], 'NA'),
      (NULL, NULL, 7, 'nan'::FLOAT, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ''))
    t(i, d, b, f, l, t, e, day, stamp, arr, lst, na)) TO '${file}'`);
  await connection.run(`COPY (SELECT i, sin(i) AS x FROM range(50000) r(i)) TO '${big}' (ROW_GROUP_SIZE 10000)`);
  connection.closeSync();
  instance.closeSync();
});

describe("Parquet", () => {
  it("maps every SQL type to numbers or text", async () => {
    expect(await read(file)).toEqual({
      i: [1, null],
      d: [1.25, null],
      b: ["9007199254740993", "7"],
      f: [1.5, null],
      l: [1, null],
      t: ["a", null],
      e: ["lo", null],
      day: ["2020-01-02", null],
      stamp: ["2020-01-02T03:04:05.5", null],
      "arr[1]": [1, null],
      "arr[2]": [2, null],
      "lst[1]": [1.5, null],
      "lst[2]": [2.5, null],
      na: ["NA", ""],
    });
  });

  it("knows its rows beforehand and keeps their order", async () => {
    const source = must(await openSource(big, { threads: 2 }));
    expect(source.rowCount).toBe(50_000);
    const { i, x } = await contents(source, ["i", "x"], 1000);
    expect(i).toEqual(Array.from({ length: 50_000 }, (_, row) => row));
    expect(x[3]).toBeCloseTo(Math.sin(3), 14);
    await source.close();
  });

  it("has missing values wherever they stand, over batches of any size", async () => {
    const holes = join(path, "holes.parquet");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    // of the third column a whole chunk is missing, and others have no missing value at all
    await connection.run(`COPY (SELECT i, CASE WHEN i % 37 <> 5 THEN i / 2 END AS x,
      CASE WHEN i < 2000 OR i > 6200 THEN i END AS n, i + 9007199254740990 AS large
      FROM range(9000) r(i)) TO '${holes}' (ROW_GROUP_SIZE 4096)`);
    connection.closeSync();
    instance.closeSync();
    const rows = Array.from({ length: 9000 }, (_, i) => i);
    for (const size of [1, 1000, 1024, 2048, 5000]) {
      const source = must(await openSource(holes));
      const found = await contents(source, size === 1 ? ["x"] : source.columns, size);
      expect(found.x).toEqual(rows.map((i) => (i % 37 === 5 ? null : i / 2)));
      if (size > 1) {
        expect(found.n).toEqual(rows.map((i) => (i < 2000 || i > 6200 ? i : null)));
        expect(found.large.map(String)).toEqual(rows.map((i) => String(9007199254740990n + BigInt(i))));
      }
      await source.close();
    }
  });

  it("is refused where it is damaged, before or in the middle", async () => {
    const bytes = readFileSync(big);
    const cut = put("cut.parquet", bytes.subarray(0, bytes.length - 100));
    const garbage = put("garbage.parquet", Buffer.alloc(3000, 7));
    const empty = put("empty.parquet", "");
    expect(await problems(cut)).toEqual([`FF507 I can't read \`${cut}\`: it is damaged or not a Parquet file.`]);
    expect(await problems(garbage)).toEqual([
      `FF507 I can't read \`${garbage}\`: it is damaged or not a Parquet file.`,
    ]);
    expect(await problems(empty)).toEqual([`FF507 I can't read \`${empty}\`: it is empty.`]);
    const hurt = put(
      "hurt.parquet",
      bytes.map((byte, i) => (i > 200_000 && i < 300_000 ? 7 : byte)),
    );
    const source = must(await openSource(hurt));
    await expect(contents(source)).rejects.toThrow(`I can't read \`${hurt}\``);
    await source.close();
  });
});

describe("queries", () => {
  it("give their result as columns, in its order", async () => {
    expect(await read(`sql:SELECT i * 2 AS j, 'g' || i AS g FROM range(3) r(i) ORDER BY i DESC;`)).toEqual({
      j: [4, 2, 0],
      g: ["g2", "g1", "g0"],
    });
    expect(await read(`SQL: WITH t AS (SELECT 1 AS x) FROM t -- done`)).toEqual({ x: [1] });
    expect(
      await read(`sql:SELECT avg(x) > 0 AS p, 123456789012345678901234567890::HUGEINT AS h FROM '${big}'`),
    ).toEqual({
      p: [1],
      h: ["123456789012345678901234567890"],
    });
  });

  it("are one SELECT: nothing is written, installed or fetched", async () => {
    const target = join(path, "written.csv");
    const refused = "FF518 The query failed: it is not one SELECT.";
    expect(await problems(`sql:COPY (SELECT 1) TO '${target}'`)).toEqual([refused]);
    expect(await problems("sql:SELECT 1; SELECT 2")).toEqual([refused]);
    expect(await problems("sql:INSTALL httpfs")).toEqual([refused]);
    expect(await problems("sql:")).toEqual([refused]);
    expect(existsSync(target)).toBe(false);
    const [remote] = await problems("sql:SELECT * FROM 'https://example.invalid/a.csv'");
    expect(remote).toContain("requires the extension httpfs");
  });

  it("tell what is wrong", async () => {
    expect(await problems("sql:SELEC 1")).toEqual(['FF518 The query failed: syntax error at or near "SELEC".']);
    expect(await problems("sql:SELECT 1 AS a, 2 AS a")).toEqual([
      "FF510 sql:SELECT 1 AS a, 2 AS a has two columns called `a`.",
    ]);
    const source = must(
      await openSource("sql:SELECT CASE WHEN i = 9000 THEN error('row 9000') ELSE i END AS x FROM range(10000) r(i)"),
    );
    await expect(contents(source)).rejects.toThrow("row 9000");
    await source.close();
  });

  it.each([
    [
      "a value that is no number",
      "CAST(CASE WHEN i = 9000 THEN 'x' ELSE '1' END AS DOUBLE)",
      "Could not convert string 'x' to DOUBLE",
    ],
    ["a number out of range", "sqrt(CASE WHEN i = 9000 THEN -1 ELSE i END)", "square root of a negative number"],
    [
      "a date that is none",
      "epoch(strptime(CASE WHEN i = 9000 THEN 'x' ELSE '2020' END, '%Y'))",
      'Could not parse string "x"',
    ],
    ["an overflow", "CAST(CASE WHEN i = 9000 THEN 300 ELSE 1 END AS TINYINT)", "out of range"],
  ])("that fail in the middle are no short results: %s", async (_, cell, message) => {
    const source = must(await openSource(`sql:SELECT ${cell} AS x FROM range(10000) r(i)`));
    await expect(contents(source)).rejects.toThrow(message);
    await source.close();
  });
});
