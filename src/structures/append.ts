// When a factorisation is better brought along with a batch's rows than made anew.

import { type Derivatives, type InformationKind, known, order } from "../ir/index.ts";
import type { Block, Structure } from "./structure.ts";

/** What decides it. */
export interface Appending {
  readonly bound: Derivatives;
  readonly blocks: readonly { readonly structure: Structure; readonly block: Block }[];
  readonly information: InformationKind;
  readonly draws: number;
  readonly capacity: number;
}

/**
 * Rows of a batch up to which bringing the factor along is cheaper than making it anew; 0 where it can't be. Rotations for
 * a row cost twice the multiply–adds of its place in the matrix, a factorisation a sixth of the cube.
 */
export function appendable({ bound, blocks, information, draws, capacity }: Appending): number {
  const { once, graph, row, parameters } = bound;
  const names = new Set(parameters.map((p) => p.name));
  const moves = order(graph, [...once.diagonal.values()]).some((id) => {
    const node = graph.nodes[id];
    return node?.op === "param" && names.has(node.attributes.name as string);
  });
  const steady = once.dense.size === 0 && !moves;
  if (information === "observed" || !steady || blocks.some((b) => b.structure.append === undefined)) return 0;
  const factors = row.factors[information].reduce(
    (sum, g) => sum + (g.lanes === null ? 1 : known(g.lanes)) * (g.basis === "sampled" ? draws : 1),
    0,
  );
  const size = blocks.reduce((sum, { block }) => sum + block.size, 0);
  return Math.min(capacity, Math.floor(Math.max(size / 12, 1) / Math.max(1, factors)));
}

/** Coordinates from which a batch's information costs more than the extra steps that borrowing the memory's takes. */
export const borrowsFrom = 32;
