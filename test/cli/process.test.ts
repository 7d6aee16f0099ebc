// The command as a real process: what only a process has, such as signals, pipes that close and the time to start.

import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { folder } from "./host.ts";

const command = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url));

const model = `data x : real
param m : real
x ~ Normal(m, 1)
`;

test("exit codes reach the shell", () => {
  const cwd = folder({ "m.ffm": model, "bad.ffm": "param a : reel\n", "d.csv": "x\nhello\n" });
  const code = (...argv: string[]): number | null => spawnSync(process.execPath, [command, ...argv], { cwd }).status;
  expect(code("check", "m.ffm")).toBe(0);
  expect(code("chekc", "m.ffm")).toBe(2);
  expect(code("check", "bad.ffm")).toBe(3);
  expect(code("fit", "m.ffm", "--data", "d.csv")).toBe(4);
});

test("data come through a real pipe", () => {
  const cwd = folder({ "m.ffm": model });
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, "stream", "m.ffm", "--data", "-"], {
    cwd,
    input: '{"x":1}\n{"x":3}\n',
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^m +2\.000 +0\.707 /m);
});

test("Ctrl-C while waiting for data ends with 130 and leaves nothing behind", async () => {
  const cwd = folder({ "m.ffm": model });
  const child = spawn(process.execPath, [command, "stream", "m.ffm", "--data", "-"], {
    cwd,
    // the cache of compiled code belongs to all runs and stays
    env: { ...process.env, TMPDIR: cwd, NODE_DISABLE_COMPILE_CACHE: "1" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = new Promise((resolve) => child.on("exit", resolve));
  // Once more empty lines than a pipe holds were read, so was what came before them.
  await new Promise<void>((resolve) => child.stdin.write(`x\n1\n${"\n".repeat(4_000_000)}`, () => resolve()));
  child.kill("SIGINT");
  expect(await exited).toBe(130);
  expect(readdirSync(cwd)).toEqual(["m.ffm"]);
});

test("a reader that has seen enough is no error", async () => {
  const cwd = folder({ "m.ffm": model, "d.csv": `x\n${"1\n2\n".repeat(10)}` });
  const child = spawn(process.execPath, [command, "compile", "m.ffm", "--data", "d.csv", "--print", "step"], { cwd });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.on("exit", resolve));
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("two threads give what one gives, within rounding", () => {
  const rows = Array.from({ length: 20_000 }, (_, at) => ((at * 7919) % 1000) / 100).join("\n");
  const cwd = folder({ "m.ffm": model, "d.csv": `x\n${rows}\n` });
  const [one, two] = ["1", "2"].map((threads) => {
    const argv = [command, "fit", "m.ffm", "--data", "d.csv", "--threads", threads, "--format", "json"];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    return JSON.parse(stdout);
  });
  expect(two.configuration.threads).toBe(2);
  expect(two.parameters[0].estimate).toBeCloseTo(one.parameters[0].estimate, 12);
  expect(two.parameters[0].se).toBeCloseTo(one.parameters[0].se, 12);
});

test("Ctrl-C in the middle of a fit ends it", async () => {
  const rows = Array.from({ length: 100_000 }, (_, at) => ((at * 7919) % 1000) / 100).join("\n");
  const hard = "data x : real\nparam m : real\nparam s : positive\nparam d : positive\nx ~ StudentT(d, m, s)\n";
  const cwd = folder({ "m.ffm": hard, "d.csv": `x\n${rows}\n` });
  const argv = [command, "fit", "m.ffm", "--data", "d.csv", "--backend", "interpret", "--progress", "1"];
  const child = spawn(process.execPath, argv, { cwd });
  const exited = new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
  // From its first pass on the fit computes without a pause.
  await new Promise<void>((resolve) => child.stderr.on("data", (text) => String(text).includes("pass ") && resolve()));
  child.kill("SIGINT");
  // The system ends it; a shell calls that 130.
  expect(await exited).toBe("SIGINT");
});
