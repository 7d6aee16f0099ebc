// The door of the grammar: tokens, productions, the concrete trees they make, and what is generated from them.

export type { CstElement, CstNode } from "chevrotain";
export { ebnf } from "./ebnf.ts";
export { monarch, textMate } from "./highlighting.ts";
export { isName, lex, makeToken, type Token } from "./lexer.ts";
export { buildParser, type GrammarError, type Parsed, parseTokens } from "./parser.ts";
export {
  blockLineEnds,
  foreign,
  itemWords,
  LineStart,
  precedence,
  reserved,
  rowOf,
  rows,
  type TokenKind,
  type TokenRow,
  token,
  typeWords,
} from "./tokens.ts";
