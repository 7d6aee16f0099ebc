// Contractions that routines compute: a matrix or a vector that is the same for all rows times a vector of each row, and
// sums over rows of products of vectors of the row. Their arguments lie in memory, or are parts of what does.

import { elements, known, type Node, type NodeId, type Region, type Routine, type Shape } from "../../ir/index.ts";
import type { Sink } from "./analyse.ts";
import { apply, index, int, load, plus, type Statement, times } from "./loop.ts";
import { factorsOf } from "./outer.ts";
import type { Values } from "./values.ts";

/** Where a value lies: its elements, or each element's run of rows, at these strides. */
interface Found {
  readonly region: Region;
  readonly strides: readonly number[];
}

/** Entries of a matrix below which loops of its own are as fast as a product of matrices. */
const few = 64;

/** Lines of a matrix below which each is a sum of columns. */
const flat = 4;

export class Products {
  readonly #values: Values;
  constructor(values: Values) {
    this.#values = values;
  }

  /** Where the elements of a value lie, through transposes and parts of the first axis. */
  #find(id: NodeId): Found | null {
    const node = this.#values.node(id);
    const region = this.#values.regionOf(id);
    if (region !== null) return { region, strides: rowMajor(node.shape) };
    if (node.op !== "transpose" && node.op !== "pick" && node.op !== "slice") return null;
    const inner = this.#find(node.args[0] as NodeId);
    if (inner === null) return null;
    if (node.op === "transpose") return { region: inner.region, strides: inner.strides.toReversed() };
    const [apart = 0, ...rest] = inner.strides;
    const each = node.row ? this.#values.capacity : 1;
    const offset = inner.region.offset + (node.attributes.index as number) * apart * each;
    return {
      region: { name: inner.region.name, offset, length: elements(node.shape) * each },
      strides: node.op === "pick" ? rest : inner.strides,
    };
  }

  /** Where a vector's elements, or a scalar, lie one after the other. */
  #vector(id: NodeId): Region | null {
    const found = this.#find(id);
    return found === null || (found.strides[0] ?? 1) !== 1 ? null : found.region;
  }

  // ------------------------------------------------------------ contractions

  /** The vector of each row that something which lies in memory and is the same for all rows is multiplied with. */
  #vectorOf(contraction: Node): NodeId | null {
    const [a, b] = contraction.args as [NodeId, NodeId];
    const [left, right] = [this.#values.node(a), this.#values.node(b)];
    if (left.row === right.row) return null;
    const [varying, fixed] = left.row ? [left, right] : [right, left];
    const [lines = 1] = contraction.shape.map(known);
    const small = lines >= flat && elements(fixed.shape) < few;
    if (varying.shape.length !== 1 || small || this.#find(left.row ? b : a) === null) return null;
    return left.row ? a : b;
  }

  /** The vector of the row that a routine for a matrix needs in memory, where it is not. */
  missing(contraction: Node): NodeId | null {
    const vector = contraction.shape.length === 1 ? this.#vectorOf(contraction) : null;
    return vector !== null && this.#vector(vector) === null ? vector : null;
  }

  /** Routines for a contraction whose vector of the row is in memory. */
  contraction(node: Node, target: Region): readonly Routine[] | null {
    const vector = this.#vectorOf(node);
    if (vector === null) return null;
    const [a, b] = node.args as [NodeId, NodeId];
    const factors = this.#vector(vector);
    const fixed = this.#find(vector === a ? b : a);
    if (factors === null || fixed === null) return null;
    const inner = known(this.#values.node(vector).shape[0] as number);
    if (node.shape.length === 0) {
      if (fixed.strides[0] !== 1) return null;
      return [{ name: "combineRows", target, factors, weights: fixed.region, size: inner }];
    }
    if (node.shape.length !== 1) return null;
    const size = known(node.shape[0] as number);
    // as size × inner
    const [line, column] = (vector === b ? fixed.strides : fixed.strides.toReversed()) as [number, number];
    const straight = column === 1 && (line === inner || size === 1);
    if (!straight && !(line === 1 && (column === size || inner === 1))) return null;
    const { precision, capacity } = this.#values;
    if (!straight || size >= flat)
      return [
        { name: "multiplyRows", target, matrix: fixed.region, factors, size, inner, transposed: !straight, precision },
      ];
    return Array.from({ length: size }, (_, i) => {
      const weights = lineOf(fixed.region, i, inner);
      return { name: "combineRows", target: lineOf(target, i, capacity), factors, weights, size: inner };
    });
  }

  // ------------------------------------------------------------ sums over rows

  /** A sum over rows of a product of vectors and scalars of the row; `into` gets what the routine needs first. */
  sum(sink: Sink, into: Statement[]): Routine | null {
    if (sink.kind !== "sum" || sink.scattered.length > 0 || sink.laneStride !== 0) return null;
    const factored = factorsOf(this.#values.graph, sink.value);
    if (factored === null) return null;
    const { shape } = this.#values.node(sink.value);
    const [size, columns = 1] = shape.map(known) as [number, number?];
    const all = [factored.left, factored.right, factored.weight];
    const found = all.map((ids) => ids.map((id) => (this.#values.node(id).row ? this.#vector(id) : null)));
    if (found.some((regions) => regions.includes(null))) return null;
    const factor = sink.negate ? -factored.factor : factored.factor;
    const start = sink.region.offset + sink.at + sink.offset;
    const target = { name: sink.region.name, offset: start, length: size * columns };
    const [lefts, rights, weights] = found as [Region[], Region[], Region[]];
    const [left, right, weight] = [lefts[0], rights[0], weights[0]];
    if (left === undefined) return null;
    if (shape.length === 1) {
      if (weight === undefined || lefts.length + weights.length > 2 || factor !== 1) return null;
      return { name: "dotRows", target, factors: left, weight, size };
    }
    if (right === undefined || columns === 1) return null;
    return {
      name: "crossUpdate",
      target,
      left: this.#product(lefts, size, into) ?? left,
      right: this.#product(rights, columns, into) ?? right,
      weight: this.#product(weights, 1, into),
      leftSize: size,
      rightSize: columns,
      factor,
      precision: this.#values.precision,
    };
  }

  /** Vectors of the row multiplied element by element, in memory of their own where there are several. */
  #product(regions: readonly Region[], size: number, into: Statement[]): Region | null {
    const [first, ...rest] = regions;
    if (first === undefined || rest.length === 0) return first ?? null;
    const { capacity } = this.#values;
    const target = this.#values.reserve("product", size * capacity);
    const at = ({ offset }: Region): ReturnType<typeof plus> =>
      plus(plus(int(offset), times(capacity, index("i0"))), index("r"));
    const value = rest.reduce((product, region) => apply("mul", [product, load(at(region))]), load(at(first)));
    const store: Statement = { kind: "store", at: at(target), value, add: false };
    into.push({
      kind: "for",
      index: "i0",
      count: size,
      body: [{ kind: "for", index: "r", count: "rows", body: [store] }],
    });
    return target;
  }
}

function lineOf({ name, offset }: Region, i: number, length: number): Region {
  return { name, offset: offset + i * length, length };
}

function rowMajor(shape: Shape): number[] {
  return shape.map((_, axis) => elements(shape.slice(axis + 1)));
}
