// The first half of a check: files gathered, names collected, data and parameters declared, functions and families
// at hand. Whatever is elaborated afterwards starts from here.

import type { Diagnostic, SourceFile } from "../diagnostics/index.ts";
import type { Ast, Item } from "../syntax/index.ts";
import { type Context, createContext, report, type Scope } from "./context.ts";
import { collect, type Declarations, declare } from "./declare.ts";
import { elaborate } from "./expressions.ts";
import { type Callables, callables } from "./functions.ts";
import { openLibrary } from "./library.ts";
import { suggestion } from "./names.ts";
import { gather } from "./use.ts";

export interface CheckOptions {
  /** Values for `const` items, by name. */
  readonly set?: Readonly<Record<string, number>>;
  /** Reads the file that a `use` names; null where there is none. */
  readonly resolve?: (path: string) => SourceFile | null;
  /** The parser left lines out, so names that nothing defines are not reported: their lines may be among those. */
  readonly incomplete?: boolean;
}

export interface Prepared {
  readonly c: Context;
  readonly items: readonly Item[];
  /** What the parser says of used files. */
  readonly parsed: readonly Diagnostic[];
  readonly declared: Declarations;
  readonly callables: Callables;
}

/** Opens a model for elaboration. */
export function prepare(ast: Ast, options: CheckOptions): Prepared {
  const c = createContext(elaborate);
  const library = openLibrary();
  const { items, standard, diagnostics } = gather(c, ast, options.resolve ?? (() => null), library);
  const definitions = collect(c, items);
  const set = settings(c, ast, options.set ?? {}, definitions);
  let declared: Declarations | null = null;
  const whole: Scope = {
    value: (name, span) => declared?.scope.value(name, span),
    names: () => declared?.scope.names() ?? [],
    functions: {
      find: (name) => own.functions.find(name),
      names: () => own.functions.names(),
      otherwise: (name) => own.functions.otherwise(name),
      layer: (name) => own.functions.layer(name),
      layers: () => own.functions.layers(),
      layerModule: (name) => own.functions.layerModule(name),
    },
  };
  const constants: Scope = {
    value: (name, span) => (definitions.get(name)?.kind === "const" ? whole.value(name, span) : undefined),
    names: () => [...definitions].flatMap(([name, d]) => (d.kind === "const" ? [name] : [])),
    functions: whole.functions,
  };
  const own = callables(c, items, standard, library, whole, constants);
  declared = declare(c, definitions, own.functions, set);
  return { c, items, parsed: diagnostics, declared, callables: own };
}

/** The constants to replace; a name that no `const` line has is reported. */
function settings(
  c: Context,
  ast: Ast,
  set: Readonly<Record<string, number>>,
  definitions: ReadonlyMap<string, { readonly kind: string }>,
): ReadonlyMap<string, number> {
  const constants = [...definitions].flatMap(([name, d]) => (d.kind === "const" ? [name] : []));
  for (const name of Object.keys(set)) {
    if (constants.includes(name)) continue;
    const there = definitions.get(name);
    const hint =
      there === undefined
        ? suggestion(name, constants)
        : `\`${name}\` is a ${there.kind}; only \`const\` lines can be set.`;
    report(c, "FF418", { file: ast.file, start: 0, end: 0 }, { name }, hint);
  }
  return new Map(Object.entries(set));
}
