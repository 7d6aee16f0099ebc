// The settings of `flow { key value }`, which are the command line's flags of the same names: one reader for both.

import { cover, type Diagnostic, diagnose, nearest, type Span } from "../diagnostics/index.ts";
import type { FlowSetting } from "../ir/index.ts";
import type { FlowAtom, FlowEntry } from "../syntax/index.ts";
import { keys } from "./flow-keys.ts";
import type { FlowOptions } from "./flow-options.ts";
import { phrasesOf } from "./flow-values.ts";

/** What reading settings gave: those that could be read, and what is wrong with the others. */
export interface ReadOptions {
  readonly options: FlowOptions;
  readonly diagnostics: readonly Diagnostic[];
}

/** The keys that do something in this version, with what they may be. */
export const flowKeys: readonly { readonly key: string; readonly expected: string }[] = [...keys]
  .filter(([, { expected }]) => expected !== "")
  .map(([key, { expected }]) => ({ key, expected }));

/** One setting, from a model's `flow` or a flag (`on-bad-row` is `on_bad_row`); a value that is a string is quoted in `text`. */
export function flowOption(name: string, text: string, span: Span | null, keySpan: Span | null = span): ReadOptions {
  const key = name.replaceAll("-", "_");
  const wrong = (diagnostic: Diagnostic): ReadOptions => ({ options: {}, diagnostics: [diagnostic] });
  const known = keys.get(key);
  if (known === undefined) {
    const near = nearest(key, keys.keys());
    const hint =
      near === null ? `The settings are ${flowKeys.map((k) => k.key).join(", ")}.` : `Did you mean \`${near}\`?`;
    return wrong(diagnose("FF208", keySpan, { key: name }, hint));
  }
  const { expected, read } = known;
  const phrases = phrasesOf(text);
  const result = phrases === null && expected !== "" ? null : read(phrases ?? []);
  if (result === null) return wrong(diagnose("FF410", span, { value: text, key: name, expected }));
  if (result.kind === "clash") return wrong(diagnose("FF410", span, { value: text, key: name, expected }, result.what));
  if (result.kind === "unbuilt")
    return wrong(
      diagnose("FF405", span, {
        feature: expected === "" ? `The setting ${result.feature}` : `\`${name}\` ${result.feature}`,
      }),
    );
  return { options: result.options, diagnostics: [] };
}

/** All settings together; of a key given twice the later one holds. */
export function flowOptions(settings: readonly FlowSetting[]): ReadOptions {
  const read = settings.map((s) => flowOption(s.key, s.text, s.span));
  return {
    options: Object.assign({}, ...read.map((r) => r.options)) as FlowOptions,
    diagnostics: read.flatMap((r) => r.diagnostics),
  };
}

/** The entries of a file's `flow` blocks as settings, and what is wrong with them. */
export function flowSettings(blocks: readonly (readonly FlowEntry[])[]): {
  readonly settings: readonly FlowSetting[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const settings: FlowSetting[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [block, entries] of blocks.entries()) {
    // A key given twice in one block was reported by the parser.
    const before = new Set(blocks.slice(0, block).flatMap((b) => b.map((e) => e.key.text)));
    for (const entry of entries) {
      const key = entry.key.text;
      const text = entry.phrases.map((phrase) => phrase.map(written).join(" ")).join(", ");
      const parts = entry.phrases.flat();
      const [first, last] = [parts[0], parts[parts.length - 1]];
      const place = first === undefined || last === undefined ? entry.span : cover(first.span, last.span);
      const found = flowOption(key, text, place, entry.key.span).diagnostics;
      diagnostics.push(...found);
      if (before.has(key)) diagnostics.push(diagnose("FF117", entry.key.span, { what: key }));
      else if (found.length === 0 && !settings.some((s) => s.key === key)) settings.push({ key, text, span: place });
    }
  }
  return { settings, diagnostics };
}

function written(atom: FlowAtom): string {
  return atom.kind === "string" ? `"${atom.text.replace(/["\\]/g, "\\$&")}"` : atom.text;
}
