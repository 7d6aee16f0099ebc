// Values of graph nodes as expressions of the loops: where each lies, or how it is computed at given positions.

import {
  elements,
  type Graph,
  info,
  known,
  type Node,
  type NodeId,
  type Precision,
  type Region,
  type Step,
} from "../../ir/index.ts";
import { apply, type Float, type Int, index, int, load, number, plus, type Statement, times } from "./loop.ts";

/** Positions along the axes of a value. */
export type Positions = readonly Int[];

/** Where the statements of a value go: once a row in `inner`, once a position in `outer`. */
export interface Place {
  readonly outer: Statement[];
  readonly inner: Statement[] | null;
  readonly known: Map<string, Float>;
}

export class Values {
  readonly graph: Graph;
  readonly capacity: number;
  readonly precision: Precision;
  /** Values that lie in memory, by their regions. */
  readonly stored = new Map<NodeId, Region>();
  /** Scalars that are the same for all rows, as locals of the procedure (or of the lane loop they are in). */
  scalars = new Map<NodeId, Float>();
  /** First double that no region has. */
  end: number;
  readonly #step: Step;
  #names = 0;

  constructor(step: Step) {
    this.#step = step;
    this.graph = step.graph;
    this.capacity = step.layout.capacity;
    this.precision = step.precision ?? "double";
    this.end = step.layout.length;
  }

  available(id: NodeId): boolean {
    return this.stored.has(id) || this.scalars.has(id);
  }

  /** Values that are not to be used again. */
  forget(ids: Iterable<NodeId>): void {
    for (const id of ids) {
      this.scalars.delete(id);
      this.stored.delete(id);
    }
  }

  /** Runs `work`; what it stores and names is forgotten afterwards. */
  within(work: () => void): void {
    const [scalars, stored] = [new Map(this.scalars), new Map(this.stored)];
    work();
    this.scalars = scalars;
    this.stored.clear();
    for (const [id, region] of stored) this.stored.set(id, region);
  }

  /** Where a value lies as a whole, row-major, if it does. */
  regionOf(id: NodeId): Region | null {
    const stored = this.stored.get(id);
    if (stored !== undefined) return stored;
    const { layout, parameters } = this.#step;
    const { op, attributes } = this.node(id);
    if (op === "column") return layout.columns.get(attributes.name as string) ?? null;
    if (op === "noise") return layout.noise.get(attributes.name as string) ?? null;
    if (op === "once") return layout.once.get(attributes.name as string) ?? null;
    if (op === "learnt") return layout.learnt.get(attributes.name as string) ?? null;
    const place = op === "param" || op === "tangent" ? parameters.find((p) => p.name === attributes.name) : undefined;
    if (place === undefined) return null;
    const start = op === "param" ? layout.state.phi : layout.state.tangent;
    return { name: place.name, offset: start.offset + place.first, length: place.size };
  }

  /** The value of a node at some positions, as an expression; shared scalars of the place become locals. */
  value(id: NodeId, positions: Positions, place: Place): Float {
    const scalar = this.scalars.get(id);
    if (scalar !== undefined) return scalar;
    const key = keyOf(id, positions);
    const found = place.known.get(key);
    if (found !== undefined) return found;
    const node = this.node(id);
    const value = this.#expression(id, node, positions, place);
    if (value.kind === "number" || value.kind === "local") return value;
    // what does not vary by row is evaluated outside the loop over rows
    const hoisted = !node.row && place.inner !== null && !usesRow(value);
    const target = hoisted ? place.outer : (place.inner ?? place.outer);
    if (!hoisted && value.kind === "load") return value;
    const local = this.local(value, target);
    place.known.set(key, local);
    return local;
  }

  #expression(id: NodeId, node: Node, positions: Positions, place: Place): Float {
    const stored = this.stored.get(id);
    if (stored !== undefined) return load(this.address(stored.offset, id, positions));
    const { layout, parameters } = this.#step;
    const { attributes, args } = node;
    const [first] = args as [NodeId];
    const at = (offset: number): Float => load(this.address(offset, id, positions));
    const region = (regions: ReadonlyMap<string, Region>): number => {
      const found = regions.get(attributes.name as string);
      if (found === undefined) throw new Error(`no memory for ${node.op} ${attributes.name}`);
      return found.offset;
    };
    const inPhi = (start: Region): number => {
      const found = parameters.find((p) => p.name === attributes.name);
      if (found === undefined) throw new Error(`no place for parameter ${attributes.name}`);
      return start.offset + found.first;
    };
    switch (node.op) {
      case "const":
        return number(attributes.value as number);
      case "lane":
        return { kind: "fromInt", of: index("lane") };
      case "iota":
        return { kind: "fromInt", of: positions[0] as Int };
      case "param":
        return at(inPhi(layout.state.phi));
      case "tangent":
        return at(inPhi(layout.state.tangent));
      case "column":
        return at(region(layout.columns));
      case "noise":
        return at(region(layout.noise));
      case "once":
        return at(region(layout.once));
      case "learnt":
        return at(region(layout.learnt));
      case "perRow":
        return this.value(first, positions, place);
      case "expand":
        return this.value(first, positions.toSpliced(attributes.axis as number, 1), place);
      case "transpose":
        return this.value(first, positions.toReversed(), place);
      case "pick":
        return this.value(first, [int(attributes.index as number), ...positions], place);
      case "slice":
        return this.value(
          first,
          [plus(positions[0] as Int, int(attributes.index as number)), ...positions.slice(1)],
          place,
        );
      case "gather": {
        const position: Int = { kind: "truncate", of: this.value(args[1] as NodeId, [], place) };
        return this.value(first, [position, ...positions], place);
      }
      case "place":
      case "pad":
      case "scatter":
        return this.#hole(node, positions, place);
      case "stack": {
        const position = positions[0] as Int;
        if (position.kind !== "int") throw new Error("a stack is read from memory");
        return this.value(args[position.value] as NodeId, positions.slice(1), place);
      }
      default:
        if (info(node.op).kind !== "elementwise") throw new Error(`${node.op} is not an expression`);
        return apply(
          node.op,
          args.map((a) => this.value(a, positions, place)),
          attributes.order ?? 0,
        );
    }
  }

  /** place, pad, scatter read at any position: the value inside, zero elsewhere. */
  #hole(node: Node, positions: Positions, place: Place): Float {
    const [first, position] = node.args as [NodeId, NodeId];
    const [head, ...rest] = positions as [Int, ...Int[]];
    const here: Float = { kind: "fromInt", of: head };
    if (node.op === "scatter") {
      const inside = apply("eq", [here, this.value(position, [], place)]);
      return apply("select", [inside, this.value(first, rest, place), number(0)]);
    }
    const from = node.attributes.index as number;
    if (node.op === "place") {
      if (head.kind === "int") return head.value === from ? this.value(first, rest, place) : number(0);
      return apply("select", [apply("eq", [here, number(from)]), this.value(first, rest, place), number(0)]);
    }
    const size = known(this.node(first).shape[0] as number);
    const clamped: Float = apply("max", [
      number(0),
      apply("min", [number(size - 1), apply("sub", [here, number(from)])]),
    ]);
    const inside = apply("and", [apply("le", [number(from), here]), apply("lt", [here, number(from + size)])]);
    return apply("select", [inside, this.value(first, [{ kind: "truncate", of: clamped }, ...rest], place), number(0)]);
  }

  /** base + position (× capacity + row where the node varies by row). */
  address(base: number, id: NodeId, positions: Positions): Int {
    const node = this.node(id);
    const element = flat(node, positions);
    if (!node.row) return plus(int(base), element);
    return plus(plus(int(base), times(this.#step.layout.capacity, element)), index("r"));
  }

  allot(id: NodeId): Region {
    const node = this.node(id);
    const length = elements(node.shape) * (node.row ? this.#step.layout.capacity : 1);
    const region = this.reserve(`node ${id}`, length);
    this.stored.set(id, region);
    return region;
  }

  /** Memory that nothing else has. */
  reserve(name: string, length: number): Region {
    const region = { name, offset: this.end, length };
    this.end += length;
    return region;
  }

  local(value: Float, into: Statement[]): Float {
    if (value.kind === "local" || value.kind === "number") return value;
    const name = this.name("v");
    into.push({ kind: "let", name, value, mutable: false });
    return { kind: "local", name };
  }

  name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }
  node(id: NodeId): Node {
    return this.graph.nodes[id] as Node;
  }
}

/** A value at some positions. */
export function keyOf(id: NodeId, positions: Positions): string {
  return `${id}@${JSON.stringify(positions)}`;
}

/** Row-major position of an element. */
export function flat(node: Node, positions: Positions): Int {
  let result = int(0);
  for (const [axis, position] of positions.entries())
    result = plus(result, times(elements(node.shape.slice(axis + 1)), position));
  return result;
}

function usesRow(value: Float): boolean {
  switch (value.kind) {
    case "number":
    case "local":
    case "rows":
      return false;
    case "load":
    case "fromInt":
      return intUsesRow(value.kind === "load" ? value.at : value.of);
    case "apply":
      return value.args.some(usesRow);
  }
}

function intUsesRow(value: Int): boolean {
  switch (value.kind) {
    case "int":
      return false;
    case "index":
      return value.name === "r";
    case "plus":
      return intUsesRow(value.left) || intUsesRow(value.right);
    case "times":
      return intUsesRow(value.of);
    case "truncate":
      return usesRow(value.of);
  }
}
