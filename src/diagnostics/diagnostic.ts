// A diagnostic: what is told to the user about one place. Made from the table only, so that
// a code always means the same sentence.

import { type Code, type CodeEntry, codes, type Severity } from "./codes.ts";
import type { Span } from "./span.ts";

/** One message with its place; plain data. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span | null;
  readonly hint: string | null;
}

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

type Table = typeof codes;
type Words<C extends Code> =
  | Table[C]["text"]
  | (Table[C] extends { readonly hint: infer H extends string } ? H : never);

/** The arguments that the text and default hint of a code want. */
export type ArgsOf<C extends Code> = { readonly [Name in Placeholders<Words<C>>]: string | number };

const longest = 120;

/** Names and literals from a file may be huge; a message shows their beginning. */
export function shorten(text: string, limit: number = longest): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

function fill(text: string, args: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in args ? String(args[name]) : whole));
}

/** A diagnostic from its row of the table; `hint` replaces the row's own. */
export function diagnose<C extends Code>(code: C, span: Span | null, args: ArgsOf<C>, hint?: string): Diagnostic {
  const entry: CodeEntry = codes[code];
  const given = hint ?? (entry.hint === undefined ? null : fill(entry.hint, args));
  return { code, severity: entry.severity, message: fill(entry.text, args), span, hint: given };
}

/** Whether any of them is an error, so that what follows would be built on sand. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
