// What data fix before the first update: which columns, how many, which levels, values that are not per row.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Bindings, DataRequest, Density, Dim, NodeId, RowSource } from "../ir/index.ts";
import { order } from "../ir/index.ts";
import { type Levels, learnLevels, readOnce, type Selection, select } from "../sources/index.ts";

export interface BoundData {
  readonly selection: Selection;
  readonly bindings: Bindings;
}

/** The selection of what needs no rows. */
export const nothingSelected: Extract<ReturnType<typeof select>, { kind: "selection" }> = {
  kind: "selection",
  items: [],
  once: [],
  columns: [],
};

/** Resolves a density's data requests against a source; reads it once where categories or `once` columns ask for it. */
export async function bindData(
  density: Density,
  source: RowSource,
  requests: readonly DataRequest[] = density.data,
): Promise<{ readonly data: BoundData | null; readonly diagnostics: readonly Diagnostic[] }> {
  const selection = select(requests, source, notForGlobs(density));
  if (selection.kind === "failure") return { data: null, diagnostics: selection.diagnostics };
  const levels = await learnLevels(source, selection);
  const once = await readOnce(source, selection);
  if (once.kind === "failure") return { data: null, diagnostics: once.diagnostics };
  return fixed(density, selection, levels, new Map([...once.values].map(([name, c]) => [name, c])));
}

/** Sizes, labels and values for a selection whose levels and `once` values are known. */
export function fixed(
  density: Density,
  selection: Selection,
  levels: Levels,
  once: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float64Array }>,
): { readonly data: BoundData | null; readonly diagnostics: readonly Diagnostic[] } {
  const dims = new Map<string, number>();
  const labels = new Map<string, readonly string[]>();
  const diagnostics: Diagnostic[] = [];
  for (const { name, kind, data, axis, least } of density.dimensions) {
    const columns = selection.items.find((item) => item.request.name === data)?.columns;
    const own = kind === "levels" ? levels.get(data) : columns;
    const size = own?.length ?? once.get(data)?.shape[axis] ?? 0;
    dims.set(name, size);
    if (own !== undefined && (kind === "levels" || own.length > 1)) labels.set(name, own);
    if (size < least) {
      const span = density.data.find((d) => d.name === data)?.span ?? null;
      diagnostics.push(diagnose("FF520", span, { name, size, least }));
    }
  }
  diagnostics.push(...checkSizes(selection, dims));
  for (const request of density.data)
    if (request.once) diagnostics.push(...misfit(request, once.get(request.name)?.shape ?? [], dims));
  if (diagnostics.length > 0) return { data: null, diagnostics };
  const values = new Map([...once].map(([name, constant]) => [name, constant.values]));
  return { data: { selection, bindings: { dims, levels, labels, learnt: new Map(), once: values } }, diagnostics };
}

/** Whether the columns found are as many as declared. */
export function checkSizes(selection: Selection, dims: ReadonlyMap<string, number>): readonly Diagnostic[] {
  return selection.items.flatMap(({ request, columns }) =>
    misfit(request, request.vector ? [columns.length] : [], dims),
  );
}

/** A declared number of positions that the data contradict. */
function misfit(request: DataRequest, found: readonly number[], dims: ReadonlyMap<string, number>): Diagnostic[] {
  const sizeOf = (dim: Dim): number => (typeof dim === "number" ? dim : (dims.get(dim.name) ?? 0) + dim.plus);
  const wanted = request.domain.kind === "category" ? [] : request.shape.map(sizeOf);
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  if (product(wanted) === product(found)) return [];
  const show = (sizes: readonly number[]): string => (sizes.length === 0 ? "1" : sizes.join(" × "));
  return [diagnose("FF521", request.span, { name: request.name, wanted: show(wanted), found: show(found) })];
}

/** Columns that a pattern must not take: categories, and what a likelihood's response is made of. */
export function notForGlobs(density: Density): ReadonlySet<string> {
  const taken = new Set<string>();
  const responses = responsesOf(density);
  for (const { name, source, domain } of density.data) {
    if (domain.kind !== "category" && !responses.has(name)) continue;
    if (source.kind === "column") taken.add(source.column);
    if (source.kind === "columns") for (const column of source.columns) taken.add(column);
  }
  return taken;
}

/** Data that the responses of the likelihood are made of. */
export function responsesOf(density: Density): ReadonlySet<string> {
  const responses = new Set<string>();
  for (const term of density.terms) {
    if (term.kind !== "likelihood") continue;
    for (const id of order(density.graph, [term.response] as NodeId[])) {
      const node = density.graph.nodes[id];
      if (node?.op === "column" && node.attributes.name !== undefined) responses.add(node.attributes.name);
    }
  }
  return responses;
}
