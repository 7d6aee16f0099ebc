// Bound derivatives: dimensions replaced by the numbers that the data gave, and what targets need not know
// (log-sum-exp) written in simpler operations. Everything from the plan on is for known shapes.

import {
  type Bindings,
  type ByParameter,
  bindDim,
  type Derivatives,
  type Dim,
  type FactorGroup,
  type Graph,
  GraphBuilder,
  type NodeId,
  order,
  rewrite,
} from "../ir/index.ts";

/** The same derivatives in a graph whose shapes are all numbers. */
export function bind(
  derivatives: Derivatives,
  bindings: Pick<Bindings, "dims">,
): Derivatives & { readonly graph: GraphBuilder } {
  const g = new GraphBuilder();
  const moved = new Map<NodeId, NodeId>();
  const source = expandLogSumExp(derivatives.graph, roots(derivatives));
  const ids = rewrite(source.graph, source.roots, g, () => null, bindings.dims);
  for (const [k, id] of roots(derivatives).entries()) moved.set(id, ids[k] as NodeId);
  const move = (id: NodeId): NodeId => moved.get(id) as NodeId;
  const moveAll = (nodes: ByParameter): ByParameter => new Map([...nodes].map(([name, id]) => [name, move(id)]));
  const size = (dim: Dim | null): Dim | null => (dim === null ? null : bindDim(dim, bindings.dims));
  const moveGroups = (groups: readonly FactorGroup[]): FactorGroup[] =>
    groups.map((f) => ({
      ...f,
      lanes: size(f.lanes),
      weight: move(f.weight),
      parts: moveAll(f.parts),
      residual: f.residual === null ? null : move(f.residual),
    }));
  const shape = (dims: readonly Dim[]): Dim[] => dims.map((d) => bindDim(d, bindings.dims));
  return {
    kind: "derivatives",
    graph: g,
    parameters: derivatives.parameters.map((p) => ({
      ...p,
      shape: shape(p.shape),
      freeShape: shape(p.freeShape),
      value: move(p.value),
      logJacobian: p.logJacobian === null ? null : move(p.logJacobian),
      init: p.init === null ? null : move(p.init),
    })),
    row: {
      value: move(derivatives.row.value),
      gradient: moveAll(derivatives.row.gradient),
      factors: {
        expected: moveGroups(derivatives.row.factors.expected),
        empirical: moveGroups(derivatives.row.factors.empirical),
        sampled: moveGroups(derivatives.row.factors.sampled),
      },
      curvature: moveAll(derivatives.row.curvature),
    },
    once: {
      value: move(derivatives.once.value),
      gradient: moveAll(derivatives.once.gradient),
      diagonal: moveAll(derivatives.once.diagonal),
      dense: moveAll(derivatives.once.dense),
      separable: derivatives.once.separable,
    },
    reports: derivatives.reports.map((r) => ({ ...r, value: move(r.value), gradient: moveAll(r.gradient) })),
    learnt: derivatives.learnt.map((f) => ({ ...f, input: move(f.input) })),
    notes: derivatives.notes,
  };
}

/** Every node that a `Derivatives` names, in one fixed order. */
function roots(d: Derivatives): NodeId[] {
  const groups = [...d.row.factors.expected, ...d.row.factors.empirical, ...d.row.factors.sampled];
  return [
    ...d.parameters.flatMap((p) => [p.value, ...[p.logJacobian, p.init].filter((id) => id !== null)]),
    d.row.value,
    ...d.row.gradient.values(),
    ...d.row.curvature.values(),
    ...groups.flatMap((f) => [f.weight, ...f.parts.values(), ...(f.residual === null ? [] : [f.residual])]),
    d.once.value,
    ...d.once.gradient.values(),
    ...d.once.diagonal.values(),
    ...d.once.dense.values(),
    ...d.reports.flatMap((r) => [r.value, ...r.gradient.values()]),
    ...d.learnt.map((f) => f.input),
  ];
}

/** log Σ exp x = m + log Σ exp(x − m), m = max x. */
export function expandLogSumExp(from: Graph, wanted: readonly NodeId[]): { graph: Graph; roots: NodeId[] } {
  if (!order(from, wanted).some((id) => from.nodes[id]?.op === "logsumexp")) return { graph: from, roots: [...wanted] };
  const g = new GraphBuilder();
  const moved = rewrite(
    from,
    wanted,
    g,
    () => null,
    new Map(),
    (node, args, into) => {
      if (node.op !== "logsumexp") return null;
      const [x, axis] = [args[0] as NodeId, node.attributes.axis as number];
      const top = into.reduce("reduceMax", x, axis);
      const repeated = into.expand(top, axis, into.shape(x)[axis] as Dim);
      const sum = into.sum(into.apply("exp", [into.sub(x, repeated)]), axis);
      return into.add(top, into.apply("log", [sum]));
    },
  );
  return { graph: g, roots: moved };
}

export type Bound = ReturnType<typeof bind>;
