// Rows on standard input, followed as they come: by real processes where it is about time, signals and memory.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadState } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";
import { ffm, folder } from "./host.ts";

const command = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url));
const slow = { timeout: 60_000 };

const model = `data x : real
data y : real
param a : real ~ Normal(0, 10)
param b : real ~ Normal(0, 10)
y ~ Normal(a + b * x, 0.5)
`;
const grouped = model
  .replace("data x : real\n", "data x : real\ndata g : category\n")
  .replace("a + b * x", "a[g] + b * x")
  .replace("param a : real ~", "param a : real[g] ~");

interface Row {
  readonly x: number;
  readonly y: number;
}

function rows(count: number): Row[] {
  const { normal } = random(9, "live");
  return Array.from({ length: count }, () => {
    const x = Math.round(1e4 * normal()) / 1e4;
    return { x, y: Math.round(1e4 * (1 + 2 * x + 0.5 * normal())) / 1e4 };
  });
}
const ndjson = (all: readonly object[]): string => `${all.map((row) => JSON.stringify(row)).join("\n")}\n`;
const csv = (all: readonly Row[], end = "\n"): string => ["x,y", ...all.map(({ x, y }) => `${x},${y}`), ""].join(end);

interface Line {
  readonly kind: string;
  readonly row: number;
  readonly rows: number;
  readonly y: { readonly mean: number; readonly sd: number; readonly logScore: number };
  readonly parameters: readonly { readonly name: string; readonly estimate: number; readonly se: number }[];
}
const linesOf = (text: string): Line[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Line]));

test("NDJSON and CSV from a pipe are what they are from a file, whatever their line ends", async () => {
  const data = rows(3000);
  const cwd = folder({ "m.ffm": model, "d.csv": csv(data) });
  const whole = JSON.parse((await ffm(["stream", "m.ffm", "--data", "d.csv", "--format", "json"], { cwd })).stdout);
  for (const stdin of [ndjson(data), csv(data), csv(data, "\r\n"), `\uFEFF${csv(data)}`, csv(data).trimEnd()]) {
    const { code, stdout, stderr } = await ffm(["stream", "m.ffm", "--data", "-", "--format", "json"], { cwd, stdin });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const found = JSON.parse(stdout);
    expect(found.rows).toBe(3000);
    for (const [k, p] of found.parameters.entries()) {
      expect(p.estimate).toBeCloseTo(whole.parameters[k].estimate, 9);
      expect(p.se).toBeCloseTo(whole.parameters[k].se, 9);
    }
  }
});

test("empty input, a header alone, and an array are told apart", async () => {
  const cwd = folder({ "m.ffm": model });
  const run = (stdin: string) => ffm(["stream", "m.ffm", "--data", "-", "--format", "json"], { cwd, stdin });
  for (const stdin of ["", "\n\n", "x,y\n", "x,y"]) {
    const { code, stderr } = await run(stdin);
    expect(stderr).toContain("FF506");
    expect(code).toBe(4);
  }
  expect(JSON.parse((await run(JSON.stringify(rows(20)))).stdout).rows).toBe(20);
});

test("what can't be read stops the stream with its line, or is left out and counted", async () => {
  const data = rows(60);
  const broken = ["{oops", "5", '{"x": 1, "y": "many"}'];
  const lines = data.map((row) => JSON.stringify(row));
  const stdin = [...lines.slice(0, 40), ...broken, ...lines.slice(40)].join("\n");
  const cwd = folder({ "m.ffm": model });
  const argv = ["stream", "m.ffm", "--data", "-", "--warmup", "20", "--format", "json"];
  const stopped = await ffm(argv, { cwd, stdin });
  expect(stopped.code).toBe(4);
  expect(stopped.stderr).toMatch(/FF511.*line 41/);
  const left = JSON.parse((await ffm([...argv, "--on-bad-row", "skip"], { cwd, stdin })).stdout);
  expect(left).toMatchObject({ rows: 60, skipped: 3, leftOut: { bad: 3 } });
  const said = left.diagnostics.map((d: { message: string }) => d.message).join("\n");
  expect(said).toMatch(/line 41[\s\S]*line 42[\s\S]*Row 43/);
  const table = `x,y\n1,2\n2,"3.5"\n3\n"4\n5,6\n7,9\n8,9.5\n`;
  const some = JSON.parse((await ffm([...argv, "--on-bad-row", "skip"], { cwd, stdin: table })).stdout);
  expect(some).toMatchObject({ rows: 5, skipped: 2 });
});

test("levels are known by the first rows; new ones by policy", async () => {
  const data = rows(300).map((row, i) => ({ ...row, g: i < 200 || i % 2 === 0 ? "old" : "new" }));
  const cwd = folder({ "m.ffm": grouped });
  const argv = ["stream", "m.ffm", "--data", "-", "--warmup", "50", "--format", "json"];
  const stdin = ndjson(data);
  expect((await ffm(argv, { cwd, stdin })).stderr).toMatch(/FF504/);
  const added = JSON.parse((await ffm([...argv, "--new-level", "add"], { cwd, stdin })).stdout);
  expect(added.parameters.map((p: { index: string[] }) => p.index[0])).toEqual(["old", "new", undefined]);
  expect(added.rows).toBe(300);
  const left = JSON.parse((await ffm([...argv, "--new-level", "prior"], { cwd, stdin })).stdout);
  expect(left).toMatchObject({ rows: 250, leftOut: { newLevel: 50 } });
});

test("rows that a state has seen are told of, at the end", async () => {
  const cwd = folder({ "m.ffm": model });
  const argv = ["stream", "m.ffm", "--data", "-", "--save", "s.ffs", "--format", "json"];
  const run = async (stdin: string, more: readonly string[]) =>
    JSON.parse((await ffm([...argv, ...more], { cwd, stdin })).stdout);
  const data = rows(2000);
  expect((await run(ndjson(data), [])).events).toEqual([]);
  const again = await run(ndjson(data.slice(500, 1500)), ["--resume", "s.ffs"]);
  expect(again.rows).toBe(3000);
  expect(again.events.at(-1).message).toMatch(/^About (9|1,0)\d\d of these rows were in the state already/);
  const told = again.events.length;
  expect((await run(ndjson(data), ["--resume", "s.ffs", "--again"])).events.length).toBeLessThan(told);
});

test("predictions are those of each row before it is learnt from", async () => {
  const data = rows(400);
  const cwd = folder({ "m.ffm": model });
  const argv = [
    "stream",
    "m.ffm",
    "--data",
    "-",
    "--warmup",
    "100",
    "--emit",
    "predictions",
    "--flush-every",
    "10 rows",
  ];
  const { stdout, code } = await ffm(argv, { cwd, stdin: ndjson(data) });
  expect(code).toBe(0);
  const lines = linesOf(stdout);
  expect(lines.map((line) => line.row)).toEqual(Array.from({ length: 300 }, (_, i) => i + 101));
  // the conjugate posterior of the rows before, in closed form
  for (const line of [lines[0], lines[130], lines[299]] as Line[]) {
    const before = data.slice(0, 100 + 10 * Math.floor((line.row - 101) / 10));
    const [p, q, r] = before.reduce(([s, t, u], { x }) => [s + 4, t + 4 * x, u + 4 * x * x], [0.01, 0, 0.01]);
    const [u, v] = before.reduce(([s, t], { x, y }) => [s + 4 * y, t + 4 * x * y], [0, 0]);
    const det = p * r - q * q;
    const [a, b] = [(r * u - q * v) / det, (p * v - q * u) / det];
    const { x } = data[line.row - 1] as Row;
    expect(line.y.mean).toBeCloseTo(a + b * x, 8);
    expect(line.y.sd).toBeCloseTo(Math.sqrt(0.25 + (r - 2 * q * x + p * x * x) / det), 8);
  }
});

function start(cwd: string, argv: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [command, "stream", "m.ffm", "--data", "-", ...argv], { cwd });
}
const ended = (child: ChildProcessWithoutNullStreams): Promise<number | null> =>
  new Promise((resolve) => child.on("exit", (code) => resolve(code)));

/** Writes a text, and waits until it was read: more empty lines than a pipe holds were taken off after it. */
const taken = (child: ChildProcessWithoutNullStreams, text: string): Promise<void> =>
  new Promise((resolve) => child.stdin.write(text + "\n".repeat(4_000_000), () => resolve()));

test.each(["SIGINT", "SIGTERM"] as const)(
  "figures come while the pipe is open; %s ends it with a save",
  slow,
  async (signal) => {
    const cwd = folder({ "m.ffm": model });
    const child = start(cwd, ["--warmup", "50", "--emit", "figures", "--flush-every", "50ms", "--save", "s.ffs"]);
    const exited = ended(child);
    let text = "";
    const told = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (linesOf(text.slice(0, text.lastIndexOf("\n") + 1)).some((line) => line.rows >= count)) resolve();
        };
        child.stdout.on("data", (part) => {
          text += part;
          look();
        });
        look();
      });
    const data = rows(120);
    child.stdin.write(ndjson(data.slice(0, 60)));
    await told(60);
    // nothing more comes, and a part of a line does not count
    child.stdin.write(`${ndjson(data.slice(60))}{"x":`);
    await told(120);
    child.kill(signal);
    expect(await exited).toBe(130);
    expect(loadState(readFileSync(join(cwd, "s.ffs"))).state.rows).toBe(120);
  },
);

test("what can't be learnt from ends the stream at once, though the pipe stays open", slow, async () => {
  const cwd = folder({ "m.ffm": model });
  const child = start(cwd, ["--warmup", "20", "--flush-every", "50ms"]);
  const exited = ended(child);
  child.stdin.write(ndjson(rows(40)));
  child.stdin.write('{"x": 1, "y": "many"}\n');
  expect(await exited).toBe(4);
  const enough = start(cwd, ["--warmup", "20", "--flush-every", "50ms", "--stop", "gain < 100 per 20 rows"]);
  const stopped = ended(enough);
  enough.stdin.write(ndjson(rows(200)));
  expect(await stopped).toBe(0);
});

test(
  "an interrupt before the first fit saves the rows that came; before any row there is nothing to save",
  slow,
  async () => {
    const cwd = folder({ "m.ffm": model });
    const child = start(cwd, ["--save", "s.ffs", "--format", "json"]);
    const exited = ended(child);
    await taken(child, ndjson(rows(30)));
    child.kill("SIGINT");
    expect(await exited).toBe(130);
    expect(loadState(readFileSync(join(cwd, "s.ffs"))).state).toMatchObject({ heldRows: 30 });
    const silent = start(cwd, ["--save", "none.ffs"]);
    const quiet = ended(silent);
    await taken(silent, "");
    silent.kill("SIGINT");
    expect(await quiet).toBe(130);
    expect(existsSync(join(cwd, "none.ffs"))).toBe(false);
  },
);

test("a long pipe takes no more memory than a short one", slow, () => {
  const cwd = folder({ "m.ffm": model });
  // the child says how much memory it took at most
  const watched = `process.on("exit", () => process.stderr.write(String(process.resourceUsage().maxRSS)))`;
  const peak = (lines: number): number => {
    const program = `let s = 1; const next = () => (s = (s * 48271) % 2147483647) / 2147483647 - 0.5;
      let n = 0; const write = () => { let ok = true; while (ok && n < ${lines}) { let text = ""; for (let k = 0; k < 1000; k++, n++) { const x = next(); text += JSON.stringify({ x, y: 1 + 2 * x + next() }) + "\\n"; } ok = process.stdout.write(text); } if (n < ${lines}) process.stdout.once("drain", write); }; write();`;
    const line = `"$0" -e '${program.replaceAll("'", "'\\''")}' | "$0" --import 'data:text/javascript,${encodeURIComponent(watched)}' "${command}" stream m.ffm --data - --emit figures --flush-every 10s`;
    const { status, stderr, stdout } = spawnSync("bash", ["-c", line, process.execPath], { cwd, encoding: "utf8" });
    expect(status).toBe(0);
    expect(linesOf(stdout).at(-1)?.rows).toBe(lines);
    return Number(stderr) / 1024;
  };
  const [short, long] = [peak(20_000), peak(300_000)];
  // megabytes; the young generation of the heap may grow to its limit
  expect(long - short).toBeLessThan(60);
});
