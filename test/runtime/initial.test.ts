// What a flow begins with: a saved state's knowledge against a joint fit and the formula of elastic weight consolidation
// (Kirkpatrick et al. 2017, "Overcoming catastrophic forgetting in neural networks"), priors against their posterior, next
// to nothing against recursive least squares that starts with a covariance of a million.

import { describe, expect, it } from "vitest";
import { CompileError, compile, DataError, fit, type RunOptions, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";
import { decodeState, type SavedState } from "../../src/runtime/index.ts";

const source = `
  data x : real
  data y : real
  param a : real ~ Normal(0.5, 2)
  param b : real ~ Normal(0, 3)
  y ~ Normal(a + b * x, 0.5)
`;
const model = compile(source);
const draw = random(13, "initial");
const task = (rows: number, slope: number) => {
  const x = Float64Array.from({ length: rows }, () => draw.normal());
  return { x, y: x.map((v) => 1 + slope * v + 0.5 * draw.normal()) };
};
const [first, second] = [task(300, 2), task(200, 1.2)];
const both = {
  x: Float64Array.from([...first.x, ...second.x]),
  y: Float64Array.from([...first.y, ...second.y]),
};

async function stateOf(data: Record<string, unknown>, options: RunOptions = {}, own = model): Promise<Uint8Array> {
  let last = new Uint8Array(0);
  const onState = (bytes: Uint8Array): void => {
    last = bytes.slice();
  };
  await fit(own, data, { ...options, onState });
  return last;
}

function decoded(bytes: Uint8Array): SavedState {
  const found = decodeState(bytes, "saved");
  if (found.kind !== "state") throw new Error(found.diagnostics[0].message);
  return found.state;
}

interface Line {
  readonly parameters: readonly { readonly estimate: number; readonly se: number }[];
}
function near(found: Line, expected: Line, digits: number): void {
  for (const [k, p] of expected.parameters.entries()) {
    expect(Math.abs(found.parameters[k].estimate / p.estimate - 1)).toBeLessThan(10 ** -digits);
    expect(Math.abs(found.parameters[k].se / p.se - 1)).toBeLessThan(10 ** -digits);
  }
}

describe("a saved state", () => {
  it.each(["full", "block", "root"] as const)("%s: with importance 1 two tasks are one fit of both", async (kind) => {
    const structure = kind === "root" ? ([{ kind: "full", root: true, parameters: null }] as const) : "full";
    const from = await stateOf(first, { structure });
    const joint = await fit(model, both);
    near(await fit(model, second, { from, structure }), joint, 10);
    near(await stream(model, second, { from, structure, batch: 7 }), joint, 10);
    const flow = model.start({ from, structure, batch: 1 });
    for (let i = 0; i < second.x.length; i++) flow.update([{ x: second.x[i], y: second.y[i] }]);
    near(flow.summary(), joint, 9);
    const { events, rows } = flow.summary();
    expect(rows).toBe(200);
    expect(events).toEqual([
      {
        kind: "began",
        row: 0,
        message: "Began with 1 × what 300 rows of a saved state tell.",
        details: { importance: 1, rows: 300 },
      },
    ]);
  });

  it("with another importance its rows weigh as much", async () => {
    const weighted = compile(`
      data x : real
      data y : real
      data w : positive
      param a : real ~ Normal(0.5, 2)
      param b : real ~ Normal(0, 3)
      y ~ Normal(a + b * x, 0.5 / sqrt(w))
    `);
    const w = both.x.map((_, i) => (i < 300 ? 0.3 : 1));
    const expected = await fit(weighted, { ...both, w });
    near(await fit(model, second, { from: await stateOf(first), importance: 0.3 }), expected, 10);
    near(await stream(model, second, { from: await stateOf(first), importance: 0.3, batch: 9 }), expected, 10);
  });

  it("with importance 0 it is a start and nothing else", async () => {
    const from = await stateOf(first);
    near(await fit(model, second, { from, importance: 0 }), await fit(model, second), 8);
    near(await stream(model, second, { from, importance: 0 }), await stream(model, second), 8);
  });

  it("is a penalty of the value that elastic weight consolidation has", async () => {
    const classes = compile(`
      data x : real
      data y : binary
      param a : real
      param b : real
      y ~ Bernoulli(logit: a + b * x)
    `);
    const drawn = (rows: number, slope: number) => {
      const x = Float64Array.from({ length: rows }, () => draw.normal());
      return { x, y: x.map((v) => (draw.uniform() < 1 / (1 + Math.exp(-0.5 - slope * v)) ? 1 : 0)) };
    };
    const [one, two] = [drawn(400, 1), drawn(150, -1)];
    const structure = "diagonal";
    const from = await stateOf(one, { structure }, classes);
    const { tensors } = decoded(from);
    const [phi, fisher] = [tensors.get("phi"), tensors.get("memory")] as [Float64Array, Float64Array];
    // Fisher information of the first task at its estimate, by hand
    for (const k of [0, 1]) {
      const exact = one.x.reduce((sum, v) => {
        const p = 1 / (1 + Math.exp(-phi[0] - phi[1] * v));
        return sum + p * (1 - p) * (k === 0 ? 1 : v * v);
      }, 0);
      expect(fisher[k] / exact - 1).toBeLessThan(1e-8);
    }
    const lambda = 0.7;
    const { parameters } = await fit(classes, two, { from, structure, importance: lambda });
    const at = parameters.map((p) => p.estimate);
    // the maximum of ℓ(θ) − λ/2 Σ F_i (θ_i − θ*_i)², whose gradient there is nothing
    const gradient = [0, 1].map((k) => {
      const score = two.x.reduce(
        (sum, v, i) => sum + (two.y[i] - 1 / (1 + Math.exp(-at[0] - at[1] * v))) * (k === 0 ? 1 : v),
        0,
      );
      return score - lambda * fisher[k] * (at[k] - phi[k]);
    });
    for (const g of gradient) expect(Math.abs(g)).toBeLessThan(1e-4);
    const alone = (await fit(classes, two)).parameters.map((p) => p.estimate);
    expect(at[1]).toBeGreaterThan(alone[1] + 0.3);
  });

  it("of full information serves a run that keeps a diagonal", async () => {
    const from = await stateOf(first);
    const memory = decoded(from).tensors.get("memory") as Float64Array;
    let last = new Uint8Array(0);
    const onState = (bytes: Uint8Array): void => {
      last = bytes.slice();
    };
    const tiny = { x: second.x.slice(0, 1), y: second.y.slice(0, 1) };
    await stream(model, tiny, { from, structure: "diagonal", onState });
    const kept = decoded(last).tensors.get("memory") as Float64Array;
    expect(kept[0]).toBeCloseTo(memory[0] + 4, 8);
    expect(kept[1]).toBeCloseTo(memory[3] + 4 * tiny.x[0] ** 2, 8);
  });

  it("brings its levels and learnt features along", async () => {
    const grouped = compile(`
      data g : category
      data x : real
      data y : real
      let z = standardize(x)
      param m : real[g] ~ Normal(0, 5)
      param b : real ~ Normal(0, 5)
      y ~ Normal(m[g] + b * z, 1)
    `);
    const rows = (n: number, levels: string) => ({
      g: Array.from({ length: n }, (_, i) => levels[i % levels.length]),
      x: Float64Array.from({ length: n }, () => 3 + draw.normal()),
      y: Float64Array.from({ length: n }, () => draw.normal()),
    });
    const from = await stateOf(rows(90, "abc"), {}, grouped);
    const found = await fit(grouped, rows(30, "cb"), { from });
    expect(found.parameters.filter((p) => p.name === "m").map((p) => p.index[0])).toEqual(["a", "b", "c"]);
    const error = await fit(grouped, rows(30, "cd"), { from }).catch((e: unknown) => e);
    expect((error as DataError).diagnostics[0].code).toBe("FF504");
  });

  it("of another model is refused", async () => {
    const other = compile(source.replace("0.5)\n", "0.6)\n"));
    const error = await fit(other, second, { from: await stateOf(first) }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).diagnostics[0].code).toBe("FF532");
  });

  it("a window lets go of it like of its oldest rows", async () => {
    const from = await stateOf(first);
    const options = { batch: 6, forget: { kind: "window", rows: 96, segments: null } } as const;
    near(await stream(model, second, { from, ...options }), await stream(model, second, { ...options, warmup: 6 }), 10);
    const few = { x: second.x.slice(0, 60), y: second.y.slice(0, 60) };
    const seen = { x: Float64Array.from([...first.x, ...few.x]), y: Float64Array.from([...first.y, ...few.y]) };
    near(await stream(model, few, { from, ...options }), await fit(model, seen), 10);
  });

  it("forgetting fades what it brought like what was seen", async () => {
    const from = await stateOf(first);
    const options = { batch: 10, forget: { kind: "half_life", rows: 50 } } as const;
    const found = await stream(model, second, { from, ...options });
    const whole = await stream(model, both, { ...options, warmup: 300 });
    near(found, whole, 10);
  });
});

describe("other beginnings", () => {
  it("priors: from the first row on the posterior is exact", async () => {
    const few = { x: second.x.slice(0, 5), y: second.y.slice(0, 5) };
    const exact = await fit(model, few);
    near(await stream(model, few, { initial: "prior", batch: 1 }), exact, 10);
    const flow = model.start({ initial: "prior", batch: 1 });
    for (let i = 0; i < 5; i++) flow.update([{ x: few.x[i], y: few.y[i] }]);
    near(flow.summary(), exact, 9);
  });

  it("priors: the search starts at their maximum", async () => {
    const counts = compile(`
      data n : count
      param rate : positive ~ Gamma(30, 10)
      n ~ Poisson(rate)
    `);
    const found = await stream(counts, { n: [3] }, { initial: "prior", batch: 1 });
    const exact = await fit(counts, { n: [3] });
    near(found, exact, 6);
  });

  it("priors that are flat are no beginning", async () => {
    const flat = compile("data y : real\nparam a : real\nparam b : real ~ Normal(0, 1)\ny ~ Normal(a + b, 1)");
    const error = await stream(flat, { y: [1, 2] }, { initial: "prior" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CompileError);
    expect((error as CompileError).diagnostics[0].message).toMatch(/`a`/);
  });

  it.each(["full", "root"] as const)("%s: next to nothing is a covariance of a million", async (kind) => {
    const flat = compile("data x : real\ndata y : real\nparam b : real\ny ~ Normal(b * x, 0.5)");
    const structure = kind === "root" ? ([{ kind: "full", root: true, parameters: null }] as const) : kind;
    const n = 12;
    const few = { x: second.x.slice(0, n), y: second.y.slice(0, n) };
    const found = (await stream(flat, few, { initial: "none", batch: 1, structure })).parameters[0];
    let [precision, sum] = [1e-6, 0];
    for (let i = 0; i < n; i++) [precision, sum] = [precision + 4 * few.x[i] ** 2, sum + 4 * few.x[i] * few.y[i]];
    expect(Math.abs(found.estimate / (sum / precision) - 1)).toBeLessThan(1e-10);
    expect(Math.abs(found.se * Math.sqrt(precision) - 1)).toBeLessThan(1e-10);
  });
});
