// The functions and distributions that calls may mean: the user's own before the library's.

import type { Span } from "../diagnostics/index.ts";
import type { DistributionItem, FunctionItem, Item, LayerItem, Name } from "../syntax/index.ts";
import type { FamilyTable } from "./arguments.ts";
import { operationNames } from "./calls.ts";
import { type Context, type Functions, type Layer, report, type Scope } from "./context.ts";
import { duplicate } from "./declare.ts";
import type { Overload } from "./families.ts";
import { checkCalls } from "./layers.ts";
import type { Library } from "./library.ts";
import { unknownName } from "./names.ts";
import { unbuiltFamilies, unbuiltFunctions } from "./unbuilt.ts";
import { namesIn, walk } from "./walk.ts";

export interface Callables {
  readonly functions: Functions;
  readonly families: FamilyTable;
  /** What the lines of the user's own families see: constants and functions. */
  readonly constants: Scope;
  readonly own: {
    readonly functions: readonly FunctionItem[];
    readonly distributions: readonly DistributionItem[];
    readonly layers: readonly LayerItem[];
  };
}

/** Collects what the items define; `scope` is the model's, in which user functions are read. */
export function callables(
  c: Context,
  items: readonly Item[],
  standard: readonly Item[],
  library: Library,
  scope: Scope,
  constants: Scope,
): Callables {
  const own = new Map<string, FunctionItem>();
  const distributions = new Map<string, DistributionItem[]>();
  const layers = new Map<string, Layer>();
  const standardLayers = layersOf(standard, library.scope);
  const first = new Map<string, { readonly span: Span; readonly kind: string }>();
  const claim = (name: Name, kind: string): boolean => {
    const known = first.get(name.text);
    if (known !== undefined) {
      duplicate(c, name, known.span, known.kind);
      return false;
    }
    first.set(name.text, { span: name.span, kind });
    return true;
  };
  for (const item of items) {
    if (item.kind === "fn" && claim(item.name, "function")) {
      own.set(item.name.text, item);
      repeatedParameter(c, item.parameters);
      if (
        library.functionNames.includes(item.name.text) ||
        operationNames.includes(item.name.text) ||
        unbuiltFunctions.has(item.name.text)
      )
        report(c, "FF205", item.name.span, { name: item.name.text, what: "function" });
    }
    if (item.kind === "layer" && claim(item.name, "layer")) {
      layers.set(item.name.text, { item, scope, standard: false });
      repeatedParameter(c, item.parameters);
      if (standardLayers.has(item.name.text))
        report(c, "FF205", item.name.span, { name: item.name.text, what: "layer" });
    }
    if (item.kind === "distribution") addDistribution(c, item, distributions, library, claim);
  }
  const functions: Functions = {
    find: (name) => {
      const item = own.get(name);
      return item === undefined ? library.findFunction(name) : { item, scope };
    },
    names: () => [...own.keys(), ...library.functionNames],
    otherwise: (name) => {
      if (distributions.has(name) || library.familyNames.includes(name) || unbuiltFamilies.has(name))
        return "distribution";
      if (own.has(name) || library.functionNames.includes(name) || operationNames.includes(name)) return "function";
      return layers.has(name) || standardLayers.has(name) ? "layer" : null;
    },
    layer: (name) => layers.get(name) ?? standardLayers.get(name) ?? null,
    layers: () => [...layers.keys(), ...standardLayers.keys()],
    layerModule: (name) =>
      library.moduleNames.find((m) => layersOf(library.module(m), library.scope).has(name)) ?? null,
  };
  const families: FamilyTable = {
    find: (name): readonly Overload[] => {
      const mine = distributions.get(name);
      if (mine !== undefined) return mine.map((item) => ({ item, scope: constants, standard: false }));
      return library.family(name).map((item) => ({ item, scope: library.scope, standard: true }));
    },
    names: () => [...distributions.keys(), ...library.familyNames],
  };
  return {
    functions,
    families,
    constants,
    own: {
      functions: [...own.values()],
      distributions: [...distributions.values()].flat(),
      layers: [...layers.values()].map(({ item }) => item),
    },
  };
}

/** The layers of standard modules; each sees those of its module and the library's functions. */
function layersOf(items: readonly Item[], around: Scope): ReadonlyMap<string, Layer> {
  const found = new Map<string, Layer>();
  const scope: Scope = {
    ...around,
    functions: { ...around.functions, layer: (name) => found.get(name) ?? null, layers: () => [...found.keys()] },
  };
  for (const item of items) if (item.kind === "layer") found.set(item.name.text, { item, scope, standard: true });
  return found;
}

/** Names in the user's functions that nothing defines; a function that is never called is not expanded otherwise. */
export function checkFunctions(c: Context, own: readonly FunctionItem[], scope: Scope): void {
  for (const { parameters, types, body } of own) {
    const sizes = types.flatMap((type) => type?.shape ?? []).flatMap((e) => [...namesIn(e).keys()]);
    const local = new Set([...parameters.map((p) => p.text), ...sizes, "pi", "inf"]);
    walk(body, (e) => {
      if (e.kind === "comprehension") local.add(e.variable.text);
    });
    const known = new Set([...scope.names(), ...local]);
    for (const [name, span] of namesIn(body))
      if (!known.has(name)) unknownName(c, name, span, { ...scope, names: () => [...known] });
    checkCalls(c, body, scope);
    walk(body, (e) => {
      if (e.kind === "apply") report(c, "FF216", e.span, { layer: e.target.callee.text });
    });
  }
}

function addDistribution(
  c: Context,
  item: DistributionItem,
  distributions: Map<string, DistributionItem[]>,
  library: Library,
  claim: (name: Name, kind: string) => boolean,
): void {
  const { text } = item.name;
  const known = distributions.get(text);
  repeatedParameter(
    c,
    item.parameters.map((p) => p.name),
  );
  if (known === undefined) {
    if (!claim(item.name, "distribution")) return;
    distributions.set(text, [item]);
    if (library.familyNames.includes(text) || unbuiltFamilies.has(text))
      report(c, "FF205", item.name.span, { name: text, what: "distribution" });
    return;
  }
  const words = (d: DistributionItem): string => d.parameters.map((p) => p.name.text).join();
  const same = known.find((other) => words(other) === words(item));
  if (same === undefined) known.push(item);
  else
    report(
      c,
      "FF204",
      item.name.span,
      { name: `${text}(${words(item)})` },
      "Its forms must differ in their arguments' names or number.",
    );
}

function repeatedParameter(c: Context, names: readonly Name[]): void {
  for (const [k, name] of names.entries())
    if (names.findIndex((n) => n.text === name.text) < k) report(c, "FF117", name.span, { what: name.text });
}
