// From the parser's errors, which know the grammar, to messages that know what newcomers write.

import type { GrammarError, Token } from "../../grammar/index.ts";
import { type Diagnostic, internalError } from "../diagnostics/index.ts";
import { expressionExplanations } from "./explain-expressions.ts";
import { lineExplanations, type Setting } from "./explain-lines.ts";
import { endsLine, spanOf } from "./words.ts";

/** The message for an error of the parser, given the line it is in. */
export function explain(file: string, error: GrammarError, line: readonly Token[]): Diagnostic {
  const at = error.found === null ? line.length : Math.max(0, line.indexOf(error.found));
  const found = line[at] ?? null;
  // At the end of a line there is nothing to underline; the place just after the last word is shown.
  const end = line[at - 1]?.end ?? found?.startOffset ?? 0;
  const words = found !== null && !endsLine(found) && found.image !== "";
  const span = words ? spanOf(file, found) : { file, start: end, end };
  const setting: Setting = { file, error, line, at, rule: error.rules.at(-1) ?? "", span };
  for (const explanation of [...lineExplanations, ...expressionExplanations]) {
    const told = explanation(setting);
    if (told !== null) return told;
  }
  return internalError("An error of the parser has no explanation.");
}
