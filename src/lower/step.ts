// Derivatives + Plan → Step: the layout of the one linear memory, and the procedures of an update as array
// instructions. Structures contribute theirs; nothing here knows a family.

import {
  type Component,
  control,
  elements,
  known,
  type Layout,
  type ParameterPlace,
  type Plan,
  type Procedure,
  type ProcedureName,
  type Region,
  type StateName,
  type Step,
} from "../ir/index.ts";
import { part, structures } from "../structures/index.ts";
import type { Bound } from "./bind.ts";
import { type LaidBlock, type StepContext, writers } from "./procedures.ts";
import { Memory, ProcedureSink } from "./sink.ts";

/** The bound shapes of the data items a step reads. */
export interface DataShapes {
  readonly columns: ReadonlyMap<string, readonly number[]>;
  readonly once: ReadonlyMap<string, readonly number[]>;
}

/** Lowers bound derivatives under a plan. Deterministic: the same input gives the same program. */
export function lower(bound: Bound, plan: Plan, data: DataShapes): Step {
  const g = bound.graph;
  const memory = new Memory();
  const capacity = plan.batchRows;
  const parameters = placed(bound, plan);
  const size = parameters.reduce((sum, p) => sum + p.size, 0);
  const regions = (shapes: ReadonlyMap<string, readonly number[]>, prefix: string, stride: number) =>
    new Map([...shapes].map(([name, shape]) => [name, memory.region(`${prefix} ${name}`, elements(shape) * stride)]));
  const shapeOf = (name: string, input: (typeof bound.learnt)[number]["input"]): [string, number[]] => [
    name,
    g.shape(input).map(known),
  ];
  const inputs = new Map(bound.learnt.map((f) => shapeOf(f.name, f.input)));
  const { state, blocks } = layState(memory, plan, parameters, size, bound.once.dense.size > 0);
  const layout: Omit<Layout, "length"> = {
    capacity,
    columns: regions(data.columns, "column", capacity),
    once: regions(data.once, "once", 1),
    learnt: regions(new Map([...inputs].map(([name, shape]) => [name, [2, ...shape]])), "learnt", 1),
    features: regions(inputs, "feature", capacity),
    reports: new Map(
      bound.reports.map((r) => {
        const length = elements(g.shape(r.value));
        const value = memory.region(`report ${r.name}`, length);
        return [r.name, { value, gradient: memory.region(`gradient of ${r.name}`, length * size) }];
      }),
    ),
    starts: new Map(
      bound.parameters
        .filter((p) => p.init !== null)
        .map((p) => [p.name, memory.region(`start of ${p.name}`, elements(p.shape))]),
    ),
    declared: new Map(bound.parameters.map((p) => [p.name, memory.region(`declared ${p.name}`, elements(p.shape))])),
    state,
    control,
  };
  const context: StepContext = { bound, plan, parameters, size, blocks, layout };
  const procedures = (Object.keys(writers) as ProcedureName[]).map((name): Procedure => {
    const sink = new ProcedureSink(g, capacity, memory);
    writers[name](context, sink);
    return { name, instructions: sink.instructions };
  });
  return {
    kind: "step",
    graph: g,
    layout: { ...layout, length: memory.length },
    parameters,
    size,
    blocks: blocks.map((b) => b.step),
    components: components(bound, plan),
    procedures,
  };
}

/** Parameters in the order of the plan's blocks, so that a block is a contiguous part of φ. */
function placed(bound: Bound, plan: Plan): ParameterPlace[] {
  let first = 0;
  return plan.blocks.flatMap((block) =>
    block.parameters.map((name) => {
      const parameter = bound.parameters.find((p) => p.name === name);
      if (parameter === undefined) throw new Error(`the plan names an unknown parameter ${name}`);
      const place = { name, first, size: elements(parameter.freeShape) };
      first += place.size;
      return place;
    }),
  );
}

/** Connected parameters: two meet where one score factor, or one prior term without a diagonal Hessian, has both. */
function components(bound: Bound, plan: Plan): Component[] {
  const kind = plan.information === "expected" ? "expected" : "empirical";
  const meetings = bound.row.factors[kind].map((group) => [...group.parts.keys()]);
  if (bound.once.dense.size > 0) meetings.push([...bound.once.dense.keys()]);
  let sets = bound.parameters.map((p) => [p.name]);
  for (const names of meetings) {
    const joined = sets.filter((set) => set.some((name) => names.includes(name)));
    sets = [...sets.filter((set) => !joined.includes(set)), joined.flat()].filter((set) => set.length > 0);
  }
  return sets;
}

function layState(
  memory: Memory,
  plan: Plan,
  parameters: readonly ParameterPlace[],
  size: number,
  densePrior: boolean,
): { state: Record<StateName, Region>; blocks: LaidBlock[] } {
  const shapes = plan.blocks.map((planned) => {
    const own = parameters.filter((p) => planned.parameters.includes(p.name));
    const width = own.reduce((sum, p) => sum + p.size, 0);
    const structure = structures[planned.structure];
    return { planned, own, width, structure, length: structure.length(width), factor: structure.factorLength(width) };
  });
  const total = (of: (s: (typeof shapes)[number]) => number): number => shapes.reduce((sum, s) => sum + of(s), 0);
  const kept = total((s) => s.length);
  const vector = (name: StateName): Region => memory.region(name, size);
  const state: Record<StateName, Region> = {
    phi: vector("phi"),
    tangent: vector("tangent"),
    column: vector("column"),
    score: vector("score"),
    residual: vector("residual"),
    step: vector("step"),
    direction: vector("direction"),
    product: vector("product"),
    variance: vector("variance"),
    diagonal: vector("diagonal"),
    start: vector("start"),
    centre: vector("centre"),
    gradient: vector("gradient"),
    base: vector("base"),
    incomingPhi: vector("incomingPhi"),
    incomingGradient: vector("incomingGradient"),
    incomingMemory: memory.region("incomingMemory", kept),
    control: memory.region("control", control.length),
    damping: vector("damping"),
    priorScore: vector("priorScore"),
    priorDiagonal: vector("priorDiagonal"),
    information: memory.region("information", kept),
    memory: memory.region("memory", kept),
    prior: memory.region("prior", densePrior ? kept : 0),
    factor: memory.region(
      "factor",
      total((s) => s.factor),
    ),
    status: memory.region("status", 3 * shapes.length),
    logLikelihood: memory.region("logLikelihood", 1),
    logPrior: memory.region("logPrior", 1),
    logdet: memory.region("logdet", 1),
  };
  let [first, at, factorAt] = [0, 0, 0];
  const blocks = shapes.map(({ planned, own, width, structure, length, factor }, k): LaidBlock => {
    const laid: LaidBlock = {
      structure,
      block: { parameters: own, first, size: width },
      prior: densePrior ? part(state.prior, at, length) : null,
      factor: part(state.factor, factorAt, factor),
      status: part(state.status, 3 * k, 3),
      step: {
        parameters: planned.parameters,
        first,
        size: width,
        structure: planned.structure,
        information: part(state.information, at, length),
        memory: part(state.memory, at, length),
      },
    };
    first += width;
    at += length;
    factorAt += factor;
    return laid;
  });
  return { state, blocks };
}
