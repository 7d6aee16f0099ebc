// `structure auto` leaves normal equations where the data are too ill-conditioned for them, in a fit, a stream and a live
// flow alike; and only there, only where the structure was left to it, and only as the budget allows.

import { describe, expect, it } from "vitest";
import { compile, fit, NumericalError, type Summary, stream } from "../../src/index.ts";

const terms = 8;
const model = (prior: string): string =>
  `data x : real\ndata y : real\n${Array.from({ length: terms }, (_, k) => `param c${k} : real${prior}\n`).join("")}y ~ Normal(${Array.from(
    { length: terms },
    (_, k) => `c${k} * x^${k}`,
  ).join(" + ")}, 1)\n`;
const powers = compile(model(""));
// far from 0 the powers of x are all alike
const x = Array.from({ length: 1200 }, (_, i) => 3 + (i % 400) / 400);
const truth = [2, -1, 0.5, 0.25, -0.125, 0.5, 1, -0.5];
const y = x.map((v) => truth.reduceRight((sum, c) => sum * v + c, 0));

const worst = (summary: Summary): number =>
  Math.max(...summary.parameters.map((p, k) => Math.abs(p.estimate / truth[k] - 1)));

describe("where normal equations lose the digits", () => {
  it("a fit goes on in square-root form, and says so", async () => {
    const summary = await fit(powers, { x, y });
    expect(worst(summary)).toBeLessThan(1e-3);
    expect(summary.events).toHaveLength(1);
    expect(summary.events[0]).toMatchObject({ kind: "replanned", row: 0, from: "full", to: "full sqrt" });
    expect(summary.events[0].message).toMatch(/c0, .*c7: the smallest pivot, .*past 1e10$/);
    expect(summary.plan.blocks.map((b) => b.structure)).toEqual(["full sqrt"]);
    expect(summary.plan.blocks[0].reason).toMatch(/past 1e10/);
  });

  it("so does a stream, and a live flow, from the first rows on", async () => {
    const whole = await fit(powers, { x, y }, { structure: [{ kind: "full", root: true, parameters: null }] } as never);
    const live = powers.start();
    for (let from = 0; from < x.length; from += 100)
      live.update({ x: x.slice(from, from + 100), y: y.slice(from, from + 100) });
    // there is no noise at all: the watch would say so
    for (const summary of [await stream(powers, { x, y }, { watch: "off" }), live.summary()]) {
      expect(summary.events.map((e) => e.kind === "replanned" && e.to)).toEqual(["full sqrt"]);
      expect(summary.rows).toBe(1200);
      for (const [k, { se }] of summary.parameters.entries()) expect(se / whole.parameters[k].se).toBeCloseTo(1, 4);
    }
  });

  it("what was asked for stays, and reports the digits that it lost", async () => {
    const found = await fit(powers, { x, y }, { structure: "full" }).catch((error) => error);
    const said = found instanceof NumericalError ? found.diagnostics : (found as Summary).diagnostics;
    expect(said.map((d) => d.code).join()).toMatch(/FF60[24]/);
    if (!(found instanceof NumericalError)) expect((found as Summary).events).toEqual([]);
  });

  it("a budget that the square root does not fit is kept", async () => {
    const plan = await powers.plan({ batch: 64 }, { x, y });
    const { bytes } = plan;
    const found = await fit(powers, { x, y }, { batch: 64, budget: { bytes } }).catch((error) => error);
    if (!(found instanceof NumericalError)) expect((found as Summary).events).toEqual([]);
  });
});

it("nothing happens where the condition is good", async () => {
  const easy = compile(model(" ~ Normal(0, 1)").replaceAll("x^", "(x - 3.5)^"));
  expect((await fit(easy, { x, y })).events).toEqual([]);
});
