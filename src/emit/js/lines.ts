// Lines of the printed program: indentation, and breaks where a line grows too long.

const widest = 100;

/** A statement in as many lines as it needs; continued lines are indented once more. */
export function wrapped(text: string, indent: string): string[] {
  if (indent.length + text.length <= widest) return [indent + text];
  const at = breakPoint(text, widest - indent.length);
  if (at === null) return [indent + text];
  const [first, rest] = [text.slice(0, at).trimEnd(), text.slice(at).trimStart()];
  const more = `${indent}  `;
  return [indent + first, ...continued(rest, more)];
}

function continued(text: string, indent: string): string[] {
  if (indent.length + text.length <= widest) return [indent + text];
  const at = breakPoint(text, widest - indent.length);
  if (at === null) return [indent + text];
  return [indent + text.slice(0, at).trimEnd(), ...continued(text.slice(at).trimStart(), indent)];
}

/** The best place for a break before `limit`: outside brackets as far as possible, after a comma or before an operator. */
function breakPoint(text: string, limit: number): number | null {
  let [depth, best, least] = [0, -1, Number.POSITIVE_INFINITY];
  for (let i = 0; i < Math.min(text.length, limit); i++) {
    const c = text[i] as string;
    if ("([{".includes(c)) depth += 1;
    if (")]}".includes(c)) depth -= 1;
    const place = c === "," ? i + 1 : /^ (?:[-+*/?:<]|<=|&&|\|\||===|!==) /.test(text.slice(i, i + 5)) ? i : -1;
    // better between terms than inside a product
    const cost = 2 * depth + (/^ [*/] /.test(text.slice(i, i + 3)) ? 1 : 0);
    if (place > 0 && place < text.length && cost <= least) [best, least] = [place, cost];
  }
  return best > 0 ? best : null;
}

/** `head { … };` on one line, or its entries in lines of their own between the brackets. */
export function block(head: string, entries: readonly string[], indent: string, end: string): string[] {
  const flat = `${indent}${head} { ${entries.join(", ")} }${end}`;
  if (flat.length <= widest) return [flat];
  return [`${indent}${head} {`, ...filled(entries, `${indent}  `), `${indent}}${end}`];
}

/** Entries, as many on a line as fit, each with a comma behind it. */
export function filled(entries: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const entry of entries) {
    if (line !== "" && indent.length + line.length + entry.length + 2 > widest) {
      lines.push(indent + line);
      line = "";
    }
    line = line === "" ? `${entry},` : `${line} ${entry},`;
    if (indent.length + line.length <= widest) continue;
    lines.push(...wrapped(line, indent));
    line = "";
  }
  return line === "" ? lines : [...lines, indent + line];
}

/** Words of a comment, in lines of their own. */
export function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of plain(text).split(" ")) {
    if (line !== "" && indent.length + 3 + line.length + 1 + word.length > widest) {
      lines.push(`${indent}// ${line}`);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, `${indent}// ${line}`];
}

/** Text that cannot end a comment. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").replaceAll("*/", "* /");
}
