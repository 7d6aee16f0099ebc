// How score factors use parameters: which parameters they couple, which are taken a level at a time, which are matrices
// that enter as outer products. Read off the graph, so that a structure fits whatever has its form.

import {
  type ByParameter,
  type Dim,
  type FactorGroup,
  type Graph,
  known,
  type Node,
  type NodeId,
  order,
} from "../ir/index.ts";

/** The value of a node below `perRow`. */
export function bare(graph: Graph, id: NodeId): NodeId {
  const node = graph.nodes[id] as Node;
  return node.op === "perRow" ? bare(graph, node.args[0] as NodeId) : id;
}

/** A part that touches one level: the value there, and which level it is, counted from 0. */
export interface LevelUse {
  readonly value: NodeId;
  readonly position: NodeId;
  readonly levels: number;
}

/** How a part touches a single level, or null where it does not. */
export function levelUse(graph: Graph, part: NodeId): LevelUse | null {
  const node = graph.nodes[bare(graph, part)] as Node;
  if (node.op !== "scatter") return null;
  const [value, position] = node.args as [NodeId, NodeId];
  return { value, position, levels: known(node.shape[0] as Dim) };
}

/** One term ± scale · Σ g aᵀ of a matrix part: `output` has a row of the matrix each, `input` a column. */
export interface OuterUse {
  /** A vector, null for ones; over several positions a matrix outputs × positions. */
  readonly output: NodeId | null;
  /** A vector, null for ones; over several positions a matrix positions × inputs. */
  readonly input: NodeId | null;
  /** Places of a row at which the matrix is used in the same way; null for one. */
  readonly positions: number | null;
  /** Scalars of the row. */
  readonly scales: readonly NodeId[];
  readonly negative: boolean;
}

/**
 * A matrix part as a sum of outer products of row vectors, or null where it is not one, or where it isn't the same side of
 * all of them alone that depends on the lane.
 */
export function outerUses(graph: Graph, part: NodeId): readonly OuterUse[] | null {
  const uses = (graph.nodes[part] as Node).shape.length === 2 ? outerTerms(graph, part, false) : null;
  if (uses === null) return null;
  const onLane = (nodes: readonly (NodeId | null)[]): boolean => nodes.some((id) => id !== null && ofLane(graph, id));
  const output = onLane(uses.flatMap((use) => [use.output, ...use.scales]));
  return output && onLane(uses.map((use) => use.input)) ? null : uses;
}

function outerTerms(graph: Graph, part: NodeId, negative: boolean): readonly OuterUse[] | null {
  const node = graph.nodes[bare(graph, part)] as Node;
  const [first, second] = node.args as [NodeId, NodeId];
  const use = { output: null, input: null, positions: null, scales: [], negative };
  switch (node.op) {
    case "neg":
      return outerTerms(graph, first, !negative);
    case "add":
    case "sub": {
      const left = outerTerms(graph, first, negative);
      const right = outerTerms(graph, second, node.op === "sub" ? !negative : negative);
      return left === null || right === null ? null : [...left, ...right];
    }
    case "expand":
      return [node.attributes.axis === 1 ? { ...use, output: first } : { ...use, input: first }];
    case "contract": {
      if ((graph.nodes[first] as Node).shape.length !== 2) return null;
      const positions = known((graph.nodes[first] as Node).shape[1] as Dim);
      return [{ ...use, output: first, input: second, positions }];
    }
    case "mul":
      for (const [x, y] of [node.args, node.args.toReversed()] as [NodeId, NodeId][]) {
        const [output, input] = [along(graph, x, 1), along(graph, y, 0)];
        if (output !== null && input !== null) return [{ ...use, output, input }];
        const repeated = along(graph, x, 0);
        const scale = repeated === null ? null : along(graph, repeated, 0);
        const terms = scale === null ? null : outerTerms(graph, y, negative);
        if (scale !== null && terms !== null) return terms.map((t) => ({ ...t, scales: [...t.scales, scale] }));
      }
      return null;
    default:
      return null;
  }
}

/** Whether a vector part is the sum of the outputs of a matrix's uses, as that of a bias beside it is. */
export function sumsOutputs(graph: Graph, uses: readonly OuterUse[], part: NodeId): boolean {
  if (uses.some((use) => use.scales.length > 0)) return false;
  const outputs = uses.flatMap(({ output, positions, negative }) =>
    output === null ? [`${negative} 1`] : signedTerms(graph, output, negative, positions !== null),
  );
  return outputs.sort().join() === signedTerms(graph, part, false, false).sort().join();
}

/** The terms of a sum by sign and node; `summed`: of its sum over the positions of each row. */
function signedTerms(graph: Graph, id: NodeId, negative: boolean, summed: boolean): string[] {
  const own = bare(graph, id);
  const node = graph.nodes[own] as Node;
  const [first, second] = node.args as [NodeId, NodeId];
  if (node.op === "neg") return signedTerms(graph, first, !negative, summed);
  if (summed) return [`${negative} sum ${own}`];
  if (node.op === "add" || node.op === "sub") {
    const right = node.op === "sub" ? !negative : negative;
    return [...signedTerms(graph, first, negative, false), ...signedTerms(graph, second, right, false)];
  }
  if (node.op === "sum" && node.attributes.axis === 1) return [`${negative} sum ${bare(graph, first)}`];
  const repeated = node.op === "expand" ? (graph.nodes[first] as Node) : node;
  return [`${negative} ${repeated.op === "const" && repeated.attributes.value === 1 ? "1" : `node ${own}`}`];
}

/** Whether a node depends on the lane. */
export function ofLane(graph: Graph, id: NodeId): boolean {
  return order(graph, [id]).some((k) => (graph.nodes[k] as Node).op === "lane");
}

/** What a node repeats along an axis, if that is all it does. */
function along(graph: Graph, id: NodeId, axis: number): NodeId | null {
  const node = graph.nodes[bare(graph, id)] as Node;
  return node.op === "expand" && node.attributes.axis === axis ? (node.args[0] as NodeId) : null;
}

/** Sets of parameters that score factors, or prior terms without a diagonal Hessian, bring together. */
export function coupled(
  parameters: readonly string[],
  groups: readonly Pick<FactorGroup, "parts">[],
  densePrior: ByParameter,
): readonly (readonly string[])[] {
  const meetings = groups.map((group) => [...group.parts.keys()]);
  if (densePrior.size > 0) meetings.push([...densePrior.keys()]);
  let sets: string[][] = parameters.map((name) => [name]);
  for (const names of meetings) {
    const joined = sets.filter((set) => set.some((name) => names.includes(name)));
    sets = [...sets.filter((set) => !joined.includes(set)), joined.flat()].filter((set) => set.length > 0);
  }
  const order = (set: readonly string[]): readonly string[] => parameters.filter((name) => set.includes(name));
  return sets.map(order).sort((a, b) => parameters.indexOf(a[0] ?? "") - parameters.indexOf(b[0] ?? ""));
}

/** Whether a product of a Hessian depends on the tangent of a parameter. */
export function meetsTangent(graph: Graph, product: NodeId, name: string): boolean {
  return order(graph, [product]).some((id) => {
    const node = graph.nodes[id] as Node;
    return node.op === "tangent" && node.attributes.name === name;
  });
}
