// How wide text is on a screen, and what is shown for characters that can't be shown as they are.

const tabWidth = 4;
const invisible = /^[\p{M}\p{Cf}]$/u;
const format = /^\p{Cf}$/u;
const joiner = "\u200D";
const wide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6]$/u;

/** One character of a line as it is shown. */
export interface Cell {
  readonly shown: string;
  readonly width: number;
  /** Offsets in the line that the cell stands for. */
  readonly start: number;
  readonly end: number;
}

/** What is shown of each character: tabs as spaces, control characters as pictures, marks of direction not at all. */
export function cells(line: string): readonly Cell[] {
  const result: Cell[] = [];
  let column = 0;
  let start = 0;
  for (const character of line) {
    const end = start + character.length;
    const code = character.codePointAt(0) ?? 0;
    let shown = character;
    let width = 1;
    if (character === "\t") {
      width = tabWidth - (column % tabWidth);
      shown = " ".repeat(width);
    } else if (code < 0x20) {
      shown = String.fromCodePoint(0x2400 + code);
    } else if (code < 0x7f) {
      shown = character;
    } else if (code < 0xa0 || (code >= 0xd800 && code < 0xe000)) {
      shown = "\uFFFD";
    } else if (invisible.test(character)) {
      width = 0;
      if (format.test(character) && character !== joiner) shown = "";
    } else if (wide.test(character)) {
      width = 2;
    }
    result.push({ shown, width, start, end });
    column += width;
    start = end;
  }
  return result;
}

/** The columns that cells take. */
export function widthOf(list: readonly Cell[]): number {
  return list.reduce((sum, cell) => sum + cell.width, 0);
}

/** The columns that a text takes on a screen. */
export function displayWidth(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : widthOf(cells(text));
}
