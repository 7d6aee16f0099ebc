// Reverse mode: cotangents of outputs pulled back to chosen nodes, one total rule table. A cotangent of a value
// that is the same for all rows, pulled back through a value that varies by row, varies by row: it is the
// row's contribution, and whoever accumulates sums it over rows.

import { type Dim, type GraphBuilder, type Node, type NodeId, type Op, order } from "../ir/index.ts";
import { type DifferentiableOp, type Scale, scales } from "./elementwise.ts";

interface ReverseSite {
  readonly g: GraphBuilder;
  readonly id: NodeId;
  readonly node: Node;
}

/** Cotangents of the arguments, null where there is none to pass on. */
type ReverseRule = (site: ReverseSite, v: NodeId) => readonly (NodeId | null)[];

const stop: ReverseRule = () => [];
const never =
  (why: string): ReverseRule =>
  () => {
    throw new Error(`reverse mode reached ${why}, which is only used after differentiation`);
  };
const arg = (site: ReverseSite, k: number): NodeId => site.node.args[k] as NodeId;
const axisOf = (site: ReverseSite): number => site.node.attributes.axis as number;
const indexOf = (site: ReverseSite): number => site.node.attributes.index as number;
const dimAt = (site: ReverseSite, k: number, axis: number): Dim => site.g.shape(arg(site, k))[axis] as Dim;
/** A value without the reduced axis, repeated along it again. */
const back = (site: ReverseSite, v: NodeId): NodeId => site.g.expand(v, axisOf(site), dimAt(site, 0, axisOf(site)));

const rules: Record<Exclude<Op, DifferentiableOp>, ReverseRule> = {
  const: stop,
  param: stop,
  column: stop,
  once: stop,
  learnt: stop,
  slot: stop,
  lane: stop,
  tangent: stop,
  noise: stop,
  size: stop,
  iota: stop,
  perRow: (_, v) => [v],
  expand: (s, v) => [s.g.sum(v, axisOf(s))],
  transpose: (s, v) => [s.g.transpose(v)],
  stack: (s, v) => s.node.args.map((_, k) => s.g.pick(v, k)),
  pick: (s, v) => [s.g.place(v, indexOf(s), dimAt(s, 0, 0))],
  place: (s, v) => [s.g.pick(v, indexOf(s))],
  slice: (s, v) => [s.g.pad(v, indexOf(s), dimAt(s, 0, 0))],
  pad: (s, v) => [s.g.slice(v, indexOf(s), dimAt(s, 0, 0))],
  gather: (s, v) => [s.g.scatter(v, arg(s, 1), dimAt(s, 0, 0)), null],
  scatter: (s, v) => [s.g.gather(v, arg(s, 1)), null],
  sum: (s, v) => [back(s, v)],
  prod: (s, v) => [s.g.div(back(s, s.g.mul(v, s.id)), arg(s, 0))],
  reduceMax: (s, v) => [s.g.mul(back(s, v), s.g.apply("eq", [arg(s, 0), back(s, s.id)]))],
  logsumexp: (s, v) => [s.g.mul(back(s, v), s.g.apply("exp", [s.g.sub(arg(s, 0), back(s, s.id))]))],
  cumsum: (s, v) => [s.g.cumsum(v, !s.node.attributes.reverse)],
  contract: (s, v) => contraction(s, v),
  root: never("a matrix root"),
  sumRows: never("a sum over rows"),
};

function contraction(s: ReverseSite, v: NodeId): readonly NodeId[] {
  const { g } = s;
  const [a, b] = [arg(s, 0), arg(s, 1)];
  const [ranks, inner] = [[g.shape(a).length, g.shape(b).length], dimAt(s, 1, 0)];
  const outer = (left: NodeId, right: NodeId): NodeId =>
    g.mul(g.expand(left, 1, g.shape(right)[0] as Dim), g.expand(right, 0, g.shape(left)[0] as Dim));
  if (ranks[0] === 1 && ranks[1] === 1) {
    const repeated = g.expand(v, 0, inner);
    return [g.mul(repeated, b), g.mul(repeated, a)];
  }
  if (ranks[0] === 2 && ranks[1] === 1) return [outer(v, b), g.contract(v, a)];
  if (ranks[0] === 1 && ranks[1] === 2) return [g.contract(b, v), outer(a, v)];
  return [g.contract(v, g.transpose(b)), g.contract(g.transpose(a), v)];
}

/** A node and the cotangent it receives. */
export interface Seed {
  readonly node: NodeId;
  readonly cotangent: NodeId;
}

/**
 * Σ over seeds of (∂ node / ∂ w)ᵀ cotangent for each w of `wrt`, which are treated as independent variables.
 * Each result has the shape of its w, and is the constant zero where nothing depends on it.
 */
export function pullback(g: GraphBuilder, seeds: readonly Seed[], wrt: readonly NodeId[]): NodeId[] {
  const targets = new Set(wrt);
  const nodes = order(
    g,
    seeds.map((s) => s.node),
  );
  const active = dependents(g, nodes, targets);
  const cotangents = new Map<NodeId, NodeId>();
  const give = (id: NodeId, v: NodeId): void => {
    const sofar = cotangents.get(id);
    cotangents.set(id, sofar === undefined ? v : g.add(sofar, v));
  };
  for (const seed of seeds) if (active.has(seed.node)) give(seed.node, seed.cotangent);
  for (const id of nodes.reverse()) {
    const v = cotangents.get(id);
    if (v === undefined || !active.has(id) || targets.has(id) || g.constantValue(v) === 0) continue;
    const node = g.node(id);
    const pulled = isScaled(node.op) ? pullElementwise(g, id, node, v, node.op) : rules[node.op]({ g, id, node }, v);
    for (const [k, w] of pulled.entries()) {
      const to = node.args[k] as NodeId;
      if (w !== null && active.has(to)) give(to, w);
    }
  }
  return wrt.map((w) => cotangents.get(w) ?? g.constant(0, g.shape(w)));
}

/** Gradient of a scalar in each of `wrt`. */
export function gradient(g: GraphBuilder, output: NodeId, wrt: readonly NodeId[]): NodeId[] {
  return pullback(g, [{ node: output, cotangent: g.constant(1, g.shape(output)) }], wrt);
}

/** Which of `nodes` (in order) are in `targets` or depend on them. */
export function dependents(g: GraphBuilder, nodes: readonly NodeId[], targets: ReadonlySet<NodeId>): Set<NodeId> {
  const active = new Set<NodeId>();
  for (const id of nodes) if (targets.has(id) || g.node(id).args.some((a) => active.has(a))) active.add(id);
  return active;
}

/** Whether a node depends on any of `targets`. */
export function dependsOn(g: GraphBuilder, id: NodeId, targets: ReadonlySet<NodeId>): boolean {
  return dependents(g, order(g, [id]), targets).has(id);
}

function pullElementwise(g: GraphBuilder, id: NodeId, node: Node, v: NodeId, op: DifferentiableOp): (NodeId | null)[] {
  const table: readonly Scale[] = scales[op];
  const site = { g, id, args: node.args, order: node.attributes.order ?? 0 };
  return table.map((scale) => (scale === null ? null : scale(site, v)));
}

function isScaled(op: Op): op is DifferentiableOp {
  return Object.hasOwn(scales, op);
}
