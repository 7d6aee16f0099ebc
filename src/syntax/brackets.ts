// Second pass: brackets are balanced before the parser sees them. An opener without its partner is reported where it
// was opened, and closed where it probably ended: before a line that can only be a new item. A closer without a
// partner is reported and dropped.

import { itemWords, makeToken, type Token, token } from "../../grammar/index.ts";
import { type Diagnostic, diagnose, internalError } from "../diagnostics/index.ts";
import { is, spanOf } from "./words.ts";

interface Open {
  readonly token: Token;
  /** Index in the output of the first token of its line. */
  readonly line: number;
  /** For braces: the word that starts the item they belong to. */
  readonly block: string;
}

interface Closer {
  readonly image: string;
  readonly type: string;
}

const closers: ReadonlyMap<string, Closer> = new Map([
  ["(", { image: ")", type: "RightParen" }],
  ["[", { image: "]", type: "RightBracket" }],
  ["{", { image: "}", type: "RightBrace" }],
]);

/** One missing bracket makes those around it look unclosed too; only the innermost of a place are worth a message. */
const reportedAtOnce = 3;

const inLayer: ReadonlySet<string> = new Set(["param", "let", "fn", "factor"]);

/** Whether the line that starts with these tokens can't be part of the block around it. */
function leaves(block: string, tokens: readonly Token[], index: number): boolean {
  const word = tokens[index].image;
  if (block === "layer") return !inLayer.has(word);
  if (block !== "flow") return true;
  // The keys of `flow` may be any word: `data "file"` stays, `data x : real` does not.
  return is(tokens[index + 1], "LeftBrace") || [":", "=", "~", "("].includes(tokens[index + 2]?.image ?? "");
}

/** The index of the bracket that a closer belongs to; round and square ones do not reach out of their braces. */
function partnerOf(stack: readonly Open[], closer: string): number {
  for (let at = stack.length - 1; at >= 0; at--) {
    const open = stack[at].token.image;
    if (closers.get(open)?.image === closer) return at;
    if (open === "{") return -1;
  }
  return -1;
}

/** Tokens whose brackets all match. */
export function balance(file: string, tokens: readonly Token[]): { tokens: Token[]; diagnostics: Diagnostic[] } {
  const output: Token[] = [];
  const diagnostics: Diagnostic[] = [];
  const stack: Open[] = [];
  let line = 0;
  let lineStarts = true;
  let head = "";
  let lastStray = -1;

  /** Closes open brackets, innermost first, as long as a condition holds, by zero-width tokens before a place. */
  const close = (place: number, condition: (open: Open) => boolean): void => {
    let at = place;
    while (at > 0 && is(output[at - 1], "Newline")) at--;
    const end = output[at - 1]?.end ?? 0;
    const added: Token[] = [];
    for (let open = stack.at(-1); open !== undefined && condition(open); open = stack.at(-1)) {
      stack.pop();
      const bracket = open.token.image;
      const { image, type } = closers.get(bracket) ?? internalError(`\`${bracket}\` is no bracket.`);
      added.push(makeToken(token(type), "", end, end));
      if (added.length > reportedAtOnce) continue;
      diagnostics.push(diagnose("FF105", spanOf(file, open.token), { bracket, closing: image }));
    }
    output.splice(at, 0, ...added);
    if (at <= line) line += added.length;
  };

  /** Closes round and square brackets that were opened on an earlier line. */
  const closeEarlier = (): void => close(line, (open) => open.token.image !== "{" && open.line < line);

  for (const [index, found] of tokens.entries()) {
    const name = found.tokenType.name;
    if (name === "Newline") {
      output.push(found);
      lineStarts = true;
      continue;
    }
    if (lineStarts) {
      line = output.length;
      lineStarts = false;
      const inner = stack.at(-1);
      if (inner !== undefined && itemWords.has(found.image)) {
        closeEarlier();
        close(line, (open) => open.token.image === "{" && leaves(open.block, tokens, index));
      }
      const around = stack.at(-1)?.token.image;
      if (around !== "(" && around !== "[" && name !== "LeftBrace") head = found.image;
    }
    const inBlock = (): boolean => stack.some((open) => open.token.image === "{");
    if (name === "Tilde" || (name === "Equal" && inBlock())) closeEarlier();
    if (name === "Tilde") close(line, (open) => open.token.image === "{" && open.block !== "layer" && open.line < line);
    if (name === "LeftBrace") close(output.length, (open) => open.token.image !== "{");
    if (closers.has(found.image)) {
      stack.push({ token: found, line, block: name === "LeftBrace" ? head : "" });
    } else if (name === "RightParen" || name === "RightBracket" || name === "RightBrace") {
      const partner = partnerOf(stack, found.image);
      if (partner < 0) {
        if (lastStray !== found.startOffset) {
          diagnostics.push(diagnose("FF106", spanOf(file, found), { bracket: found.image }));
        }
        lastStray = found.end;
        continue;
      }
      close(output.length, () => stack.length > partner + 1);
      stack.pop();
    }
    output.push(found);
  }
  close(output.length, () => true);
  return { tokens: output, diagnostics };
}
