// Momentum goes on where a flow comes to keep its information otherwise, and where it is saved and resumed.

import { describe, expect, it } from "vitest";
import { compile } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

// columns that meet in no row: a diagonal is all the information there is
const model = compile(`
  data a : real
  data b : real
  data y : real
  param p : real ~ Normal(0, 5)
  param q : real ~ Normal(0, 5)
  y ~ Normal(p * a + q * b, 1)
`);
const draw = random(31, "momentum");
const rows = Array.from({ length: 240 }, (_, i) => {
  const a = i % 2 === 0 ? 1 : 0;
  return { a, b: 1 - a, y: 3 * a - 2 + draw.normal() };
});
const options = { structure: "full", rate: { kind: "constant", start: 0.05 }, momentum: 0.8, batch: 8 } as const;

function estimates(change: "none" | "compress" | "resume", momentum: number = options.momentum): readonly number[] {
  let flow = model.start({ ...options, momentum, warmup: 8 });
  for (let from = 0; from < rows.length; from += 8) {
    if (from === 64 && change === "compress") flow.compress({ structure: "diagonal" });
    if (from === 64 && change === "resume") flow = model.resume(flow.save(), { ...options, momentum, warmup: 8 });
    flow.update(rows.slice(from, from + 8));
  }
  const { p, q } = flow.estimates();
  return [p.estimate as number, q.estimate as number];
}

describe("momentum", () => {
  it.each(["compress", "resume"] as const)("survives: %s", (change) => {
    const [whole, changed] = [estimates("none"), estimates(change)];
    for (const [k, value] of whole.entries()) expect(changed[k]).toBeCloseTo(value, 10);
  });

  it("is more than no momentum", () => {
    expect(Math.abs(estimates("none")[0] - estimates("none", 0)[0])).toBeGreaterThan(1e-3);
  });
});
