// The sequential test of the honesty watch by itself: its wealth against the closed form, its level and its power.

import { describe, expect, it } from "vitest";
import { random } from "../../src/ir/index.ts";
import {
  bet,
  cellEdges,
  cellOf,
  purse,
  type Verdict,
  verdictOf,
  wealth,
  wilson,
  winner,
} from "../../src/runtime/companions/betting.ts";

const honest = [0.001, 0.024, 0.225, 0.25, 0.25, 0.225, 0.024, 0.001];

/** log Γ, by Stirling's series after the argument was raised. */
function logGamma(x: number): number {
  if (x < 12) return logGamma(x + 1) - Math.log(x);
  const square = x * x;
  const series = 1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series / x;
}

/** log of B(a + n) / B(a) / Π pₖ^nₖ with a = 40 p. */
function closedForm(p: readonly number[], counts: readonly number[]): number {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return p.reduce(
    (sum, share, k) => sum + logGamma(40 * share + counts[k]) - logGamma(40 * share) - counts[k] * Math.log(share),
    logGamma(40) - logGamma(40 + total),
  );
}

/** A standard normal share, by the midpoint rule. */
function share(z: number): number {
  const steps = 200;
  let sum = 0;
  for (let k = 0; k < steps; k++) {
    const x = (z * (k + 0.5)) / steps;
    sum += Math.exp((-x * x) / 2);
  }
  return 0.5 + (sum * z) / steps / Math.sqrt(2 * Math.PI);
}

/** Rows until the wealth is 1/α, of at most `most`. */
function stopped(next: (row: number) => number, most: number, alpha = 0.01): number | null {
  const own = purse();
  for (let row = 1; row <= most; row++) {
    bet(own, cellOf(next(row)), row);
    if (wealth(own) >= 1 / alpha) return row;
  }
  return null;
}

describe("bets on cells", () => {
  it("have the cells of the 95 % interval, its halves, and more", () => {
    expect([0, 0.001, 0.0011, 0.025, 0.26, 0.5, 0.51, 0.976, 1].map(cellOf)).toEqual([0, 0, 1, 1, 3, 3, 4, 6, 7]);
    expect(cellEdges).toHaveLength(honest.length - 1);
  });
  it("stand at the Dirichlet mixture's likelihood ratio", () => {
    const { uniform } = random(5, "cells");
    const own = purse();
    const counts = honest.map(() => 0);
    for (let row = 1; row <= 60; row++) {
      const cell = cellOf(uniform() ** 1.5);
      counts[cell] += 1;
      bet(own, cell, row);
    }
    const [only] = own.bets;
    expect(own.bets).toHaveLength(1);
    expect(Math.log(only.fine / 0.25)).toBeCloseTo(closedForm(honest, counts), 10);
    const pairs = [0, 2, 4, 6].map((k) => counts[k] + counts[k + 1]);
    expect(Math.log(only.coarse / 0.25)).toBeCloseTo(closedForm([0.025, 0.475, 0.475, 0.025], pairs), 10);
    expect([...only.cells]).toEqual(counts);
  });
  it("are fair: the wealth after a row is the wealth before it, on average over honest cells", () => {
    const { uniform } = random(6, "fair");
    const own = purse();
    for (let row = 1; row <= 500; row++) {
      const before = structuredClone(own);
      const expected = honest.reduce((sum, p, cell) => {
        const copy = structuredClone(before);
        bet(copy, cell, row);
        return sum + p * wealth(copy);
      }, 0);
      expect(Math.abs(expected / wealth(before) - 1)).toBeLessThan(1e-12);
      bet(own, cellOf(uniform()), row);
    }
  });
  it("stay few in number, and keep all wealth when they are thinned", () => {
    const own = purse();
    const { uniform } = random(7, "thin");
    for (let row = 1; row <= 20_000; row++) bet(own, cellOf(uniform()), row);
    expect(own.bets.length).toBeLessThanOrEqual(24);
    const totals = own.bets.map((one) => one.total);
    expect(totals[0]).toBe(20_000);
    expect(totals.at(-1)).toBeLessThan(128);
    expect(own.cash).toBeCloseTo(1 / (own.begun + 1), 10);
  });
  it("rarely win against honest predictions, as Ville's inequality has it", () => {
    const streams = 400;
    let alarms = 0;
    for (let seed = 1; seed <= streams; seed++)
      if (stopped(random(seed, "honest").uniform, 3000, 0.05) !== null) alarms += 1;
    // 20 are allowed on average; a bet of the mixture's kind has fewer
    expect(alarms).toBeLessThanOrEqual(26);
  });
  it.each<[Verdict, (z: number, uniform: number) => number]>([
    ["low", (z) => z + 0.4],
    ["high", (z) => z - 0.4],
    ["narrow", (z) => 1.35 * z],
    ["wide", (z) => 0.7 * z],
    ["heavy", (z, u) => (u < 0.1 ? 3 : 0.68) * z],
    ["light", (z) => Math.sign(z) * (0.45 + 0.75 * Math.abs(z))],
    ["right", (z) => (z > 0 ? 1.5 : 0.7) * z - 0.3],
    ["left", (z) => (z > 0 ? 0.7 : 1.5) * z + 0.3],
  ])("win against predictions that are %s, and say so", (verdict, off) => {
    for (const seed of [1, 2, 3]) {
      const { normal, uniform } = random(seed, verdict);
      const own = purse();
      const long = purse();
      let alarm: number | null = null;
      for (let row = 1; row <= 2000; row++) {
        const cell = cellOf(share(off(normal(), uniform())));
        bet(own, cell, row);
        bet(long, cell, row);
        if (alarm === null && wealth(own) >= 100) alarm = row;
      }
      expect(alarm).not.toBeNull();
      expect(verdictOf(long.bets[0].cells)).toBe(verdict);
    }
  });
  it("find a late change, and where it began", () => {
    const { normal } = random(9, "late");
    const own = purse();
    let row = 0;
    while (wealth(own) < 100 && row < 12_000) {
      row += 1;
      bet(own, cellOf(share((row > 10_000 ? 1.5 : 1) * normal())), row);
    }
    expect(row).toBeGreaterThan(10_000);
    expect(row).toBeLessThan(10_600);
    expect(Math.abs((winner(own)?.row ?? 0) - 10_000)).toBeLessThan(200);
  });
});

it("Wilson's interval is that of R's prop.test without correction", () => {
  // R: prop.test(47, 50, correct = FALSE)$conf.int, and of 0 in 10
  const [lower, upper] = wilson(47, 50);
  expect(lower).toBeCloseTo(0.837829083, 8);
  expect(upper).toBeCloseTo(0.97938503, 8);
  expect(wilson(0, 10)[0]).toBe(0);
  expect(wilson(0, 10)[1]).toBeCloseTo(0.2775328, 7);
});
