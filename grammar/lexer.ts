// From text to tokens. One regular expression, made of the token table, is applied at each place; it always fits
// something, so that every character lands in a token or in the white space between two.

import type { IToken, TokenType } from "chevrotain";
import { escaped, rowOf, rows, token, wordTypes } from "./tokens.ts";

/** A token with its place: UTF-16 offsets, `end` exclusive. */
export interface Token extends IToken {
  readonly end: number;
}

/** Makes a token; `startOffset`, `endOffset` (inclusive) and the type's index are what the parser reads. */
export function makeToken(type: TokenType, image: string, start: number, end: number = start + image.length): Token {
  return {
    image,
    startOffset: start,
    endOffset: end - 1,
    end,
    tokenType: type,
    tokenTypeIdx: type.tokenTypeIdx ?? 0,
  };
}

// Words are all read as names first and looked up afterwards.
const patterns = rows.filter((row) => row.kind !== "keyword" && row.kind !== "contextual");
const patternTypes: readonly TokenType[] = patterns.map((row) => token(row.name));
const source = patterns.map((row) => `(${row.pattern ?? escaped(row.text ?? "")})`).join("|");
const identifier = token("Identifier");
const space = /[^\S\r\n]+/uy;

/** All tokens of a text, comments and line breaks included. */
export function lex(text: string): readonly Token[] {
  const next = new RegExp(source, "uy");
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    space.lastIndex = at;
    if (space.test(text)) {
      at = space.lastIndex;
      continue;
    }
    next.lastIndex = at;
    const match = next.exec(text);
    if (match === null) throw new Error("The token table leaves a character without a token.");
    const image = match[0];
    let group = 1;
    while (match[group] === undefined) group++;
    let type = patternTypes[group - 1];
    if (type === identifier) type = wordTypes.get(image) ?? type;
    tokens.push(makeToken(type, image, at));
    at += image.length;
  }
  return tokens;
}

/** Whether a text can be written as a name. */
export function isName(text: string): boolean {
  const tokens = lex(text);
  if (tokens.length !== 1 || tokens[0].image !== text) return false;
  const row = rowOf(tokens[0].tokenType);
  return row?.name === "Identifier" || row?.kind === "contextual";
}
