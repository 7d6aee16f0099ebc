// Products of vectors along different axes, taken apart: what g ⊗ a, its square, or a multiple of it is made of.

import type { Graph, Node, NodeId } from "../../ir/index.ts";

/** A product of vectors along the first axis, of vectors along the second (of a matrix), of scalars and a number. */
export interface Factors {
  readonly left: readonly NodeId[];
  readonly right: readonly NodeId[];
  readonly weight: readonly NodeId[];
  readonly factor: number;
}

/** Whether a value is a matrix of products of two vectors. */
export function isOuter(graph: Graph, id: NodeId): boolean {
  return (factorsOf(graph, id)?.right.length ?? 0) > 0;
}

/** Takes a value of a row with one or two axes apart, if it is such a product. */
export function factorsOf(graph: Graph, id: NodeId): Factors | null {
  const { shape, row } = graph.nodes[id] as Node;
  if (!row || shape.length === 0 || shape.length > 2) return null;
  const found = { left: [] as NodeId[], right: [] as NodeId[], weight: [] as NodeId[] };
  let factor = 1;
  const open = [id];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const node = graph.nodes[at] as Node;
    const [inner] = node.args as [NodeId];
    const value = constantOf(graph, at);
    if (value !== null) factor *= value;
    else if (node.op === "mul") open.push(...node.args);
    else if (node.op === "neg") {
      factor = -factor;
      open.push(inner);
    } else if (node.op !== "expand") {
      if (shape.length === 2) return null;
      found.left.push(at);
    } else if (shape.length === 1) found.weight.push(inner);
    else if (node.attributes.axis === 1) found.left.push(inner);
    else {
      // a scalar is repeated along both axes
      const repeated = graph.nodes[inner] as Node;
      if (repeated.op === "expand") found.weight.push(repeated.args[0] as NodeId);
      else found.right.push(inner);
    }
  }
  const whole = found.left.length > 0 && found.right.length > 0 === (shape.length === 2);
  return whole ? { ...found, factor } : null;
}

function constantOf(graph: Graph, id: NodeId): number | null {
  let node = graph.nodes[id] as Node;
  while (node.op === "expand") node = graph.nodes[node.args[0] as NodeId] as Node;
  return node.op === "const" ? (node.attributes.value as number) : null;
}
