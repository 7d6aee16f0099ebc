// What goes along with a flow through its rows: dynamics, which change what the memory holds before a batch, and
// observers, which measure before and after. Each keeps its own numbers, which are saved and resumed with the flow's.

import type { Diagnostic } from "../diagnostics/index.ts";
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
  /** Whether a stream is to end here: it has seen enough. */
  readonly stopped?: boolean;
  /** The first rows, fitted together. */
  begun?(flow: Flow, batches: readonly Batch[]): void;
  /** How many rows of a batch from a position on, `count` at most, may be learnt from together. */
  most?(flow: Flow, batch: Batch, from: number, count: number): number;
  /** A batch is about to be learnt from. */
  before?(flow: Flow, batch: Batch): void;
  /** It was, `rows` of its rows: `value` is the objective (log-likelihood, prior and memory) at the new estimate. */
  after?(flow: Flow, batch: Batch, rows: number, value: number): void;
  /** Remembers it as it is; the result puts it back. Of one without it, what is saved is copied and restored. */
  mark?(): () => void;
  /** What is to be kept of it; `restore` is given the same in another process. */
  save(): Baggage;
  /** Throws RangeError with a reason where the baggage is not one of its own. */
  restore(baggage: Baggage): void;
  /**
   * The flow goes on with coordinate `places[i]` of before as coordinate i (`noPlace`: it is new); `carry` makes a memory of before one of the
   * structures that information is kept in now.
   */
  moved?(places: Uint32Array, carry: (memory: Float64Array) => Float64Array): void;
  /** What is to be said with the result. */
  conclude?(): readonly Diagnostic[];
}

/** Numbers by the names of what goes along with a flow, as a saved state holds them. */
export interface Luggage {
  readonly companions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly tensors: ReadonlyMap<string, Float64Array>;
}

/** The baggage that luggage holds under a name; null where there is none. */
export function baggageIn({ companions, tensors }: Luggage, name: string): Baggage | null {
  const values = companions[name];
  if (values === undefined) return null;
  const prefix = `${name}: `;
  const own = [...tensors].filter(([key]) => key.startsWith(prefix));
  return { values, tensors: new Map(own.map(([key, t]) => [key.slice(prefix.length), t])) };
}

/** Puts baggage under a name to others. */
export function stow(
  companions: Record<string, Readonly<Record<string, unknown>>>,
  tensors: Map<string, Float64Array>,
  name: string,
  baggage: Baggage,
): void {
  companions[name] = baggage.values;
  for (const [key, t] of baggage.tensors) tensors.set(`${name}: ${key}`, t.slice());
}

/** Remembers companions as they are; the result puts them back. */
export function markAll(companions: readonly Companion[]): () => void {
  const undos = companions.map((companion) => companion.mark?.() ?? copyOf(companion));
  return () => {
    for (const undo of undos) undo();
  };
}

function copyOf(companion: Companion): () => void {
  const { values, tensors } = companion.save();
  const baggage = { values: structuredClone(values), tensors: new Map([...tensors].map(([k, v]) => [k, v.slice()])) };
  return () => companion.restore(baggage);
}
