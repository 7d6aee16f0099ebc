// A family's lines with its score, as functions of numbers at given arguments. What does not depend on the response is
// computed once for all responses.

import { gradient } from "../autodiff/index.ts";
import type { FamilyDensity, FamilyItem } from "../check/index.ts";
import { evaluator, GraphBuilder, known, type NodeId, order, rewrite, scalar, type Tensor } from "../ir/index.ts";
import type { ArgumentValues } from "./design.ts";
import type { PointDensity } from "./measure.ts";

/** A direction in the space of the arguments in which the density may be differentiated. */
export interface Coordinate {
  readonly argument: number;
  readonly direction: readonly number[];
  /** `sd`, `logits[2]`, `p[1] - p[3]`. */
  readonly label: string;
}

interface Lines {
  readonly logpdf: NodeId;
  readonly mean: NodeId | null;
  readonly variance: NodeId | null;
  readonly mode: NodeId | null;
  readonly cdf: NodeId | null;
  readonly quantile: NodeId | null;
}

/** A family ready to be evaluated. */
export interface Subject {
  readonly density: FamilyDensity;
  readonly discrete: boolean;
  readonly coordinates: readonly Coordinate[];
  /** Everything about it at given arguments. */
  readonly at: (values: ArgumentValues) => SubjectAt;
}

export interface SubjectAt extends PointDensity {
  readonly values: ArgumentValues;
  /** An end of the support is an argument. */
  readonly moving: boolean;
  readonly mean: number | null;
  readonly variance: number | null;
  readonly mode: number | null;
  readonly cdf: ((y: number) => number) | null;
  readonly quantile: ((p: number) => number) | null;
  /** Stated information over the coordinates, null where it is not known; null where nothing is stated. */
  readonly fisher: readonly (readonly (number | null)[])[] | null;
}

/** Prepares one elaborated overload. */
export function subject(family: FamilyItem, density: FamilyDensity): Subject {
  const g = new GraphBuilder();
  const move = (id: NodeId): NodeId => rewrite(density.graph, [id], g)[0] as NodeId;
  const maybe = (id: NodeId | null): NodeId | null => (id === null ? null : move(id));
  const lines: Lines = {
    logpdf: move(density.logpdf),
    mean: maybe(density.mean),
    variance: maybe(density.variance),
    mode: maybe(density.mode),
    cdf: maybe(density.cdf),
    quantile: maybe(density.quantile),
  };
  const entries = density.fisher?.kind === "entries" ? density.fisher.entries.map((row) => row.map(maybe)) : null;
  const matrix = density.fisher?.kind === "matrix" ? move(density.fisher.matrix) : null;
  const slots = density.arguments.map((a, k) => g.slot(k, a.shape, false));
  const scores = gradient(g, g.sumAll(lines.logpdf), slots);
  const coordinates = coordinatesOf(density);
  const stated = [lines.mean, lines.variance, lines.mode];
  const flat = [...(entries ?? []).flat(), matrix];
  const roots = [
    lines.logpdf,
    ...scores,
    ...[...stated, lines.cdf, lines.quantile, ...flat].filter((id) => id !== null),
  ];
  const changing = new Set<NodeId>();
  for (const id of order(g, roots)) {
    const node = g.node(id);
    if (node.op === "column" || node.args.some((a) => changing.has(a))) changing.add(id);
  }
  const resting = order(g, roots).filter((id) => !changing.has(id) && g.node(id).op !== "slot");
  const restingValues = evaluator(g, resting);

  return {
    density,
    discrete: density.support.kind !== "real",
    coordinates,
    at: (values) => {
      const tensors = values.map((v, k): Tensor => ({ shape: slotShape(density, k), values: v }));
      const leaf =
        (y: number) =>
        (node: { op: string; attributes: { index?: number } }): Tensor =>
          node.op === "slot" ? (tensors[node.attributes.index ?? 0] as Tensor) : scalar(y);
      const held = new Map(restingValues(leaf(Number.NaN)).map((value, k) => [resting[k] as NodeId, value]));
      for (const [k, slot] of slots.entries()) held.set(slot, tensors[k] as Tensor);
      const one = (id: NodeId): ((y: number) => number) => {
        const run = evaluator(g, [id], held);
        return (y) => run(leaf(y))[0]?.values[0] as number;
      };
      const both = evaluator(g, [lines.logpdf, ...scores], held);
      const constant = (id: NodeId | null): number | null => (id === null ? null : (held.get(id)?.values[0] ?? null));
      const { lower, upper, moving } = bounds(family, density, values);
      const at: SubjectAt = {
        values,
        lower,
        upper,
        moving,
        logDensity: one(lines.logpdf),
        at: (y) => {
          const [logDensity, ...gradients] = both(leaf(y)) as [Tensor, ...Tensor[]];
          const score = coordinates.map(({ argument, direction }) =>
            direction.reduce((sum, d, k) => (d === 0 ? sum : sum + d * (gradients[argument]?.values[k] as number)), 0),
          );
          return { logDensity: logDensity.values[0] as number, score };
        },
        mean: constant(lines.mean),
        variance: constant(lines.variance),
        mode: constant(lines.mode),
        cdf: lines.cdf === null ? null : one(lines.cdf),
        quantile: lines.quantile === null ? null : one(lines.quantile),
        fisher: fisherAt(coordinates, entries, matrix, (id) => held.get(id)?.values ?? []),
        places: [],
        moments: 0,
      };
      const moments = finite(at.variance) ? 2 : finite(at.mean) ? 1 : 0;
      return { ...at, moments, places: placesOf(at) };
    },
  };
}

function finite(x: number | null): x is number {
  return x !== null && Number.isFinite(x);
}

function slotShape(density: FamilyDensity, k: number): number[] {
  return (density.arguments[k]?.shape ?? []).map(known);
}

/** The continuous arguments, element by element; along a simplex the differences from its last element. */
function coordinatesOf(density: FamilyDensity): Coordinate[] {
  return density.arguments.flatMap((a, argument): Coordinate[] => {
    if (a.domain.kind !== "real") return [];
    if (a.shape.length === 0) return [{ argument, direction: [1], label: a.name }];
    const size = slotShape(density, argument).reduce((n, d) => n * d, 1);
    const unit = (at: number): number[] => Array.from({ length: size }, (_, k) => (k === at ? 1 : 0));
    const label = (k: number): string => `${a.name}[${k + 1}]`;
    if (a.structure !== "simplex")
      return Array.from({ length: size }, (_, k) => ({ argument, direction: unit(k), label: label(k) }));
    return Array.from({ length: size - 1 }, (_, k) => ({
      argument,
      direction: unit(k).map((x, at) => x - (at === size - 1 ? 1 : 0)),
      label: `${label(k)} - ${label(size - 1)}`,
    }));
  });
}

function fisherAt(
  coordinates: readonly Coordinate[],
  entries: readonly (readonly (NodeId | null)[])[] | null,
  matrix: NodeId | null,
  value: (id: NodeId) => readonly number[],
): readonly (readonly (number | null)[])[] | null {
  if (matrix !== null) {
    const values = value(matrix);
    const form = (a: readonly number[], b: readonly number[]): number =>
      a.reduce(
        (sum, x, i) => sum + b.reduce((inner, z, j) => inner + x * z * (values[i * b.length + j] as number), 0),
        0,
      );
    return coordinates.map((a) => coordinates.map((b) => form(a.direction, b.direction)));
  }
  if (entries === null) return null;
  return coordinates.map((a) =>
    coordinates.map((b) => {
      const node = entries[a.argument]?.[b.argument] ?? null;
      return node === null ? null : (value(node)[0] as number);
    }),
  );
}

/** The ends of the support, those that are arguments by their value. */
function bounds(
  family: FamilyItem,
  density: FamilyDensity,
  values: ArgumentValues,
): { readonly lower: number; readonly upper: number; readonly moving: boolean } {
  const { lower, upper, kind } = density.support;
  // a category's leaf holds its code from 0
  if (kind === "category") return { lower: 0, upper: upper - 1, moving: false };
  const written = family.item.support.bounds;
  const end = (expr: NonNullable<typeof written>["lower"] | undefined): number | undefined =>
    expr?.kind === "name" ? values[density.argumentNames.indexOf(expr.name)]?.[0] : undefined;
  const [below, above] = [end(written?.lower), end(written?.upper)];
  const moving = below !== undefined || above !== undefined;
  return { lower: below ?? lower, upper: above ?? upper, moving };
}

/** Where a density may peak or break: its arguments, what it says of its middle, and where its cdf or quantile is held to the integral. */
function placesOf(at: SubjectAt): number[] {
  const middle = [at.mean, at.mode, at.quantile?.(0.5) ?? null].filter(finite);
  const places = [...at.values.filter((v) => v.length === 1).flat(), ...middle];
  const centre = middle.find((y) => y > at.lower && y < at.upper);
  if (at.cdf !== null && centre !== undefined) {
    const spread = finite(at.variance) ? Math.sqrt(at.variance) : 0.5 * Math.exp(-at.logDensity(centre));
    places.push(...[-0.8, 0.6, 2.5].map((z) => centre + z * spread));
  }
  if (at.cdf === null && at.quantile !== null) places.push(...probabilities.map(at.quantile));
  return places.filter(Number.isFinite);
}

/** Where quantiles are asked for. */
export const probabilities: readonly number[] = [0.001, 0.1, 0.5, 0.75, 0.99];
