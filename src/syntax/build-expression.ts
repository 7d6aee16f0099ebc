// Concrete to abstract: expressions. Operands and operators come as one flat list; two stacks and the precedence table
// sort them out without recursion, so that a long chain costs no stack.

import { type CstNode, precedence, type Token } from "../../grammar/index.ts";
import { cover, diagnose, internalError, type Span } from "../diagnostics/index.ts";
import type { Argument, BinaryOperator, CallExpr, Expr, IndexExpr, Name, UnaryOperator } from "./ast.ts";
import { type Context, nameOf, spanFrom } from "./context.ts";
import { ends, leaf, node, nodeOrNull, nodes, tokenOrNull, tokens } from "./cst.ts";
import { is, spanOf } from "./words.ts";

interface Pending {
  readonly token: Token;
  readonly prefix: boolean;
  readonly rank: number;
}

const ranks: ReadonlyMap<string, number> = new Map(precedence.flatMap((row, rank) => row.map((name) => [name, rank])));
const comparison = ranks.get("Less") ?? 0;
const power = ranks.get("Caret") ?? 0;

function rankOf(found: Token, prefix: boolean): number {
  const name = prefix && is(found, "Minus") ? "Negate" : found.tokenType.name;
  return ranks.get(name) ?? internalError(`The operator ${found.image} has no precedence.`);
}

/** An expression from its tree. */
export function buildExpression(context: Context, tree: CstNode): Expr {
  const operands: Expr[] = [];
  const pending: Pending[] = [];

  const reduce = (): void => {
    const top = pending.pop();
    const right = operands.pop();
    if (top === undefined || right === undefined) internalError("An operator has no operand.");
    const opSpan = spanOf(context.file, top.token);
    if (top.prefix) {
      const op = top.token.image as UnaryOperator;
      operands.push({ kind: "unary", op, operand: right, span: cover(opSpan, right.span) });
      return;
    }
    const left = operands.pop();
    if (left === undefined) internalError("An operator has no left operand.");
    const op = top.token.image as BinaryOperator;
    operands.push({ kind: "binary", op, left, right, opSpan, span: cover(left.span, right.span) });
  };

  const operand = (tree: CstNode): void => {
    for (const found of tokens(node(tree, "prefixes"), "PrefixOperator")) {
      pending.push({ token: found, prefix: true, rank: rankOf(found, true) });
    }
    const conditional = nodeOrNull(tree, "conditional");
    operands.push(
      conditional === null ? buildPostfix(context, node(tree, "postfix")) : buildConditional(context, conditional),
    );
  };

  const rest = node(tree, "operations");
  const operators = tokens(rest, "BinaryOperator");
  operand(node(tree, "operand"));
  for (const [place, right] of nodes(rest, "operand").entries()) {
    const found = operators[place];
    const rank = rankOf(found, false);
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      if (top.rank < rank || (top.rank === rank && rank === power)) break;
      if (top.rank === rank && rank === comparison && !top.prefix) reportChain(context, top.token, found);
      reduce();
    }
    pending.push({ token: found, prefix: false, rank });
    operand(right);
  }
  while (pending.length > 0) reduce();
  return operands[0];
}

function reportChain(context: Context, first: Token, second: Token): void {
  const span = cover(spanOf(context.file, first), spanOf(context.file, second));
  context.report(diagnose("FF110", span, { first: first.image, second: second.image }));
}

function buildConditional(context: Context, tree: CstNode): Expr {
  const condition = buildExpression(context, node(tree, "condition"));
  const consequent = buildExpression(context, node(tree, "consequent"));
  const alternative = buildExpression(context, node(tree, "alternative"));
  const span = cover(spanOf(context.file, leaf(tree, "If")), alternative.span);
  // biome-ignore lint/suspicious/noThenProperty: the word of the language; trees are never awaited.
  return { kind: "if", condition, then: consequent, else: alternative, span };
}

function buildPostfix(context: Context, tree: CstNode): Expr {
  let expression = buildAtom(context, node(tree, "atom"));
  for (const suffix of nodes(tree, "suffix")) {
    const end = ends(suffix)?.last.end ?? expression.span.end;
    const span = spanFrom(context, expression.span.start, end);
    const call = nodeOrNull(suffix, "callArguments");
    const indices = nodeOrNull(suffix, "indices");
    if (call !== null) {
      expression = buildCall(context, expression, call, span);
    } else if (indices !== null) {
      const places = nodes(indices, "index").map((index) => buildIndex(context, index));
      expression = { kind: "index", target: expression, indices: places, span };
    } else {
      expression = { kind: "transpose", operand: expression, span };
    }
  }
  return expression;
}

function buildCall(context: Context, target: Expr, tree: CstNode, span: Span): Expr {
  if (target.kind === "name") {
    const callee: Name = { text: target.name, span: target.span };
    return (
      buildComprehension(context, callee, tree, span) ?? {
        kind: "call",
        callee,
        args: buildArguments(context, tree),
        span,
      }
    );
  }
  if (target.kind === "call") return { kind: "apply", target, args: buildArguments(context, tree), span };
  context.report(diagnose("FF124", spanFrom(context, target.span.end, span.end), {}));
  return target;
}

function argumentTrees(tree: CstNode): readonly CstNode[] {
  const list = nodeOrNull(tree, "argumentList");
  return list === null ? [] : nodes(list, "argument");
}

/** `sum(e for k in 1..K)`, or null where the call has no `for`. */
function buildComprehension(context: Context, reducer: Name, tree: CstNode, span: Span): Expr | null {
  const args = argumentTrees(tree);
  const generator = args.length === 0 ? null : nodeOrNull(args[0], "generator");
  if (generator === null) return null;
  if (args.length > 1) {
    const place = ends(args[1]);
    const where = place === null ? span : spanFrom(context, place.first.startOffset, place.last.end);
    context.report(
      diagnose(
        "FF101",
        where,
        { expected: "`)`", found: "another argument" },
        "A sum over `for` takes one expression.",
      ),
    );
  }
  return {
    kind: "comprehension",
    reducer,
    body: buildExpression(context, node(args[0], "expression")),
    variable: nameOf(context, leaf(generator, "Identifier")),
    from: buildExpression(context, node(generator, "from")),
    to: buildExpression(context, node(generator, "to")),
    span,
  };
}

/** The arguments between the brackets of a call. */
export function buildArguments(context: Context, tree: CstNode): readonly Argument[] {
  let named = false;
  return argumentTrees(tree).map((argument) => {
    const generator = nodeOrNull(argument, "generator");
    if (generator !== null) {
      const found = leaf(generator, "For");
      const hint = "Only the first and only argument of a call such as `sum(…)` may have a `for`.";
      context.report(diagnose("FF101", spanOf(context.file, found), { expected: "`,` or `)`", found: "`for`" }, hint));
    }
    const label = tokenOrNull(argument, "Identifier");
    const value = buildExpression(context, node(argument, "expression"));
    if (label === null && named) context.report(diagnose("FF116", value.span, {}));
    named ||= label !== null;
    return { label: label === null ? null : nameOf(context, label), value };
  });
}

/** What stands after `~`: a family with its arguments. */
export function buildDistributed(context: Context, tree: CstNode): CallExpr {
  const callee = nameOf(context, leaf(tree, "Identifier"));
  const call = node(tree, "callArguments");
  const end = ends(call)?.last.end ?? callee.span.end;
  return { kind: "call", callee, args: buildArguments(context, call), span: spanFrom(context, callee.span.start, end) };
}

function isZero(expression: Expr | null): expression is Expr {
  return expression !== null && expression.kind === "number" && expression.value === 0;
}

function buildIndex(context: Context, tree: CstNode): IndexExpr {
  const from = nodeOrNull(tree, "from");
  const to = nodeOrNull(tree, "to");
  const first = from === null ? null : buildExpression(context, from);
  if (tokenOrNull(tree, "Range") === null) {
    if (isZero(first)) context.report(diagnose("FF115", first.span, {}, "The first element is at position 1."));
    return { kind: "at", value: first ?? internalError("An index has no position.") };
  }
  if (isZero(first))
    context.report(diagnose("FF115", first.span, {}, "Write `1..` for a range from the first element."));
  const second = to === null ? null : buildExpression(context, to);
  const place = ends(tree);
  const span =
    place === null ? internalError("A range is empty.") : spanFrom(context, place.first.startOffset, place.last.end);
  return { kind: "range", from: first, to: second, span };
}

/** The value of a number's text, which may have `_` between digits. */
export function numberValue(text: string): number {
  return Number(text.replaceAll("_", ""));
}

function buildAtom(context: Context, tree: CstNode): Expr {
  const number = tokenOrNull(tree, "NumberLiteral");
  if (number !== null) {
    const span = spanOf(context.file, number);
    return { kind: "number", value: numberValue(number.image), text: number.image, span };
  }
  const name = tokenOrNull(tree, "Identifier") ?? tokenOrNull(tree, "Path");
  if (name !== null) return { kind: "name", name: name.image, span: spanOf(context.file, name) };
  const inner = nodeOrNull(tree, "expression");
  if (inner !== null) {
    const value = buildExpression(context, inner);
    // The brackets are not in the tree, but what the expression covers reaches to them.
    return { ...value, span: spanFrom(context, leaf(tree, "LeftParen").startOffset, leaf(tree, "RightParen").end) };
  }
  return {
    kind: "array",
    elements: nodes(node(tree, "elements"), "expression").map((element) => buildExpression(context, element)),
    span: spanFrom(context, leaf(tree, "LeftBracket").startOffset, leaf(tree, "RightBracket").end),
  };
}
