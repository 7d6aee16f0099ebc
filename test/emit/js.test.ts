// The js artefact is a program of its own: other processes run it without us, and get what our targets get. The names in
// it are the model's own, whatever they are.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { libraryModule } from "../../scripts/embed-js-library.ts";
import { compile, fit, readArtefact } from "../../src/index.ts";
import type { Region } from "../../src/ir/index.ts";
import { construct } from "../../src/session/construct.ts";
import { resolve, sourceOf } from "../../src/session/index.ts";
import { startOf } from "../../src/session/program.ts";
import { learnFeatures, Reader } from "../../src/session/reader.ts";
import { sized } from "../../src/session/stages.ts";
import { readTable, type Table } from "../reference/table.ts";

const folder = new URL("../../examples/", import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ffm"))
  .map((file) => file.replace(".ffm", ""))
  // those that name their data
  .filter((name) => /^\s*data\s+"/m.test(readFileSync(new URL(`${name}.ffm`, folder), "utf8")));

type Entry = { readonly estimate: number; readonly se: number | null };
interface Run {
  readonly phi: readonly number[];
  readonly variance: readonly number[];
  readonly estimates: Readonly<Record<string, Entry | readonly Entry[]>>;
}
interface Case {
  readonly text: string;
  readonly data: Table;
}

/** Rows of one update, fewer than the tables have. */
const batch = 64;

/** Names that the program has for its own things. */
const hostile: Case = {
  text: `data rows : real
data m : real
data constructor : category
data memory : real
param phi : real ~ Normal(0, 3)
param score : real ~ Normal(0, 3)
param at : real[constructor] ~ Normal(0, 1)
param update : positive ~ Gamma(2, 1)
let eta = phi + score * rows + at[constructor]
m ~ Normal(eta + 0.1 * memory, update)
report run = exp(phi)
report class_ = update / 2
`,
  data: {
    rows: [0.2, -1, 0.5, 2, 1.1, -0.4],
    m: [1, -0.3, 0.7, 2.2, 1.9, 0.1],
    constructor: ["name", "length", "name", "__proto__", "length", "name"],
    memory: [0.1, 0.4, -0.2, 0, 1, 0.3],
  },
};

function example(name: string): Case {
  const text = readFileSync(new URL(`${name}.ffm`, folder), "utf8");
  const file = /^\s*data\s+"([^"]+)"$/m.exec(text)?.[1] ?? "";
  return { text, data: readTable(new URL(file, folder)) };
}

const cases: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(names.map((name) => [name, example(name)])),
  hostile,
};

/** The columns as a model names them: it may take several of the file as one. */
function batchOf({ text, data }: Case): Record<string, unknown> {
  return Object.fromEntries(
    compile(text).compiled.density.data.map(({ name, source, shape }) => {
      const columns = source.kind === "columns" ? source.columns : [source.kind === "column" ? source.column : name];
      return [name, shape.length === 0 ? data[columns[0]] : columns.map((column) => data[column])];
    }),
  );
}

const place = mkdtempSync(join(tmpdir(), "ffm-js-"));
const printed = new Map<string, string>();
let runs: Readonly<Record<string, Run>> = {};

beforeAll(async () => {
  const lines: string[] = ["const runs = {};", "const view = (p, at, n) => [...p.memory.slice(at, at + n)];"];
  for (const [name, own] of Object.entries(cases)) {
    const text = await compile(own.text).artefact("js", { batch }, own.data);
    if (typeof text !== "string") throw new Error("text was expected");
    printed.set(name, text);
    const file = join(place, `${name}.mjs`);
    writeFileSync(file, text);
    lines.push(
      `{ const p = await import(${JSON.stringify(pathToFileURL(file).href)});`,
      `  const estimates = p.run([${JSON.stringify(batchOf(own))}]);`,
      "  const size = Object.values(p.layout.parameters).reduce((sum, q) => sum + q.size, 0);",
      "  const { phi, variance } = p.layout;",
      `  runs.${name} = { estimates, phi: view(p, phi, size), variance: view(p, variance, size) }; }`,
    );
  }
  lines.push("process.stdout.write(JSON.stringify(runs));");
  writeFileSync(join(place, "all.mjs"), lines.join("\n"));
  runs = JSON.parse(execFileSync(process.execPath, [join(place, "all.mjs")], { encoding: "utf8" }));
});
afterAll(() => rmSync(place, { recursive: true }));

type Found = Pick<Run, "phi" | "variance">;

/** The same batches through the js target in this process. */
async function throughTarget(own: Case): Promise<Found> {
  const { compiled } = compile(own.text);
  const options = resolve(compiled.settings, { batch, backend: "js" });
  const source = sourceOf(own.data);
  const data = await sized(compiled, source);
  const { program } = construct(compiled, data, options);
  await learnFeatures(compiled, program, new Reader(data, source, options, batch, {}));
  const { artefact } = program;
  const { columns, state, control, capacity } = artefact.step.layout;
  const view = ({ offset, length }: Region): Float64Array => artefact.memory.subarray(offset, offset + length);
  view(state.start).set(startOf(program));
  view(state.control)[control.tolerance] = options.tolerance;
  view(state.control)[control.inner] = options.inner;
  const levels = (name: string): readonly string[] => data.bindings.levels.get(name) ?? [];
  const lists = listsOf(own, [...columns.keys()], levels);
  artefact.run("init", 0);
  for (const { from, rows } of pieces(lists[0].list.length, capacity)) {
    for (const { name, k, list } of lists)
      artefact.memory.set(list.slice(from, from + rows), (columns.get(name)?.offset ?? 0) + k * capacity);
    artefact.run("update", rows);
  }
  artefact.run("finish", 0);
  return { phi: [...view(state.phi)], variance: [...view(state.variance)] };
}

interface Engine {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ readonly instance: { readonly exports: Exports } }>;
}
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly init: () => void;
  readonly update: (rows: number) => void;
  readonly finish: () => void;
}

/** The same batches through the wasm artefact, whose special functions are others. */
async function throughWasm(own: Case): Promise<Found> {
  const bytes = await compile(own.text).artefact("wasm", { batch, exact: true }, own.data);
  if (typeof bytes === "string") throw new Error("bytes were expected");
  const read = readArtefact(bytes);
  if (read.kind === "failure") throw new Error(read.diagnostics[0].message);
  const { columns, state, capacity } = read.layout;
  const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
  const { instance } = await engine.instantiate(Uint8Array.from(bytes), {});
  const { memory, init, update, finish } = instance.exports;
  const view = (address: number, length: number): Float64Array => new Float64Array(memory.buffer, address, length);
  const lists = listsOf(own, Object.keys(columns), (name) => columns[name].levels ?? []);
  init();
  for (const { from, rows } of pieces(lists[0].list.length, capacity)) {
    for (const { name, k, list } of lists)
      view(columns[name].address + 8 * k * capacity, rows).set(list.slice(from, from + rows));
    update(rows);
  }
  finish();
  const { phi, variance } = state;
  return { phi: [...view(phi.address, phi.length)], variance: [...view(variance.address, variance.length)] };
}

/** Columns as numbers, element by element of what is a vector. */
function listsOf(
  own: Case,
  columns: readonly string[],
  levels: (name: string) => readonly string[],
): { readonly name: string; readonly k: number; readonly list: number[] }[] {
  const values = batchOf(own);
  return columns.flatMap((name) => {
    const given = values[name] as readonly unknown[];
    const parts = (Array.isArray(given[0]) ? given : [given]) as (readonly (number | string)[])[];
    return parts.map((list, k) => ({
      name,
      k,
      list: list.map((x) => (typeof x === "string" ? levels(name).indexOf(x) : x)),
    }));
  });
}

function* pieces(total: number, capacity: number): Generator<{ readonly from: number; readonly rows: number }> {
  for (let from = 0; from < total; from += capacity) yield { from, rows: Math.min(capacity, total - from) };
}

/** Largest difference, of estimates in the size of the error or the estimate, of variances relative. */
function difference(found: Found, expected: Found): number {
  const of = expected.phi.flatMap((x, k) => {
    const size = Math.max(Math.sqrt(expected.variance[k]), Math.abs(x));
    return [Math.abs(found.phi[k] - x) / size, Math.abs(found.variance[k] / expected.variance[k] - 1)];
  });
  return Math.max(...of);
}

describe.each(Object.keys(cases))("%s", (name) => {
  it("runs in a process without us, and gives what the targets give", async () => {
    const found = runs[name];
    const own = await throughTarget(cases[name]);
    expect(found.phi).toHaveLength(own.phi.length);
    expect(difference(found, own)).toBeLessThan(1e-12);
    // birthwt.csv is sorted by its response: its first batches are separable, which makes much of a last digit
    expect(difference(found, await throughWasm(cases[name]))).toBeLessThan(1e-9);
  });

  it("needs nothing from outside, and is set in lines", () => {
    const text = printed.get(name) as string;
    expect(text).not.toMatch(/^import |\bnew Function\b|\beval\(|\brequire\(/m);
    const [program] = text.split("// ---------------------------------------------- linear algebra");
    expect(program.split("\n").filter((line) => line.length > 110)).toEqual([]);
  });
});

describe("estimates", () => {
  // an update ends where the decrement is below tolerance · (1 + |log-likelihood|): so near, in standard errors
  const near = (logLikelihood: number): number => Math.sqrt(2 * 1e-10 * (1 + Math.abs(logLikelihood)));

  // the search in a program makes a batch's plain steps, which crawl where scoring converges linearly only
  it.each(
    names.filter((name) => name !== "network"),
  )("%s: of one batch are those of `fit`, reports included", async (name) => {
    const own = cases[name];
    const file = join(place, `${name}-whole.mjs`);
    writeFileSync(file, await compile(own.text).artefact("js", {}, own.data));
    const { run } = (await import(pathToFileURL(file).href)) as { run: (batches: unknown[]) => Run["estimates"] };
    const flat = Object.values(run([batchOf(own)])).flat() as Entry[];
    const summary = await fit(compile(own.text), own.data);
    const expected = [...summary.parameters, ...summary.reports];
    const limit = near(summary.logLikelihood ?? 0);
    expect(flat).toHaveLength(expected.length);
    for (const [k, { estimate, se }] of expected.entries()) {
      expect(Math.abs(flat[k].estimate - estimate) / se).toBeLessThan(limit);
      expect(Math.abs((flat[k].se as number) / se - 1)).toBeLessThan(limit);
    }
  });
});

describe("what a person may get wrong", () => {
  const runOf = async (name: string): Promise<(batches: readonly unknown[]) => unknown> =>
    (
      (await import(pathToFileURL(join(place, `${name}.mjs`)).href)) as {
        run: (batches: readonly unknown[]) => unknown;
      }
    ).run;
  it.each([
    ["cars", { mpg: [1], weight: [1] }, "there is no column horsepower"],
    ["cars", { mpg: [Number.NaN], weight: [1], horsepower: [1] }, "no step from here helps"],
    ["hostile", { rows: [1], m: [1], constructor: ["toString"], memory: [0] }, "has no level toString"],
  ])("%s: %j", async (name, rows, message) => {
    const run = await runOf(name);
    expect(() => run([rows])).toThrow(message);
  });
});

interface Line {
  readonly memory: Float64Array;
  readonly layout: Readonly<
    Record<"phi" | "gradient" | "seenInformation" | "incomingPhi" | "incomingGradient" | "incomingMemory", number>
  >;
  readonly run: (batches: readonly object[]) => unknown;
  readonly estimates: () => Readonly<Record<string, { readonly estimate: number; readonly se: number }>>;
  readonly merge: (rows: number) => void;
}

it("two programs merge to what one makes of all rows", async () => {
  const text = `data x : real
data y : real
param a : real ~ Normal(0, 2)
param b : real ~ Normal(0, 2)
y ~ Normal(a + b * x, 0.5)
`;
  const x = [0.1, 0.9, -1.2, 2.1, 0.4, -0.3, 1.7];
  const y = [0.5, 1.1, -1.9, 2.9, 0.2, 0.3, 2.2];
  const file = join(place, "line.mjs");
  writeFileSync(file, await compile(text).artefact("js", {}, { x, y }));
  const copy = async (name: string): Promise<Line> => (await import(`${pathToFileURL(file).href}?${name}`)) as Line;
  const [whole, left, right] = [await copy("whole"), await copy("left"), await copy("right")];
  const rows = (from: number, to: number): object => ({ x: x.slice(from, to), y: y.slice(from, to) });
  whole.run([rows(0, 7)]);
  left.run([rows(0, 3)]);
  right.run([rows(3, 7)]);
  const { layout, memory } = left;
  const take = (from: number, length: number, to: number): void =>
    memory.set(right.memory.slice(from, from + length), to);
  take(layout.phi, 2, layout.incomingPhi);
  take(layout.gradient, 2, layout.incomingGradient);
  take(layout.seenInformation, 4, layout.incomingMemory);
  left.merge(0);
  const [merged, expected] = [left.estimates(), whole.estimates()];
  for (const name of ["a", "b"]) {
    expect(merged[name].estimate).toBeCloseTo(expected[name].estimate, 12);
    expect(merged[name].se).toBeCloseTo(expected[name].se, 12);
  }
});

it("the library is the text of its sources", () => {
  const file = new URL("../../src/emit/js/library.ts", import.meta.url);
  expect(libraryModule()).toBe(readFileSync(file, "utf8"));
});

it("a stage shows the same program", async () => {
  const { text, data } = cases.cars;
  expect(await compile(text).print("js", { batch, backend: "js" }, data)).toBe(printed.get("cars"));
});
