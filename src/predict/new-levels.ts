// Levels that were not there when a model learnt them: one more level stands for all of them, and its parameters are known
// by their prior alone, as the Gaussian at the prior's mode.

import type { Compiled } from "../compile.ts";
import {
  type Bindings,
  bindDim,
  type Density,
  type Dim,
  elements,
  evaluate,
  GraphBuilder,
  info,
  known,
  type NodeId,
  order,
  type ParameterPlace,
  rewrite,
  type Shape,
  type Tensor,
} from "../ir/index.ts";
import type { RunOptions } from "../runtime/index.ts";
import { densest, type Posterior } from "./posterior.ts";

/** How new levels are called among the others. */
export const newLevel = "(new level)";

export type Widened =
  | { readonly kind: "widened"; readonly bindings: Bindings; readonly posterior: Posterior }
  /** Why a category can't have one more level. */
  | { readonly kind: "refused"; readonly category: string; readonly reason: string };

/** The model with one more level in each of some categories. */
export function widened(
  compiled: Compiled,
  bindings: Bindings,
  posterior: Posterior,
  categories: readonly string[],
  target: RunOptions["target"],
): Widened {
  const { density } = compiled;
  const names = new Map<string, string>();
  for (const category of categories) {
    const own = density.dimensions.find((d) => d.kind === "levels" && d.data === category);
    if (own === undefined) return { kind: "refused", category, reason: "its number of levels is fixed in the model" };
    names.set(own.name, category);
  }
  const summed = sumOverLevels(density, names);
  if (summed !== null)
    return { kind: "refused", category: summed, reason: "the model sums over its levels, or counts them" };
  const dims = new Map(bindings.dims);
  for (const name of names.keys()) dims.set(name, (dims.get(name) ?? 0) + 1);
  const levels = new Map(bindings.levels);
  for (const category of categories) levels.set(category, [...(levels.get(category) ?? []), newLevel]);
  const size = (shape: Shape, sizes: ReadonlyMap<string, number>): number[] =>
    shape.map((d) => known(bindDim(d, sizes)));

  let first = 0;
  const parameters: ParameterPlace[] = [];
  /** Place in φ as it was of each coordinate; −1 of those that are new. */
  const origin: number[] = [];
  for (const place of posterior.parameters) {
    const own = density.parameters.find((p) => p.name === place.name);
    if (own === undefined) throw new Error(`no parameter ${place.name}`);
    const hit = own.freeShape.some((d) => typeof d !== "number" && names.has(d.name));
    const category = own.shape.flatMap((d) => (typeof d === "number" ? [] : [names.get(d.name)])).find((c) => c);
    if (
      category !== undefined &&
      (!hit || own.transform.kind === "ordered" || (own.freeShape !== own.shape && own.transform.kind === "simplex"))
    )
      return { kind: "refused", category, reason: `\`${place.name}\` is ${own.transform.kind} over its levels` };
    const [before, after] = [size(own.freeShape, bindings.dims), size(own.freeShape, dims)];
    const count = elements(after);
    parameters.push({ name: place.name, first, size: count });
    for (let k = 0; k < count; k++) origin.push(oldPlace(k, before, after, place.first));
    first += count;
  }
  const prior = priorAt(compiled, dims, target, parameters, origin);
  if (prior.kind === "flat") {
    const { name, reason } = prior;
    const shape = density.parameters.find((p) => p.name === name)?.shape ?? [];
    const category = shape.flatMap((d) => (typeof d === "number" ? [] : [names.get(d.name)])).find((c) => c) ?? "";
    return { kind: "refused", category, reason };
  }
  return {
    kind: "widened",
    bindings: { ...bindings, dims, levels },
    posterior: joined(posterior, parameters, origin, prior.mode, prior.variance),
  };
}

/** Where a coordinate was before the shape grew; −1 of a new one. */
function oldPlace(position: number, before: readonly number[], after: readonly number[], first: number): number {
  let [rest, place, stride] = [position, 0, 1];
  for (let axis = after.length - 1; axis >= 0; axis--) {
    const at = rest % (after[axis] as number);
    rest = Math.floor(rest / (after[axis] as number));
    if (at >= (before[axis] as number)) return -1;
    place += at * stride;
    stride *= before[axis] as number;
  }
  return first + place;
}

/** A category over whose levels the arguments of a statement sum, or that they count: one level more would change the others. */
function sumOverLevels({ graph, terms }: Density, names: ReadonlyMap<string, string>): string | null {
  const roots = terms.flatMap((t) => (t.kind === "likelihood" ? t.args : []));
  const over = (dim: Dim | undefined): string | null =>
    dim === undefined || typeof dim === "number" ? null : (names.get(dim.name) ?? null);
  for (const id of order(graph, roots)) {
    const node = graph.nodes[id];
    if (node === undefined) continue;
    const { op, args, attributes } = node;
    const folds = info(op).kind === "reduction";
    const inner = args.flatMap((a) => graph.nodes[a]?.shape ?? []);
    const found = folds
      ? inner.filter((d) => !node.shape.includes(d) || op === "cumsum" || op === "contract").map(over)
      : op === "size" || op === "iota"
        ? [over(attributes.dim)]
        : [];
    const category = found.find((c) => c !== null);
    if (category !== undefined && category !== null) return category;
  }
  return null;
}

type Prior =
  | { readonly kind: "known"; readonly mode: Float64Array; readonly variance: Float64Array }
  | { readonly kind: "flat"; readonly name: string; readonly reason: string };

/** Mode and inverse curvature of the prior at coordinates that are new, by Newton's method from 0 in each. */
function priorAt(
  compiled: Compiled,
  dims: ReadonlyMap<string, number>,
  target: RunOptions["target"],
  parameters: readonly ParameterPlace[],
  origin: readonly number[],
): Prior {
  const derivatives = compiled.derivatives(target);
  const { once } = derivatives;
  const fresh = parameters.filter((p) => origin.slice(p.first, p.first + p.size).includes(-1));
  const phi = new Float64Array(origin.length);
  const variance = new Float64Array(origin.length);
  for (const place of fresh) {
    const { name } = place;
    const [slope, curve] = [once.gradient.get(name), once.diagonal.get(name)];
    if (slope === undefined) return { kind: "flat", name, reason: `\`${name}\` has no prior` };
    if (curve === undefined || once.dense.has(name))
      return { kind: "flat", name, reason: `the prior of \`${name}\` has no curvature of its own in each level` };
    const g = new GraphBuilder();
    const roots = rewrite(derivatives.graph, [slope, curve], g, () => null, dims) as [NodeId, NodeId];
    for (let pass = 0; pass < 50; pass++) {
      const [gradient, curvature] = evaluate(g, roots, (leaf): Tensor => {
        const own = parameters.find((p) => p.name === leaf.attributes.name);
        const shape = leaf.shape.map(known);
        return { shape, values: own === undefined ? [] : Array.from(phi.subarray(own.first, own.first + own.size)) };
      }) as [Tensor, Tensor];
      let moved = 0;
      for (let k = 0; k < place.size; k++) {
        if (origin[place.first + k] !== -1) continue;
        const information = -(curvature.values[k] as number);
        if (!(information > 1e-12)) return { kind: "flat", name, reason: `the prior of \`${name}\` is flat` };
        const step = (gradient.values[k] as number) / information;
        phi[place.first + k] = (phi[place.first + k] as number) + step;
        variance[place.first + k] = 1 / information;
        moved = Math.max(moved, Math.abs(step));
      }
      if (moved < 1e-12) break;
    }
  }
  return { kind: "known", mode: phi, variance };
}

/** The Gaussian with coordinates of its own beside the old ones. */
function joined(
  old: Posterior,
  parameters: readonly ParameterPlace[],
  origin: readonly number[],
  mode: Float64Array,
  variance: Float64Array,
): Posterior {
  const size = origin.length;
  const phi = Float64Array.from(origin, (from, k) => (from < 0 ? mode[k] : old.phi[from]) as number);
  const { dense } = old;
  const apply = (v: Float64Array, inner: (v: Float64Array) => Float64Array, own: (x: number, k: number) => number) => {
    const before = new Float64Array(old.phi.length);
    for (const [k, from] of origin.entries()) if (from >= 0) before[from] = v[k] as number;
    const solved = inner(before);
    return Float64Array.from(origin, (from, k) => (from < 0 ? own(v[k] as number, k) : solved[from]) as number);
  };
  return {
    parameters,
    phi,
    dense: dense === null || size > densest ? null : widenedMatrix(dense, old.phi.length, origin, variance),
    withInverse: (work) =>
      old.withInverse(({ solve, spread }) =>
        work({
          solve: (v) => apply(v, solve, (x, k) => x * (variance[k] as number)),
          spread: (z) => apply(z, spread, (x, k) => x * Math.sqrt(variance[k] as number)),
        }),
      ),
  };
}

function widenedMatrix(
  dense: Float64Array,
  before: number,
  origin: readonly number[],
  variance: Float64Array,
): Float64Array {
  const size = origin.length;
  const matrix = new Float64Array(size * size);
  for (const [i, from] of origin.entries())
    for (const [j, to] of origin.entries()) {
      if (from >= 0 && to >= 0) matrix[i * size + j] = dense[from * before + to] as number;
      else if (i === j) matrix[i * size + j] = variance[i] as number;
    }
  return matrix;
}
