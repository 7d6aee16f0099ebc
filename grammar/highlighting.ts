// Highlighting for editors, made from the token table: a TextMate grammar (VS Code, Shiki, GitHub) and a Monarch
// definition (the playground's editor). Both colour by form alone; what a name means, the language service knows.

import { escaped, nameCharacters, reserved, rows, type TokenRow, typeWords } from "./tokens.ts";

const word = `[${nameCharacters.first}][${nameCharacters.others}]*`;
const notInWord = `(?![${nameCharacters.others}])`;
const notAfterWord = `(?<![${nameCharacters.others}])`;

/** Rows with fixed spellings by scope, in the order of the table. */
function byScope(kinds: readonly string[]): ReadonlyMap<string, readonly TokenRow[]> {
  const groups = new Map<string, TokenRow[]>();
  for (const row of rows) {
    if (row.text === null || !kinds.includes(row.kind)) continue;
    groups.set(row.scope, [...(groups.get(row.scope) ?? []), row]);
  }
  return groups;
}

function texts(list: readonly TokenRow[]): readonly string[] {
  return list.map((row) => row.text ?? "");
}

function pattern(name: string): TokenRow & { readonly pattern: string } {
  const row = rows.find((candidate) => candidate.name === name);
  if (row?.pattern === null || row?.pattern === undefined) throw new Error(`The token ${name} has no pattern.`);
  return { ...row, pattern: row.pattern };
}

function words(list: readonly string[]): string {
  return `${notAfterWord}(?:${list.join("|")})${notInWord}`;
}

/** A contextual word colours as one where an operand or the end of the line follows it, as after a name it can't. */
const contextualPlace = `(?=[^\\S\\r\\n]+[${nameCharacters.others}"(\\[-]|[^\\S\\r\\n]*(?://|$))`;

/** The text of grammar/ffm.tmLanguage.json. */
export function textMate(): string {
  const scoped = (scope: string, match: string) => ({ name: `${scope}.ffm`, match });
  const number = pattern("NumberLiteral");
  const string = pattern("StringLiteral");
  const comment = pattern("Comment");
  const grammar = {
    $schema: "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
    name: "Fisher Flow",
    scopeName: "source.ffm",
    fileTypes: ["ffm"],
    comment: "Generated from grammar/tokens.ts by npm run generate; do not edit.",
    patterns: [
      scoped("comment.line.documentation", "///(?!/)[^\\r\\n]*"),
      scoped(comment.scope, comment.pattern),
      scoped(string.scope, string.pattern),
      ...[...byScope(["keyword"])].map(([scope, list]) => scoped(scope, words(texts(list)))),
      ...[...byScope(["contextual"])].map(([scope, list]) => scoped(scope, words(texts(list)) + contextualPlace)),
      scoped("support.type", words(typeWords)),
      scoped("support.class.distribution", `${notAfterWord}\\p{Lu}[${nameCharacters.others}]*(?=\\()`),
      scoped("entity.name.function", `${notAfterWord}${word}(?=\\()`),
      scoped(number.scope, `${notAfterWord}${number.pattern}`),
      scoped(pattern("Identifier").scope, `${notAfterWord}${word}`),
      scoped(pattern("Transpose").scope, "'"),
      ...[...byScope(["operator", "punctuation", "open", "close"])].map(([scope, list]) =>
        scoped(scope, texts(list).map(escaped).join("|")),
      ),
    ],
  };
  return `${JSON.stringify(grammar, null, 2)}\n`;
}

/** The text of grammar/ffm.monarch.json. */
export function monarch(): string {
  const fixed = (kinds: readonly string[]): readonly string[] => [...byScope(kinds).values()].flatMap(texts);
  const language = {
    comment: "Generated from grammar/tokens.ts by npm run generate; do not edit.",
    defaultToken: "invalid",
    tokenPostfix: ".ffm",
    unicode: true,
    keywords: [...reserved],
    contextual: fixed(["contextual"]),
    typeKeywords: typeWords,
    operators: fixed(["operator"]),
    brackets: [
      { open: "(", close: ")", token: "delimiter.parenthesis" },
      { open: "[", close: "]", token: "delimiter.square" },
      { open: "{", close: "}", token: "delimiter.curly" },
    ],
    tokenizer: {
      root: [
        ["[^\\S\\r\\n]+", "white"],
        ["///(?!/).*", "comment.doc"],
        ["//.*", "comment"],
        [pattern("StringLiteral").pattern, "string"],
        [`\\p{Lu}[${nameCharacters.others}]*(?=\\()`, "type.identifier"],
        [
          `${word}${contextualPlace}`,
          {
            cases: {
              "@keywords": "keyword",
              "@contextual": "keyword",
              "@typeKeywords": "type",
              "@default": "identifier",
            },
          },
        ],
        [word, { cases: { "@keywords": "keyword", "@typeKeywords": "type", "@default": "identifier" } }],
        [pattern("NumberLiteral").pattern, "number"],
        ["'", "operator"],
        ["[()\\[\\]{}]", "@brackets"],
        [fixed(["operator"]).map(escaped).join("|"), "operator"],
        [fixed(["punctuation"]).map(escaped).join("|"), "delimiter"],
      ],
    },
  };
  return `${JSON.stringify(language, null, 2)}\n`;
}
