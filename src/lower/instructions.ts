// Instructions and scalars in few words.

import type { Instruction, Region, Routine, Scalar } from "../ir/index.ts";

export type Body = readonly Instruction[];

export const number = (value: number): Scalar => ({ kind: "number", value });

export const apply = (op: Extract<Scalar, { kind: "apply" }>["op"], ...args: readonly Scalar[]): Scalar => ({
  kind: "apply",
  op,
  args,
});

/** The first double of a region. */
export const scalarOf = (region: Region): Scalar => ({ kind: "read", region, at: 0 });

export const routine = (value: Routine): Instruction => ({ kind: "routine", routine: value });

export const call = (procedure: Extract<Instruction, { kind: "call" }>["procedure"]): Instruction => ({
  kind: "call",
  procedure,
});

export const when = (condition: Scalar, body: Body): Instruction => ({ kind: "if", condition, body });

/** Zeroes regions, the empty ones left out. */
export function zeroed(...targets: readonly Region[]): Body {
  return targets.filter((t) => t.length > 0).map((target) => routine({ name: "zero", target }));
}
