// The grammar as a document: the productions the parser has recorded of itself, in the EBNF of the W3C, with what the
// tables say about tokens and precedence. Nothing of it is written twice.

import type { ISerializedGast } from "chevrotain";
import { buildParser } from "./parser.ts";
import { blockLineEnds, precedence, reserved, rowOf, rows, token } from "./tokens.ts";

interface Production extends ISerializedGast {
  readonly name?: string;
  readonly separator?: Production;
}

function parts(production: Production): readonly Production[] {
  return (production.definition ?? []) as readonly Production[];
}

/** Lines are marked for the parser's sake; in the text there is nothing. */
const unwritten = "LineStart";

const lineEnds: ReadonlySet<string> = new Set([...blockLineEnds.values()].map((type) => type.name));

function terminal(name: string): string {
  if (lineEnds.has(name)) return "Newline";
  const row = rows.find((candidate) => candidate.name === name);
  return row?.text === undefined || row.text === null ? name : `"${row.text}"`;
}

type Rules = ReadonlyMap<string, Production>;

function written(productions: readonly Production[]): readonly Production[] {
  return productions.filter((production) => production.name !== unwritten);
}

/** Repetitions that are rules only so that the parser recovers well are shown where they are used. */
function isInlined(rule: Production | undefined): rule is Production {
  const inner = written(parts(rule ?? { type: "Rule" }));
  return inner.length === 1 && inner[0].type.startsWith("Repetition");
}

function sequence(rules: Rules, productions: readonly Production[]): string {
  return written(productions)
    .map((production) => text(rules, production))
    .join(" ");
}

function grouped(rules: Rules, productions: readonly Production[]): string {
  const inner = written(productions);
  const simple = inner.length === 1 && ["NonTerminal", "Terminal", "Alternation"].includes(inner[0].type);
  return simple && !isInlined(rules.get(inner[0].name ?? "")) ? text(rules, inner[0]) : `(${sequence(rules, inner)})`;
}

function text(rules: Rules, production: Production): string {
  const inner = parts(production);
  switch (production.type) {
    case "NonTerminal": {
      const rule = rules.get(production.name ?? "");
      return isInlined(rule) ? sequence(rules, parts(rule)) : (production.name ?? "");
    }
    case "Terminal":
      return terminal(production.name ?? "");
    case "Option":
      return `${grouped(rules, inner)}?`;
    case "Repetition":
      return `${grouped(rules, inner)}*`;
    case "RepetitionMandatory":
      return `${grouped(rules, inner)}+`;
    case "RepetitionMandatoryWithSeparator": {
      const one = sequence(rules, inner);
      return `${one} (${terminal(production.separator?.name ?? "")} ${one})*`;
    }
    case "Alternation":
      return `(${inner.map((alternative) => sequence(rules, parts(alternative))).join(" | ")})`;
    default:
      return sequence(rules, inner);
  }
}

/** A rule that is one choice shows each alternative on a line of its own. */
function body(rules: Rules, rule: Production): string {
  const inner = parts(rule);
  if (inner.length !== 1 || inner[0].type !== "Alternation") return sequence(rules, inner);
  const alternatives = parts(inner[0]).map((alternative) => sequence(rules, parts(alternative)));
  return alternatives.join(alternatives.length < 3 ? " | " : "\n    | ");
}

/** Rules in the order in which reading from one of them meets them. */
function reached(rules: Rules, from: string): readonly string[] {
  const found = new Set<string>();
  const visit = (production: Production): void => {
    if (production.type === "NonTerminal") follow(production.name ?? "");
    for (const part of parts(production)) visit(part);
  };
  const follow = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    const rule = rules.get(name);
    if (rule !== undefined) visit(rule);
  };
  follow(from);
  return [...found];
}

function spelled(names: readonly string[]): string {
  return names.map((name) => (name === "Negate" ? "unary -" : (rowOf(token(name))?.text ?? name))).join(" ");
}

function choice(kinds: readonly string[]): string {
  return rows
    .filter((row) => kinds.includes(row.kind))
    .map((row) => terminal(row.name))
    .join(" | ");
}

function withCategory(category: string): string {
  return rows
    .filter((row) => token(row.name).CATEGORIES?.some((parent) => parent.name === category))
    .map((row) => terminal(row.name))
    .join(" | ");
}

/** The text of grammar/ffm.ebnf. */
export function ebnf(): string {
  const recorded = buildParser(true).getSerializedGastProductions() as readonly Production[];
  const rules: Rules = new Map(recorded.map((rule) => [rule.name ?? "", rule]));
  const productions = reached(rules, "file").flatMap((name) => {
    const rule = rules.get(name);
    return rule === undefined || isInlined(rule) ? [] : [`${name} ::= ${body(rules, rule)}`];
  });
  const literals = rows
    .filter((row) => row.pattern !== null && row.kind !== "mistake" && row.name !== "Identifier")
    .map((row) => `${row.name} ::= /${row.pattern}/`);
  const name = rows.find((row) => row.name === "Identifier")?.pattern ?? "";
  return [
    "/* Generated from the tables and productions in this folder by `npm run generate`; do not edit.",
    "",
    "   Newline: one or more line breaks. They mean nothing inside ( ) and [ ], after a binary operator, = ~ : , then",
    "   else, and before a line that starts with then or else. The last line of a block needs none.",
    "   Comments, from // to the end of the line, may stand anywhere; those that start with three slashes document the",
    "   item below.",
    "",
    "   Operators, loosest first; each row groups to the left, ^ to the right, comparisons not at all:",
    ...precedence.map((row) => `     ${spelled(row)}`),
    `   Words that can't be names: ${[...reserved].join(" ")} */`,
    "",
    ...productions,
    "",
    `BinaryOperator ::= ${withCategory("BinaryOperator")}`,
    `PrefixOperator ::= ${withCategory("PrefixOperator")}`,
    `Identifier ::= Name | ${choice(["contextual"])}`,
    `Word ::= Identifier | Path | ${choice(["keyword"])}`,
    "",
    ...literals,
    `Name ::= /${name}/`,
    "",
  ].join("\n");
}
