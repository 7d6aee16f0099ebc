// Concrete to abstract: types and names with types.

import { type CstNode, typeWords } from "../../grammar/index.ts";
import { diagnose, internalError, nearest } from "../diagnostics/index.ts";
import type { BaseType, Expr, Name, TypeExpr } from "./ast.ts";
import { buildExpression } from "./build-expression.ts";
import { brief, type Context, nameOf, spanFrom } from "./context.ts";
import { ends, leaf, node, nodeOrNull, nodes, tokenOrNull, tokens } from "./cst.ts";
import { spanOf } from "./words.ts";

/** The types of the language. */
export const typeNames: readonly BaseType[] = typeWords;

const otherLanguages: Readonly<Record<string, string>> = {
  float: "real",
  double: "real",
  number: "real",
  numeric: "real",
  vector: "real[n]",
  row_vector: "real[n]",
  matrix: "real[n, m]",
  array: "real[n]",
  integer: "int",
  bool: "binary",
  boolean: "binary",
  logical: "binary",
  factor: "category",
  string: "category",
  text: "category",
  character: "category",
  categorical: "category",
  enum: "category",
  probability: "unit",
  proportion: "unit",
  nonnegative: "positive",
  cholesky_factor_corr: "corr_cholesky",
  cov_matrix: "cov",
  natural: "count",
};

function isBase(text: string): text is BaseType {
  return (typeNames as readonly string[]).includes(text);
}

function suggestion(text: string): string | undefined {
  const lower = text.toLowerCase();
  const meant = Object.hasOwn(otherLanguages, lower) ? otherLanguages[lower] : nearest(text, typeNames);
  return meant === null ? undefined : `Did you mean \`${meant}\`?`;
}

/** `(lower, upper)`. */
export function buildInterval(context: Context, tree: CstNode): { readonly lower: Expr; readonly upper: Expr } {
  return {
    lower: buildExpression(context, node(tree, "lower")),
    upper: buildExpression(context, node(tree, "upper")),
  };
}

/** A type; one that does not exist is reported and read as `real`. */
export function buildType(context: Context, tree: CstNode): TypeExpr {
  const word = leaf(tree, "Identifier");
  const place = ends(tree) ?? internalError("A type is empty.");
  let base: BaseType = "real";
  if (isBase(word.image)) {
    base = word.image;
  } else {
    const span = spanOf(context.file, word);
    context.report(diagnose("FF122", span, { name: brief(word.image) }, suggestion(word.image)));
  }
  const bounds = nodeOrNull(tree, "bounds");
  const shape = nodeOrNull(tree, "shape");
  return {
    base,
    bounds: bounds === null ? null : buildInterval(context, node(bounds, "interval")),
    shape:
      shape === null
        ? []
        : nodes(node(shape, "elements"), "expression").map((dimension) => buildExpression(context, dimension)),
    optional: tokenOrNull(tree, "Question") !== null,
    span: spanFrom(context, place.first.startOffset, place.last.end),
  };
}

/** `name: type, …` */
export function buildTypedNames(
  context: Context,
  tree: CstNode | null,
): readonly { readonly name: Name; readonly type: TypeExpr }[] {
  if (tree === null) return [];
  return nodes(tree, "typedName").map((typed) => ({
    name: nameOf(context, leaf(typed, "Identifier")),
    type: buildType(context, node(typed, "type")),
  }));
}

/** The names of a function's parameters, with the types that are written. */
export function buildParameters(
  context: Context,
  tree: CstNode,
): { readonly parameters: readonly Name[]; readonly types: readonly (TypeExpr | null)[] } {
  const found = nodes(tree, "functionParameter").map((parameter) => {
    const type = nodeOrNull(parameter, "type");
    return {
      name: nameOf(context, leaf(parameter, "Identifier")),
      type: type === null ? null : buildType(context, type),
    };
  });
  return { parameters: found.map(({ name }) => name), types: found.map(({ type }) => type) };
}

/** The names between brackets. */
export function buildNames(context: Context, parameters: CstNode): readonly Name[] {
  const list = nodeOrNull(parameters, "names");
  return list === null ? [] : tokens(list, "Identifier").map((found) => nameOf(context, found));
}
