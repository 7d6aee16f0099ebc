// What an expression is while it is elaborated: a node of the graph with what the checker knows of it. Inside
// `sum(… for k in 1..p)` over a symbolic range a value may be lifted: it stands for all positions of the loop
// at once, one leading axis (a lane) a loop, as `vmap` does, so that no range need be known to be written out.

import { type Dim, type GraphBuilder, type NodeId, type Shape, sameDim } from "../ir/index.ts";
import type { Support } from "./support.ts";

/** A loop whose positions a lifted value covers; outer loops have smaller ids. */
export interface Lane {
  readonly id: number;
  readonly dim: Dim;
}

/** Structured arrays that some arguments ask for. */
export type Structure = "simplex" | "ordered";

export interface NumberValue {
  readonly kind: "number";
  /** Of shape [...lanes, ...shape]. */
  readonly node: NodeId;
  readonly shape: Shape;
  readonly lanes: readonly Lane[];
  readonly support: Support;
  readonly structure: Structure | null;
  /** `real?` data inside: the value is a stand-in on rows where one of them is missing. */
  readonly missing: readonly string[];
  /** The same whole number as a dimension, where it is one: `K`, `p`, `p - 1`. */
  readonly extent: Dim | null;
  /** A whole number from 1 whose position from 0 is at hand (a category's level). */
  readonly position: NodeId | null;
  /** The category that each dimension is declared by, where one is; null for a value without any. */
  readonly axes: readonly (string | null)[] | null;
  /** A loop variable plus a constant: the value at position i of the lane is i + start. */
  readonly affine: { readonly lane: Lane; readonly start: number } | null;
}

export interface CategoryValue {
  readonly kind: "category";
  readonly name: string;
  /** Level code from 0, a scalar. */
  readonly node: NodeId;
  readonly dim: Dim;
  readonly missing: readonly string[];
}

export type Value = NumberValue | CategoryValue;

type Extra = Partial<Pick<NumberValue, "lanes" | "structure" | "missing" | "extent" | "position" | "axes" | "affine">>;

/** A number with nothing special about it but what is given. */
export function number(node: NodeId, shape: Shape, support: Support, extra: Extra = {}): NumberValue {
  return {
    kind: "number",
    node,
    shape,
    lanes: [],
    support,
    structure: null,
    missing: [],
    extent: null,
    position: null,
    axes: null,
    affine: null,
    ...extra,
  };
}

/** Names of `real?` data in any of the values, once each. */
export function missingIn(values: readonly Value[]): readonly string[] {
  return [...new Set(values.flatMap((v) => v.missing))];
}

/** All lanes of the values, outer loops first. */
export function lanesOf(values: readonly NumberValue[]): readonly Lane[] {
  const all = new Map<number, Lane>();
  for (const value of values) for (const lane of value.lanes) all.set(lane.id, lane);
  return [...all.values()].sort((a, b) => a.id - b.id);
}

/** Shape of the node of a value with those lanes and that own shape. */
export function fullShape(lanes: readonly Lane[], shape: Shape): Shape {
  return [...lanes.map((lane) => lane.dim), ...shape];
}

/** The common shape of values under broadcasting over trailing dimensions; a pair that does not fit otherwise. */
export function broadcastShape(shapes: readonly Shape[]): Shape | readonly [Shape, Shape] {
  let common: Shape = [];
  for (const shape of shapes) {
    const [long, short] = shape.length > common.length ? [shape, common] : [common, shape];
    const tail = long.slice(long.length - short.length);
    if (!short.every((dim, axis) => sameDim(dim, tail[axis] as Dim))) return [common, shape] as const;
    common = long;
  }
  return common;
}

/** Whether `broadcastShape` found no common shape. */
export function clash(result: Shape | readonly [Shape, Shape]): result is readonly [Shape, Shape] {
  return Array.isArray(result[0]);
}

/** The node of a value with missing lanes and leading dimensions expanded. */
export function spread(g: GraphBuilder, value: NumberValue, lanes: readonly Lane[], shape: Shape): NodeId {
  let node = value.node;
  for (const [position, lane] of lanes.entries())
    if (!value.lanes.some((own) => own.id === lane.id)) node = g.expand(node, position, lane.dim);
  for (let axis = shape.length - value.shape.length - 1; axis >= 0; axis--)
    node = g.expand(node, lanes.length, shape[axis] as Dim);
  return node;
}
