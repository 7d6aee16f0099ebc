// Values of `flow` settings as written: words, numbers and strings, in phrases between commas.

/** A part of a value. */
export type Atom =
  | { readonly kind: "word" | "string"; readonly text: string }
  | { readonly kind: "number"; readonly value: number };

/** What stands between two commas. */
export type Phrase = readonly Atom[];

/** Words, numbers and strings of a value's text; null where it is not made of them. */
export function phrasesOf(text: string): readonly Phrase[] | null {
  const phrases: Atom[][] = [[]];
  const pattern = /\s*(?:(,)|"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gy;
  const trimmed = text.trim();
  while (pattern.lastIndex < trimmed.length) {
    const match = pattern.exec(trimmed);
    if (match === null) return null;
    const [, comma, string, word = ""] = match;
    const last = phrases[phrases.length - 1] as Atom[];
    if (comma !== undefined) phrases.push([]);
    else if (string !== undefined) last.push({ kind: "string", text: string.replace(/\\(.)/g, "$1") });
    else if (/^[+-]?(\d[\d_]*)(\.\d[\d_]*)?([eE][+-]?\d+)?$/.test(word))
      last.push({ kind: "number", value: Number(word.replaceAll("_", "")) });
    else last.push({ kind: "word", text: word });
  }
  return phrases.some((p) => p.length === 0) ? null : phrases;
}

/** The word that an atom is; null for a number, a string or nothing. */
export function wordOf(atom: Atom | undefined): string | null {
  return atom?.kind === "word" ? atom.text : null;
}

/** A word or a string: the name of a parameter or a column. */
export function nameOf(atom: Atom | undefined): string | null {
  return atom === undefined || atom.kind === "number" ? null : atom.text;
}

/** The number that an atom is, where it is one that `valid` admits. */
export function numberOf(atom: Atom | undefined, valid: (x: number) => boolean): number | null {
  return atom?.kind === "number" && valid(atom.value) ? atom.value : null;
}

/** A whole number from 1. */
export const counting = (x: number): boolean => Number.isSafeInteger(x) && x >= 1;

/** `10_000 rows`, or the number alone; null for anything else. */
export function rowsOf(phrase: Phrase): number | null {
  const [amount, unit, ...more] = phrase;
  if (more.length > 0 || (unit !== undefined && !["row", "rows"].includes(wordOf(unit) ?? ""))) return null;
  return numberOf(amount, counting);
}

/** Bytes of a unit of memory. */
export const bytes: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["kB", 1e3],
  ["KB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
]);

/** How many of a unit make a second, for what one row may take. */
export const perSecond: ReadonlyMap<string, number> = new Map([
  ["ns", 1e9],
  ["us", 1e6],
  ["µs", 1e6],
  ["μs", 1e6],
  ["ms", 1e3],
  ["s", 1],
]);

/** Seconds of a unit of time, for what a column of times counts; the plural has an s. */
export const seconds: ReadonlyMap<string, number> = new Map(
  (
    [
      ["s", 1],
      ["second", 1],
      ["min", 60],
      ["minute", 60],
      ["h", 3600],
      ["hour", 3600],
      ["day", 86_400],
      ["week", 604_800],
    ] as const
  ).flatMap(([unit, length]) =>
    unit.length > 3 || unit === "day"
      ? [[unit, length] as const, [`${unit}s`, length] as const]
      : [[unit, length] as const],
  ),
);
