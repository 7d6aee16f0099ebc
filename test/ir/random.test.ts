import { describe, expect, it } from "vitest";
import { random, words } from "../../src/ir/index.ts";

const take = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("random numbers", () => {
  // The first words of xoshiro128** from the state 1, 2, 3, 4, by a transcription of the published algorithm into Python.
  it("are those of xoshiro128**", () => {
    expect(take(10, words([1, 2, 3, 4]))).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it("are the same for a seed and a name, and others for others", () => {
    const some = (seed: number, name?: string): string => take(4, random(seed, name).word).join();
    const all = [some(1), some(2), some(1, "W"), some(1, "b"), some(2 ** 32 + 1), some(2 ** 52 + 1), some(0)];
    expect(new Set(all).size).toBe(all.length);
    expect(some(7, "h.W")).toBe(some(7, "h.W"));
  });

  it("are uniform, strictly between 0 and 1", () => {
    const draws = take(100_000, random(3).uniform);
    expect(draws.every((u) => u > 0 && u < 1)).toBe(true);
    // four standard errors: 4 / √(12 n), and 4 √(1 / 180 n) for the variance
    expect(Math.abs(mean(draws) - 1 / 2)).toBeLessThan(0.0037);
    expect(Math.abs(mean(draws.map((u) => (u - 1 / 2) ** 2)) - 1 / 12)).toBeLessThan(0.00095);
    const cells = new Array<number>(100).fill(0);
    for (const u of draws) cells[Math.floor(100 * u)] += 1;
    const chi = cells.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    // the quantiles 0.001 and 0.999 of χ² with 99 degrees of freedom
    expect(chi).toBeGreaterThan(60);
    expect(chi).toBeLessThan(148.2);
  });

  it("are normal, and independent of the draw before", () => {
    const draws = take(100_000, random(4).normal);
    const moment = (k: number): number => mean(draws.map((z) => z ** k));
    // four standard errors of each moment: 4 √(Var zᵏ / n), Var = 1, 2, 15, 96
    expect(Math.abs(moment(1))).toBeLessThan(0.0127);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.0179);
    expect(Math.abs(moment(3))).toBeLessThan(0.049);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.124);
    const pairs = draws.slice(1).map((z, k) => z * (draws[k] as number));
    expect(Math.abs(mean(pairs))).toBeLessThan(0.0127);
    // P(|z| > 1.959964) = 0.05
    const outside = draws.filter((z) => Math.abs(z) > 1.959964).length / draws.length;
    expect(Math.abs(outside - 0.05)).toBeLessThan(0.0028);
  });
});
