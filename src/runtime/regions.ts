// Parts of an artefact's memory by name.

import type { Artefact } from "../emit/index.ts";
import type { StateName } from "../ir/index.ts";

/** A view of a state region. */
export function stateOf({ step, memory }: Artefact, name: StateName): Float64Array {
  const { offset, length } = step.layout.state[name];
  return memory.subarray(offset, offset + length);
}
