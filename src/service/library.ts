// Families and functions that a model may call: the standard library's and its own.

import { type FamilyItem, familiesOf, standardFamilies, standardLayers } from "../check/index.ts";
import { type Item, printType } from "../syntax/index.ts";
import type { Analysis } from "./analyse.ts";
import { type Callable, operations } from "./operations.ts";
import { overloadNote } from "./vocabulary.ts";

/** A family: all its overloads, the first of which gives it its description. */
export interface Family {
  readonly name: string;
  readonly overloads: readonly FamilyItem[];
}

/** What calls may mean. */
export interface Library {
  readonly families: ReadonlyMap<string, Family>;
  readonly functions: ReadonlyMap<string, Callable>;
}

function grouped(items: readonly FamilyItem[]): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const item of items) {
    const overloads = [...(families.get(item.name)?.overloads ?? []), item];
    families.set(item.name, { name: item.name, overloads });
  }
  return families;
}

/** The standard library never changes; it is read at the first question that needs it. */
let standard: Library | null = null;

function standardLibrary(): Library {
  if (standard !== null) return standard;
  const items = standardFamilies();
  const functions = new Map(operations.map((o) => [o.name, o]));
  // The lines of a family are read in the library's own scope, which holds its functions.
  const scope = items[0]?.open().scope.functions;
  for (const name of scope?.names() ?? []) {
    const item = scope?.find(name)?.item;
    if (item !== undefined)
      functions.set(name, { name, parameters: item.parameters.map((p) => p.text), doc: item.doc });
  }
  standard = { families: grouped(items), functions };
  return standard;
}

/** The standard library, and the modules that a model uses, with its own families, functions and layers in front. */
export function libraryOf({ ast }: Analysis): Library {
  const { families, functions } = standardLibrary();
  const items = ast.items.flatMap((item): readonly Item[] =>
    item.kind === "use" && item.module ? standardLayers(item.target.text) : [item],
  );
  const own = items.flatMap((item): Callable[] =>
    item.kind === "fn" || item.kind === "layer"
      ? [{ name: item.name.text, parameters: item.parameters.map((p) => p.text), doc: item.doc }]
      : [],
  );
  return {
    families: new Map([...families, ...grouped(familiesOf(ast))]),
    functions: new Map([...functions, ...own.map((f) => [f.name, f] as const)]),
  };
}

/** A family's arguments with what each may be, by label; of the same label the first overload's. */
export function argumentsOf(family: Family): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { item } of family.overloads) {
    for (const { name, type } of item.parameters) if (!found.has(name.text)) found.set(name.text, printType(type));
  }
  return found;
}

/** What a family is, as Markdown: its description, and every form it can be called in. */
export function describeFamily({ overloads }: Family): string {
  const [main] = overloads;
  const forms = overloads.map(({ form, item }) => {
    const types = item.parameters.map(({ name, type }) => `${name.text}: ${printType(type)}`).join(", ");
    return `- \`${form}\`: ${types === "" ? "no arguments" : types}; ${overloadNote(item)}`;
  });
  const lines = main === undefined ? [] : [`Values: \`${printType(main.item.support)}\``];
  return [main?.item.doc ?? "", lines.join(""), forms.join("\n")].filter((part) => part !== "").join("\n\n");
}
