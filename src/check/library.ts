// The standard library as text, read when it is needed: functions at once, families one by one.

import { families, functions as functionsText } from "../../stdlib/index.ts";
import { internalError } from "../diagnostics/index.ts";
import { type DistributionItem, type FunctionItem, type Item, parse } from "../syntax/index.ts";
import type { Functions, Scope } from "./context.ts";

export interface Library {
  /** The scope in which the library's own expressions are read: no values, its functions only. */
  readonly scope: Scope;
  readonly functionNames: readonly string[];
  readonly familyNames: readonly string[];
  readonly findFunction: (name: string) => { readonly item: FunctionItem; readonly scope: Scope } | null;
  /** The overloads of a family, in order; empty where the library has none of that name. */
  readonly family: (name: string) => readonly DistributionItem[];
}

const familyTexts: Readonly<Record<string, string>> = families;

function items(path: string, text: string): readonly Item[] {
  const { ast, diagnostics } = parse({ path, text });
  const [first] = diagnostics;
  if (first !== undefined) internalError(`${path}: ${first.message}`);
  return ast.items;
}

/** The library, with what has been read kept for the time of one check. */
export function openLibrary(): Library {
  // Most models call none of these functions; their names are enough until one is.
  const functionNames = [...functionsText.matchAll(/^fn (\w+)\(/gm)].map(([, name]) => name as string);
  let known: ReadonlyMap<string, FunctionItem> | null = null;
  const read = new Map<string, readonly DistributionItem[]>();
  const findFunction = (name: string): { item: FunctionItem; scope: Scope } | null => {
    if (!functionNames.includes(name)) return null;
    known ??= new Map(
      items("stdlib/functions.ffm", functionsText).flatMap((item) =>
        item.kind === "fn" ? [[item.name.text, item]] : [],
      ),
    );
    const item = known.get(name);
    return item === undefined ? null : { item, scope };
  };
  const functions: Functions = { find: findFunction, names: () => functionNames, otherwise: () => null };
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
  };
}
