// Writes what follows from the tables of the language: the EBNF, the highlighting grammars of editors, and the page
// of all diagnostics. `generated()` is what the files should hold; a test compares.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ebnf, monarch, textMate } from "../grammar/index.ts";
import { type Code, type CodeEntry, codes } from "../src/diagnostics/index.ts";

const groups: readonly (readonly [prefix: string, title: string])[] = [
  ["FF1", "Syntax"],
  ["FF2", "Names"],
  ["FF3", "Types and shapes"],
  ["FF4", "Models"],
  ["FF5", "Data"],
  ["FF6", "Numerics"],
];

function section(code: Code): string {
  const { severity, title, text, hint, explanation }: CodeEntry = codes[code];
  const said = hint === undefined ? text : `${text} ${hint}`;
  return [`### ${code} · ${title}`, "", `*${severity}* — ${said}`, "", explanation, ""].join("\n");
}

function errorsPage(): string {
  const all = Object.keys(codes) as Code[];
  return [
    "<!-- Generated from src/diagnostics/codes.ts by npm run generate; do not edit. -->",
    "# Diagnostics",
    "",
    "Everything Fisher Flow may say about a model, its data or its numbers. Words in braces stand for parts of yours.",
    "",
    ...groups.flatMap(([prefix, title]) => [
      `## ${title}`,
      "",
      ...all.filter((code) => code.startsWith(prefix)).map(section),
    ]),
  ].join("\n");
}

/** The generated files by their paths from the root of the project. */
export function generated(): ReadonlyMap<string, string> {
  return new Map([
    ["grammar/ffm.ebnf", ebnf()],
    ["grammar/ffm.tmLanguage.json", textMate()],
    ["grammar/ffm.monarch.json", monarch()],
    ["docs/errors/README.md", errorsPage()],
  ]);
}

if (import.meta.main) {
  for (const [path, text] of generated()) writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), text);
}
