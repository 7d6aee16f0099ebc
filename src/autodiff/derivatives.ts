// Density → Derivatives: one graph that holds the row's log-likelihood, its score, its information in factors,
// its curvature along a tangent, the same for terms that are not per row, and the gradients of reports.

import {
  type Density,
  type Derivatives,
  type FactorGroup,
  GraphBuilder,
  type InformationNote,
  info,
  type LikelihoodTerm,
  type NodeId,
  type OnceDerivatives,
  order,
  type Parameter,
  rewrite,
} from "../ir/index.ts";
import { empirical, expectedFactors, sampledFactors } from "./factors.ts";
import { filled, type Leaves, named } from "./filled.ts";
import { pushforward } from "./forward.ts";
import { dependsOn, gradient } from "./reverse.ts";

export type Target = "likelihood" | "posterior";

/** Derives everything an update needs. `target posterior` adds the log-Jacobians of the transforms to the once terms. */
export function derive(density: Density, target: Target): Derivatives {
  const g = new GraphBuilder();
  const move = (id: NodeId): NodeId => rewrite(density.graph, [id], g)[0] as NodeId;
  const parameters = density.parameters.map(
    (p): Parameter => ({
      ...p,
      value: move(p.value),
      logJacobian: p.logJacobian === null ? null : move(p.logJacobian),
      init: p.init === null ? null : move(p.init),
    }),
  );
  const leaves: Leaves = new Map(parameters.map((p) => [p.name, g.param(p.name, p.freeShape)]));
  const rowValues: NodeId[] = [];
  const onceValues: NodeId[] = [];
  const expected: FactorGroup[] = [];
  const scores: FactorGroup[] = [];
  const drawn: FactorGroup[] = [];
  const notes: InformationNote[] = [];
  for (const term of density.terms) {
    if (term.kind === "likelihood") {
      const moved = moveTerm(term, move);
      const scale = scaleOf(g, moved);
      const value = g.mul(scale, g.sumAll(filled(g, moved.logpdf, moved.args)));
      if (!g.node(value).row) {
        onceValues.push(value);
        continue;
      }
      rowValues.push(value);
      const { groups, note } = expectedFactors(g, moved, scale, leaves);
      expected.push(...groups);
      if (note !== null) notes.push(note);
      scores.push(...empirical(g, moved, scale, leaves, null).groups);
      const sampled = sampledFactors(g, moved, scale, leaves, `${drawn.length}`);
      drawn.push(...sampled.groups);
      if (sampled.note !== null) notes.push(sampled.note);
    } else if (term.kind === "prior") onceValues.push(move(term.logpdf));
    else {
      const value = g.sumAll(move(term.value));
      if (!g.node(value).row) {
        onceValues.push(value);
        continue;
      }
      rowValues.push(value);
      const parts = named(g, leaves, gradient(g, value, [...leaves.values()]));
      const one = g.constant(1);
      const group: FactorGroup = { basis: "empirical", lanes: null, weight: one, parts, residual: one };
      expected.push(group);
      scores.push(group);
      drawn.push(group);
      const reason = "a factor is not a distribution; its scores are used as its information";
      for (const asked of ["expected", "sampled"] as const) notes.push({ of: asked, statement: term.text, reason });
    }
  }
  if (target === "posterior") for (const p of parameters) if (p.logJacobian !== null) onceValues.push(p.logJacobian);
  const value = total(g, rowValues);
  const rowGradient = gradient(g, value, [...leaves.values()]);
  return {
    kind: "derivatives",
    graph: g,
    parameters,
    row: {
      value,
      gradient: named(g, leaves, rowGradient),
      factors: { expected: merged(g, expected), empirical: merged(g, scores), sampled: merged(g, drawn) },
      curvature: named(g, leaves, pushforward(g, rowGradient, tangents(g, leaves))),
    },
    once: onceDerivatives(g, onceValues, leaves),
    reports: density.reports.map((report) => {
      const node = move(report.value);
      return { ...report, value: node, gradient: reportGradient(g, node, leaves) };
    }),
    learnt: density.learnt.map((feature) => ({ ...feature, input: move(feature.input) })),
    notes,
  };
}

function moveTerm(term: LikelihoodTerm, move: (id: NodeId) => NodeId): LikelihoodTerm {
  const maybe = (id: NodeId | null): NodeId | null => (id === null ? null : move(id));
  return {
    ...term,
    response: move(term.response),
    args: term.args.map(move),
    logpdf: move(term.logpdf),
    mean: maybe(term.mean),
    variance: maybe(term.variance),
    fisher:
      term.fisher === null
        ? null
        : term.fisher.kind === "matrix"
          ? { kind: "matrix", matrix: move(term.fisher.matrix) }
          : { kind: "entries", entries: term.fisher.entries.map((line) => line.map(maybe)) },
    anywhere: term.anywhere === null ? null : { ...term.anywhere, logpdf: move(term.anywhere.logpdf) },
    weight: maybe(term.weight),
    present: maybe(term.present),
  };
}

/** Weight times presence: the factor of the statement's log-likelihood. */
function scaleOf(g: GraphBuilder, term: LikelihoodTerm): NodeId {
  const weight = term.weight ?? g.constant(1);
  return term.present === null ? weight : g.mul(weight, term.present);
}

function total(g: GraphBuilder, values: readonly NodeId[]): NodeId {
  return values.reduce((sum, v) => g.add(sum, v), g.constant(0));
}

function tangents(g: GraphBuilder, leaves: Leaves): Map<NodeId, NodeId> {
  return new Map([...leaves].map(([name, leaf]) => [leaf, g.tangent(name, g.shape(leaf))]));
}

/** Groups with the same factor are one group of the summed weight. */
function merged(g: GraphBuilder, groups: readonly FactorGroup[]): FactorGroup[] {
  const result: FactorGroup[] = [];
  for (const group of groups) {
    if (group.parts.size === 0 || g.constantValue(group.weight) === 0) continue;
    const same = result.findIndex((r) => r.lanes === group.lanes && r.basis === group.basis && sameParts(r, group));
    if (same < 0) result.push(group);
    else result[same] = together(g, result[same] as FactorGroup, group);
  }
  return result;
}

function together(g: GraphBuilder, a: FactorGroup, b: FactorGroup): FactorGroup {
  const weight = g.add(a.weight, b.weight);
  const known = a.residual !== null && b.residual !== null;
  const score = known ? g.add(g.mul(a.weight, a.residual), g.mul(b.weight, b.residual)) : null;
  return { ...a, weight, residual: score === null ? null : g.div(score, weight) };
}

function sameParts(a: FactorGroup, b: FactorGroup): boolean {
  return a.parts.size === b.parts.size && [...a.parts].every(([name, node]) => b.parts.get(name) === node);
}

/**
 * Terms whose gradient in each parameter depends on that parameter elementwise have a diagonal Hessian, which one
 * tangent of ones reveals; the others need a tangent a coordinate.
 */
function onceDerivatives(g: GraphBuilder, values: readonly NodeId[], leaves: Leaves): OnceDerivatives {
  const [diagonal, dense]: [NodeId[], NodeId[]] = [[], []];
  for (const value of values) (hasDiagonalHessian(g, value, leaves) ? diagonal : dense).push(value);
  const all = [...leaves.values()];
  const ones = new Map(all.map((leaf) => [leaf, g.constant(1, g.shape(leaf))]));
  const value = total(g, values);
  const slopes = gradient(g, total(g, dense), all);
  const names = [...leaves.keys()];
  return {
    value,
    gradient: named(g, leaves, gradient(g, value, all)),
    diagonal: named(g, leaves, pushforward(g, gradient(g, total(g, diagonal), all), ones)),
    dense: named(g, leaves, pushforward(g, slopes, tangents(g, leaves))),
    separable: new Set(names.filter((_, k) => elementwiseIn(g, slopes[k] as NodeId, all[k] as NodeId))),
  };
}

function hasDiagonalHessian(g: GraphBuilder, value: NodeId, leaves: Leaves): boolean {
  const all = [...leaves.values()];
  return gradient(g, value, all).every((slope, k) => {
    const own = all[k] as NodeId;
    const others = new Set(all.filter((leaf) => leaf !== own));
    if (dependsOn(g, slope, others)) return false;
    return g.shape(own).length === 0 || elementwiseIn(g, slope, own);
  });
}

/** Every path from `leaf` to `node` keeps positions apart. */
function elementwiseIn(g: GraphBuilder, node: NodeId, leaf: NodeId): boolean {
  const target = new Set([leaf]);
  return order(g, [node]).every(
    (id) => id === leaf || !dependsOn(g, id, target) || info(g.node(id).op).kind === "elementwise",
  );
}

/** Reports may be arrays: their gradients are taken a lane an element in row-major order, through the leaf `lane`. */
function reportGradient(g: GraphBuilder, value: NodeId, leaves: Leaves): ReadonlyMap<string, NodeId> {
  let [cotangent, position] = [g.constant(1), g.lane()];
  for (const dim of g.shape(value).toReversed()) {
    const whole = g.apply("floor", [g.div(position, g.size(dim))]);
    cotangent = g.scatter(cotangent, g.sub(position, g.mul(whole, g.size(dim))), dim);
    position = whole;
  }
  const scalar = g.sumAll(g.mul(value, cotangent));
  return named(g, leaves, gradient(g, scalar, [...leaves.values()]));
}
