// Documentation: the `///` lines directly before a token, with nothing but them, other comments and blank lines between.

import type { Token } from "../../grammar/index.ts";
import { type Diagnostic, diagnose, type SourceFile } from "../diagnostics/index.ts";
import type { Cleaned } from "./mistakes.ts";
import { is, spanOf } from "./words.ts";

/** The documentation of a file. */
export interface Documentation {
  /** The text above an item that starts with this token. */
  readonly of: (first: Token) => string | null;
  /** Warnings about documentation that nothing follows. */
  readonly dangling: readonly Diagnostic[];
}

function isDocumentation(text: string, comment: Token): boolean {
  if (!comment.image.startsWith("///") || comment.image.startsWith("////")) return false;
  let at = comment.startOffset - 1;
  while (at >= 0 && /[^\S\r\n]/.test(text[at])) at--;
  return at < 0 || text[at] === "\n" || text[at] === "\r";
}

/** Finds which token each documentation comment stands above. */
export function documentation(source: SourceFile, cleaned: Cleaned): Documentation {
  const texts = new Map<number, string>();
  const comments = cleaned.comments.filter((comment) => isDocumentation(source.text, comment));
  let next = 0;
  for (const found of comments.length === 0 ? [] : cleaned.tokens) {
    if (is(found, "Newline")) continue;
    const lines: string[] = [];
    for (; next < comments.length && comments[next].startOffset < found.startOffset; next++) {
      lines.push(comments[next].image.slice(3).replace(/^ /, "").trimEnd());
    }
    if (lines.length > 0) texts.set(found.startOffset, lines.join("\n"));
    if (next === comments.length) break;
  }
  const rest = comments.slice(next, next + 1);
  return {
    of: (first) => texts.get(first.startOffset) ?? null,
    dangling: rest.map((comment) => diagnose("FF121", spanOf(source.path, comment), {})),
  };
}
