// How often 95 % intervals of new observations cover, learnt from 100 simulated rows of each family.

import { describe, expect, test } from "vitest";
import { compile, fit, score } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

type Row = Readonly<Record<string, number>>;

/** The state of a fit. */
async function learn(model: ReturnType<typeof compile>, rows: readonly Row[]): Promise<Uint8Array> {
  let state = new Uint8Array();
  await fit(model, rows, {
    onState: (bytes) => {
      state = bytes as Uint8Array<ArrayBuffer>;
    },
  });
  return state;
}

/** A sampler of each family, from uniform and normal numbers. */
const families: readonly {
  readonly name: string;
  readonly model: string;
  readonly draw: (x: number, r: ReturnType<typeof random>) => number;
  /** Fewer of what takes long: its distribution function is a sum or an integral. */
  readonly few?: true;
}[] = [
  {
    name: "Normal",
    model: "data x : real\ndata y : real\nparam a : real\nparam b : real\nparam s : positive\ny ~ Normal(a + b * x, s)",
    draw: (x, { normal }) => 1 + 0.5 * x + 0.7 * normal(),
  },
  {
    name: "LogNormal",
    model:
      "data x : real\ndata y : positive\nparam a : real\nparam b : real\nparam s : positive\ny ~ LogNormal(a + b * x, s)",
    draw: (x, { normal }) => Math.exp(1 + 0.5 * x + 0.7 * normal()),
  },
  {
    name: "Gamma",
    few: true,
    model:
      "data x : real\ndata y : positive\nparam a : real\nparam b : real\nparam k : positive\ny ~ Gamma(shape: k, mean: exp(a + b * x))",
    // of shape 3: a sum of three exponentials
    draw: (x, { uniform }) => (Math.exp(1 + 0.5 * x) / 3) * -Math.log(uniform() * uniform() * uniform()),
  },
  {
    name: "Poisson",
    model: "data x : real\ndata y : count\nparam a : real\nparam b : real\ny ~ Poisson(log: a + b * x)",
    draw: (x, { uniform }) => poisson(Math.exp(3.5 + 0.3 * x), uniform),
  },
  {
    name: "NegativeBinomial",
    few: true,
    model:
      "data x : real\ndata y : count\nparam a : real\nparam b : real\nparam k : positive\ny ~ NegativeBinomial(log: a + b * x, size: k)",
    draw: (x, { uniform }) =>
      poisson((Math.exp(3.5 + 0.3 * x) / 3) * -Math.log(uniform() * uniform() * uniform()), uniform),
  },
];

/** Exponential times that fit into one unit. */
function poisson(rate: number, uniform: () => number): number {
  let [left, count] = [rate, -1];
  while (left >= 0) {
    left += Math.log(uniform());
    count += 1;
  }
  return count;
}

describe("intervals of new observations cover 95 ± 2 %", () => {
  for (const { name, model: text, draw, few } of families)
    test(name, async () => {
      const model = compile(text);
      const r = random(11, name);
      const rows = (count: number): Row[] =>
        Array.from({ length: count }, () => {
          const x = r.normal();
          return { x, y: draw(x, r) };
        });
      let [covered, count] = [0, 0];
      for (let data = 0; data < (few ? 16 : 40); data++) {
        const state = await learn(model, rows(100));
        const own = (await score(state, rows(60))).statements[0]!;
        covered += own.coverage! * own.count;
        count += own.count;
      }
      const share = covered / count;
      if (process.env.FIGURES) console.log(`${name}: ${(100 * share).toFixed(1)} %`);
      expect(share).toBeGreaterThan(0.93);
      expect(share).toBeLessThan(0.97);
    });
});
