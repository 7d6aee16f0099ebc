// The memory of an artefact, as companions change it: swapped in and out, multiplied, and its factor made anew where
// plain steps keep one.

import type { Flow } from "../flow.ts";

/** D direction, D a memory that need not be the flow's own; it is while this computes. */
export function multiplied(flow: Flow, memory: Float64Array, direction: Float64Array): Float64Array {
  const own = flow.state("memory");
  const kept = own === memory ? null : own.slice();
  if (kept !== null) own.set(memory);
  flow.state("direction").set(direction);
  flow.program.artefact.run("multiply", 0);
  if (kept !== null) own.set(kept);
  return flow.state("product").slice();
}

/** Tells the artefact that its memory was changed from outside and weighs as much as so many rows. */
export function changed(flow: Flow, weight: number): void {
  const { control } = flow.program.artefact.step.layout;
  const steering = flow.state("control");
  steering[control.seen] = weight;
  // a factor that was brought along is one of another memory
  steering[control.fresh] = 0;
}

/** a − b */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - (b[i] as number));
}
