// What newcomers write inside expressions, types and blocks, and after the end of a line, and what they are told.

import { rowOf } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics/index.ts";
import { brief } from "./context.ts";
import type { Explanation, Setting } from "./explain-lines.ts";
import { isBinary } from "./starts.ts";
import { describe, endsLine, is } from "./words.ts";

const conditional = "A choice is written `if c then a else b`.";

/** `f(sd = 2)`, `if a = b`. */
const equalInside: Explanation = ({ error, line, at, span }) => {
  if (!is(line[at], "Equal") || error.expected === "a name" || error.expected === "a value") return null;
  const before = line[at - 1];
  const label = rowOf(before?.tokenType)?.kind === "name" && (error.expected === "`)`" || error.expected === "`,`");
  return diagnose(
    "FF118",
    span,
    {},
    label ? `An argument is named with a colon: \`${brief(before.image)}: …\`.` : undefined,
  );
};

/** What may help where a token does not belong, whatever was expected instead. */
function hintFor({ error, line, at, rule }: Setting): string | undefined {
  const found = line[at];
  const before = line[at - 1];
  if (found === undefined) return undefined;
  if (is(found, "StringLiteral") && error.expected === "a value") {
    return "Text has no place in a formula; read it as `data … : category` and index by it.";
  }
  if (is(before, "NumberLiteral") && (is(found, "Identifier") || is(found, "LeftParen"))) {
    return "Multiplication needs its `*`.";
  }
  if (is(found, "Question") || (is(found, "If") && error.expected !== "a value")) return conditional;
  if (is(found, "Colon") && (rule === "suffix" || rule === "generator"))
    return "A range is written with two dots: `1..10`.";
  if (is(found, "For")) return "A `for` stands inside a call: `sum(e for k in 1..K)`.";
  if (rule === "conditional") return "Every `if` has a `then` and an `else`: `if c then a else b`.";
  if (rowOf(found.tokenType)?.kind === "close" && is(before, "Comma")) return "Leave out the comma before it.";
  if (rule === "typedName") return "Arguments of a distribution have types: `rate: positive`.";
  if (rule === "parameters" || rule === "functionParameters")
    return "Arguments stand in brackets, also where there are none: `()`.";
  if (rule === "source" && is(found, "Identifier"))
    return `Put the column's name in quotes: \`"${brief(found.image)}"\`.`;
  if (["entry", "entryLine", "phrase"].includes(rule) && is(found, "Minus")) {
    return "Words in `flow` are joined by `_`, as in `new_level`.";
  }
  if (endsLine(found) && before !== undefined && isBinary(before)) {
    return `\`${before.image}\` needs a value on both sides.`;
  }
  if (isBinary(found) && error.expected === "a value") return `\`${found.image}\` needs a value on both sides.`;
  return undefined;
}

/** What may help where an item goes on after its end. */
function hintAfterEnd({ line, at }: Setting): string | undefined {
  const found = line[at];
  const [first] = line;
  const declares = is(first, "Data") || is(first, "Param") || is(first, "State");
  if (is(found, "In")) return "Bounds come before the shape: `real in (0, 1)[K]`.";
  if (is(found, "Comma") && declares) return "Each declaration has a line of its own.";
  if (is(found, "Less") && declares) return "A type with bounds is `positive`, `unit` or `real in (lower, upper)`.";
  if (is(first, "Model") && is(found, "Minus")) return "A name has letters, digits and `_`: write `_` for `-`.";
  if (is(first, "Data") && is(found, "Tilde")) {
    return `Data have no prior; a likelihood is a line of its own: \`${brief(line[1].image)} ~ Distribution(…)\`.`;
  }
  return undefined;
}

const general: Explanation = (setting) => {
  const { error, line, at, rule, span } = setting;
  const found = describe(line[at] ?? null);
  const kind = rowOf(line[at]?.tokenType)?.kind;
  const hint = hintFor(setting);
  if (error.expected === "the end of the line")
    return diagnose("FF120", span, { found }, hint ?? hintAfterEnd(setting));
  const another = error.expected === "`)`" && rule === "callArguments" && (kind === "number" || kind === "name");
  return diagnose("FF101", span, { expected: another ? "`,` or `)`" : brief(error.expected), found }, hint);
};

/** Explanations inside lines, in the order in which they are tried; the last one always has something to say. */
export const expressionExplanations: readonly Explanation[] = [equalInside, general];
