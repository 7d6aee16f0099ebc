// What can't be learnt is diagnosed by name and direction whatever the structure that keeps the information: also by
// those that keep no correlations, which can't see it themselves.

import { describe, expect, it } from "vitest";
import { compile, DataError, type Diagnostic, fit, NumericalError, type Summary, stream } from "../../src/index.ts";

type Columns = Record<string, (number | string)[]>;
type Outcome = Summary | readonly (Diagnostic & { readonly span: unknown })[];

async function outcome(run: typeof fit, source: string, columns: Columns, structure: unknown): Promise<Outcome> {
  try {
    return await run(compile(source), columns, { structure } as never);
  } catch (error) {
    if (error instanceof NumericalError || error instanceof DataError) return error.diagnostics as never;
    throw error;
  }
}

const whole = (request: object): readonly object[] => [{ parameters: null, ...request }];
const plain: Readonly<Record<string, unknown>> = {
  full: "full",
  root: whole({ kind: "full", root: true }),
  diagonal: "diagonal",
  scalar: "scalar",
  block: "block",
  lowrank: whole({ kind: "lowrank", rank: 1 }),
};
/** What the planner takes of itself, which goes to square roots where the data leave a direction out. */
const chosen = { ...plain, auto: "auto" };
const levelled = { ...plain, arrow: "arrow" };
const matrix = { ...plain, kronecker: "kronecker" };

const count = Array.from({ length: 60 }, (_, k) => k / 10);
const group = count.map((_, k) => `g${k % 3}`);
const wave = count.map((x) => Math.sin(7 * x));
const head = "data x : real\ndata z : real\ndata g : category\ndata y : real\n";
const effects = "param u : real[g] ~ Normal(0, 1)\n";

interface Trouble {
  readonly source: string;
  readonly columns: Columns;
  readonly structures: Readonly<Record<string, unknown>>;
  /** Code, and the names that must be told. */
  readonly told: RegExp;
}

const troubles: Readonly<Record<string, Trouble>> = {
  "collinear columns": {
    source: `${head}param b : real\nparam c : real\n${effects}y ~ Normal(b * x + c * z + u[g], 1)\n`,
    columns: { x: count, z: count.map((x) => 3 * x), g: group, y: wave },
    structures: levelled,
    told: /FF602 .*`[bc]` and `[bc]`.* along (b − 0.33 c|0.33 c − b)/,
  },
  "collinear inputs of a matrix": {
    source: `data x : real[2] from [x1, x2]\ndata y : real[2] from [y1, y2]\nparam W : real[2, 2]\ny ~ Normal(W @ x, 1)\n`,
    columns: { x1: count, x2: count.map((x) => -2 * x), y1: wave, y2: count.map((x) => Math.cos(5 * x)) },
    structures: matrix,
    told: /FF602 .*`W\[/,
  },
  "separated classes": {
    source: `data x : real\ndata g : category\ndata y : binary\nparam a : real\nparam b : real\n${effects}y ~ Bernoulli(logit: a + b * x + u[g])\n`,
    columns: { x: count, g: group, y: count.map((x) => (x < 3 ? 0 : 1)) },
    structures: levelled,
    told: /FF606 .*\bb\b/,
  },
  "separated classes of a matrix": {
    source: `data x : real[2] from [x1, x2]\ndata d : category[2]\nparam W : real[1, 2]\nlet e = W @ x\nd ~ Categorical(logits: [0, e[1]])\n`,
    columns: { x1: count.map(() => 1), x2: count.map((x) => x - 3), d: count.map((x) => (x < 3 ? 1 : 2)) },
    structures: matrix,
    told: /FF606 .*W\[1, 2\]/,
  },
  "softmax without reference": {
    source: `data x : real\ndata k : category[3]\nparam a : real[3] ~ Normal(0, 10)\nparam b : real[3]\nk ~ Categorical(logits: a + b * x)\n`,
    columns: { x: wave, k: count.map((_, i) => 1 + ((i * i + ((wave[i] as number) > 0 ? 1 : 0)) % 3)) },
    structures: chosen,
    told: /FF602 .*`b\[[123]\]`, `b\[[123]\]` and `b\[[123]\]`.* along b\[[123]\] \+ b\[[123]\] \+ b\[[123]\]/,
  },
  "softmax without reference, of classes that are separated": {
    source: `data x : real\ndata k : category[3]\nparam a : real[3] ~ Normal(0, 10)\nparam b : real[3]\nk ~ Categorical(logits: a + b * x)\n`,
    columns: { x: count.map((x) => x - 3), k: count.map((x) => (x < 2 ? 1 : x < 4 ? 2 : 3)) },
    structures: chosen,
    told: /FF60[26] .*`b\[[123]\]`/,
  },
  "a level that never occurs": {
    source: `data x : real\ndata k : category[4]\ndata g : category\ndata y : real\nparam v : real[4]\nparam b : real\n${effects}y ~ Normal(v[k] + b * x + u[g], 1)\n`,
    columns: { x: count, k: count.map((_, i) => 1 + (i % 2) + (i % 5 === 0 ? 2 : 0) * (i % 2)), g: group, y: wave },
    structures: levelled,
    told: /FF602 .*v\[3\]/,
  },
  "a part without weight": {
    source: `${head}data w : count\nparam b : real\nparam c : real\n${effects}y ~ Normal(b * x + u[g], 1)\nz ~ Normal(c, 1) weight w\n`,
    columns: { x: count, z: wave, g: group, y: wave, w: count.map(() => 0) },
    structures: levelled,
    told: /FF602 .*`?c`?/,
  },
  "a scale that collapses": {
    source: `${head}param a : real\nparam b : real\nparam s : positive\ny ~ Normal(a + b * x, s)\n`,
    columns: { x: count, z: wave, g: group, y: count.map((x) => 2 + 3 * x) },
    structures: plain,
    told: /FF605 .*`s`|FF606 .*log\(s\)/,
  },
};

describe.each(Object.entries(troubles))("%s", (_, { source, columns, structures, told }) => {
  it.each(Object.entries(structures))("kept as %s", async (_name, structure) => {
    const found = await outcome(fit, source, columns, structure);
    const list = "diagnostics" in found ? found.diagnostics : found;
    const text = list.map((d) => `${d.code} ${d.message}`).join("\n");
    expect(text).toMatch(told);
    // with the line of the model, and no standard error unless the fit is exact
    const first = list.find((d) => /^FF60[256]/.test(d.code));
    expect(first?.span).not.toBeNull();
    if ("diagnostics" in found) expect(text).toMatch(/FF605/);
  });

  it.each(Object.entries(structures))("also in a stream, kept as %s", async (_name, structure) => {
    const found = await outcome(stream, source, columns, structure);
    const list = "diagnostics" in found ? found.diagnostics : found;
    expect(list.map((d) => `${d.code} ${d.message}`).join("\n")).toMatch(told);
  });
});

describe("blocks too large for their spectrum", () => {
  const many = Array.from({ length: 3000 }, (_, i) => i);
  const columns = {
    x: many.map((i) => Math.sin(i)),
    z: many.map((i) => 2 * Math.sin(i)),
    g: many.map((i) => `g${i % 800}`),
    y: many.map((i) => Math.cos(3 * i)),
  };
  it.each(["full", "arrow"])("name the direction too, kept as %s", async (structure) => {
    const source = `${head}param b : real\nparam c : real\n${effects}y ~ Normal(b * x + c * z + u[g], 1)\n`;
    const found = await outcome(fit, source, columns, structure);
    const text = ("diagnostics" in found ? found.diagnostics : found).map((d) => `${d.code} ${d.message}`).join("\n");
    expect(text).toMatch(/FF602 .*`[bc]` and `[bc]`.* along (b − 0.50 c|0.50 c − b)/);
  });

  it("and say nothing where all is well", async () => {
    const source = `${head}param b : real\n${effects}y ~ Normal(b * x + u[g], 1)\n`;
    const found = await outcome(fit, source, columns, "arrow");
    expect("diagnostics" in found && found.diagnostics).toEqual([]);
  });
});

describe("a stream that its first rows leave in doubt", () => {
  const source = `${head}param b : real\nparam c : real\ny ~ Normal(b * x + c * z, 1)\n`;
  const rows = Array.from({ length: 2400 }, (_, i) => i);
  // collinear for as long as the warm-up lasts, and for longer or not
  const columns = (until: number): Columns => ({
    x: rows.map((i) => Math.sin(i)),
    z: rows.map((i) => (i < until ? 2 * Math.sin(i) : Math.cos(5 * i))),
    g: rows.map(() => "g"),
    y: rows.map((i) => Math.cos(3 * i)),
  });
  it.each([
    "full",
    "diagonal",
    "scalar",
  ])("goes on, and says at the end what is so still, kept as %s", async (structure) => {
    const mended = await outcome(stream, source, columns(1500), structure);
    expect("diagnostics" in mended).toBe(true);
    const doubtful = await outcome(stream, source, columns(2400), structure);
    expect("diagnostics" in doubtful ? doubtful.diagnostics : doubtful[0].code).toBe("FF602");
  });
});

describe("standard errors of a structure that leaves correlations out", () => {
  const x = Array.from({ length: 200 }, (_, i) => Math.sin(i));
  const columns = (mixed: number): Columns => ({
    x,
    z: x.map((v, i) => mixed * v + Math.cos(7 * i)),
    g: x.map(() => "g"),
    // as much as the scale of 1 says
    y: x.map((_, i) => Math.SQRT2 * Math.cos(3 * i)),
  });
  const source = `${head}param b : real\nparam c : real\ny ~ Normal(b * x + c * z, 1)\n`;
  const told = async (mixed: number, structure: string): Promise<string> => {
    const found = await outcome(fit, source, columns(mixed), structure);
    return ("diagnostics" in found ? found.diagnostics : found).map((d) => `${d.code} ${d.message}`).join("\n");
  };
  it("are compared with those of the full information", async () => {
    expect(await told(3, "full")).toBe("");
    // nearly uncorrelated: nothing to tell
    expect(await told(0, "diagonal")).toBe("");
    const said = await told(3, "diagonal");
    const ratio = Number(/FF609 .* is ([\d.]+) times/.exec(said)?.[1]);
    const { z } = columns(3) as { z: number[] };
    const sum = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, i) => s + v * b[i], 0);
    const correlation = sum(x, z) / Math.sqrt(sum(x, x) * sum(z, z));
    expect(ratio).toBeCloseTo(Math.sqrt(1 - correlation ** 2), 2);
  });
});
