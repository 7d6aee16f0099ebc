// The rows of a file for the formatter: one for each line of its output, with what is on it and where it belongs.

import { lex, type Token } from "../../grammar/index.ts";
import type { SourceFile } from "../diagnostics/index.ts";
import { is } from "./words.ts";

/** A bracket by its row and its place in the row's tokens. */
export interface Opener {
  readonly row: number;
  readonly place: number;
}

/** A line of the output before its columns are set. */
export interface Row {
  readonly tokens: readonly Token[];
  readonly comment: string | null;
  /** A blank line goes before it. */
  readonly blank: boolean;
  /** Whether it starts an item, a member or an entry; otherwise it continues one, closes a block or is a comment. */
  readonly starts: boolean;
  /** The blocks around it. */
  readonly depth: number;
  /** For a row that continues one: the innermost bracket open at its start, if there is one. */
  readonly inside: Opener | null;
  /** The word that opened the block it stands in; empty outside blocks. */
  readonly block: string;
}

interface Draft extends Row {
  readonly tokens: Token[];
  comment: string | null;
  depth: number;
  block: string;
}

/** Divides a text without errors into rows; `starts` holds the offsets of the tokens that start a line. */
export function divideRows(source: SourceFile, starts: ReadonlySet<number>): readonly Row[] {
  const rows: Draft[] = [];
  const blocks: string[] = [];
  let brackets: Opener[] = [];
  let breaks = 0;
  let goesOn = false;
  let head = "";

  const add = (found: Token, isStart: boolean): Draft => {
    const closesBlock = is(found, "RightBrace");
    if (isStart || closesBlock) brackets = [];
    if (closesBlock) blocks.pop();
    const last = rows.at(-1)?.tokens.at(-1);
    const blank = breaks > 1 && rows.length > 0 && !closesBlock && !is(last, "LeftBrace");
    const row: Draft = {
      tokens: [],
      comment: null,
      blank,
      starts: isStart,
      depth: blocks.length,
      inside: brackets.at(-1) ?? null,
      block: blocks.at(-1) ?? "",
    };
    rows.push(row);
    breaks = 0;
    goesOn = true;
    return row;
  };

  /** A brace on a line of its own goes to the end of the line it belongs to; comments between move into the block. */
  const openBlock = (found: Token): void => {
    const owner = rows.findLastIndex((row) => row.tokens.length > 0);
    rows[owner].tokens.push(found);
    for (const row of rows.slice(owner + 1)) {
      row.depth++;
      row.block = head;
    }
    blocks.push(head);
    goesOn = owner === rows.length - 1;
  };

  for (const found of lex(source.text)) {
    if (is(found, "Newline")) {
      breaks++;
      goesOn = false;
      continue;
    }
    const last = rows.at(-1);
    if (is(found, "Comment")) {
      const row = goesOn && last !== undefined && last.comment === null ? last : add(found, false);
      row.comment = found.image.trimEnd();
      breaks = 0;
      continue;
    }
    if (is(found, "LeftBrace")) {
      openBlock(found);
      breaks = 0;
      continue;
    }
    const isStart = starts.has(found.startOffset);
    if (isStart) head = found.image;
    const row = goesOn && last !== undefined && !isStart && !is(found, "RightBrace") ? last : add(found, isStart);
    row.tokens.push(found);
    if (is(found, "LeftParen") || is(found, "LeftBracket")) {
      brackets.push({ row: rows.length - 1, place: row.tokens.length - 1 });
    }
    if (is(found, "RightParen") || is(found, "RightBracket")) brackets.pop();
  }
  return rows;
}
