// Declarations: every named item of a model becomes a definition, elaborated when it is first used, so that lines
// may come in any order; a definition that is met again while it is being elaborated is a circle.

import type { Span } from "../diagnostics/index.ts";
import { type Dim, type DimensionSource, type NodeId, named, type Transform } from "../ir/index.ts";
import type { DataItem, Expr, Item, Name, ParamItem } from "../syntax/index.ts";
import { type Context, inFrame, notBuilt, report, type Scope } from "./context.ts";
import { checkSource, dataValue } from "./data.ts";
import { extentOf } from "./indices.ts";
import { instancesOf, ofInstance } from "./layers.ts";
import { constant, literal } from "./numbers.ts";
import { parameterValue } from "./parameters.ts";
import { interval } from "./support.ts";
import { constantBound, levelsOf, resolveType, type Type } from "./types.ts";
import { type NumberValue, number, type Value } from "./value.ts";
import { namesIn } from "./walk.ts";

/** Definitions within definitions, through functions, that are followed; chains of names alone are flat (order.ts). */
const deepest = 200;

type ItemOf<K extends Item["kind"]> = Item & { readonly kind: K };

/** What a name of a model stands for. */
export type Definition =
  | { readonly kind: "const"; readonly name: Name; readonly item: ItemOf<"const"> }
  | { readonly kind: "data"; readonly name: Name; readonly item: DataItem }
  | { readonly kind: "param"; readonly name: Name; readonly item: ParamItem }
  | { readonly kind: "let"; readonly name: Name; readonly item: ItemOf<"let"> }
  | { readonly kind: "report"; readonly name: Name; readonly item: ItemOf<"report"> }
  | { readonly kind: "state"; readonly name: Name; readonly item: ItemOf<"state"> }
  /** A dimension that data introduce. */
  | { readonly kind: "dimension"; readonly name: Name; readonly source: DimensionSource };

/** A data item as resolved. */
export interface DeclaredData {
  readonly item: DataItem;
  readonly type: Type;
  /** The dimension of a category's levels. */
  readonly levels: Dim | null;
}

/** A parameter as resolved. */
export interface DeclaredParameter {
  readonly item: ParamItem;
  readonly type: Type;
  readonly transform: Transform;
  readonly value: NumberValue;
  readonly logJacobian: NodeId | null;
  /** What the expressions of its line see. */
  readonly scope: Scope;
}

export interface Declarations {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly data: Map<string, DeclaredData>;
  readonly parameters: Map<string, DeclaredParameter>;
  readonly dimensions: Map<string, DimensionSource>;
  readonly scope: Scope;
}

/** Collects the named items; a second definition of a name points at the first. */
export function collect(c: Context, items: readonly Item[]): Map<string, Definition> {
  const definitions = new Map<string, Definition>();
  for (const item of items) {
    const { kind } = item;
    if (
      kind !== "const" &&
      kind !== "data" &&
      kind !== "param" &&
      kind !== "let" &&
      kind !== "report" &&
      kind !== "state"
    )
      continue;
    const { name } = item;
    const first = definitions.get(name.text);
    if (first === undefined) definitions.set(name.text, { kind, name, item } as Definition);
    else duplicate(c, name, first.name.span, first.kind);
  }
  return definitions;
}

/** Says that a name is defined twice, and where first. */
export function duplicate(c: Context, name: Name, first: Span, kind: string): void {
  const where = first.file === name.span.file ? "" : ` in ${first.file}`;
  report(c, "FF204", name.span, { name: name.text }, `It is already a ${kind}${where}; rename one of them.`);
}

/** Resolves data and parameters, and makes the scope in which the model's expressions are read. */
export function declare(
  c: Context,
  definitions: Map<string, Definition>,
  functions: Scope["functions"],
  set: ReadonlyMap<string, number>,
): Declarations {
  const values = new Map<string, Value | null>();
  const open: string[] = [];
  const data = new Map<string, DeclaredData>();
  const { parameters } = c;
  const dimensions = new Map<string, DimensionSource>();
  const scope: Scope = {
    value: (name, span) => {
      const done = values.get(name);
      if (done !== undefined) return done;
      const definition = definitions.get(name);
      if (definition === undefined) return ofInstance(c, name, name, span, scope);
      if (open.includes(name)) return circle(c, open.slice(open.indexOf(name)), span, definitions);
      if (open.length >= deepest) return report(c, "FF107", span, { limit: deepest });
      open.push(name);
      const instances =
        definition.kind === "let" ? instancesOf(definition.item.value, definition.name.text, true) : null;
      const value = inFrame(c, instances, () => evaluate(definition));
      open.pop();
      values.set(name, value);
      return value;
    },
    names: () => [...definitions.keys(), ...[...parameters.keys()].filter((name) => name.includes("."))],
    functions,
  };

  function evaluate(definition: Definition): Value | null {
    switch (definition.kind) {
      case "const": {
        const { name, value } = definition.item;
        const known = constant(c, value, scope, `\`${name.text}\``);
        const replaced = set.get(name.text);
        return replaced !== undefined ? literal(c, replaced) : known === null ? null : literal(c, known);
      }
      case "let":
      case "report":
        return c.elaborate(definition.item.value, scope);
      case "dimension":
        return number(c.g.size(named(definition.name.text)), [], interval(1, Number.POSITIVE_INFINITY, false, true), {
          extent: named(definition.name.text),
        });
      case "data": // resolved below, before anything asks
      case "param":
      case "state":
        return null;
    }
  }

  const dimension =
    (introduce: DimensionSource | null, axis: number) =>
    (expr: Expr): Dim | null => {
      if (expr.kind === "name") {
        const known = definitions.get(expr.name);
        if (known?.kind === "data" && known.item.type.base === "category")
          return data.get(expr.name)?.levels ?? categoryLevels(known.item);
        if (known === undefined) {
          if (introduce === null) return report(c, "FF310", expr.span, { name: expr.name });
          const source = { ...introduce, name: expr.name, axis };
          definitions.set(expr.name, { kind: "dimension", name: { text: expr.name, span: expr.span }, source });
          dimensions.set(expr.name, source);
          return named(expr.name);
        }
      }
      const size = extentOf(c, expr, scope);
      if (typeof size === "number" && size < 1)
        return report(c, "FF301", expr.span, { expected: "a dimension (a whole number from 1)", found: String(size) });
      return size;
    };

  const read = (item: DataItem | ParamItem): Type | null => {
    const introduce: DimensionSource | null =
      item.kind === "data" ? { name: "", kind: "columns", data: item.name.text, axis: 0, least: 0 } : null;
    let axis = 0;
    return resolveType(c, item.type, (expr) => dimension(introduce, axis++)(expr), constantBound(c, scope));
  };

  function categoryLevels(item: DataItem): Dim | null {
    const [size] = item.type.shape;
    return size === undefined ? named(item.name.text) : dimension(null, 0)(size);
  }

  const categories = new Set(
    [...definitions.values()].flatMap((d) =>
      d.kind === "data" && d.item.type.base === "category" ? [d.name.text] : [],
    ),
  );
  for (const definition of [...definitions.values()]) {
    if (definition.kind !== "data") continue;
    const { item, name } = definition;
    const type = read(item);
    if (type === null) {
      values.set(name.text, null);
      continue;
    }
    const levels = type.base === "category" ? levelsOf(name.text, type) : null;
    if (levels !== null && typeof levels !== "number")
      dimensions.set(name.text, { name: name.text, kind: "levels", data: name.text, axis: 0, least: 0 });
    checkSource(c, item, type);
    data.set(name.text, { item, type, levels });
    values.set(name.text, dataValue(c, item, type, levels, categories));
  }
  for (const definition of definitions.values()) {
    if (definition.kind === "state")
      notBuilt(c, definition.item.span, `A dynamic unknown (\`state ${definition.name.text}\`)`);
    if (definition.kind !== "param") continue;
    const { item, name } = definition;
    const type = read(item);
    const made = type && parameterValue(c, item, type, categories, scope);
    values.set(name.text, made?.value ?? null);
    if (made !== null) parameters.set(name.text, made);
  }
  return { definitions, data, parameters, dimensions, scope };
}

/** Reports a circle at its first line: at the place where that names the next one. */
function circle(c: Context, names: readonly string[], span: Span, definitions: ReadonlyMap<string, Definition>): null {
  const start = (name: string): number => definitions.get(name)?.name.span.start ?? 0;
  const first = names.reduce((a, b) => (start(b) < start(a) ? b : a));
  const at = names.indexOf(first);
  const turned = [...names.slice(at), ...names.slice(0, at), first];
  const definition = definitions.get(first);
  const value =
    definition?.kind === "let" || definition?.kind === "report" || definition?.kind === "const"
      ? definition.item.value
      : null;
  const place = value === null ? undefined : namesIn(value).get(turned[1] as string);
  return report(c, "FF206", place ?? span, { name: first, path: turned.join(" → ") });
}
