// Which columns a data item reads.

import { describe, expect, it } from "vitest";
import type { DataRequest } from "../../src/ir/index.ts";
import { readOnce, rowSource, select } from "../../src/sources/index.ts";
import { ask, choose, domains, must } from "./fixtures.ts";

const { real, category } = domains;

function available(...columns: readonly string[]) {
  return { columns, constants: new Map(), rowCount: null };
}

function wrong(requests: readonly DataRequest[], columns: readonly string[], excluded: readonly string[] = []) {
  const selection = select(requests, available(...columns), new Set(excluded));
  if (selection.kind === "selection") return [];
  return selection.diagnostics.map(({ code, message, hint, span }) => [`${code} ${message}`, hint, span?.end]);
}

const glob = (pattern: string): Partial<DataRequest> => ({ source: { kind: "glob", pattern }, vector: true });

describe("select", () => {
  it("finds a column, a list of columns, and the columns of a pattern, in file order", () => {
    const requests = [
      ask("y", real),
      ask("z", real, { source: { kind: "column", column: "odd name" } }),
      ask("p", real, { source: { kind: "columns", columns: ["x2", "y"] }, vector: true }),
      ask("x", real, glob("x*")),
      ask("one", real, { source: { kind: "glob", pattern: "?2" } }),
    ];
    const selection = choose(requests, available("x2", "y", "x1", "unused", "odd name", "x10"));
    expect(selection.items.map(({ request, columns }) => [request.name, columns])).toEqual([
      ["y", ["y"]],
      ["z", ["odd name"]],
      ["p", ["x2", "y"]],
      ["x", ["x2", "x1", "x10"]],
      ["one", ["x2"]],
    ]);
    expect(selection.columns).toEqual(["x2", "y", "x1", "odd name", "x10"]);
  });

  it("takes only `*` and `?` of a pattern for special", () => {
    const columns = ["a.b", "aXb", "a[1]", "a+", "a$\n"];
    const matched = (pattern: string) =>
      choose([ask("q", real, glob(pattern))], available(...columns)).items[0].columns;
    expect(matched("a.b")).toEqual(["a.b"]);
    expect(matched("a[1]")).toEqual(["a[1]"]);
    expect(matched("a?")).toEqual(["a+"]);
    expect(matched("a*")).toEqual(columns);
  });

  it("keeps categories and responses out of patterns", () => {
    const selection = choose([ask("x", real, glob("*"))], available("x1", "y", "g", "x2"), new Set(["y", "g"]));
    expect(selection.items[0].columns).toEqual(["x1", "x2"]);
    expect(wrong([ask("x", real, glob("y*"))], ["x1", "y"], ["y"])).toEqual([
      [
        "FF509 No column of the data fits `y*`.",
        "`y` would fit, but a pattern takes neither categories nor responses.",
        1,
      ],
    ]);
  });

  it("takes the positions of a vector together", () => {
    const columns = available("X[1]", "X[2]", "y");
    expect(choose([ask("X", real, { vector: true })], columns).items[0].columns).toEqual(["X[1]", "X[2]"]);
    expect(choose([ask("X", real, glob("X*"))], columns, new Set(["y"])).items[0].columns).toEqual(["X[1]", "X[2]"]);
    expect(() => choose([ask("X", real, glob("X*"))], columns, new Set(["X"]))).toThrow("FF509");
    expect(wrong([ask("X", real)], columns.columns)).toEqual([
      ["FF514 `X` has 2 values a row, but `X` takes one.", "Declare it as a vector: `data X : real[2]`.", 1],
    ]);
  });

  it("gives one value a row where one is declared", () => {
    const columns = ["a", "b"];
    expect(wrong([ask("x", real, { ...glob("*"), vector: false })], columns)).toEqual([
      ["FF514 `*` has 2 values a row, but `x` takes one.", "Declare it as a vector: `data x : real[2]`.", 1],
    ]);
    expect(wrong([ask("x", real, { ...glob("a*"), vector: false })], columns)).toEqual([]);
  });

  it("names every missing column, its place in the model, and what there is instead", () => {
    expect(wrong([ask("temp", real), ask("hour", category), ask("y", real)], ["Temp", "y", "x"])).toEqual([
      ["FF501 The data have no column `temp`.", "Did you mean `Temp`? The columns are `Temp`, `y`, `x`.", 4],
      ["FF501 The data have no column `hour`.", "The columns are `Temp`, `y`, `x`.", 4],
    ]);
    const many = Array.from({ length: 20 }, (_, i) => `c${i}`);
    expect(wrong([ask("temperature", real)], many)[0][1]).toMatch(/`c11` and 8 more\.$/);
    expect(wrong([ask("x", real, glob("x*"))], ["a"])[0]).toEqual([
      "FF509 No column of the data fits `x*`.",
      "The columns are `a`.",
      1,
    ]);
    expect(wrong([ask("x", real)], [])[0][1]).toBe("There are no columns at all.");
  });
});

describe("once", () => {
  const once = { once: true };

  it("may come from a column that never changes", async () => {
    const source = must(rowSource({ k: [3, 3, 3], t: ["0.5", "0.5", "0.5"], x: [1, 2, 3] }));
    const values = await readOnce(source, choose([ask("k", domains.count, once), ask("t", real, once)], source));
    expect(values.kind === "once" && [...values.values]).toEqual([
      ["k", { shape: [], values: Float64Array.of(3) }],
      ["t", { shape: [], values: Float64Array.of(0.5) }],
    ]);
  });

  it("tells where a column changes, and what is no number", async () => {
    const source = must(rowSource({ x: [1, 1, 2], t: ["a", "a", "a"], m: [null, null, null] }));
    const messages = async (...requests: DataRequest[]) => {
      const values = await readOnce(source, choose(requests, source));
      return values.kind === "failure" ? values.diagnostics.map(({ code, message }) => `${code} ${message}`) : [];
    };
    expect(await messages(ask("x", real, once))).toEqual([
      "FF515 `x` is read `once`, but row 3 has 2 where the first has 1.",
    ]);
    expect(await messages(ask("t", real, once), ask("m", real, once))).toEqual([
      'FF502 Row 1, column `t`: "a" is not a number.',
      "FF516 `m`: a missing value is not `real` (a finite number).",
    ]);
  });
});
