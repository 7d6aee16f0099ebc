// What `--data` may be: paths, standard input, and what is no data at all.

import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { encoder, learnLevels, openSource } from "../../src/sources/index.ts";
import { ask, choose, contents, domains, folder, must, problems, read } from "./fixtures.ts";

const { path, put } = folder();

async function* stream(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* parts;
}

function kept(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => /^fisherflow-(?!test)/.test(name));
}

describe("standard input", () => {
  it.each([
    ["CSV in pieces", ["x,", "y\n1,", "a\n2,b\n"]],
    ["lines of JSON", ['{"x":1,"y":"a"}\n{"x":', '2,"y":"b"}']],
    ["an array", ['[{"x":1,"y":"a"},{"x":2,"y":"b"}]']],
    ["Stan's form", ['{"x":[1,2],', '"y":["a","b"]}']],
    ["packed CSV", [gzipSync("x,y\n1,a\n2,b\n")]],
  ])("%s", async (_, parts) => {
    const before = kept();
    const source = must(await openSource("-", { stdin: stream(...parts) }));
    expect(source.label).toBe("<stdin>");
    for (let pass = 0; pass < 2; pass++) expect(await contents(source)).toEqual({ x: [1, 2], y: ["a", "b"] });
    await source.close();
    expect(kept().filter((name) => !before.includes(name))).toEqual([]);
  });

  it("that is empty, broken or absent", async () => {
    expect(await problems("-", { stdin: stream() })).toEqual(["FF506 The data have no rows."]);
    expect(await problems("-", { stdin: stream("x,y\n1,2,3\n") })).toEqual([
      "FF511 <stdin>, line 2: it has 3 values, but the first line names 2 columns.",
    ]);
    expect(await problems("-")).toEqual(["FF507 I can't read `-`: there is no standard input."]);
    async function* failing(): AsyncGenerator<string> {
      yield "x\n";
      throw new Error("the pipe broke");
    }
    expect(await problems("-", { stdin: failing() })).toEqual(["FF507 I can't read `<stdin>`: the pipe broke."]);
  });
});

describe("paths that hold no data", () => {
  it("say why and what to do", async () => {
    const hints = async (spec: string) => {
      const opened = await openSource(spec, { span: { file: "m.ffm", start: 1, end: 2 } });
      return opened.kind === "failure"
        ? opened.diagnostics.map(({ message, hint, span }) => [message, hint, span?.start])
        : [];
    };
    expect(await hints(`${path}/nothing.csv`)).toEqual([
      [
        `I can't read \`${path}/nothing.csv\`: there is no such file.`,
        "Paths are relative to the folder the command is run in.",
        1,
      ],
    ]);
    expect(await hints(path)).toEqual([
      [`I can't read \`${path}\`: it is a folder.`, `Name a file, or a pattern such as ${path}/*.csv.`, 1],
    ]);
    expect(await hints("https://example.invalid/a.csv")).toEqual([
      [
        "I can't read `https://example.invalid/a.csv`: nothing is read over the network.",
        "Download the file and name it.",
        1,
      ],
    ]);
    expect(await hints("a\0b")).toEqual([
      ["I can't read `a\0b`: there is no such file.", "Paths are relative to the folder the command is run in.", 1],
    ]);
    const arrow = put("table.arrow", "ARROW1\0\0rest");
    expect(await hints(arrow)).toEqual([
      [`I can't read \`${arrow}\`: Arrow files are not read yet.`, "Write it as Parquet.", 1],
    ]);
  });
});

describe("from a file to a batch", () => {
  it("names the first text in a numeric column by row, column and value", async () => {
    const lines = Array.from({ length: 25_000 }, (_, i) => `${i},${i % 2 === 0 ? "a" : "b"}`);
    const file = put("text.csv", `x,g\n${lines.join("\n")}\nlots,a\n`);
    const source = must(await openSource(file));
    const selection = choose([ask("x", domains.count), ask("g", domains.category)], source);
    const encode = encoder(selection, await learnLevels(source, selection));
    const found: string[] = [];
    let rows = 0;
    for await (const raw of source.read(selection.columns, 1024)) {
      const encoded = encode(raw);
      rows += encoded.kind === "batch" ? encoded.batch.rows : 0;
      found.push(...encoded.diagnostics.map(({ message }) => message));
    }
    expect(found).toEqual(['Row 25001, column `x`: "lots" is not a number.']);
    expect(rows).toBe(24 * 1024);
    await source.close();
  });

  it("a column of text from the start on", async () => {
    const source = must(await openSource(put("mixed.csv", "x\n1\nNA\ntwo\n")));
    const selection = choose([ask("x", domains.real, { optional: true })], source);
    const encode = encoder(selection, new Map());
    for await (const raw of source.read(selection.columns, 1024)) {
      expect(encode(raw).diagnostics.map(({ message }) => message)).toEqual([
        'Row 3, column `x`: "two" is not a number.',
      ]);
    }
    await source.close();
  });

  it("opens a name without a known ending by its content", async () => {
    expect(await read(put("data", "x,y\n1,2\n"))).toEqual({ x: [1], y: [2] });
    expect(await read(put("data2", '{"x":1}\n{"x":2}\n'))).toEqual({ x: [1, 2] });
  });
});
