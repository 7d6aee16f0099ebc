// The one layout. It works on tokens, so that every comment survives: line breaks stay where they are, spaces follow
// from the tokens, and lines of a kind that stand together get common columns. A text with errors is left alone.

import type { Token } from "../../grammar/index.ts";
import { type Diagnostic, displayWidth, hasErrors, type SourceFile } from "../diagnostics/index.ts";
import { read } from "./parse.ts";
import { divideRows, type Row } from "./rows.ts";
import { languageWords, spaced } from "./spacing.ts";
import { is } from "./words.ts";

/** The text in the one layout; the text as it was where it has errors. */
export interface Formatted {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** A row cut at the places where columns may be set. */
interface Columns {
  /** Rows of one kind that start with the same word and follow each other share their columns. */
  readonly group: string;
  readonly cells: readonly string[];
}

const kinds: Readonly<Record<string, string>> = {
  Data: "declaration",
  Param: "declaration",
  State: "declaration",
  Const: "definition",
  Let: "definition",
  Report: "definition",
};

/** Where the tokens of a row are cut, by its kind. */
function cuts(kind: string, tokens: readonly Token[], words: ReadonlySet<number>): readonly number[] {
  let depth = 0;
  const outside = (fits: (found: Token) => boolean): number => {
    depth = 0;
    return tokens.findIndex((found) => {
      if (is(found, "LeftParen") || is(found, "LeftBracket")) depth++;
      if (is(found, "RightParen") || is(found, "RightBracket")) depth--;
      return depth === 0 && fits(found);
    });
  };
  switch (kind) {
    case "declaration": {
      const colon = outside((found) => is(found, "Colon"));
      const rest = outside((found) => is(found, "Tilde") || words.has(found.startOffset));
      return [1, colon, rest].filter((place) => place > 0);
    }
    case "definition":
      return [1, outside((found) => is(found, "Equal"))].filter((place) => place > 0);
    case "member":
      return [outside((found) => is(found, "Equal"))].filter((place) => place > 0);
    case "entry":
      return tokens.length > 1 ? [1] : [];
    default:
      return [];
  }
}

function kindOf(row: Row): string {
  if (!row.starts) return "";
  if (row.block === "flow") return "entry";
  if (row.block === "distribution") return "member";
  return kinds[row.tokens[0].tokenType.name] ?? "";
}

function columnsOf(row: Row, words: ReadonlySet<number>): Columns {
  const kind = kindOf(row);
  const places = [0, ...cuts(kind, row.tokens, words), row.tokens.length];
  const declares = kind === "declaration";
  const cells: string[] = [];
  for (const [place, from] of places.slice(0, -1).entries()) {
    cells.push(spaced(row.tokens.slice(from, places[place + 1]), words, declares));
  }
  const [first] = row.tokens;
  return { group: declares || kind === "definition" ? first.image : kind, cells };
}

/** The texts of rows that share columns: a cell is padded to the widest of those that something follows. */
function align(group: readonly Columns[]): readonly string[] {
  const widths: number[] = [];
  for (const { cells } of group) {
    for (const [place, cell] of cells.slice(0, -1).entries()) {
      widths[place] = Math.max(widths[place] ?? 0, displayWidth(cell));
    }
  }
  return group.map(({ cells }) =>
    cells
      .map((cell, place) => (place === cells.length - 1 ? cell : cell + " ".repeat(widths[place] - displayWidth(cell))))
      .join(" "),
  );
}

const step = 2;

function isContinued(row: Row): boolean {
  return !row.starts && row.tokens.length > 0 && !is(row.tokens[0], "RightBrace");
}

/** The text of each row that starts a line or ends a block, its columns set, without its trailing comment. */
function setColumns(rows: readonly Row[], words: ReadonlySet<number>): string[] {
  const texts: string[] = new Array(rows.length).fill("");
  let group: { readonly place: number; readonly columns: Columns }[] = [];
  const endGroup = (): void => {
    const aligned = align(group.map(({ columns }) => columns));
    for (const [index, { place }] of group.entries()) {
      texts[place] = " ".repeat(step * rows[place].depth) + aligned[index];
    }
    group = [];
  };
  for (const [place, row] of rows.entries()) {
    if (row.blank) endGroup();
    if (row.tokens.length === 0 || isContinued(row)) continue;
    const columns = columnsOf(row, words);
    const last = group.at(-1);
    if (last !== undefined && (columns.group === "" || columns.group !== last.columns.group)) endGroup();
    group.push({ place, columns });
  }
  endGroup();
  return texts;
}

/** The column of a token in the text of its row. */
function columnOf(text: string, tokens: readonly Token[], place: number): number {
  let at = 0;
  for (const [index, found] of tokens.entries()) {
    while (text[at] === " ") at++;
    if (index === place) break;
    at += found.image.length;
  }
  return displayWidth(text.slice(0, at));
}

/**
 * The indentation of a row. What continues an item stands under the first word after the bracket it is in; under the
 * line that opened the bracket, one step in, where the bracket ends that line; and one step in outside brackets.
 */
function indentOf(rows: readonly Row[], texts: readonly string[], row: Row): number {
  const { inside, depth } = row;
  if (inside === null) return step * (depth + (row.tokens.length === 0 ? 0 : 1));
  const opener = rows[inside.row];
  const closes = is(row.tokens[0], "RightParen") || is(row.tokens[0], "RightBracket");
  if (inside.place < opener.tokens.length - 1) {
    return columnOf(texts[inside.row], opener.tokens, inside.place) + (closes ? 0 : 1);
  }
  const text = texts[inside.row];
  return text.length - text.trimStart().length + (closes ? 0 : step);
}

/** Adds the rows that continue others, from top to bottom, and indents comments of their own. */
function continueRows(rows: readonly Row[], texts: string[], words: ReadonlySet<number>): void {
  for (const [place, row] of rows.entries()) {
    if (isContinued(row)) texts[place] = " ".repeat(indentOf(rows, texts, row)) + spaced(row.tokens, words, false);
    else if (row.tokens.length === 0) texts[place] = " ".repeat(indentOf(rows, texts, row)) + (row.comment ?? "");
  }
}

/** Trailing comments of a paragraph stand in one column. */
function addComments(rows: readonly Row[], texts: readonly string[]): readonly string[] {
  const result = [...texts];
  let group: number[] = [];
  const endGroup = (): void => {
    const column = Math.max(0, ...group.map((place) => displayWidth(texts[place]))) + 2;
    for (const place of group) {
      result[place] += " ".repeat(column - displayWidth(texts[place])) + (rows[place].comment ?? "");
    }
    group = [];
  };
  for (const [place, row] of rows.entries()) {
    if (row.blank || is(row.tokens[0], "RightBrace")) endGroup();
    if (row.tokens.length > 0 && row.comment !== null) group.push(place);
    if (is(row.tokens.at(-1), "LeftBrace")) endGroup();
  }
  endGroup();
  return result;
}

/** Lays a file out. */
export function format(source: SourceFile): Formatted {
  const reading = read(source);
  if (hasErrors(reading.diagnostics)) return { text: source.text, diagnostics: reading.diagnostics };
  const starts = new Set(reading.tokens.filter((found) => is(found, "LineStart")).map((found) => found.startOffset));
  const words = languageWords(reading.cst);
  const rows = divideRows(source, starts);
  const texts = setColumns(rows, words);
  continueRows(rows, texts, words);
  const lines = addComments(rows, texts).map((text, place) => (rows[place].blank ? `\n${text}\n` : `${text}\n`));
  return { text: lines.join(""), diagnostics: reading.diagnostics };
}
