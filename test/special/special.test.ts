// The special functions against 50-digit references (test/reference/special/special.py). The bound in each
// name is the largest error on the grid, in units of 2⁻⁵² relative; it was measured on Node 24 and rounded up.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  digamma,
  erf,
  lgamma,
  log1mexp,
  logit,
  logPhi,
  logPhiCurvature,
  millsRatio,
  Phi,
  polygamma,
  risingPolygamma,
  sigmoid,
  softplus,
} from "../../src/ir/special/index.ts";

const table = JSON.parse(readFileSync(new URL("../reference/special/special.json", import.meta.url), "utf8"));

/** Largest relative error, in units of 2⁻⁵², over the rows that `keep` admits. */
function worst(name: string, f: (...args: number[]) => number, keep: (row: number[]) => boolean = () => true): number {
  let error = 0;
  let count = 0;
  for (const row of table[name] as number[][]) {
    if (!keep(row)) continue;
    count += 1;
    const value = row[row.length - 1];
    const got = f(...row.slice(0, -1));
    const e = got === value ? 0 : Math.abs(got - value) / (Math.abs(value) * 2 ** -52);
    error = Number.isNaN(e) ? Number.POSITIVE_INFINITY : Math.max(error, e);
  }
  expect(count).toBeGreaterThan(10);
  return error;
}

const rising = (n: number) => (x: number, k: number) => risingPolygamma(n, x, k);

interface Case {
  readonly name: string;
  readonly f: (...args: number[]) => number;
  readonly bound: number;
  readonly keep?: (row: number[]) => boolean;
}
const cases: readonly Case[] = [
  { name: "lgamma", f: lgamma, bound: 2.5 },
  { name: "digamma", f: digamma, bound: 1, keep: (r) => r[0] > 0 },
  { name: "digamma", f: digamma, bound: 12 }, // x < 0 comes close to zeros of ψ
  { name: "polygamma", f: polygamma, bound: 4, keep: (r) => r[0] <= 7 },
  { name: "polygamma", f: polygamma, bound: 15 }, // order 60
  { name: "risingLgamma", f: rising(-1), bound: 12 },
  { name: "risingDigamma", f: rising(0), bound: 2 },
  { name: "risingTrigamma", f: rising(1), bound: 3 },
  { name: "risingTetragamma", f: rising(2), bound: 2 },
  { name: "erf", f: erf, bound: 1 },
  { name: "Phi", f: Phi, bound: 1.5 },
  { name: "logPhi", f: logPhi, bound: 1.6 },
  { name: "millsRatio", f: millsRatio, bound: 1.8 },
  { name: "logPhiCurvature", f: logPhiCurvature, bound: 1200 },
  { name: "softplus", f: softplus, bound: 1 },
  { name: "sigmoid", f: sigmoid, bound: 1 },
  { name: "logit", f: logit, bound: 1.2 },
  { name: "log1mexp", f: log1mexp, bound: 1 },
];

test.each(cases)("$name is within $bound × 2⁻⁵² of 50-digit references", ({ name, f, bound, keep }) => {
  expect(worst(name, f, keep)).toBeLessThanOrEqual(bound);
});

test("limits, poles and NaN are values, never exceptions", () => {
  expect([lgamma(0), lgamma(-3), lgamma(Infinity), lgamma(NaN)]).toEqual([Infinity, Infinity, Infinity, NaN]);
  expect([lgamma(1), lgamma(2), digamma(0), digamma(-2), digamma(Infinity)]).toEqual([0, 0, -Infinity, NaN, Infinity]);
  expect([polygamma(1, 0), polygamma(1, -4), polygamma(2, 0), polygamma(1, Infinity)]).toEqual([
    Infinity,
    Infinity,
    -Infinity,
    0,
  ]);
  expect([polygamma(-1, 2), polygamma(1.5, 2), polygamma(1, NaN)]).toEqual([NaN, NaN, NaN]);
  expect([erf(Infinity), erf(-Infinity), erf(NaN), Phi(-Infinity), Phi(Infinity)]).toEqual([1, -1, NaN, 0, 1]);
  expect([logPhi(-Infinity), logPhi(Infinity), millsRatio(Infinity)]).toEqual([-Infinity, -0, 0]);
  expect(millsRatio(-Infinity)).toBe(Infinity);
  expect(millsRatio(-1e300) / 1e300).toBeCloseTo(1, 14);
  expect(logPhiCurvature(-1e300)).toBeCloseTo(1, 14);
  expect([softplus(1e300), softplus(-1e300), sigmoid(-1e300), sigmoid(1e300)]).toEqual([1e300, 0, 0, 1]);
  expect([logit(0), logit(1), logit(-1), log1mexp(0), log1mexp(-Infinity)]).toEqual([
    -Infinity,
    Infinity,
    NaN,
    -Infinity,
    -0,
  ]);
  expect([risingPolygamma(-1, 3, 0), risingPolygamma(0, Infinity, 1), risingPolygamma(-1, Infinity, 1)]).toEqual([
    0,
    0,
    Infinity,
  ]);
});

test("rising differences are antisymmetric in the direction of the step", () => {
  for (const n of [-1, 0, 1, 2]) {
    for (const [x, k] of [
      [0.5, 0.25],
      [12, 3.5],
      [1024, 512],
    ]) {
      expect(risingPolygamma(n, x + k, -k)).toBe(-risingPolygamma(n, x, k));
    }
  }
});

test("negative arguments of the rising difference fall back to the plain one", () => {
  expect(risingPolygamma(-1, -2.5, 1)).toBeCloseTo(Math.log(2.5), 14);
  expect(risingPolygamma(0, -2.5, 1)).toBeCloseTo(-1 / 2.5, 13);
});
