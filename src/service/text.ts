// Questions about the text itself, for lines that are being written and have no tree yet.

const name = /[\p{L}\p{Nl}_][\p{L}\p{Nl}_\p{M}\p{Nd}₀-₉]*/gu;

/** The word that an offset touches. */
export function wordAt(
  text: string,
  offset: number,
): { readonly text: string; readonly span: { readonly start: number; readonly end: number } } | null {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const next = text.indexOf("\n", offset);
  const line = text.slice(start, next < 0 ? text.length : next);
  for (const match of line.matchAll(name)) {
    const span = { start: start + match.index, end: start + match.index + match[0].length };
    if (span.start <= offset && offset <= span.end) return { text: match[0], span };
  }
  return null;
}

/** The line up to an offset; null where the offset is inside a comment or a string. */
export function codeBefore(text: string, offset: number): string | null {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return bare.includes("//") || (bare.match(/"/g) ?? []).length % 2 === 1 ? null : bare;
}

/** What encloses an offset: the word before each bracket that is open there, outermost first. */
export interface Enclosing {
  readonly bracket: "(" | "[" | "{";
  /** The called name, the indexed name, or the first word of the line that opens a block. */
  readonly word: string;
  /** The text from the bracket on, without strings and comments. */
  readonly inside: string;
}

const pairs: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** The brackets that are open at an offset. */
export function enclosing(text: string, offset: number): readonly Enclosing[] {
  const code = text
    .slice(0, offset)
    .replace(/"(?:[^"\\\r\n]|\\.)*"|\/\/[^\r\n]*/g, (found) => found.replace(/[^\r\n]/g, " "));
  const open: { bracket: "(" | "[" | "{"; at: number }[] = [];
  for (let at = 0; at < code.length; at++) {
    const sign = code[at] as string;
    if (sign === "(" || sign === "[" || sign === "{") open.push({ bracket: sign, at });
    else if (sign in pairs && open.at(-1)?.bracket === pairs[sign]) open.pop();
  }
  return open.map(({ bracket, at }) => {
    const before = code.slice(0, at);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const word =
      bracket === "{" ? /^\s*(\w+)/.exec(line)?.[1] : /([\p{L}\p{Nl}_][\p{L}\p{N}\p{M}_]*)\s*$/u.exec(line)?.[1];
    return { bracket, word: word ?? "", inside: code.slice(at + 1) };
  });
}
