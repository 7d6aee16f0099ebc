// What the service knows of a text: its tree, the checked model where there is one, and every diagnostic with its place.

import { check, type Model } from "../check/index.ts";
import { type Diagnostic, hasErrors, type Position, position, type SourceFile } from "../diagnostics/index.ts";
import { type Ast, parse } from "../syntax/index.ts";

/** What a host tells the service besides the text. */
export interface ServiceOptions {
  /** Name of the file in messages; `model.ffm` where there is none. */
  readonly file?: string;
  /** Reads the file that a `use` names; null where there is none. */
  readonly resolve?: (path: string) => SourceFile | null;
  /** Values for `const` items. */
  readonly set?: Readonly<Record<string, number>>;
  /** Times the stages; the clock is the host's. */
  readonly timer?: { time<T>(stage: string, work: () => T): T };
}

const untimed: NonNullable<ServiceOptions["timer"]> = { time: (_, work) => work() };

/** A text as understood. */
export interface Analysis {
  readonly source: SourceFile;
  readonly ast: Ast;
  /** Null where the text has errors. */
  readonly model: Model | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** A diagnostic with its first and last place in the text, lines and columns from 1; the end is exclusive. */
export interface PlacedDiagnostic extends Diagnostic {
  readonly start: Position;
  readonly end: Position;
}

/** Parses and checks a text. Never throws on bad input. */
export function analyse(text: string, options: ServiceOptions = {}): Analysis {
  const source = { path: options.file ?? "model.ffm", text };
  const { set, resolve, timer = untimed } = options;
  const parsed = timer.time("parse", () => parse(source));
  const checked = timer.time("check", () =>
    check(parsed.ast, {
      ...(set === undefined ? {} : { set }),
      ...(resolve === undefined ? {} : { resolve }),
      incomplete: hasErrors(parsed.diagnostics),
    }),
  );
  return {
    source,
    ast: parsed.ast,
    model: checked.model,
    diagnostics: [...parsed.diagnostics, ...checked.diagnostics],
  };
}

/** Everything that is wrong with a text, in the order of the text. */
export function diagnose(text: string, options: ServiceOptions = {}): readonly PlacedDiagnostic[] {
  const analysis = analyse(text, options);
  return analysis.diagnostics.map((diagnostic) => place(analysis, diagnostic));
}

/** A diagnostic of another file stands at the `use` that reads it; one without a place at the start of the text. */
function place({ source, ast }: Analysis, diagnostic: Diagnostic): PlacedDiagnostic {
  const { span } = diagnostic;
  const use = span === null || span.file === source.path ? undefined : ast.items.find((item) => item.kind === "use");
  const shown = span?.file === source.path ? span : (use?.span ?? { start: 0, end: 0 });
  return { ...diagnostic, start: position(source.text, shown.start), end: position(source.text, shown.end) };
}
