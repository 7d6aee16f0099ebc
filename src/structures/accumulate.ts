// The score factors of a model in every block that has a part in them: what lowering writes, and what the planner weighs.

import { type Derivatives, type FactorGroup, known, order, type Region } from "../ir/index.ts";
import type { Block, StepSink, Structure } from "./structure.ts";

/** A block with where its information goes, and its factor. */
export interface Owner {
  readonly structure: Structure;
  readonly block: Block;
  readonly target: Region;
  readonly factor: Region;
}

export interface Accumulation {
  /** Draws a row of sampled information. */
  readonly draws: number;
  /** Rows at most that go into targets and factors at once; absent where they go into the targets alone. */
  readonly appended?: number;
  /** Emits new random signs. */
  readonly drawSigns?: (each: StepSink) => void;
}

/** target += Σ_rows weight · z zᵀ over all groups, each block's part in its structure. */
export function accumulateGroups(
  sink: StepSink,
  owners: readonly Owner[],
  groups: readonly FactorGroup[],
  { draws, appended, drawSigns }: Accumulation,
): void {
  if (owners.length === 0) return;
  const { graph } = sink;
  for (const group of groups) {
    const sampled = group.basis === "sampled";
    const weight = sampled ? graph.div(group.weight, graph.constant(draws)) : group.weight;
    const write = (each: StepSink): void => {
      if (sampled) drawSigns?.(each);
      for (const { structure, block, target, factor } of owners) {
        const parts = new Map([...group.parts].filter(([name]) => block.parameters.some((p) => p.name === name)));
        if (parts.size === 0) continue;
        const factors = { ...group, weight, parts };
        if (appended === undefined) structure.accumulate(sink, each, block, target, factors);
        else structure.append?.(each, block, target, factor, factors, appended);
      }
    };
    const lanes = group.lanes === null ? (sampled ? draws : 1) : known(group.lanes);
    if (group.lanes === null && lanes === 1) write(sink);
    else sink.lanes(lanes, write);
  }
}

/** The random signs that sampled information takes, with their shapes. */
export function noises({ graph, row }: Pick<Derivatives, "graph" | "row">): ReadonlyMap<string, readonly number[]> {
  const parts = row.factors.sampled.flatMap((group) => [...group.parts.values()]);
  return new Map(
    order(graph, parts).flatMap((id) => {
      const node = graph.nodes[id];
      return node?.op === "noise" ? [[node.attributes.name as string, node.shape.map(known)] as const] : [];
    }),
  );
}
