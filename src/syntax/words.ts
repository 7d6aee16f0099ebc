// Tokens in the words of a message, and what a newcomer's first word of a line was probably meant to be.

import { blockLineEnds, itemWords, rowOf, type Token } from "../../grammar/index.ts";
import { nearest, type Span, shorten } from "../diagnostics/index.ts";

/** The place of a token. */
export function spanOf(file: string, found: Token): Span {
  return { file, start: found.startOffset, end: found.end };
}

/** Whether a token is of the named type. */
export function is(found: Token | undefined | null, name: string): boolean {
  return found !== undefined && found !== null && found.tokenType.name === name;
}

const lineEnds: ReadonlySet<string> = new Set(["Newline", ...[...blockLineEnds.values()].map((type) => type.name)]);

/** Whether a token of a laid-out text ends a line, of a block or not. */
export function endsLine(found: Token | undefined | null): boolean {
  return found !== undefined && found !== null && lineEnds.has(found.tokenType.name);
}

/** A token in the words of a message. */
export function describe(found: Token | null): string {
  if (found === null) return "the end of the file";
  const row = rowOf(found.tokenType);
  const quoted = `\`${shorten(found.image, 40)}\``;
  if (endsLine(found)) return "the end of the line";
  if (found.image === "") return "the end of the brackets";
  if (row?.kind === "number") return `the number ${quoted}`;
  if (row?.kind === "string") return `the string ${quoted}`;
  if (row?.kind === "keyword") return `the word ${quoted}`;
  return quoted;
}

const otherLanguages: ReadonlyMap<string, string> = new Map([
  ["parameter", "param"],
  ["parameters", "param"],
  ["variable", "let"],
  ["var", "let"],
  ["val", "let"],
  ["def", "fn"],
  ["func", "fn"],
  ["function", "fn"],
  ["import", "use"],
  ["include", "use"],
  ["require", "use"],
  ["target", "factor"],
  ["family", "distribution"],
  ["output", "report"],
  ["print", "report"],
  ["return", "report"],
  ["constant", "const"],
]);

/** The item word that a line's first word was probably meant to be. */
export function meantWord(word: string): string | null {
  return otherLanguages.get(word.toLowerCase()) ?? nearest(word, itemWords);
}
