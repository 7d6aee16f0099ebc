// The rank-k update by itself, as the emitted loops call it: XᵀWX of rows in columns, a batch at a time.

import { plain, relaxed } from "../../src/kernels/index.ts";
import { accepts, instantiate } from "../../test/kernels/instance.ts";
import { serve } from "./serve.ts";

const { memory, at, call } = instantiate(accepts(relaxed) ? relaxed : plain);

await serve(async ({ rows, width, batch }) => {
  const [n, p, each] = [Number(rows), Number(width), Number(batch)];
  const [weights, target] = [p * each, (p + 1) * each];
  const places = [at(target), p, at(0), 8 * each, p, at(weights), each, at(target + p * p)] as const;
  memory.fill(1, 0, target);
  let fastest = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < 200; repeat++) {
    const start = performance.now();
    for (let from = 0; from < n; from += each) call("rankUpdate", ...places);
    fastest = Math.min(fastest, performance.now() - start);
  }
  return { ms: fastest, figures: { "GFLOP/s": (n * p * (p + 1)) / fastest / 1e6 } };
});
