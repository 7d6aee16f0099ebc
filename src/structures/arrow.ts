// Arrow: parameters that all rows share (the core), and parameters of which a row touches one level. Kept are the core's
// matrix and, level after level, the level's own and its part with the core: exact for a model with one grouping, and
// linear in the number of levels.

import { elements, type Form, type NodeId, type Output, type Region, runsOf } from "../ir/index.ts";
import { scalarColumn, touchedColumns } from "./columns.ts";
import { type Block, type Factors, kernel, linear, part, type StepSink, type Structure, sumInto } from "./structure.ts";
import { bare, type LevelUse, levelUse } from "./uses.ts";

type ArrowForm = Extract<Form, { kind: "arrow" }>;
type ArrowBlock = Block<ArrowForm>;

/** A parameter of levels: `width` coordinates a level, which are `offset` … of the level's own. */
interface Levelled {
  readonly name: string;
  /** First coordinate, counted from the block's. */
  readonly first: number;
  readonly width: number;
  readonly offset: number;
}

interface Shape {
  readonly core: number;
  readonly levels: number;
  /** Coordinates of one level. */
  readonly own: number;
  readonly length: number;
  readonly levelled: readonly Levelled[];
}

function shapeOf({ parameters, first, size, form }: ArrowBlock): Shape {
  const { core, levels, widths } = form;
  const own = widths.reduce((sum, w) => sum + w, 0);
  if (core + levels * own !== size) throw new Error("an arrow whose parts do not fill its block");
  let offset = 0;
  const levelled = parameters
    .filter((p) => p.first - first >= core)
    .map((p, k): Levelled => {
      const width = widths[k] as number;
      if (p.size !== levels * width) throw new Error(`${p.name} does not have ${width} coordinates a level`);
      const place = { name: p.name, first: p.first - first, width, offset };
      offset += width;
      return place;
    });
  return { core, levels, own, length: core * core + levels * own * (own + core), levelled };
}

/** A factor's matrix, laid out like the information, and its scales. */
function split(factor: Region, { length, core, levels, own }: Shape): { matrix: Region; scales: Region } {
  return { matrix: part(factor, 0, length), scales: part(factor, length, core + levels * own) };
}

/** A vector over the block as its core and its levels, level by level; a single levelled parameter lies so already. */
interface Halves {
  readonly shared: Region;
  readonly levelled: Region;
}

function halves(sink: StepSink, shape: Shape, vector: Region, name: string): Halves {
  const { core, levels, own, levelled } = shape;
  const inPlace = levelled.length === 1;
  return {
    shared: part(vector, 0, core),
    levelled: inPlace ? part(vector, core, levels * own) : sink.scratch(`arrow ${name}`, levels * own),
  };
}

/** Level by level ← the block's order, or back; nothing where that is the same. */
function reorder(sink: StepSink, shape: Shape, vector: Region, inOrder: Region, way: "gather" | "scatter"): void {
  const { levels, own, levelled } = shape;
  if (levelled.length === 1) return;
  for (const { first, width, offset } of levelled) {
    const over = part(vector, first, levels * width);
    const ends = way === "gather" ? [over, inOrder] : [inOrder, over];
    const name = way === "gather" ? "arrowGather" : "arrowScatter";
    kernel(sink, name, [...ends, levels, width, own, offset], levels * width);
  }
}

export const arrow: Structure<ArrowForm> = {
  kind: "arrow",
  length: (block) => shapeOf(block).length,
  factorLength: (block) => shapeOf(block).length + block.size,

  accumulate(_sink, each, block, information, factors) {
    const shape = shapeOf(block);
    const { core, levels, own, levelled } = shape;
    const shared = touchedColumns(
      each,
      block.parameters.slice(0, block.parameters.length - levelled.length),
      block.first,
      factors,
    );
    const weight = scalarColumn(each, "weight", factors.weight);
    if (shared.positions.length > 0)
      each.emit({
        kind: "routine",
        routine: {
          name: "rankUpdate",
          target: part(information, 0, core * core),
          factors: shared.region,
          weight,
          positions: shared.positions,
          size: core,
        },
      });
    const found = levelColumns(each, shape, factors);
    if (found === null) return;
    // what of the core is not touched stays away: a run of neighbours at a time, the first with the level's own part
    const runs = runsOf(shared.positions);
    const crossings = runs.length === 0 ? [{ at: 0, first: 0, count: 0 }] : runs;
    for (const [k, { at, first, count }] of crossings.entries()) {
      const work = each.capacity * own * (count + (k === 0 ? own : 0));
      const columns = [part(shared.region, at * each.capacity, count * each.capacity), first, count];
      const ends = [found.columns, found.position, weight ?? -1, k === 0 ? 1 : 0];
      const sizes = [core, levels, own, "capacity", "rows"] as const;
      kernel(each, "arrowAccumulate", [information, ...columns, ...ends, ...sizes], work);
    }
  },

  accumulateHessian(sink, block, information, hessian) {
    const { core, levels, own, levelled } = shapeOf(block);
    const { first, size } = block;
    const [tangent, column] = [part(hessian.tangent, first, size), part(hessian.column, first, size)];
    sink.emit({ kind: "routine", routine: { name: "zero", target: hessian.tangent } });
    const shared = part(tangent, 0, core);
    if (core > 0)
      sink.lanes(core, (body) => {
        body.emit({ kind: "routine", routine: { name: "unit", target: shared } });
        hessian.write(body, block);
        const [target, source] = [part(information, 0, core * core), part(column, 0, core)];
        body.emit({ kind: "routine", routine: { name: "subtractAtLaneRow", target, source, size: core, first: 0 } });
        for (const p of levelled) {
          const over = part(column, p.first, levels * p.width);
          const sizes = [core, levels, p.width, own, p.offset];
          kernel(body, "arrowSubtractCross", [information, shared, over, ...sizes], levels * p.width);
        }
      });
    sink.emit({ kind: "routine", routine: { name: "zero", target: shared } });
    // levels do not meet, so that one product has a coordinate's column for all of them
    for (const p of levelled)
      for (let j = 0; j < p.width; j++) {
        const ones = [part(tangent, p.first, levels * p.width), levels, p.width, j];
        kernel(sink, "arrowProbe", [...ones, 1], levels);
        hessian.write(sink, block);
        for (const q of levelled) {
          const over = part(column, q.first, levels * q.width);
          const sizes = [core, levels, q.width, own, q.offset, p.offset + j];
          kernel(sink, "arrowSubtractOwn", [information, over, ...sizes], levels * q.width);
        }
        kernel(sink, "arrowProbe", [...ones, 0], levels);
      }
  },

  ...linear,

  factorize(sink, block, terms, diagonals, factor, status) {
    const shape = shapeOf(block);
    const { core, levels, own, levelled } = shape;
    const { matrix, scales } = split(factor, shape);
    sumInto(sink, matrix, terms);
    for (const diagonal of diagonals) {
      const [target, source] = [part(matrix, 0, core * core), part(diagonal, 0, core)];
      sink.emit({ kind: "routine", routine: { name: "addDiagonal", target, source, size: core } });
      for (const p of levelled) {
        const over = part(diagonal, p.first, levels * p.width);
        kernel(sink, "arrowAddDiagonal", [matrix, over, core, levels, p.width, own, p.offset], levels * p.width);
      }
    }
    const panel = sink.scratch("arrow panel", core * Math.max(own, panelLines));
    const work = (levels * (own ** 3 + 3 * own ** 2 * core + 3 * own * core ** 2) + core ** 3) / 6;
    kernel(sink, "arrowFactorize", [matrix, scales, status, panel, core, levels, own], work);
    for (const p of levelled) kernel(sink, "arrowLocate", [status, p.first, p.width, own, p.offset], 1);
  },

  solve(sink, block, factor, source, target) {
    const shape = shapeOf(block);
    const { core, levels, own } = shape;
    const { matrix, scales } = split(factor, shape);
    const { shared, levelled } = halves(sink, shape, target, "target");
    sink.emit({ kind: "routine", routine: { name: "copy", target, source } });
    reorder(sink, shape, target, levelled, "gather");
    const work = levels * (own ** 2 + 2 * own * core) + core ** 2;
    kernel(sink, "arrowSolve", [matrix, scales, shared, levelled, core, levels, own], work);
    reorder(sink, shape, target, levelled, "scatter");
  },

  multiply(sink, block, information, source, target) {
    const shape = shapeOf(block);
    const { core, levels, own } = shape;
    const [from, to] = [halves(sink, shape, source, "source"), halves(sink, shape, target, "target")];
    reorder(sink, shape, source, from.levelled, "gather");
    const vectors = [from.shared, from.levelled, to.shared, to.levelled];
    const work = levels * (own ** 2 + 2 * own * core) + core ** 2;
    kernel(sink, "arrowMultiply", [information, ...vectors, core, levels, own], work);
    reorder(sink, shape, target, to.levelled, "scatter");
  },

  invert(sink, block, factor, target, logdet) {
    const shape = shapeOf(block);
    const { core, levels, own } = shape;
    const { matrix, scales } = split(factor, shape);
    const { shared, levelled } = halves(sink, shape, target, "target");
    const room = sink.scratch("arrow inverse", core ** 2 + own ** 2 + core * (own + 1));
    const work = levels * (own ** 3 / 6 + own * core ** 2 + own ** 2 * core) + core ** 3 / 6;
    kernel(sink, "arrowInvert", [matrix, scales, shared, levelled, logdet, room, core, levels, own], work);
    reorder(sink, shape, target, levelled, "scatter");
  },

  diagonal(sink, block, information, target) {
    const { core, levels, own, levelled } = shapeOf(block);
    const [matrix, shared] = [part(information, 0, core * core), part(target, 0, core)];
    sink.emit({ kind: "routine", routine: { name: "addDiagonalOf", matrix, target: shared, size: core } });
    for (const p of levelled) {
      const over = part(target, p.first, levels * p.width);
      kernel(sink, "arrowAddDiagonalOf", [information, over, core, levels, p.width, own, p.offset], levels * p.width);
    }
  },

  sample(sink, block, factor, source, target) {
    const shape = shapeOf(block);
    const { core, levels, own } = shape;
    const { matrix, scales } = split(factor, shape);
    const { shared, levelled } = halves(sink, shape, target, "target");
    sink.emit({ kind: "routine", routine: { name: "copy", target, source } });
    reorder(sink, shape, target, levelled, "gather");
    const work = (levels * (own ** 2 + 2 * own * core) + core ** 2) / 2;
    kernel(sink, "arrowBack", [matrix, scales, shared, levelled, core, levels, own], work);
    reorder(sink, shape, target, levelled, "scatter");
  },

  toDense(information, block) {
    const dense = new Float64Array(block.size ** 2);
    for (const [at, i, j] of entries(block)) {
      const value = information[at] as number;
      dense[i * block.size + j] = value;
      dense[j * block.size + i] = value;
    }
    return dense;
  },

  fromDense(dense, block) {
    const kept = new Float64Array(shapeOf(block).length);
    for (const [at, i, j] of entries(block)) kept[at] = dense[i * block.size + j] as number;
    return kept;
  },

  fromDiagonal(diagonal, block) {
    const kept = new Float64Array(shapeOf(block).length);
    for (const [at, i, j] of entries(block)) if (i === j) kept[at] = diagonal[i] as number;
    return kept;
  },
};

/** Lines that `arrowFactorize` takes from the core together. */
const panelLines = 64;

/** Places that are kept, with line and column in the block. */
export function* entries(block: ArrowBlock): Generator<readonly [at: number, line: number, column: number]> {
  const { core, levels, own, levelled } = shapeOf(block);
  for (let i = 0; i < core; i++) for (let j = 0; j <= i; j++) yield [i * core + j, i, j];
  const coordinates = levelled.flatMap(({ first, width }) =>
    Array.from({ length: width }, (_, j) => ({ first, width, j })),
  );
  for (let l = 0; l < levels; l++) {
    const at = core * core + l * own * (own + core);
    const lines = coordinates.map(({ first, width, j }) => first + l * width + j);
    for (const [i, line] of lines.entries()) {
      for (const [j, column] of lines.slice(0, i + 1).entries()) yield [at + i * own + j, line, column];
      for (let k = 0; k < core; k++) yield [at + own * own + i * core + k, line, k];
    }
  }
}

/** Columns of a level's coordinates and of the level touched; null where no levelled parameter is. */
function levelColumns(
  sink: StepSink,
  { own, levels, levelled }: Shape,
  factors: Factors,
): { readonly columns: Region; readonly position: Region } | null {
  const { graph, capacity } = sink;
  const touched = new Map<string, LevelUse>();
  for (const { name } of levelled) {
    const node = factors.parts.get(name);
    if (node === undefined) continue;
    const use = levelUse(graph, node);
    if (use === null || use.levels !== levels) throw new Error(`${name} is not used a level at a time`);
    touched.set(name, use);
  }
  const [one, ...others] = [...touched.values()].map((use) => bare(graph, use.position));
  if (one === undefined) return null;
  if (others.some((other) => other !== one)) throw new Error("an arrow whose parameters are used at different levels");
  const columns = sink.scratch("arrow levels", own * capacity);
  const position = sink.scratch("arrow position", capacity);
  const outputs: Output[] = [output(graph.perRow(one), position, 0)];
  for (const { name, width, offset } of levelled) {
    const use = touched.get(name);
    if (use === undefined) {
      const target = part(columns, offset * capacity, width * capacity);
      sink.emit({ kind: "routine", routine: { name: "zero", target } });
      continue;
    }
    if (elements(graph.shape(use.value)) !== width) throw new Error(`the factor of ${name} has the wrong width`);
    outputs.push(output(graph.perRow(use.value), columns, offset * capacity));
  }
  sink.emit({ kind: "compute", outputs });
  return { columns, position };
}

function output(node: NodeId, region: Region, at: number): Output {
  return { node, region, at, laneStride: 0, mode: "set" };
}
