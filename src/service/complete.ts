// What may be written at an offset: words by their place in the line, names in scope, families, settings.

import { flowKeys } from "../check/index.ts";
import { typeNames } from "../syntax/index.ts";
import { analyse, type ServiceOptions } from "./analyse.ts";
import { type Definition, definitionsOf } from "./definitions.ts";
import { argumentsOf, describeFamily, type Library, libraryOf } from "./library.ts";
import { codeBefore, type Enclosing, enclosing } from "./text.ts";
import { flowDocs, itemWords, memberDocs, otherWords, typeDocs } from "./vocabulary.ts";

/** What an item is, for the editor's picture beside it. */
export type CompletionKind =
  | "keyword"
  | "type"
  | "family"
  | "function"
  | "argument"
  | "setting"
  | "value"
  | Definition["kind"];

/** One thing that may be written. */
export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** A few words beside the label. */
  readonly detail: string | null;
  /** Markdown. */
  readonly documentation: string | null;
  /** The text that takes the place of the word being written. */
  readonly insert: string;
}

/** What fits at an offset; the word that is being written there is not looked at, editors filter by it themselves. */
export function complete(text: string, offset: number, options: ServiceOptions = {}): readonly Completion[] {
  const before = codeBefore(text, offset);
  if (before === null) return [];
  const typed = /[\p{L}\p{Nl}_][\p{L}\p{N}\p{M}_]*$/u.exec(before)?.[0] ?? "";
  const line = before.slice(0, before.length - typed.length);
  const start = offset - typed.length;
  if (/[0-9.]$/.test(line)) return [];
  const open = enclosing(text, start);
  const inner = open.at(-1);
  if (inner?.bracket === "{" && inner.word === "flow") return settings(line);
  // The line under the cursor is unfinished; the others are what names come from.
  const analysis = analyse(text, options);
  const library = libraryOf(analysis);
  const names = definitionsOf(analysis);
  if (inner?.bracket === "{" && inner.word === "distribution" && !line.includes("=")) {
    return Object.entries(memberDocs).map(([label, doc]) => word(label, doc, "keyword"));
  }
  if (inner === undefined) {
    if (/^\s*$/.test(line)) return [...starters(), ...responses(names)];
    const afterName = /^\s*(\w+)\s+\S+\s*(.*)$/s.exec(line);
    const rest = afterName?.[2] ?? "";
    if (/^\s*(model|use|const|let|report|fn|param|data|state|distribution|layer)\s+$/.test(line)) return [];
    if (afterName?.[1] === "data" && rest.startsWith(":")) return afterType(rest, ["from", "once"]);
    if (afterName?.[1] === "param" && rest.startsWith(":") && !/~|\binit\b/.test(rest))
      return afterType(rest, ["init"]);
    if (/~\s*$/.test(line)) return families(library);
    if (/~.*\)\s+$/.test(line)) return (["weight", "truncated to", "observed if", "when"] as const).map(suffix);
  }
  return [...labels(inner, library), ...values(names, library, text, offset, open)];
}

function word(label: string, doc: string | null, kind: CompletionKind, insert = label): Completion {
  return { label, kind, detail: null, documentation: doc, insert };
}

function suffix(label: keyof typeof otherWords): Completion {
  return word(label, otherWords[label], "keyword", `${label} `);
}

function starters(): readonly Completion[] {
  return Object.entries(itemWords).map(([label, doc]) => word(label, doc, "keyword", `${label} `));
}

/** Data that a line of its own may be about. */
function responses(names: readonly Definition[]): readonly Completion[] {
  return names.filter((d) => d.kind === "data").map((d) => named(d, `${d.name} ~ `));
}

function named(d: Definition, insert = d.name): Completion {
  return { label: d.name, kind: d.kind, detail: d.type, documentation: d.doc, insert };
}

/** After the colon of a declaration: its type, and then what may follow a type. */
function afterType(rest: string, words: readonly ("from" | "once" | "init")[]): readonly Completion[] {
  if (/^:\s*$/.test(rest)) return typeNames.map((label) => word(label, typeDocs[label], "type"));
  return /^:\s*\w.*\s$/s.test(rest) ? words.map(suffix) : [];
}

function families({ families: all }: Library): readonly Completion[] {
  return [...all.values()].map((family) => ({
    label: family.name,
    kind: "family",
    detail: family.overloads.map((o) => o.form.slice(family.name.length)).join(" "),
    documentation: describeFamily(family),
    insert: `${family.name}(`,
  }));
}

/** Argument names of the call around the cursor that were not given yet. */
function labels(inner: Enclosing | undefined, { families: all, functions }: Library): readonly Completion[] {
  if (inner?.bracket !== "(" || !/(^|,)\s*$/.test(inner.inside)) return [];
  const given = new Set([...inner.inside.matchAll(/(\w+)\s*:/g)].map((match) => match[1]));
  const family = all.get(inner.word);
  if (family !== undefined) {
    return [...argumentsOf(family)]
      .filter(([name]) => !given.has(name))
      .map(([name, type]) => ({
        label: `${name}:`,
        kind: "argument",
        detail: type,
        documentation: `Argument of \`${family.name}\`.`,
        insert: `${name}: `,
      }));
  }
  const parameters = functions.get(inner.word)?.parameters ?? [];
  if (parameters.length < 2) return [];
  return parameters
    .filter((name) => name !== "…" && !given.has(name))
    .map((name) => word(`${name}:`, `Argument of \`${inner.word}\`.`, "argument", `${name}: `));
}

/** What an expression may be made of. */
function values(
  names: readonly Definition[],
  { functions }: Library,
  text: string,
  offset: number,
  open: readonly Enclosing[],
): readonly Completion[] {
  const own = names.filter((d) => d.kind !== "function" && d.kind !== "distribution").map((d) => named(d));
  const loops = open.flatMap(({ inside }) => [...inside.matchAll(/\bfor\s+(\w+)\s+in\b/g)].map((m) => m[1] as string));
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const head = /^\s*fn\s+\w+\s*\(([^)]*)\)/.exec(line)?.[1] ?? blockHead(text, open) ?? "";
  const locals = [...loops, ...head.split(",").flatMap((p) => /^\s*(\w+)/.exec(p)?.[1] ?? [])];
  const calls = [...functions.values()].map(
    ({ name, parameters, doc }): Completion => ({
      label: name,
      kind: "function",
      detail: `(${parameters.join(", ")})`,
      documentation: doc,
      insert: `${name}(`,
    }),
  );
  return [...locals.map((name) => word(name, "A name of this line only.", "argument")), ...own, ...calls, suffix("if")];
}

/** The arguments of the distribution in whose block the cursor is. */
function blockHead(text: string, open: readonly Enclosing[]): string | null {
  const block = open.find((o) => o.bracket === "{" && o.word === "distribution");
  if (block === undefined) return null;
  const heads = [...text.matchAll(/^\s*distribution\s+\w+\s*\(([^)]*)\)/gm)];
  return heads.findLast((h) => text.length - block.inside.length >= h.index)?.[1] ?? null;
}

/** Keys of `flow` at the start of a line, and what may stand behind one. */
function settings(line: string): readonly Completion[] {
  const entry = /(?:^|\{)\s*(\w+)\s+$/.exec(line)?.[1];
  if (entry === undefined) {
    if (!/(^|\{)\s*$/.test(line)) return [];
    return flowKeys.map(({ key, expected }) => ({
      label: key,
      kind: "setting",
      detail: expected.replaceAll("`", ""),
      documentation: flowDocs[key] ?? null,
      insert: `${key} `,
    }));
  }
  const expected = flowKeys.find(({ key }) => key === entry)?.expected ?? "";
  const words = [...expected.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
  return words.map((label) => word(label, null, "value"));
}
