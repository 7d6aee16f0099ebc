// The procedures of a Step, one writer each, in a total table: what an update does, as array instructions.

import {
  type ByParameter,
  type FactorGroup,
  known,
  type Layout,
  type NodeId,
  type Output,
  type ParameterPlace,
  type Plan,
  type ProcedureName,
  type Region,
  type StepBlock,
} from "../ir/index.ts";
import { type Block, part, type Structure } from "../structures/index.ts";
import type { Bound } from "./bind.ts";
import type { ProcedureSink } from "./sink.ts";
import { flowWriters } from "./update.ts";

export interface LaidBlock {
  readonly step: StepBlock;
  readonly block: Block;
  readonly structure: Structure;
  readonly factor: Region;
  readonly status: Region;
  /** Prior terms whose Hessian is not diagonal, in the block's structure; null where there are none. */
  readonly prior: Region | null;
}

export interface StepContext {
  readonly bound: Bound;
  readonly plan: Plan;
  readonly parameters: readonly ParameterPlace[];
  readonly size: number;
  readonly blocks: readonly LaidBlock[];
  readonly layout: Omit<Layout, "length">;
}

type Writer = (context: StepContext, sink: ProcedureSink) => void;

export const writers: Record<ProcedureName, Writer> = {
  evaluate(context, sink) {
    sink.emit({ kind: "compute", outputs: [valueOutput(context, sink)] });
  },

  slope(context, sink) {
    sink.emit({ kind: "compute", outputs: [valueOutput(context, sink), ...scoreOutputs(context, sink)] });
  },

  inform(context, sink) {
    if (context.plan.information === "observed")
      return hessianColumns(context, sink, sums(sink, context.bound.row.curvature), (b) => b.step.information);
    const kind = context.plan.information === "empirical" ? "empirical" : "expected";
    for (const group of context.bound.row.factors[kind]) accumulateGroup(context, sink, group);
  },

  accumulate(context, sink) {
    if (context.plan.information === "observed") return writers.observe(context, sink);
    writers.slope(context, sink);
    writers.inform(context, sink);
  },

  observe(context, sink) {
    writers.slope(context, sink);
    const curvature = sums(sink, context.bound.row.curvature);
    hessianColumns(context, sink, curvature, (b) => b.step.information);
  },

  prior(context, sink) {
    const { state } = context.layout;
    const { once } = context.bound;
    for (const target of [state.logPrior, state.priorScore, state.priorDiagonal, state.prior])
      if (target.length > 0) sink.emit({ kind: "routine", routine: { name: "zero", target } });
    const minusDiagonal = new Map(
      [...once.diagonal].map(([name, node]) => [
        name,
        sink.graph.apply("max", [sink.graph.neg(node), zeros(sink, node)]),
      ]),
    );
    sink.emit({
      kind: "compute",
      outputs: [
        { node: once.value, region: state.logPrior, at: 0, laneStride: 0, mode: "set" },
        ...vectorOutputs(context, once.gradient, state.priorScore, "set"),
        ...vectorOutputs(context, minusDiagonal, state.priorDiagonal, "set"),
      ],
    });
    if (once.dense.size > 0) hessianColumns(context, sink, once.dense, (b) => b.prior as Region);
  },

  diagonal(context, sink) {
    const { state } = context.layout;
    sink.emit({ kind: "routine", routine: { name: "zero", target: state.diagonal } });
    sink.emit({ kind: "routine", routine: { name: "add", target: state.diagonal, source: state.priorDiagonal } });
    for (const { structure, block, step, prior } of context.blocks)
      for (const term of [step.memory, step.information, ...(prior === null ? [] : [prior])])
        structure.diagonal(sink, block, term, part(state.diagonal, block.first, block.size));
  },

  factorize(context, sink) {
    const { state } = context.layout;
    for (const { structure, block, step, prior, factor, status } of context.blocks) {
      const terms = [step.memory, step.information, ...(prior === null ? [] : [prior])];
      const diagonals = [state.priorDiagonal, state.damping].map((region) => part(region, block.first, block.size));
      structure.factorize(sink, block, terms, diagonals, factor, status);
    }
  },

  solve(context, sink) {
    const { residual, step: target } = context.layout.state;
    for (const { structure, block, factor } of context.blocks)
      structure.solve(
        sink,
        block,
        factor,
        part(residual, block.first, block.size),
        part(target, block.first, block.size),
      );
  },

  multiply(context, sink) {
    const { direction, product } = context.layout.state;
    for (const { structure, block, step } of context.blocks)
      structure.multiply(
        sink,
        block,
        step.memory,
        part(direction, block.first, block.size),
        part(product, block.first, block.size),
      );
  },

  absorb(context, sink) {
    const { memory, information } = context.layout.state;
    sink.emit({ kind: "routine", routine: { name: "add", target: memory, source: information } });
  },

  invert(context, sink) {
    const { variance, logdet } = context.layout.state;
    sink.emit({ kind: "routine", routine: { name: "zero", target: logdet } });
    for (const { structure, block, factor } of context.blocks)
      structure.invert(sink, block, factor, part(variance, block.first, block.size), logdet);
  },

  ...flowWriters,

  features(context, sink) {
    const outputs = context.bound.learnt.map(
      (f): Output => ({
        node: f.input,
        region: context.layout.features.get(f.name) as Region,
        at: 0,
        laneStride: 0,
        mode: "set",
      }),
    );
    sink.emit({ kind: "compute", outputs });
  },

  starts(context, sink) {
    const outputs = context.bound.parameters.flatMap((p): Output[] => {
      const region = context.layout.starts.get(p.name);
      if (p.init === null || region === undefined) return [];
      return [{ node: p.init, region, at: 0, laneStride: 0, mode: "set" }];
    });
    sink.emit({ kind: "compute", outputs });
  },

  declared(context, sink) {
    const outputs = context.bound.parameters.map((p): Output => {
      const region = context.layout.declared.get(p.name) as Region;
      return { node: p.value, region, at: 0, laneStride: 0, mode: "set" };
    });
    sink.emit({ kind: "compute", outputs });
  },

  reports(context, sink) {
    for (const report of context.bound.reports) {
      const { value, gradient } = context.layout.reports.get(report.name) as { value: Region; gradient: Region };
      sink.emit({ kind: "routine", routine: { name: "zero", target: gradient } });
      sink.emit({
        kind: "compute",
        outputs: [{ node: report.value, region: value, at: 0, laneStride: 0, mode: "set" }],
      });
      const outputs = vectorOutputs(context, report.gradient, gradient, "set");
      sink.lanes(value.length, (body) =>
        body.emit({ kind: "compute", outputs: outputs.map((o) => ({ ...o, laneStride: context.size })) }),
      );
    }
  },
};

function valueOutput(context: StepContext, sink: ProcedureSink): Output {
  const node = sink.graph.sumRows(context.bound.row.value);
  return { node, region: context.layout.state.logLikelihood, at: 0, laneStride: 0, mode: "add" };
}

function scoreOutputs(context: StepContext, sink: ProcedureSink): Output[] {
  return vectorOutputs(context, sums(sink, context.bound.row.gradient), context.layout.state.score, "add");
}

function sums(sink: ProcedureSink, nodes: ByParameter): ByParameter {
  return new Map([...nodes].map(([name, node]) => [name, sink.graph.sumRows(sink.graph.perRow(node))]));
}

/** Nodes by parameter, each at its place in a region over φ. */
function vectorOutputs(context: StepContext, nodes: ByParameter, region: Region, mode: "set" | "add"): Output[] {
  return context.parameters.flatMap((place): Output[] => {
    const node = nodes.get(place.name);
    return node === undefined ? [] : [{ node, region, at: place.first, laneStride: 0, mode }];
  });
}

function accumulateGroup(context: StepContext, sink: ProcedureSink, group: FactorGroup): void {
  const write = (into: ProcedureSink): void => {
    for (const { structure, block, step } of context.blocks) {
      const parts = new Map([...group.parts].filter(([name]) => step.parameters.includes(name)));
      if (parts.size > 0) structure.accumulate(into, block, step.information, { parts, weight: group.weight });
    }
  };
  if (group.lanes === null) write(sink);
  else sink.lanes(known(group.lanes), write);
}

/** A column of minus the Hessian a coordinate of φ, given Hessian–vector products along the region `tangent`. */
function hessianColumns(
  context: StepContext,
  sink: ProcedureSink,
  products: ByParameter,
  target: (block: LaidBlock) => Region,
): void {
  const { tangent, column } = context.layout.state;
  sink.lanes(context.size, (body) => {
    body.emit({ kind: "routine", routine: { name: "unit", target: tangent } });
    body.emit({ kind: "routine", routine: { name: "zero", target: column } });
    body.emit({ kind: "compute", outputs: vectorOutputs(context, products, column, "add") });
    for (const b of context.blocks) b.structure.accumulateColumn(body, b.block, target(b), column);
  });
}

function zeros(sink: ProcedureSink, like: NodeId): NodeId {
  const shape = sink.graph.shape(like);
  return sink.graph.constant(0, shape);
}
