// Derivatives + Plan → Step: the layout of the one linear memory, and the procedures of an update as array
// instructions. Structures contribute theirs; nothing here knows a family.

import {
  control,
  elements,
  known,
  type Layout,
  type ParameterPlace,
  type Plan,
  type Procedure,
  type Region,
  type StateName,
  type Step,
  stateLengths,
  type UpdateProcedure,
} from "../ir/index.ts";
import { type Block, coupled, noises, part, structureOf } from "../structures/index.ts";
import type { Bound } from "./bind.ts";
import { basisOf, type LaidBlock, type StepContext } from "./context.ts";
import { writers } from "./procedures.ts";
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
    noise: regions(plan.information === "sampled" ? noises(bound) : new Map(), "noise", capacity),
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
  const procedures = (Object.keys(writers) as UpdateProcedure[]).map((name): Procedure => {
    const sink = new ProcedureSink(g, capacity, memory, plan.precision);
    writers[name](context, sink);
    return { name, instructions: sink.instructions };
  });
  return {
    kind: "step",
    graph: g,
    layout: { ...layout, length: memory.length },
    parameters,
    precision: plan.precision,
    size,
    blocks: blocks.map((b) => b.step),
    components: coupled(
      bound.parameters.map((p) => p.name),
      bound.row.factors[basisOf(plan)],
      bound.once.dense,
    ),
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

function layState(
  memory: Memory,
  plan: Plan,
  parameters: readonly ParameterPlace[],
  size: number,
  densePrior: boolean,
): { state: Record<StateName, Region>; blocks: LaidBlock[] } {
  const terms = densePrior ? 3 : 2;
  let next = 0;
  const shapes = plan.blocks.map((planned) => {
    const own = planned.parameters.map((name) => parameters.find((p) => p.name === name) as ParameterPlace);
    const width = own.reduce((sum, p) => sum + p.size, 0);
    const block: Block = { parameters: own, first: next, size: width, form: planned.form };
    next += width;
    const structure = structureOf(planned.form);
    return { planned, block, structure, length: structure.length(block), factor: structure.factorLength(block, terms) };
  });
  const total = (of: (s: (typeof shapes)[number]) => number): number => shapes.reduce((sum, s) => sum + of(s), 0);
  const even = (n: number): number => n + (n % 2);
  const kept = total((s) => even(s.length));
  const factor = total((s) => even(s.factor));
  const lengths = stateLengths({ size, blocks: shapes.length, kept, factor, densePrior });
  const state = Object.fromEntries(
    Object.entries(lengths).map(([name, length]) => [name, memory.region(name, length)]),
  ) as Record<StateName, Region>;
  let [at, factorAt] = [0, 0];
  const blocks = shapes.map(({ planned, block, structure, length, factor }, k): LaidBlock => {
    const laid: LaidBlock = {
      structure,
      block,
      prior: densePrior ? part(state.prior, at, length) : null,
      factor: part(state.factor, factorAt, factor),
      status: part(state.status, 3 * k, 3),
      step: {
        parameters: planned.parameters,
        first: block.first,
        size: block.size,
        form: planned.form,
        information: part(state.information, at, length),
        memory: part(state.memory, at, length),
      },
    };
    at += length + (length % 2);
    factorAt += factor + (factor % 2);
    return laid;
  });
  return { state, blocks };
}
