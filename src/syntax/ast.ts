// The abstract syntax of a .ffm file: what was written, with places, before any name means anything.
// Readonly plain data, discriminated by `kind`, printable as JSON.

import type { Span } from "../diagnostics/index.ts";

export interface Name {
  readonly text: string;
  readonly span: Span;
}

// ---------------------------------------------------------------- expressions

export type UnaryOperator = "-" | "not";
export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "@" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "and" | "or";

export type Expr =
  | { readonly kind: "number"; readonly value: number; readonly text: string; readonly span: Span }
  | { readonly kind: "name"; readonly name: string; readonly span: Span }
  | { readonly kind: "unary"; readonly op: UnaryOperator; readonly operand: Expr; readonly span: Span }
  | {
      readonly kind: "binary";
      readonly op: BinaryOperator;
      readonly left: Expr;
      readonly right: Expr;
      readonly opSpan: Span;
      readonly span: Span;
    }
  | { readonly kind: "transpose"; readonly operand: Expr; readonly span: Span }
  | { readonly kind: "index"; readonly target: Expr; readonly indices: readonly IndexExpr[]; readonly span: Span }
  | { readonly kind: "if"; readonly condition: Expr; readonly then: Expr; readonly else: Expr; readonly span: Span }
  | CallExpr
  /** `L(32)(x)`: the result of a call, called. */
  | { readonly kind: "apply"; readonly target: CallExpr; readonly args: readonly Argument[]; readonly span: Span }
  /** `sum(body for k in 1..K)`; `reducer` is the called name (sum, prod, max, …). */
  | {
      readonly kind: "comprehension";
      readonly reducer: Name;
      readonly body: Expr;
      readonly variable: Name;
      readonly from: Expr;
      readonly to: Expr;
      readonly span: Span;
    }
  | { readonly kind: "array"; readonly elements: readonly Expr[]; readonly span: Span };

export interface CallExpr {
  readonly kind: "call";
  readonly callee: Name;
  readonly args: readonly Argument[];
  readonly span: Span;
}

export interface Argument {
  readonly label: Name | null;
  readonly value: Expr;
}

/** One place between brackets: a position or a range `a..b`, either end of which may be left out. */
export type IndexExpr =
  | { readonly kind: "at"; readonly value: Expr }
  | { readonly kind: "range"; readonly from: Expr | null; readonly to: Expr | null; readonly span: Span };

// ---------------------------------------------------------------- types

export type BaseType =
  | "real"
  | "positive"
  | "unit"
  | "int"
  | "count"
  | "binary"
  | "category"
  | "simplex"
  | "ordered"
  | "unit_vector"
  | "corr_cholesky"
  | "cov";

export interface TypeExpr {
  readonly base: BaseType;
  /** Bounds of `real in (a, b)`. */
  readonly bounds: { readonly lower: Expr; readonly upper: Expr } | null;
  /** Dimensions between brackets; for `category[K]` the number of levels. */
  readonly shape: readonly Expr[];
  /** `real?` admits missing values. */
  readonly optional: boolean;
  readonly span: Span;
}

// ---------------------------------------------------------------- items

interface ItemBase {
  readonly span: Span;
  /** Text of the `///` lines above it, without the slashes; null where there are none. */
  readonly doc: string | null;
}

/** Where data come from; null means a column of the item's own name. */
export type DataSource =
  | { readonly kind: "column"; readonly name: Name }
  /** `from [a, b, "odd name"]` */
  | { readonly kind: "columns"; readonly names: readonly Name[]; readonly span: Span }
  /** `from "x*"` */
  | { readonly kind: "glob"; readonly pattern: string; readonly span: Span };

export interface DataItem extends ItemBase {
  readonly kind: "data";
  readonly name: Name;
  readonly type: TypeExpr;
  readonly source: DataSource | null;
  readonly once: boolean;
}
export interface ParamItem extends ItemBase {
  readonly kind: "param";
  readonly name: Name;
  readonly type: TypeExpr;
  readonly prior: CallExpr | null;
  readonly init: Expr | null;
  /** `init sample`: drawn from a distribution, the prior where none is written. */
  readonly sample: { readonly distribution: CallExpr | null; readonly span: Span } | null;
}
export interface LikelihoodItem extends ItemBase {
  readonly kind: "likelihood";
  readonly response: Expr;
  readonly distribution: CallExpr;
  readonly weight: Expr | null;
  readonly truncated: { readonly lower: Expr; readonly upper: Expr; readonly span: Span } | null;
  readonly observedIf: Expr | null;
  readonly when: Expr | null;
}
export interface FunctionItem extends ItemBase {
  readonly kind: "fn";
  readonly name: Name;
  readonly parameters: readonly Name[];
  /** `x: real[m]`: the type of each parameter, null where none is written. */
  readonly types: readonly (TypeExpr | null)[];
  readonly body: Expr;
}
/** A line of a distribution's body: `logpdf(y) = …`, `fisher = …`. */
export interface DistributionMember {
  readonly name: Name;
  readonly parameters: readonly Name[];
  readonly value: Expr;
  readonly span: Span;
}
export interface DistributionItem extends ItemBase {
  readonly kind: "distribution";
  readonly name: Name;
  readonly parameters: readonly { readonly name: Name; readonly type: TypeExpr }[];
  readonly support: TypeExpr;
  readonly members: readonly DistributionMember[];
}
export interface LayerItem extends ItemBase {
  readonly kind: "layer";
  readonly name: Name;
  readonly parameters: readonly Name[];
  readonly items: readonly Item[];
}

/** A word, number or string of a flow's value: `half_life 10_000 rows` is three atoms. The sign `<` is a word, too. */
export interface FlowAtom {
  readonly kind: "word" | "number" | "string";
  readonly text: string;
  readonly value: number | null;
  readonly span: Span;
}
export interface FlowEntry {
  readonly key: Name;
  /** Comma-separated phrases of atoms: `2 MB, 5 us per row` is two phrases. */
  readonly phrases: readonly (readonly FlowAtom[])[];
  readonly span: Span;
}

export type Item =
  | (ItemBase & { readonly kind: "model"; readonly name: Name })
  /** `use "lib.ffm"` (a string) or `use nn` (a name). */
  | (ItemBase & { readonly kind: "use"; readonly target: Name; readonly module: boolean })
  | (ItemBase & { readonly kind: "const"; readonly name: Name; readonly value: Expr })
  | DataItem
  | ParamItem
  | (ItemBase & { readonly kind: "state"; readonly name: Name; readonly type: TypeExpr; readonly by: Name | null })
  | (ItemBase & { readonly kind: "let"; readonly name: Name; readonly value: Expr })
  | LikelihoodItem
  | (ItemBase & { readonly kind: "factor"; readonly value: Expr })
  | FunctionItem
  | DistributionItem
  | LayerItem
  | (ItemBase & { readonly kind: "report"; readonly name: Name; readonly value: Expr })
  | (ItemBase & { readonly kind: "flow"; readonly entries: readonly FlowEntry[] });

export interface Ast {
  readonly kind: "ast";
  readonly file: string;
  readonly items: readonly Item[];
}
