// The space between two tokens of a line, as the one layout has it.

import { type CstNode, rowOf, type Token } from "../../grammar/index.ts";
import { is } from "./words.ts";

/** Where contextual words stand as words of the language and not as names: offsets of their tokens. */
export function languageWords(tree: CstNode): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (node: CstNode): void => {
    for (const [name, elements] of Object.entries(node.children)) {
      for (const element of elements) {
        if ("children" in element) visit(element);
        else if (name === element.tokenType.name && rowOf(element.tokenType)?.kind === "contextual") {
          found.add(element.startOffset);
        }
      }
    }
  };
  visit(tree);
  return found;
}

/** Whether a token ends an operand, so that a `-` after it subtracts and a bracket after it calls or indexes. */
export function endsOperand(found: Token | undefined, words: ReadonlySet<number>): boolean {
  if (found === undefined) return false;
  const kind = rowOf(found.tokenType)?.kind;
  if (kind === "contextual") return !words.has(found.startOffset);
  return (
    kind === "name" ||
    kind === "number" ||
    kind === "string" ||
    is(found, "RightParen") ||
    is(found, "RightBracket") ||
    is(found, "Transpose")
  );
}

/** The text of tokens of a line, given the token before them. */
export function spaced(tokens: readonly Token[], words: ReadonlySet<number>, declares: boolean): string {
  let text = "";
  for (const [place, found] of tokens.entries()) {
    const before = tokens[place - 1];
    if (before !== undefined && separated(tokens[place - 2], before, found, words, declares)) text += " ";
    text += found.image;
  }
  return text;
}

const tight: ReadonlySet<string> = new Set(["Caret", "Range"]);
const closing: ReadonlySet<string> = new Set(["RightParen", "RightBracket", "Comma", "Transpose", "Question"]);

function separated(
  earlier: Token | undefined,
  before: Token,
  found: Token,
  words: ReadonlySet<number>,
  declares: boolean,
): boolean {
  const name = found.tokenType.name;
  if (closing.has(name)) return false;
  if (tight.has(name)) return is(before, "Comma");
  if (name === "Colon") return declares;
  if (tight.has(before.tokenType.name) || is(before, "LeftParen") || is(before, "LeftBracket")) return false;
  if (is(before, "Minus") && !endsOperand(earlier, words)) return false;
  if (name === "LeftParen" || name === "LeftBracket") return !endsOperand(before, words);
  return true;
}
