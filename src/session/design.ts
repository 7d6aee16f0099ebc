// Which rows would teach most: `ffm design`.

import { diagnose } from "../diagnostics/index.ts";
import { type Candidate, type ChosenRow, designer, unweighable } from "../predict/index.ts";
import { nameOf, type Program } from "../runtime/index.ts";
import { DataError } from "./errors.ts";
import { type ForetellOptions, type Known, knowledgeOf, knownOf, rowsFor, type State } from "./foretell.ts";
import { type Data, sourceOf } from "./model.ts";

export interface DesignOptions extends ForetellOptions {
  /** Rows to list, best first, each weighed by itself; 10 unless said otherwise. */
  readonly top?: number;
  /** Rows to choose together instead, each with those before it taken into account. */
  readonly choose?: number;
}

/** A parameter whose standard error a row would shrink, on the unconstrained scale. */
export interface Shrinkage {
  readonly parameter: string;
  /** Standard error after, as a share of what it was before. */
  readonly ratio: number;
}

export interface DesignRow {
  /** Number of the row in the data, from 1. */
  readonly row: number;
  /** Expected information gain in nats; of rows chosen together, given those before. */
  readonly gain: number;
  /** The three that shrink most. */
  readonly shrinks: readonly Shrinkage[];
}

/** What `ffm design --format json` prints; a stable contract. */
export interface DesignReport {
  readonly schema: "ffm.design/1";
  readonly model: { readonly name: string; readonly hash: string };
  /** Candidates weighed, and rows left out. */
  readonly candidates: number;
  readonly skipped: number;
  readonly together: boolean;
  /** Of rows chosen together. */
  readonly totalGain: number | null;
  readonly rows: readonly DesignRow[];
  readonly notes: readonly string[];
}

/** Candidates that a joint choice keeps in memory, the most promising by themselves. */
const kept = 20_000;

/** Weighs candidate rows, by a saved state, by the information that observing their responses is expected to give. */
export function design(state: State, data: Data, options: DesignOptions = {}): Promise<DesignReport> {
  return designs(knownOf(state, options.model), data, options);
}

/** The same by what is known. */
export async function designs(known: Known, data: Data, options: DesignOptions = {}): Promise<DesignReport> {
  const knowledge = knowledgeOf(known);
  const { compiled, bindings, posterior, program } = knowledge;
  const { dense } = posterior;
  const why = unweighable(compiled, program.options.target);
  if (why !== null) throw new DataError([diagnose("FF554", null, { reason: why })]);
  if (dense === null) {
    const reason = `a covariance of ${posterior.phi.length} parameters is too large`;
    throw new DataError([diagnose("FF554", null, { reason })]);
  }
  const weigher = designer(compiled, bindings, { ...posterior, dense }, program.options);
  const reading = rowsFor(knowledge, sourceOf(data), weigher.inputs, weigher.capacity, options);
  const { choose = null, top = 10 } = options;
  const most = choose === null ? top : Math.max(kept, choose);
  let best: Candidate[] = [];
  let [candidates, broken] = [0, 0];
  for await (const { batch, numbers } of reading.batches()) {
    const found = weigher.weigh(batch, numbers);
    const usable = found.filter(({ gain }) => Number.isFinite(gain));
    const bad = found.find(({ gain }) => !Number.isFinite(gain));
    if (bad !== undefined && options.onBadRow !== "skip")
      throw new DataError([
        diagnose("FF552", null, { row: bad.number, what: "its information is not a finite number" }),
      ]);
    candidates += usable.length;
    broken += found.length - usable.length;
    best.push(...usable);
    if (best.length > 2 * most) best = leading(best, most);
  }
  if (candidates === 0) throw new DataError([diagnose("FF506", null, {})]);
  best = leading(best, most);
  const rows = choose === null ? best.map(weigher.alone) : weigher.together(best, choose);
  const cut = choose !== null && candidates > best.length;
  return {
    schema: "ffm.design/1",
    model: { name: program.name, hash: program.hash },
    candidates,
    skipped: reading.skipped() + broken,
    together: choose !== null,
    totalGain: choose === null ? null : rows.reduce((sum, r) => sum + r.gain, 0),
    rows: rows.map((row) => ({ row: row.number, gain: row.gain, shrinks: shrinkages(row, program) })),
    notes: cut ? [`rows were chosen among the ${best.length} that teach most by themselves`] : [],
  };
}

function leading(candidates: readonly Candidate[], count: number): Candidate[] {
  return candidates.toSorted((a, b) => b.gain - a.gain || a.number - b.number).slice(0, count);
}

function shrinkages({ before, after }: ChosenRow, program: Program): Shrinkage[] {
  const ratios = Array.from(before, (x, k) => ({ k, ratio: x > 0 ? Math.sqrt((after[k] as number) / x) : 1 }));
  return ratios
    .toSorted((a, b) => a.ratio - b.ratio || a.k - b.k)
    .slice(0, 3)
    .filter(({ ratio }) => ratio < 1 - 1e-9)
    .map(({ k, ratio }) => ({ parameter: nameOf(program, k), ratio }));
}
