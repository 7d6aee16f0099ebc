// Rates fitted to times that were made from known rates.

import { expect, test } from "vitest";
import { rates, secondsOf, type Work, workKinds } from "../../src/planner/index.ts";
import { fitRates } from "../../src/session/fit-rates.ts";

const works = Array.from({ length: 40 }, (_, i) =>
  Object.fromEntries(workKinds.map((kind, k) => [kind, ((i * 7 + k * 13) % 11) * 10 ** ((i + 3 * k) % 4)])),
) as unknown as Work[];

test("times without noise give the rates they were made with", () => {
  const measured = works.map((work) => ({ work, seconds: 1e-9 + secondsOf(work, rates.js) }));
  const found = fitRates(measured, rates.wasm);
  for (const { work, seconds } of measured) expect(Math.abs(secondsOf(work, found) / seconds - 1)).toBeLessThan(0.1);
});

test("no rate is negative, and what was not measured stays as it was", () => {
  const only = works.map((work) => ({ ...work, eigen: 0 }));
  const measured = only.map((work, i) => ({
    work,
    seconds: (i % 3 === 0 ? 0.1 : 2) * (1e-9 + secondsOf(work, rates.js)),
  }));
  const found = fitRates(measured, rates.wasm);
  for (const kind of workKinds) expect(found[kind]).toBeGreaterThanOrEqual(0);
  expect(found.eigen).toBe(rates.wasm.eigen);
});
