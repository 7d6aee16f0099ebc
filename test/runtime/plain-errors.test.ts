// Standard errors that nothing vouches for are never silent: those of plain steps, and those of a flow whose information
// went through a structure that could not hold it.

import { describe, expect, it } from "vitest";
import { compile, fit, loadState, type Summary, stream, summaryOf } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const { normal } = random(3, "plain errors");
const rows = 600;
const x = Array.from({ length: rows }, normal);
const data = {
  x,
  y: x.map((v) => 1 + 2 * v + 0.7 * normal()),
  apart: x.map((v) => (v > 0.1 ? 1 : 0)),
  z: x.map((v) => v + 0.05 * normal()),
};
const line = compile("data x : real\ndata y : real\nparam a : real\nparam b : real\ny ~ Normal(a + b * x, 0.7)\n");
const classes = compile(
  "data x : real\ndata apart : binary\nparam a : real\nparam b : real\napart ~ Bernoulli(logit: a + b * x)\n",
);
const near = compile(
  "data x : real\ndata z : real\ndata y : real\nparam b : real ~ Normal(0, 3)\nparam c : real ~ Normal(0, 3)\ny ~ Normal(1 + b * x + c * z, 0.7)\n",
);
const said = ({ diagnostics }: Summary): string => diagnostics.map((d) => `${d.code} ${d.message}`).join("\n");

describe("plain steps", () => {
  it("are told to have ended short of the maximum, and where there is none", async () => {
    const short = await stream(line, data, { rate: { kind: "constant", start: 0.1 }, passes: 2, batch: 100 });
    const truth = await fit(line, data);
    const away = (short.parameters[1].estimate - truth.parameters[1].estimate) / truth.parameters[1].se;
    expect(Math.abs(away)).toBeGreaterThan(1);
    // the model is linear: the Newton step leads to the maximum
    const told = /FF613 .* moves `(\w)` by ([\d.]+) standard errors/.exec(said(short));
    const distances = truth.parameters.map((p, k) => Math.abs(p.estimate - short.parameters[k].estimate) / p.se);
    const worst = Math.max(...distances);
    expect(told?.[1]).toBe(truth.parameters[distances.indexOf(worst)].name);
    expect(Number(told?.[2]) / worst).toBeCloseTo(1, 1);
    expect(said(await stream(classes, data, { rate: { kind: "constant", start: 0.3 }, passes: 3 }))).toContain("FF613");
  });

  it("pass without a word where they reached it", async () => {
    expect(said(await stream(line, data, { passes: 3, batch: 50 }))).toBe("");
  });

  it("of a lossy structure are compared with the full information", async () => {
    const summary = await stream(near, data, {
      passes: 400,
      batch: 600,
      structure: [{ kind: "diagonal", parameters: null }],
    });
    expect(said(summary)).toMatch(/FF609|FF613/);
  });

  it("over the rows once are told not to have been looked at, also when the state is shown", async () => {
    let state = new Uint8Array();
    const onState = (bytes: Uint8Array): void => {
      state = Uint8Array.from(bytes);
    };
    expect(said(await stream(line, data, { lineSearch: false, onState }))).toContain("FF613");
    expect(said(summaryOf(loadState(state))).match(/FF613/g)).toHaveLength(1);
    await stream(line, data, { rate: { kind: "constant", start: 0.1 }, passes: 2, onState });
    expect(said(summaryOf(loadState(state))).match(/FF613/g)).toHaveLength(1);
  });
});

describe("information that went through a structure that could not hold it", () => {
  it("is told of from then on, in a saved state and in a fuller structure too", () => {
    const flow = near.start({ structure: "full" });
    flow.update(data);
    const before = flow.summary();
    expect(said(before)).toBe("");
    flow.compress({ structure: "diagonal" });
    const after = flow.summary();
    const ratio = after.parameters[0].se / before.parameters[0].se;
    expect(ratio).toBeLessThan(0.2);
    const [, row, structure, told] =
      /FF612 Row (\d+): .*`(\w+)` information.* became ([\d.]+) times/.exec(said(after)) ?? [];
    expect([row, structure]).toEqual(["600", "diagonal"]);
    expect(Math.abs(Number(told) / ratio - 1)).toBeLessThan(0.1);
    flow.compress({ structure: "full" });
    expect(said(flow.summary())).toContain("FF612");
    expect(said(summaryOf(loadState(flow.save())))).toContain("FF612");
    const resumed = near.resume(flow.save());
    resumed.update(data);
    expect(said(resumed.summary())).toContain("FF612");
  });

  it("is not told of where nothing was lost", () => {
    const flow = near.start({ structure: "diagonal" });
    flow.update(Object.fromEntries(Object.entries(data).map(([name, values]) => [name, values.slice(0, 300)])));
    const before = said(flow.summary());
    flow.compress({ structure: "full" });
    expect(said(flow.summary())).toBe(before);
  });
});
