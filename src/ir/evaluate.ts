// The value of a graph for one row, node by node on row-major arrays: small, slow, and written from the meaning of each
// op and nothing else, so that derivatives, structures and emitted programs can be held against it.

import type { Graph, Node, NodeId } from "./graph.ts";
import { info, type Op } from "./ops.ts";
import { elements, known } from "./shape.ts";

/** An array of doubles, row-major; a scalar has the shape []. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** The value of a leaf that is not its own value: a parameter, a column's row, once data, a slot, a lane, a tangent. */
export type LeafValue = (node: Node) => Tensor;

/** A scalar as a tensor. */
export function scalar(value: number): Tensor {
  return { shape: [], values: [value] };
}

/** Values of `roots` under the values of leaves; every dimension must be a number. */
export function evaluate(graph: Graph, roots: readonly NodeId[], leaf: LeafValue): Tensor[] {
  return evaluator(graph, roots)(leaf);
}

/** `evaluate` for many values of the leaves: the order of the nodes is found once. Nodes in `given` have that value and are not looked into. */
export function evaluator(
  graph: Graph,
  roots: readonly NodeId[],
  given: ReadonlyMap<NodeId, Tensor> = new Map(),
): (leaf: LeafValue) => Tensor[] {
  const needed = reach(graph, roots, given);
  const positions = new Map(needed.map((id, k) => [id, k]));
  // a given value, or the position of a computed one
  const source = (id: NodeId): Tensor | number => given.get(id) ?? (positions.get(id) as number);
  const steps = needed.map((id) => {
    const node = graph.nodes[id] as Node;
    return { node, args: node.args.map(source) };
  });
  const results = roots.map(source);
  return (leaf) => {
    const done: Tensor[] = [];
    const value = (from: Tensor | number): Tensor => (typeof from === "number" ? (done[from] as Tensor) : from);
    for (const { node, args } of steps) done.push(rules[node.op](node, args.map(value), leaf));
    return results.map(value);
  };
}

/** The nodes that `roots` need and that are not given, arguments first. */
function reach(graph: Graph, roots: readonly NodeId[], given: ReadonlyMap<NodeId, Tensor>): NodeId[] {
  const seen = new Set<NodeId>();
  const open = [...roots];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id) || given.has(id)) continue;
    seen.add(id);
    open.push(...(graph.nodes[id] as Node).args);
  }
  return [...seen].sort((a, b) => a - b);
}

type Rule = (node: Node, args: readonly Tensor[], leaf: LeafValue) => Tensor;

function shapeOf(node: Node): number[] {
  return node.shape.map(known);
}

function made(node: Node, value: (position: number) => number): Tensor {
  if (node.shape.length === 0) return scalar(value(0));
  return { shape: shapeOf(node), values: Array.from({ length: elements(node.shape) }, (_, at) => value(at)) };
}

const outside: Rule = (node, _, leaf) => {
  const value = leaf(node);
  if (value.values.length !== elements(node.shape))
    throw new Error(`${node.op} ${node.attributes.name ?? ""} was given ${value.values.length} values`);
  return { shape: shapeOf(node), values: value.values };
};

const elementwise: Rule = (node, args) => {
  const f = info(node.op).evaluate;
  if (f === null) throw new Error(`${node.op} has no value on doubles`);
  const order = node.attributes.order ?? 0;
  return made(node, (at) =>
    f(
      args.map((a) => a.values[at] as number),
      order,
    ),
  );
};

/** Sizes before, along and after an axis of a shape. */
function around(shape: readonly number[], axis: number): { along: number; inner: number } {
  return { along: shape[axis] as number, inner: shape.slice(axis + 1).reduce((n, d) => n * d, 1) };
}

/** Folds the values along the node's axis, in order. */
function fold(f: (values: readonly number[]) => number): Rule {
  return (node, args) => {
    const [a] = args as [Tensor];
    const { along, inner } = around(a.shape, node.attributes.axis as number);
    return made(node, (at) => {
      const start = Math.floor(at / inner) * along * inner + (at % inner);
      return f(Array.from({ length: along }, (_, k) => a.values[start + k * inner] as number));
    });
  };
}

/** The size of one position of the first axis. */
function stride(a: Tensor): number {
  return a.shape.slice(1).reduce((n, d) => n * d, 1);
}

/** `count` positions of the first axis from `first`. */
function cut(a: Tensor, first: number, count: number): readonly number[] {
  const size = a.shape[0] as number;
  if (!Number.isInteger(first) || first < 0 || first + count > size)
    throw new Error(`positions ${first} … ${first + count - 1} of an axis of ${size}`);
  return a.values.slice(first * stride(a), (first + count) * stride(a));
}

/** Zeros of the node's shape, but `values` from position `first` of the first axis. */
function put(node: Node, values: readonly number[], first: number): Tensor {
  const width = node.shape.slice(1).reduce<number>((n, d) => n * known(d), 1);
  const size = known(node.shape[0] ?? 0);
  if (!Number.isInteger(first) || first < 0 || first * width + values.length > size * width)
    throw new Error(`position ${first} of an axis of ${size}`);
  return made(node, (at) => values[at - first * width] ?? 0);
}

function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(values.reduce((sum, x) => sum + Math.exp(x - top), 0));
}

const rules: Record<Op, Rule> = {
  const: (node) => made(node, () => node.attributes.value as number),
  param: outside,
  column: outside,
  once: outside,
  learnt: outside,
  slot: outside,
  lane: outside,
  tangent: outside,
  noise: outside,
  size: (node) => scalar(known(node.attributes.dim ?? 0)),
  iota: (node) => made(node, (at) => at),
  neg: elementwise,
  exp: elementwise,
  log: elementwise,
  log1p: elementwise,
  expm1: elementwise,
  sqrt: elementwise,
  abs: elementwise,
  sign: elementwise,
  floor: elementwise,
  sin: elementwise,
  cos: elementwise,
  tan: elementwise,
  atan: elementwise,
  tanh: elementwise,
  sigmoid: elementwise,
  softplus: elementwise,
  log1mexp: elementwise,
  erf: elementwise,
  Phi: elementwise,
  logPhi: elementwise,
  millsRatio: elementwise,
  lgamma: elementwise,
  polygamma: elementwise,
  risingPolygamma: elementwise,
  not: elementwise,
  add: elementwise,
  sub: elementwise,
  mul: elementwise,
  div: elementwise,
  pow: elementwise,
  min: elementwise,
  max: elementwise,
  lt: elementwise,
  le: elementwise,
  eq: elementwise,
  ne: elementwise,
  and: elementwise,
  or: elementwise,
  xlogy: elementwise,
  xdivy: elementwise,
  select: elementwise,
  perRow: (_, args) => args[0] as Tensor,
  expand: (node, args) => {
    const { along, inner } = around(shapeOf(node), node.attributes.axis as number);
    const { values } = args[0] as Tensor;
    return made(node, (at) => values[Math.floor(at / (along * inner)) * inner + (at % inner)] as number);
  },
  transpose: (node, args) => {
    const { shape, values } = args[0] as Tensor;
    const [rows, columns] = shape as [number, number];
    return made(node, (at) => values[(at % rows) * columns + Math.floor(at / rows)] as number);
  },
  stack: (node, args) => ({ shape: shapeOf(node), values: args.flatMap((a) => a.values) }),
  pick: (node, args) => ({ shape: shapeOf(node), values: cut(args[0] as Tensor, node.attributes.index as number, 1) }),
  place: (node, args) => put(node, (args[0] as Tensor).values, node.attributes.index as number),
  slice: (node, args) => {
    const count = known(node.attributes.dim ?? 0);
    return { shape: shapeOf(node), values: cut(args[0] as Tensor, node.attributes.index as number, count) };
  },
  pad: (node, args) => put(node, (args[0] as Tensor).values, node.attributes.index as number),
  gather: (node, args) => {
    const [table, index] = args as [Tensor, Tensor];
    return { shape: shapeOf(node), values: cut(table, index.values[0] as number, 1) };
  },
  scatter: (node, args) => {
    const [value, index] = args as [Tensor, Tensor];
    return put(node, value.values, index.values[0] as number);
  },
  sum: fold((x) => x.reduce((sum, v) => sum + v, 0)),
  prod: fold((x) => x.reduce((product, v) => product * v, 1)),
  reduceMax: fold((x) => Math.max(...x)),
  logsumexp: fold(logSumExp),
  cumsum: (node, args) => {
    const [a] = args as [Tensor];
    const { along, inner } = around(a.shape, 0);
    return made(node, (at) => {
      const position = Math.floor(at / inner);
      const [from, to] = node.attributes.reverse ? [position, along - 1] : [0, position];
      let sum = 0;
      for (let k = from; k <= to; k++) sum += a.values[k * inner + (at % inner)] as number;
      return sum;
    });
  },
  contract: (node, args) => {
    const [a, b] = args as [Tensor, Tensor];
    const inner = b.shape[0] as number;
    const columns = stride(b);
    return made(node, (at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      let sum = 0;
      for (let k = 0; k < inner; k++)
        sum += (a.values[row * inner + k] as number) * (b.values[k * columns + column] as number);
      return sum;
    });
  },
  root: (node, args) => ({ shape: shapeOf(node), values: lowerRoot(args[0] as Tensor) }),
  sumRows: () => {
    throw new Error("sumRows has no value for one row");
  },
};

/** Cholesky–Crout; a pivot that is lost in its diagonal's rounding gives a column of zeros. */
function lowerRoot({ shape, values }: Tensor): number[] {
  const size = shape[0] as number;
  const root = new Array<number>(size * size).fill(0);
  const at = (i: number, j: number): number => root[i * size + j] as number;
  for (let j = 0; j < size; j++)
    for (let i = j; i < size; i++) {
      const given = values[i * size + j] as number;
      let rest = given;
      for (let k = 0; k < j; k++) rest -= at(i, k) * at(j, k);
      if (i > j) root[i * size + j] = at(j, j) > 0 ? rest / at(j, j) : 0;
      else root[i * size + j] = rest > 8 * Number.EPSILON * Math.abs(given) ? Math.sqrt(rest) : 0;
    }
  return root;
}
