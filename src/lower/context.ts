// What the writers of procedures know: bound derivatives, the plan, and where everything lies.

import type { InformationBasis, Layout, ParameterPlace, Plan, Region, StepBlock } from "../ir/index.ts";
import { appendable as appendableRows, type Block, part, type Structure } from "../structures/index.ts";
import type { Bound } from "./bind.ts";

export interface LaidBlock {
  readonly step: StepBlock;
  readonly block: Block;
  readonly structure: Structure;
  readonly factor: Region;
  readonly status: Region;
  /** Prior terms whose Hessian is not diagonal, in the block's structure; null where there are none. */
  readonly prior: Region | null;
}

export interface StepContext {
  readonly bound: Bound;
  readonly plan: Plan;
  readonly parameters: readonly ParameterPlace[];
  readonly size: number;
  readonly blocks: readonly LaidBlock[];
  readonly layout: Omit<Layout, "length">;
}

/** Which factors a plan's information is made from. */
export function basisOf({ information }: Plan): InformationBasis {
  return information === "observed" ? "expected" : information;
}

/** Rows of a batch up to which the factor is brought along instead of made anew. */
export function appendable({ bound, blocks, plan, layout }: StepContext): number {
  const { information, draws } = plan;
  return appendableRows({ bound, blocks, information, draws, capacity: layout.capacity });
}

/** A block's part of the region `incomingMemory`. */
export function incomingOf({ layout: { state } }: StepContext, { memory }: StepBlock): Region {
  return part(state.incomingMemory, memory.offset - state.memory.offset, memory.length);
}
