// Score factors (mathematics.md §2): a family's own Fisher information F over its arguments η, pulled back
// through η(φ). With F = L diag(d) Lᵀ the row's information is Σ_c d_c z_c z_cᵀ, z_c = Σ_j L_jc ∂η_j/∂φ.
// Nothing here knows a family or a structure.

import {
  type Dim,
  type FactorGroup,
  type FisherForm,
  type GraphBuilder,
  type InformationNote,
  type LikelihoodTerm,
  type NodeId,
  rewrite,
} from "../ir/index.ts";
import { dependsOn, gradient, pullback, type Seed } from "./reverse.ts";

/** The parameter leaves to differentiate in, by name. */
export type Leaves = ReadonlyMap<string, NodeId>;

export interface Factors {
  readonly groups: readonly FactorGroup[];
  readonly note: InformationNote | null;
}

/** A node over slots, with the slots replaced by the statement's arguments. */
export function filled(g: GraphBuilder, node: NodeId, args: readonly NodeId[]): NodeId {
  const put = rewrite(g, [node], g, (leaf) => (leaf.op === "slot" ? slotValue(g, leaf, args) : null));
  return put[0] as NodeId;
}

function slotValue(
  g: GraphBuilder,
  slot: { attributes: { index?: number }; shape: readonly Dim[] },
  args: readonly NodeId[],
): NodeId {
  return g.expandTo(args[slot.attributes.index ?? 0] as NodeId, slot.shape);
}

/** The expected information of a statement as factors, falling back on the empirical where no closed form is known. */
export function expectedFactors(g: GraphBuilder, term: LikelihoodTerm, scale: NodeId, leaves: Leaves): Factors {
  const wrt = new Set(leaves.values());
  const active = term.args.map((_, j) => j).filter((j) => dependsOn(g, term.args[j] as NodeId, wrt));
  if (active.length === 0) return { groups: [], note: null };
  const shape = g.shape(term.logpdf);
  if (term.fisher === null)
    return empirical(g, term, scale, leaves, `${term.family} has no closed-form Fisher information`);
  if (term.fisher.kind === "matrix")
    return { groups: [matrixGroup(g, term, term.fisher.matrix, scale, leaves)], note: null };
  if (shape.length > 1) return empirical(g, term, scale, leaves, "its response has more than one axis");
  return entryFactors(g, term, term.fisher, active, scale, leaves);
}

/** The score of the statement as its single factor. */
export function empirical(
  g: GraphBuilder,
  term: LikelihoodTerm,
  scale: NodeId,
  leaves: Leaves,
  reason: string | null,
): Factors {
  const logpdf = g.sumAll(filled(g, term.logpdf, term.args));
  const parts = named(g, leaves, gradient(g, logpdf, [...leaves.values()]));
  const note = reason === null ? null : { statement: term.text, reason: `${reason}; the scores themselves are used` };
  return { groups: [{ basis: "empirical", lanes: null, weight: scale, parts }], note };
}

/** F = R Rᵀ for one vector argument: a factor a column of R. */
function matrixGroup(
  g: GraphBuilder,
  term: LikelihoodTerm,
  matrix: NodeId,
  scale: NodeId,
  leaves: Leaves,
): FactorGroup {
  const columns = g.transpose(g.root(g.perRow(filled(g, matrix, term.args))));
  const seed = { node: term.args[0] as NodeId, cotangent: g.gather(columns, g.lane()) };
  const parts = named(g, leaves, pullback(g, [seed], [...leaves.values()]));
  return { basis: "expected", lanes: g.shape(matrix)[0] as Dim, weight: scale, parts };
}

function entryFactors(
  g: GraphBuilder,
  term: LikelihoodTerm,
  fisher: FisherForm & { kind: "entries" },
  active: readonly number[],
  scale: NodeId,
  leaves: Leaves,
): Factors {
  const entry = (j: number, k: number): NodeId | null => {
    const node = fisher.entries[j]?.[k] ?? null;
    return node === null ? null : filled(g, node, term.args);
  };
  // an argument whose own entry is unknown, but which the others do not meet, gets its score as its factor
  const alone = active.filter((j) => entry(j, j) === null);
  const known = active.filter((j) => !alone.includes(j));
  const meets = (j: number, k: number): boolean => {
    const node = entry(j, k);
    return node === null || g.constantValue(node) !== 0;
  };
  const unknown = known.some((j) => known.some((k) => entry(j, k) === null));
  if (unknown || alone.some((j) => active.some((k) => k !== j && meets(j, k))))
    return empirical(
      g,
      term,
      scale,
      leaves,
      `the Fisher information of ${term.family} in these arguments has no closed form`,
    );
  const groups = factorise(g, known, (j, k) => entry(j, k) as NodeId).map(({ pivot, column }) =>
    lanesOf(g, term, pivot, column, "expected", scale, leaves),
  );
  const slots = alone.map((j) => slotOf(g, term, j));
  const scores = slots.length === 0 ? [] : gradient(g, g.sumAll(term.logpdf), slots);
  for (const [k, j] of alone.entries()) {
    const score = filled(g, scores[k] as NodeId, term.args);
    groups.push(lanesOf(g, term, g.constant(1, g.shape(score)), new Map([[j, score]]), "empirical", scale, leaves));
  }
  const names = alone.map((j) => term.argumentNames[j]).join(", ");
  const reason = `the Fisher information of ${term.family} in ${names} has no closed form; its scores are used`;
  return { groups, note: alone.length === 0 ? null : { statement: term.text, reason } };
}

interface FactorColumn {
  /** d_c */
  readonly pivot: NodeId;
  /** L_jc by argument, unit at c. */
  readonly column: ReadonlyMap<number, NodeId>;
}

/** L diag(d) Lᵀ of a small symmetric matrix of nodes, known zeros staying away. */
function factorise(
  g: GraphBuilder,
  indices: readonly number[],
  entry: (j: number, k: number) => NodeId,
): FactorColumn[] {
  const rest = new Map<string, NodeId>();
  for (const j of indices) for (const k of indices) if (j >= k) rest.set(`${j},${k}`, entry(j, k));
  const columns: FactorColumn[] = [];
  for (const [position, c] of indices.entries()) {
    const pivot = rest.get(`${c},${c}`) as NodeId;
    const below = indices.slice(position + 1);
    const column = new Map<number, NodeId>([[c, g.constant(1, g.shape(pivot))]]);
    for (const j of below) {
      const value = rest.get(`${j},${c}`) as NodeId;
      if (g.constantValue(value) !== 0) column.set(j, g.div(value, pivot));
    }
    for (const j of below)
      for (const k of below) {
        const [left, right] = [column.get(j), column.get(k)];
        if (j < k || left === undefined || right === undefined) continue;
        const key = `${j},${k}`;
        rest.set(key, g.sub(rest.get(key) as NodeId, g.mul(left, g.mul(right, pivot))));
      }
    columns.push({ pivot, column });
  }
  return columns;
}

/** The factor group of one column; a vector response has a lane an element. */
function lanesOf(
  g: GraphBuilder,
  term: LikelihoodTerm,
  pivot: NodeId,
  column: ReadonlyMap<number, NodeId>,
  basis: "expected" | "empirical",
  scale: NodeId,
  leaves: Leaves,
): FactorGroup {
  const shape = g.shape(term.logpdf);
  const lanes = shape.length === 0 ? null : (shape[0] as Dim);
  const at = (node: NodeId): NodeId => (lanes === null ? node : g.gather(node, g.lane()));
  const seeds: Seed[] = [];
  for (const [j, value] of column) {
    const node = g.expandTo(term.args[j] as NodeId, shape);
    seeds.push({ node, cotangent: lanes === null ? value : g.scatter(at(value), g.lane(), lanes) });
  }
  const parts = named(g, leaves, pullback(g, seeds, [...leaves.values()]));
  return { basis, lanes, weight: g.mul(scale, at(pivot)), parts };
}

function slotOf(g: GraphBuilder, term: LikelihoodTerm, j: number): NodeId {
  const arg = g.node(term.args[j] as NodeId);
  const shape = term.fisher?.kind === "entries" ? g.shape(term.logpdf) : arg.shape;
  return g.slot(j, shape, arg.row);
}

/** Non-zero results by parameter name. */
export function named(g: GraphBuilder, leaves: Leaves, nodes: readonly NodeId[]): ReadonlyMap<string, NodeId> {
  const result = new Map<string, NodeId>();
  for (const [k, name] of [...leaves.keys()].entries()) {
    const node = nodes[k] as NodeId;
    if (g.constantValue(node) !== 0) result.set(name, node);
  }
  return result;
}
