// States whose rows showed other levels, or the same in another order: one list of levels for all, and where each
// state's coordinates are among those of the whole. Whether that may be is read off the model: levels must be told apart by
// nothing but which row has which, and rows must touch those of theirs alone where some states lack some.

import type { Compiled } from "../compile.ts";
import type { Bindings, Density, Dim, Form, NodeId, Shape } from "../ir/index.ts";
import { order } from "../ir/index.ts";

/** Levels and sizes for all, or why there are none. */
export type United =
  | { readonly kind: "bindings"; readonly bindings: Bindings }
  | { readonly kind: "refused"; readonly part: number; readonly reason: string };

/** What several states' data fixed, as one: levels in the order in which the states show them. */
export function united(compiled: Compiled, all: readonly Bindings[]): United {
  const { density } = compiled;
  const [first, ...rest] = all as readonly [Bindings, ...Bindings[]];
  const refuse = (part: number, reason: string): United => ({ kind: "refused", part, reason });
  for (const [k, other] of rest.entries()) {
    const feature = [...first.learnt].find(([name, values]) => !same(values, other.learnt.get(name)));
    if (feature !== undefined) {
      const text = density.learnt.find((f) => f.name === feature[0])?.text ?? feature[0];
      return refuse(
        k + 1,
        `\`${text}\` was learnt from other rows, so that the parameters mean other things; start all parts from one state (\`ffm merge STATE --empty\`), or use \`ffm fit --parts\``,
      );
    }
    const fixed = [...first.once].find(([name, values]) => !same(values, other.once.get(name)));
    if (fixed !== undefined) return refuse(k + 1, `\`${fixed[0]}\` has other values`);
  }
  const levels = new Map<string, readonly string[]>();
  const changed = new Map<string, { readonly part: number; readonly more: boolean }>();
  for (const name of first.levels.keys()) {
    const lists = all.map((bindings) => bindings.levels.get(name) ?? []);
    const whole = [...new Set(lists.flat())];
    levels.set(name, whole);
    const more = lists.some((list) => list.length < whole.length);
    const unlike = (list: readonly string[]): boolean => list.some((level, k) => level !== lists[0]?.[k]);
    const part = lists.findIndex((list) => list.length !== lists[0]?.length || unlike(list));
    if (part >= 0) changed.set(name, { part, more });
  }
  const dims = new Map<string, number>();
  const labels = new Map<string, readonly string[]>();
  for (const { name, kind, data } of density.dimensions) {
    const own = all.map((bindings) => bindings.dims.get(name) ?? 0);
    if (kind === "levels") {
      dims.set(name, levels.get(data)?.length ?? own[0] ?? 0);
      const list = levels.get(data);
      if (list !== undefined) labels.set(name, list);
      continue;
    }
    const names = all.map((bindings) => JSON.stringify(bindings.labels.get(name) ?? null));
    const part = own.findIndex((size, k) => size !== own[0] || names[k] !== names[0]);
    if (part >= 0) return refuse(part, `its columns of \`${data}\` are not those of the others`);
    dims.set(name, own[0] as number);
    const list = first.labels.get(name);
    if (list !== undefined) labels.set(name, list);
  }
  for (const [category, { part, more }] of changed) {
    const trouble = levelTrouble(density, category, more);
    if (trouble !== null) {
      const what = more ? "other levels" : "the same levels in another order";
      return refuse(
        part,
        `it saw ${what} of \`${category}\`, and ${trouble}; start all parts from one state (\`ffm merge STATE --empty\`)`,
      );
    }
  }
  return { kind: "bindings", bindings: { dims, levels, labels, learnt: first.learnt, once: first.once } };
}

/**
 * Why levels of a category can't be put in another order, or (`more`) more of them be added that a state never saw: null
 * where they can.
 */
function levelTrouble(density: Density, category: string, more: boolean): string | null {
  const dim = density.dimensions.find((d) => d.kind === "levels" && d.data === category)?.name ?? null;
  if (dim === null) return "its number of levels is declared, so that they are told apart by number";
  const along = (shape: Shape): number => shape.filter((d) => isDim(d, dim)).length;
  for (const p of density.parameters) {
    const last = p.shape.at(-1);
    const bound = p.transform.kind === "simplex" || p.transform.kind === "ordered";
    if (bound && last !== undefined && isDim(last, dim)) return `\`${p.name}\` is ${p.transform.kind} along them`;
  }
  const roots: NodeId[] = [];
  for (const term of density.terms) {
    if (term.kind === "prior") continue;
    if (term.kind === "factor") {
      roots.push(term.value);
      continue;
    }
    const response = density.graph.nodes[term.response];
    const own = response?.op === "column" && response.attributes.name === category;
    if (own && (more || term.family !== "Categorical")) return `they are what \`${term.text}\` is about`;
    if (more && term.args.some((arg) => along(density.graph.nodes[arg]?.shape ?? []) > 0))
      return `all of them enter \`${term.text}\``;
    roots.push(term.response, ...term.args);
    for (const extra of [term.weight, term.present]) if (extra !== null) roots.push(extra);
  }
  for (const id of order(density.graph, roots)) {
    const { op, args, attributes, shape } = density.graph.nodes[id] as Density["graph"]["nodes"][number];
    const inputs = args.map((arg) => (density.graph.nodes[arg] as Density["graph"]["nodes"][number]).shape);
    const bent = [...shape, ...(attributes.dim === undefined ? [] : [attributes.dim])].some(
      (d) => typeof d !== "number" && d.name === dim && d.plus !== 0,
    );
    const [from = []] = inputs;
    const numbered =
      op === "iota" || op === "once" || op === "learnt" || op === "noise" || op === "tangent"
        ? along(shape) > 0 || (attributes.dim !== undefined && isDim(attributes.dim, dim))
        : ["pick", "place", "slice", "pad", "stack", "cumsum", "root"].includes(op) &&
          (along(from) > along(shape) || (op !== "pick" && along(from) > 0));
    if (bent || numbered) return "they are told apart by number";
    if (!more) continue;
    if (op === "size" && attributes.dim !== undefined && isDim(attributes.dim, dim)) return "their number enters";
    if (op === "gather") {
      const position = density.graph.nodes[args[1] as NodeId];
      if (along(from) > 0 && !(position?.op === "column" && position.attributes.name === category))
        return "rows reach others than their own";
      continue;
    }
    const folded = ["sum", "prod", "reduceMax", "logsumexp", "contract"].includes(op);
    if (folded && inputs.reduce((n, s) => n + along(s), 0) > along(shape)) return "all of them enter each row";
  }
  return null;
}

function isDim(dim: Dim, name: string): boolean {
  return typeof dim !== "number" && dim.name === name && dim.plus === 0;
}

function same(a: Float64Array, b: Float64Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}

/** A parameter with its place in φ, in one program. */
interface Place {
  readonly name: string;
  readonly first: number;
  readonly freeShape: readonly number[];
}

/** For each coordinate of the whole the part's coordinate, −1 where it has none. */
export function placesOf(
  compiled: Compiled,
  whole: { readonly parameters: readonly Place[]; readonly bindings: Bindings },
  part: { readonly parameters: readonly Place[]; readonly bindings: Bindings },
  size: number,
): Int32Array {
  const places = new Int32Array(size).fill(-1);
  const { density } = compiled;
  /** Position among a part's levels of each level of the whole. */
  const positions = new Map(
    density.dimensions
      .filter(({ kind }) => kind === "levels")
      .map(({ name, data }) => {
        const own = new Map((part.bindings.levels.get(data) ?? []).map((level, k) => [level, k]));
        return [name, (whole.bindings.levels.get(data) ?? []).map((level) => own.get(level) ?? -1)] as const;
      }),
  );
  for (const p of whole.parameters) {
    const declared = density.parameters.find((q) => q.name === p.name);
    const other = part.parameters.find((q) => q.name === p.name);
    if (declared === undefined || other === undefined) throw new Error(`no parameter ${p.name}`);
    const moves = declared.freeShape.map((d) => (typeof d === "number" || d.plus !== 0 ? null : positions.get(d.name)));
    const count = p.freeShape.reduce((n, s) => n * s, 1);
    for (let k = 0; k < count; k++) {
      let [rest, place, stride] = [k, 0, 1];
      for (let axis = p.freeShape.length - 1; axis >= 0 && place >= 0; axis--) {
        const extent = p.freeShape[axis] as number;
        const at = rest % extent;
        rest = (rest - at) / extent;
        const own = moves[axis]?.[at] ?? at;
        place = own < 0 ? -1 : place + own * stride;
        stride *= other.freeShape[axis] as number;
      }
      places[p.first + k] = place < 0 ? -1 : other.first + place;
    }
  }
  return places;
}

/** A block as a state or a plan has it. */
export interface FormedBlock {
  readonly parameters: readonly string[];
  readonly form: Form;
}

/** The blocks in which to keep what states with these blocks know, or why there are none. */
export function blocksFor(
  sizes: ReadonlyMap<string, { readonly size: number; readonly levels: number }>,
  parts: readonly (readonly FormedBlock[])[],
):
  | { readonly kind: "blocks"; readonly blocks: readonly FormedBlock[] }
  | { readonly kind: "refused"; readonly reason: string } {
  const [first, ...rest] = parts as readonly [readonly FormedBlock[], ...(readonly FormedBlock[])[]];
  if (rest.every((blocks) => sketch(blocks) === sketch(first)))
    return resized(
      sizes,
      first.map((block, k) =>
        widest(
          parts.map((blocks) => blocks[k] as FormedBlock),
          block,
        ),
      ),
    );
  // blocks that overlap in any part are one
  const groups: Set<string>[] = [];
  for (const { parameters } of parts.flat()) {
    const joined = new Set(parameters);
    for (let k = groups.length - 1; k >= 0; k--) {
      const group = groups[k] as Set<string>;
      if (![...group].some((name) => joined.has(name))) continue;
      for (const name of group) joined.add(name);
      groups.splice(k, 1);
    }
    groups.push(joined);
  }
  const blocks: FormedBlock[] = [];
  for (const group of groups) {
    const inside = parts.flat().filter(({ parameters }) => parameters.some((name) => group.has(name)));
    const kinds = new Set(inside.map(({ form }) => form.kind));
    const parameters = [...sizes.keys()].filter((name) => group.has(name));
    const size = parameters.reduce((n, name) => n + (sizes.get(name)?.size ?? 0), 0);
    const arrow = inside.find((b) => b.form.kind === "arrow" && b.parameters.length === group.size);
    const plain = [...kinds].every((kind) => kind === "diagonal" || kind === "scalar");
    const arrowed = [...kinds].every((kind) => kind === "diagonal" || kind === "scalar" || kind === "arrow");
    if (plain) blocks.push({ parameters, form: { kind: "diagonal" } });
    else if (arrow !== undefined && arrowed) blocks.push(arrow);
    else if (size <= largestDense) blocks.push({ parameters, form: { kind: kinds.has("root") ? "root" : "full" } });
    else
      return {
        kind: "refused",
        reason: `its information of ${parameters.join(", ")} is kept in another structure, and ${size} coordinates are too many to bring them together; run all parts with the same \`structure\``,
      };
  }
  return resized(sizes, blocks);
}

/** Coordinates up to which structures that differ meet in a dense one. */
const largestDense = 1000;

function sketch(blocks: readonly FormedBlock[]): string {
  return JSON.stringify(blocks.map(({ parameters, form }) => [parameters, form.kind]));
}

/** Of the same block in several parts that of the highest rank. */
function widest(all: readonly FormedBlock[], first: FormedBlock): FormedBlock {
  return all.reduce(
    (a, b) => (a.form.kind === "lowrank" && b.form.kind === "lowrank" && b.form.rank > a.form.rank ? b : a),
    first,
  );
}

/** Blocks for parameters of other sizes. */
function resized(
  sizes: ReadonlyMap<string, { readonly size: number; readonly levels: number }>,
  blocks: readonly FormedBlock[],
): ReturnType<typeof blocksFor> {
  const sizeOf = (name: string): number => sizes.get(name)?.size ?? 0;
  const sized: FormedBlock[] = [];
  for (const { parameters, form } of blocks) {
    if (form.kind === "kronecker") {
      const size = parameters.reduce((n, name) => n + sizeOf(name), 0);
      if (size !== form.outputs * (form.inputs + (form.bias ? 1 : 0)))
        return {
          kind: "refused",
          reason: `a Kronecker product can't take up other levels of ${parameters.join(", ")}; start all parts from one state (\`ffm merge STATE --empty\`)`,
        };
    }
    if (form.kind !== "arrow") {
      sized.push({ parameters, form });
      continue;
    }
    const levelled = parameters.slice(parameters.length - form.widths.length);
    const core = parameters.slice(0, parameters.length - form.widths.length).reduce((n, name) => n + sizeOf(name), 0);
    const levels = sizes.get(levelled[0] ?? "")?.levels ?? 0;
    sized.push({ parameters, form: { ...form, core, levels } });
  }
  return { kind: "blocks", blocks: sized };
}

/** Sizes of the parameters, and of their first axes. */
export function sizesOf(
  compiled: Compiled,
  { dims }: Bindings,
): ReadonlyMap<string, { readonly size: number; readonly levels: number }> {
  return new Map(
    compiled.density.parameters.map((p) => {
      const shape = p.freeShape.map((d) => (typeof d === "number" ? d : (dims.get(d.name) ?? 0) + d.plus));
      return [p.name, { size: shape.reduce((n, d) => n * d, 1), levels: shape[0] ?? 1 }];
    }),
  );
}
