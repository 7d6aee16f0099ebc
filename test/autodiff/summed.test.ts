// Information that a family does not state, summed over the responses of each row: held against the closed forms of
// families that have one, with it left out, and against sums and integrals written out here.

import { describe, expect, it } from "vitest";
import { lgamma, polygamma } from "../../src/ir/special/index.ts";
import { type Machine, machine } from "../laws/machine.ts";

function informationOf(text: string, phi: readonly number[], columns: Record<string, number[]>): number[][] {
  const built: Machine = machine(text, {}, { backend: "js" });
  return built.pass("accumulate", phi, { rows: Object.values(columns)[0].length, columns }).information;
}

/** The same family under another name, without its `fisher`. */
const twins: readonly {
  readonly name: string;
  readonly own: string;
  readonly library: string;
  readonly y: number[];
  readonly phi: number[];
  readonly digits: number;
}[] = [
  {
    name: "a count",
    own: "distribution D(log: real) on count {\n  logpdf(y) = y * log - exp(log) - lgamma(y + 1)\n  mean = exp(log)\n  variance = exp(log)\n}\n",
    library: "Poisson",
    y: [0, 3, 1],
    phi: [1.3],
    digits: 8,
  },
  {
    name: "a large count",
    own: "distribution D(log: real) on count {\n  logpdf(y) = y * log - exp(log) - lgamma(y + 1)\n  mean = exp(log)\n  variance = exp(log)\n}\n",
    library: "Poisson",
    y: [1500],
    phi: [7.3],
    digits: 3,
  },
  {
    name: "a binary response",
    own: "distribution D(logit: real) on binary {\n  logpdf(y) = y * logit - softplus(logit)\n}\n",
    library: "Bernoulli",
    y: [0, 1, 1],
    phi: [0.7],
    digits: 12,
  },
];

describe("a family without its fisher", () => {
  it.each(twins)("$name: is what the library's states", ({ own, library, y, phi, digits }) => {
    const label = library === "Bernoulli" ? "logit" : "log";
    const type = library === "Bernoulli" ? "binary" : "count";
    const model = (family: string): string => `data y : ${type}\nparam a : real\ny ~ ${family}(${label}: a)\n`;
    const [[found]] = informationOf(own + model("D"), phi, { y });
    const [[stated]] = informationOf(model(library), phi, { y });
    expect(Math.abs(found / stated - 1)).toBeLessThan(10 ** -digits);
  });

  it("a real response: location and scale of a Normal", () => {
    const own =
      "distribution D(mean: real, sd: positive) on real {\n  logpdf(y) = -log(sd) - 0.5 * ((y - mean) / sd)^2\n  mean = mean\n  variance = sd^2\n}\n";
    const text = `${own}data y : real\nparam m : real\nparam s : positive\ny ~ D(m, s)\n`;
    const found = informationOf(text, [0.4, Math.log(2)], { y: [1, 5, -3, 0] });
    // of m: 1 / s²; of log s: 2; a row each. The constant of the density is left out, which must not matter but for its factor
    const factor = Math.sqrt(2 * Math.PI);
    expect(found[0][0]).toBeCloseTo((4 * factor) / 4, 9);
    expect(found[1][1]).toBeCloseTo(8 * factor, 8);
    expect(Math.abs(found[0][1])).toBeLessThan(1e-9);
  });

  it("a positive response: the rate of an Exponential, and a LogNormal", () => {
    const exponential =
      "distribution D(rate: positive) on positive {\n  logpdf(y) = log(rate) - rate * y\n  mean = 1 / rate\n  variance = 1 / rate^2\n}\n";
    const [[found]] = informationOf(`${exponential}data y : positive\nparam r : positive\ny ~ D(r)\n`, [0.8], {
      y: [1, 2],
    });
    expect(found).toBeCloseTo(2, 2); // of log r; its left tail is cut
    const lognormal =
      "distribution D(m: real, s: positive) on positive {\n  logpdf(y) = -log(y) - log(s) - 0.5 * log(2 * pi) - 0.5 * ((log(y) - m) / s)^2\n  mean = exp(m + s^2 / 2)\n  variance = (exp(s^2) - 1) * exp(2 * m + s^2)\n}\n";
    const both = informationOf(
      `${lognormal}data y : positive\nparam m : real\nparam s : positive\ny ~ D(m, s)\n`,
      [0.2, Math.log(0.7)],
      {
        y: [1],
      },
    );
    expect(both[0][0]).toBeCloseTo(1 / 0.49, 9);
    expect(both[1][1]).toBeCloseTo(2, 9);
  });
});

describe("NegativeBinomial", () => {
  const text = "data y : count\nparam a : real\nparam k : positive\ny ~ NegativeBinomial(log: a, size: k)\n";

  /** E[−∂²/∂k²] k² by the sum over all counts that matter. */
  function ofSize(mean: number, size: number): number {
    let total = 0;
    for (let y = 0; y < 20000; y++) {
      const log =
        lgamma(y + size) -
        lgamma(size) -
        lgamma(y + 1) +
        size * Math.log(size / (size + mean)) +
        y * Math.log(mean / (size + mean));
      const p = Math.exp(log);
      const score =
        polygamma(0, y + size) - polygamma(0, size) + Math.log(size / (size + mean)) + 1 - (y + size) / (size + mean);
      total += p * score * score;
    }
    return total * size * size;
  }

  it.each([
    [3, 1.5],
    [40, 2],
    [0.3, 0.8],
    [900, 12],
    [10, 0.3],
  ])("mean %d, size %d: the information of log size is the sum's", (mean, size) => {
    const found = informationOf(text, [Math.log(mean), Math.log(size)], { y: [2] });
    const expected = ofSize(mean, size);
    expect(Math.abs(found[1][1] / expected - 1)).toBeLessThan(5e-3);
    expect(found[0][0]).toBeCloseTo(1 / (1 / mean + 1 / size), 8);
  });
});
