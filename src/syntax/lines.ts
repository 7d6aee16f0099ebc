// Third pass: line breaks. One ends an item, unless a bracket is open, the line ends with an operator or the next one
// starts with `then` or `else`. What can't start a line is reported here and left out, as are lines nested too deep,
// so that the parser meets neither.

import { blockLineEnds, itemWords, LineStart, makeToken, rowOf, type Token, token } from "../../grammar/index.ts";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import { type Block, badStart, isBinary, mayStart } from "./starts.ts";
import { is, spanOf } from "./words.ts";

/** Brackets and conditions may be nested this deep. */
export const deepest = 64;

const openEnded: ReadonlySet<string> = new Set("Equal Tilde Colon Comma Then Else".split(" "));

/** Whether a line break between two tokens of a line outside brackets means nothing. */
function joins(block: Block, last: Token, next: Token): boolean {
  if (block === "flow") return is(last, "Comma");
  if (is(next, "Then") || is(next, "Else")) return true;
  return (isBinary(last) || openEnded.has(last.tokenType.name)) && !itemWords.has(next.image);
}

const blockWords: ReadonlyMap<string, Block> = new Map([
  ["distribution", "distribution"],
  ["layer", "layer"],
  ["flow", "flow"],
]);

/** What the parser reads: line breaks only where they mean something, one after each line, also the last of a block. */
export function layOut(file: string, tokens: readonly Token[]): { tokens: Token[]; diagnostics: Diagnostic[] } {
  const output: Token[] = [];
  const diagnostics: Diagnostic[] = [];
  /** The block of each open brace, and how many round and square brackets are open inside it. */
  const frames: { readonly block: Block; brackets: number }[] = [{ block: "", brackets: 0 }];
  /** Where the current line starts in the output. */
  let start = 0;
  let conditions = 0;

  const endLine = (at: number, end: number): void => {
    const type = blockLineEnds.get(frames[frames.length - 1].block) ?? token("Newline");
    if (output.length > start) output.push(makeToken(type, "\n", at, end));
    start = output.length;
    conditions = 0;
  };

  /** Leaves the current line out, with the block it may open; the index after it. */
  const leaveOut = (from: number, opened: number): number => {
    const block = frames[frames.length - 1].block;
    let open = opened;
    let at = from;
    for (; at < tokens.length; at++) {
      const kind = rowOf(tokens[at].tokenType)?.kind;
      if (kind === "open") open++;
      if (kind === "close" && open-- === 0) break;
      if (open > 0 || !is(tokens[at], "Newline")) continue;
      const count = breaks(at);
      const next = tokens[at + count];
      const last = tokens[at - 1];
      if (next === undefined || last === undefined || !joins(block, last, next)) break;
      at += count - 1;
    }
    output.length = start;
    conditions = 0;
    frames[frames.length - 1].brackets = 0;
    return at;
  };

  const breaks = (from: number): number => {
    let count = 0;
    while (is(tokens[from + count], "Newline")) count++;
    return count;
  };

  for (let index = 0; index < tokens.length; ) {
    const count = breaks(index);
    const found = tokens[index + count];
    if (found === undefined) break;
    const frame = frames[frames.length - 1];
    const last = output.at(-1);
    if (count > 0 && output.length > start && frame.brackets === 0 && last !== undefined) {
      const opensBlock = is(found, "LeftBrace") && blockWords.has(output[start + 1]?.image ?? "");
      if (!opensBlock && !joins(frame.block, last, found)) endLine(tokens[index].startOffset, tokens[index].end);
    }
    index += count;

    const kind = rowOf(found.tokenType)?.kind;
    if (is(found, "RightBrace")) {
      endLine(found.startOffset, found.startOffset);
      frames.pop();
    } else if (output.length === start && !mayStart(frame.block, found)) {
      diagnostics.push(badStart(file, frame.block, found));
      index = leaveOut(index, 0);
      continue;
    } else if (is(found, "LeftBrace")) {
      const block = blockWords.get(output[start + 1]?.image ?? "");
      if (block === undefined || frame.block === "flow" || frame.block === "distribution") {
        const hint = is(output[start + 1], "Fn") ? "A function is one expression: `fn f(x) = …`." : undefined;
        diagnostics.push(diagnose("FF125", spanOf(file, found), {}, hint));
        index = leaveOut(index, 0);
        continue;
      }
      frames.push({ block, brackets: 0 });
    } else if (kind === "open") {
      frame.brackets++;
    } else if (kind === "close") {
      frame.brackets--;
    }
    if (is(found, "If")) conditions++;
    // A condition costs the parser as much stack as two brackets.
    if (frame.brackets + frames.length + 2 * conditions > deepest) {
      diagnostics.push(diagnose("FF107", spanOf(file, found), { limit: deepest }));
      if (is(found, "LeftBrace")) frames.pop();
      index = leaveOut(index + 1, is(found, "LeftBrace") ? 1 : frame.brackets);
      continue;
    }
    if (output.length === start && !is(found, "RightBrace")) output.push(makeToken(LineStart, "", found.startOffset));
    output.push(found);
    index++;
    if (is(found, "LeftBrace")) {
      start = output.length;
      conditions = 0;
    }
  }
  const end = tokens.at(-1)?.end ?? 0;
  endLine(end, end);
  return { tokens: output, diagnostics };
}
