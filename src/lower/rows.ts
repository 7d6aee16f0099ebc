// A step whose procedures compute values of rows and change no state: regions for data and φ, nothing of an update.

import {
  control,
  elements,
  type Graph,
  type Layout,
  type NodeId,
  type Output,
  order,
  type ParameterPlace,
  type Procedure,
  type Region,
  type StateName,
  type Step,
  stateLengths,
} from "../ir/index.ts";
import type { Memory } from "./sink.ts";

/** Bound shapes of the leaves that some nodes read, by name. */
export function leafShapes(
  graph: Graph,
  roots: readonly NodeId[],
  op: "column" | "once" | "learnt",
): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const id of order(graph, roots)) {
    const node = graph.nodes[id];
    if (node?.op === op) shapes.set(node.attributes.name as string, node.shape as readonly number[]);
  }
  return shapes;
}

/** Regions for leaves: `stride` doubles an element. */
export function leafRegions(
  memory: Memory,
  shapes: ReadonlyMap<string, readonly number[]>,
  prefix: string,
  stride: number,
): Map<string, Region> {
  return new Map(
    [...shapes].map(([name, shape]) => [name, memory.region(`${prefix} ${name}`, elements(shape) * stride)]),
  );
}

/** A layout in which only φ of the state has room. */
export function rowLayout(
  memory: Memory,
  capacity: number,
  size: number,
  regions: Pick<Layout, "columns" | "once" | "learnt">,
): Omit<Layout, "length"> {
  const lengths = stateLengths({ size: 0, blocks: 0, kept: 0, factor: 0, densePrior: false });
  const phi = memory.region("phi", size);
  const empty = { offset: 0, length: 0 };
  const state = Object.fromEntries(
    Object.keys(lengths).map((name) => [name, name === "phi" ? phi : { name, ...empty }]),
  ) as Record<StateName, Region>;
  const none: ReadonlyMap<string, Region> = new Map();
  return {
    capacity,
    ...regions,
    noise: none,
    features: none,
    reports: new Map(),
    starts: none,
    declared: none,
    state,
    control,
  };
}

/** The step over a memory that is laid out. */
export function rowStep(
  graph: Graph,
  memory: Memory,
  layout: Omit<Layout, "length">,
  parameters: readonly ParameterPlace[],
  procedures: readonly Procedure[],
): Step {
  return {
    kind: "step",
    graph,
    layout: { ...layout, length: memory.length },
    parameters,
    size: layout.state.phi.length,
    blocks: [],
    components: [],
    procedures,
  };
}

/** A node's values put at the start of a region. */
export function stored(node: NodeId, region: Region, at = 0, laneStride = 0): Output {
  return { node, region, at, laneStride, mode: "set" };
}
