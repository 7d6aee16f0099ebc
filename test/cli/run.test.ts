// Fits and streams from the command line: what comes out, and how bad data end.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ffm, folder } from "./host.ts";

const line = `data x : real
data y : real
param a : real
param b : real
param sigma : positive
y ~ Normal(a + b * x, sigma)
report slope = 2 * b
flow { data "rows.csv" }
`;

/** y = 1 + 2 x with residuals of −1, 0 and 1 that are orthogonal to 1 and x. */
const rows = Array.from({ length: 12 }, (_, at) => ({ x: at >> 2, y: 1 + 2 * (at >> 2) + [-1, 1, 1, -1][at % 4] }));
const csv = `x,y\n${rows.map(({ x, y }) => `${x},${y}`).join("\n")}\n`;

test("the summary as JSON has exactly the contract's keys, and the right numbers", async () => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  const { code, stdout, stderr } = await ffm(["run", "line.ffm", "--format", "json"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const summary = JSON.parse(stdout);
  expect(Object.keys(summary)).toEqual([
    "schema",
    "model",
    "mode",
    "rows",
    "skipped",
    "leftOut",
    "missing",
    "passes",
    "converged",
    "logLikelihood",
    "logPrior",
    "logEvidence",
    "prequential",
    "prequentialFrom",
    "coverage",
    "aic",
    "bic",
    "effectiveParameters",
    "informationGained",
    "codeLength",
    "pacBayes",
    "errors",
    "parameters",
    "reports",
    "interval",
    "plan",
    "events",
    "diagnostics",
    "configuration",
    "timing",
  ]);
  const [a, b, sigma] = summary.parameters;
  expect(Object.keys(a)).toEqual(["name", "index", "estimate", "se", "lower", "upper", "fromPrior", "robust"]);
  expect(Object.keys(summary.reports[0])).toEqual(["name", "index", "estimate", "se", "lower", "upper"]);
  expect(Object.keys(summary.model)).toEqual(["name", "hash"]);
  expect(Object.keys(summary.plan)).toEqual(["blocks", "flopsPerRow", "bytes", "backend"]);
  expect(Object.keys(summary.plan.blocks[0])).toEqual(["parameters", "structure", "flopsPerRow", "bytes", "reason"]);
  expect(Object.keys(summary.timing)).toEqual(["compileMs", "readMs", "updateMs", "totalMs"]);
  expect(summary.schema).toBe("ffm.summary/1");
  expect(summary.model.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(summary).toMatchObject({ mode: "fit", rows: 12, skipped: 0, converged: true, interval: 0.95 });
  // Least squares by hand: residuals ±1, so σ̂ = 1, Sxx = 8, se(b) = 1/√8.
  expect(a.estimate).toBeCloseTo(1, 9);
  expect(b.estimate).toBeCloseTo(2, 9);
  expect(sigma.estimate).toBeCloseTo(1, 9);
  expect(b.se).toBeCloseTo(1 / Math.sqrt(8), 9);
  expect(summary.reports[0].se).toBeCloseTo(2 / Math.sqrt(8), 9);
  expect(summary.logLikelihood).toBeCloseTo(-6 * Math.log(2 * Math.PI) - 6, 9);
});

test("the table has the names, the figures and the plan", async () => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  const { code, stdout } = await ffm(["run", "line.ffm"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^name +estimate +se +2\.5% +97\.5% +prior$/m);
  expect(stdout).toMatch(/^b +2\.000 +0\.354 /m);
  expect(stdout).toMatch(/^slope +4\.000 +0\.707 /m);
  expect(stdout).toMatch(/^rows +12$/m);
  expect(stdout).toMatch(/^plan {2}full information for a, b and sigma: /m);
});

test("flags win over the model's flow", async () => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv, "other.csv": "x,y\n0,0\n1,2\n2,3\n3,7\n" });
  const { stdout } = await ffm(
    ["run", "line.ffm", "--data", "other.csv", "--interval", "0.9", "--backend", "interpret", "--format", "json"],
    { cwd },
  );
  const summary = JSON.parse(stdout);
  expect(summary).toMatchObject({ rows: 4, interval: 0.9, plan: { backend: "interpret" } });
});

test("the model's data are found beside the model", async () => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  const { code } = await ffm(["run", join(cwd, "line.ffm")]);
  expect(code).toBe(0);
});

const forms: readonly (readonly [string, string | Uint8Array])[] = [
  ["rows.tsv", csv.replaceAll(",", "\t")],
  ["rows.ndjson", rows.map((row) => JSON.stringify(row)).join("\n")],
  ["rows.json", JSON.stringify(rows)],
  ["stan.json", JSON.stringify({ x: rows.map(({ x }) => x), y: rows.map(({ y }) => y) })],
  ["rows.csv.gz", gzipSync(csv)],
];

test.each(forms)("data from %s give what the CSV gives", async (name, content) => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  writeFileSync(join(cwd, name), content);
  const estimate = async (data: string): Promise<unknown> =>
    JSON.parse((await ffm(["fit", "line.ffm", "--data", data, "--format", "json"], { cwd })).stdout).parameters;
  expect(await estimate(name)).toEqual(await estimate("rows.csv"));
});

test("standard input streams", async () => {
  const cwd = folder({ "line.ffm": line });
  const piped = await ffm(["stream", "line.ffm", "--data", "-", "--format", "json"], { cwd, stdin: csv });
  expect(piped.stderr).toBe("");
  expect(piped.code).toBe(0);
  const summary = JSON.parse(piped.stdout);
  expect(summary).toMatchObject({ mode: "stream", rows: 12 });
  expect(summary.parameters[1].estimate).toBeCloseTo(2, 6);
});

test("--progress prints lines even where nobody watches", async () => {
  const many = `x,y\n${Array.from({ length: 5000 }, (_, at) => `${at % 7},${(at * 13) % 11}`).join("\n")}\n`;
  const cwd = folder({ "line.ffm": line, "rows.csv": many });
  const { code, stderr } = await ffm(["stream", "line.ffm", "--data", "rows.csv", "--progress", "2000"], { cwd });
  expect(code).toBe(0);
  expect(stderr.match(/5,000 rows/g)?.length).toBeGreaterThanOrEqual(2);
  expect(stderr).not.toContain("\r");
});

const counts = `data site : category
data n : count
param rate : real[site] ~ Normal(0, 2)
n ~ Poisson(log: rate[site])
`;

const bad: readonly (readonly [string, string, string, string, readonly string[]])[] = [
  ["a missing column", line, "x,z\n1,2\n2,3\n", "FF501", ["y"]],
  ["text in a numeric column", line, "x,y\n1,2\n2,three\n3,4\n", "FF502", ["Row 2", "`y`", "three"]],
  ["a missing value", line, "x,y\n1,2\n,3\n3,4\n", "FF503", ["Row 2", "`x`"]],
  ["NaN", line, "x,y\n1,2\n2,3\nNaN,4\n", "FF503", ["Row 3", "`x`"]],
  ["a count of −1", counts, "site,n\na,3\nb,-1\n", "FF505", ["Row 2", "`n`", "-1", "count"]],
  ["half a count", counts, "site,n\na,3\nb,1.5\n", "FF505", ["Row 2", "`n`", "1.5"]],
  ["a header without rows", line, "x,y\n", "FF506", []],
  ["an empty file", line, "", "FF506", []],
];

test.each(bad)("%s: exit 4, with row and column", async (_, model, data, expected, words) => {
  const cwd = folder({ "m.ffm": model, "d.csv": data });
  const { code, stdout, stderr } = await ffm(["fit", "m.ffm", "--data", "d.csv"], { cwd });
  expect(stderr).toContain(expected);
  for (const word of words) expect(stderr).toContain(word);
  expect(stdout).toBe("");
  expect(code).toBe(4);
  const json = await ffm(["fit", "m.ffm", "--data", "d.csv", "--format", "json"], { cwd });
  expect(json.code).toBe(4);
  const [first] = json.stderr.split("\n").map((text) => (text === "" ? null : JSON.parse(text)));
  expect(Object.keys(first)).toEqual(["code", "message", "file", "span", "hint"]);
  expect(first.code).toBe(expected);
});

test("data that are not there: exit 4", async () => {
  const cwd = folder({ "m.ffm": line });
  const { code, stderr } = await ffm(["fit", "m.ffm", "--data", "nowhere.csv"], { cwd });
  expect(code).toBe(4);
  expect(stderr).toContain("FF507");
  expect(stderr).toContain("there is no such file");
});

test("data that the model names and that are not there point at the model's line", async () => {
  const cwd = folder({ "m.ffm": line });
  const { code, stderr } = await ffm(["run", "m.ffm"], { cwd });
  expect(code).toBe(4);
  expect(stderr).toContain("m.ffm:8:");
});

test("bad rows can be skipped, and are counted", async () => {
  const cwd = folder({ "m.ffm": line, "d.csv": `${csv}1,\n,2\n` });
  const argv = ["fit", "m.ffm", "--data", "d.csv", "--on-bad-row", "skip", "--format", "json"];
  const { code, stdout } = await ffm(argv, { cwd });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ rows: 12, skipped: 2 });
});

test("what the data can't tell is a numerical failure: exit 1, with the parameters' names", async () => {
  const cwd = folder({ "m.ffm": line, "d.csv": "x,y\n1,2\n1,3\n1,5\n1,4\n" });
  const { code, stderr } = await ffm(["fit", "m.ffm", "--data", "d.csv"], { cwd });
  expect(stderr).toContain("FF602");
  expect(stderr).toMatch(/`a`.*`b`|`b`.*`a`/);
  expect(code).toBe(1);
});

test("a model with errors is not run: exit 3", async () => {
  const cwd = folder({ "m.ffm": line.replace("sigma)", "sgma)"), "rows.csv": csv });
  const { code, stdout, stderr } = await ffm(["run", "m.ffm"], { cwd });
  expect(code).toBe(3);
  expect(stdout).toBe("");
  expect(stderr).toContain("Did you mean `sigma`?");
});

test("--set reaches the model's constants", async () => {
  const cwd = folder({ "m.ffm": `const K = 1\n${line.replace("b * x", "b * x * K")}`, "rows.csv": csv });
  const { stdout } = await ffm(["run", "m.ffm", "--set", "K=4", "--format", "json"], { cwd });
  expect(JSON.parse(stdout).parameters[1].estimate).toBeCloseTo(0.5, 9);
});

test("an interruption ends with 130", async () => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  const { code, stdout } = await ffm(["fit", "line.ffm", "--data", "rows.csv"], { cwd, signal: AbortSignal.abort() });
  expect(code).toBe(130);
  expect(stdout).toBe("");
});

test("the starter model runs as it is", async () => {
  const cwd = folder();
  await ffm(["new", "coffee"], { cwd });
  const { code, stdout, stderr } = await ffm(["run", "coffee.ffm", "--format", "json"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const summary = JSON.parse(stdout);
  expect(summary.converged).toBe(true);
  expect(summary.diagnostics).toEqual([]);
  // The data were simulated with a change of −0.015 a degree; the standard deviation of temperature is about 6.
  const slope = summary.parameters.find(({ name }: { name: string }) => name === "slope");
  expect(slope.estimate).toBeLessThan(0);
  expect(Math.abs(slope.estimate) / slope.se).toBeGreaterThan(3);
});

test("a stream saves its state; show prints it, and a stream goes on from it", async () => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  const streamed = await ffm(["stream", "line.ffm", "--save", "line.ffs", "--format", "json"], { cwd });
  expect(streamed.code).toBe(0);
  expect(readdirSync(cwd).sort()).toEqual(["line.ffm", "line.ffs", "rows.csv"]);
  const shown = await ffm(["show", "line.ffs", "--format", "json"], { cwd });
  expect(shown.code).toBe(0);
  const [before, after] = [streamed, shown].map(({ stdout }) => JSON.parse(stdout));
  expect(after.parameters).toEqual(before.parameters);
  expect(after.model).toEqual(before.model);
  expect(after.rows).toBe(12);
  const resumed = await ffm(["stream", "line.ffm", "--resume", "line.ffs", "--format", "json"], { cwd });
  expect(resumed.code).toBe(0);
  const once = JSON.parse(resumed.stdout);
  expect(once.rows).toBe(12);
  expect(once.parameters).toEqual(before.parameters);
  expect(once.events[0].message).toMatch(/^Nothing new: all 12 rows/);
  const again = await ffm(["stream", "line.ffm", "--resume", "line.ffs", "--again", "--format", "json"], { cwd });
  expect(again.code).toBe(0);
  const twice = JSON.parse(again.stdout);
  expect(twice.rows).toBe(24);
  // The same rows again: the same estimates, and twice the information.
  expect(twice.parameters[1].estimate).toBeCloseTo(2, 6);
  expect(twice.parameters[1].se).toBeCloseTo(1 / Math.sqrt(16), 6);
});

test.each([
  ["cut short", (bytes: Uint8Array) => bytes.slice(0, bytes.length - 5)],
  ["altered", (bytes: Uint8Array) => bytes.with(bytes.length - 3, bytes[bytes.length - 3] ^ 1)],
  ["something else", () => new TextEncoder().encode("x,y\n1,2\n")],
  ["empty", () => new Uint8Array()],
])("a state that is %s is refused with exit 4", async (_, change) => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  await ffm(["fit", "line.ffm", "--save", "line.ffs"], { cwd });
  writeFileSync(join(cwd, "line.ffs"), change(readFileSync(join(cwd, "line.ffs"))));
  for (const argv of [
    ["show", "line.ffs"],
    ["stream", "line.ffm", "--resume", "line.ffs"],
  ]) {
    const { code, stdout, stderr } = await ffm(argv, { cwd });
    expect(stderr).toContain("FF531");
    expect(stderr).toContain("line.ffs");
    expect(stdout).toBe("");
    expect(code).toBe(4);
  }
});

test("a state of another model is refused", async () => {
  const cwd = folder({ "line.ffm": line, "other.ffm": line.replace("b * x", "b * x * x"), "rows.csv": csv });
  await ffm(["fit", "line.ffm", "--save", "line.ffs"], { cwd });
  const { code, stderr } = await ffm(["stream", "other.ffm", "--resume", "line.ffs"], { cwd });
  expect(stderr).toContain("FF532");
  expect(code).toBe(4);
});

test("plan shows the candidates and the reason, and needs data only for sizes", async () => {
  const cwd = folder({ "line.ffm": line.replace(/flow.*\n/, ""), "sites.ffm": counts, "d.csv": "site,n\na,3\nb,1\n" });
  const { code, stdout } = await ffm(["plan", "line.ffm"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\* full +\d+ +[\d.]+ ns +[\d.]+ KB +0 {2}chosen$/m);
  expect(stdout).toMatch(/^ {2}diagonal +\d+ +[\d.]+ ns /m);
  const open = await ffm(["plan", "sites.ffm"], { cwd });
  expect(open.stderr).toContain("FF421");
  expect(open.code).toBe(3);
  expect((await ffm(["plan", "sites.ffm", "--data", "d.csv"], { cwd })).stdout).toContain("rate (2 coordinates)");
  const tight = await ffm(["plan", "line.ffm", "--budget", "1 B"], { cwd });
  expect(tight.stderr).toContain("FF420");
  expect(tight.code).toBe(3);
});

test.each([
  "ast",
  "model",
  "density",
  "derivatives",
  "plan",
  "step",
  "loops",
  "js",
])("compile --print %s", async (stage) => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  const { code, stdout, stderr } = await ffm(["compile", "line.ffm", "--print", stage], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout.length).toBeGreaterThan(100);
  expect(stdout.endsWith("\n")).toBe(true);
  expect(await ffm(["compile", "line.ffm", "--print", stage, "-o", "out"], { cwd })).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
  expect(readFileSync(join(cwd, "out"), "utf8").trimEnd()).toBe(stdout.trimEnd());
});

test("compile asks for a target or a stage, and knows the right ones", async () => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  const said = async (...flags: string[]): Promise<string> => {
    const { code, stderr } = await ffm(["compile", "line.ffm", ...flags], { cwd });
    expect(code).toBe(2);
    return stderr;
  };
  expect(await said()).toContain("derivatives");
  expect(await said("--print", "derivative")).toContain("Did you mean derivatives?");
  expect(await said("--to", "wsm")).toContain("Did you mean wasm?");
  expect(await said("--to", "tfjs")).toContain("not built yet");
  expect(await said("--to", "wasm", "--print", "js")).toContain("don't go together");
});

test("compile --to wasm writes a module that needs nothing", async () => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  const { code, stderr } = await ffm(["compile", "line.ffm", "--to", "wasm", "-o", "line.wasm"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const bytes = readFileSync(join(cwd, "line.wasm"));
  expect([...bytes.subarray(0, 8)]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const terminal = await ffm(["compile", "line.ffm", "--to", "wasm"], { cwd, terminal: true });
  expect(terminal.code).toBe(2);
  expect(terminal.stdout).toBe("");
});

test("verify holds a model's families against quadrature", async () => {
  const family = (fisher: string): string => `distribution Waiting(rate: positive) on positive {
  logpdf(y) = log(rate) - rate * y
  fisher    = ${fisher}
  mean      = 1 / rate
}
`;
  const cwd = folder({ "right.ffm": family("1 / rate^2"), "wrong.ffm": family("1 / rate"), "none.ffm": line });
  const right = await ffm(["verify", "right.ffm"], { cwd });
  expect(right).toMatchObject({ code: 0, stderr: "" });
  expect(right.stdout).toContain("1 of 1 hold");
  const wrong = await ffm(["verify", "wrong.ffm"], { cwd });
  expect(wrong.code).toBe(3);
  expect(wrong.stdout).toMatch(/^Waiting\(rate\) .*WRONG/m);
  expect(wrong.stderr).toContain("FF432");
  expect(wrong.stderr).toContain("wrong.ffm:3:");
  const json = await ffm(["verify", "wrong.ffm", "--format", "json"], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({ passed: false, families: [{ name: "Waiting" }] });
  expect(JSON.parse(json.stderr).code).toBe("FF432");
  expect((await ffm(["verify", "none.ffm"], { cwd })).stdout).toBe("none.ffm defines no family.\n");
});

test.each(["fit", "stream", "check"])("--timing of %s tells where all of the time went", async (verb) => {
  const cwd = folder({ "line.ffm": line, "rows.csv": csv });
  const begun = performance.now();
  const { code, stderr } = await ffm([verb, "line.ffm", "--timing"], { cwd, now: () => performance.now() - begun });
  expect(code).toBe(0);
  const told = [...stderr.matchAll(/^(\w+(?: \w+)*) +([\d.]+) ms$/gm)].map(
    ([, stage, ms]) => [stage, Number(ms)] as const,
  );
  const stages = told.filter(([stage]) => stage !== "total");
  const total = told.find(([stage]) => stage === "total")?.[1] ?? Number.NaN;
  const sum = stages.reduce((all, [, ms]) => all + ms, 0);
  // each is rounded to a tenth
  expect(Math.abs(sum - total)).toBeLessThan(0.1 * told.length + 1);
  expect(stages.map(([stage]) => stage)).toEqual(
    expect.arrayContaining(
      verb === "check" ? ["load", "parse"] : ["load", "open data", "read", "update", "summary", "print"],
    ),
  );
});
