// The procedures of a Step, one writer each, in a total table: what an update does, as array instructions.

import { type ByParameter, control, type NodeId, type Output, type Region, type UpdateProcedure } from "../ir/index.ts";
import { accumulateGroups, type HessianProducts, part, type StepSink } from "../structures/index.ts";
import { appendable, basisOf, incomingOf, type LaidBlock, type StepContext } from "./context.ts";
import type { ProcedureSink } from "./sink.ts";
import { flowWriters } from "./update.ts";

type Writer = (context: StepContext, sink: ProcedureSink) => void;

const none: ReadonlySet<string> = new Set();

export const writers: Record<UpdateProcedure, Writer> = {
  evaluate(context, sink) {
    sink.emit({ kind: "compute", outputs: [valueOutput(context, sink)] });
  },

  slope(context, sink) {
    sink.emit({ kind: "compute", outputs: [valueOutput(context, sink), ...scoreOutputs(context, sink)] });
  },

  inform(context, sink) {
    if (context.plan.information === "observed")
      return hessians(context, sink, sums(sink, context.bound.row.curvature), none, (b) => b.step.information);
    accumulateFactors(context, sink, context.blocks);
  },

  accumulate(context, sink) {
    if (context.plan.information === "observed") return writers.observe(context, sink);
    writers.slope(context, sink);
    writers.inform(context, sink);
  },

  observe(context, sink) {
    writers.slope(context, sink);
    const curvature = sums(sink, context.bound.row.curvature);
    hessians(context, sink, curvature, none, (b) => b.step.information);
    // what keeps only sums of squares goes on with its own information
    accumulateFactors(
      context,
      sink,
      context.blocks.filter((b) => b.structure.accumulateHessian === null),
    );
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
    if (once.dense.size > 0) hessians(context, sink, once.dense, once.separable, (b) => b.prior as Region);
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
    const { residual, score, step: target } = context.layout.state;
    for (const { structure, block, factor } of context.blocks) {
      const over = (region: Region): Region => part(region, block.first, block.size);
      structure.solve(sink, block, factor, over(residual), over(target), over(score));
    }
  },

  sample(context, sink) {
    const { residual, step: target } = context.layout.state;
    for (const { structure, block, factor } of context.blocks) {
      const over = (region: Region): Region => part(region, block.first, block.size);
      structure.sample(sink, block, factor, over(residual), over(target));
    }
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
    for (const { structure, block, step } of context.blocks)
      structure.absorb(sink, block, step.memory, step.information);
  },

  append(context, sink) {
    const rows = appendable(context);
    if (rows > 0) accumulateFactors(context, sink, context.blocks, rows);
  },

  gather(context, sink) {
    for (const { structure, block, step } of context.blocks)
      structure.absorb(sink, block, step.information, incomingOf(context, step));
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
function vectorOutputs(
  context: Pick<StepContext, "parameters">,
  nodes: ByParameter,
  region: Region,
  mode: "set" | "add",
): Output[] {
  return context.parameters.flatMap((place): Output[] => {
    const node = nodes.get(place.name);
    return node === undefined ? [] : [{ node, region, at: place.first, laneStride: 0, mode }];
  });
}

/** The factors of the planned information, for some of the blocks; `appended` rows at most go into memory and factor. */
function accumulateFactors(
  context: StepContext,
  sink: ProcedureSink,
  blocks: readonly LaidBlock[],
  appended?: number,
): void {
  const owners = blocks.map(({ structure, block, step, factor }) => ({
    structure,
    block,
    target: appended === undefined ? step.information : step.memory,
    factor,
  }));
  accumulateGroups(sink, owners, context.bound.row.factors[basisOf(context.plan)], {
    draws: context.plan.draws,
    drawSigns: (each) => drawSigns(context, each),
    ...(appended === undefined ? {} : { appended }),
  });
}

/** New signs in every region of noise, by a counter that goes on. */
function drawSigns({ layout }: StepContext, sink: StepSink): void {
  const steering = (at: number): Region => part(layout.state.control, at, 1);
  for (const [stream, region] of [...layout.noise.values()].entries()) {
    const args = [
      region,
      region.length / layout.capacity,
      stream,
      steering(control.seed),
      steering(control.draws),
      "rows",
      "capacity",
    ] as const;
    sink.emit({ kind: "routine", routine: { name: "kernel", kernel: "drawSigns", args, flops: 8 * region.length } });
  }
}

/** Minus a Hessian, given its products with the region `tangent`, in each block's structure. */
function hessians(
  context: StepContext,
  sink: ProcedureSink,
  products: ByParameter,
  separable: ReadonlySet<string>,
  target: (block: LaidBlock) => Region,
): void {
  const { tangent, column } = context.layout.state;
  const hessian: HessianProducts = {
    tangent,
    column,
    separable,
    write(into, block) {
      into.emit({ kind: "routine", routine: { name: "zero", target: part(column, block.first, block.size) } });
      const own = context.parameters.filter((p) => block.parameters.some((q) => q.name === p.name));
      into.emit({ kind: "compute", outputs: vectorOutputs({ parameters: own }, products, column, "add") });
    },
  };
  for (const b of context.blocks) b.structure.accumulateHessian?.(sink, b.block, target(b), hessian);
}

function zeros(sink: ProcedureSink, like: NodeId): NodeId {
  const shape = sink.graph.shape(like);
  return sink.graph.constant(0, shape);
}
