// Settings as a saved state keeps them: read again, they are the same.

import { expect, it, test } from "vitest";
import type { FlowOptions } from "../../src/check/index.ts";
import { idleSettings, resolve } from "../../src/session/options.ts";

it.each<FlowOptions>([
  {},
  { mode: "stream" },
  { mode: "stream", lineSearch: false },
  { mode: "stream", rate: { kind: "cosine", start: 0.3 }, passes: 3, momentum: 0.5 },
  { mode: "stream", passes: 2, shuffle: false },
  { mode: "stream", rate: { kind: "constant", start: 0.1 }, lineSearch: true },
  { mode: "stream", forget: { kind: "half_life", rows: 100 }, structure: "lowrank" },
])("%j", (said) => {
  const once = resolve({}, said);
  const kept = JSON.parse(JSON.stringify(once)) as FlowOptions;
  expect(resolve({}, kept)).toEqual(once);
});

test("what only a stream acts on is found in a call for a fit, where it says anything", () => {
  expect(idleSettings({ rate: { kind: "constant", start: 0.1 }, replan: 500, damping: 1 })).toEqual(["rate", "replan"]);
  expect(idleSettings({ forget: { kind: "none" }, passes: 1, drift: [], watch: "auto", seed: 2 })).toEqual([]);
});
