// What the harness was told, as settings of the product: `--backend` and `--threads` reach its contestants by the
// environment, since everything else about them is the same.

import { threads } from "../../src/cli/threads.ts";
import type { FlowOptions, RunOptions } from "../../src/index.ts";

/** The backend, where the harness names one; the product's default otherwise. */
export function settings(): FlowOptions {
  const { FFM_BENCH_BACKEND: backend } = process.env;
  return backend === undefined ? {} : { backend: backend as NonNullable<FlowOptions["backend"]> };
}

/** Threads for fits, started once and kept warm: as many as the harness was told unless `count` says otherwise. */
export function threading(
  count: number = Number(process.env.FFM_BENCH_THREADS ?? 1),
): Pick<RunOptions, "threads" | "spawn"> {
  return count === 1 ? {} : { threads: count, spawn: threads(count).spawn };
}

/** The updates alone: no watch over the intervals, no log evidence. */
export const unobserved = { watch: "off", prequential: "off" } as const;
