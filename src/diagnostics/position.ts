// From offsets to lines and columns, and back to the line's text.

/** 1-based; columns count UTF-16 units, as editors do, and leave out a byte-order mark. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const lineBreak = /\r\n|\r|\n/g;

/** A line of a text: its number, where it starts, and its words without the line break. */
export interface Line {
  readonly number: number;
  readonly start: number;
  readonly text: string;
}

/** The line that holds an offset; an offset past the end belongs to the last line. */
export function lineAt(text: string, offset: number): Line {
  let number = 1;
  let start = 0;
  for (const match of text.matchAll(lineBreak)) {
    const next = match.index + match[0].length;
    if (next > offset) return { number, start, text: text.slice(start, match.index) };
    number++;
    start = next;
  }
  return { number, start, text: text.slice(start) };
}

/** Where an offset is. */
export function position(text: string, offset: number): Position {
  const line = lineAt(text, offset);
  const mark = line.number === 1 && text.startsWith("\uFEFF") ? 1 : 0;
  const inside = Math.min(Math.max(offset, line.start), line.start + line.text.length) - line.start;
  return { line: line.number, column: Math.max(inside - mark, 0) + 1 };
}
