// What DuckDB says about broken data, in this project's words: which line, what is wrong with it, what to do.

import { type Diagnostic, diagnose, type Span, shorten } from "../diagnostics/index.ts";

function broken(file: string, place: string, reason: string, hint: string, span: Span | null): Diagnostic {
  return diagnose("FF511", span, { file: shorten(file), place, reason }, hint);
}

/** The reason for a broken line of a CSV file, and the way out. */
function lineFault(message: string): readonly [string, string] {
  const counts = /^Expected Number of Columns: (\d+) Found: (\d+)/m.exec(message);
  if (counts !== null) {
    const values = counts[2] === "1" ? "1 value" : `${counts[2]} values`;
    const columns = counts[1] === "1" ? "1 column" : `${counts[1]} columns`;
    return [
      `it has ${values}, but the first line names ${columns}`,
      "Quote a value that contains the separator, and leave missing values empty.",
    ];
  }
  if (/^Value with unterminated quote/m.test(message)) {
    return ["a quoted value does not end", 'Inside quotes, a quote is written twice: `"say ""hi"""`.'];
  }
  if (/not utf-8/i.test(message)) return ["it is not UTF-8 text", "Save the file as UTF-8."];
  if (/^Maximum line size/m.test(message)) {
    return ["it is longer than 2 MB", "Look for a quote that is opened and never closed."];
  }
  return ["it can't be read", "Compare it with the lines before."];
}

/** DuckDB's sentence without its kind and what follows the first line. */
export function firstSentence(message: string): string {
  const [line] = message.split("\n");
  const text = line.replace(/^Failed to extract statements: /, "").replace(/^(?:[A-Z][\w-]* ){1,3}Error: /, "");
  return shorten(text.replace(/[.\s]+$/, ""), 300);
}

/** A message of DuckDB's about files that are shown as `label`. */
export function explainFile(message: string, label: string, span: Span | null): Diagnostic {
  const inside = /^ {2}file = (.+)$/m.exec(message)?.[1] ?? /in file "([^"]+)"/.exec(message)?.[1];
  const file = /[*?[]/.test(label) && inside !== undefined ? inside : label;
  const line = /^.{0,40}CSV Error on Line: (\d+)/.exec(message)?.[1];
  if (line !== undefined) {
    const [reason, hint] = lineFault(message);
    return broken(file, `line ${line}`, reason, hint, span);
  }
  if (/state machine reached an invalid state/.test(message)) {
    const reason = "its lines end in different ways, or a quote stands where none may";
    const hint = "Save it with one kind of line end, and quote values that contain quotes or line breaks.";
    return diagnose("FF507", span, { file: shorten(file), reason }, hint);
  }
  const json = /Malformed JSON in file .*?, at byte \d+ in (line|record\/value) (\d+): ([^.\n]+)/s.exec(message);
  if (json !== null) {
    // DuckDB counts from 2 here.
    const place = `${json[1] === "line" ? "line" : "element"} ${Number(json[2]) - 1}`;
    return broken(
      file,
      place,
      `this is not valid JSON (${json[3]})`,
      "Check the commas, quotes and brackets there.",
      span,
    );
  }
  if (/^Out of Memory/i.test(message)) {
    const hint = "Read fewer columns, or split the file.";
    return diagnose("FF507", span, { file: shorten(file), reason: "DuckDB ran out of the memory it may use" }, hint);
  }
  if (/magic bytes|parquet|decompress|Snappy|ZSTD/i.test(message)) {
    const hint = "Write the file again, or copy it anew: it may have been cut short.";
    return diagnose("FF507", span, { file: shorten(file), reason: "it is damaged or not a Parquet file" }, hint);
  }
  return diagnose("FF507", span, { file: shorten(file), reason: firstSentence(message) }, "Check the file.");
}
