// What the harness was told, as flow settings: `--backend` and `--threads` reach the product's contestants by the
// environment, since everything else about them is the same.

import type { FlowOptions } from "../../src/index.ts";

/** Backend and threads, where the harness names them; the product's defaults otherwise. */
export function settings(): FlowOptions {
  const { FFM_BENCH_BACKEND: backend, FFM_BENCH_THREADS: threads } = process.env;
  return {
    ...(backend === undefined ? {} : { backend: backend as NonNullable<FlowOptions["backend"]> }),
    ...(threads === undefined || threads === "1" ? {} : { threads: Number(threads) }),
  };
}
