// `ffm predict`, `score` and `design` as a user has them.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSource } from "../../src/index.ts";
import { ffm, folder } from "./host.ts";

const line = `model line
data x : real
data y : real
param a : real
param b : real
y ~ Normal(a + b * x, 1)
`;
const table = (rows: readonly (readonly (number | string)[])[], head: string): string =>
  `${head}\n${rows.map((r) => r.join(",")).join("\n")}\n`;
const xs = [0, 0, 1, 1, 2, 2, 3, 3];
const train = table(
  xs.map((x, k) => [x, 1 + 2 * x + (k % 2 === 0 ? 1 : -1)]),
  "x,y",
);

async function learnt(extra: Readonly<Record<string, string>> = {}): Promise<string> {
  const cwd = folder({ "line.ffm": line, "train.csv": train, "new.csv": "x\n0\n10\n", ...extra });
  const { code, stderr } = await ffm(["fit", "line.ffm", "--data", "train.csv", "--save", "line.ffs"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return cwd;
}

/** Covariance of a and b for unit noise over `xs`. */
function quadratic(x: number): number {
  const [n, sum, squares] = [xs.length, 12, 28];
  return (squares - 2 * x * sum + n * x * x) / (n * squares - sum * sum);
}

test("CSV has a line a row, with the closed form of a linear model", async () => {
  const cwd = await learnt();
  const { code, stdout, stderr } = await ffm(["predict", "line.ffm", "--state", "line.ffs", "--data", "new.csv"], {
    cwd,
  });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const [head, ...rows] = stdout.trim().split("\n");
  expect(head).toBe("row,mean,sd,mean_lower,mean_upper,lower,upper");
  for (const [k, x] of [0, 10].entries()) {
    const [row, mean, sd, meanLower, , lower, upper] = rows[k]!.split(",").map(Number) as number[];
    expect(row).toBe(k + 1);
    expect(mean).toBeCloseTo(1 + 2 * x, 8);
    expect(sd).toBeCloseTo(Math.sqrt(1 + quadratic(x)), 4);
    expect(meanLower).toBeCloseTo(1 + 2 * x - 1.96 * Math.sqrt(quadratic(x)), 3);
    expect(upper! - lower!).toBeCloseTo(2 * 1.959964 * Math.sqrt(1 + quadratic(x)), 2);
  }
});

test("the state alone is enough, and NDJSON has the same numbers", async () => {
  const cwd = await learnt();
  const csv = await ffm(["predict", "--state", "line.ffs", "--data", "new.csv"], { cwd });
  const json = await ffm(["predict", "--state", "line.ffs", "--data", "-", "--format", "json"], {
    cwd,
    stdin: '{"x":0}\n{"x":10}\n',
  });
  const rows = csv.stdout.trim().split("\n").slice(1);
  const objects = json.stdout
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text) as Record<string, number>);
  expect(objects.map((o) => Object.values(o).join(","))).toEqual(rows);
});

test("plug-in has no interval of the mean; a narrower interval is narrower", async () => {
  const cwd = await learnt();
  const { stdout } = await ffm(
    ["predict", "--state", "line.ffs", "--data", "new.csv", "--predictive", "plugin", "--interval", "0.5"],
    { cwd },
  );
  const [head, row] = stdout.trim().split("\n");
  expect(head).toBe("row,mean,sd,lower,upper");
  const [, mean, sd, lower] = row!.split(",").map(Number) as number[];
  expect(sd).toBeCloseTo(1, 10);
  expect(mean! - lower!).toBeCloseTo(0.67448975, 6);
});

test("files are written whole: CSV, NDJSON and Parquet", async () => {
  const cwd = await learnt();
  for (const file of ["p.csv", "p.ndjson", "p.parquet"]) {
    const { code, stdout } = await ffm(["predict", "--state", "line.ffs", "--data", "new.csv", "-o", file], { cwd });
    expect(code).toBe(0);
    expect(stdout).toBe("");
    const opened = await openSource(join(cwd, file));
    if (opened.kind !== "source") throw new Error("not readable");
    expect(opened.source.columns).toEqual(["row", "mean", "sd", "mean_lower", "mean_upper", "lower", "upper"]);
    await opened.source.close();
  }
  expect(readdirSync(cwd).filter((name) => name.startsWith("."))).toEqual([]);
  const bad = await ffm(["predict", "--state", "line.ffs", "--data", "new.csv", "-o", "p.xlsx"], { cwd });
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain("Name it .csv, .ndjson or .parquet.");
});

test("a bad row leaves no half file behind, and is left out where asked", async () => {
  const cwd = await learnt({ "bad.csv": "x\n1\nhello\n2\n" });
  writeFileSync(join(cwd, "p.csv"), "old\n");
  const stopped = await ffm(["predict", "--state", "line.ffs", "--data", "bad.csv", "-o", "p.csv"], { cwd });
  expect(stopped.code).toBe(4);
  expect(stopped.stderr).toContain("Row 2");
  expect(readFileSync(join(cwd, "p.csv"), "utf8")).toBe("old\n");
  const skipped = await ffm(["predict", "--state", "line.ffs", "--data", "bad.csv", "--on-bad-row", "skip"], { cwd });
  expect(skipped.code).toBe(0);
  expect(
    skipped.stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((l) => l.split(",")[0]),
  ).toEqual(["1", "3"]);
  expect(skipped.stderr).toContain("1 row was left out");
});

test("classes are ranked by the lower bound of their probability", async () => {
  const model =
    "data y : category\ndata x : real\nparam w : real[y] ~ Normal(0, 1)\nparam v : real[y] ~ Normal(0, 1)\ny ~ Categorical(logits: w + v * x)\n";
  const rows = Array.from({ length: 60 }, (_, k) => [["a", "b, or c", "d"][k % 3]!, (k % 3) + Math.sin(k)] as const);
  const csv = table(
    rows.map(([y, x]) => [`"${y}"`, x]),
    "y,x",
  );
  const cwd = folder({ "m.ffm": model, "d.csv": csv });
  expect((await ffm(["fit", "m.ffm", "--data", "d.csv", "--save", "m.ffs"], { cwd })).code).toBe(0);
  const all = await ffm(["predict", "--state", "m.ffs", "--data", "d.csv", "--format", "json"], { cwd });
  const first = JSON.parse(all.stdout.split("\n")[0]!) as Record<string, number>;
  expect(first["p[a]"]! + first["p[b, or c]"]! + first["p[d]"]!).toBeCloseTo(1, 9);
  expect(first["p_lower[a]"]).toBeLessThan(first["p[a]"]!);
  const top = await ffm(["predict", "--state", "m.ffs", "--data", "d.csv", "--top", "2"], { cwd });
  expect(top.stdout.split("\n")[0]).toBe("row,class,class_1,p_1,p_lower_1,p_upper_1,class_2,p_2,p_lower_2,p_upper_2");
  expect(top.stdout).toContain('"b, or c"');
  const score = await ffm(["score", "--state", "m.ffs", "--data", "d.csv"], { cwd });
  expect(score.stdout).toMatch(/accuracy {2,}0\.\d+/);
  expect(score.stdout).toMatch(/calibration error \(ECE\) {2,}0\.\d+/);
});

test("a score as JSON has the contract's keys and the closed form's figures", async () => {
  const cwd = await learnt();
  const { code, stdout } = await ffm(["score", "--state", "line.ffs", "--data", "train.csv", "--format", "json"], {
    cwd,
  });
  expect(code).toBe(0);
  const report = JSON.parse(stdout);
  expect(Object.keys(report)).toEqual([
    "schema",
    "model",
    "predictive",
    "rows",
    "skipped",
    "interval",
    "logScore",
    "plugin",
    "statements",
  ]);
  expect(report.schema).toBe("ffm.score/1");
  const [own] = report.statements;
  const sum = xs.reduce((total, x) => {
    const variance = 1 + quadratic(x);
    return total - 0.5 * Math.log(2 * Math.PI * variance) - 0.5 / variance;
  }, 0);
  expect(report.logScore.sum).toBeCloseTo(sum, 3);
  expect(report.plugin.sum).toBeCloseTo(-4 * Math.log(2 * Math.PI) - 4, 8);
  expect(own.rmse).toBeCloseTo(1, 8);
  expect(own.mae).toBeCloseTo(1, 8);
  expect(own.coverage).toBe(1);
  expect(own.calibration.reduce((n: number, bin: { count: number }) => n + bin.count, 0)).toBeCloseTo(8, 9);
});

test("a design ranks rows by ½ log(1 + xᵀ C x), and chooses rows together", async () => {
  const cwd = await learnt({ "candidates.csv": "x\n1.5\n10\n9.9\n-5.5\n" });
  const alone = await ffm(["design", "--state", "line.ffs", "--data", "candidates.csv", "--format", "json"], { cwd });
  expect(alone.stderr).toBe("");
  const ranked = JSON.parse(alone.stdout);
  expect(ranked.schema).toBe("ffm.design/1");
  expect(ranked.rows.map((r: { row: number }) => r.row)).toEqual([2, 3, 4, 1]);
  for (const [k, x] of [10, 9.9, -5.5, 1.5].entries())
    expect(ranked.rows[k].gain).toBeCloseTo(0.5 * Math.log(1 + quadratic(x)), 9);
  const together = await ffm(
    ["design", "--state", "line.ffs", "--data", "candidates.csv", "--choose", "2", "--format", "json"],
    { cwd },
  );
  const chosen = JSON.parse(together.stdout);
  // after x = 10 its neighbour teaches less than the other side
  expect(chosen.rows.map((r: { row: number }) => r.row)).toEqual([2, 4]);
  // jointly ½ log det of the information after over that before
  const det = (points: readonly number[]): number => {
    const [n, s, q] = points.reduce(([c, t, u], x) => [c! + 1, t! + x, u! + x * x], [0, 0, 0]) as number[];
    return n! * q! - s! * s!;
  };
  expect(chosen.totalGain).toBeCloseTo(0.5 * Math.log(det([...xs, 10, -5.5]) / det(xs)), 9);
  const text = await ffm(["design", "--state", "line.ffs", "--data", "candidates.csv", "--top", "1"], { cwd });
  expect(text.stdout).toContain("line: 4 candidates");
});

test("what is missing or wrong is said, with the right exit code", async () => {
  const cwd = await learnt({ "other.ffm": line.replace("* x", "* x + 0"), "empty.csv": "x\n" });
  for (const verb of ["predict", "score", "design"]) {
    const help = await ffm([verb, "--help"], { cwd });
    expect(help.stdout).toContain("Example:");
    expect((await ffm([verb, "--data", "new.csv"], { cwd })).code).toBe(2);
    expect((await ffm([verb, "--state", "line.ffs"], { cwd })).code).toBe(2);
    expect((await ffm([verb, "--state", "none.ffs", "--data", "new.csv"], { cwd })).code).toBe(4);
    const foreign = await ffm([verb, "other.ffm", "--state", "line.ffs", "--data", "train.csv"], { cwd });
    expect(foreign.code).toBe(4);
    expect(foreign.stderr).toContain("FF532");
  }
  const state = await ffm(["predict", "--state", "train.csv", "--data", "new.csv"], { cwd });
  expect(state.code).toBe(4);
  expect(state.stderr).toContain("FF531");
  const scored = await ffm(["score", "--state", "line.ffs", "--data", "new.csv"], { cwd });
  expect(scored.code).toBe(4);
  expect(scored.stderr).toContain("FF501");
  expect((await ffm(["predict", "--state", "line.ffs", "--data", "new.csv", "--interval", "2"], { cwd })).code).toBe(2);
  expect((await ffm(["predict", "--state", "line.ffs", "--data", "new.csv", "--top", "x"], { cwd })).code).toBe(2);
  const none = await ffm(["score", "--state", "line.ffs", "--data", "empty.csv"], { cwd });
  expect(none.code).toBe(4);
  expect(existsSync(join(cwd, "p.csv"))).toBe(false);
});
