// Forward mode: the directional derivative of a node along tangents of chosen nodes, one total rule table.
// Applied to a gradient it gives Hessian–vector products (forward over reverse).

import { type Dim, type GraphBuilder, type Node, type NodeId, type Op, order } from "../ir/index.ts";
import { type DifferentiableOp, type Scale, scales } from "./elementwise.ts";

interface ForwardSite {
  readonly g: GraphBuilder;
  readonly id: NodeId;
  readonly node: Node;
  /** Tangent of argument k as a node (zero where it has none). */
  readonly tangent: (k: number) => NodeId;
}

/** The node's tangent; called only when an argument has one. */
type ForwardRule = (site: ForwardSite) => NodeId;

const never =
  (why: string): ForwardRule =>
  () => {
    throw new Error(`forward mode reached ${why}, which has no tangent`);
  };
const axisOf = (s: ForwardSite): number => s.node.attributes.axis as number;
const indexOf = (s: ForwardSite): number => s.node.attributes.index as number;
const dimOf = (s: ForwardSite): Dim => s.node.attributes.dim as Dim;
const argument = (s: ForwardSite, k: number): NodeId => s.node.args[k] as NodeId;
const along = (s: ForwardSite, v: NodeId): NodeId =>
  s.g.expand(v, axisOf(s), s.g.shape(argument(s, 0))[axisOf(s)] as Dim);

const rules: Record<Exclude<Op, DifferentiableOp>, ForwardRule> = {
  const: never("a constant"),
  param: never("a parameter that was not given one"),
  column: never("data"),
  once: never("data"),
  learnt: never("a learnt feature"),
  slot: never("a slot"),
  lane: never("a lane"),
  tangent: never("a tangent"),
  noise: never("random signs"),
  size: never("a size"),
  iota: never("positions"),
  perRow: (s) => s.g.perRow(s.tangent(0)),
  expand: (s) => s.g.expand(s.tangent(0), axisOf(s), dimOf(s)),
  transpose: (s) => s.g.transpose(s.tangent(0)),
  stack: (s) => s.g.stack(s.node.args.map((_, k) => s.tangent(k))),
  pick: (s) => s.g.pick(s.tangent(0), indexOf(s)),
  place: (s) => s.g.place(s.tangent(0), indexOf(s), dimOf(s)),
  slice: (s) => s.g.slice(s.tangent(0), indexOf(s), dimOf(s)),
  pad: (s) => s.g.pad(s.tangent(0), indexOf(s), dimOf(s)),
  gather: (s) => s.g.gather(s.tangent(0), argument(s, 1)),
  scatter: (s) => s.g.scatter(s.tangent(0), argument(s, 1), dimOf(s)),
  sum: (s) => s.g.sum(s.tangent(0), axisOf(s)),
  prod: (s) => s.g.mul(s.id, s.g.sum(s.g.div(s.tangent(0), argument(s, 0)), axisOf(s))),
  reduceMax: (s) => s.g.sum(s.g.mul(s.tangent(0), s.g.apply("eq", [argument(s, 0), along(s, s.id)])), axisOf(s)),
  logsumexp: (s) => {
    const weights = s.g.apply("exp", [s.g.sub(argument(s, 0), along(s, s.id))]);
    return s.g.sum(s.g.mul(weights, s.tangent(0)), axisOf(s));
  },
  cumsum: (s) => s.g.cumsum(s.tangent(0), s.node.attributes.reverse ?? false),
  contract: (s) => s.g.add(s.g.contract(s.tangent(0), argument(s, 1)), s.g.contract(argument(s, 0), s.tangent(1))),
  root: never("a matrix root"),
  sumRows: never("a sum over rows"),
};

/** Directional derivatives of `outputs` along the given tangents (node → tangent of the same shape). */
export function pushforward(
  g: GraphBuilder,
  outputs: readonly NodeId[],
  tangents: ReadonlyMap<NodeId, NodeId>,
): NodeId[] {
  const pushed = new Map<NodeId, NodeId>(tangents);
  for (const id of order(g, outputs)) {
    if (pushed.has(id)) continue;
    const node = g.node(id);
    if (!node.args.some((a) => pushed.has(a))) continue;
    const tangent = isScaled(node.op)
      ? pushElementwise(g, id, node, pushed, node.op)
      : rules[node.op]({
          g,
          id,
          node,
          tangent: (k) => pushed.get(node.args[k] as NodeId) ?? g.constant(0, g.shape(node.args[k] as NodeId)),
        });
    if (tangent !== null && g.constantValue(tangent) !== 0) pushed.set(id, tangent);
  }
  return outputs.map((o) => pushed.get(o) ?? g.constant(0, g.shape(o)));
}

function pushElementwise(
  g: GraphBuilder,
  id: NodeId,
  node: Node,
  pushed: ReadonlyMap<NodeId, NodeId>,
  op: DifferentiableOp,
): NodeId | null {
  const table: readonly Scale[] = scales[op];
  const site = { g, id, args: node.args, order: node.attributes.order ?? 0 };
  let total: NodeId | null = null;
  for (const [k, scale] of table.entries()) {
    const v = pushed.get(node.args[k] as NodeId);
    if (v === undefined || scale === null) continue;
    const part = scale(site, v);
    total = total === null ? part : g.add(total, part);
  }
  return total;
}

function isScaled(op: Op): op is DifferentiableOp {
  return Object.hasOwn(scales, op);
}
