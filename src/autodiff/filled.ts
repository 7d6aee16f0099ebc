// A family's expressions with a statement's arguments in place of their slots, and results by parameter.

import { type Dim, type GraphBuilder, type NodeId, rewrite } from "../ir/index.ts";

/** The parameter leaves to differentiate in, by name. */
export type Leaves = ReadonlyMap<string, NodeId>;

/** A node over slots, with the slots replaced by the statement's arguments. */
export function filled(g: GraphBuilder, node: NodeId, args: readonly NodeId[]): NodeId {
  const put = rewrite(g, [node], g, (leaf) => (leaf.op === "slot" ? slotValue(g, leaf, args) : null));
  return put[0] as NodeId;
}

function slotValue(
  g: GraphBuilder,
  slot: { attributes: { index?: number }; shape: readonly Dim[] },
  args: readonly NodeId[],
): NodeId {
  return g.expandTo(args[slot.attributes.index ?? 0] as NodeId, slot.shape);
}

/** Non-zero results by parameter name. */
export function named(g: GraphBuilder, leaves: Leaves, nodes: readonly NodeId[]): ReadonlyMap<string, NodeId> {
  const result = new Map<string, NodeId>();
  for (const [k, name] of [...leaves.keys()].entries()) {
    const node = nodes[k] as NodeId;
    if (g.constantValue(node) !== 0) result.set(name, node);
  }
  return result;
}
