// The information of a choice by its logits, diag(p) − p pᵀ with p a softmax, has a root in closed form. Elimination
// loses it where a probability is near 1: there p − p² cancels, and what is left stands for information on the sum of
// the logits, of which there is none. R = (diag(q) + diag(p) − p 1ᵀ) diag(√p), q the sums of the other probabilities,
// has columns that add up to 0 whatever the probabilities.

import type { Dim, GraphBuilder, Node, NodeId } from "../ir/index.ts";

/** p where a matrix is diag(p) − p pᵀ and p a softmax, else null. */
export function choiceOf(g: GraphBuilder, matrix: NodeId): NodeId | null {
  const [own, spread] = argumentsOf(g, matrix, "sub");
  const [, wide] = argumentsOf(g, own, "select");
  const [p] = argumentsOf(g, wide, "expand");
  if (p === undefined || spread === undefined || !isSoftmax(g, p)) return null;
  const dim = g.shape(p)[0] as Dim;
  const [across, down] = [g.expand(p, 0, dim), g.expand(p, 1, dim)];
  const zero = g.constant(0, [dim, dim]);
  const diagonal = g.apply("select", [same(g, dim), across, zero]);
  return g.sub(diagonal, g.mul(down, across)) === matrix ? p : null;
}

/** The root R of diag(p) − p pᵀ = R Rᵀ. */
export function choiceRoot(g: GraphBuilder, p: NodeId): NodeId {
  const dim = g.shape(p)[0] as Dim;
  const lengths = g.apply("sqrt", [p]);
  const diagonal = g.expand(g.mul(lengths, others(g, p)), 0, dim);
  const rest = g.neg(g.mul(g.expand(p, 1, dim), g.expand(lengths, 0, dim)));
  return g.apply("select", [same(g, dim), diagonal, rest]);
}

/** The column of that root which the loop over factors is at. */
export function choiceColumn(g: GraphBuilder, p: NodeId): NodeId {
  const shape = g.shape(p);
  const lane = g.lane();
  const length = g.apply("sqrt", [g.gather(p, lane)]);
  const here = g.apply("eq", [g.iota(shape[0] as Dim), lane]);
  const own = g.expandTo(g.gather(others(g, p), lane), shape);
  return g.mul(g.apply("select", [here, own, g.neg(p)]), g.expandTo(length, shape));
}

/** Σ_{j ≠ k} p_j for each k, added up: 1 − p_k cancels. */
function others(g: GraphBuilder, p: NodeId): NodeId {
  const dim = g.shape(p)[0] as Dim;
  return g.sum(g.apply("select", [same(g, dim), g.constant(0, [dim, dim]), g.expand(p, 0, dim)]), 1);
}

function same(g: GraphBuilder, dim: Dim): NodeId {
  const positions = g.iota(dim);
  return g.apply("eq", [g.expand(positions, 1, dim), g.expand(positions, 0, dim)]);
}

/** Whether a vector is exp(x − logsumexp(x)). */
function isSoftmax(g: GraphBuilder, p: NodeId): boolean {
  if (g.shape(p).length !== 1) return false;
  const [difference] = argumentsOf(g, p, "exp");
  const [logits, wide] = argumentsOf(g, difference, "sub");
  const [total] = argumentsOf(g, wide, "expand");
  return total !== undefined && argumentsOf(g, total, "logsumexp")[0] === logits;
}

function argumentsOf(g: GraphBuilder, id: NodeId | undefined, op: Node["op"]): readonly NodeId[] {
  if (id === undefined) return [];
  const node = g.node(id);
  return node.op === op ? node.args : [];
}
