// What goes to stderr: diagnostics with the source they are about, and mistakes in the command itself. With
// `--format json` each is one object on one line: code, message, file, span, hint.

import type { Diagnostic } from "../index.ts";
import type { Misuse } from "./arguments.ts";
import type { Context } from "./context.ts";
import { type ExitCode, exit } from "./host.ts";

/** A mistake that has no place in a model. */
export interface Complaint {
  readonly code: "usage" | "interrupted" | "internal";
  readonly message: string;
  readonly hint: string | null;
}

type Surroundings = Pick<Context, "host" | "format" | "color" | "sources">;

/** The exit code that a diagnostic's number stands for. */
export function exitFor(diagnostics: readonly Diagnostic[]): ExitCode {
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code.slice(0, 3));
  if (errors.length === 0) return exit.ok;
  if (errors.some((code) => code < "FF5")) return exit.model;
  return errors.includes("FF5") ? exit.data : exit.failure;
}

/** Diagnostics as text or as lines of JSON, with a final line break. */
export async function diagnosticLines(
  context: Surroundings,
  diagnostics: readonly Diagnostic[],
  color: boolean,
): Promise<string> {
  if (diagnostics.length === 0) return "";
  const { position, render } = await import("../index.ts");
  if (context.format === "table") {
    const blocks = diagnostics.map((diagnostic) => `${render(diagnostic, context.sources, { color })}\n`);
    return blocks.join("\n");
  }
  const lines = diagnostics.map(({ code, severity, message, span, hint }) => {
    const text = span === null ? undefined : context.sources.get(span.file);
    const from = span === null || text === undefined ? null : position(text, span.start);
    const to = span === null || text === undefined ? null : position(text, span.end);
    const place = from && to && { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
    // Errors have exactly the five keys of the contract; what is not an error says so.
    const kind = severity === "error" ? {} : { severity };
    return `${JSON.stringify({ code, message, file: span?.file ?? null, span: place, hint, ...kind })}\n`;
  });
  return lines.join("");
}

/** Writes diagnostics to stderr; the exit code is the one their errors stand for. */
export async function complain(context: Surroundings, diagnostics: readonly Diagnostic[]): Promise<ExitCode> {
  if (diagnostics.length === 0) return exit.ok;
  context.host.stderr.write(await diagnosticLines(context, diagnostics, context.color.stderr));
  return exitFor(diagnostics);
}

/** Writes a mistake of the command, not of a model. */
export function announce(context: Surroundings, { code, message, hint }: Complaint): void {
  const { stderr } = context.host;
  if (context.format === "json") {
    stderr.write(`${JSON.stringify({ code, message, file: null, span: null, hint })}\n`);
    return;
  }
  const title = context.color.stderr ? "\u001b[1;31merror\u001b[0m" : "error";
  stderr.write(`${title}: ${message}\n${hint === null ? "" : `  ${hint}\n`}`);
}

/** Says what is wrong with the command line, with the nearest right word. */
export async function usageError(context: Surroundings, misuse: Misuse, help: string): Promise<ExitCode> {
  const near =
    misuse.misspelt === null ? null : (await import("../index.ts")).nearest(misuse.misspelt, misuse.candidates);
  const shown = near !== null && misuse.message.startsWith("There is no flag") ? `--${near}` : near;
  const hint = shown === null ? help : `Did you mean ${shown}?`;
  announce(context, { code: "usage", message: misuse.message, hint });
  return exit.usage;
}
