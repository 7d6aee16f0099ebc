// Settings as a saved state keeps them: read again, they are the same.

import { expect, it } from "vitest";
import type { FlowOptions } from "../../src/check/index.ts";
import { resolve } from "../../src/session/options.ts";

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
