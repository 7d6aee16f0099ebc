// Parameters that are kept apart although rows couple them: what is between them is lost whatever each set keeps, and the
// plan, its pilot and the standard errors say so. And information that a structure can't keep is refused.

import { describe, expect, it } from "vitest";
import { CompileError, compile, fit, flowOption, type Model } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const { uniform, normal } = random(11, "apart");
const rows = 600;
const [x, g, h]: [number[], string[], string[]] = [[], [], []];
const y: number[] = [];
for (let i = 0; i < rows; i++) {
  const [own, one, other] = [normal(), Math.floor(8 * uniform()), Math.floor(5 * uniform())];
  x.push(own);
  g.push(`g${one}`);
  h.push(`h${other}`);
  y.push(uniform() < 1 / (1 + Math.exp(-(0.5 + own + 0.2 * one - 0.3 * other))) ? 1 : 0);
}
const data = { x, g, h, y };
const crossed = compile(`data x : real
data g : category
data h : category
data y : binary
param a : real ~ Normal(0, 5)
param b : real ~ Normal(0, 5)
param eg : real[g] ~ Normal(0, 1)
param eh : real[h] ~ Normal(0, 1)
y ~ Bernoulli(logit: a + b * x + eg[g] + eh[h])
`);

const asked = (structure: string): object => flowOption("structure", structure, null).options;
const refusal = async (model: Model, settings: object): Promise<string> => {
  const error = await model.plan(settings, data).catch((caught: unknown) => caught);
  if (!(error instanceof CompileError)) throw new Error("not refused");
  return error.diagnostics.map((d) => `${d.code} ${d.message}`).join("\n");
};

const mixes = [
  "full for a b, full for eg eh",
  "full for a b, arrow",
  "full sqrt for a b, full sqrt",
  "arrow for a b eg, diagonal",
];

describe("blocks that are exact within themselves", () => {
  it.each(mixes)("%s: the standard errors are said to be too small", async (structure) => {
    const whole = await fit(crossed, data, asked("full"));
    const found = await fit(crossed, data, { ...asked(structure), errors: "sandwich" });
    // the estimate is the same; that of its error is not
    expect(found.parameters[0].estimate).toBeCloseTo(whole.parameters[0].estimate, 1);
    expect(found.parameters[0].se / whole.parameters[0].se).toBeLessThan(0.8);
    const said = found.diagnostics.find(({ code }) => code === "FF609")?.message ?? "";
    expect(said).toContain(` for ${/for (\w+)/.exec(structure)?.[1]}`);
    // nor is there a sandwich of such blocks
    expect(found.errors).not.toBe("sandwich");
  });

  it.each(mixes)("%s: the plan loses something, and its pilot measures it", async (structure) => {
    const { blocks } = await crossed.plan(asked(structure), data);
    expect(blocks).toHaveLength(2);
    for (const { loss, candidates } of blocks) {
      expect(loss).toBeGreaterThan(0);
      expect(candidates[0].pilot?.kl).toBeGreaterThan(1);
      expect(candidates[0].pilot?.errors.least).toBeLessThan(0.8);
      expect(candidates[0].pilot?.coordinates).toBe(15);
    }
  });

  it("lose nothing where rows don't couple them", async () => {
    const two = compile(`data x : real
data y : binary
param a : real ~ Normal(0, 5)
param m : real ~ Normal(0, 5)
y ~ Bernoulli(logit: a)
x ~ Normal(m, 1)
`);
    const { blocks } = await two.plan(asked("full for a, full for m"), data);
    expect(blocks.map((b) => [b.loss, b.candidates[0].pilot?.coordinates])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    const { diagnostics } = await fit(two, data, asked("full for a, full for m"));
    expect(diagnostics.filter(({ code }) => code === "FF609")).toEqual([]);
  });

  it("lose what only the observed information couples", async () => {
    // mean and scale meet in the Hessian, whose expectation there is 0
    const spread = compile(`data x : real
param m : real ~ Normal(0, 5)
param s : positive ~ HalfNormal(5)
x ~ Normal(m, s)
`);
    const lossOf = async (information: "expected" | "observed"): Promise<number> =>
      (await spread.plan({ ...asked("full for m, full for s"), information }, data)).blocks[0].loss;
    expect(await lossOf("expected")).toBe(0);
    expect(await lossOf("observed")).toBeGreaterThan(0);
  });
});

describe("`structure block`", () => {
  it("makes one block of each group that is named, and one of each parameter otherwise", async () => {
    const groups = async (structure: string): Promise<string[]> =>
      (await crossed.plan(asked(structure), data)).blocks.map((b) => b.parameters.join(" "));
    expect(await groups("block for a b, block for eg eh")).toEqual(["a b", "eg eh"]);
    expect(await groups("block")).toEqual(["a", "b", "eg", "eh"]);
    expect(await groups("block for a b, block")).toEqual(["a b", "eg", "eh"]);
  });

  it("is called by its name where its standard errors are", async () => {
    const { diagnostics } = await fit(crossed, data, asked("block"));
    const said = diagnostics.find(({ code }) => code === "FF609")?.message ?? "";
    expect(said).toContain("those of `block` information");
  });
});

const probit = compile(`data x : real
data y : binary
param a : real ~ Normal(0, 5)
param b : real ~ Normal(0, 5)
y ~ Bernoulli(probit: a + b * x)
`);

describe("information that a structure can't keep", () => {
  it.each(["full sqrt", "lowrank 1", "scalar"])("is refused: observed, in %s", async (structure) => {
    const said = await refusal(probit, { ...asked(structure), information: "observed" });
    expect(said).toMatch(new RegExp(`^FF428 .structure ${structure}.*observed information`));
  });

  it("is refused in a Kronecker product, too", async () => {
    const layer = compile(`data x : real
data y : real
param W : real[3, 2] ~ Normal(0, 1) init sample
param v : real[3] ~ Normal(0, 1) init sample
y ~ Normal(v @ tanh(W @ [x, 1]), 1)
`);
    expect(await refusal(layer, { ...asked("kronecker"), information: "observed" })).toMatch(
      /^FF428 .structure kronecker/,
    );
  });

  it("is not offered to the planner", async () => {
    const { blocks } = await crossed.plan({ information: "observed" }, data);
    const offered = blocks[0].candidates.map((c) => c.structure);
    expect(offered).toContain("diagonal");
    for (const kind of ["scalar", "lowrank 4", "kronecker", "full sqrt"]) expect(offered).not.toContain(kind);
  });

  it("of a factor that ties parameters is refused in square-root form, and lost by a few directions", async () => {
    const tied = compile(`data x : real
data y : real
param a : real ~ Normal(0, 5)
param b : real ~ Normal(0, 5)
y ~ Normal(a + b * x, 1)
factor -5000 * (a - b)^2
`);
    expect(await refusal(tied, asked("full sqrt"))).toMatch(/^FF428 .*ties coordinates together/);
    const { diagnostics } = await fit(tied, data, asked("lowrank 2"));
    expect(diagnostics.map(({ code }) => code)).toContain("FF609");
  });

  it("is said to be indefinite where a pilot can't compare it", async () => {
    const waves = compile(`data x : real
data y : real
param b : real[3] ~ Normal(0, 2) init sample
param v : real[3] ~ Normal(0, 2) init sample
y ~ StudentT(3, v @ tanh(b * x), 0.5)
`);
    const { notes } = await waves.plan({ information: "observed" }, data);
    expect(notes).toEqual([
      "b, v: there is no loss to measure: the observed information of the first 600 rows is indefinite where their fit ended",
    ]);
  });
});

it("a rank that is left to the planner needs coordinates, and the message says how many", async () => {
  const said = await refusal(probit, asked("lowrank"));
  expect(said).toMatch(/^FF427 .*needs more than 8 coordinates.*lowrank 3.*a, b has 2\.$/);
  expect((await probit.plan(asked("lowrank 1"), data)).blocks[0].structure).toBe("lowrank 1");
});
