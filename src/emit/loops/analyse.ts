// What a compute instruction must evaluate, and where: nodes are sorted into groups that share one loop nest.
// A node is evaluated once, in one group; it is stored where another group, or another index, needs it.

import { type Graph, info, type Node, type NodeId, type Region, sameShape, showShape } from "../../ir/index.ts";

/** Values that need no loop of their own: leaves, and ops that only renumber positions. */
const views = new Set(["perRow", "expand", "transpose", "pick", "place", "slice", "pad", "gather", "scatter"]);

export type NodeClass = "leaf" | "view" | "elementwise" | "whole";

/** `whole` nodes (reductions, stacks) are computed by a loop nest of their own and always stored. */
export function classOf(node: Node): NodeClass {
  const kind = info(node.op).kind;
  if (kind === "leaf") return "leaf";
  if (views.has(node.op)) return "view";
  return kind === "elementwise" ? "elementwise" : "whole";
}

/** Where a value of a segment ends: stored (a row value), or added to sums over rows. */
export interface Sink {
  readonly value: NodeId;
  readonly kind: "store" | "sum";
  /** Written once a row. */
  readonly row: boolean;
  readonly region: Region;
  /** Doubles from the region's start; the lane adds `laneStride` each. */
  readonly at: number;
  readonly laneStride: number;
  /** Elements before the first one written. */
  readonly offset: number;
  /** Computed positions of sparse values: a node (scalar) times a stride in elements. */
  readonly scattered: readonly { readonly position: NodeId; readonly stride: number }[];
  readonly add: boolean;
  readonly negate: boolean;
}

export interface Group {
  readonly level: number;
  readonly row: boolean;
  readonly shape: Node["shape"];
  readonly members: NodeId[];
  readonly sinks: Sink[];
  /** The one `whole` node of the group; then there are no members. */
  readonly whole: NodeId | null;
}

export interface Segment {
  readonly groups: readonly Group[];
  /** Elementwise nodes evaluated inside the reduction that alone uses them. */
  readonly inlined: ReadonlySet<NodeId>;
  /** Nodes whose values must be in memory after their group. */
  readonly stored: ReadonlySet<NodeId>;
}

/**
 * Sorts what `sinks` and `wanted` need into groups. `available` says which nodes already have a value (in memory or
 * in a local) and are not computed again.
 */
export function analyse(
  graph: Graph,
  sinks: readonly Sink[],
  wanted: readonly NodeId[],
  available: (id: NodeId) => boolean,
): Segment {
  const node = (id: NodeId): Node => graph.nodes[id] as Node;
  const roots = [...wanted, ...sinks.flatMap((s) => [s.value, ...s.scattered.map((p) => p.position)])];
  const needed = reach(graph, roots, available);
  const uses = new Map<NodeId, NodeId[]>();
  for (const id of needed) for (const a of node(id).args) if (needed.has(a)) uses.set(a, [...(uses.get(a) ?? []), id]);
  const sunk = new Set(roots);
  const inlined = new Set<NodeId>();
  for (const id of needed) {
    const users = uses.get(id) ?? [];
    const only = users.length === 1 ? (users[0] as NodeId) : null;
    if (only !== null && !sunk.has(id) && classOf(node(id)) === "elementwise" && takesOnce(node(only), id))
      inlined.add(id);
  }
  const levels = assignLevels(graph, needed, inlined);
  const level = (id: NodeId): number => levels.get(id) ?? 0;
  const groups = new Map<string, Group>();
  const groupOf = new Map<NodeId, Group>();
  const groupAt = (at: number, row: boolean, shape: Node["shape"], whole: NodeId | null): Group => {
    const key = whole === null ? `${at} ${row} ${showShape(shape)}` : `whole ${whole}`;
    const group = groups.get(key) ?? { level: at, row, shape, members: [], sinks: [], whole };
    groups.set(key, group);
    return group;
  };
  for (const id of needed) {
    const kind = classOf(node(id));
    if (kind === "leaf" || kind === "view" || inlined.has(id)) continue;
    const group = groupAt(level(id), node(id).row, node(id).shape, kind === "whole" ? id : null);
    if (kind === "elementwise") group.members.push(id);
    groupOf.set(id, group);
  }
  for (const sink of sinks) {
    const value = node(sink.value);
    const positions = sink.scattered.map((p) => readyLevel(graph, p.position, levels, inlined));
    const own = groupOf.get(sink.value);
    const at = Math.max(
      own?.whole === null ? own.level : readyLevel(graph, sink.value, levels, inlined),
      ...positions,
      0,
    );
    const { row } = sink;
    groupAt(at, row, value.shape, null).sinks.push(sink);
  }
  const stored = new Set<NodeId>();
  for (const [id, group] of groupOf) {
    const outside = (uses.get(id) ?? []).some((user) => !sharesGroup(node(user), id, groupOf.get(user), group, graph));
    const sunkElsewhere = sinks.some(
      (s) => (s.value === id && !group.sinks.includes(s)) || s.scattered.some((p) => p.position === id),
    );
    if (group.whole !== null || outside || sunkElsewhere || wanted.includes(id)) stored.add(id);
  }
  const ordered = [...groups.values()].sort((a, b) => a.level - b.level || Number(a.row) - Number(b.row));
  return { groups: ordered, inlined, stored };
}

/** Nodes that must be evaluated for `roots`, in order. */
export function reach(graph: Graph, roots: readonly NodeId[], available: (id: NodeId) => boolean): Set<NodeId> {
  const seen = new Set<NodeId>();
  const stack = roots.filter((id) => !available(id));
  while (stack.length > 0) {
    const id = stack.pop() as NodeId;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const a of (graph.nodes[id] as Node).args) if (!available(a)) stack.push(a);
  }
  return new Set([...seen].sort((a, b) => a - b));
}

/** Whether a reduction evaluates each element of this argument exactly once, so that nothing is computed twice inside it. */
function takesOnce(user: Node, argument: NodeId): boolean {
  if (user.op === "sum" || user.op === "prod" || user.op === "reduceMax" || user.op === "cumsum") return true;
  return (
    user.op === "contract" && user.shape.length === 0 && user.args[0] !== user.args[1] && user.args.includes(argument)
  );
}

/** A group's members see each other's values without memory. */
function sharesGroup(user: Node, id: NodeId, userGroup: Group | undefined, group: Group, graph: Graph): boolean {
  const value = graph.nodes[id] as Node;
  return userGroup === group && user.row === value.row && sameShape(user.shape, value.shape);
}

/** Level of a node: one more than that of any value it needs at other positions than its own. */
function assignLevels(graph: Graph, needed: ReadonlySet<NodeId>, inlined: ReadonlySet<NodeId>): Map<NodeId, number> {
  const levels = new Map<NodeId, number>();
  for (const id of needed) {
    const node = graph.nodes[id] as Node;
    const grouped = classOf(node) === "elementwise" && !inlined.has(id);
    const needs = node.args.map((a) => {
      const arg = graph.nodes[a] as Node;
      const together =
        grouped &&
        classOf(arg) === "elementwise" &&
        !inlined.has(a) &&
        arg.row === node.row &&
        sameShape(arg.shape, node.shape);
      // scalars that are the same for all rows are locals, written before the row loops of their level
      const local = node.row && !arg.row && arg.shape.length === 0;
      return together || local ? (levels.get(a) ?? 0) : readyLevel(graph, a, levels, inlined);
    });
    levels.set(id, Math.max(0, ...needs));
  }
  return levels;
}

/** The first level at which a value can be read from memory, or evaluated in place. */
function readyLevel(
  graph: Graph,
  id: NodeId,
  levels: ReadonlyMap<NodeId, number>,
  inlined: ReadonlySet<NodeId>,
): number {
  const level = levels.get(id);
  if (level === undefined) return 0; // available before the segment, or a leaf
  const kind = classOf(graph.nodes[id] as Node);
  return kind === "leaf" || kind === "view" || inlined.has(id) ? level : level + 1;
}
