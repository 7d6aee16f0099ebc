// A pilot's word in place of the expected loss: what the rows themselves say each way loses.

import type { Way } from "./ways.ts";

/** Nats a coordinate, by `wayKey`. */
export type Measured = ReadonlyMap<string, number>;

/** A way for a set of parameters, by name. */
export function wayKey(names: readonly string[], way: string): string {
  return `${[...names].sort().join(" ")}: ${way}`;
}

/** Ways by their measured loss, least first; as they are where one of them was not measured. */
export function byMeasure(names: readonly string[], ways: readonly Way[], measured: Measured): readonly Way[] {
  const losses = ways.map((way) => measured.get(wayKey(names, way.name)));
  if (losses.some((loss) => loss === undefined)) return ways;
  return ways
    .map((way, k): Way => ({ ...way, loss: losses[k] as number, expected: way.loss }))
    .sort((a, b) => a.loss - b.loss || (a.expected ?? 0) - (b.expected ?? 0));
}

/** Nats as they are said. */
export function nats(loss: number): string {
  return `${loss < 0.001 ? "under 0.001" : loss.toPrecision(2)} nats a coordinate`;
}
