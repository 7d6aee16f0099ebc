// What a row would teach: the expected information gain of observing its response, ½ log det (I + Zᵀ C Z) nats, Z the score
// factors of the row (mathematics.md §2) and C the covariance of φ (Lindley 1956; Chaloner and Verdinelli 1995). Rows are
// chosen together by greedy steps, each with the covariance that the rows chosen before leave; gains never grow on the way,
// so most need not be computed again (Minoux 1978).

import { buildForward, type Compiled } from "../compile.ts";
import type { Batch, Bindings } from "../ir/index.ts";
import type { RunOptions } from "../runtime/index.ts";
import type { Posterior } from "./posterior.ts";

/** The score factors of one row: `count` vectors over φ, of which only places that are not 0 are kept. */
export interface RowFactorList {
  readonly count: number;
  readonly places: Int32Array;
  /** count × places. */
  readonly values: Float64Array;
}

export interface Candidate {
  /** Number of the row in the data. */
  readonly number: number;
  readonly factors: RowFactorList;
  /** Nats. */
  readonly gain: number;
}

/** A candidate that was chosen, and the variances of φ before and after it. */
export interface ChosenRow extends Candidate {
  readonly before: Float64Array;
  readonly after: Float64Array;
}

export interface Designer {
  readonly inputs: ReadonlySet<string>;
  readonly capacity: number;
  /** Candidates of a batch, in its order. */
  readonly weigh: (batch: Batch, numbers: Float64Array) => readonly Candidate[];
  /** What a row by itself would leave of the variances. */
  readonly alone: (candidate: Candidate) => ChosenRow;
  /** The best rows together, one after the other. */
  readonly together: (candidates: readonly Candidate[], count: number) => readonly ChosenRow[];
}

/** Statements whose rows can't be weighed before their responses are known, in words; null where all can. */
export function unweighable(compiled: Compiled, target: RunOptions["target"]): string | null {
  const { row, notes } = compiled.derivatives(target);
  if (row.factors.expected.every(({ basis }) => basis === "expected")) return null;
  return notes.map(({ statement, reason }) => `\`${statement}\`: ${reason}`).join("; ");
}

/** Builds what weighs rows by a dense covariance of φ. */
export function designer(
  compiled: Compiled,
  bindings: Bindings,
  { parameters, phi, dense }: Posterior & { readonly dense: Float64Array },
  { target, backend, exact }: Pick<RunOptions, "target" | "backend" | "exact">,
): Designer {
  const options = { parameters, covariance: false, factors: true, target, backend, exact };
  const { forward, artefact } = buildForward(compiled, bindings, options);
  const { layout, size } = forward.step;
  const { memory } = artefact;
  memory.set(phi, layout.state.phi.offset);
  for (const [regions, values] of [
    [layout.once, bindings.once],
    [layout.learnt, bindings.learnt],
  ] as const)
    for (const [name, region] of regions) memory.set(values.get(name) ?? [], region.offset);
  const { count, region } = forward.factors ?? { count: 0, region: layout.state.phi };
  const gainBy = (covariance: Float64Array, factors: RowFactorList): number =>
    0.5 * logDeterminant(informed(covariance, size, factors).inner, factors.count);
  const factorsAt = (row: number): RowFactorList => {
    const at = (c: number, p: number): number =>
      memory[region.offset + (c * size + p) * layout.capacity + row] as number;
    const places: number[] = [];
    for (let p = 0; p < size; p++)
      for (let c = 0; c < count; c++)
        if (at(c, p) !== 0) {
          places.push(p);
          break;
        }
    const values = Float64Array.from({ length: count * places.length }, (_, k) =>
      at(Math.floor(k / places.length), places[k % places.length] as number),
    );
    return { count, places: Int32Array.from(places), values };
  };
  return {
    inputs: forward.inputs,
    capacity: layout.capacity,
    weigh(batch, numbers) {
      for (const [name, { offset, length }] of layout.columns) {
        const values = batch.columns.get(name);
        for (let k = 0; k * layout.capacity < length; k++) {
          const to = offset + k * layout.capacity;
          // what is observed later does not matter to what is expected
          if (values === undefined) memory.fill(0, to, to + batch.rows);
          else memory.set(values.subarray(k * batch.rows, (k + 1) * batch.rows), to);
        }
      }
      artefact.run("factors", batch.rows);
      return Array.from(numbers, (number, row): Candidate => {
        const factors = factorsAt(row);
        return { number, factors, gain: gainBy(dense, factors) };
      });
    },
    alone: (candidate) => ({
      ...candidate,
      before: diagonal(dense, size),
      after: diagonal(reduced(dense, size, candidate.factors), size),
    }),
    together(candidates, wanted) {
      let covariance = Float64Array.from(dense);
      const open = candidates.map((candidate) => ({ candidate, gain: candidate.gain, round: 0 }));
      const chosen: ChosenRow[] = [];
      while (chosen.length < wanted && open.length > 0) {
        // gains of earlier rounds are upper bounds
        let place = bestOf(open);
        for (let best = open[place]; best !== undefined && best.round < chosen.length; best = open[place]) {
          best.gain = gainBy(covariance, best.candidate.factors);
          best.round = chosen.length;
          place = bestOf(open);
        }
        const { candidate, gain } = open.splice(place, 1)[0] as (typeof open)[number];
        const before = diagonal(covariance, size);
        covariance = reduced(covariance, size, candidate.factors);
        chosen.push({ ...candidate, gain, before, after: diagonal(covariance, size) });
      }
      return chosen;
    },
  };
}

/** The position of the largest gain, the first of equal ones. */
function bestOf(open: readonly { readonly gain: number }[]): number {
  let best = 0;
  for (let k = 1; k < open.length; k++)
    if ((open[k] as { gain: number }).gain > (open[best] as { gain: number }).gain) best = k;
  return best;
}

/** C Z (P × count, factor after factor) and I + Zᵀ C Z (row-major). */
function informed(
  covariance: Float64Array,
  size: number,
  { count, places, values }: RowFactorList,
): { readonly moved: Float64Array; readonly inner: Float64Array } {
  const moved = new Float64Array(count * size);
  for (let c = 0; c < count; c++)
    for (const [k, place] of places.entries()) {
      const z = values[c * places.length + k] as number;
      if (z === 0) continue;
      for (let p = 0; p < size; p++)
        moved[c * size + p] = (moved[c * size + p] as number) + z * (covariance[place * size + p] as number);
    }
  const inner = new Float64Array(count * count);
  for (let a = 0; a < count; a++)
    for (let b = 0; b < count; b++) {
      let sum = a === b ? 1 : 0;
      for (const [k, place] of places.entries())
        sum += (values[a * places.length + k] as number) * (moved[b * size + place] as number);
      inner[a * count + b] = sum;
    }
  return { moved, inner };
}

/** The Cholesky factor L of a symmetric matrix of which the lower triangle is used. */
function factor(matrix: Float64Array, n: number): Float64Array {
  const root = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (root[i * n + k] as number) * (root[j * n + k] as number);
      root[i * n + j] = i === j ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / (root[j * n + j] as number);
    }
  return root;
}

function logDeterminant(matrix: Float64Array, n: number): number {
  const root = factor(matrix, n);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += 2 * Math.log(root[i * n + i] as number);
  return Math.max(0, sum);
}

/** C − C Z (I + Zᵀ C Z)⁻¹ Zᵀ C, what a row leaves of the covariance. */
function reduced(covariance: Float64Array, size: number, factors: RowFactorList): Float64Array<ArrayBuffer> {
  const { count } = factors;
  const { moved, inner } = informed(covariance, size, factors);
  const root = factor(inner, count);
  // L⁻¹ (C Z)ᵀ, whose columns' products are taken off
  for (let a = 0; a < count; a++)
    for (let p = 0; p < size; p++) {
      let x = moved[a * size + p] as number;
      for (let b = 0; b < a; b++) x -= (root[a * count + b] as number) * (moved[b * size + p] as number);
      moved[a * size + p] = x / (root[a * count + a] as number);
    }
  const result = Float64Array.from(covariance);
  for (let a = 0; a < count; a++)
    for (let i = 0; i < size; i++) {
      const x = moved[a * size + i] as number;
      if (x === 0) continue;
      for (let j = 0; j < size; j++)
        result[i * size + j] = (result[i * size + j] as number) - x * (moved[a * size + j] as number);
    }
  return result;
}

function diagonal(matrix: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => Math.max(0, matrix[i * size + i] as number));
}
