// Score factors (mathematics.md §2): a family's own Fisher information F over its arguments η, pulled back
// through η(φ). With F = L diag(d) Lᵀ the row's information is Σ_c d_c z_c z_cᵀ, z_c = Σ_j L_jc ∂η_j/∂φ.
// Nothing here knows a family or a structure.

import type {
  Dim,
  FactorGroup,
  FisherForm,
  GraphBuilder,
  InformationNote,
  LikelihoodTerm,
  NodeId,
} from "../ir/index.ts";
import { filled, type Leaves, named } from "./filled.ts";
import { choiceColumn, choiceOf, choiceRoot } from "./multinomial.ts";
import { dependsOn, gradient, pullback, type Seed } from "./reverse.ts";
import { responses, summedFactors } from "./summed.ts";

export interface Factors {
  readonly groups: readonly FactorGroup[];
  readonly note: InformationNote | null;
}

/** The expected information of a statement as factors, falling back on the empirical where no closed form is known. */
export function expectedFactors(g: GraphBuilder, term: LikelihoodTerm, scale: NodeId, leaves: Leaves): Factors {
  const wrt = new Set(leaves.values());
  const active = term.args.map((_, j) => j).filter((j) => dependsOn(g, term.args[j] as NodeId, wrt));
  if (active.length === 0) return { groups: [], note: null };
  const shape = g.shape(term.logpdf);
  if (term.fisher === null)
    return summedOr(g, term, active, scale, leaves, `${term.family} has no closed-form Fisher information`);
  if (term.fisher.kind === "matrix")
    return { groups: [matrixGroup(g, term, term.fisher.matrix, scale, leaves)], note: null };
  if (shape.length > 1) return empirical(g, term, scale, leaves, "its response has more than one axis");
  return entryFactors(g, term, term.fisher, active, scale, leaves);
}

/** The information in all arguments together, summed over responses; the scores where there is no rule for that. */
function summedOr(
  g: GraphBuilder,
  term: LikelihoodTerm,
  active: readonly number[],
  scale: NodeId,
  leaves: Leaves,
  why: string,
): Factors {
  const group = g.shape(term.logpdf).length > 0 ? null : summedFactors(g, term, active, scale, leaves);
  if (group === null) return empirical(g, term, scale, leaves, why);
  return { groups: [group], note: { of: "expected", statement: term.text, reason: `${why}; ${over(term)}` } };
}

function over({ anywhere }: LikelihoodTerm): string {
  return `it is summed over ${anywhere === null ? 0 : responses[anywhere.support]} responses of each row`;
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
  const note: InformationNote | null =
    reason === null
      ? null
      : { of: "expected", statement: term.text, reason: `${reason}; the scores themselves are used` };
  return { groups: [{ basis: "empirical", lanes: null, weight: scale, parts, residual: g.constant(1) }], note };
}

/**
 * The expected information as one factor a draw: z = Jᵀ R ε with F = R Rᵀ and random signs ε, so that E z zᵀ = Jᵀ F J.
 * Where no closed form is known, the score.
 */
export function sampledFactors(
  g: GraphBuilder,
  term: LikelihoodTerm,
  scale: NodeId,
  leaves: Leaves,
  name: string,
): Factors {
  const wrt = new Set(leaves.values());
  const active = term.args.map((_, j) => j).filter((j) => dependsOn(g, term.args[j] as NodeId, wrt));
  if (active.length === 0) return { groups: [], note: null };
  const seeds = signedSeeds(g, term, active, name);
  if (seeds === null) {
    const reason = `nothing to draw from, since ${term.family} has no closed-form Fisher information in these arguments`;
    const { groups, note } = empirical(g, term, scale, leaves, reason);
    return { groups, note: note === null ? null : { ...note, of: "sampled" } };
  }
  const parts = named(g, leaves, pullback(g, seeds, [...leaves.values()]));
  return { groups: [{ basis: "sampled", lanes: null, weight: scale, parts, residual: null }], note: null };
}

/** R ε in each argument; null where the family has no closed form in them. */
function signedSeeds(g: GraphBuilder, term: LikelihoodTerm, active: readonly number[], name: string): Seed[] | null {
  const { fisher } = term;
  if (fisher === null) return null;
  if (fisher.kind === "matrix") {
    const matrix = filled(g, fisher.matrix, term.args);
    const p = choiceOf(g, matrix);
    const root = p === null ? g.root(g.perRow(matrix)) : choiceRoot(g, g.perRow(p));
    const signs = g.noise(name, [g.shape(root)[0] as Dim]);
    return [{ node: term.args[0] as NodeId, cotangent: g.contract(root, signs) }];
  }
  const shape = g.shape(term.logpdf);
  const entry = (j: number, k: number): NodeId | null => fisher.entries[j]?.[k] ?? null;
  if (active.some((j) => active.some((k) => entry(j, k) === null))) return null;
  const columns = factorise(g, active, (j, k) => filled(g, entry(j, k) as NodeId, term.args));
  const seeds = new Map<number, NodeId>();
  for (const [c, { pivot, column }] of columns.entries()) {
    const signs = g.mul(g.noise(`${name}.${c}`, shape), g.apply("sqrt", [g.expandTo(pivot, shape)]));
    for (const [j, value] of column) {
      const own = g.mul(g.expandTo(value, shape), signs);
      const before = seeds.get(j);
      seeds.set(j, before === undefined ? own : g.add(before, own));
    }
  }
  return [...seeds].map(([j, cotangent]) => ({ node: g.expandTo(term.args[j] as NodeId, shape), cotangent }));
}

/** F = R Rᵀ for one vector argument: a factor a column of R. */
function matrixGroup(
  g: GraphBuilder,
  term: LikelihoodTerm,
  matrix: NodeId,
  scale: NodeId,
  leaves: Leaves,
): FactorGroup {
  const information = filled(g, matrix, term.args);
  const p = choiceOf(g, information);
  const column =
    p === null ? g.gather(g.transpose(g.root(g.perRow(information))), g.lane()) : choiceColumn(g, g.perRow(p));
  const seed = { node: term.args[0] as NodeId, cotangent: column };
  const parts = named(g, leaves, pullback(g, [seed], [...leaves.values()]));
  return { basis: "expected", lanes: g.shape(matrix)[0] as Dim, weight: scale, parts, residual: null };
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
    return summedOr(
      g,
      term,
      active,
      scale,
      leaves,
      `the Fisher information of ${term.family} in these arguments has no closed form`,
    );
  const slots = term.args.map((_, j) => slotOf(g, term, j));
  const scores = gradient(g, g.sumAll(term.logpdf), slots).map((node) => filled(g, node, term.args));
  const columns = factorise(g, known, (j, k) => entry(j, k) as NodeId);
  const residuals = inFactors(g, columns, known, scores);
  const groups = columns.map(({ pivot, column }, k) =>
    lanesOf(g, term, pivot, column, residuals[k] as NodeId, "expected", scale, leaves),
  );
  const summed = alone.map((j) => summedFactors(g, term, [j], scale, leaves));
  for (const [k, j] of alone.entries()) {
    const own = summed[k] ?? null;
    if (own !== null) {
      groups.push(own);
      continue;
    }
    const score = scores[j] as NodeId;
    const one = g.constant(1, g.shape(score));
    groups.push(lanesOf(g, term, one, new Map([[j, score]]), one, "empirical", scale, leaves));
  }
  const names = alone.map((j) => term.argumentNames[j]).join(", ");
  const instead = summed.every((group) => group !== null) ? over(term) : "its scores are used";
  const reason = `the Fisher information of ${term.family} in ${names} has no closed form; ${instead}`;
  return { groups, note: alone.length === 0 ? null : { of: "expected", statement: term.text, reason } };
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

/** e with L diag(d) e = the scores in the arguments. */
function inFactors(
  g: GraphBuilder,
  columns: readonly FactorColumn[],
  indices: readonly number[],
  scores: readonly NodeId[],
): NodeId[] {
  const residuals: NodeId[] = [];
  for (const [position, j] of indices.entries()) {
    let rest = scores[j] as NodeId;
    for (const [k, { pivot, column }] of columns.slice(0, position).entries()) {
      const below = column.get(j);
      if (below !== undefined) rest = g.sub(rest, g.mul(below, g.mul(pivot, residuals[k] as NodeId)));
    }
    residuals.push(g.div(rest, (columns[position] as FactorColumn).pivot));
  }
  return residuals;
}

/** The factor group of one column; a vector response has a lane an element. */
function lanesOf(
  g: GraphBuilder,
  term: LikelihoodTerm,
  pivot: NodeId,
  column: ReadonlyMap<number, NodeId>,
  residual: NodeId,
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
  return { basis, lanes, weight: g.mul(scale, at(pivot)), parts, residual: at(g.expandTo(residual, shape)) };
}

function slotOf(g: GraphBuilder, term: LikelihoodTerm, j: number): NodeId {
  const arg = g.node(term.args[j] as NodeId);
  const shape = term.fisher?.kind === "entries" ? g.shape(term.logpdf) : arg.shape;
  return g.slot(j, shape, arg.row);
}
