// The expression graph: hash-consed nodes, built bottom-up, simplified as they are built, so that equal
// expressions are one node and derivatives come out as the textbook writes them.
//
// A value has a shape and may vary by row. The row axis is implicit and innermost: elementwise operations
// broadcast values that are the same for all rows over rows, and nothing else broadcasts without `expand`.

import { info, type Op } from "./ops.ts";
import { bindDim, type Dim, known, type Shape, sameDim, sameShape, showDim, showShape } from "./shape.ts";
import { simplify } from "./simplify.ts";

declare const nodeBrand: unique symbol;
/** Index of a node in its graph. */
export type NodeId = number & { readonly [nodeBrand]: true };

/** What an op needs besides its arguments. */
export interface Attributes {
  /** `const`: its value. */
  readonly value?: number;
  /** `param`, `column`, `once`, `learnt`, `tangent`, `noise`: which. */
  readonly name?: string;
  /** `slot`: argument position. `pick`, `place`, `slice`, `pad`: first position, from 0. */
  readonly index?: number;
  /** `expand`, `sum`, `prod`, `reduceMax`, `logsumexp`: which axis. */
  readonly axis?: number;
  /** `expand`, `iota`, `size`, `scatter`, `place`, `pad`, `slice`: the (new) dimension. */
  readonly dim?: Dim;
  /** `polygamma`, `risingPolygamma`: order of the derivative. */
  readonly order?: number;
  /** `cumsum`: from the last position to the first. */
  readonly reverse?: boolean;
}

export interface Node {
  readonly op: Op;
  readonly args: readonly NodeId[];
  readonly attributes: Attributes;
  readonly shape: Shape;
  /** Varies by row. */
  readonly row: boolean;
}

export interface Graph {
  readonly nodes: readonly Node[];
}

const none: Attributes = {};

/** Builds one graph; every method returns the id of a (new or shared) node. */
export class GraphBuilder implements Graph {
  readonly nodes: Node[] = [];
  readonly #index = new Map<string, NodeId>();

  /** A builder that goes on from here without changing this one. */
  fork(): GraphBuilder {
    const copy = new GraphBuilder();
    for (const node of this.nodes) copy.nodes.push(node);
    for (const [key, id] of this.#index) copy.#index.set(key, id);
    return copy;
  }

  node(id: NodeId): Node {
    return this.nodes[id] as Node;
  }
  shape(id: NodeId): Shape {
    return this.node(id).shape;
  }

  /** The value of a constant, also through `expand`; null for anything else. */
  constantValue(id: NodeId): number | null {
    let node = this.node(id);
    while (node.op === "expand") node = this.node(node.args[0] as NodeId);
    return node.op === "const" ? (node.attributes.value as number) : null;
  }

  // ------------------------------------------------------------ leaves

  constant(value: number, shape: Shape = []): NodeId {
    let id = this.#intern("const", [], { value }, [], false);
    for (let axis = 0; axis < shape.length; axis++) id = this.expand(id, axis, shape[axis] as Dim);
    return id;
  }
  param(name: string, shape: Shape): NodeId {
    return this.#intern("param", [], { name }, shape, false);
  }
  column(name: string, shape: Shape): NodeId {
    return this.#intern("column", [], { name }, shape, true);
  }
  once(name: string, shape: Shape): NodeId {
    return this.#intern("once", [], { name }, shape, false);
  }
  learnt(name: string, shape: Shape): NodeId {
    return this.#intern("learnt", [], { name }, shape, false);
  }
  /** Placeholder of a family's argument, replaced by `rewrite`. */
  slot(index: number, shape: Shape, row: boolean): NodeId {
    return this.#intern("slot", [], { index }, shape, row);
  }
  /** The loop variable of a statement with several score factors: a scalar from 0. */
  lane(): NodeId {
    return this.#intern("lane", [], none, [], false);
  }
  /** A direction in a parameter's space, for forward-mode derivatives. */
  tangent(name: string, shape: Shape): NodeId {
    return this.#intern("tangent", [], { name }, shape, false);
  }
  /** Signs ±1 of equal probability, drawn anew for each row and draw. */
  noise(name: string, shape: Shape): NodeId {
    return this.#intern("noise", [], { name }, shape, true);
  }
  /** The number of positions of a dimension. */
  size(dim: Dim): NodeId {
    return typeof dim === "number" ? this.constant(dim) : this.#intern("size", [], { dim }, [], false);
  }
  /** 0, 1, 2, … along one axis. */
  iota(dim: Dim): NodeId {
    return this.#intern("iota", [], { dim }, [dim], false);
  }

  // ------------------------------------------------------------ elementwise

  /** An elementwise operation; scalars are expanded to the shape of the others, which must agree. */
  apply(op: Op, args: readonly NodeId[], attributes: Attributes = none): NodeId {
    const shape = args.map((a) => this.shape(a)).find((s) => s.length > 0) ?? [];
    const aligned = args.map((a) => (this.shape(a).length === 0 ? this.expandTo(a, shape) : a));
    for (const a of aligned)
      if (!sameShape(this.shape(a), shape))
        throw new Error(`${op}: shapes ${args.map((b) => showShape(this.shape(b))).join(" and ")} differ`);
    return (
      simplify(this, op, aligned, attributes, shape) ??
      this.#intern(
        op,
        aligned,
        attributes,
        shape,
        aligned.some((a) => this.node(a).row),
      )
    );
  }
  neg(a: NodeId): NodeId {
    return this.apply("neg", [a]);
  }
  add(a: NodeId, b: NodeId): NodeId {
    return this.apply("add", [a, b]);
  }
  sub(a: NodeId, b: NodeId): NodeId {
    return this.apply("sub", [a, b]);
  }
  mul(a: NodeId, b: NodeId): NodeId {
    return this.apply("mul", [a, b]);
  }
  div(a: NodeId, b: NodeId): NodeId {
    return this.apply("div", [a, b]);
  }

  // ------------------------------------------------------------ shape

  /** The value as one that varies by row (it need not). */
  perRow(a: NodeId): NodeId {
    return this.node(a).row ? a : this.#intern("perRow", [a], none, this.shape(a), true);
  }
  /** A new axis at `axis`, along which the value repeats. */
  expand(a: NodeId, axis: number, dim: Dim): NodeId {
    const shape = this.shape(a);
    return this.#intern("expand", [a], { axis, dim }, shape.toSpliced(axis, 0, dim), this.node(a).row);
  }
  /** Leading axes added until the value has that shape (trailing axes must agree). */
  expandTo(a: NodeId, shape: Shape): NodeId {
    let id = a;
    for (let missing = shape.length - this.shape(a).length; missing > 0; missing--)
      id = this.expand(id, 0, shape[missing - 1] as Dim);
    if (!sameShape(this.shape(id), shape))
      throw new Error(`${showShape(this.shape(a))} does not broadcast to ${showShape(shape)}`);
    return id;
  }
  /** The two axes of a matrix, swapped. */
  transpose(a: NodeId): NodeId {
    const node = this.node(a);
    if (node.op === "transpose") return node.args[0] as NodeId;
    const [rows, columns] = node.shape as [Dim, Dim];
    return this.#intern("transpose", [a], none, [columns, rows], node.row);
  }
  /** Equal shapes, one after the other along a new first axis. */
  stack(args: readonly NodeId[]): NodeId {
    const shape = this.shape(args[0] as NodeId);
    for (const a of args) if (!sameShape(this.shape(a), shape)) throw new Error("stack: shapes differ");
    return this.#intern(
      "stack",
      args,
      none,
      [args.length, ...shape],
      args.some((a) => this.node(a).row),
    );
  }
  /** Position `index` (from 0) of the first axis. */
  pick(a: NodeId, index: number): NodeId {
    const node = this.node(a);
    if (node.op === "stack") return node.args[index] as NodeId;
    if (node.op === "expand" && node.attributes.axis === 0) return node.args[0] as NodeId;
    if (node.op === "iota") return this.constant(index);
    if (node.op === "place")
      return node.attributes.index === index ? (node.args[0] as NodeId) : this.constant(0, node.shape.slice(1));
    return this.#intern("pick", [a], { index }, node.shape.slice(1), node.row);
  }
  /** Zero but at position `index` of a new first axis: the adjoint of `pick`. */
  place(a: NodeId, index: number, dim: Dim): NodeId {
    if (this.constantValue(a) === 0) return this.constant(0, [dim, ...this.shape(a)]);
    return this.#intern("place", [a], { index, dim }, [dim, ...this.shape(a)], this.node(a).row);
  }
  /** `dim` positions of the first axis from `index`. */
  slice(a: NodeId, index: number, dim: Dim): NodeId {
    const node = this.node(a);
    if (index === 0 && sameDim(dim, node.shape[0] as Dim)) return a;
    if (this.constantValue(a) !== null)
      return this.constant(this.constantValue(a) as number, [dim, ...node.shape.slice(1)]);
    return this.#intern("slice", [a], { index, dim }, [dim, ...node.shape.slice(1)], node.row);
  }
  /** Zeros around, so that the first axis has `dim` positions and the value starts at `index`: the adjoint of `slice`. */
  pad(a: NodeId, index: number, dim: Dim): NodeId {
    const node = this.node(a);
    if (index === 0 && sameDim(dim, node.shape[0] as Dim)) return a;
    if (this.constantValue(a) === 0) return this.constant(0, [dim, ...node.shape.slice(1)]);
    return this.#intern("pad", [a], { index, dim }, [dim, ...node.shape.slice(1)], node.row);
  }
  /** The slice of the first axis at a computed position (a scalar, from 0). */
  gather(table: NodeId, index: NodeId): NodeId {
    const node = this.node(table);
    const at = this.constantValue(index);
    if (at !== null) return this.pick(table, at);
    if (node.op === "expand" && node.attributes.axis === 0) return node.args[0] as NodeId;
    if (node.op === "iota") return index;
    return this.#intern("gather", [table, index], none, node.shape.slice(1), node.row || this.node(index).row);
  }
  /** Zero but at a computed position of a new first axis: the adjoint of `gather`. */
  scatter(value: NodeId, index: NodeId, dim: Dim): NodeId {
    const at = this.constantValue(index);
    if (at !== null) return this.place(value, at, dim);
    if (this.constantValue(value) === 0) return this.constant(0, [dim, ...this.shape(value)]);
    const row = this.node(value).row || this.node(index).row;
    return this.#intern("scatter", [value, index], { dim }, [dim, ...this.shape(value)], row);
  }

  // ------------------------------------------------------------ reductions

  /** Sum, product, maximum or log-sum-exp along one axis. */
  reduce(op: "sum" | "prod" | "reduceMax" | "logsumexp", a: NodeId, axis: number): NodeId {
    const node = this.node(a);
    if (op === "sum") {
      const value = this.constantValue(a);
      if (value === 0) return this.constant(0, node.shape.toSpliced(axis, 1));
      if (node.op === "expand" && node.attributes.axis === axis) {
        const inner = node.args[0] as NodeId;
        return this.mul(this.size(node.attributes.dim as Dim), inner);
      }
      if ((node.op === "place" || node.op === "scatter") && axis === 0) return node.args[0] as NodeId;
      if (node.op === "neg") return this.neg(this.reduce("sum", node.args[0] as NodeId, axis));
    }
    return this.#intern(op, [a], { axis }, node.shape.toSpliced(axis, 1), node.row);
  }
  sum(a: NodeId, axis: number): NodeId {
    return this.reduce("sum", a, axis);
  }
  /** Sum over all axes (not over rows). */
  sumAll(a: NodeId): NodeId {
    let id = a;
    while (this.shape(id).length > 0) id = this.sum(id, this.shape(id).length - 1);
    return id;
  }
  /** Cumulative sum along the first axis. */
  cumsum(a: NodeId, reverse = false): NodeId {
    if (this.constantValue(a) === 0) return a;
    return this.#intern("cumsum", [a], { reverse }, this.shape(a), this.node(a).row);
  }
  /** Last axis of `a` against first axis of `b`: dot, matrix–vector, matrix–matrix. */
  contract(a: NodeId, b: NodeId): NodeId {
    const [left, right] = [this.shape(a), this.shape(b)];
    const shape = [...left.slice(0, -1), ...right.slice(1)];
    if (this.constantValue(a) === 0 || this.constantValue(b) === 0) return this.constant(0, shape);
    return this.#intern("contract", [a, b], none, shape, this.node(a).row || this.node(b).row);
  }
  root(a: NodeId): NodeId {
    return this.#intern("root", [a], none, this.shape(a), this.node(a).row);
  }
  /** Sum over rows; a value that does not vary by row is a compiler bug (its count would be lost). */
  sumRows(a: NodeId): NodeId {
    if (!this.node(a).row && this.constantValue(a) !== 0)
      throw new Error("sumRows of a value that is the same for all rows");
    if (this.constantValue(a) === 0) return this.constant(0, this.shape(a));
    return this.#intern("sumRows", [a], none, this.shape(a), false);
  }

  #intern(op: Op, args: readonly NodeId[], attributes: Attributes, shape: Shape, row: boolean): NodeId {
    const key = `${op}(${args.join()})${attributeKey(attributes)}${args.length === 0 ? showShape(shape) : ""}`;
    const found = this.#index.get(key);
    if (found !== undefined) return found;
    const id = this.nodes.length as NodeId;
    this.nodes.push({ op, args, attributes, shape, row });
    this.#index.set(key, id);
    return id;
  }
}

function attributeKey(a: Attributes): string {
  const value = a.value === undefined ? "" : Object.is(a.value, -0) ? "-0" : String(a.value);
  const dim = a.dim === undefined ? "" : showDim(a.dim);
  return `${value}|${a.name ?? ""}|${a.index ?? ""}|${a.axis ?? ""}|${dim}|${a.order ?? ""}|${a.reverse ? "r" : ""}`;
}

/** What `rewrite` does to leaves: return a replacement, or null to keep the leaf (with its dimensions bound). */
export type LeafMap = (node: Node, into: GraphBuilder) => NodeId | null;

/**
 * Rebuilds the nodes that `roots` need in another (or the same) builder, with leaves replaced and named
 * dimensions bound; simplification happens again on the way. `replace` may put
 * something else in the place of an inner node. Returns the new ids of the roots.
 */
export function rewrite(
  from: Graph,
  roots: readonly NodeId[],
  into: GraphBuilder,
  leaves: LeafMap = () => null,
  dims: ReadonlyMap<string, number> = new Map(),
  replace: (node: Node, args: readonly NodeId[], into: GraphBuilder) => NodeId | null = () => null,
): NodeId[] {
  const done = new Map<NodeId, NodeId>();
  for (const id of order(from, roots)) {
    const node = from.nodes[id] as Node;
    const args = node.args.map((a) => done.get(a) as NodeId);
    done.set(id, replace(node, args, into) ?? rebuild(node, args, into, leaves, dims));
  }
  return roots.map((root) => done.get(root) as NodeId);
}

/** The nodes that `roots` depend on, roots included, every node after its arguments. */
export function order(graph: Graph, roots: readonly NodeId[]): NodeId[] {
  const seen = new Set<NodeId>();
  const stack = [...roots];
  while (stack.length > 0) {
    const id = stack.pop() as NodeId;
    if (seen.has(id)) continue;
    seen.add(id);
    stack.push(...(graph.nodes[id] as Node).args);
  }
  return [...seen].sort((a, b) => a - b); // ids grow from arguments to results
}

function rebuild(
  node: Node,
  args: readonly NodeId[],
  g: GraphBuilder,
  leaves: LeafMap,
  dims: ReadonlyMap<string, number>,
): NodeId {
  const bound = (dim: Dim | undefined): Dim => bindDim(dim as Dim, dims);
  const [a, b] = args as [NodeId, NodeId];
  const { axis = 0, index = 0, name = "", dim, value = 0 } = node.attributes;
  if (info(node.op).kind === "leaf") {
    const replaced = leaves(node, g);
    if (replaced !== null) return replaced;
  }
  const shape = node.shape.map(bound);
  switch (node.op) {
    case "const":
      return g.constant(value);
    case "param":
      return g.param(name, shape);
    case "column":
      return g.column(name, shape);
    case "once":
      return g.once(name, shape);
    case "learnt":
      return g.learnt(name, shape);
    case "slot":
      return g.slot(index, shape, node.row);
    case "lane":
      return g.lane();
    case "tangent":
      return g.tangent(name, shape);
    case "noise":
      return g.noise(name, shape);
    case "size":
      return g.size(bound(dim));
    case "iota":
      return g.iota(bound(dim));
    case "perRow":
      return g.perRow(a);
    case "expand":
      return g.expand(a, axis, bound(dim));
    case "transpose":
      return g.transpose(a);
    case "stack":
      return g.stack(args);
    case "pick":
      return g.pick(a, index);
    case "place":
      return g.place(a, index, bound(dim));
    case "slice":
      return g.slice(a, index, bound(dim));
    case "pad":
      return g.pad(a, index, bound(dim));
    case "gather":
      return g.gather(a, b);
    case "scatter":
      return g.scatter(a, b, bound(dim));
    case "sum":
    case "prod":
    case "reduceMax":
    case "logsumexp":
      return g.reduce(node.op, a, axis);
    case "cumsum":
      return g.cumsum(a, node.attributes.reverse ?? false);
    case "contract":
      return g.contract(a, b);
    case "root":
      return g.root(a);
    case "sumRows":
      return g.sumRows(a);
    default:
      return g.apply(node.op, args, node.attributes);
  }
}

/** Number of positions of a bound first axis. */
export function leading(shape: Shape): number {
  return known(shape[0] as Dim);
}
