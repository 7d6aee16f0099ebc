// Outputs of a compute instruction as sinks: sums over rows, sparse values and signed sums of them are taken
// apart, so that what is zero is neither computed nor added.

import { elements, type Graph, type Node, type NodeId, type Output, type Shape } from "../../ir/index.ts";
import type { Sink } from "./analyse.ts";
import { isOuter } from "./outer.ts";

export interface SinkPlan {
  readonly sinks: readonly Sink[];
  /** Outputs that must be zeroed first, because only some of their elements are written. */
  readonly zeroed: readonly Output[];
}

/** The sinks of outputs, in order. */
export function sinksOf(graph: Graph, outputs: readonly Output[]): SinkPlan {
  const sinks: Sink[] = [];
  const zeroed: Output[] = [];
  for (const output of outputs) {
    const node = graph.nodes[output.node] as Node;
    const summed = node.op === "sumRows";
    if (summed && output.mode === "set") throw new Error("sums over rows are added, never set");
    const pieces = split(graph, summed ? (node.args[0] as NodeId) : output.node, summed);
    const partial = output.mode === "set" && (pieces.length > 1 || (pieces[0]?.sparse ?? false));
    if (partial) zeroed.push(output);
    for (const piece of pieces)
      sinks.push({
        value: piece.value,
        kind: summed ? "sum" : "store",
        row: summed || node.row,
        region: output.region,
        at: output.at,
        laneStride: output.laneStride,
        offset: piece.offset,
        scattered: piece.scattered,
        add: output.mode === "add" || partial,
        negate: piece.negate,
      });
  }
  return { sinks, zeroed };
}

interface Piece {
  readonly value: NodeId;
  readonly sparse: boolean;
  readonly negate: boolean;
  /** Elements before the piece's first. */
  readonly offset: number;
  readonly scattered: Sink["scattered"];
}

/** Terms, where some are sparse, or, in a sum over rows, products that a routine sums. */
function split(graph: Graph, id: NodeId, summed: boolean): Piece[] {
  const terms = signedTerms(graph, id, false);
  const pieces = terms.map(({ node, negate }) => peel(graph, node, negate, 0, []));
  return pieces.some((p) => p.sparse || (summed && isOuter(graph, p.value)))
    ? pieces
    : [{ value: id, sparse: false, negate: false, offset: 0, scattered: [] }];
}

/** a + b − c as signed terms. */
function signedTerms(graph: Graph, id: NodeId, negate: boolean): { node: NodeId; negate: boolean }[] {
  const node = graph.nodes[id] as Node;
  const [a, b] = node.args as [NodeId, NodeId];
  switch (node.op) {
    case "add":
      return [...signedTerms(graph, a, negate), ...signedTerms(graph, b, negate)];
    case "sub":
      return [...signedTerms(graph, a, negate), ...signedTerms(graph, b, !negate)];
    case "neg":
      return signedTerms(graph, a, !negate);
    case "perRow":
      return signedTerms(graph, a, negate).map((term) => (term.node === a ? { ...term, node: id } : term));
    default:
      return [{ node: id, negate }];
  }
}

/** Takes off scatter, place and pad, collecting where the value inside goes. */
function peel(graph: Graph, id: NodeId, negate: boolean, offset: number, scattered: Sink["scattered"]): Piece {
  const node = graph.nodes[id] as Node;
  const inner = node.args[0] as NodeId;
  const stride = (shape: Shape): number => elements(shape.slice(1));
  const at = node.attributes.index ?? 0;
  switch (node.op) {
    case "place":
    case "pad":
      return { ...peel(graph, inner, negate, offset + at * stride(node.shape), scattered), sparse: true };
    case "scatter": {
      const position = { position: node.args[1] as NodeId, stride: stride(node.shape) };
      return { ...peel(graph, inner, negate, offset, [...scattered, position]), sparse: true };
    }
    default:
      return { value: id, sparse: false, negate, offset, scattered };
  }
}
