// Rates fitted to times that were made from known rates.

import { expect, test } from "vitest";
import { rates, secondsOf, type Work, workKinds } from "../../src/planner/index.ts";
import { readRates } from "../../src/session/calibrate.ts";
import { fitRates } from "../../src/session/fit-rates.ts";

const works = Array.from({ length: 40 }, (_, i) =>
  Object.fromEntries(workKinds.map((kind, k) => [kind, ((i * 7 + k * 13) % 11) * 10 ** ((i + 3 * k) % 4)])),
) as unknown as Work[];

test("times without noise are predicted within 15 %, of a machine whose kinds are twice or half as slow as three times ours", () => {
  const entries = workKinds.map((kind, k) => [kind, rates.wasm[kind] * 3 * (k % 2 === 0 ? 2 : 0.5)]);
  const truth: typeof rates.wasm = Object.fromEntries(entries);
  const measured = works.map((work) => ({ work, seconds: 1e-12 + secondsOf(work, truth) }));
  const found = fitRates(measured, rates.wasm);
  for (const { work, seconds } of measured) expect(Math.abs(secondsOf(work, found) / seconds - 1)).toBeLessThan(0.15);
});

test("no rate is 0, and what was not measured goes with the others", () => {
  const only = works.map((work) => ({ ...work, eigen: 0 }));
  const measured = only.map((work, i) => ({
    work,
    seconds: (i % 3 === 0 ? 0.1 : 2) * (1e-9 + secondsOf(work, rates.js)),
  }));
  const found = fitRates(measured, rates.wasm);
  const ratios = workKinds.map((kind) => found[kind] / rates.wasm[kind]).sort((a, b) => a - b);
  expect(ratios[0]).toBeGreaterThan(0.01);
  const own = found.eigen / rates.wasm.eigen;
  expect(own).toBeGreaterThan(ratios[0]);
  expect(own).toBeLessThan(ratios[ratios.length - 1]);
});

test("as few noisy times as a calibration has leave no rate far from ours", () => {
  // a loaded machine: every fourth time is thrice as long
  const measured = works.slice(0, 16).map((work, i) => ({
    work,
    seconds: (i % 4 === 0 ? 3 : 1) * (1e-9 + secondsOf(work, rates.wasm)),
  }));
  const found = fitRates(measured, rates.wasm);
  for (const kind of workKinds) {
    expect(found[kind] / rates.wasm[kind]).toBeGreaterThan(0.2);
    expect(found[kind] / rates.wasm[kind]).toBeLessThan(5);
  }
});

test("a machine that is slower as a whole has all its rates so much larger", () => {
  const measured = works.map((work) => ({ work, seconds: 3 * (1e-12 + secondsOf(work, rates.wasm)) }));
  const found = fitRates(measured, rates.wasm);
  for (const kind of workKinds) expect(found[kind] / rates.wasm[kind]).toBeCloseTo(3, 1);
});

test("rates of another target are refused with the command that makes the right ones", () => {
  const text = JSON.stringify({ format: "ffm.rates/1", backend: "wasm", rates: rates.wasm });
  const [{ code, hint }] = readRates(text, "js", "r.json").diagnostics;
  expect([code, hint]).toEqual(["FF535", "Make them with `ffm plan --calibrate FILE --backend js`."]);
  expect(readRates(text, "wasm", "r.json").rates).toEqual(rates.wasm);
});
