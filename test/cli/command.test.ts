// The command line as a person meets it: help, misspellings, colours, exit codes.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { later, verbs } from "../../src/cli/verbs/index.ts";
import { ffm, folder } from "./host.ts";

const line = `data x : real
data y : real
param a : real
param b : real
param sigma : positive ~ HalfNormal(1)
y ~ Normal(a + b * x, sigma)
`;

test("help lists every verb and is an answer, not an error", async () => {
  const { code, stdout, stderr } = await ffm(["--help"]);
  expect(code).toBe(0);
  expect(stderr).toBe("");
  for (const verb of Object.keys(verbs)) expect(stdout).toMatch(new RegExp(`^  ${verb} +\\S`, "m"));
  expect((await ffm(["help"])).stdout).toBe(stdout);
});

test("without a verb the help is an error message", async () => {
  const { code, stdout, stderr } = await ffm([]);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("Usage: ffm VERB");
});

test.each(Object.keys(verbs))("ffm %s --help has an example and every flag", async (verb) => {
  const { code, stdout } = await ffm([verb, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Example:\n {2}(\S.*)?ffm /);
  for (const { name } of verbs[verb].options) expect(stdout).toContain(`--${name}`);
  expect(stdout).toContain("--format");
  expect((await ffm(["help", verb])).stdout).toBe(stdout);
});

test("the version is the package's", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(await ffm(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test("a misspelt verb is a usage error with the nearest verb", async () => {
  const { code, stdout, stderr } = await ffm(["chekc", "m.ffm"]);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toBe('error: There is no verb "chekc".\n  Did you mean check?\n');
});

test("a word like nothing we know gets no wild guess", async () => {
  const { code, stderr } = await ffm(["constructor"]);
  expect(code).toBe(2);
  expect(stderr).not.toContain("Did you mean");
});

test.each(later)("ffm %s says that it is not built yet", async (verb) => {
  const { code, stderr } = await ffm([verb, "m.ffm"]);
  expect(code).toBe(2);
  expect(stderr).toContain(`\`ffm ${verb}\` is not built yet`);
});

test("a misspelt flag is a usage error with the nearest flag", async () => {
  const { code, stderr } = await ffm(["fit", "m.ffm", "--dta", "x.csv"]);
  expect(code).toBe(2);
  expect(stderr).toBe("error: There is no flag --dta.\n  Did you mean --data?\n");
});

test.each([
  [["fit", "m.ffm", "--data"], "--data needs a value"],
  [["fit", "m.ffm", "--data", "--all"], "--data needs a value"],
  [["fit", "m.ffm", "--all=yes"], "--all is a switch"],
  [["fit", "m.ffm", "--format", "jsn"], "--format is one of table, json"],
  [["fit", "m.ffm", "--seed", "1", "--seed", "2"], "--seed is given twice"],
  [["fit"], "needs a model"],
  [["fit", "a.ffm", "b.ffm"], "one model, not 2"],
  [["fit", "m.ffm", "--set", "K"], "--set wants NAME=NUMBER"],
  [["fit", "m.ffm", "--set", "K=five"], "--set wants NAME=NUMBER"],
  [["fit", "m.ffm", "--progress", "0"], "--progress wants a number of rows"],
  [["check"], "at least one model"],
  [["new"], "takes one name"],
])("ffm %j is a usage error", async (argv, message) => {
  const { code, stdout, stderr } = await ffm(argv, { cwd: folder({ "m.ffm": line }) });
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(message);
});

test.each([
  ["--interval", "1.5"],
  ["--seed", "-1"],
  ["--structure", "ful"],
  ["--mode", "guess"],
  ["--backend", "tfjs"],
])("ffm run with %s %s is a usage error", async (flag, text) => {
  const { code, stdout, stderr } = await ffm(["run", "m.ffm", flag, text], { cwd: folder({ "m.ffm": line }) });
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(flag.slice(2));
});

test("a model without data says how to name them", async () => {
  const { code, stderr } = await ffm(["fit", "m.ffm"], { cwd: folder({ "m.ffm": line }) });
  expect(code).toBe(2);
  expect(stderr).toContain("--data");
});

test("a model that is not there is a model error with its neighbour", async () => {
  const { code, stderr } = await ffm(["check", "coffe.ffm"], { cwd: folder({ "coffee.ffm": line }) });
  expect(code).toBe(3);
  expect(stderr).toContain("there is no such file");
  expect(stderr).toContain("Did you mean coffee.ffm?");
});

test("colour only for a person who has not asked for none", async () => {
  const cwd = folder({ "bad.ffm": "param a : reel\n" });
  const mark = "\u001b[";
  expect((await ffm(["fit", "bad.ffm", "--data", "x"], { cwd, terminal: true })).stderr).toContain(mark);
  expect((await ffm(["fit", "bad.ffm", "--data", "x"], { cwd })).stderr).not.toContain(mark);
  const plain = ["fit", "bad.ffm", "--data", "x", "--no-color"];
  expect((await ffm(plain, { cwd, terminal: true })).stderr).not.toContain(mark);
  const env = { NO_COLOR: "1" };
  expect((await ffm(["fit", "bad.ffm", "--data", "x"], { cwd, env, terminal: true })).stderr).not.toContain(mark);
});

test("check prints what is wrong, with its line, and exits with 3", async () => {
  const cwd = folder({ "bad.ffm": line.replace("b * x", "b * z"), "good.ffm": line });
  const { code, stdout, stderr } = await ffm(["check", "good.ffm", "bad.ffm"], { cwd });
  expect(code).toBe(3);
  expect(stderr).toBe("");
  expect(stdout).toContain("good.ffm: ok");
  expect(stdout).toContain("bad.ffm:6:20");
  expect(stdout).toContain("6 | y ~ Normal(a + b * z, sigma)");
  expect(stdout).toContain("bad.ffm: 1 error");
});

test("check as JSON: one object a line, errors with exactly the five keys", async () => {
  const cwd = folder({ "bad.ffm": line.replace("b * x", "b * z") });
  const { code, stdout } = await ffm(["check", "bad.ffm", "--format", "json"], { cwd });
  expect(code).toBe(3);
  const found = stdout
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text));
  const error = found.find(({ severity }) => severity === undefined);
  expect(Object.keys(error)).toEqual(["code", "message", "file", "span", "hint"]);
  expect(error).toMatchObject({
    code: "FF201",
    file: "bad.ffm",
    span: { line: 6, column: 20, endLine: 6, endColumn: 21 },
  });
});

test("mistakes of the command are JSON too where JSON is asked for", async () => {
  const { code, stdout, stderr } = await ffm(["fit", "--format", "json"]);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  const error = JSON.parse(stderr);
  expect(Object.keys(error)).toEqual(["code", "message", "file", "span", "hint"]);
  expect(error).toMatchObject({ code: "usage", file: null, span: null });
  expect(JSON.parse((await ffm(["fit", "--fromat", "json", "--format=json"])).stderr).hint).toBe(
    "Did you mean --format?",
  );
});

test("fmt writes the one layout, and only where it changes something", async () => {
  const messy = line.replace("param a : real", "param    a:real");
  const cwd = folder({ "m.ffm": messy });
  const gate = await ffm(["fmt", "--check", "m.ffm"], { cwd });
  expect(gate).toEqual({ code: 5, stdout: "m.ffm\n", stderr: "" });
  expect(readFileSync(join(cwd, "m.ffm"), "utf8")).toBe(messy);
  expect((await ffm(["fmt", "m.ffm"], { cwd })).code).toBe(0);
  const formatted = readFileSync(join(cwd, "m.ffm"), "utf8");
  expect(formatted).not.toBe(messy);
  expect(await ffm(["fmt", "--check", "m.ffm"], { cwd })).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await ffm(["fmt", "-"], { stdin: messy })).toEqual({ code: 0, stdout: formatted, stderr: "" });
});

test("fmt leaves a file with errors alone", async () => {
  const cwd = folder({ "bad.ffm": "param a : : real\n" });
  const { code, stderr } = await ffm(["fmt", "bad.ffm"], { cwd });
  expect(code).toBe(3);
  expect(stderr).toContain("FF1");
  expect(readFileSync(join(cwd, "bad.ffm"), "utf8")).toBe("param a : : real\n");
});

test("new writes a model that checks without a word, and never overwrites", async () => {
  const cwd = folder();
  const { code, stdout } = await ffm(["new", "my-shop"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain("ffm run my-shop.ffm");
  const model = readFileSync(join(cwd, "my-shop.ffm"), "utf8");
  expect(await ffm(["check", "my-shop.ffm"], { cwd })).toEqual({ code: 0, stdout: "my-shop.ffm: ok\n", stderr: "" });
  expect((await ffm(["fmt", "--check", "my-shop.ffm"], { cwd })).code).toBe(0);
  writeFileSync(join(cwd, "my-shop.csv"), "mine");
  const again = await ffm(["new", "my-shop"], { cwd });
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("nothing was written");
  expect(readFileSync(join(cwd, "my-shop.ffm"), "utf8")).toBe(model);
  expect(readFileSync(join(cwd, "my-shop.csv"), "utf8")).toBe("mine");
  for (const name of ["9lives", "a b", "..", "x;y"]) expect((await ffm(["new", name], { cwd })).code).toBe(2);
});
