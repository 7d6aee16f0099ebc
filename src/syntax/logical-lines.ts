// The lines of the laid-out tokens: the units in which mistakes are independent of each other.

import type { Token } from "../../grammar/index.ts";
import { endsLine, is } from "./words.ts";

/** Tokens by line; the brace that opens a block ends a line too. */
export interface LogicalLines {
  readonly count: number;
  /** The number of the line that an offset belongs to; -1 where it is in none, as what was left out is. */
  readonly at: (offset: number) => number;
  readonly tokens: (line: number) => readonly Token[];
  readonly startsLine: (found: Token) => boolean;
}

/** Divides tokens into lines. */
export function divide(tokens: readonly Token[]): LogicalLines {
  const lines: Token[][] = [];
  let current: Token[] = [];
  for (const found of tokens) {
    if (is(found, "LineStart")) continue;
    current.push(found);
    if (!endsLine(found) && !is(found, "LeftBrace")) continue;
    lines.push(current);
    current = [];
  }
  if (current.length > 0) lines.push(current);
  const starts = lines.map((line) => line[0].startOffset);
  const firsts = new Set(lines.map((line) => line[0]));
  return {
    count: lines.length,
    at: (offset) => {
      let low = 0;
      let high = starts.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (starts[middle] <= offset) low = middle + 1;
        else high = middle;
      }
      const line = low - 1;
      return line >= 0 && offset <= (lines[line].at(-1)?.end ?? 0) ? line : -1;
    },
    tokens: (line) => lines[line] ?? [],
    startsLine: (found) => firsts.has(found),
  };
}
