// How a line may start, by the block it stands in, and what is said of one that starts otherwise.

import { itemWords, reserved, rowOf, type Token } from "../../grammar/index.ts";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import { describe, is, spanOf } from "./words.ts";

/** The block around a line: the word that opened it, or none. */
export type Block = "" | "distribution" | "layer" | "flow";

const expressionStarts: ReadonlySet<string> = new Set(
  "Identifier Path NumberLiteral LeftParen LeftBracket Minus Not If".split(" "),
);

/** Whether a token may start a line of a block. */
export function mayStart(block: Block, found: Token): boolean {
  const row = rowOf(found.tokenType);
  if (block === "flow") return row?.kind === "name" || row?.kind === "keyword" || row?.kind === "contextual";
  if (block === "distribution") return row?.kind === "name" || row?.kind === "contextual";
  return itemWords.has(found.image) || row?.kind === "contextual" || expressionStarts.has(found.tokenType.name);
}

const binary: ReadonlySet<string> = new Set(
  "Plus Minus Star Slash At Caret Less LessEqual Greater GreaterEqual EqualEqual NotEqual Or And".split(" "),
);

/** Whether a token stands between two operands. */
export function isBinary(found: Token): boolean {
  return binary.has(found.tokenType.name);
}

/** What is said of a line that can't start as it does. */
export function badStart(file: string, block: Block, found: Token): Diagnostic {
  const span = spanOf(file, found);
  const words = describe(found);
  if (isBinary(found)) return diagnose("FF111", span, { operator: found.image });
  if (is(found, "Then") || is(found, "Else")) {
    return diagnose("FF101", span, { expected: "an item", found: words }, "`then` and `else` belong to an `if`.");
  }
  if (is(found, "For")) {
    const hint = "There are no loops: a likelihood holds for every row, and a sum is `sum(e for k in 1..K)`.";
    return diagnose("FF114", span, { found: words }, hint);
  }
  switch (block) {
    case "distribution":
      if (reserved.has(found.image)) return diagnose("FF112", span, { word: found.image });
      return diagnose("FF101", span, { expected: "a line such as `logpdf(y) = …`", found: words });
    case "flow":
      return diagnose("FF101", span, { expected: "a setting such as `structure auto`", found: words });
    default:
      return diagnose("FF114", span, { found: words });
  }
}
