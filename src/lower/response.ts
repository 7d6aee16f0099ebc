// The family of a statement as a step: thousands of densities, distribution functions and moments at a time, for arguments
// and responses that the caller puts into columns.

import {
  type AtAnyResponse,
  type Graph,
  GraphBuilder,
  type NodeId,
  type Region,
  type RowProcedure,
  rewrite,
  type Step,
} from "../ir/index.ts";
import { expandLogSumExp } from "./bind.ts";
import { leafRegions, rowLayout, rowStep, stored } from "./rows.ts";
import { Memory, ProcedureSink } from "./sink.ts";

/** A family's step and where its columns and results lie, a value a row each; null for what the family does not state. */
export interface AtResponse {
  readonly step: Step;
  /** Of each argument: a column an element. */
  readonly arguments: readonly Region[];
  readonly response: Region;
  readonly logpdf: Region;
  readonly cdf: Region | null;
  readonly mean: Region | null;
  readonly variance: Region | null;
  /** Probabilities of every response there can be, from the lowest; null where there are too many. */
  readonly levels: { readonly region: Region; readonly count: number } | null;
}

/** Responses up to which all of them are computed at once. */
const listed = 64;

/** Lowers the lines of a family for arguments of known widths (`null` of a scalar). */
export function responseStep(
  graph: Graph,
  family: AtAnyResponse,
  widths: readonly (number | null)[],
  dims: ReadonlyMap<string, number>,
  capacity: number,
): AtResponse {
  const into = new GraphBuilder();
  const name = (k: number): string => (k === widths.length ? "y" : `${k}`);
  const filled = (node: NodeId, response: number | null): NodeId => {
    const [done] = rewrite(
      graph,
      [node],
      into,
      (leaf, g) => {
        if (leaf.op !== "slot") return null;
        const k = leaf.attributes.index ?? 0;
        if (k === widths.length && response !== null) return g.constant(response);
        const width = widths[k] ?? null;
        return g.column(name(k), width === null ? [] : [width]);
      },
      dims,
    );
    return into.perRow(done as NodeId);
  };
  const count = responsesOf(family, dims);
  const { lower } = family.support;
  const first = family.levels === null ? lower : 0;
  const maybe = (node: NodeId | null): NodeId[] => (node === null ? [] : [filled(node, null)]);
  const [density, cdf, mean, variance] = [
    filled(family.logpdf, null),
    maybe(family.cdf),
    maybe(family.mean),
    maybe(family.variance),
  ];
  const levels =
    count === null || count > listed
      ? []
      : Array.from({ length: count }, (_, k) => into.apply("exp", [filled(family.logpdf, first + k)]));
  const { graph: g, roots } = expandLogSumExp(into, [density, ...cdf, ...mean, ...variance, ...levels]);
  const memory = new Memory();
  const shapes = new Map<string, readonly number[]>(widths.map((w, k) => [name(k), w === null ? [] : [w]]));
  const columns = leafRegions(memory, shapes.set("y", []), "column", capacity);
  const column = (k: number): Region => columns.get(name(k)) as Region;
  const layout = rowLayout(memory, capacity, 0, { columns, once: new Map(), learnt: new Map() });
  const procedures: { name: RowProcedure; sink: ProcedureSink }[] = [];
  const builder = g as GraphBuilder;
  const sinkOf = (procedure: RowProcedure): ProcedureSink => {
    const sink = new ProcedureSink(builder, capacity, memory, "double");
    procedures.push({ name: procedure, sink });
    return sink;
  };
  let next = 0;
  const take = (wanted: readonly NodeId[]): NodeId | null => (wanted.length === 0 ? null : (roots[next++] as NodeId));
  const result = (procedure: ProcedureSink, what: string, node: NodeId | null): Region | null => {
    if (node === null) return null;
    const region = memory.region(what, capacity);
    procedure.emit({ kind: "compute", outputs: [stored(builder.perRow(node), region)] });
    return region;
  };
  const logpdf = result(sinkOf("density"), "logpdf", take([density])) as Region;
  const distribution = result(sinkOf("distribution"), "cdf", take(cdf));
  const moments = sinkOf("moments");
  const [average, spread] = [result(moments, "mean", take(mean)), result(moments, "variance", take(variance))];
  const every = sinkOf("levels");
  const all = memory.region("levels", levels.length * capacity);
  every.emit({
    kind: "compute",
    outputs: levels.map((_, k) => stored(builder.perRow(roots[next + k] as NodeId), all, k * capacity)),
  });
  const step = rowStep(
    builder,
    memory,
    layout,
    [],
    procedures.map(({ name: own, sink }) => ({ name: own, instructions: sink.instructions })),
  );
  return {
    step,
    arguments: widths.map((_, k) => column(k)),
    response: column(widths.length),
    logpdf,
    cdf: distribution,
    mean: average,
    variance: spread,
    levels: levels.length === 0 ? null : { region: all, count: levels.length },
  };
}

/** Number of different responses; null where there is no end to them. */
function responsesOf({ support, levels }: AtAnyResponse, dims: ReadonlyMap<string, number>): number | null {
  if (levels !== null) return typeof levels === "number" ? levels : (dims.get(levels.name) ?? 0) + levels.plus;
  const { lower, upper, integer } = support;
  return integer && Number.isFinite(lower) && Number.isFinite(upper) ? upper - lower + 1 : null;
}
