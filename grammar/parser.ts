// The parser as a value: built on first use, because analysing the productions takes some milliseconds, and
// errors as plain data: what was expected, in words, and the token that was found.

import type { CstNode, IParserErrorMessageProvider, IToken, TokenType } from "chevrotain";
import { FileParser } from "./file.ts";
import type { Token } from "./lexer.ts";
import { LazyLookahead } from "./lookahead.ts";

/** Where the text left the grammar. */
export interface GrammarError {
  /** What would have been understood, in words. */
  readonly expected: string;
  /** The production that was being read, innermost last. */
  readonly rules: readonly string[];
  /** The token that did not fit; null at the end of the text. */
  readonly found: Token | null;
}

/** The concrete tree of a file and the places where it is broken. */
export interface Parsed {
  readonly cst: CstNode;
  readonly errors: readonly GrammarError[];
}

/** What a production stands for where none of its alternatives fits. */
const meanings: Readonly<Record<string, string>> = {
  operand: "a value",
  atom: "a value",
  argument: "a value",
  index: "a position",
  indices: "a position",
  use: 'a name or a file in quotes, such as "lib.ffm",',
  start: "a value",
  source: 'a column in quotes, such as "x" or "x*", or a list in brackets',
  column: "the name of a column",
  columns: "the name of a column",
  entry: "a word, a number or a string",
  phrase: "a word, a number or a string",
  flowAtom: "a word, a number or a string",
  item: "an item",
};

function label(type: TokenType): string {
  return type.LABEL ?? type.name;
}

const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => label(expected),
  buildNotAllInputParsedMessage: () => "the end of the line",
  buildNoViableAltMessage: ({ ruleName }) => meanings[ruleName] ?? ruleName,
  buildEarlyExitMessage: ({ ruleName }) => meanings[ruleName] ?? meanings.operand,
};

const maxLookahead = 2;

/** A new parser; `validate` also checks the productions themselves, which tests do. */
export function buildParser(validate: boolean): FileParser {
  return new FileParser({
    recoveryEnabled: true,
    maxLookahead,
    lookaheadStrategy: new LazyLookahead({ maxLookahead }),
    skipValidations: !validate,
    errorMessageProvider: messages,
  });
}

let shared: FileParser | null = null;

function isToken(found: IToken): found is Token {
  return "end" in found;
}

/** The concrete tree of a list of tokens that ends with a line break. */
export function parseTokens(tokens: readonly Token[]): Parsed {
  shared ??= buildParser(false);
  const parser = shared;
  parser.input = tokens as Token[];
  const cst = parser.file();
  const errors = parser.errors.map((error) => ({
    expected: error.message,
    rules: error.context.ruleStack,
    found: isToken(error.token) ? error.token : null,
  }));
  parser.input = [];
  return { cst, errors };
}
