// Which batches stand for all of them.

import type { Batch } from "../ir/index.ts";

/** Evenly spaced batches: one in so many of them, two at least. */
export function spread(batches: readonly Batch[], every: number): readonly Batch[] {
  if (every <= 1) return batches;
  const wanted = Math.min(batches.length, Math.max(2, Math.round(batches.length / every)));
  const stride = batches.length / wanted;
  return Array.from({ length: wanted }, (_, k) => batches[Math.floor((k + 0.5) * stride)] as Batch);
}
