// The forward pass as a step: for every likelihood statement the arguments η of its family at φ for the rows of a batch,
// their Jacobians ∂η/∂φ, and these times a covariance of φ; the responses that were observed; and the score factors of a
// row (mathematics.md §2). What predictions and designs are made of.

import { dependsOn, pullback } from "../autodiff/index.ts";
import {
  bindDim,
  type Density,
  type Derivatives,
  type Dim,
  elements,
  type Graph,
  GraphBuilder,
  known,
  type LikelihoodTerm,
  type Node,
  type NodeId,
  type Output,
  type ParameterPlace,
  type Region,
  type RowProcedure,
  rewrite,
  type Step,
} from "../ir/index.ts";
import { part } from "../structures/index.ts";
import { expandLogSumExp } from "./bind.ts";
import { leafRegions, leafShapes, rowLayout, rowStep, stored } from "./rows.ts";
import { Memory, ProcedureSink } from "./sink.ts";

export interface ForwardOptions {
  /** Sizes of the symbolic dimensions. */
  readonly dims: ReadonlyMap<string, number>;
  /** Where each parameter lies in φ. */
  readonly parameters: readonly ParameterPlace[];
  /** Whether the covariance is at hand: then Jacobians are multiplied by it. */
  readonly covariance: boolean;
  /** Most rows of a batch. */
  readonly capacity: number;
  /** Doubles that Jacobians may take; batches are smaller where a full one needs more. */
  readonly room: number;
}

/** One argument of a statement's family. */
export interface ForwardArgument {
  /** Values of a row, element after element: one for each element of the response, or a vector's. */
  readonly values: Region;
  /** Elements of a vector argument; null where each element of the response has one number. */
  readonly width: number | null;
  /** ∂/∂φ of each value, over `coordinates`; null where it does not depend on φ. */
  readonly jacobian: Region | null;
  /** The same times the covariance. */
  readonly product: Region | null;
}

/** One likelihood statement. Values of rows are `capacity` doubles apart. */
export interface ForwardStatement {
  readonly term: LikelihoodTerm;
  /** Elements of the response of a row. */
  readonly elements: number;
  readonly arguments: readonly ForwardArgument[];
  /** Coordinates of φ, ascending, that its Jacobians are over. */
  readonly coordinates: readonly number[];
  /** The covariance of these, row-major; empty where it is not at hand. */
  readonly covariance: Region;
  /** Whether the statement applies, an element; null where it always does. */
  readonly applies: Region | null;
  readonly response: Region;
  /** As `applies`, where the response is not missing either. */
  readonly present: Region | null;
}

/** The score factors of a row, each already times √weight. */
export interface RowFactors {
  readonly count: number;
  /** count × P values a row. */
  readonly region: Region;
}

export interface Forward {
  readonly step: Step;
  readonly statements: readonly ForwardStatement[];
  /** Data items a row that are read beforehand, and those that only observed responses need. */
  readonly inputs: ReadonlySet<string>;
  readonly observed: ReadonlySet<string>;
  /** Null where they were not asked for. */
  readonly factors: RowFactors | null;
}

/** Lowers the statements of a density, and the score factors of its derivatives where these are given. */
export function forwardStep(density: Density, options: ForwardOptions, derivatives: Derivatives | null): Forward {
  const { dims } = options;
  const g = new GraphBuilder();
  const moved = (graph: Graph, id: NodeId): NodeId => rewrite(graph, [id], g, () => null, dims)[0] as NodeId;
  const leaves = new Map(
    density.parameters.map((p) => [
      p.name,
      g.param(
        p.name,
        p.freeShape.map((d) => bindDim(d, dims)),
      ),
    ]),
  );
  const terms = density.terms.filter((t): t is LikelihoodTerm => t.kind === "likelihood" && t.anyone !== null);
  const drafts = terms.flatMap((term): Draft[] => {
    const draft = draftOf(g, term, (id) => moved(density.graph, id), assuming(density.graph, term, g, dims), leaves);
    return draft === null ? [] : [draft];
  });
  const wide = derivatives === null ? [] : factorsOf(g, derivatives, (id) => moved(derivatives.graph, id), dims);
  const { graph, roots } = expandLogSumExp(g, [
    ...drafts.flatMap(rootsOf),
    ...wide.flatMap(({ weight, parts }) => [weight, ...parts.values()]),
  ]);
  return layOut(options, graph as GraphBuilder, renewed(drafts, wide, roots));
}

// ---------------------------------------------------------------- nodes

/** The nodes of a statement. */
interface Draft {
  readonly term: LikelihoodTerm;
  readonly elements: number;
  readonly args: readonly {
    readonly node: NodeId;
    readonly width: number | null;
    /** By parameter, of one value or of the value at `lane`; empty where nothing depends on φ. */
    readonly parts: ReadonlyMap<string, NodeId>;
  }[];
  readonly condition: NodeId | null;
  readonly response: NodeId;
  readonly present: NodeId | null;
}

/** A group of score factors, its parts already times √weight. */
interface WideFactors {
  readonly lanes: number | null;
  readonly weight: NodeId;
  readonly parts: ReadonlyMap<string, NodeId>;
}

function draftOf(
  g: GraphBuilder,
  term: LikelihoodTerm,
  move: (id: NodeId) => NodeId,
  assumed: (id: NodeId) => NodeId,
  leaves: ReadonlyMap<string, NodeId>,
): Draft | null {
  const response = move(term.response);
  if (!g.node(response).row) return null;
  const shape = g.shape(move(term.logpdf));
  const wrt = new Set(leaves.values());
  const condition = term.condition === null ? null : move(term.condition);
  const known = condition === null || foreseeable(g, condition, term.args.map(assumed), response);
  const args = term.args.map((arg) => {
    const node = known ? move(arg) : assumed(arg);
    const own = g.shape(node);
    const vector = shape.length === 0 && own.length > 0;
    const whole = vector ? node : g.expandTo(node, shape);
    const width = vector ? (own[0] as number) : null;
    if (!dependsOn(g, whole, wrt)) return { node: whole, width, parts: none };
    const cotangent = unitAtLane(g, g.shape(whole));
    const pulled = pullback(g, [{ node: whole, cotangent }], [...leaves.values()]);
    const parts = new Map(
      [...leaves.keys()].flatMap((name, k) => {
        const found = pulled[k] as NodeId;
        return g.constantValue(found) === 0 ? [] : [[name, found] as const];
      }),
    );
    return { node: whole, width, parts };
  });
  return {
    term,
    elements: elements(shape),
    args,
    condition: known ? condition : null,
    response: g.expandTo(response, shape),
    present: term.present === null ? null : move(term.present),
  };
}

const none: ReadonlyMap<string, NodeId> = new Map();

/** 1 at the lane of an array in row-major order; 1 for a scalar. */
function unitAtLane(g: GraphBuilder, shape: readonly Dim[]): NodeId {
  let [unit, position] = [g.constant(1), g.lane()];
  for (const dim of shape.toReversed()) {
    const whole = g.apply("floor", [g.div(position, g.size(dim))]);
    unit = g.scatter(unit, g.sub(position, g.mul(whole, g.size(dim))), dim);
    position = whole;
  }
  return unit;
}

/** Whether a condition can be told without what only the response is made of; where not, a statement is foretold as if it held. */
function foreseeable(g: GraphBuilder, condition: NodeId, args: readonly NodeId[], response: NodeId): boolean {
  const inputs = leafShapes(g, args, "column");
  const observed = leafShapes(g, [response], "column");
  return [...leafShapes(g, [condition], "column").keys()].every((name) => !observed.has(name) || inputs.has(name));
}

/** Moves nodes as they are where a statement's condition holds: without the choice that its arguments are guarded by. */
function assuming(
  graph: Graph,
  { condition }: LikelihoodTerm,
  g: GraphBuilder,
  dims: ReadonlyMap<string, number>,
): (id: NodeId) => NodeId {
  const bare = (id: NodeId): NodeId => {
    const node = graph.nodes[id];
    return node?.op === "expand" ? bare(node.args[0] as NodeId) : id;
  };
  const asked = condition === null ? null : bare(condition);
  const chosen = (node: Node, args: readonly NodeId[]): NodeId | null =>
    node.op === "select" && bare(node.args[0] as NodeId) === asked ? (args[1] as NodeId) : null;
  return (id) => rewrite(graph, [id], g, () => null, dims, chosen)[0] as NodeId;
}

function factorsOf(
  g: GraphBuilder,
  derivatives: Derivatives,
  move: (id: NodeId) => NodeId,
  dims: ReadonlyMap<string, number>,
): WideFactors[] {
  return derivatives.row.factors.expected.map(({ lanes, weight, parts }) => ({
    lanes: lanes === null ? null : known(bindDim(lanes, dims)),
    weight: g.apply("sqrt", [move(weight)]),
    parts: new Map([...parts].map(([name, id]) => [name, move(id)])),
  }));
}

/** Every node of a draft, in one fixed order. */
function rootsOf({ args, condition, response, present }: Draft): NodeId[] {
  const some = [condition, present].filter((id) => id !== null);
  return [...args.flatMap(({ node, parts }) => [node, ...parts.values()]), ...some, response];
}

/** The drafts with the nodes of another graph, given in the order of `rootsOf`. */
function renewed(
  drafts: readonly Draft[],
  wide: readonly WideFactors[],
  roots: readonly NodeId[],
): { drafts: readonly Draft[]; wide: readonly WideFactors[] } {
  let next = 0;
  const take = (): NodeId => roots[next++] as NodeId;
  const takeAll = (parts: ReadonlyMap<string, NodeId>): ReadonlyMap<string, NodeId> =>
    new Map([...parts.keys()].map((name) => [name, take()]));
  return {
    drafts: drafts.map((draft) => ({
      ...draft,
      args: draft.args.map((arg) => ({ ...arg, node: take(), parts: takeAll(arg.parts) })),
      condition: draft.condition === null ? null : take(),
      present: draft.present === null ? null : take(),
      response: take(),
    })),
    wide: wide.map((group) => ({ ...group, weight: take(), parts: takeAll(group.parts) })),
  };
}

// ---------------------------------------------------------------- memory and procedures

function layOut(
  options: ForwardOptions,
  graph: GraphBuilder,
  { drafts, wide }: { drafts: readonly Draft[]; wide: readonly WideFactors[] },
): Forward {
  const { parameters } = options;
  const size = parameters.reduce((sum, p) => sum + p.size, 0);
  const own = drafts.map((draft) => {
    const names = new Set(draft.args.flatMap((arg) => [...arg.parts.keys()]));
    return parameters.filter((p) => names.has(p.name));
  });
  const widthOf = (k: number): number => (own[k] ?? []).reduce((sum, p) => sum + p.size, 0);
  const counts = wide.map(({ lanes }) => lanes ?? 1);
  const count = counts.reduce((sum, n) => sum + n, 0);
  const wanted = drafts.map((draft, k) => {
    const active = draft.args.filter((arg) => arg.parts.size > 0);
    return active.reduce((sum, arg) => sum + (arg.width ?? draft.elements), 0) * widthOf(k);
  });
  const doubles = wanted.reduce((sum, n) => sum + n, 0) * (options.covariance ? 2 : 1) + count * size;
  const fitting = Math.floor(options.room / Math.max(1, doubles));
  const capacity = Math.max(8, Math.min(options.capacity, fitting - (fitting % 2)));

  const memory = new Memory();
  const inner = drafts.flatMap((d) => rootsOf(d));
  const all = [...inner, ...wide.flatMap(({ weight, parts }) => [weight, ...parts.values()])];
  const regions = (op: "column" | "once" | "learnt", stride: number): Map<string, Region> =>
    leafRegions(memory, leafShapes(graph, all, op), op, stride);
  const layout = rowLayout(memory, capacity, size, {
    columns: regions("column", capacity),
    once: regions("once", 1),
    learnt: regions("learnt", 1),
  });
  const sinks = new Map<RowProcedure, ProcedureSink>();
  const sinkOf = (name: RowProcedure): ProcedureSink => {
    const sink = sinks.get(name) ?? new ProcedureSink(graph, capacity, memory, "double");
    sinks.set(name, sink);
    return sink;
  };
  const [values, observed] = [sinkOf("arguments"), sinkOf("responses")];
  const results: Output[] = [];
  const linearise: ((sink: ProcedureSink) => void)[] = [];
  const room = (name: string, length: number): Region => memory.region(name, length);
  const perRow = (node: NodeId): NodeId => graph.perRow(node);
  const statements = drafts.map((draft, k): ForwardStatement => {
    const places = own[k] ?? [];
    const width = widthOf(k);
    const covariance = room(`covariance ${k}`, options.covariance ? width * width : 0);
    const args = draft.args.map((arg, j): ForwardArgument => {
      const each = arg.width ?? draft.elements;
      const region = room(`argument ${j} of ${k}`, each * capacity);
      results.push(stored(perRow(arg.node), region));
      if (arg.parts.size === 0) return { values: region, width: arg.width, jacobian: null, product: null };
      const jacobian = room(`jacobian ${j} of ${k}`, each * width * capacity);
      const product = room(`product ${j} of ${k}`, options.covariance ? each * width * capacity : 0);
      const lanes = each > 1 || graph.shape(arg.node).length > 0;
      linearise.push((sink) => {
        sink.emit({ kind: "routine", routine: { name: "zero", target: jacobian } });
        const write = (into: ProcedureSink): void =>
          into.emit({
            kind: "compute",
            outputs: columnsOf(graph, arg.parts, places, jacobian, capacity, lanes ? width : 0),
          });
        if (lanes) sink.lanes(each, write);
        else write(sink);
        if (!options.covariance) return;
        const step = width * capacity;
        for (let e = 0; e < each; e++)
          sink.emit({
            kind: "routine",
            routine: {
              name: "multiplyRows",
              target: part(product, e * step, step),
              matrix: covariance,
              factors: part(jacobian, e * step, step),
              size: width,
              inner: width,
              transposed: false,
              precision: "double",
            },
          });
      });
      return { values: region, width: arg.width, jacobian, product: options.covariance ? product : null };
    });
    const applies = draft.condition === null ? null : room(`applies ${k}`, draft.elements * capacity);
    if (applies !== null && draft.condition !== null) results.push(stored(perRow(draft.condition), applies));
    const response = room(`response ${k}`, draft.elements * capacity);
    const present = draft.present === null ? null : room(`present ${k}`, draft.elements * capacity);
    const seen = [stored(perRow(draft.response), response)];
    if (present !== null && draft.present !== null) seen.push(stored(perRow(draft.present), present));
    observed.emit({ kind: "compute", outputs: seen });
    const coordinates = places.flatMap((p) => Array.from({ length: p.size }, (_, i) => p.first + i));
    return {
      term: draft.term,
      elements: draft.elements,
      arguments: args,
      coordinates,
      covariance,
      applies,
      response,
      present,
    };
  });
  values.emit({ kind: "compute", outputs: results });
  const slopes = sinkOf("linearise");
  slopes.emit({ kind: "compute", outputs: results });
  for (const write of linearise) write(slopes);
  const factors = wide.length === 0 ? null : { count, region: room("factors", count * size * capacity) };
  if (factors !== null) writeFactors(sinkOf("factors"), graph, wide, parameters, factors.region, capacity, size);
  const unseen = observedOf(graph, drafts);
  return {
    step: rowStep(
      graph,
      memory,
      layout,
      parameters,
      [...sinks].map(([name, sink]) => ({ name, instructions: sink.instructions })),
    ),
    statements,
    inputs: new Set([...layout.columns.keys()].filter((name) => !unseen.has(name))),
    observed: unseen,
    factors,
  };
}

/** Parts by parameter as columns of a region over the coordinates of `places`; a lane's are `width` columns after the last's. */
function columnsOf(
  g: GraphBuilder,
  parts: ReadonlyMap<string, NodeId>,
  places: readonly ParameterPlace[],
  region: Region,
  capacity: number,
  width: number,
): Output[] {
  let at = 0;
  const outputs: Output[] = [];
  for (const place of places) {
    const found = parts.get(place.name);
    if (found !== undefined) outputs.push(stored(g.perRow(found), region, at * capacity, width * capacity));
    at += place.size;
  }
  return outputs;
}

function writeFactors(
  sink: ProcedureSink,
  g: GraphBuilder,
  wide: readonly WideFactors[],
  parameters: readonly ParameterPlace[],
  region: Region,
  capacity: number,
  size: number,
): void {
  sink.emit({ kind: "routine", routine: { name: "zero", target: region } });
  let first = 0;
  for (const { lanes, weight, parts } of wide) {
    const target = part(region, first * size * capacity, (lanes ?? 1) * size * capacity);
    const scaled = new Map([...parts].map(([name, id]) => [name, g.mul(g.expandTo(weight, g.shape(id)), id)]));
    const write = (into: ProcedureSink): void =>
      into.emit({
        kind: "compute",
        outputs: columnsOf(g, scaled, parameters, target, capacity, lanes === null ? 0 : size),
      });
    if (lanes === null) write(sink);
    else sink.lanes(lanes, write);
    first += lanes ?? 1;
  }
}

/** Data items that responses, or whether they are missing, are read from, and nothing that can be told beforehand. */
function observedOf(g: GraphBuilder, drafts: readonly Draft[]): ReadonlySet<string> {
  const some = (...ids: (NodeId | null)[]): NodeId[] => ids.filter((id) => id !== null);
  const before = drafts.flatMap((d) => some(...d.args.map((a) => a.node), d.condition));
  const inputs = leafShapes(g, before, "column");
  const after = drafts.flatMap((d) => some(d.response, d.present));
  return new Set([...leafShapes(g, after, "column").keys()].filter((name) => !inputs.has(name)));
}
