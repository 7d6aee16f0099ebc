// Learning the levels of categories: a first look at the data, in order of first appearance.

import { type Diagnostic, diagnose, shorten } from "../diagnostics/index.ts";
import type { DataRequest, RawBatch, RawColumn, RowSource } from "../ir/index.ts";
import type { Levels } from "./encode.ts";
import { SourceError } from "./outcome.ts";
import type { Selection } from "./select.ts";
import { levelOf } from "./values.ts";

/** Collects levels batch by batch. */
export interface Learner {
  add(raw: RawBatch): void;
  levels(): Levels;
}

interface Seen {
  readonly request: DataRequest;
  readonly columns: readonly string[];
  readonly texts: Set<string>;
  readonly numbers: Set<number>;
}

function collect(column: RawColumn, rows: number, seen: Seen): void {
  if (column.kind === "text") {
    for (let i = 0; i < rows; i++) {
      const text = column.values[i];
      if (text !== null && text !== "") seen.texts.add(text);
    }
    return;
  }
  for (let i = 0; i < rows; i++) {
    const value = column.values[i];
    if (Number.isNaN(value) || seen.numbers.has(value)) continue;
    seen.numbers.add(value);
    seen.texts.add(levelOf(value));
  }
}

/**
 * Levels in order of first appearance. Where `category[K]` says how many there are and all of them are
 * whole numbers from 1 to K, they are 1 … K in this order, seen or not.
 */
function ordered({ request, texts }: Seen): readonly string[] {
  const { upper } = request.domain;
  const numbered = (level: string): boolean => /^[1-9]\d*$/.test(level) && Number(level) <= upper;
  const levels = [...texts];
  if (!Number.isFinite(upper) || !levels.every(numbered)) return levels;
  return Array.from({ length: upper }, (_, k) => String(k + 1));
}

/** Categories with more levels than `category[K]` declares. */
export function excessLevels(selection: Selection, levels: Levels): readonly Diagnostic[] {
  return selection.items.flatMap(({ request }) => {
    const own = levels.get(request.name) ?? [];
    const { kind, upper } = request.domain;
    if (kind !== "category" || own.length <= upper) return [];
    const name = shorten(request.name);
    const shown = own.slice(0, 8).map((level) => JSON.stringify(shorten(level, 40)));
    const list = shown.join(", ") + (own.length > shown.length ? ", …" : "");
    return [diagnose("FF522", request.span, { name, declared: upper, found: own.length, levels: list })];
  });
}

/** A learner for the categories among the selected items. */
export function levelLearner(selection: Selection): Learner {
  const categories = new Map<string, Seen>();
  for (const { request, columns } of selection.items) {
    if (request.domain.kind === "category") {
      categories.set(request.name, { request, columns, texts: new Set(), numbers: new Set() });
    }
  }
  return {
    add(raw) {
      for (const seen of categories.values()) {
        for (const name of seen.columns) {
          const column = raw.columns.get(name);
          if (column !== undefined) collect(column, raw.rows, seen);
        }
      }
    },
    levels: () => new Map([...categories].map(([name, seen]) => [name, ordered(seen)])),
  };
}

/**
 * The levels of every category, from one pass over the category columns only. Throws SourceError as `read` does, and
 * where a category has more levels than it declares.
 */
export async function learnLevels(source: RowSource, selection: Selection, batchRows: number = 1024): Promise<Levels> {
  const learner = levelLearner(selection);
  const categories = selection.items.filter((item) => item.request.domain.kind === "category");
  const columns = [...new Set(categories.flatMap((item) => item.columns))];
  if (columns.length > 0) for await (const raw of source.read(columns, batchRows)) learner.add(raw);
  const levels = learner.levels();
  const excess = excessLevels(selection, levels);
  if (excess.length > 0) throw new SourceError(excess);
  return levels;
}
