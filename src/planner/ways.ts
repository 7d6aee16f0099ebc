// The ways in which a set of coupled parameters could keep its information: each a partition into blocks with a form, and
// the share of the information that it is expected to lose. Shapes and structure of use decide; no data are looked at.

import {
  type Derivatives,
  type Dim,
  elements,
  type FactorGroup,
  type Form,
  formName,
  type Graph,
  type InformationKind,
  known,
  type NodeId,
  type StructureRequest,
} from "../ir/index.ts";
import { levelUse, meetsTangent, outerUses, sumsOutputs } from "../structures/index.ts";

/** A block before its cost is known. */
export interface Draft {
  readonly parameters: readonly string[];
  readonly form: Form;
}

export interface Way {
  /** As it would be asked for. */
  readonly name: string;
  readonly blocks: readonly Draft[];
  /** 0: nothing is lost. 1: all correlations are. 2: also what tells coordinates apart. */
  readonly loss: number;
  /** The loss that was expected, where `loss` is one that was measured, in nats a coordinate. */
  readonly expected?: number;
}

/** What ways are made from. */
export interface Uses {
  readonly graph: Graph;
  readonly groups: readonly FactorGroup[];
  readonly once: Derivatives["once"];
  /** Coordinates of each parameter. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Free shape of each parameter. */
  readonly shapes: ReadonlyMap<string, readonly Dim[]>;
  /** The row value that says which level of a parameter a row touches; null where it may touch several, or all. */
  readonly positions: ReadonlyMap<string, NodeId | null>;
  /** Products of the rows' Hessian, where information is observed; null for any other, which its factors tell. */
  readonly curvature: Derivatives["row"]["curvature"] | null;
}

/** What ways are made from, of bound derivatives. */
export function usesOf(bound: Derivatives, groups: readonly FactorGroup[], information: InformationKind): Uses {
  const { graph, once } = bound;
  const curvature = information === "observed" ? bound.row.curvature : null;
  const shapes = new Map(bound.parameters.map((p) => [p.name, p.freeShape]));
  const sizes = new Map(bound.parameters.map((p) => [p.name, elements(p.freeShape)]));
  const rest = { graph, groups, once, sizes, shapes, curvature };
  return { ...rest, positions: new Map([...shapes.keys()].map((name) => [name, positionOf(name, rest)])) };
}

/** Of a matrix's own correlations, the share that a Kronecker product is expected to lose. */
const kroneckerLoss = 0.3;
/** Ranks that are weighed where none was asked for. */
const ranks = [64, 32, 16, 8, 4];
/** The least of them: what has no more than twice as many coordinates has no such way. */
export const leastRank = 4;

/** All ways for a set of parameters, least loss first. */
export function waysOf(names: readonly string[], uses: Uses): readonly Way[] {
  const size = sizeOf(names, uses);
  const ways: Way[] = [{ name: "full", blocks: [{ parameters: names, form: { kind: "full" } }], loss: 0 }];
  if (size <= 1) return ways;
  const arrow = arrowOf(names, uses);
  if (arrow !== null) ways.push({ name: "arrow", blocks: [arrow], loss: 0 });
  const blocks = names.map((name): Draft => ({ parameters: [name], form: { kind: "full" } }));
  if (names.length > 1) ways.push({ name: "block", blocks, loss: lossOf(blocks, names, uses) });
  const factored = kroneckerBlocks(names, uses);
  if (factored !== null) ways.push({ name: "kronecker", blocks: factored, loss: lossOf(factored, names, uses) });
  const levelled = levelBlocks(names, uses);
  if (levelled !== null) ways.push({ name: "levels", blocks: levelled, loss: lossOf(levelled, names, uses) });
  const thin = names.map((name): Draft => ({ parameters: [name], form: thinForm(name, uses) }));
  if (names.length > 1 && thin.some((d) => d.form.kind === "full") && thin.some((d) => d.form.kind === "diagonal"))
    ways.push({ name: "mixed", blocks: thin, loss: lossOf(thin, names, uses) });
  for (const rank of ranks)
    if (2 * rank < size) {
      const draft: Draft = { parameters: names, form: { kind: "lowrank", rank } };
      ways.push({ name: `lowrank ${rank}`, blocks: [draft], loss: lossOf([draft], names, uses) });
    }
  for (const kind of ["diagonal", "scalar"] as const) {
    const draft: Draft = { parameters: names, form: { kind } };
    ways.push({ name: kind, blocks: [draft], loss: lossOf([draft], names, uses) });
  }
  return ways.sort((a, b) => a.loss - b.loss);
}

/** A way that was asked for by a word; null where these parameters have none of that kind. */
export function wayFor(request: StructureRequest, names: readonly string[], uses: Uses): Way | null {
  if (request.kind === "full" && request.root === true)
    return { name: "full sqrt", blocks: [{ parameters: names, form: { kind: "root" } }], loss: 0 };
  if (request.kind === "lowrank" && request.rank !== undefined) {
    const rank = Math.min(request.rank, sizeOf(names, uses));
    const blocks: Draft[] = [{ parameters: names, form: { kind: "lowrank", rank } }];
    return { name: `lowrank ${rank}`, blocks, loss: lossOf(blocks, names, uses) };
  }
  // parameters that are named together are the block; without names each is one of its own
  if (request.kind === "block" && (request.parameters !== null || names.length === 1))
    return { name: "block", blocks: [{ parameters: names, form: { kind: "full" } }], loss: 0 };
  return waysOf(names, uses).find((way) => way.name.split(" ")[0] === request.kind) ?? null;
}

function sizeOf(names: readonly string[], { sizes }: Uses): number {
  return names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
}

/** A parameter of many coordinates alone keeps a diagonal. */
function thinForm(name: string, { sizes }: Uses): Form {
  return { kind: (sizes.get(name) ?? 0) > 64 ? "diagonal" : "full" };
}

// ------------------------------------------------------------ arrow

/** The arrow of the level that carries most coordinates; null where no parameter is taken a level at a time. */
function arrowOf(names: readonly string[], uses: Uses): Draft | null {
  const byPosition = new Map<NodeId, string[]>();
  for (const name of names) {
    const position = uses.positions.get(name) ?? null;
    if (position !== null) byPosition.set(position, [...(byPosition.get(position) ?? []), name]);
  }
  const largest = [...byPosition.values()].sort((a, b) => sizeOf(b, uses) - sizeOf(a, uses))[0];
  if (largest === undefined) return null;
  const levelled = largest.filter((name) => !largest.some((other) => other !== name && priorMeets(name, other, uses)));
  const [first] = levelled;
  if (first === undefined) return null;
  const core = names.filter((name) => !levelled.includes(name));
  const levels = known(uses.shapes.get(first)?.[0] ?? 0);
  const widths = levelled.map((name) => (uses.sizes.get(name) ?? 0) / levels);
  return {
    parameters: [...core, ...levelled],
    form: { kind: "arrow", core: sizeOf(core, uses), levels, widths },
  };
}

/**
 * What is taken a level at a time keeps a matrix for each level, the rest a block for each parameter; null where that is
 * no more than a diagonal, or the arrow itself.
 */
function levelBlocks(names: readonly string[], uses: Uses): readonly Draft[] | null {
  const byPosition = new Map<NodeId, string[]>();
  const rest: string[] = [];
  for (const name of names) {
    const position = uses.positions.get(name) ?? null;
    if (position === null) rest.push(name);
    else byPosition.set(position, [...(byPosition.get(position) ?? []), name]);
  }
  const together = [...byPosition.values()].map((own): Draft => {
    const levels = levelsOf(own[0] as string, uses);
    const widths = own.map((name) => (uses.sizes.get(name) ?? 0) / levels);
    const wide = widths.reduce((sum, w) => sum + w, 0) > 1;
    return { parameters: own, form: wide ? { kind: "arrow", core: 0, levels, widths } : { kind: "diagonal" } };
  });
  if (together.length + rest.length < 2 || together.every((draft) => draft.form.kind === "diagonal")) return null;
  const tied = together.some(({ parameters: own }) =>
    own.some((a) => own.some((b) => a !== b && priorMeets(a, b, uses))),
  );
  return tied
    ? null
    : [...rest.map((name): Draft => ({ parameters: [name], form: thinForm(name, uses) })), ...together];
}

function positionOf(name: string, { graph, groups, once, sizes, shapes }: Omit<Uses, "positions">): NodeId | null {
  const levels = shapes.get(name)?.[0];
  if (levels === undefined) return null;
  if (once.dense.has(name) && !(once.separable.has(name) && sizes.get(name) === known(levels))) return null;
  let position: NodeId | null = null;
  for (const { parts } of groups) {
    const node = parts.get(name);
    if (node === undefined) continue;
    const use = levelUse(graph, node);
    if (use === null || (position !== null && use.position !== position)) return null;
    position = use.position;
  }
  return position;
}

/** Whether a prior's Hessian couples two parameters. */
function priorMeets(name: string, other: string, { graph, once }: Uses): boolean {
  const product = once.dense.get(name);
  return product !== undefined && meetsTangent(graph, product, other);
}

// ------------------------------------------------------------ kronecker

/** Matrices as Kronecker products, each with the bias that has its outputs; the rest in blocks of their own. */
function kroneckerBlocks(names: readonly string[], uses: Uses): readonly Draft[] | null {
  const matrices = names.filter((name) => isMatrix(name, uses));
  if (matrices.length === 0) return null;
  const taken = new Set<string>();
  const blocks: Draft[] = [];
  for (const name of matrices) {
    const bias = names.find((other) => !taken.has(other) && isBias(other, name, uses)) ?? null;
    const [outputs, inputs] = (uses.shapes.get(name) ?? []).map(known) as [number, number];
    for (const own of [name, bias]) if (own !== null) taken.add(own);
    const form: Form = { kind: "kronecker", outputs, inputs, bias: bias !== null };
    blocks.push({ parameters: bias === null ? [name] : [name, bias], form });
  }
  for (const name of names) if (!taken.has(name)) blocks.push({ parameters: [name], form: thinForm(name, uses) });
  return blocks;
}

function isMatrix(name: string, { graph, groups, shapes, once }: Uses): boolean {
  if (shapes.get(name)?.length !== 2 || once.dense.has(name)) return false;
  const parts = groups.flatMap(({ parts: p }) => p.get(name) ?? []);
  return parts.length > 0 && parts.every((node) => outerUses(graph, node) !== null);
}

/** Whether a vector's parts are the outputs of a matrix's outer products, in every group. */
function isBias(name: string, matrix: string, { graph, groups, shapes }: Uses): boolean {
  if (shapes.get(name)?.length !== 1) return false;
  return groups.every(({ parts }) => {
    const [vector, product] = [parts.get(name), parts.get(matrix)];
    if (vector === undefined || product === undefined) return vector === product;
    const uses = outerUses(graph, product);
    return uses !== null && sumsOutputs(graph, uses, vector);
  });
}

// ------------------------------------------------------------ loss

/**
 * Pairs of coordinates that a score factor may couple and that the blocks do not keep, as a share of all such pairs, each
 * by the square of the correlation to be expected. Levels of which a row touches one do not meet. What a level and a shared
 * coordinate have in common are the level's rows, one of `levels`: their squared correlation is 1 / levels; that of levels
 * of two crossed categories 1 / (levels · levels).
 */
function lossOf(blocks: readonly Draft[], names: readonly string[], uses: Uses): number {
  if (blocks.some((b) => b.form.kind === "scalar")) return 2;
  // sums of squares leave out what a prior or a factor ties together
  const squares = blocks.filter(({ form: { kind } }) => kind === "lowrank" || kind === "root");
  if (squares.some(({ parameters }) => parameters.some((name) => uses.once.dense.has(name)))) return 1;
  let [all, lost] = [0, 0];
  const blockOf = (name: string): Draft => blocks.find((b) => b.parameters.includes(name)) as Draft;
  for (const [i, a] of names.entries())
    for (const b of names.slice(i)) {
      const pairs = coupledPairs(a, b, uses);
      all += pairs;
      lost += pairs * (blockOf(a) === blockOf(b) ? shareLost(blockOf(a).form, blockOf(a), uses) : 1);
    }
  return all === 0 ? 0 : lost / all;
}

/** Share of the correlations within a block that its form is expected to lose. */
function shareLost(form: Form, { parameters }: Draft, uses: Uses): number {
  switch (form.kind) {
    case "full":
    case "root":
    case "arrow":
      return 0;
    case "kronecker":
      return kroneckerLoss;
    case "lowrank":
      return Math.max(0, 1 - Math.sqrt(form.rank / sizeOf(parameters, uses)));
    case "diagonal":
    case "scalar":
      return 1;
  }
}

/** Whether a row, or the prior, couples two parameters. */
function meet(a: string, b: string, uses: Uses): boolean {
  const { groups, once, curvature, graph } = uses;
  if (groups.some(({ parts }) => parts.has(a) && parts.has(b))) return true;
  if (once.dense.has(a) && priorMeets(a, b, uses)) return true;
  const product = curvature?.get(a);
  return product !== undefined && meetsTangent(graph, product, b);
}

/**
 * A way for parameters that are kept apart from `others`, whatever it keeps itself: what they have in common is lost, too,
 * and its loss the share of all in which these parameters have a part.
 */
export function apartFrom(way: Way, names: readonly string[], others: readonly string[], uses: Uses): Way {
  if (way.loss > 1) return way;
  const between = names.reduce((sum, a) => sum + others.reduce((s, b) => s + coupledPairs(a, b, uses), 0), 0);
  if (between === 0) return way;
  let within = 0;
  for (const [i, a] of names.entries()) for (const b of names.slice(i)) within += coupledPairs(a, b, uses);
  return { ...way, loss: (way.loss * within + between) / (within + between) };
}

/** A block that was decided before. */
export function givenWay(draft: Draft, uses: Uses): Way {
  const { parameters, form } = draft;
  return { name: formName(form), blocks: [draft], loss: lossOf([draft], parameters, uses) };
}

function coupledPairs(a: string, b: string, uses: Uses): number {
  const [m, n] = [uses.sizes.get(a) ?? 0, uses.sizes.get(b) ?? 0];
  const [p, q] = [a, b].map((name) => uses.positions.get(name) ?? null);
  const [k, l] = [levelsOf(a, uses), levelsOf(b, uses)];
  if (a === b) return (m * (m / k - 1)) / 2;
  if (!meet(a, b, uses)) return 0;
  return p !== null && p === q ? (m * n) / k : (m / k) * (n / l);
}

/** Levels of which a row touches one; 1 for what is not taken a level at a time. */
function levelsOf(name: string, uses: Uses): number {
  return (uses.positions.get(name) ?? null) === null ? 1 : known(uses.shapes.get(name)?.[0] ?? 1);
}
