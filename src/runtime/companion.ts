// What goes along with a flow through its rows: dynamics, which change what the memory holds before a batch, and
// observers, which measure before and after. Each keeps its own numbers, which are saved and resumed with the flow's.

import type { Batch } from "../ir/index.ts";
import type { Flow } from "./flow.ts";

/** A companion's numbers, as a saved state holds them. */
export interface Baggage {
  /** As JSON has them. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, Float64Array>;
}

/**
 * Goes along with a flow. Batches are those that the flow learns from at a time; their columns may be overwritten by
 * the next. Estimate and memory are those of `flow`; what a method does to them is part of the flow's course.
 */
export interface Companion {
  readonly name: string;
  /** The first rows, fitted together. */
  begun?(flow: Flow, batches: readonly Batch[]): void;
  /** A batch is about to be learnt from. */
  before?(flow: Flow, batch: Batch): void;
  /** It was, `rows` of its rows: `value` is the objective (log-likelihood, prior and memory) at the new estimate. */
  after?(flow: Flow, batch: Batch, rows: number, value: number): void;
  /** What is to be kept of it; `restore` is given the same in another process. */
  save(): Baggage;
  /** Throws RangeError with a reason where the baggage is not one of its own. */
  restore(baggage: Baggage): void;
  /** The flow goes on with coordinate `places[i]` of before as coordinate i. */
  moved?(places: Uint32Array): void;
}

/** Remembers companions as they are; the result puts them back. */
export function markAll(companions: readonly Companion[]): () => void {
  const baggage = companions.map((companion) => {
    const { values, tensors } = companion.save();
    return { values: structuredClone(values), tensors: new Map([...tensors].map(([k, v]) => [k, v.slice()])) };
  });
  return () => {
    for (const [k, companion] of companions.entries()) companion.restore(baggage[k] as Baggage);
  };
}
