// The course of a flow: looking at it and saving it leave it as it is, and it goes on from what was saved to the same
// bytes, at whatever row that was: while the first rows are held too.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const source = `data x : real
data y : binary
param a : real ~ Normal(0, 10)
param b : real ~ Normal(0, 10)
y ~ Bernoulli(logit: a + b * x)
`;

function rows(count: number): { x: number; y: number }[] {
  const { normal, uniform } = random(7, "course");
  return Array.from({ length: count }, () => {
    const x = normal();
    return { x, y: uniform() < 1 / (1 + Math.exp(0.3 - x)) ? 1 : 0 };
  });
}

const settings = [
  { name: "full", options: {} },
  { name: "forgetting", options: { forget: { kind: "half_life", rows: 200 } } },
  { name: "diagonal", options: { structure: "diagonal" } },
  {
    name: "plain with momentum",
    options: { lineSearch: false, momentum: 0.5, rate: { kind: "constant", start: 0.5 } },
  },
] as const;

describe.each(settings)("$name", ({ options }) => {
  const model = compile(source);
  const data = rows(260);
  const whole = (looks: readonly number[]): Uint8Array => {
    const flow = model.start({ ...options, warmup: 100 });
    for (let at = 0; at < data.length; at += 20) {
      if (looks.includes(at)) flow.estimates();
      flow.update(data.slice(at, at + 20));
    }
    return flow.save();
  };
  // the first look fixes levels and features by the rows so far; this model has none
  test("looking changes nothing", () => {
    const plain = whole([]);
    fc.assert(
      fc.property(fc.subarray([20, 40, 80, 100, 120, 160, 240]), (looks) => {
        expect(whole(looks)).toEqual(plain);
      }),
      { numRuns: 6, seed: 1 },
    );
  });

  test("saving and resuming go on to the same bytes", () => {
    for (const stop of [20, 80, 100, 160, 240]) {
      const steady = model.start({ ...options, warmup: 100 });
      let broken = model.start({ ...options, warmup: 100 });
      for (let at = 0; at < data.length; at += 20) {
        if (at === stop) {
          steady.save();
          broken = model.resume(broken.save(), { ...options, warmup: 100 });
        }
        for (const flow of [steady, broken]) flow.update(data.slice(at, at + 20));
      }
      expect(broken.save(), `stopped at ${stop}`).toEqual(steady.save());
    }
  });
});
