// How the tests run. Reference tests read larger data from $FFM_DATA and are skipped where there are none.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The linter takes our own `fit` for a focused test, so this is where focused tests are refused.
    allowOnly: process.env.CI === undefined,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A process of its own for every file would cost a second each on a small machine.
    pool: "threads",
    // All processors: left to itself it keeps one back, which of two is half.
    maxWorkers: "100%",
    snapshotFormat: { escapeString: false },
  },
});
