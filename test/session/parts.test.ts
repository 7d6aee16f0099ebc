// One fit over parts that threads of their own read and keep: what one fit over all rows gives.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hirePart } from "../../src/cli/threads.ts";
import { compile, DataError, fit, fitParts, loadState, type Model, type Summary, summaryOf } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

type Row = Readonly<Record<string, number | string>>;
const folder = mkdtempSync(join(tmpdir(), "ffm-parts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const draws = random(7, "parts");

function write(name: string, rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const path = join(folder, name);
  writeFileSync(path, `${names.join()}\n${rows.map((row) => names.map((n) => row[n]).join()).join("\n")}\n`);
  return path;
}

const model = compile(`data g : category
data x : real
data n : count
param a : real
param b : real ~ Normal(0, 2)
param effect : real[g] ~ Normal(0, 1)
n ~ Poisson(log: a + b * standardize(x) + effect[g])
`);
const counts = (count: number, names: string): Row[] =>
  Array.from({ length: count }, () => {
    const x = 10 + 2 * draws.normal();
    let n = 0;
    for (let p = draws.uniform(); p > Math.exp(-Math.exp(0.3 + 0.1 * (x - 10))); p *= draws.uniform()) n++;
    return { g: names[Math.floor(names.length * draws.uniform())] as string, x, n };
  });

function close(one: Summary, other: Summary): void {
  expect(other.rows).toBe(one.rows);
  for (const [k, p] of one.parameters.entries()) {
    const q = other.parameters[k] as typeof p;
    expect([q.name, q.index]).toEqual([p.name, p.index]);
    expect(Math.abs(p.estimate - q.estimate)).toBeLessThan(1e-8 * Math.max(p.se, Math.abs(p.estimate)));
    expect(Math.abs(p.se / q.se - 1)).toBeLessThan(1e-8);
  }
  expect(Math.abs((one.logLikelihood as number) / (other.logLikelihood as number) - 1)).toBeLessThan(1e-10);
}

test("parts with other levels, on threads and without, are one fit", async () => {
  const parts = [counts(1500, "abc"), counts(700, "dcb"), counts(2000, "abef")];
  const files = parts.map((rows, k) => write(`p${k}.csv`, rows));
  const one = await fit(model, parts.flat() as Row[]);
  let state = new Uint8Array();
  const onState = (bytes: Uint8Array): void => {
    state = new Uint8Array(bytes);
  };
  const threaded = await fitParts(model, files, { threads: 3, hire: hirePart, onState });
  close(one, threaded);
  expect(threaded.events.at(-1)?.message).toBe("3 parts of 700 to 2000 rows, fitted together on 3 threads.");
  close(one, summaryOf(loadState(state)));
  expect(loadState(state).state.companions.rows).toMatchObject({ rows: expect.any(Number) });
  close(
    await fit(model, parts.flat() as Row[], { errors: "sandwich" }),
    await fitParts(model, files, { threads: 2, hire: hirePart, errors: "sandwich" }),
  );
  close(one, await fitParts(model, files));
  close(one, await fitParts(model, parts as Row[][]));
}, 60_000);

test("the square-root form is taken by all where the data ask for it", async () => {
  const line = compile(`data x : real
data y : real
param a : real
param b : real
param c : real
param s : positive
y ~ Normal(a + b * x + c * x * x, s)
`);
  const rows = Array.from({ length: 600 }, () => {
    const x = 1000 + draws.normal();
    return { x, y: 1 + 0.5 * (x - 1000) + draws.normal() };
  });
  const files = [write("q0.csv", rows.slice(0, 250)), write("q1.csv", rows.slice(250))];
  const one = await fit(line, rows);
  const other = await fitParts(line, files, { threads: 2, hire: hirePart });
  expect(one.events.map((e) => e.kind)).toEqual(["replanned"]);
  expect(other.events.map((e) => e.kind)).toEqual(["replanned", "combined"]);
  for (const [k, p] of one.parameters.entries()) {
    const q = other.parameters[k] as typeof p;
    expect(Math.abs(p.estimate - q.estimate)).toBeLessThan(1e-6 * p.se);
    expect(Math.abs(p.se / q.se - 1)).toBeLessThan(1e-6);
  }
}, 60_000);

test("what is wrong with a part names it", async () => {
  const good = write("good.csv", counts(50, "ab"));
  const bad = write("bad.csv", [{ g: "a", x: "much", n: 3 }]);
  const refused = async (work: Promise<Summary>): Promise<string> => {
    const error = await work.then(
      () => null,
      (found: unknown) => found,
    );
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  };
  const options = { threads: 2, hire: hirePart };
  expect(await refused(fitParts(model, [good, bad], options))).toMatch(/FF502: .*bad\.csv: Row 1, column `x`/);
  expect(await refused(fitParts(model, [good, join(folder, "none.csv")], options))).toMatch(/FF507/);
  const wide = compile(`data x : real[2] from "x*"
data y : real
param b : real[2]
y ~ Normal(sum(b * x), 1)
`);
  const columns = (first: string, second: string): Row[] =>
    Array.from({ length: 30 }, () => ({ [first]: draws.normal(), [second]: draws.normal(), y: draws.normal() }));
  const mixed = [write("w0.csv", columns("x1", "x2")), write("w1.csv", columns("x1", "x3"))];
  expect(await refused(fitParts(wide as Model, mixed, options))).toMatch(/FF541: .*w1\.csv/);
}, 60_000);
