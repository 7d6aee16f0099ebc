// Merging saved states: one run where that is exact, near it elsewhere, and what is refused.

import { describe, expect, test } from "vitest";
import {
  compile,
  DataError,
  emptied,
  type FlowOptions,
  fit,
  loadState,
  type Model,
  merge,
  type Summary,
  stream,
} from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";
import { encodeState } from "../../src/runtime/index.ts";

type Row = Readonly<Record<string, number | string>>;
const draws = random(11, "merge");

async function state(
  how: typeof fit,
  model: Model,
  rows: readonly Row[],
  options: FlowOptions & { resume?: Uint8Array } = {},
): Promise<{ readonly bytes: Uint8Array; readonly summary: Summary }> {
  let bytes = new Uint8Array();
  const onState = (saved: Uint8Array): void => {
    bytes = new Uint8Array(saved);
  };
  const summary = await how(model, rows as Row[], { ...options, onState });
  return { bytes, summary };
}

async function states(
  how: typeof fit,
  model: Model,
  parts: readonly (readonly Row[])[],
  options: FlowOptions & { resume?: Uint8Array } = {},
): Promise<readonly Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (const rows of parts) found.push((await state(how, model, rows, options)).bytes);
  return found;
}

const split = <T>(rows: readonly T[], count: number): T[][] =>
  Array.from({ length: count }, (_, k) =>
    rows.slice(Math.floor((k * rows.length) / count), Math.floor(((k + 1) * rows.length) / count)),
  );

const keyOf = ({ name, index }: Summary["parameters"][number]): string => `${name}[${index.join()}]`;

/** Largest distances of estimates, in standard errors, and of standard errors, relative. */
function gap(one: Summary, other: Summary): { readonly estimate: number; readonly relative: number } {
  const known = new Map(other.parameters.map((p) => [keyOf(p), p]));
  expect([...known.keys()].sort()).toEqual(one.parameters.map(keyOf).sort());
  let [estimate, relative] = [0, 0];
  for (const p of one.parameters) {
    const q = known.get(keyOf(p)) as typeof p;
    estimate = Math.max(estimate, Math.abs(p.estimate - q.estimate) / p.se);
    relative = Math.max(relative, Math.abs(p.estimate - q.estimate) / Math.abs(p.estimate), Math.abs(p.se / q.se - 1));
  }
  return { estimate, relative };
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  }
  throw new Error("nothing was refused");
}

const line = compile(`data x : real
data y : real
param a : real ~ Normal(1, 2)
param b : real ~ Normal(0, 0.5)
y ~ Normal(a + b * x, 0.7)
`);
const pairs = (count: number): Row[] =>
  Array.from({ length: count }, () => {
    const x = draws.normal();
    return { x, y: 0.5 + 0.3 * x + 0.7 * draws.normal() };
  });

/** Posterior mean and deviations of `line`, by the normal equations. */
function posterior(rows: readonly Row[]): readonly [number, number, number, number] {
  const [precision, tau] = [1 / 0.49, [1 / 4, 1 / 0.25] as const];
  let [aa, ab, bb, ya, yb] = [tau[0], 0, tau[1], tau[0] * 1, 0];
  for (const { x, y } of rows as { x: number; y: number }[]) {
    aa += precision;
    ab += precision * x;
    bb += precision * x * x;
    ya += precision * y;
    yb += precision * x * y;
  }
  const det = aa * bb - ab * ab;
  return [(bb * ya - ab * yb) / det, (aa * yb - ab * ya) / det, Math.sqrt(bb / det), Math.sqrt(aa / det)];
}

describe("linear-Gaussian models", () => {
  test.each([
    ["fit", fit],
    ["stream", stream],
  ])("eight parts of a %s are one run, the prior counted once", async (_, how) => {
    const rows = pairs(8800);
    const merged = merge(await states(how, line, split(rows, 8))).summary;
    const [a, b, sa, sb] = posterior(rows);
    const [first, second] = merged.parameters as [Summary["parameters"][number], Summary["parameters"][number]];
    for (const [found, truth] of [
      [first.estimate, a],
      [second.estimate, b],
      [first.se, sa],
      [second.se, sb],
    ] as const)
      expect(Math.abs(found / truth - 1)).toBeLessThan(1e-10);
    const one = (await state(how, line, rows)).summary;
    expect(gap(one, merged).relative).toBeLessThan(1e-10);
    expect(merged.rows).toBe(8800);
    expect(merged.events.at(-1)).toMatchObject({ kind: "combined", details: { parts: 8, exact: true } });
    expect(merged.diagnostics).toEqual([]);
    if (how === stream) expect(merged.events.at(-1)?.message).toContain("prequential");
    if (how === fit) expect(merged.logLikelihood).toBeCloseTo(one.logLikelihood as number, 6);
  });

  const effects = compile(`data g : category
data x : real
data y : real
param mu : real
param b : real
param effect : real[g] ~ Normal(0, 1)
y ~ Normal(mu + b * x + effect[g], 0.5)
`);
  const grouped = (count: number, names: string): Row[] =>
    Array.from({ length: count }, (_, k) => {
      const g = names[k < names.length ? k : Math.floor(names.length * draws.uniform())] as string;
      const x = draws.normal();
      return { g, x, y: 1 + 0.3 * x + "gfedcba".indexOf(g) / 3 + 0.5 * draws.normal() };
    });
  const parts = [grouped(300, "bca"), grouped(250, "de"), grouped(400, "edafgb")];

  test.each(["full", "arrow", "full sqrt"])("parts that saw other levels, in other orders: %s", async (asked) => {
    const structure = asked === "full sqrt" ? [{ kind: "full", root: true, parameters: null } as const] : asked;
    const own = await states(fit, effects, parts, { structure } as FlowOptions);
    const merged = merge(own).summary;
    const one = (await state(fit, effects, parts.flat(), { structure } as FlowOptions)).summary;
    expect(gap(one, merged).relative).toBeLessThan(1e-9);
    expect(merged.parameters.filter((p) => p.name === "effect").map((p) => p.index[0])).toEqual([..."bcadefg"]);
    // in any order and grouping
    const [a, b, c] = own as [Uint8Array, Uint8Array, Uint8Array];
    expect(gap(merge([c, a, b]).summary, merged).relative).toBeLessThan(1e-9);
    expect(gap(merge([a, merge([b, c]).state]).summary, merged).relative).toBeLessThan(1e-9);
  });

  test.each(["diagonal", "scalar"])("levels come together as if all parts had known all: %s", async (kind) => {
    const structure = kind as FlowOptions["structure"];
    const { bytes } = await state(stream, effects, parts.flat(), { structure } as FlowOptions);
    const start = emptied(bytes);
    const options = { structure, resume: start } as FlowOptions & { resume: Uint8Array };
    const alike = merge(await states(stream, effects, parts, options)).summary;
    const own = merge(await states(stream, effects, parts, { structure } as FlowOptions)).summary;
    expect(alike.rows).toBe(950);
    // what a scalar says of coordinates that a part lacks is another thing
    if (kind !== "scalar") expect(gap(alike, own).relative).toBeLessThan(1e-6);
  });

  test("rows that states still hold are learnt from as rows", async () => {
    const rows = [grouped(7, "bca"), grouped(5, "de"), grouped(2500, "edafgb"), grouped(9, "hb")];
    const few = [rows[0], rows[1], rows[3]] as Row[][];
    const small = merge(await states(stream, effects, few));
    expect(gap((await state(fit, effects, few.flat())).summary, small.summary).relative).toBeLessThan(1e-8);
    expect(loadState(small.state).state.heldRows).toBe(21);
    const all = merge(await states(stream, effects, rows)).summary;
    expect(all.rows).toBe(2521);
    expect(gap((await state(fit, effects, rows.flat())).summary, all).relative).toBeLessThan(1e-8);
    const by = merge([small.state, ...(await states(stream, effects, [rows[2] as Row[]]))]).summary;
    expect(gap(all, by).relative).toBeLessThan(1e-8);
  });

  test("structures that differ meet where nothing is lost", async () => {
    const rows = [pairs(400), pairs(500)];
    const [full] = await states(fit, line, rows.slice(0, 1), { structure: "full" } as FlowOptions);
    const [plain] = await states(fit, line, rows.slice(1), { structure: "diagonal" } as FlowOptions);
    const merged = merge([full, plain] as Uint8Array[]).summary;
    const swapped = merge([plain, full] as Uint8Array[]).summary;
    expect(merged.plan.blocks.map((b) => b.structure)).toEqual(["full"]);
    expect(gap(merged, swapped).relative).toBeLessThan(1e-12);
  });
});

describe("generalised linear models", () => {
  const [logistic, poisson] = ["y ~ Bernoulli(logit: a + b * x + c * z)", "y ~ Poisson(log: a + b * x + c * z)"].map(
    (statement) =>
      compile(`data x : real
data z : real
data y : ${statement.includes("Poisson") ? "count" : "binary"}
param a : real
param b : real ~ Normal(0, 2)
param c : real
${statement}
`),
  ) as [Model, Model];
  const counts = (count: number, binary: boolean): Row[] =>
    Array.from({ length: count }, () => {
      const [x, z] = [draws.normal(), draws.normal()];
      const eta = 0.3 + 0.5 * x - 0.4 * z;
      let y = 0;
      if (binary) y = draws.uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
      else for (let p = draws.uniform(); p > Math.exp(-Math.exp(eta)); p *= draws.uniform()) y++;
      return { x, z, y };
    });

  test.each([
    ["logistic", logistic, true],
    ["Poisson", poisson, false],
  ])("eight parts of 10,000 rows are a tenth of a standard error from one fit: %s", async (_, model, binary) => {
    const far: number[] = [];
    for (let data = 0; data < 3; data++) {
      const rows = counts(10_000, binary);
      const one = (await state(fit, model, rows)).summary;
      const merged = merge(await states(fit, model, split(rows, 8))).summary;
      for (const [k, p] of one.parameters.entries())
        far.push((p.estimate - (merged.parameters[k]?.estimate as number)) / p.se);
      expect(merged.diagnostics).toEqual([]);
      expect(merged.events.at(-1)).toMatchObject({ kind: "combined", details: { exact: false } });
    }
    expect(Math.sqrt(far.reduce((sum, d) => sum + d * d, 0) / far.length)).toBeLessThan(0.04);
    expect(Math.max(...far.map(Math.abs))).toBeLessThan(0.1);
  });

  test("sandwich standard errors of fits", async () => {
    const rows = counts(6000, false).map((row) => ({ ...row, y: 3 * (row.y as number) }));
    const options = { errors: "sandwich" } as const;
    const one = (await state(fit, poisson, rows, options)).summary;
    const merged = merge(await states(fit, poisson, split(rows, 3), options)).summary;
    for (const [k, p] of one.parameters.entries())
      expect(Math.abs(p.se / (merged.parameters[k]?.se as number) - 1)).toBeLessThan(0.02);
  });

  test("in any order and grouping", async () => {
    const [a, b, c] = (await states(stream, logistic, split(counts(4000, true), 3))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const all = merge([a, b, c]).summary;
    expect(gap(all, merge([c, b, a]).summary).relative).toBeLessThan(1e-10);
    expect(gap(all, merge([merge([a, b]).state, c]).summary).relative).toBeLessThan(1e-10);
    expect(gap(all, merge([a, merge([b, c]).state]).summary).relative).toBeLessThan(1e-10);
  });

  test("a merged state is one to go on from", async () => {
    const rows = counts(6000, true);
    const merged = merge(await states(stream, logistic, split(rows.slice(0, 4000), 2))).state;
    const { summary } = await state(stream, logistic, rows.slice(4000), { resume: merged });
    expect(summary.rows).toBe(6000);
    expect(gap((await state(fit, logistic, rows)).summary, summary).estimate).toBeLessThan(0.3);
  });

  test("classes in another order", async () => {
    const model = compile(`data s : category
data x : real
param w : real[s] ~ Normal(0, 1)
param b : real[s] ~ Normal(0, 1)
s ~ Categorical(logits: b + w * x)
`);
    const classed = (names: string): Row[] =>
      Array.from({ length: 1500 }, (_, k) => {
        const x = draws.normal();
        const level = [0, 1, 2].reduce(
          (best, l) => {
            const draw = 0.4 * l * x - Math.log(-Math.log(draws.uniform()));
            return draw > best.draw ? { l, draw } : best;
          },
          { l: 0, draw: Number.NEGATIVE_INFINITY },
        ).l;
        return { s: (k < 3 ? names[k] : "uvw"[level]) as string, x };
      });
    const halves = [classed("uvw"), classed("wuv")];
    const merged = merge(await states(fit, model, halves)).summary;
    const one = (await state(fit, model, halves.flat())).summary;
    expect(gap(one, merged).estimate).toBeLessThan(0.1);
    const lacking = halves[1]?.filter((row) => row.s !== "u") as Row[];
    const missing = await states(fit, model, [halves[0] as Row[], lacking]);
    expect(refusal(() => merge(missing))).toContain("FF541");
  });

  test.each(["kronecker", "lowrank"])("matrices: %s", async (structure) => {
    const model = compile(`data s : category[3]
data x : real[4] from "x*"
param w : real[3, 4] ~ Normal(0, 1)
param b : real[3] ~ Normal(0, 1)
s ~ Categorical(logits: w @ x + b)
`);
    const rows = Array.from({ length: 1200 }, () => {
      const x = Array.from({ length: 4 }, draws.normal);
      const scores = [0, 1, 2].map((k) => 0.5 * (x[k] as number) - Math.log(-Math.log(draws.uniform())));
      return { s: 1 + scores.indexOf(Math.max(...scores)), ...Object.fromEntries(x.map((v, k) => [`x${k}`, v])) };
    });
    const options = { structure } as FlowOptions;
    const merged = merge(await states(fit, model, split(rows, 2), options)).summary;
    const one = (await state(fit, model, rows, options)).summary;
    expect(merged.plan.blocks.some((block) => block.structure.startsWith(structure))).toBe(true);
    // what a structure leaves out of the information is missing in the sum as well
    expect(gap(one, merged).estimate).toBeLessThan(0.5);
  });

  test("two bad parts of eight ruin a merge, and are set aside by a robust one", async () => {
    const parts = split(counts(10_000, true), 8) as Record<"x" | "z" | "y", number>[][];
    const good = await states(fit, logistic, parts);
    const whole = merge(good).summary;
    const kept = merge(good, { robust: 2 });
    expect(gap(whole, kept.summary).estimate).toBe(0);
    const poisons: Record<string, (rows: readonly Row[]) => Row[]> = {
      flipped: (rows) => rows.map((r) => ({ ...r, y: 1 - (r.y as number) })),
      pushed: (rows) => rows.map((r) => ({ ...r, y: (r.x as number) > 0 ? 1 : (r.y as number) })),
      noise: (rows) => rows.map((r) => ({ ...r, x: 30 * draws.normal() })),
    };
    const clean = merge(good.filter((_, k) => k !== 2 && k !== 5)).summary;
    for (const poison of Object.values(poisons)) {
      const bad = [...good];
      for (const k of [2, 5]) [bad[k]] = (await states(fit, logistic, [poison(parts[k] ?? [])])) as [Uint8Array];
      const plain = merge(bad).summary;
      expect(gap(whole, plain).estimate).toBeGreaterThan(4);
      expect(plain.diagnostics.map((d) => d.code)).toContain("FF621");
      const robust = merge(bad, { robust: 2 }).summary;
      expect(gap(clean, robust).estimate).toBeLessThan(1e-9);
      expect(robust.events.at(-1)).toMatchObject({ details: { setAside: ["state 3", "state 6"] } });
    }
  });

  test("rows that are said to be many more than they are count for a part's own", async () => {
    const parts = split(counts(10_000, true), 8);
    const good = await states(fit, logistic, parts);
    const many = Array.from({ length: 40 }, () => (parts[2] ?? []).slice(0, 400)).flat();
    const bad = [...good];
    bad[2] = (await state(fit, logistic, many)).bytes;
    const { state: saved } = loadState(bad[5] as Uint8Array);
    const tensors = new Map(saved.tensors);
    tensors.set(
      "memory",
      (tensors.get("memory") as Float64Array).map((x) => 500 * x),
    );
    tensors.set(
      "phi",
      (tensors.get("phi") as Float64Array).map((x) => x + 0.5),
    );
    bad[5] = encodeState({ ...saved, tensors });
    const [whole, robust] = [merge(good).summary, merge(bad, { robust: 2 }).summary];
    expect(gap(whole, merge(bad).summary).estimate).toBeGreaterThan(5);
    const rms = whole.parameters.map((p, k) => ((p.estimate - (robust.parameters[k]?.estimate as number)) / p.se) ** 2);
    expect(Math.sqrt(rms.reduce((a, b) => a + b, 0) / rms.length)).toBeLessThan(1);
  });

  test.each(["full", "diagonal"])("whatever is wrong with a part: %s", async (structure) => {
    const own = await states(fit, logistic, split(counts(2500, true), 5), { structure } as FlowOptions);
    const clean = merge(own.filter((_, k) => k !== 3)).summary;
    const { state: saved } = loadState(own[3] as Uint8Array);
    const spoilt = (name: string, by: (x: number) => number): Uint8Array => {
      const tensors = new Map(saved.tensors);
      tensors.set(name, (tensors.get(name) as Float64Array).map(by));
      return encodeState({ ...saved, tensors });
    };
    for (const bad of [
      spoilt("phi", () => Number.NaN),
      spoilt("phi", (x) => 1e12 * x),
      spoilt("memory", () => 0),
      spoilt("memory", (x) => -x),
      spoilt("memory", (x) => 1e30 * x),
      spoilt("memory", () => Number.POSITIVE_INFINITY),
      spoilt("gradient", (x) => x + 1e9),
    ]) {
      const robust = merge(
        own.map((state, k) => (k === 3 ? bad : state)),
        { robust: 1 },
      ).summary;
      expect(gap(clean, robust).estimate).toBeLessThan(1e-9);
    }
    expect(refusal(() => merge([own[0] as Uint8Array, spoilt("phi", () => Number.NaN)]))).toContain("not all finite");
  });

  test("what a robust merge asks for", async () => {
    const own = await states(fit, logistic, split(counts(1200, true), 4));
    expect(refusal(() => merge(own, { robust: 2 }))).toContain("FF543");
    expect(refusal(() => merge(own.slice(0, 2), { robust: 0 }))).toContain("three parts");
    expect(merge(own, { robust: 1 }).summary.rows).toBe(1200);
  });
});

describe("what is refused", () => {
  test.each([
    ["param a : real[g] ~ Normal(0, 1)\ny ~ Normal(a[g] - 0.1 * sum(a), 1)", "ok", "all of them enter each row"],
    [
      "param a : real[g] ~ Normal(0, 1)\ny ~ Normal(a[g] + a[1] * x, 1)",
      "told apart by number",
      "told apart by number",
    ],
    ["param p : simplex[g]\ny ~ Normal(10 * p[g], 1)", "is simplex along them", "is simplex along them"],
    ["param b : real[g, 2] ~ Normal(0, 1)\ny ~ Normal(b[g, 1] + b[g, 2] * x, 1)", "ok", "ok"],
  ])("levels in another order, and others: %s", async (text, order, more) => {
    const model = compile(`data g : category\ndata x : real\ndata y : real\n${text}\n`);
    const part = (names: string): Row[] =>
      Array.from({ length: 60 }, (_, k) => {
        const g = names[k < names.length ? k : Math.floor(names.length * draws.uniform())] as string;
        return { g, x: draws.normal(), y: 1 + draws.normal() };
      });
    for (const [names, wanted] of [
      ["bca", order],
      ["bd", more],
    ] as const) {
      const parts = [part("abc"), part(names)];
      const own = await states(fit, model, parts);
      if (wanted !== "ok") expect(refusal(() => merge(own))).toContain(wanted);
      else expect(gap((await state(fit, model, parts.flat())).summary, merge(own).summary).estimate).toBeLessThan(1e-9);
    }
  });

  test("other models, constants, features, settings", async () => {
    const text = (k: number): string => `const k = ${k}
data x : real
data y : real
param a : real
param b : real
y ~ Normal(a + b * standardize(x), k)
`;
    const model = compile(text(1));
    const [a, b] = await states(fit, model, [pairs(50), pairs(60)]);
    expect(refusal(() => merge([a, b] as Uint8Array[]))).toMatch(/FF541.*standardize\(x\).*--empty.*fit --parts/s);
    const other = await states(fit, compile(text(2)), [pairs(50)]);
    expect(refusal(() => merge([a as Uint8Array, ...other]))).toContain("of another model");
    const set = compile(text(1), { set: { k: 2 } });
    const [changed] = await states(fit, set, [pairs(50)]);
    expect(refusal(() => merge([a, changed] as Uint8Array[]))).toContain("constant");
    const [target] = await states(fit, line, [pairs(50)], { target: "posterior" });
    const [usual] = await states(fit, line, [pairs(50)]);
    expect(refusal(() => merge([usual, target] as Uint8Array[]))).toContain("`target`");
    const [stepped] = await states(stream, line, [pairs(50)], { rate: { kind: "constant", start: 0.1 } });
    expect(refusal(() => merge([usual, stepped] as Uint8Array[]))).toContain("plain steps");
  });

  test("parts from one empty state have its features", async () => {
    const model = compile(`data x : real
data y : real
param a : real
param b : real
y ~ Normal(a + b * standardize(x), 0.7)
`);
    const rows = pairs(3000);
    const { bytes } = await state(stream, model, rows);
    const start = emptied(bytes);
    const merged = merge(await states(stream, model, split(rows, 3), { resume: start })).summary;
    expect(gap((await state(fit, model, rows)).summary, merged).relative).toBeLessThan(1e-9);
  });

  test("the same state twice, unless told", async () => {
    const [a, b] = (await states(fit, line, [pairs(50), pairs(60)])) as [Uint8Array, Uint8Array];
    expect(refusal(() => merge([a, b, a]))).toMatch(/FF542.*state 1.*state 3/);
    expect(merge([a, b, a], { allowOverlap: true }).summary.rows).toBe(160);
  });

  test.each([
    ["fit", fit],
    ["stream", stream],
  ])("states that share rows, unless told: %s", async (_, how) => {
    const rows = pairs(6000);
    const parts = [rows.slice(0, 3000), rows.slice(2400, 5000), rows.slice(5000)];
    const own = await states(how, line, parts);
    expect(refusal(() => merge(own))).toMatch(/FF542: `state 1` and `state 2` seem to hold the same rows: about \d+/);
    expect(merge(own, { allowOverlap: true }).summary.rows).toBe(6600);
    // a merged state still knows its rows
    const [first, , third] = own as [Uint8Array, Uint8Array, Uint8Array];
    const joined = merge([first, third]).state;
    expect(refusal(() => merge([joined, own[1] as Uint8Array]))).toContain("FF542");
  });

  test("forgetting is told, other forgetting refused", async () => {
    const forget = { kind: "half_life", rows: 500 } as const;
    const [a, b] = (await states(stream, line, [pairs(1500), pairs(1600)], { forget })) as [Uint8Array, Uint8Array];
    const { summary } = merge([a, b]);
    expect(summary.diagnostics.map((d) => d.code)).toContain("FF622");
    const [c] = await states(stream, line, [pairs(1500)]);
    expect(refusal(() => merge([a, c as Uint8Array]))).toContain("`forget`");
  });
});
