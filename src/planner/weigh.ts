// What a way costs: the instructions that lowering would write for it are written to a sink that forgets them, and the
// loops they become are counted. Memory follows from the same lengths as the layout.

import {
  type ByParameter,
  type Derivatives,
  elements,
  type FactorGroup,
  type GraphBuilder,
  type InformationKind,
  type Instruction,
  known,
  type NodeId,
  type Output,
  type ParameterPlace,
  type Precision,
  type Region,
  type Step,
  stateLengths,
  type Tally,
} from "../ir/index.ts";
import {
  accumulateGroups,
  appendable,
  type Block,
  borrowsFrom,
  type HessianProducts,
  noises,
  type StepSink,
  structureOf,
} from "../structures/index.ts";
import type { Draft } from "./ways.ts";
import { flopsOf, noWork, sumOfWork, type Work, without, workOf } from "./work.ts";

export type Bound = Derivatives & { readonly graph: GraphBuilder };

/** What is weighed with. */
export interface Means {
  /** Shapes of the data items that rows bring, and of those that are the same for all. */
  readonly columns: ReadonlyMap<string, readonly number[]>;
  readonly once: ReadonlyMap<string, readonly number[]>;
  /** Counts what the procedures of a step do. */
  readonly tally: (step: Step) => Tally;
}

/** Of a set of blocks. */
export interface Weight {
  /** Information of a batch alone, and what it adds to a pass with the score. */
  readonly inform: Work;
  readonly added: Work;
  /** Prior terms whose Hessian is not diagonal. */
  readonly prior: Work;
  readonly factorize: Work;
  readonly solve: Work;
  readonly multiply: Work;
  readonly absorb: Work;
  /** Bringing memory and factor along with a batch instead of all these; null where that does not pay. */
  readonly append: Work | null;
  readonly blocks: number;
  /** Doubles of the information as it is kept once, of its factorisation, and of values between loops beyond a score's. */
  readonly kept: number;
  readonly factor: number;
  readonly stored: number;
  /** Doubles of scratch by name; what has the same name is the same memory. */
  readonly scratch: ReadonlyMap<string, number>;
}

/** Work and memory of a model under any plan: its values, its score, its prior, its columns. */
export interface Base {
  readonly capacity: number;
  readonly size: number;
  readonly densePrior: boolean;
  readonly slope: Work;
  readonly prior: Work;
  /** Doubles of what lies in memory beside the state. */
  readonly length: number;
  readonly stored: number;
}

const nowhere: Region = { name: "", offset: 0, length: 1 };

/** Regions begin at even places. */
const even = (length: number): number => length + (length % 2);

/** Instructions under construction, and how much scratch they want. */
class Rehearsal implements StepSink {
  readonly graph: GraphBuilder;
  readonly capacity: number;
  readonly precision: Precision;
  readonly instructions: Instruction[] = [];
  readonly wanted: Map<string, number>;

  constructor(graph: GraphBuilder, capacity: number, precision: Precision, wanted: Map<string, number>) {
    this.graph = graph;
    this.capacity = capacity;
    this.precision = precision;
    this.wanted = wanted;
  }
  emit(instruction: Instruction): void {
    if (instruction.kind !== "compute" || instruction.outputs.length > 0) this.instructions.push(instruction);
  }
  scratch(name: string, length: number): Region {
    this.wanted.set(`${name} ${length}`, even(length));
    // far from anything else, so that it is taken for no other region
    return { name, offset: 0, length };
  }
  lanes(count: number, write: (body: StepSink) => void): void {
    const body = new Rehearsal(this.graph, this.capacity, this.precision, this.wanted);
    write(body);
    this.emit({ kind: "lanes", count, body: body.instructions });
  }
}

/** Weighs what is written to a sink, for one model and one size of batches. */
export class Scales {
  readonly bound: Bound;
  readonly capacity: number;
  readonly precision: Precision;
  readonly #means: Means;
  readonly #places: readonly ParameterPlace[];

  constructor(bound: Bound, capacity: number, precision: Precision, means: Means) {
    this.bound = bound;
    this.capacity = capacity;
    this.precision = precision;
    this.#means = means;
    let first = 0;
    this.#places = bound.parameters.map((p) => {
      const place = { name: p.name, first, size: elements(p.freeShape) };
      first += place.size;
      return place;
    });
  }

  weigh(wanted: Map<string, number>, write: (sink: StepSink) => void): { work: Work; stored: number } {
    const sink = new Rehearsal(this.bound.graph, this.capacity, this.precision, wanted);
    write(sink);
    const found = this.#means.tally(this.#step(sink.instructions));
    return { work: workOf(found, this.capacity), stored: found.stored };
  }

  #step(instructions: readonly Instruction[]): Step {
    const { columns, once } = this.#means;
    const names = [...this.bound.learnt.map((f) => f.name)];
    const regions = (keys: Iterable<string>): ReadonlyMap<string, Region> =>
      new Map([...keys].map((name) => [name, nowhere]));
    const noise = this.bound.graph.nodes.flatMap((n) => (n.op === "noise" ? [n.attributes.name as string] : []));
    const layout = {
      length: 0,
      capacity: this.capacity,
      columns: regions(columns.keys()),
      once: regions(once.keys()),
      noise: regions(noise),
      learnt: regions(names),
      state: { phi: nowhere, tangent: nowhere },
    } as unknown as Step["layout"];
    const { graph } = this.bound;
    const procedures = [{ name: "accumulate", instructions }] as const;
    const rest = { parameters: this.#places, size: 0, blocks: [], components: [], precision: this.precision };
    return { kind: "step", graph, layout, procedures, ...rest };
  }
}

function sums(graph: GraphBuilder, nodes: ByParameter): ByParameter {
  return new Map([...nodes].map(([name, node]) => [name, graph.sumRows(graph.perRow(node))]));
}

function outputsOf(nodes: Iterable<NodeId>, mode: "add" | "set"): Output[] {
  return [...nodes].map((node) => ({ node, region: nowhere, at: 0, laneStride: 0, mode }));
}

function writeSlope({ row }: Bound, sink: StepSink): void {
  const value = sink.graph.sumRows(row.value);
  sink.emit({ kind: "compute", outputs: outputsOf([value, ...sums(sink.graph, row.gradient).values()], "add") });
}

/** What every plan of a model costs. */
export function weighModel(scales: Scales, { columns, once }: Means, sampled: boolean): Base {
  const { bound, capacity } = scales;
  const { graph } = bound;
  const size = bound.parameters.reduce((sum, p) => sum + elements(p.freeShape), 0);
  const slope = scales.weigh(new Map(), (sink) => writeSlope(bound, sink));
  const terms = [bound.once.value, ...bound.once.gradient.values(), ...bound.once.diagonal.values()];
  const prior = scales.weigh(new Map(), (sink) => sink.emit({ kind: "compute", outputs: outputsOf(terms, "set") }));
  const stretch = (shapes: Iterable<readonly number[]>, stride: number): number =>
    [...shapes].reduce((sum, shape) => sum + even(stride * elements(shape)), 0);
  const inputs = bound.learnt.map((f) => graph.shape(f.input).map(known));
  const length =
    stretch(columns.values(), capacity) +
    stretch(once.values(), 1) +
    stretch(inputs, 2) +
    stretch(inputs, capacity) +
    (sampled ? stretch(noises(bound).values(), capacity) : 0) +
    bound.reports.map((r) => elements(graph.shape(r.value))).reduce((sum, n) => sum + even(n) + even(n * size), 0) +
    bound.parameters.reduce((sum, p) => sum + even(elements(p.shape)) * (p.init === null ? 1 : 2), 0);
  return {
    capacity,
    size,
    densePrior: bound.once.dense.size > 0,
    slope: slope.work,
    prior: prior.work,
    length,
    stored: Math.max(slope.stored, prior.stored),
  };
}

/** What some blocks cost beside the model itself. */
export function weighBlocks(
  scales: Scales,
  base: Base,
  drafts: readonly Draft[],
  groups: readonly FactorGroup[],
  { information, draws }: { readonly information: InformationKind; readonly draws: number },
): Weight {
  const { bound } = scales;
  const { graph, row, once } = bound;
  const blocks = drafts.map((draft) => blockOf(bound, draft));
  const scratch = new Map<string, number>();
  const weigh = (write: (sink: StepSink) => void) => scales.weigh(scratch, write);
  const whole: Region = { name: "", offset: 0, length: base.size };
  const hessians = (sink: StepSink, products: ByParameter, separable: ReadonlySet<string>): void => {
    const hessian: HessianProducts = {
      tangent: whole,
      column: whole,
      separable,
      write(into, { parameters, size }) {
        into.emit({ kind: "routine", routine: { name: "zero", target: { ...whole, length: size } } });
        const own = parameters.flatMap(({ name }) => products.get(name) ?? []);
        into.emit({ kind: "compute", outputs: outputsOf(own, "add") });
      },
    };
    for (const block of blocks)
      structureOf(block.form).accumulateHessian?.(sink, block, { ...whole, length: block.size }, hessian);
  };
  const owners = blocks.map((block) => {
    const target = { ...nowhere, length: block.size };
    return { block, structure: structureOf(block.form), target, factor: target };
  });
  const factors = (sink: StepSink): void => accumulateGroups(sink, owners, groups, { draws });
  const observe = (sink: StepSink): void => hessians(sink, sums(graph, row.curvature), new Set());
  const inform = information === "observed" ? observe : factors;
  const alone = weigh(inform);
  const both = weigh((sink) => {
    writeSlope(bound, sink);
    inform(sink);
  });
  // every program has the observed information, whether or not a flow uses it
  const { stored } = weigh((sink) => {
    writeSlope(bound, sink);
    observe(sink);
  });
  const prior = base.densePrior ? weigh((sink) => hessians(sink, once.dense, once.separable)).work : noWork;
  const terms = base.densePrior ? 3 : 2;
  const region = (length: number): Region => ({ name: "", offset: 0, length });
  const each = blocks.map((block) => {
    const structure = structureOf(block.form);
    const [kept, factor] = [region(structure.length(block)), region(structure.factorLength(block, terms))];
    return { block, structure, kept, factor, over: region(block.size) };
  });
  type Each = (typeof each)[number];
  const every = (write: (sink: StepSink, own: Each) => void): Work =>
    weigh((sink) => {
      for (const own of each) write(sink, own);
    }).work;
  const factorize = every((sink, { block, structure, kept, factor, over }) =>
    structure.factorize(sink, block, Array(terms).fill(kept), [over, over], factor, region(3)),
  );
  const solve = every((sink, { block, structure, factor, over }) =>
    structure.solve(sink, block, factor, over, over, over),
  );
  const multiply = every((sink, { block, structure, kept, over }) => structure.multiply(sink, block, kept, over, over));
  const rows = appendable({ bound, blocks: owners, information, draws, capacity: scales.capacity });
  const appended =
    rows === 0 ? null : weigh((sink) => accumulateGroups(sink, owners, groups, { draws, appended: rows }));
  const absorb = every((sink, { block, structure, kept }) => structure.absorb(sink, block, kept, kept));
  // these cost a batch nothing, but the scratch they want is held
  every((sink, { block, structure, kept, factor, over }) => {
    structure.invert(sink, block, factor, over, region(1));
    structure.sample(sink, block, factor, over, over);
    structure.diagonal(sink, block, kept, over);
    structure.scale(sink, block, kept, { kind: "number", value: 1 });
  });
  return {
    inform: alone.work,
    added: without(both.work, base.slope),
    prior,
    factorize,
    solve,
    multiply,
    absorb,
    append: rows < scales.capacity ? null : (appended?.work ?? null),
    blocks: blocks.length,
    kept: each.reduce((sum, { kept }) => sum + even(kept.length), 0),
    factor: each.reduce((sum, { factor }) => sum + even(factor.length), 0),
    stored: Math.max(0, Math.max(alone.stored, both.stored, stored, appended?.stored ?? 0) - base.stored),
    scratch,
  };
}

/** A draft as a block that begins at 0. */
export function blockOf(bound: Bound, { parameters, form }: Draft): Block {
  let size = 0;
  const places = parameters.map((name) => {
    const found = bound.parameters.find((p) => p.name === name);
    const place = { name, first: size, size: found === undefined ? 0 : elements(found.freeShape) };
    size += place.size;
    return place;
  });
  return { parameters: places, first: 0, size, form };
}

/**
 * A batch of a stream that takes one step. The log-likelihood and score are had before and after it; the information as
 * well, or once at the end where steps borrow the memory's, whose factor then tells once more whether anything is left.
 */
export function batchWork(base: Base, weights: readonly Weight[]): Work {
  const { size } = base;
  const all = (of: (weight: Weight) => Work): Work => sumOfWork(weights.map((w) => [1, of(w)] as const));
  const [added, prior] = [
    all((w) => w.added),
    sumOfWork([
      [1, base.prior],
      [1, all((w) => w.prior)],
    ]),
  ];
  const kept = weights.reduce((sum, w) => sum + w.kept, 0);
  const borrows = size >= borrowsFrom;
  const appends = borrows && weights.every((w) => w.append !== null);
  // what the information of several sets is computed from is computed once
  const shared = weights.map((w) => without(w.inform, w.added));
  const widest = shared.sort((a, b) => flopsOf(b) - flopsOf(a))[0] ?? noWork;
  const vectors: Work = {
    ...noWork,
    bytes: size * (6 * 16 + 11 * 24 + 5 * 8 + 4 * 16) + (borrows ? 1 : 3) * 8 * kept,
    serial: 4 * size,
    calls: 26,
  };
  const renewed: readonly (readonly [number, Work])[] = [
    [borrows ? 1 : 2, added],
    [borrows ? 1 : 0, widest],
    [1, all((w) => w.factorize)],
    [1, all((w) => w.absorb)],
  ];
  return sumOfWork([
    [2, base.slope],
    [2, prior],
    ...(appends ? [[1, all((w) => w.append ?? noWork)] as const] : renewed),
    [borrows ? 2 : 1, all((w) => w.solve)],
    [1, all((w) => w.multiply)],
    [1, vectors],
  ]);
}

/** Multiply–adds a row of one pass with information, and a batch's share of a solve. */
export function flopsPerRow(base: Base, weights: readonly Weight[]): number {
  const pass = [base.slope, ...weights.flatMap((w) => [w.added, w.factorize, w.solve, w.absorb])];
  return Math.round(pass.reduce((sum, w) => sum + flopsOf(w), 0) / base.capacity);
}

/** Bytes of the linear memory. */
export function memoryOf(base: Base, weights: readonly Weight[]): number {
  const total = (of: (weight: Weight) => number): number => weights.reduce((sum, w) => sum + of(w), 0);
  const sizes = {
    size: base.size,
    densePrior: base.densePrior,
    blocks: total((w) => w.blocks),
    kept: total((w) => w.kept),
    factor: total((w) => w.factor),
  };
  const state = Object.values(stateLengths(sizes)).reduce((sum, n) => sum + even(n), 0);
  const scratch = new Map(weights.flatMap((w) => [...w.scratch]));
  const worked = [...scratch.values()].reduce((sum, n) => sum + n, 0);
  return 8 * (base.length + base.stored + state + worked + total((w) => w.stored));
}
