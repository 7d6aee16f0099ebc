// Data items: the value a name of the data stands for, and what is asked of a source.

import type { DataRequest, Dim } from "../ir/index.ts";
import type { DataItem } from "../syntax/index.ts";
import { type Context, report } from "./context.ts";
import type { Declarations } from "./declare.ts";
import { categoryAxes, domainOf, type Type } from "./types.ts";
import { number, type Value } from "./value.ts";

/** Columns that are listed must be as many as the declared size. */
export function checkSource(c: Context, item: DataItem, type: Type): void {
  const { source } = item;
  if (source === null) return;
  const { length } = type.shape;
  const [size] = type.shape;
  if (length === 0 && source.kind !== "column")
    report(
      c,
      "FF311",
      item.type.span,
      { what: "Data from several columns", found: "[]" },
      `Write \`${item.type.base}[p]\`.`,
    );
  if (source.kind === "columns" && length === 1 && typeof size === "number" && size !== source.names.length)
    report(c, "FF302", source.span, { operator: "from", left: `[${size}]`, right: `[${source.names.length}]` });
}

/** The value of a data item: a column (or a `once` value), with a stand-in where it may be missing. */
export function dataValue(
  c: Context,
  item: DataItem,
  type: Type,
  levels: Dim | null,
  categories: ReadonlySet<string>,
): Value {
  const name = item.name.text;
  const leaf = item.once ? c.g.once(name, type.shape) : c.g.column(name, type.shape);
  const missing = type.optional ? [name] : [];
  const node = type.optional
    ? c.g.apply("select", [c.g.apply("eq", [leaf, leaf]), leaf, c.g.constant(standIn(type), type.shape)])
    : leaf;
  if (levels !== null) return { kind: "category", name, node, dim: levels, missing };
  const axes = categoryAxes(type, categories);
  return number(node, type.shape, type.support, { structure: type.structure, missing, axes });
}

/** A value of the type for rows that do not count: what is computed with it is never used, but stays finite. */
export function standIn(type: Type): number {
  const { lower, upper, integer } = type.support;
  if (type.base === "category") return 0;
  if (Number.isFinite(lower) && Number.isFinite(upper)) return integer ? lower : (lower + upper) / 2;
  if (Number.isFinite(lower)) return lower + 1;
  return Number.isFinite(upper) ? upper - 1 : 0;
}

/** What the data items ask of a source. */
export function dataRequests(c: Context, declared: Declarations): readonly DataRequest[] {
  return [...declared.data.values()].map(({ item, type }) => {
    const name = item.name.text;
    const domain = domainOf(type);
    const positions = c.indexed.get(name);
    const limited =
      positions === undefined
        ? domain
        : { ...domain, lower: 1, upper: positions, lowerOpen: false, upperOpen: false, label: `1..${positions}` };
    return {
      name,
      source: sourceOf(item),
      domain: limited,
      vector: type.shape.length > 0,
      shape: type.shape,
      once: item.once,
      optional: type.optional,
      span: item.span,
    };
  });
}

function sourceOf({ source, name }: DataItem): DataRequest["source"] {
  if (source === null) return { kind: "column", column: name.text };
  switch (source.kind) {
    case "column":
      return { kind: "column", column: source.name.text };
    case "columns":
      return { kind: "columns", columns: source.names.map((n) => n.text) };
    case "glob":
      return { kind: "glob", pattern: source.pattern };
  }
}
