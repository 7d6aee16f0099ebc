// The token table: every word, sign and literal of the language, once. The lexer, the parser, the formatter's
// spacing, the EBNF and the highlighting grammars of the editors are all made from these rows.

import { createToken, Lexer, type TokenType } from "chevrotain";

/** What a token is for; the formatter and the generated grammars go by it. */
export type TokenKind =
  | "keyword"
  | "contextual"
  | "operator"
  | "punctuation"
  | "open"
  | "close"
  | "name"
  | "number"
  | "string"
  | "comment"
  | "layout"
  | "mistake";

/** A row of the token table. */
export interface TokenRow {
  readonly name: string;
  readonly kind: TokenKind;
  /** The fixed spelling; null where `pattern` describes it. */
  readonly text: string | null;
  /** A regular expression (with the `u` flag) for what has no fixed spelling. */
  readonly pattern: string | null;
  /** TextMate scope for highlighting, without the language's suffix. */
  readonly scope: string;
  /** How a message names it. */
  readonly label: string;
  /** For keywords: whether the word starts an item. */
  readonly item: boolean;
}

/** A text as a regular expression that fits just it. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function fixed(name: string, kind: TokenKind, text: string, scope: string, item = false): TokenRow {
  return { name, kind, text, pattern: null, scope, label: `\`${text}\``, item };
}

function shaped(name: string, kind: TokenKind, pattern: string, scope: string, label: string): TokenRow {
  return { name, kind, text: null, pattern, scope, label, item: false };
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}

function words(kind: TokenKind, scope: string, item: boolean, list: string): readonly TokenRow[] {
  return list.split(" ").map((word) => fixed(capital(word), kind, word, scope, item));
}

const letter = "\\p{L}\\p{Nl}_";
const inWord = `${letter}\\p{M}\\p{Nd}₀-₉`;
const digits = "[0-9]+(?:_[0-9]+)*";

/** Literals and names. Order matters: the first pattern that fits is taken. */
const literals: readonly TokenRow[] = [
  shaped("Newline", "layout", "\\r\\n|\\r|\\n", "", "the end of the line"),
  shaped("Comment", "comment", "//[^\\r\\n]*", "comment.line.double-slash", "a comment"),
  shaped(
    "NumberLiteral",
    "number",
    `${digits}(?:\\.${digits})?(?:[eE][+-]?[0-9]+)?(?![${inWord}]|\\.(?!\\.))`,
    "constant.numeric",
    "a number",
  ),
  shaped(
    "StringLiteral",
    "string",
    '"[^"\\\\\\r\\n]*(?:\\\\[^\\r\\n][^"\\\\\\r\\n]*)*"',
    "string.quoted.double",
    "a string",
  ),
  shaped(
    "Path",
    "name",
    `[${letter}][${inWord}]*(?:\\.[${letter}][${inWord}]*)+`,
    "variable.other",
    "a parameter of a layer",
  ),
  shaped("Identifier", "name", `[${letter}][${inWord}]*`, "variable.other", "a name"),
  shaped("Transpose", "operator", `(?<=[${inWord})\\]'])'`, "keyword.operator", "`'`"),
];

/** Words with a meaning everywhere; they can't be names. */
const keywords: readonly TokenRow[] = [
  ...words(
    "keyword",
    "keyword.declaration",
    true,
    "model use const data param state let factor fn distribution layer report flow",
  ),
  ...words("keyword", "keyword.control", false, "if then else for in"),
  ...words("keyword", "keyword.operator.word", false, "or and not"),
];

/** What a name is made of, as parts of a character class: its first character, and the others. */
export const nameCharacters = { first: letter, others: inWord } as const;

/** Words with a meaning in one place only; elsewhere they are names, such as a column called `weight`. */
const contextual: readonly TokenRow[] = words(
  "contextual",
  "keyword.other",
  false,
  "from once init sample weight truncated observed when to on by",
);

/** Names of types; they are no words of the language elsewhere, so that a column may be called `count`. */
export const typeWords = [
  "real",
  "positive",
  "unit",
  "int",
  "count",
  "binary",
  "category",
  "simplex",
  "ordered",
  "unit_vector",
  "corr_cholesky",
  "cov",
] as const;

const operators: readonly TokenRow[] = [
  fixed("EqualEqual", "operator", "==", "keyword.operator.comparison"),
  fixed("NotEqual", "operator", "!=", "keyword.operator.comparison"),
  fixed("LessEqual", "operator", "<=", "keyword.operator.comparison"),
  fixed("GreaterEqual", "operator", ">=", "keyword.operator.comparison"),
  fixed("Range", "operator", "..", "keyword.operator.range"),
  fixed("Less", "operator", "<", "keyword.operator.comparison"),
  fixed("Greater", "operator", ">", "keyword.operator.comparison"),
  fixed("Plus", "operator", "+", "keyword.operator.arithmetic"),
  fixed("Minus", "operator", "-", "keyword.operator.arithmetic"),
  fixed("Star", "operator", "*", "keyword.operator.arithmetic"),
  fixed("Slash", "operator", "/", "keyword.operator.arithmetic"),
  fixed("At", "operator", "@", "keyword.operator.arithmetic"),
  fixed("Caret", "operator", "^", "keyword.operator.arithmetic"),
  fixed("Equal", "operator", "=", "keyword.operator.definition"),
  fixed("Tilde", "operator", "~", "keyword.operator.distributed"),
  fixed("Question", "operator", "?", "keyword.operator.optional"),
];

const punctuation: readonly TokenRow[] = [
  fixed("Colon", "punctuation", ":", "punctuation.separator"),
  fixed("Comma", "punctuation", ",", "punctuation.separator"),
  fixed("LeftParen", "open", "(", "punctuation.section.parens.begin"),
  fixed("RightParen", "close", ")", "punctuation.section.parens.end"),
  fixed("LeftBracket", "open", "[", "punctuation.section.brackets.begin"),
  fixed("RightBracket", "close", "]", "punctuation.section.brackets.end"),
  fixed("LeftBrace", "open", "{", "punctuation.section.braces.begin"),
  fixed("RightBrace", "close", "}", "punctuation.section.braces.end"),
];

/** Spellings that are no part of the language, recognised so that a message can say what to write instead. */
const mistakes: readonly TokenRow[] = [
  shaped("BlockComment", "mistake", "/\\*(?:[^*]|\\*(?!/))*(?:\\*/)?", "invalid.illegal", "a comment"),
  shaped("HashComment", "mistake", "#[^\\r\\n]*", "invalid.illegal", "a comment"),
  shaped("BadNumber", "mistake", `\\.?[0-9](?:[eE][+-]?[0-9]|\\.(?!\\.)|[${inWord}])*`, "invalid.illegal", "a number"),
  shaped("OpenString", "mistake", '"[^\\r\\n]*', "invalid.illegal", "a string"),
  shaped(
    "QuotedString",
    "mistake",
    "'[^'\\r\\n]*'|[\u201C\u201D\u201E][^\u201C\u201D\\r\\n]*[\u201C\u201D]|[\u2018\u2019][^\u2018\u2019\\r\\n]*[\u2018\u2019]",
    "invalid.illegal",
    "a string",
  ),
  shaped(
    "Foreign",
    "mistake",
    "\\*\\*|&&?|\\|\\|?|[!=]==|[:+*/-]=|<>|%[*]%|\\.[*/^]|;|!(?!=)|[\u2264\u2265\u2260\u00D7\u00B7\u00F7\u2212\u2217\u223C\u00B2\u00B3\u2032\u2019\u2026]",
    "invalid.illegal",
    "an operator",
  ),
  shaped("Unknown", "mistake", "[^]", "invalid.illegal", "an unknown character"),
];

/** The whole table, in the order in which the lexer tries the rows. */
export const rows: readonly TokenRow[] = [
  ...literals,
  ...keywords,
  ...contextual,
  ...mistakes.slice(0, -1),
  ...operators,
  ...punctuation,
  ...mistakes.slice(-1),
];

/** What to write for a spelling of another language; the parser goes on as if that had been written. */
export const foreign: ReadonlyMap<string, string> = new Map([
  ["**", "^"],
  ["&&", "and"],
  ["&", "and"],
  ["||", "or"],
  ["|", "or"],
  ["!", "not"],
  ["===", "=="],
  ["!==", "!="],
  ["<>", "!="],
  [":=", "="],
  ["+=", "="],
  ["-=", "="],
  ["*=", "="],
  ["/=", "="],
  ["%*%", "@"],
  [".*", "*"],
  ["./", "/"],
  [".^", "^"],
  ["\u2264", "<="],
  ["\u2265", ">="],
  ["\u2260", "!="],
  ["\u00D7", "*"],
  ["\u00B7", "*"],
  ["\u00F7", "/"],
  ["\u2212", "-"],
  ["\u2217", "*"],
  ["\u223C", "~"],
  ["\u00B2", "^2"],
  ["\u00B3", "^3"],
  ["\u2032", "'"],
  ["\u2019", "'"],
  ["\u2026", ".."],
]);

/** Binary operators by precedence, low to high; those in one row are of equal rank. `^` groups to the right. */
export const precedence: readonly (readonly string[])[] = [
  ["Or"],
  ["And"],
  ["Not"],
  ["Less", "LessEqual", "Greater", "GreaterEqual", "EqualEqual", "NotEqual"],
  ["Plus", "Minus"],
  ["Star", "Slash", "At"],
  ["Negate"],
  ["Caret"],
];

// ---------------------------------------------------------------- token types of the parser

function category(name: string, label: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, pattern: Lexer.NA, label, categories });
}

/** Any word at all: the keys and values of `flow` may be keywords. */
export const Word = category("Word", "a word");
/** Signs and words between two operands. */
export const BinaryOperator = category("BinaryOperator", "an operator");
/** Signs and words before an operand. */
export const PrefixOperator = category("PrefixOperator", "an operator");
/** A name; the contextual words are names too. */
export const Identifier = category("Identifier", "a name", [Word]);

/** Stands before each line; of no width and not in the text. */
export const LineStart = category("LineStart", "the start of a line");

const lineEnd = "the end of the line";

/** What ends a line of a block in place of `Newline`, by the word of the block. */
export const blockLineEnds: ReadonlyMap<string, TokenType> = new Map([
  ["distribution", category("MemberEnd", lineEnd)],
  ["layer", category("LayerLineEnd", lineEnd)],
  ["flow", category("EntryEnd", lineEnd)],
]);

/** Names of the tokens that end a line, of a block or not. */
export const lineEnds: ReadonlySet<string> = new Set([
  "Newline",
  ...[...blockLineEnds.values()].map((type) => type.name),
]);

const binary = new Set(precedence.flat());

function categoriesOf(row: TokenRow): TokenType[] {
  const found: TokenType[] = [];
  if (row.kind === "keyword" || row.name === "Path") found.push(Word);
  if (row.kind === "contextual") found.push(Identifier);
  if (row.name !== "Not" && binary.has(row.name)) found.push(BinaryOperator);
  if (row.name === "Minus" || row.name === "Not") found.push(PrefixOperator);
  return found;
}

const types: ReadonlyMap<string, TokenType> = new Map(
  rows.map((row) => [
    row.name,
    row.name === "Identifier" ? Identifier : category(row.name, row.label, categoriesOf(row)),
  ]),
);

/** The parser's token type of a row; a name that is not in the table is a fault of the grammar. */
export function token(name: string): TokenType {
  const type = types.get(name);
  if (type === undefined) throw new Error(`No token is called ${name}.`);
  return type;
}

/** All token types, as the parser wants them. */
export const vocabulary: readonly TokenType[] = [
  Word,
  BinaryOperator,
  PrefixOperator,
  LineStart,
  ...blockLineEnds.values(),
  ...types.values(),
];

const byName: ReadonlyMap<string, TokenRow> = new Map(rows.map((row) => [row.name, row]));

/** The table's row of a token type; null for the categories, and where there is no token. */
export function rowOf(type: TokenType | undefined): TokenRow | null {
  return type === undefined ? null : (byName.get(type.name) ?? null);
}

/** Reserved words. */
export const reserved: ReadonlySet<string> = new Set(keywords.map((row) => row.text ?? ""));
/** Words that start an item. */
export const itemWords: ReadonlySet<string> = new Set(keywords.filter((row) => row.item).map((row) => row.text ?? ""));
/** Keywords and contextual words with their token types. */
export const wordTypes: ReadonlyMap<string, TokenType> = new Map(
  [...keywords, ...contextual].map((row) => [row.text ?? "", token(row.name)]),
);
