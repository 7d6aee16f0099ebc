// Dynamics and beginnings from the command line.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Summary } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";
import { ffm, folder } from "./host.ts";

const source = `data x : real
data y : real
param a : real ~ Normal(0, 10)
param b : real ~ Normal(0, 10)
y ~ Normal(a + b * x, 0.5)
`;

function filled(): string {
  const cwd = folder({ "line.ffm": source });
  const { normal } = random(4, "dynamics");
  for (const [name, slope, start] of [
    ["first", 2, 0],
    ["second", 1, 600],
  ] as const) {
    const lines = Array.from({ length: 600 }, (_, i) => {
      const x = normal();
      const day = new Date(Date.UTC(2026, 0, 1, start + i)).toISOString();
      return `${day},${x},${1 + slope * x + 0.5 * normal()}`;
    });
    writeFileSync(join(cwd, `${name}.csv`), `time,x,y\n${lines.join("\n")}\n`);
  }
  return cwd;
}

const read = (text: string): Summary => JSON.parse(text) as Summary;
const slope = ({ parameters }: Summary): number => parameters[1].estimate;

describe("dynamics", () => {
  it.each([
    "half_life 50 rows",
    "half_life 2 days by time",
    "window 100 rows, segments 10",
    "adaptive 0.01 by time, reset 0.1",
  ])("--forget %s", async (forget) => {
    const cwd = filled();
    const save = ["--warmup", "200", "--save", "s.ffs", "--format", "json"];
    await ffm(["stream", "line.ffm", "--data", "first.csv", "--forget", forget, ...save], { cwd });
    const on = await ffm(
      ["stream", "line.ffm", "--data", "second.csv", "--resume", "s.ffs", "--forget", forget, ...save],
      {
        cwd,
      },
    );
    expect(on.stderr).toBe("");
    expect(Math.abs(slope(read(on.stdout)) - 1)).toBeLessThan(0.2);
  });

  it("what can't be had is said with its place in the model, or without where a flag asks for it", async () => {
    const cwd = filled();
    writeFileSync(join(cwd, "said.ffm"), `${source}flow {\n  forget window 100 rows\n  structure lowrank 1\n}\n`);
    const inModel = await ffm(["stream", "said.ffm", "--data", "first.csv"], { cwd });
    expect([inModel.code, inModel.stderr]).toEqual([3, expect.stringMatching(/FF441[\s\S]*said\.ffm:7:/)]);
    const flag = await ffm(["stream", "line.ffm", "--data", "first.csv", "--forget", "half_life 1 day by day"], {
      cwd,
    });
    expect([flag.code, flag.stderr]).toEqual([4, expect.stringMatching(/FF501[\s\S]*`time`, `x`, `y`/)]);
    const drift = await ffm(["stream", "line.ffm", "--data", "first.csv", "--drift", "0.1 for c"], { cwd });
    expect([drift.code, drift.stderr]).toEqual([3, expect.stringMatching(/FF423/)]);
  });
});

describe("--from", () => {
  it("begins with what a state knows, as much as --importance says", async () => {
    const cwd = filled();
    await ffm(["fit", "line.ffm", "--data", "first.csv", "--save", "s.ffs"], { cwd });
    const slopes: number[] = [];
    for (const importance of ["0", "0.2", "1"]) {
      const argv = [
        "line.ffm",
        "--data",
        "second.csv",
        "--from",
        "s.ffs",
        "--importance",
        importance,
        "--format",
        "json",
      ];
      const [fitted, streamed] = [await ffm(["fit", ...argv], { cwd }), await ffm(["stream", ...argv], { cwd })];
      expect(slope(read(streamed.stdout))).toBeCloseTo(slope(read(fitted.stdout)), 8);
      slopes.push(slope(read(fitted.stdout)));
    }
    expect(slopes[0]).toBeLessThan(1.1);
    expect(slopes[1]).toBeGreaterThan(slopes[0] + 0.05);
    expect(Math.abs(slopes[2] - 1.5)).toBeLessThan(0.1);
  });

  it("is not --resume, and wants a state that is there", async () => {
    const cwd = filled();
    await ffm(["fit", "line.ffm", "--data", "first.csv", "--save", "s.ffs"], { cwd });
    const both = await ffm(["stream", "line.ffm", "--data", "second.csv", "--from", "s.ffs", "--resume", "s.ffs"], {
      cwd,
    });
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("--from begins another")]);
    const none = await ffm(["fit", "line.ffm", "--data", "second.csv", "--from", "no.ffs"], { cwd });
    expect([none.code, none.stderr]).toEqual([4, expect.stringContaining("no.ffs")]);
    const other = await ffm(["fit", "line.ffm", "--data", "second.csv", "--from", "first.csv"], { cwd });
    expect([other.code, other.stderr]).toEqual([4, expect.stringContaining("FF531")]);
  });
});
