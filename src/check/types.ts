// Types as declared: a base with its support, a shape with symbolic dimensions, and what data or a parameter of
// that type are to the rooms behind.

import { type Dim, named, type Shape, showDim, type Transform, type ValueDomain } from "../ir/index.ts";
import { type BaseType, type Expr, printType, type TypeExpr } from "../syntax/index.ts";
import { type Context, notBuilt, report, type Scope } from "./context.ts";
import { constant } from "./numbers.ts";
import { interval, type Support, supports } from "./support.ts";
import type { Structure } from "./value.ts";

export interface Type {
  readonly base: BaseType;
  readonly support: Support;
  readonly shape: Shape;
  readonly structure: Structure | null;
  /** Number of levels of a category; null where the data tell. */
  readonly levels: Dim | null;
  readonly optional: boolean;
  /** The names in place of dimensions, null where there are others; categories of a fixed size are among them. */
  readonly axes: readonly (string | null)[];
  /** As written. */
  readonly label: string;
}

/** The value range of a base type, where it has no bounds. */
const baseSupports: Record<Exclude<BaseType, "unit_vector" | "corr_cholesky" | "cov">, Support> = {
  real: supports.real,
  positive: supports.positive,
  unit: supports.unit,
  int: supports.int,
  count: supports.count,
  binary: supports.binary,
  category: supports.int,
  simplex: supports.unit,
  ordered: supports.real,
};

/** How a dimension between brackets is read. */
export type ReadDimension = (expr: Expr) => Dim | null;

/** How the bounds of `real in (a, b)` are read: constants, or in a family its arguments. */
export type ReadBound = (expr: Expr, what: string) => number | null;

/** A bound that must be known while compiling. */
export function constantBound(c: Context, scope: Scope): ReadBound {
  return (expr, what) => constant(c, expr, scope, what);
}

/** A written type with its dimensions and bounds known; null where they are not, which has been reported. */
export function resolveType(c: Context, type: TypeExpr, dimension: ReadDimension, bound: ReadBound): Type | null {
  const { base } = type;
  if (base === "unit_vector" || base === "corr_cholesky" || base === "cov")
    return notBuilt(c, type.span, `The type \`${base}\``);
  const shape = type.shape.map(dimension);
  if (shape.includes(null)) return null;
  const dims = shape as readonly Dim[];
  const label = printType(type);
  const axes = type.shape.map((e) => (e.kind === "name" ? e.name : null));
  const plain = { base, optional: type.optional, label, axes, structure: null, levels: null, shape: dims };
  if (base === "category") {
    if (dims.length > 1) return notBuilt(c, type.span, "An array of categories");
    return { ...plain, support: supports.int, levels: dims[0] ?? null, shape: [] };
  }
  const support = type.bounds === null ? baseSupports[base] : bounded(c, type, type.bounds, bound);
  if (support === null) return null;
  if (base === "simplex" || base === "ordered") {
    if (dims.length === 0)
      return report(c, "FF301", type.span, {
        expected: `\`${base}[K]\`, with the number of elements`,
        found: `\`${base}\``,
      });
    if (dims.length > 2) return notBuilt(c, type.span, `A \`${base}\` with more than two dimensions`);
    return { ...plain, support, structure: base };
  }
  return { ...plain, support };
}

function bounded(
  c: Context,
  type: TypeExpr,
  bounds: NonNullable<TypeExpr["bounds"]>,
  bound: ReadBound,
): Support | null {
  const lower = bound(bounds.lower, "A bound");
  const upper = bound(bounds.upper, "A bound");
  if (lower === null || upper === null) return null;
  if (!(lower < upper))
    return report(c, "FF301", type.span, { expected: "an interval, lower bound first", found: `(${lower}, ${upper})` });
  return interval(lower, upper, true);
}

/** What may stand in a column of that type. */
export function domainOf(type: Type): ValueDomain {
  const { support, label } = type;
  if (type.base === "category") {
    const upper = typeof type.levels === "number" ? type.levels : Number.POSITIVE_INFINITY;
    return { kind: "category", lower: 1, upper, lowerOpen: false, upperOpen: false, label };
  }
  const { lower, upper, lowerOpen, upperOpen, integer } = support;
  return { kind: integer ? "int" : "real", lower, upper, lowerOpen, upperOpen, label: label.replace(/\?$/, "") };
}

/** How a parameter of that type is made from free coordinates; null where it can't be (whole numbers, levels). */
export function transformOf(type: Type): Transform | null {
  if (type.base === "category" || type.support.integer) return null;
  if (type.structure !== null) return { kind: type.structure };
  const { lower, upper } = type.support;
  if (Number.isFinite(lower))
    return Number.isFinite(upper) ? { kind: "interval", lower, upper } : { kind: "lower", lower };
  return Number.isFinite(upper) ? { kind: "upper", upper } : { kind: "identity" };
}

/** `real[p]` and the like, for values whose type was found and not written. */
export function showValueType(support: string, shape: Shape): string {
  return shape.length === 0 ? support : `${support}[${shape.map(showDim).join(", ")}]`;
}

/** The dimension that a category's levels make. */
export function levelsOf(name: string, type: Type): Dim {
  return type.levels ?? named(name);
}

/** The category that each dimension of a type is declared by. */
export function categoryAxes(type: Type, categories: ReadonlySet<string>): readonly (string | null)[] {
  return type.axes.map((name) => (name !== null && categories.has(name) ? name : null));
}
