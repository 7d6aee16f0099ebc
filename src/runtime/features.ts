// Learnt features: means and sample standard deviations of expressions of the data, by Welford's updating (never
// E[x²] − E[x]²), merged a batch at a time (Chan, Golub, LeVeque 1983).

import { type Diagnostic, diagnose, type Span } from "../diagnostics/index.ts";
import type { Artefact } from "../emit/index.ts";
import type { Batch } from "../ir/index.ts";
import { loadBatch } from "./objective.ts";

/** Count, mean and sum of squared deviations from it, of each element of a feature. */
export interface Moments {
  count: number;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
}

export interface FeatureLearner {
  add(batch: Batch): void;
  /** What was added so far, and what another learner was given beside it. */
  moments(): ReadonlyMap<string, Moments>;
  join(others: ReadonlyMap<string, Moments>): void;
  /** [mean, sd] of each feature, put where the artefact reads them; problems as diagnostics. */
  finish(describe: (name: string) => { readonly text: string; readonly span: Span }): {
    readonly learnt: ReadonlyMap<string, Float64Array>;
    readonly diagnostics: readonly Diagnostic[];
  };
}

/** Learns all features of the artefact's step from batches. */
export function featureLearner(artefact: Artefact): FeatureLearner {
  const { layout } = artefact.step;
  const { capacity } = layout;
  const moments = new Map<string, Moments>();
  for (const [name, region] of layout.features) {
    const width = region.length / capacity;
    moments.set(name, { count: 0, mean: new Float64Array(width), squares: new Float64Array(width) });
  }
  return {
    add(batch) {
      loadBatch(artefact, batch);
      artefact.run("features", batch.rows);
      for (const [name, region] of layout.features)
        merge(moments.get(name) as Moments, artefact.memory, region.offset, capacity, batch.rows);
    },
    moments: () => moments,
    join(others) {
      for (const [name, other] of others) unite(moments.get(name) as Moments, other);
    },
    finish(describe) {
      const learnt = new Map<string, Float64Array>();
      const diagnostics: Diagnostic[] = [];
      for (const [name, { count, mean, squares }] of moments) {
        const sd = squares.map((s) => Math.sqrt(s / (count - 1)));
        const bad = sd.findIndex((s, k) => !(s > 0 && Number.isFinite(s) && Number.isFinite(mean[k] as number)));
        if (bad >= 0) {
          const { text, span } = describe(name);
          const place = sd.length > 1 ? ` (element ${bad + 1})` : "";
          diagnostics.push(diagnose("FF519", span, { feature: `${text}${place}`, rows: count }));
        }
        const values = new Float64Array([...mean, ...sd]);
        learnt.set(name, values);
        artefact.memory.set(values, layout.learnt.get(name)?.offset ?? 0);
      }
      return { learnt, diagnostics };
    },
  };
}

/** Moments of rows and of others are those of both. */
function unite(into: Moments, { count, mean, squares }: Moments): void {
  const total = into.count + count;
  if (count === 0) return;
  for (let k = 0; k < into.mean.length; k++) {
    const gap = (mean[k] as number) - (into.mean[k] as number);
    into.squares[k] = (into.squares[k] as number) + (squares[k] as number) + (gap * gap * into.count * count) / total;
    into.mean[k] = (into.mean[k] as number) + (gap * count) / total;
  }
  into.count = total;
}

function merge(into: Moments, memory: Float64Array, offset: number, capacity: number, rows: number): void {
  const own: Moments = {
    count: rows,
    mean: new Float64Array(into.mean.length),
    squares: new Float64Array(into.mean.length),
  };
  for (let k = 0; k < into.mean.length; k++) {
    const at = offset + k * capacity;
    let mean = 0;
    for (let r = 0; r < rows; r++) mean += ((memory[at + r] as number) - mean) / (r + 1);
    let squares = 0;
    for (let r = 0; r < rows; r++) squares += ((memory[at + r] as number) - mean) ** 2;
    own.mean[k] = mean;
    own.squares[k] = squares;
  }
  unite(into, own);
}
