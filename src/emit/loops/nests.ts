// Loop nests: one for each group of values that share a shape, and one for each reduction, stack or running sum.

import { known, type Node, type NodeId, type Region } from "../../ir/index.ts";
import type { Group, Sink } from "./analyse.ts";
import { apply, type Float, type Int, index, int, load, number, plus, type Statement, times } from "./loop.ts";
import { Products } from "./products.ts";
import { flat, keyOf, type Place, type Positions, type Values } from "./values.ts";

export class Nests {
  readonly #values: Values;
  readonly #products: Products;
  constructor(values: Values) {
    this.#values = values;
    this.#products = new Products(values);
  }

  /** The loops of one group: its members' values, then what of them is stored or summed. */
  nest(group: Group, stored: ReadonlySet<NodeId>, into: Statement[]): void {
    const axes = group.shape.map((_, axis) => `i${axis}`);
    const positions = axes.map(index);
    const scalar = !group.row && axes.length === 0;
    const outer: Statement[] = scalar ? into : [];
    const inner: Statement[] | null = group.row ? [] : null;
    const place: Place = { outer, inner, known: new Map() };
    const target = inner ?? outer;
    for (const id of group.members) {
      const node = this.#values.node(id);
      const value = apply(
        node.op,
        node.args.map((a) => this.#values.value(a, positions, place)),
        node.attributes.order ?? 0,
      );
      const local = this.#values.local(value, target);
      place.known.set(keyOf(id, positions), local);
      if (scalar) this.#values.scalars.set(id, local);
      else if (stored.has(id)) {
        const region = this.#values.allot(id);
        target.push({
          kind: "store",
          at: this.#values.address(region.offset, id, positions),
          value: local,
          add: false,
        });
      }
    }
    const before: Statement[] = [];
    const after: Statement[] = [];
    // routines read what the loops of this group store, so they follow them
    const routines: Statement[] = [];
    for (const sink of group.sinks) {
      const routine = this.#products.sum(sink, routines);
      if (routine === null) this.#sink(sink, positions, place, before, after);
      else routines.push({ kind: "routine", routine });
    }
    if (inner === null) {
      nestInto(into, axes, group.shape.map(known), scalar ? [] : outer);
      return;
    }
    const needed = withoutUnused(inner);
    if (needed.length > 0) {
      const rows: Statement = { kind: "for", index: "r", count: "rows", body: needed };
      nestInto(into, axes, group.shape.map(known), [...outer, ...before, rows, ...after]);
    }
    into.push(...routines);
  }

  #sink(sink: Sink, positions: Positions, place: Place, before: Statement[], after: Statement[]): void {
    const node = this.#values.node(sink.value);
    const target = place.inner ?? place.outer;
    let value = this.#values.value(sink.value, positions, place);
    if (sink.negate) value = apply("neg", [value]);
    let element = plus(int(sink.offset), flat(node, positions));
    for (const { position, stride } of sink.scattered)
      element = plus(element, times(stride, { kind: "truncate", of: this.#values.value(position, [], place) }));
    const start = outputStart(sink.region, sink.at, sink.laneStride);
    if (sink.kind === "store") {
      const at = place.inner === null ? element : plus(times(this.#values.capacity, element), index("r"));
      target.push({ kind: "store", at: plus(start, at), value, add: sink.add });
      return;
    }
    if (sink.scattered.length > 0) {
      target.push({ kind: "store", at: plus(start, element), value, add: true });
      return;
    }
    const name = this.#values.name("s");
    before.push({ kind: "let", name, value: number(0), mutable: true });
    target.push({ kind: "assign", name, value: apply("add", [{ kind: "local", name }, value]) });
    after.push({ kind: "store", at: plus(start, element), value: { kind: "local", name }, add: true });
  }

  // ------------------------------------------------------------ reductions and stacks

  whole(id: NodeId, into: Statement[]): void {
    const node = this.#values.node(id);
    const region = this.#values.allot(id);
    switch (node.op) {
      case "stack":
        for (const [k, arg] of node.args.entries()) this.#fill(id, region, arg, k, into);
        return;
      case "root": {
        const source =
          this.#values.stored.get(node.args[0] as NodeId) ?? this.#materialise(node.args[0] as NodeId, into);
        into.push({
          kind: "routine",
          routine: { name: "rootRows", target: region, source, size: known(node.shape[0] as number) },
        });
        return;
      }
      case "cumsum":
        this.#running(id, region, into);
        return;
      case "contract": {
        const missing = this.#products.missing(node);
        if (missing !== null) this.#materialise(missing, into);
        const routines = this.#products.contraction(node, region);
        if (routines !== null) {
          for (const routine of routines) into.push({ kind: "routine", routine });
          return;
        }
        const [a, b] = node.args as [NodeId, NodeId];
        const left = this.#values.node(a).shape.length - 1;
        const count = known(this.#values.node(b).shape[0] as number);
        this.#fold(id, region, count, into, (positions, k, place) =>
          apply("mul", [
            this.#values.value(a, [...positions.slice(0, left), k], place),
            this.#values.value(b, [k, ...positions.slice(left)], place),
          ]),
        );
        return;
      }
      default: {
        const [a, axis] = [node.args[0] as NodeId, node.attributes.axis as number];
        const count = known(this.#values.node(a).shape[axis] as number);
        this.#fold(id, region, count, into, (positions, k, place) =>
          this.#values.value(a, positions.toSpliced(axis, 0, k), place),
        );
      }
    }
  }

  /** target[positions] ← op over k of term(positions, k). */
  #fold(
    id: NodeId,
    region: Region,
    count: number,
    into: Statement[],
    term: (positions: Positions, k: Int, place: Place) => Float,
  ): void {
    const node = this.#values.node(id);
    const [op, start] = foldOf(node);
    const axes = node.shape.map((_, axis) => `i${axis}`);
    const positions = axes.map(index);
    const at = this.#values.address(region.offset, id, positions);
    if (!node.row) {
      const name = this.#values.name("t");
      const body: Statement[] = [];
      const value = term(positions, index("k"), { outer: body, inner: null, known: new Map() });
      body.push({ kind: "assign", name, value: apply(op, [{ kind: "local", name }, value]) });
      const whole: Statement[] = [
        { kind: "let", name, value: number(start), mutable: true },
        { kind: "for", index: "k", count, body },
        { kind: "store", at, value: { kind: "local", name }, add: false },
      ];
      nestInto(into, axes, node.shape.map(known), whole);
      if (axes.length === 0) this.#values.scalars.set(id, { kind: "local", name });
      return;
    }
    const outer: Statement[] = [];
    const inner: Statement[] = [];
    const value = term(positions, index("k"), { outer, inner, known: new Map() });
    const first: Statement[] = [{ kind: "store", at, value: number(start), add: false }];
    inner.push(
      op === "add"
        ? { kind: "store", at, value, add: true }
        : { kind: "store", at, value: apply(op, [load(at), value]), add: false },
    );
    nestInto(into, axes, node.shape.map(known), [
      { kind: "for", index: "r", count: "rows", body: first },
      { kind: "for", index: "k", count, body: [...outer, { kind: "for", index: "r", count: "rows", body: inner }] },
    ]);
  }

  /** Cumulative sums along the first axis, forwards or backwards. */
  #running(id: NodeId, region: Region, into: Statement[]): void {
    const node = this.#values.node(id);
    const size = known(node.shape[0] as number);
    const reverse = node.attributes.reverse ?? false;
    const rest = node.shape.slice(1).map((_, axis) => `i${axis}`);
    for (let k = 0; k < size; k++) {
      const position = reverse ? size - 1 - k : k;
      const positions = [int(position), ...rest.map(index)];
      const before = [int(position + (reverse ? 1 : -1)), ...rest.map(index)];
      const outer: Statement[] = [];
      const inner: Statement[] | null = node.row ? [] : null;
      const place: Place = { outer, inner, known: new Map() };
      let value = this.#values.value(node.args[0] as NodeId, positions, place);
      if (k > 0) value = apply("add", [load(this.#values.address(region.offset, id, before)), value]);
      (inner ?? outer).push({
        kind: "store",
        at: this.#values.address(region.offset, id, positions),
        value,
        add: false,
      });
      const body: Statement[] =
        inner === null ? outer : [...outer, { kind: "for", index: "r", count: "rows", body: inner }];
      nestInto(into, rest, node.shape.slice(1).map(known), body);
    }
  }

  /** Slice `k` of a stored value ← `arg`. */
  #fill(id: NodeId, region: Region, arg: NodeId, k: number | null, into: Statement[]): void {
    const source = this.#values.node(arg);
    const axes = source.shape.map((_, axis) => `i${axis}`);
    const positions = axes.map(index);
    const outer: Statement[] = [];
    const inner: Statement[] | null = this.#values.node(id).row ? [] : null;
    const value = this.#values.value(arg, positions, { outer, inner, known: new Map() });
    const at = this.#values.address(region.offset, id, k === null ? positions : [int(k), ...positions]);
    (inner ?? outer).push({ kind: "store", at, value, add: false });
    const body: Statement[] =
      inner === null ? outer : [...outer, { kind: "for", index: "r", count: "rows", body: inner }];
    nestInto(into, axes, source.shape.map(known), body);
  }

  /** A view or leaf written out, where a routine needs it in memory. */
  #materialise(id: NodeId, into: Statement[]): Region {
    const region = this.#values.allot(id);
    this.#values.stored.delete(id);
    this.#fill(id, region, id, null, into);
    this.#values.stored.set(id, region);
    return region;
  }
}

/** The statements of a loop's body but locals that nothing reads. */
function withoutUnused(body: readonly Statement[]): Statement[] {
  const used = new Set<string>();
  const note = (value: Float): void => {
    if (value.kind === "local") used.add(value.name);
    if (value.kind === "apply") value.args.forEach(note);
    if (value.kind === "load") within(value.at);
    if (value.kind === "fromInt") within(value.of);
  };
  const within = (value: Int): void => {
    if (value.kind === "truncate") note(value.of);
    if (value.kind === "times") within(value.of);
    if (value.kind === "plus") [value.left, value.right].forEach(within);
  };
  const kept = body.toReversed().filter((statement) => {
    if (statement.kind === "let" && !used.has(statement.name)) return false;
    if ("value" in statement) note(statement.value);
    if ("at" in statement) within(statement.at);
    return true;
  });
  return kept.reverse();
}

/** First address of an output, for the lane in hand. */
export function outputStart(region: Region, at: number, laneStride: number): Int {
  return plus(int(region.offset + at), times(laneStride, index("lane")));
}

function foldOf(node: Node): readonly ["add" | "mul" | "max", number] {
  switch (node.op) {
    case "prod":
      return ["mul", 1];
    case "reduceMax":
      return ["max", Number.NEGATIVE_INFINITY];
    case "sum":
    case "contract":
      return ["add", 0];
    default:
      throw new Error(`${node.op} is not a reduction over positions`);
  }
}

function nestInto(
  into: Statement[],
  axes: readonly string[],
  counts: readonly number[],
  body: readonly Statement[],
): void {
  let nested = body;
  for (let axis = axes.length - 1; axis >= 0; axis--)
    nested = [{ kind: "for", index: axes[axis] as string, count: counts[axis] as number, body: nested }];
  into.push(...nested);
}
