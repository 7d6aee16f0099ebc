// A stream that stops and goes on: the same bytes as if it had never stopped, whatever the structure and the dynamics, at
// whatever row it was saved; and what happens to rows that a state has seen before.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, DataError, fit, type Model, openSource, type Summary, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const count = 700;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ffm-resume-"));
  writeFileSync(join(folder, "rows.csv"), table(count, "rows"));
  writeFileSync(join(folder, "bad.csv"), table(count, "rows", 37));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A small table with a category; every so many rows one has no number. */
function table(rows: number, seed: string, bad = 0): string {
  const { normal, uniform } = random(3, seed);
  const lines = ["x1,x2,g,y,z"];
  for (let i = 0; i < rows; i++) {
    const [a, b, g] = [normal(), normal(), Math.floor(4 * uniform())];
    const y = 1 + a - 0.5 * b + 0.3 * g + normal();
    const z = uniform() < 1 / (1 + Math.exp(-0.5 * a)) ? 1 : 0;
    lines.push(bad > 0 && i % bad === bad - 1 ? `oops,${b},g${g},${y},${z}` : `${a},${b},g${g},${y},${z}`);
  }
  return `${lines.join("\n")}\n`;
}

const linear = compile(`data x : real[2] from [x1, x2]
data g : category
data y : real
param base : real[g] ~ Normal(0, 5)
param w : real[2] ~ Normal(0, 5)
param noise : positive ~ HalfNormal(2)
y ~ Normal(base[g] + w @ x, noise)
`);
const logistic = compile(`data x : real[2] from [x1, x2]
data z : binary
param b : real ~ Normal(0, 5)
param w : real[2] ~ Normal(0, 5)
z ~ Bernoulli(logit: b + w @ standardize(x))
`);
const layered = compile(`data x : real[2] from [x1, x2]
data z : binary
param W : real[3, 2] ~ Normal(0, 1) init sample
param u : real[3] ~ Normal(0, 1) init sample
z ~ Bernoulli(logit: u @ tanh(W @ x))
`);

type Options = NonNullable<Parameters<typeof stream>[2]>;

interface Ran {
  readonly bytes: Uint8Array;
  readonly saves: readonly Uint8Array[];
  readonly summary: Summary;
}

async function run(model: Model, file: string, options: Options): Promise<Ran> {
  const opened = await openSource(join(folder, file));
  if (opened.kind === "failure") throw new DataError(opened.diagnostics);
  const saves: Uint8Array[] = [];
  try {
    const onState = (bytes: Uint8Array): void => void saves.push(bytes);
    const summary = await stream(model, opened.source, { ...options, onState });
    return { bytes: saves.at(-1) as Uint8Array, saves, summary };
  } finally {
    await opened.source.close();
  }
}

const settings: readonly { readonly name: string; readonly model: Model; readonly options: Options }[] = [
  { name: "full", model: linear, options: { structure: "full" } },
  { name: "auto, features learnt", model: logistic, options: {} },
  { name: "sqrt", model: linear, options: { structure: [{ kind: "full", root: true, parameters: null }] } },
  { name: "diagonal", model: linear, options: { structure: "diagonal" } },
  { name: "scalar", model: logistic, options: { structure: "scalar" } },
  { name: "arrow", model: linear, options: { structure: "arrow" } },
  {
    name: "kronecker",
    model: layered,
    options: {
      structure: [
        { kind: "kronecker", parameters: ["W"] },
        { kind: "full", parameters: null },
      ],
    },
  },
  { name: "lowrank", model: linear, options: { structure: [{ kind: "lowrank", rank: 2, parameters: null }] } },
  { name: "forgetting", model: linear, options: { structure: "full", forget: { kind: "half_life", rows: 200 } } },
  {
    name: "plain with momentum",
    model: logistic,
    options: { lineSearch: false, momentum: 0.5, rate: { kind: "constant", start: 0.5 } },
  },
  { name: "rows one by one", model: linear, options: { structure: "full", batch: 1 } },
];

describe.each(settings)("$name", ({ model, options }) => {
  it("a run that was stopped at any save goes on to the same bytes", async () => {
    const own = { warmup: 150, batch: 64, ...options, saveEvery: 90 };
    const whole = await run(model, "rows.csv", own);
    expect(whole.saves).toHaveLength(8);
    // in the warm-up, at its end, in the middle, before the end
    for (const k of [0, 1, 4, 6]) {
      const resumed = await run(model, "rows.csv", { ...own, resume: whole.saves[k] as Uint8Array });
      expect(resumed.saves).toHaveLength(8 - k - 1);
      for (const [n, bytes] of resumed.saves.entries()) expect(bytes, `${k}, ${n}`).toEqual(whole.saves[k + 1 + n]);
      expect(resumed.summary.rows).toBe(count);
      expect(resumed.summary.events.at(-1)).toMatchObject({ kind: "position", details: { rows: 90 * (k + 1) } });
      expect(resumed.summary.parameters).toEqual(whole.summary.parameters);
    }
  });
});

it("saves come after every so many rows read, those left out included, and what was left out is still counted", async () => {
  const options: Options = { warmup: 150, saveEvery: 37, onBadRow: "skip" };
  const whole = await run(linear, "bad.csv", options);
  expect(whole.saves).toHaveLength(Math.floor(count / 37) + 1);
  expect(whole.summary.leftOut.bad).toBe(18);
  const resumed = await run(linear, "bad.csv", { ...options, resume: whole.saves[9] as Uint8Array });
  expect(resumed.bytes).toEqual(whole.bytes);
  expect(resumed.summary.leftOut).toEqual(whole.summary.leftOut);
  expect(resumed.summary.skipped).toBe(18);
  expect(resumed.summary.diagnostics).toEqual(whole.summary.diagnostics);
});

it.each(["figures", "predictions"] as const)("%s on the way change nothing", async (kind) => {
  const options: Options = { warmup: 100, batch: 50 };
  const lines: Record<string, unknown>[] = [];
  const write = (line: Readonly<Record<string, unknown>>): void => void lines.push(line);
  const told = await run(linear, "rows.csv", { ...options, emit: { kind, milliseconds: null, rows: 70, write } });
  expect(told.bytes).toEqual((await run(linear, "rows.csv", options)).bytes);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(JSON.stringify(line)).not.toContain('null,"se"');
});

describe("rows that were seen before", () => {
  it("are passed over by the name of their file, and new ones at its end are taken", async () => {
    writeFileSync(join(folder, "grows.csv"), table(300, "rows"));
    const first = await run(linear, "grows.csv", {});
    const nothing = await run(linear, "grows.csv", { resume: first.bytes });
    expect(nothing.bytes).toEqual(first.bytes);
    expect(nothing.summary.parameters).toEqual(first.summary.parameters);
    expect(nothing.summary.events.at(-1)?.kind).toBe("position");
    writeFileSync(join(folder, "grows.csv"), table(500, "rows"));
    const more = await run(linear, "grows.csv", { resume: first.bytes });
    expect(more.summary.rows).toBe(500);
    const again = await run(linear, "grows.csv", { resume: more.bytes, again: true });
    expect(again.summary.rows).toBe(1000);
  });

  it("are known in several files, in a query, and after a fit", async () => {
    const rows = table(900, "several").split("\n");
    const [head, ...body] = rows as [string, ...string[]];
    const part = (name: string, from: number, to: number): void =>
      writeFileSync(join(folder, name), `${[head, ...body.slice(from, to)].join("\n")}\n`);
    part("part-1.csv", 0, 300);
    part("part-2.csv", 300, 600);
    const first = await run(linear, "part-*.csv", { warmup: 100 });
    expect(first.summary.rows).toBe(600);
    part("part-3.csv", 600, 900);
    const second = await run(linear, "part-*.csv", { warmup: 100, resume: first.bytes });
    expect(second.summary.rows).toBe(900);
    expect(second.summary.events.at(-1)?.message).toMatch(/after row 600/);
    // one of them alone holds rows that were seen
    const alone = run(linear, "part-2.csv", { resume: second.bytes });
    await expect(alone).rejects.toThrow(/FF536/);
    const query = `sql:SELECT * FROM '${join(folder, "part-*.csv")}' WHERE z = 1`;
    const opened = await openSource(query);
    if (opened.kind === "failure") throw new DataError(opened.diagnostics);
    const saves: Uint8Array[] = [];
    const onState = (bytes: Uint8Array): void => void saves.push(bytes);
    const fitted = await fit(linear, opened.source, { onState });
    const nothing = await stream(linear, opened.source, { resume: saves[0] as Uint8Array });
    await opened.source.close();
    expect(nothing.rows).toBe(fitted.rows);
    expect(nothing.events.at(-1)?.message).toMatch(/^Nothing new/);
  });

  it("of the same file with other rows all are taken, and said so; fewer rows are other rows", async () => {
    writeFileSync(join(folder, "turns.csv"), table(300, "one"));
    const first = await run(linear, "turns.csv", {});
    writeFileSync(join(folder, "turns.csv"), table(200, "two"));
    const second = await run(linear, "turns.csv", { resume: first.bytes });
    expect(second.summary.rows).toBe(500);
    expect(second.summary.events.map((e) => e.message)).toEqual([
      expect.stringMatching(/holds other rows than the 300/),
    ]);
  });

  it("under another name are refused, unless they are to count again; other rows are not", async () => {
    const rows = table(400, "named").split("\n");
    writeFileSync(join(folder, "a.csv"), rows.join("\n"));
    // the same rows at another offset, between others
    const other = table(150, "other").split("\n");
    writeFileSync(
      join(folder, "b.csv"),
      [...other.slice(0, 100), ...rows.slice(120, 320), ...other.slice(100)].join("\n"),
    );
    writeFileSync(join(folder, "c.csv"), table(400, "fresh"));
    const first = await run(linear, "a.csv", {});
    const refused = await run(linear, "b.csv", { resume: first.bytes }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DataError);
    expect((refused as DataError).diagnostics[0]?.code).toBe("FF536");
    expect((await run(linear, "b.csv", { resume: first.bytes, again: true })).summary.rows).toBe(750);
    const fresh = await run(linear, "c.csv", { resume: first.bytes });
    expect(fresh.summary.rows).toBe(800);
    // the first file is still known
    expect((await run(linear, "a.csv", { resume: fresh.bytes })).summary.rows).toBe(800);
  });
});
