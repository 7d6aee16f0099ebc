// The caret renderer: a diagnostic with its source line, the words it is about underlined.
//
//   error FF201: `slop` is not defined.
//     --> bikes.ffm:12:20
//      |
//   12 | let eta = base + slop * temp
//      |                  ^^^^
//      = hint: Did you mean `slope`?

import type { Severity } from "./codes.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type Cell, cells, widthOf } from "./display.ts";
import { unreachable } from "./internal.ts";
import { type Line, lineAt, position } from "./position.ts";
import type { Span } from "./span.ts";

/** Source texts by file, or a way to look them up. */
export type Sources = ReadonlyMap<string, string> | ((file: string) => string | undefined);

/** How to render. */
export interface RenderOptions {
  readonly color?: boolean;
  /** Columns of source shown of a line; a longer one is cut around the span. */
  readonly width?: number;
}

interface Excerpt {
  readonly text: string;
  readonly marks: string;
}

/** The part of a line worth showing, and the underline below it; `from` and `to` are offsets in the line. */
function excerpt(line: string, from: number, to: number, limit: number): Excerpt {
  // A line may be megabytes; only the neighbourhood of the span is looked at.
  const lead = Math.max(0, from - limit);
  const window = line.slice(lead, Math.min(line.length, from + 2 * limit));
  const all = cells(window);
  const before = all.filter((cell) => cell.end + lead <= from);
  const rest = all.slice(before.length);
  const cutLeft = lead > 0 || widthOf(all) > limit;
  const kept = cutLeft ? tail(before, Math.max(Math.floor(limit / 3), limit - widthOf(rest))) : before;
  const room = limit - widthOf(kept);
  const after: Cell[] = [];
  let used = 0;
  for (const cell of rest) {
    if (used + cell.width > room) break;
    after.push(cell);
    used += cell.width;
  }
  const left = lead > 0 || kept.length < before.length ? "…" : "";
  const right = after.length < rest.length || lead + window.length < line.length ? "…" : "";
  const covered = widthOf(after.filter((cell) => cell.start + lead < to));
  const text = left + [...kept, ...after].map((cell) => cell.shown).join("") + right;
  return { text, marks: " ".repeat(left.length + widthOf(kept)) + "^".repeat(Math.max(1, covered)) };
}

function tail(list: readonly Cell[], width: number): readonly Cell[] {
  let used = 0;
  let first = list.length;
  while (first > 0 && used + list[first - 1].width <= width) {
    first--;
    used += list[first].width;
  }
  return list.slice(first);
}

/** Text of a user inside a message must not move the cursor or change colours. */
function visible(text: string): string {
  return cells(text)
    .map((cell) => cell.shown)
    .join("");
}

type Paint = (style: "bold" | "blue" | "cyan" | Severity, text: string) => string;

const styles = { bold: "1", blue: "1;34", cyan: "36", error: "1;31", warning: "1;33", info: "1;36" } as const;
const plain: Paint = (_, text) => text;
const colored: Paint = (style, text) => `\u001b[${styles[style]}m${text}\u001b[0m`;

/** The word a severity is announced with. */
function title(severity: Severity): string {
  switch (severity) {
    case "error":
      return "error";
    case "warning":
      return "warning";
    case "info":
      return "note";
    default:
      return unreachable(severity);
  }
}

function source(span: Span, text: string, severity: Severity, limit: number, paint: Paint): readonly string[] {
  const first = lineAt(text, span.start);
  const last = span.end > first.start + first.text.length ? lineAt(text, Math.max(span.start, span.end - 1)) : first;
  const shown: Line[] = last.number === first.number ? [first] : [first, last];
  const gutter = String(last.number).length;
  const bar = paint("blue", "|");
  const rows = [`${" ".repeat(gutter + 1)}${bar}`];
  for (const [place, line] of shown.entries()) {
    const from = place === 0 ? span.start - line.start : line.text.search(/\S|$/);
    const to = Math.min(span.end - line.start, line.text.length);
    const { text: words, marks } = excerpt(line.text, Math.min(Math.max(from, 0), line.text.length), to, limit);
    if (place > 0 && line.number > first.number + 1) rows.push(paint("blue", "…"));
    rows.push(`${paint("blue", String(line.number).padStart(gutter))} ${bar} ${words}`);
    rows.push(`${" ".repeat(gutter + 1)}${bar} ${paint(severity, marks)}`);
  }
  return rows;
}

/** A diagnostic as it is shown in a terminal, without a final line break. */
export function render(diagnostic: Diagnostic, sources: Sources, options: RenderOptions = {}): string {
  const paint = options.color ? colored : plain;
  const { span, severity } = diagnostic;
  const rows = [
    `${paint(severity, `${title(severity)} ${diagnostic.code}`)}${paint("bold", `: ${visible(diagnostic.message)}`)}`,
  ];
  const text = span === null ? undefined : typeof sources === "function" ? sources(span.file) : sources.get(span.file);
  let gutter = 0;
  if (span !== null && text !== undefined) {
    const place = position(text, span.start);
    const excerptRows = source(span, text, severity, options.width ?? 100, paint);
    gutter = String(position(text, Math.max(span.start, span.end - 1)).line).length;
    rows.push(
      `${" ".repeat(gutter)}${paint("blue", "-->")} ${visible(span.file)}:${place.line}:${place.column}`,
      ...excerptRows,
    );
  } else if (span !== null) {
    rows.push(` ${paint("blue", "-->")} ${visible(span.file)}`);
  }
  if (diagnostic.hint !== null) {
    rows.push(`${" ".repeat(gutter + 1)}${paint("blue", "=")} ${paint("cyan", "hint:")} ${visible(diagnostic.hint)}`);
  }
  return rows.join("\n");
}
