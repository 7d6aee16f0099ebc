// The settings of `flow { key value }`, which are the command line's flags of the same names: one reader for both.

import { cover, type Diagnostic, diagnose, nearest, type Span } from "../diagnostics/index.ts";
import type { Budget, FlowSetting, InformationKind, StructureKind } from "../ir/index.ts";
import type { FlowAtom, FlowEntry } from "../syntax/index.ts";

/** How to run a model, as far as it was said. */
export interface FlowOptions {
  readonly structure?: "auto" | StructureKind;
  readonly budget?: Budget;
  readonly information?: InformationKind;
  /** Rows of one batch. */
  readonly batch?: number;
  readonly target?: "likelihood" | "posterior";
  readonly damping?: number;
  /** Largest number of inner steps a batch. */
  readonly inner?: number;
  readonly tolerance?: number;
  /** Probability of the reported intervals. */
  readonly interval?: number;
  readonly seed?: number;
  readonly threads?: number;
  readonly backend?: "interpret" | "js" | "wasm";
  /** Only arithmetic that gives the same bits everywhere. */
  readonly exact?: boolean;
  /** Rows a stream holds back and fits first. */
  readonly warmup?: number;
  readonly mode?: "fit" | "stream";
  readonly data?: string;
  readonly onBadRow?: "stop" | "skip";
  readonly newLevel?: "error";
  readonly maxPasses?: number;
}

/** What reading settings gave: those that could be read, and what is wrong with the others. */
export interface ReadOptions {
  readonly options: FlowOptions;
  readonly diagnostics: readonly Diagnostic[];
}

/** A part of a value: a word, a number or a string; phrases are lists of them between commas. */
type Atom =
  | { readonly kind: "word" | "string"; readonly text: string }
  | { readonly kind: "number"; readonly value: number };

type Result =
  | { readonly kind: "value"; readonly options: FlowOptions }
  | { readonly kind: "unbuilt"; readonly feature: string }
  | null;

interface Key {
  /** What it may be, for messages. */
  readonly expected: string;
  readonly read: (phrases: readonly (readonly Atom[])[]) => Result;
}

const value = (options: FlowOptions): Result => ({ kind: "value", options });

/** A key with one word of a list; words of `later` belong to the language and are not carried out yet. */
function choice<W extends string>(words: readonly W[], later: readonly string[], make: (word: W) => FlowOptions): Key {
  return {
    expected: words.map((w) => `\`${w}\``).join(" or "),
    read: ([phrase, ...rest]) => {
      const [first] = phrase ?? [];
      if (first === undefined || first.kind === "number" || rest.length > 0) return null;
      const word = words.find((w) => w === first.text);
      if (word !== undefined) return phrase?.length === 1 ? value(make(word)) : null;
      return later.includes(first.text) ? { kind: "unbuilt", feature: `\`${first.text}\`` } : null;
    },
  };
}

/** A key with one number, and perhaps a unit behind it. */
function quantity(
  expected: string,
  valid: (x: number) => boolean,
  make: (x: number) => FlowOptions,
  units: readonly string[] = [],
): Key {
  return {
    expected,
    read: ([phrase, ...rest]) => {
      const [first, unit, ...more] = phrase ?? [];
      if (first?.kind !== "number" || rest.length > 0 || more.length > 0 || !valid(first.value)) return null;
      if (unit !== undefined && (unit.kind !== "word" || !units.includes(unit.text))) return null;
      return value(make(first.value));
    },
  };
}

const rows = ["row", "rows"];
const counting = (x: number): boolean => Number.isSafeInteger(x) && x >= 1;
const unbuilt = (feature: string): Key => ({ expected: "", read: () => ({ kind: "unbuilt", feature }) });

const keys: Readonly<Record<string, Key>> = {
  structure: choice(
    ["auto", "full", "diagonal"],
    ["scalar", "block", "kronecker", "lowrank", "arrow"],
    (structure) => ({ structure }),
  ),
  budget: { expected: "sizes and times such as `2 MB, 5 us per row`", read: budget },
  forget: unbuilt("`forget`"),
  information: choice(["expected", "empirical", "observed"], ["sampled"], (information) => ({ information })),
  batch: quantity("a number of rows from 1", counting, (batch) => ({ batch }), rows),
  target: choice(["likelihood", "posterior"], [], (target) => ({ target })),
  damping: quantity(
    "a number from 0",
    (x) => x >= 0 && Number.isFinite(x),
    (damping) => ({ damping }),
  ),
  inner: quantity("a whole number from 1", counting, (inner) => ({ inner })),
  tolerance: quantity(
    "a positive number",
    (x) => x > 0 && Number.isFinite(x),
    (tolerance) => ({ tolerance }),
  ),
  interval: quantity(
    "a probability between 0 and 1, such as `0.95`",
    (x) => x > 0 && x < 1,
    (interval) => ({ interval }),
  ),
  seed: quantity(
    "a whole number from 0",
    (x) => Number.isSafeInteger(x) && x >= 0,
    (seed) => ({ seed }),
  ),
  threads: quantity("a whole number from 1", counting, (threads) => ({ threads })),
  backend: choice(["interpret", "js", "wasm"], ["tfjs"], (backend) => ({ backend })),
  exact: choice(["true", "false"], [], (exact) => ({ exact: exact === "true" })),
  warmup: quantity("a number of rows from 1", counting, (warmup) => ({ warmup }), rows),
  mode: choice(["fit", "stream"], [], (mode) => ({ mode })),
  data: {
    expected: 'a file in quotes, such as `"rides.csv"`',
    read: ([phrase, ...rest]) => {
      const [first, ...more] = phrase ?? [];
      return first?.kind === "string" && rest.length === 0 && more.length === 0 ? value({ data: first.text }) : null;
    },
  },
  on_bad_row: choice(["stop", "skip"], [], (onBadRow) => ({ onBadRow })),
  new_level: choice(["error"], ["add", "prior"], (newLevel) => ({ newLevel })),
  max_passes: quantity("a whole number from 1", counting, (maxPasses) => ({ maxPasses })),
  importance: unbuilt("`importance`"),
  momentum: unbuilt("`momentum`"),
  stop: unbuilt("`stop when`"),
};

/** The keys that do something in this version, with what they may be. */
export const flowKeys: readonly { readonly key: string; readonly expected: string }[] = Object.entries(keys)
  .filter(([, { expected }]) => expected !== "")
  .map(([key, { expected }]) => ({ key, expected }));

const bytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};
/** How many of a unit make a second. */
const perSecond: Readonly<Record<string, number>> = { ns: 1e9, us: 1e6, µs: 1e6, μs: 1e6, ms: 1e3, s: 1 };

function budget(phrases: readonly (readonly Atom[])[]): Result {
  let found: Budget = {};
  for (const [amount, unit, ...more] of phrases) {
    if (amount?.kind !== "number" || unit?.kind !== "word" || !(amount.value > 0)) return null;
    const rest = more.map((a) => (a.kind === "number" ? "" : a.text)).join(" ");
    const size = Object.hasOwn(bytes, unit.text) ? bytes[unit.text] : undefined;
    const time = Object.hasOwn(perSecond, unit.text) ? perSecond[unit.text] : undefined;
    if (size !== undefined && rest === "") found = { ...found, bytes: amount.value * size };
    else if (time !== undefined && rest === "per row") found = { ...found, secondsPerRow: amount.value / time };
    else if (unit.text === "flops" && rest === "per row") found = { ...found, flopsPerRow: amount.value };
    else return null;
  }
  return Object.keys(found).length > 0 ? value({ budget: found }) : null;
}

/** Words, numbers and strings of a value's text; null where it is not made of them. */
function atoms(text: string): readonly (readonly Atom[])[] | null {
  const phrases: Atom[][] = [[]];
  const pattern = /\s*(?:(,)|"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gy;
  const trimmed = text.trim();
  while (pattern.lastIndex < trimmed.length) {
    const match = pattern.exec(trimmed);
    if (match === null) return null;
    const [, comma, string, word = ""] = match;
    const last = phrases[phrases.length - 1] as Atom[];
    if (comma !== undefined) phrases.push([]);
    else if (string !== undefined) last.push({ kind: "string", text: string.replace(/\\(.)/g, "$1") });
    else if (/^[+-]?(\d[\d_]*)(\.\d[\d_]*)?([eE][+-]?\d+)?$/.test(word))
      last.push({ kind: "number", value: Number(word.replaceAll("_", "")) });
    else last.push({ kind: "word", text: word });
  }
  return phrases.some((p) => p.length === 0) ? null : phrases;
}

/** One setting, from a model's `flow` or a flag (`on-bad-row` is `on_bad_row`); a value that is a string is quoted in `text`. */
export function flowOption(name: string, text: string, span: Span | null, keySpan: Span | null = span): ReadOptions {
  const key = name.replaceAll("-", "_");
  const wrong = (diagnostic: Diagnostic): ReadOptions => ({ options: {}, diagnostics: [diagnostic] });
  if (!Object.hasOwn(keys, key)) {
    const near = nearest(key, Object.keys(keys));
    const hint =
      near === null ? `The settings are ${flowKeys.map((k) => k.key).join(", ")}.` : `Did you mean \`${near}\`?`;
    return wrong(diagnose("FF208", keySpan, { key: name }, hint));
  }
  const { expected, read } = keys[key] as Key;
  const phrases = atoms(text);
  const result = phrases === null && expected !== "" ? null : read(phrases ?? []);
  if (result === null) return wrong(diagnose("FF410", span, { value: text, key: name, expected }));
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
