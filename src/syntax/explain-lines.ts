// What newcomers write at the start of a line and in declarations, and what they are told.

import { type GrammarError, reserved, rowOf, type Token } from "../../grammar/index.ts";
import { cover, type Diagnostic, diagnose, type Span } from "../diagnostics/index.ts";
import { brief } from "./context.ts";
import { describe, endsLine, is, meantWord, spanOf } from "./words.ts";

/** An error in the line it is in. */
export interface Setting {
  readonly file: string;
  readonly error: GrammarError;
  /** The line's tokens, its end included, and the index of the one that did not fit. */
  readonly line: readonly Token[];
  readonly at: number;
  /** The innermost production that was being read. */
  readonly rule: string;
  /** Where to point. */
  readonly span: Span;
}

/** A message for an error, or null where it is not of the explanation's kind. */
export type Explanation = (setting: Setting) => Diagnostic | null;

/** What to do about a dot in a name. */
export const dotHint = 'Names have no dots; use `_`, or read such a column with `from "a.b"`.';

const declarations: ReadonlySet<string> = new Set(["data", "param", "state"]);

function startsCall(line: readonly Token[], at: number): boolean {
  return is(line[at], "Identifier") && /^\p{Lu}/u.test(line[at].image) && is(line[at + 1], "LeftParen");
}

/** `param a ~ Normal(0, 1)`, `data x`, `data x real`. */
const missingType: Explanation = ({ error, line, at, rule, span }) => {
  if (!declarations.has(rule) || error.expected !== "`:`" || at !== 2) return null;
  const name = brief(line[1].image);
  const found = line[at];
  if (is(found, "Identifier")) {
    const hint = `A colon stands between the name and the type: \`${rule} ${name} : ${brief(found.image)}\`.`;
    return diagnose("FF101", span, { expected: error.expected, found: describe(found) }, hint);
  }
  if (is(found, "Comma")) {
    const hint = "Each declaration has a line of its own.";
    return diagnose("FF101", span, { expected: error.expected, found: describe(found) }, hint);
  }
  const where = endsLine(found) ? { ...span, start: line[1].startOffset, end: line[1].end } : span;
  return diagnose("FF119", where, { name, example: `${rule} ${name} : real` });
};

/** `name <- value`, as R and BUGS write it. */
const arrow: Explanation = ({ file, line, at, rule }) => {
  const [name, less, minus] = line;
  if (rule !== "likelihood" || at < 1 || !is(less, "Less") || !is(minus, "Minus") || less.end !== minus.startOffset) {
    return null;
  }
  const span = cover(spanOf(file, less), spanOf(file, minus));
  return diagnose("FF109", span, { found: "<-", instead: `\`let ${brief(name.image)} = …\`` });
};

/** `let x ~ Normal(0, 1)`, `let f(x) = …`, `let a == 1`. */
const wrongDefinition: Explanation = ({ error, line, at, span }) => {
  if (error.expected !== "`=`") return null;
  const found = line[at];
  const name = brief(line[1]?.image ?? "a");
  if (is(found, "Tilde")) {
    const hint = `A \`let\` is calculated, with \`=\`. An unknown with a prior is \`param ${name} : real ~ …\`.`;
    return diagnose("FF108", span, { expected: "=" }, is(line[0], "Let") ? hint : undefined);
  }
  const args = { expected: error.expected, found: describe(found ?? null) };
  if (is(found, "LeftParen") && at === 2 && !is(line[0], "Fn")) {
    return diagnose("FF101", span, args, `A function is written \`fn ${name}(…) = …\`.`);
  }
  if (is(found, "EqualEqual")) return diagnose("FF101", span, args, "`==` compares; a definition has a single `=`.");
  return null;
};

/** `param a : real = Normal(0, 1)`, `y = Normal(0, 1)`, `k = a + b`. */
const wrongEqual: Explanation = ({ error, line, at, rule, span }) => {
  if (!is(line[at], "Equal")) return null;
  if (is(line[0], "Param") && error.expected === "the end of the line") {
    const prior = "A prior is written with `~`.";
    const hint = startsCall(line, at + 1) ? prior : "A starting value is written `init …`, a prior `~ …`.";
    return diagnose("FF108", span, { expected: "~" }, hint);
  }
  if (is(line[0], "Data") && error.expected === "the end of the line") {
    const hint = 'Data come from a column: `from "column"`. A fixed number is `const name = …`.';
    return diagnose("FF120", span, { found: "`=`" }, hint);
  }
  if (rule !== "likelihood" || error.expected !== "`~`") return null;
  const left = brief(at === 1 ? line[0].image : "name");
  return startsCall(line, at + 1)
    ? diagnose("FF108", span, { expected: "~" }, `Write \`${left} ~ ${brief(line[at + 1].image)}(…)\`.`)
    : diagnose("FF108", span, { expected: "let" }, `To define a value, write \`let ${left} = …\`.`);
};

/** `data x.y : real`: a name with a dot, which only a parameter of a layer has. */
const dottedName: Explanation = ({ line, at, span }) =>
  is(line[at], "Path") ? diagnose("FF102", span, { character: "`.`" }, dotHint) : null;

/** `data state : category`: a reserved word where a name belongs. */
const reservedName: Explanation = ({ error, line, at, span }) => {
  const found = line[at];
  if (found === undefined || !reserved.has(found.image)) return null;
  if (error.expected === "the name of a column") {
    return diagnose("FF112", span, { word: found.image }, `Put it in quotes: \`"${found.image}"\`.`);
  }
  if (error.expected !== "a name") return null;
  const column = `Name it otherwise and say which column it is: \`data ${found.image}_ : … from "${found.image}"\`.`;
  return diagnose("FF112", span, { word: found.image }, is(line[0], "Data") && at === 1 ? column : undefined);
};

/** A line whose first word is no item, such as `parameter x : real`, or that goes on from the line above. */
const unknownItem: Explanation = ({ file, error, line, at, rule, span }) => {
  if (rule !== "likelihood" || error.expected !== "`~`") return null;
  const [first] = line;
  const found = line[at];
  const place = spanOf(file, first);
  if (is(first, "Minus")) {
    const hint = "If this line goes on from the one above, end that one with `-` or put the whole in brackets.";
    return diagnose("FF111", place, { operator: "-" }, hint);
  }
  const kind = rowOf(first.tokenType)?.kind;
  if (at !== 1 || (kind !== "name" && kind !== "contextual")) return null;
  const name = brief(first.image);
  if (is(found, "Colon")) {
    const hint = `Say what it is: \`data ${name} : …\` or \`param ${name} : …\`.`;
    return diagnose("FF114", place, { found: describe(first) }, hint);
  }
  if (endsLine(found)) {
    const hint = `A likelihood is \`${name} ~ Distribution(…)\`, a definition \`let ${name} = …\`.`;
    return diagnose("FF101", span, { expected: "`~` and a distribution", found: describe(found) }, hint);
  }
  if (rowOf(found.tokenType)?.kind === "operator" || is(found, "Comma")) return null;
  const word = meantWord(first.image);
  return diagnose("FF114", place, { found: describe(first) }, word === null ? undefined : `Did you mean \`${word}\`?`);
};

/** What follows `~` is not a call. */
const noDistribution: Explanation = ({ line, at, rule, span }) => {
  const found = describe(line[at] ?? null);
  if (rule === "distributed") return diagnose("FF123", span, { found });
  if (rule !== "callArguments" || !is(line[at - 2], "Tilde")) return null;
  return diagnose("FF123", span, { found }, `Give the arguments: \`${brief(line[at - 1].image)}(…)\`.`);
};

/** Explanations of lines, in the order in which they are tried. */
export const lineExplanations: readonly Explanation[] = [
  missingType,
  arrow,
  wrongDefinition,
  wrongEqual,
  reservedName,
  dottedName,
  unknownItem,
  noDistribution,
];
