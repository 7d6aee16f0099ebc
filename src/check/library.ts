// The standard library as text, read when it is needed: functions at once, families one by one.

import { families, functions as functionsText, modules } from "../../stdlib/index.ts";
import { internalError } from "../diagnostics/index.ts";
import { type DistributionItem, type FunctionItem, type Item, type LayerItem, parse } from "../syntax/index.ts";
import type { Functions, Scope } from "./context.ts";

export interface Library {
  /** The scope in which the library's own expressions are read: no values, its functions only. */
  readonly scope: Scope;
  readonly functionNames: readonly string[];
  readonly familyNames: readonly string[];
  readonly findFunction: (name: string) => { readonly item: FunctionItem; readonly scope: Scope } | null;
  /** The overloads of a family, in order; empty where the library has none of that name. */
  readonly family: (name: string) => readonly DistributionItem[];
  readonly moduleNames: readonly string[];
  /** The items of a standard module. */
  readonly module: (name: string) => readonly Item[];
}

const familyTexts: Readonly<Record<string, string>> = families;
const moduleTexts: Readonly<Record<string, string>> = modules;

/** Items by place: the library is the same for every model, and so are its trees. */
const parsed = new Map<string, readonly Item[]>();

/** The items of a part of the library; `part` tells parts of a file apart. */
function items(path: string, text: string, part = 0): readonly Item[] {
  const key = `${path} ${part}`;
  const known = parsed.get(key) ?? read(path, text);
  parsed.set(key, known);
  return known;
}

function read(path: string, text: string): readonly Item[] {
  const { ast, diagnostics } = parse({ path, text });
  const [first] = diagnostics;
  if (first !== undefined) internalError(`${path}: ${first.message}`);
  return ast.items;
}

/** The function whose lines start there, up to the next empty line; in front is white space, so that its places are right. */
function functionAt(start: number): FunctionItem | null {
  const end = functionsText.indexOf("\n\n", start);
  const text = functionsText.slice(start, end < 0 ? undefined : end + 1);
  const [item] = items("stdlib/functions.ffm", `${" ".repeat(start)}${text}`, start);
  return item?.kind === "fn" ? item : null;
}

/** The layers of a standard module; none where there is no such module. */
export function standardLayers(module: string): readonly LayerItem[] {
  return openLibrary()
    .module(module)
    .flatMap((item) => (item.kind === "layer" ? [item] : []));
}

/** The library, with what has been read kept for the time of one check. */
export function openLibrary(): Library {
  // Most models call a few of these functions at most, so each is parsed when it is first called.
  const places = new Map(
    [...functionsText.matchAll(/(?:^\/\/\/.*\n)*^fn (\w+)\(/gm)].map((m) => [m[1] as string, m.index]),
  );
  const functionNames = [...places.keys()];
  const known = new Map<string, FunctionItem | null>();
  const read = new Map<string, readonly DistributionItem[]>();
  const opened = new Map<string, readonly Item[]>();
  const findFunction = (name: string): { item: FunctionItem; scope: Scope } | null => {
    const start = places.get(name);
    if (start === undefined) return null;
    if (!known.has(name)) known.set(name, functionAt(start));
    const item = known.get(name) ?? null;
    return item === null ? null : { item, scope };
  };
  const functions: Functions = {
    find: findFunction,
    names: () => functionNames,
    otherwise: () => null,
    layer: () => null,
    layers: () => [],
    layerModule: () => null,
  };
  const scope: Scope = { value: () => undefined, names: () => [], functions };
  return {
    scope,
    functionNames,
    familyNames: Object.keys(familyTexts),
    findFunction,
    family: (name) => {
      if (!Object.hasOwn(familyTexts, name)) return [];
      let found = read.get(name);
      if (found === undefined) {
        const all = items(`stdlib/families/${name}.ffm`, familyTexts[name] as string);
        found = all.filter((item) => item.kind === "distribution");
        read.set(name, found);
      }
      return found;
    },
    moduleNames: Object.keys(moduleTexts),
    module: (name) => {
      if (!Object.hasOwn(moduleTexts, name)) return [];
      const found = opened.get(name) ?? items(`stdlib/${name}.ffm`, moduleTexts[name] as string);
      opened.set(name, found);
      return found;
    },
  };
}
