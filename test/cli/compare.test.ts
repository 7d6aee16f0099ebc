// `ffm compare` from the command line: its table, its JSON, and what it refuses.

import { expect, test } from "vitest";
import { ffm, folder } from "./host.ts";

const flat =
  "model flat\ndata y : real\nparam a : real ~ Normal(0, 5)\nparam s : positive ~ Exponential(1)\ny ~ Normal(a, s)\n";
const line = `model line
data x : real
data y : real
param a : real ~ Normal(0, 5)
param b : real ~ Normal(0, 5)
param s : positive ~ Exponential(1)
y ~ Normal(a + b * x, s)
`;
/** y = 1 + 2 x with residuals of −1 and 1 that are orthogonal to 1 and x. */
const rows = Array.from({ length: 240 }, (_, at) => ({
  x: (at >> 2) % 6,
  y: 1 + 2 * ((at >> 2) % 6) + [-1, 1, 1, -1][at % 4],
}));
const csv = `x,y\n${rows.map(({ x, y }) => `${x},${y}`).join("\n")}\n`;
const files = { "flat.ffm": flat, "line.ffm": line, "rows.csv": csv };

test("the table has the best model first, and says since when", async () => {
  const cwd = folder(files);
  const { code, stdout, stderr } = await ffm(["compare", "flat.ffm", "line.ffm", "--data", "rows.csv"], { cwd });
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^2 models of density of y: stream of 240 rows$/m);
  expect(stdout).toMatch(/^model +parameters +log evidence +log BF +weight +effective$/m);
  expect(stdout).toMatch(/^line +3 +-\d+\.\d{3} +0 +1\.000 +\d/m);
  expect(stdout).toMatch(/^flat +2 +-\d+\.\d{3} +-\d+\.\d{3} +<0\.001 +\d/m);
});

test("fits have AIC and BIC too, and what fit says of each", async () => {
  const cwd = folder(files);
  const json = async (...argv: string[]) => JSON.parse((await ffm([...argv, "--format", "json"], { cwd })).stdout);
  const found = await json("compare", "flat.ffm", "line.ffm", "--data", "rows.csv", "--mode", "fit");
  expect(Object.keys(found)).toEqual([
    "schema",
    "mode",
    "rows",
    "response",
    "basis",
    "from",
    "models",
    "leaders",
    "course",
  ]);
  expect(found).toMatchObject({ schema: "ffm.compare/1", mode: "fit", rows: 240, basis: "evidence", course: null });
  expect(found.models.map((m: { name: string }) => m.name)).toEqual(["line", "flat"]);
  for (const own of found.models) {
    const { aic, bic, logEvidence, effectiveParameters } = await json("fit", `${own.name}.ffm`, "--data", "rows.csv");
    expect(own).toMatchObject({ aic, bic, logEvidence, effectiveParameters });
  }
});

test("standard input is read once for all models", async () => {
  const cwd = folder(files);
  const argv = ["compare", "flat.ffm", "line.ffm", "--batch", "20", "--format", "json"];
  const piped = await ffm([...argv, "--data", "-"], { cwd, stdin: csv });
  const read = await ffm([...argv, "--data", "rows.csv"], { cwd });
  expect([piped.code, piped.stderr]).toEqual([0, ""]);
  const [one, other] = [piped, read].map(({ stdout }) => JSON.parse(stdout));
  expect(one.models.map((m: { name: string }) => m.name)).toEqual(other.models.map((m: { name: string }) => m.name));
  expect(one.rows).toBe(240);
});

test("what can't be compared ends with the reason", async () => {
  const cwd = folder({ ...files, "logs.ffm": line.replace("model line", "model logs").replace("y ~", "exp(y) ~") });
  const other = await ffm(["compare", "line.ffm", "logs.ffm", "--data", "rows.csv"], { cwd });
  expect(other.code).toBe(3);
  expect(other.stderr).toMatch(/FF461.*density of y.*density of exp\(y\)/);
  const one = await ffm(["compare", "line.ffm"], { cwd });
  expect([one.code, one.stderr.split("\n")[0]]).toEqual([2, "error: `ffm compare` needs two models or more, not 1."]);
  const none = await ffm(["compare", "line.ffm", "flat.ffm"], { cwd });
  expect([none.code, none.stderr.split("\n")[0]]).toEqual([
    2,
    "error: `ffm compare` needs data, and no model names any.",
  ]);
  const broken = await ffm(["compare", "line.ffm", "missing.ffm", "--data", "rows.csv"], { cwd });
  expect(broken.code).toBe(3);
  const absent = await ffm(["compare", "line.ffm", "flat.ffm", "--data", "rows.cvs"], { cwd });
  expect(absent.code).toBe(4);
});

test("the help has an example", async () => {
  const { code, stdout } = await ffm(["compare", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("ffm compare line.ffm curve.ffm --data rows.csv");
});

test("a stream says what it is worth, and stops when told", async () => {
  const many = `x,y\n${Array.from({ length: 30 }, () => rows.map(({ x, y }) => `${x},${y}`).join("\n")).join("\n")}\n`;
  const cwd = folder({ ...files, "many.csv": many, "stop.ffm": `${line}flow { stop when gain < 1 per 1000 rows }\n` });
  const { stdout } = await ffm(["stream", "stop.ffm", "--data", "many.csv"], { cwd });
  expect(stdout).toMatch(/^prequential log evidence +-\d+\.\d{3}$/m);
  expect(stdout).toMatch(/^saturated at row \d+: the last \d+ rows brought 0\.\d+ nats of information/m);
  expect(stdout).not.toMatch(/stream of 7200 rows/);
  const shown = await ffm(["stream", "line.ffm", "--data", "many.csv", "--progress", "2000"], { cwd });
  expect(shown.stderr).toMatch(/log evidence -\d/);
  const wrong = await ffm(["stream", "line.ffm", "--data", "many.csv", "--stop", "gain < 1"], { cwd });
  expect([wrong.code, wrong.stderr.includes("when gain < 0.01 per 1_000 rows")]).toEqual([2, true]);
});
