// Saves under fire: real processes that are killed at random moments, disks that are full, files that are not states, and
// two writers at once. A state file is always a whole one, and what goes on from it comes to the same bytes.
//
// Eight kills by default; FFM_KILLS=100 makes it a hundred.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CompileError, compile, DataError, loadState, NumericalError, summaryOf } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";
import { folder } from "./host.ts";

// bundled once, as it is published, so that a process starts sooner
let command = "";
beforeAll(async () => {
  const outdir = mkdtempSync(join(tmpdir(), "ffm-kill-"));
  const native = (name: string) => ({ path: fileURLToPath(import.meta.resolve(name)), external: true });
  await build({
    entryPoints: [fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url))],
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
    plugins: [
      { name: "native", setup: (on) => on.onResolve({ filter: /^@(duckdb|resvg)\// }, ({ path }) => native(path)) },
    ],
  });
  command = join(outdir, "bin.mjs");
}, 60_000);
afterAll(() => rmSync(dirname(command), { recursive: true, force: true }));

const kills = Number(process.env.FFM_KILLS ?? 8);

const model = `data x : real
data z : binary
param a : real ~ Normal(0, 5)
param b : real ~ Normal(0, 5)
z ~ Bernoulli(logit: a + b * standardize(x))
`;

function table(rows: number): string {
  const { normal, uniform } = random(5, "kills");
  const lines = Array.from({ length: rows }, () => {
    const x = normal();
    return `${x.toFixed(4)},${uniform() < 1 / (1 + Math.exp(-x)) ? 1 : 0}`;
  });
  return `x,z\n${lines.join("\n")}\n`;
}

const rows = 15_000;
const stream = (state: string): string[] => [
  ...[command, "stream", "m.ffm", "--data", "d.csv"],
  ...["--save", state, "--save-every", "150", "--format", "json"],
];
/** The same, going on from the state where there is one. */
const going = (cwd: string, state: string): string[] =>
  existsSync(join(cwd, state)) ? [...stream(state), "--resume", state] : stream(state);

/** Which file the state is: each save puts another one in its place. */
function place(cwd: string): number {
  return statSync(join(cwd, "s.ffs"), { throwIfNoEntry: false })?.ino ?? 0;
}

test("whenever it is killed, a stream goes on to the same bytes", { timeout: 600_000 }, async () => {
  const cwd = folder({ "m.ffm": model, "d.csv": table(rows) });
  expect(spawnSync(process.execPath, stream("whole.ffs"), { cwd }).status).toBe(0);
  const whole = readFileSync(join(cwd, "whole.ffs"));
  const { uniform } = random(6, "kills");
  let [killed, halfway] = [0, 0];
  while (killed < kills) {
    const child = spawn(process.execPath, going(cwd, "s.ffs"), { cwd, stdio: "ignore" });
    const exited = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)));
    // some time after one of its saves, or now and then before the first
    let saves = Math.floor(20 * uniform());
    const late = 12 * uniform();
    let [before, timer] = [place(cwd), undefined as NodeJS.Timeout | undefined];
    const watching = setInterval(() => {
      const now = place(cwd);
      if (now !== before) saves -= 1;
      before = now;
      if (saves > 0) return;
      clearInterval(watching);
      timer = setTimeout(() => child.kill("SIGKILL"), late);
    }, 1);
    const code = await exited;
    clearInterval(watching);
    clearTimeout(timer);
    if (code === null) {
      killed += 1;
      if (!existsSync(join(cwd, "s.ffs"))) continue;
      const { state } = loadState(readFileSync(join(cwd, "s.ffs")));
      if (state.rows + state.heldRows < rows) halfway += 1;
      continue;
    }
    expect(code).toBe(0);
    expect(readFileSync(join(cwd, "s.ffs")).equals(whole)).toBe(true);
    rmSync(join(cwd, "s.ffs"));
  }
  expect(spawnSync(process.execPath, going(cwd, "s.ffs"), { cwd }).status).toBe(0);
  expect(readFileSync(join(cwd, "s.ffs")).equals(whole)).toBe(true);
  expect(halfway).toBeGreaterThan(kills / 2);
  // what killed runs left beside it is gone
  expect(readdirSync(cwd).sort()).toEqual(["d.csv", "m.ffm", "s.ffs", "whole.ffs"]);
});

test("a disk that takes no more leaves the old state, and says so", { timeout: 60_000 }, () => {
  const cwd = folder({
    "m.ffm": model,
    "d.csv": table(2000),
    "more.csv": table(3000).replace("x,z\n", "x,z\n0.5,1\n"),
  });
  expect(spawnSync(process.execPath, stream("s.ffs"), { cwd }).status).toBe(0);
  const before = readFileSync(join(cwd, "s.ffs"));
  // files of a kilobyte at most: what a full disk does to a larger one
  const limited = `trap '' XFSZ; ulimit -f 1; exec "$0" "$@"`;
  const argv = [process.execPath, ...stream("s.ffs"), "--resume", "s.ffs", "--again"];
  const { status, stderr, stdout } = spawnSync("bash", ["-c", limited, ...argv], { cwd, encoding: "utf8" });
  expect(stdout).toBe("");
  expect(JSON.parse(stderr)).toMatchObject({ code: "FF619", message: expect.stringContaining("s.ffs") });
  expect(status).toBe(1);
  expect(readFileSync(join(cwd, "s.ffs")).equals(before)).toBe(true);
  expect(readdirSync(cwd).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  const nowhere = spawnSync(process.execPath, [...stream("nowhere/s.ffs")], { cwd, encoding: "utf8" });
  expect(JSON.parse(nowhere.stderr).code).toBe("FF619");
  expect(nowhere.status).toBe(1);
});

test("of two that write at once the last one wins, whole", { timeout: 60_000 }, async () => {
  const cwd = folder({ "m.ffm": model, "d.csv": table(6000) });
  const run = (extra: string): Promise<number | null> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [...stream("s.ffs"), "--seed", extra], { cwd, stdio: "ignore" });
      child.on("exit", resolve);
    });
  let loads = 0;
  const watching = setInterval(() => {
    if (!existsSync(join(cwd, "s.ffs")) || statSync(join(cwd, "s.ffs")).size === 0) return;
    loadState(readFileSync(join(cwd, "s.ffs")));
    loads += 1;
  }, 5);
  try {
    expect(await Promise.all([run("1"), run("2")])).toEqual([0, 0]);
  } finally {
    clearInterval(watching);
  }
  expect(loads).toBeGreaterThan(0);
  expect(loadState(readFileSync(join(cwd, "s.ffs"))).state.rows).toBe(6000);
});

describe("a file that is no whole state of this version", () => {
  const flow = compile(model).start({ warmup: 50, identity: { column: "id", last: 100 } });
  const { normal } = random(8, "mutations");
  for (let i = 0; i < 80; i++) flow.update([{ id: i, x: normal(), z: i % 3 === 0 ? 1 : 0 }]);
  const sound = flow.save();
  const refusal = (bytes: Uint8Array): string => {
    try {
      summaryOf(loadState(bytes, "s.ffs"));
    } catch (error) {
      if (!(error instanceof DataError || error instanceof CompileError || error instanceof NumericalError))
        throw error;
      const [first] = error.diagnostics;
      return `${first?.code} ${first?.message}`;
    }
    return "taken";
  };

  test("is refused, wherever it was altered", () => {
    expect(refusal(sound)).toBe("taken");
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = sound.slice();
        bytes[at] = (bytes[at] as number) ^ change;
        expect(refusal(bytes)).toMatch(/^FF531 .*s\.ffs/);
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  test("is refused, wherever it was torn or lengthened", () => {
    fc.assert(
      fc.property(fc.nat(sound.length - 1), (length) => {
        expect(refusal(sound.slice(0, length))).toMatch(/^FF531/);
      }),
      { numRuns: 150, seed: 3 },
    );
    expect(refusal(new Uint8Array([...sound, 0]))).toMatch(/^FF531/);
  });

  test("is told apart: newer, foreign", () => {
    const text = new TextDecoder("latin1").decode(sound);
    const newer = Uint8Array.from(text.replace("ffm.state/1", "ffm.state/9"), (c) => c.charCodeAt(0));
    expect(refusal(newer)).toMatch(/ffm\.state\/9, and this version reads ffm\.state\/1/);
    const header = new TextEncoder().encode(JSON.stringify({ w: { dtype: "F64", shape: [1], data_offsets: [0, 8] } }));
    const foreign = new Uint8Array(8 + header.length + 8);
    new DataView(foreign.buffer).setBigUint64(0, BigInt(header.length), true);
    foreign.set(header, 8);
    expect(refusal(foreign)).toMatch(/safetensors file of something else/);
    expect(refusal(new TextEncoder().encode("x,z\n1,0\n"))).toMatch(/^FF531/);
  });
});
