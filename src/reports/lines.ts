// Text for a terminal: colours, names that are safe to print, figures, columns with aligned decimals, wrapped sentences.

/** How to print a table. */
export interface TableOptions {
  readonly color?: boolean;
  /** Every row; otherwise a block stops after 40. */
  readonly all?: boolean;
  /** Columns of the terminal, for sentences that wrap. */
  readonly width?: number;
}

const longestName = 48;

type Style = "bold" | "dim" | "yellow" | "red";
/** Colours a text, or not. */
export type Paint = (style: Style, text: string) => string;

const escapes: Readonly<Record<Style, string>> = { bold: "1", dim: "2", yellow: "33", red: "31" };

/** Names of levels come from data: what a terminal would obey is shown as a picture of it. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  const safe = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : "\uFFFD";
  });
  return [...safe].length <= longestName ? safe : `${[...safe].slice(0, longestName - 1).join("")}…`;
}

/** A single figure, to three decimals where it is not large. */
export function figure(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) < 1e7 && Math.abs(value) >= 1e-3 ? value.toFixed(3) : value.toPrecision(8);
}

/** A column of a table. */
export interface Column {
  readonly heading: string;
  readonly cells: readonly string[];
  readonly align: "left" | "right" | "point";
}

/** Characters of a text. */
export function width(text: string): number {
  return [...text].length;
}

/** Cells of one width; numbers stand with their decimal points below each other. */
export function aligned(column: Column): readonly string[] {
  const { heading, cells, align } = column;
  const wholeOf = (cell: string): number => (/^-?\d+/.exec(cell)?.[0] ?? cell).length;
  const whole = Math.max(0, ...cells.map(wholeOf));
  const set = align === "point" ? cells.map((cell) => " ".repeat(whole - wholeOf(cell)) + cell) : cells;
  const wide = Math.max(width(heading), ...set.map(width));
  const inner = Math.max(0, ...set.map(width));
  return [heading, ...set].map((text, row) => {
    if (align === "left") return text + " ".repeat(wide - width(text));
    if (align === "right" || row === 0) return " ".repeat(wide - width(text)) + text;
    return " ".repeat(wide - inner) + text + " ".repeat(inner - width(text));
  });
}

/** Columns beside each other, the headings in bold. */
export function columns(list: readonly Column[], paint: Paint): readonly string[] {
  const set = list.map(aligned);
  const count = set[0]?.length ?? 0;
  return Array.from({ length: count }, (_, row) => {
    const line = set
      .map((cells) => cells[row])
      .join("  ")
      .trimEnd();
    return row === 0 ? paint("bold", line) : line;
  });
}

/** Words set in lines of at most `limit` characters. */
export function wrapped(text: string, limit: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && width(line) + 1 + width(word) > limit) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Colours where they are wanted. */
export function painter({ color }: TableOptions): Paint {
  return color === true ? (style, text) => `\u001b[${escapes[style]}m${text}\u001b[0m` : (_, text) => text;
}
