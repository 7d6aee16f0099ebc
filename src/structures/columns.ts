// The score factors of a batch side by side: a column of rows a coordinate.

import { elements, type NodeId, type Output, type ParameterPlace, type Region } from "../ir/index.ts";
import { type Factors, part, type StepSink } from "./structure.ts";

/** Columns in memory, one a coordinate, each `capacity` doubles apart. */
export interface Columns {
  readonly region: Region;
  /** Coordinates, counted from `first` of the block, of the columns in order. */
  readonly positions: readonly number[];
}

/** What of `factors` belongs to some parameters, as columns; columns of parameters that are not touched are left out. */
export function touchedColumns(
  sink: StepSink,
  places: readonly ParameterPlace[],
  first: number,
  factors: Factors,
): Columns {
  const touched = places.filter((place) => factors.parts.has(place.name));
  const size = places.reduce((sum, place) => sum + place.size, 0);
  const region = sink.scratch("factors", size * sink.capacity);
  const positions = touched.flatMap((p) => Array.from({ length: p.size }, (_, k) => p.first - first + k));
  const outputs: Output[] = [];
  let at = 0;
  for (const place of touched) {
    outputs.push(columnOutput(sink, place, factors.parts.get(place.name) as NodeId, region, at));
    at += place.size * sink.capacity;
  }
  sink.emit({ kind: "compute", outputs });
  return { region, positions };
}

/** A part's columns, written from `at` on. */
export function columnOutput(sink: StepSink, place: ParameterPlace, part: NodeId, region: Region, at: number): Output {
  const node = sink.graph.perRow(part);
  if (elements(sink.graph.shape(node)) !== place.size)
    throw new Error(`the factor of ${place.name} has the wrong size`);
  return { node, region, at, laneStride: 0, mode: "set" };
}

/** A scalar of the row as a column; null where it is the constant 1. */
export function scalarColumn(sink: StepSink, name: string, node: NodeId): Region | null {
  if (sink.graph.constantValue(node) === 1) return null;
  const region = sink.scratch(name, sink.capacity);
  sink.emit({
    kind: "compute",
    outputs: [{ node: sink.graph.perRow(node), region, at: 0, laneStride: 0, mode: "set" }],
  });
  return region;
}

/** Columns of all coordinates of the block times √weight, zeros where a parameter is not touched, and the whitened residual behind them. */
export function whitenedColumns(
  sink: StepSink,
  places: readonly ParameterPlace[],
  factors: Factors,
): { readonly region: Region; readonly residual: Region } {
  const { graph, capacity } = sink;
  const size = places.reduce((sum, place) => sum + place.size, 0);
  const whole = sink.scratch("whitened", (size + 1) * capacity);
  const weight = graph.apply("sqrt", [factors.weight]);
  const zero = graph.constant(0);
  const outputs: Output[] = [];
  let at = 0;
  for (const place of places) {
    const found = factors.parts.get(place.name);
    const target = part(whole, at, place.size * capacity);
    if (found === undefined) sink.emit({ kind: "routine", routine: { name: "zero", target } });
    else
      outputs.push(columnOutput(sink, place, graph.mul(graph.expandTo(weight, graph.shape(found)), found), whole, at));
    at += place.size * capacity;
  }
  // rows that weigh nothing may have no residual
  const raw = factors.residual ?? zero;
  const residual = graph.apply("select", [graph.apply("eq", [factors.weight, zero]), zero, graph.mul(weight, raw)]);
  outputs.push({ node: graph.perRow(residual), region: whole, at, laneStride: 0, mode: "set" });
  sink.emit({ kind: "compute", outputs });
  return { region: part(whole, 0, size * capacity), residual: part(whole, at, capacity) };
}
