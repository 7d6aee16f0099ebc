// What an editor shows of the word under the pointer.

import { flowKeys } from "../check/index.ts";
import { type Span, unreachable } from "../diagnostics/index.ts";
import { type BaseType, typeNames } from "../syntax/index.ts";
import { type Analysis, analyse, type ServiceOptions } from "./analyse.ts";
import { definitionsOf } from "./definitions.ts";
import { argumentsOf, describeFamily, type Library, libraryOf } from "./library.ts";
import { type Place, placeAt } from "./place.ts";
import { codeBefore, wordAt } from "./text.ts";
import { flowDocs, itemWords, memberDocs, otherWords, typeDocs } from "./vocabulary.ts";

/** Text about a word, as Markdown, and the word it is about. */
export interface Hover {
  readonly markdown: string;
  readonly span: Span;
}

/** What is known of the word at an offset; null where there is nothing to say. */
export function hover(text: string, offset: number, options: ServiceOptions = {}): Hover | null {
  if (codeBefore(text, offset) === null) return null;
  const analysis = analyse(text, options);
  const place = placeAt(analysis.ast, offset);
  const library = libraryOf(analysis);
  const found = place === null ? null : explain(analysis, place, library);
  if (place !== null && found !== null) return { markdown: found, span: place.name.span };
  const word = wordAt(text, offset);
  if (word === null) return null;
  const markdown = explainWord(analysis, word.text, library);
  return markdown === null ? null : { markdown, span: { file: analysis.source.path, ...word.span } };
}

function fenced(code: string): string {
  return `\`\`\`ffm\n${code}\n\`\`\``;
}

function joined(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== "").join("\n\n");
}

function explain(analysis: Analysis, place: Place, library: Library): string | null {
  const { text } = place.name;
  switch (place.kind) {
    case "value": {
      if (place.loops.some((loop) => loop.text === text)) return joined(fenced(text), "A name of this line only.");
      return argument(place, text) ?? definition(analysis, text);
    }
    case "function":
      return callable(library, text);
    case "family":
      return family(library, text);
    case "label": {
      const owner = library.families.get(place.callee.text);
      const type = owner === undefined ? undefined : argumentsOf(owner).get(text);
      if (place.family && type !== undefined)
        return joined(fenced(`${text}: ${type}`), `Argument of \`${place.callee.text}\`.`);
      return callable(library, place.callee.text);
    }
    case "type":
      return joined(fenced(text), typeDocs[text as BaseType]);
    case "flow":
      return setting(text);
    case "member":
      return Object.hasOwn(memberDocs, text) ? joined(fenced(text), memberDocs[text] as string) : null;
    default:
      return unreachable(place);
  }
}

/** An argument of the function or family in whose lines the name stands. */
function argument({ item }: Place, name: string): string | null {
  if (item.kind !== "fn" && item.kind !== "distribution") return null;
  const names = item.kind === "fn" ? item.parameters : item.parameters.map((p) => p.name);
  return names.some((n) => n.text === name) ? joined(fenced(name), `Argument of \`${item.name.text}\`.`) : null;
}

function definition(analysis: Analysis, name: string): string | null {
  if (name === "pi") return joined(fenced("pi"), "3.14159…");
  if (name === "inf") return joined(fenced("inf"), "Infinity, for bounds.");
  const found = definitionsOf(analysis).find(
    (d) => d.name === name && d.kind !== "function" && d.kind !== "distribution",
  );
  if (found === undefined) return null;
  return joined(fenced(found.text), found.type === null ? null : `\`${found.name}\`: ${found.type}`, found.doc);
}

function callable(library: Library, name: string): string | null {
  const found = library.functions.get(name);
  return found === undefined ? null : joined(fenced(`${name}(${found.parameters.join(", ")})`), found.doc);
}

function family(library: Library, name: string): string | null {
  const found = library.families.get(name);
  return found === undefined ? null : joined(fenced(`distribution ${name}`), describeFamily(found));
}

function setting(key: string): string | null {
  const found = flowKeys.find((k) => k.key === key);
  return found === undefined ? null : joined(fenced(key), flowDocs[key] ?? null, `Expected: ${found.expected}.`);
}

/** A word of a line that could not be read, or of the language itself. */
function explainWord(analysis: Analysis, word: string, library: Library): string | null {
  const words: Readonly<Record<string, string>> = { ...otherWords, ...itemWords };
  const known = definition(analysis, word);
  if (known !== null) return known;
  const phrase = Object.keys(words).find((key) => key === word || key.startsWith(`${word} `));
  if (phrase !== undefined) return joined(fenced(phrase), words[phrase] as string);
  if ((typeNames as readonly string[]).includes(word)) return joined(fenced(word), typeDocs[word as BaseType]);
  return family(library, word) ?? callable(library, word);
}
