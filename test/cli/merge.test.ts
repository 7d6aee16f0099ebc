// `ffm merge` as a user meets it.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ffm, folder } from "./host.ts";

const model = `data x : real
data y : real
param a : real ~ Normal(0, 5)
param b : real
y ~ Normal(a + b * x, 0.5)
`;

function rows(from: number, count: number): string {
  const lines = Array.from({ length: count }, (_, k) => {
    const x = Math.sin(from + k);
    return `${x},${1 + 2 * x + 0.5 * Math.cos(7 * (from + k))}`;
  });
  return `x,y\n${lines.join("\n")}\n`;
}

async function parts(): Promise<string> {
  const cwd = folder({
    "line.ffm": model,
    "a.csv": rows(0, 40),
    "b.csv": rows(40, 50),
    "c.csv": rows(90, 60),
    "d.csv": rows(150, 30),
  });
  for (const name of ["a", "b", "c"])
    expect((await ffm(["fit", "line.ffm", "--data", `${name}.csv`, "--save", `${name}.ffs`], { cwd })).code).toBe(0);
  return cwd;
}

const figures = (stdout: string): number[] =>
  JSON.parse(stdout).parameters.flatMap((p: { estimate: number; se: number }) => [p.estimate, p.se]);

test("merges, prints the summary, and saves a state that can be shown and gone on from", async () => {
  const cwd = await parts();
  const merged = await ffm(["merge", "a.ffs", "b.ffs", "c.ffs", "-o", "all.ffs", "--format", "json"], { cwd });
  expect(merged.stderr).toBe("");
  expect(merged.code).toBe(0);
  const whole = await ffm(["fit", "line.ffm", "--data", "[abc].csv", "--format", "json"], { cwd });
  for (const [k, value] of figures(whole.stdout).entries())
    expect(Math.abs((figures(merged.stdout)[k] as number) / value - 1)).toBeLessThan(1e-10);
  const shown = await ffm(["show", "all.ffs", "--format", "json"], { cwd });
  expect(figures(shown.stdout)).toEqual(figures(merged.stdout));
  const table = await ffm(["merge", "a.ffs", "b.ffs", "c.ffs", "-o", "all.ffs", "--robust", "1"], { cwd });
  expect(table.stdout).toContain("fit of 150 rows");
  expect(table.stdout).toMatch(/combined at row 150: 3 states: the sum is exact.*no part was set aside/);
  const on = await ffm(["stream", "line.ffm", "--data", "d.csv", "--resume", "all.ffs"], { cwd });
  expect(on.stdout).toContain("stream of 180 rows");
});

test("refuses with a reason and an exit code, and writes nothing", async () => {
  const cwd = await parts();
  const before = readFileSync(join(cwd, "a.ffs"));
  const run = (...argv: string[]) => ffm(["merge", ...argv], { cwd });
  const cases: [string[], number, RegExp][] = [
    [["a.ffs", "b.ffs"], 2, /needs -o STATE/],
    [["a.ffs", "-o", "x.ffs"], 2, /two saved states or more/],
    [["a.ffs", "b.ffs", "-o", "x.ffs", "--robust", "two"], 2, /number of states/],
    [["a.ffs", "b.ffs", "-o", "x.ffs", "--robust", "1"], 4, /FF543.*three parts or more/],
    [["a.ffs", "b.ffs", "c.ffs", "-o", "x.ffs", "--robust", "2"], 4, /FF543.*fewer than half/],
    [["a.ffs", "none.ffs", "-o", "x.ffs"], 4, /I can't read none.ffs/],
    [["a.ffs", "a.csv", "-o", "x.ffs"], 4, /FF531.*a\.csv/],
    [["a.ffs", "b.ffs", "a.ffs", "-o", "x.ffs"], 4, /FF542.*--allow-overlap/s],
    [["a.ffs", "b.ffs", "--empty", "-o", "x.ffs"], 2, /--empty.*one saved state/],
  ];
  for (const [argv, code, words] of cases) {
    const found = await run(...argv);
    expect(found.stderr).toMatch(words);
    expect(found.code).toBe(code);
    expect(found.stdout).toBe("");
  }
  expect(existsSync(join(cwd, "x.ffs"))).toBe(false);
  expect(readFileSync(join(cwd, "a.ffs")).equals(before)).toBe(true);
  const told = await run("a.ffs", "a.ffs", "-o", "x.ffs", "--allow-overlap");
  expect(told.code).toBe(0);
  const json = await run("a.ffs", "a.ffs", "-o", "x.ffs", "--format", "json");
  expect(JSON.parse(json.stderr)).toMatchObject({ code: "FF542", span: null });
});

test("an empty state is where parts start alike", async () => {
  const cwd = await parts();
  expect((await ffm(["merge", "a.ffs", "--empty", "-o", "start.ffs"], { cwd })).code).toBe(0);
  for (const name of ["b", "c"]) {
    const argv = ["stream", "line.ffm", "--data", `${name}.csv`, "--resume", "start.ffs", "--save", `${name}.ffs`];
    expect((await ffm(argv, { cwd })).code).toBe(0);
  }
  const merged = await ffm(["merge", "b.ffs", "c.ffs", "-o", "all.ffs", "--format", "json"], { cwd });
  expect(JSON.parse(merged.stdout).rows).toBe(110);
});

test("what docs/scale.md shows runs", async () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/scale.md"), "utf8");
  const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap((match) =>
    (match[1] ?? "").trim().split("\n"),
  );
  expect(commands.length).toBeGreaterThan(7);
  const cwd = folder();
  await ffm(["new", "coffee"], { cwd });
  const [head, ...lines] = readFileSync(join(cwd, "coffee.csv"), "utf8").trim().split("\n");
  mkdirSync(join(cwd, "shops"));
  for (const [k, shop] of ["north", "east", "south"].entries()) {
    const own = lines.filter((_, row) => Math.floor((3 * row) / lines.length) === k);
    writeFileSync(join(cwd, "shops", `${shop}.csv`), `${head}\n${own.join("\n")}\n`);
  }
  const tables: string[] = [];
  for (const command of commands) {
    const [name, ...argv] = command.split(" ").map((word) => word.replace(/^'(.*)'$/, "$1"));
    expect(name).toBe("ffm");
    const { code, stdout, stderr } = await ffm(argv, { cwd });
    expect(`${command}: ${stderr}`).toBe(`${command}: `);
    expect(code).toBe(0);
    tables.push(stdout);
  }
  const slope = (table: string | undefined): number => Number(/^slope +(\S+)/m.exec(table ?? "")?.[1]);
  const one = slope((await ffm(["fit", "coffee.ffm"], { cwd })).stdout);
  expect(slope(tables[0])).toBe(one);
  for (const table of tables.slice(-3)) {
    expect(table).toContain("of 140 rows");
    expect(Math.abs(slope(table) - one)).toBeLessThan(0.001);
  }
});
