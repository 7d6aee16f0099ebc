// `ffm plan` as a person and as a program read it, and the rates that it measures and takes.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ffm, folder } from "./host.ts";

const model = `data site : category
data x : real
data y : real
param base : real
param slope : real
param level : real[site] ~ Normal(0, 1)
param noise : positive
y ~ Normal(base + slope * x + level[site], noise)
`;
const csv = `site,x,y\n${Array.from({ length: 200 }, (_, i) => `s${i % 80},${i % 7},${(i * i) % 11}`).join("\n")}\n`;
const files = { "sites.ffm": model, "sites.csv": csv };
const command = ["plan", "sites.ffm", "--data", "sites.csv"];

test("the table has totals, candidates with cost and loss, the choice and why, within 100 columns", async () => {
  const { code, stdout, stderr } = await ffm(command, { cwd: folder(files) });
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^sites: expected information, batches of \d+ rows, double precision, on wasm$/m);
  expect(stdout).toMatch(/^in all [\d,]+ flops a row, about [\d.]+ [nu]s a row, [\d.]+ [KM]B$/m);
  expect(stdout).toMatch(/^base, slope, level \(82 coordinates\)$/m);
  expect(stdout).toMatch(/^ {2}structure +flops\/row +time\/row +memory +loss +KL +errors +eps {2}verdict$/m);
  expect(stdout).toMatch(/^\* arrow .* 0 .*chosen$/m);
  expect(stdout).toMatch(/^ {2}full .* 0 .*loses as little, but$/m);
  expect(stdout).toMatch(/^ {2}diagonal .* 100% .*loses all of the$/m);
  expect(stdout).toMatch(/^ {2}why: nothing is lost by it, and it is quicker than full; /m);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
});

test("JSON has the same", async () => {
  const { stdout } = await ffm([...command, "--format", "json"], { cwd: folder(files) });
  const plan = JSON.parse(stdout);
  expect(plan).toMatchObject({ kind: "plan", information: "expected", precision: "double", notes: [] });
  expect(plan.batchRows).toBeGreaterThan(0);
  const [sites, noise] = plan.blocks;
  expect(sites).toMatchObject({ parameters: ["base", "slope", "level"], size: 82, structure: "arrow", loss: 0 });
  expect(noise).toMatchObject({ parameters: ["noise"], structure: "full" });
  for (const candidate of sites.candidates)
    expect(candidate).toMatchObject({
      structure: expect.any(String),
      flopsPerRow: expect.any(Number),
      secondsPerRow: expect.any(Number),
      bytes: expect.any(Number),
      loss: expect.any(Number),
      fits: true,
      verdict: expect.any(String),
    });
  expect(plan.bytes).toBeGreaterThanOrEqual(sites.bytes + noise.bytes);
});

test("a budget changes the choice and says what was passed over", async () => {
  const { stdout } = await ffm([...command, "--budget", "60 KB"], { cwd: folder(files) });
  expect(stdout).toMatch(/exceed the budget|the budget of 60\.0 KB/m);
  expect(stdout).toMatch(/^ {2}why: .* was passed over: /m);
});

test("a machine is measured, and its rates are used", async () => {
  const cwd = folder(files);
  // a clock that runs fast makes the measurement short
  const now = (): number => 20 * performance.now();
  const measured = await ffm(["plan", "--calibrate", "rates.json"], { cwd, now });
  expect(measured.stdout).toMatch(/^rates\.json: rates for wasm; \d+ of 16 updates are predicted within a factor/);
  const file = JSON.parse(readFileSync(join(cwd, "rates.json"), "utf8"));
  expect(file).toMatchObject({ format: "ffm.rates/1", backend: "wasm", measured: 16 });
  const ours = JSON.parse((await ffm([...command, "--format", "json"], { cwd })).stdout);
  const rated = await ffm([...command, "--rates", "rates.json", "--format", "json"], { cwd });
  const theirs = JSON.parse(rated.stdout);
  expect(theirs.flopsPerRow).toBe(ours.flopsPerRow);
  expect(theirs.secondsPerRow).not.toBe(ours.secondsPerRow);
  expect((await ffm(["fit", ...command.slice(1), "--rates", "rates.json"], { cwd })).code).toBe(0);
});

const rates = Object.fromEntries(
  [
    ..."elementwise functions serial products singles dense lines".split(" "),
    ..."portable levels eigen bytes scattered calls".split(" "),
  ].map((kind) => [kind, 1e-9]),
);
const good = { format: "ffm.rates/1", backend: "wasm", rates };

test.each([
  ["no JSON", "rates", "it is not JSON"],
  ["another thing", "[]", "its format is not ffm.rates/1"],
  ["a newer format", JSON.stringify({ ...good, format: "ffm.rates/2" }), "its format is not ffm.rates/1"],
  ["another target", JSON.stringify({ ...good, backend: "js" }), "measured for js, and the flow runs on wasm"],
  ["no rates", JSON.stringify({ ...good, rates: null }), "it has no rates"],
  ["a missing rate", JSON.stringify({ ...good, rates: { ...rates, bytes: undefined } }), "bytes is not a number"],
  ["a negative rate", JSON.stringify({ ...good, rates: { ...rates, dense: -1 } }), "dense is not a number"],
] as const)("rates that are %s are refused", async (_, text, reason) => {
  for (const verb of ["plan", "fit", "stream"]) {
    const cwd = folder({ ...files, "rates.json": text });
    const { code, stdout, stderr } = await ffm([verb, ...command.slice(1), "--rates", "rates.json"], { cwd });
    expect(stderr).toContain("FF535");
    expect(stderr).toContain(reason);
    expect([code === 0, stdout]).toEqual([false, ""]);
  }
});

test("rates that are not there are refused", async () => {
  const { code, stderr } = await ffm([...command, "--rates", "nowhere.json"], { cwd: folder(files) });
  expect(code).toBe(4);
  expect(stderr).toContain("nowhere.json");
});
