// The parser of a file, as a sentence: clean the tokens, balance the brackets, lay out the lines, parse, explain what
// did not fit, build the tree. It never throws at a text, and one broken line costs that line only.

import { type CstNode, type GrammarError, parseTokens, type Token } from "../../grammar/index.ts";
import { type Diagnostic, diagnose, type SourceFile } from "../diagnostics/index.ts";
import type { Ast, Item } from "./ast.ts";
import { balance } from "./brackets.ts";
import { buildLines } from "./build-item.ts";
import type { Context } from "./context.ts";
import { nodeOrNull } from "./cst.ts";
import { deepestTree, depthOf } from "./depth.ts";
import { documentation } from "./documentation.ts";
import { explain } from "./explain.ts";
import { layOut } from "./lines.ts";
import { divide, type LogicalLines } from "./logical-lines.ts";
import { clean } from "./mistakes.ts";

/** The tree of a file, as far as it could be understood, and everything that is wrong with it, in order of place. */
export interface ParseResult {
  readonly ast: Ast;
  readonly diagnostics: readonly Diagnostic[];
}

/** Messages for the first error of each line that has none yet; what follows in a line is mostly its echo. */
function explainAll(
  file: string,
  errors: readonly GrammarError[],
  lines: LogicalLines,
  known: readonly Diagnostic[],
): readonly Diagnostic[] {
  const told = new Set(known.map((diagnostic) => lines.at(diagnostic.span?.start ?? 0)));
  const found: Diagnostic[] = [];
  for (const error of errors) {
    const number = error.found === null ? lines.count - 1 : lines.at(error.found.startOffset);
    if (told.has(number)) continue;
    told.add(number);
    found.push(explain(file, error, lines.tokens(number)));
  }
  return found;
}

/** Leaves out items whose trees are too deep to be walked. */
function shallow(context: Context, items: readonly Item[]): readonly Item[] {
  return items.filter((item) => {
    const { start, end } = item.span;
    // A tree is no deeper than three levels a token.
    if (end - start < deepestTree / 3 || depthOf(item) <= deepestTree) return true;
    context.report(diagnose("FF107", { ...item.span, end: Math.min(end, start + 80) }, { limit: deepestTree }));
    return false;
  });
}

/** All that reading a file gives: what `parse` returns, and what the formatter needs besides. */
export interface Reading extends ParseResult {
  readonly cst: CstNode;
  /** The tokens as the parser read them, with line starts and significant line ends. */
  readonly tokens: readonly Token[];
}

/** Reads a file. */
export function parse(source: SourceFile): ParseResult {
  const { ast, diagnostics } = read(source);
  return { ast, diagnostics };
}

/** Reads a file and keeps the concrete tree and tokens. */
export function read(source: SourceFile): Reading {
  const file = source.path;
  const cleaned = clean(source);
  const balanced = balance(file, cleaned.tokens);
  const laidOut = layOut(file, balanced.tokens);
  const { cst, errors } = parseTokens(laidOut.tokens);

  const lines = divide(laidOut.tokens);
  const diagnostics: Diagnostic[] = [...cleaned.diagnostics, ...balanced.diagnostics, ...laidOut.diagnostics];
  diagnostics.push(...explainAll(file, errors, lines, diagnostics));

  const docs = documentation(source, cleaned);
  diagnostics.push(...docs.dangling);
  const context: Context = {
    file,
    report: (diagnostic) => diagnostics.push(diagnostic),
    docOf: docs.of,
    startsLine: lines.startsLine,
  };
  const tree = nodeOrNull(cst, "lines");
  const items = shallow(context, tree === null ? [] : buildLines(context, tree));
  diagnostics.sort((one, other) => (one.span?.start ?? 0) - (other.span?.start ?? 0));
  return { ast: { kind: "ast", file, items }, diagnostics, cst, tokens: laidOut.tokens };
}
