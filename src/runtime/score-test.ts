// Rao's score test of a stretch of rows against what a flow knew before them. At the estimate before, the score s of the
// rows has mean 0 and variance V = J + J I⁻¹ J where they are more of the same: J is their own information, I that of
// memory and prior. So sᵀ V⁻¹ s ~ χ²; scores and variances of stretches that follow one another add. Blocks that keep a
// dense information are tested as one; of the others, and of large ones, each coordinate by itself.

import type { Artefact } from "../emit/index.ts";
import { structureOf } from "../structures/index.ts";
import { blockAt, blockInformation } from "./dense.ts";
import { stateOf } from "./regions.ts";

/** Coordinates of a block up to which it is tested as one. */
const largest = 200;
/** Pivots of a scaled matrix below this are rounding: the coordinate tells nothing that those before it do not. */
const rounding = 1e-9;

/** Neighbours in φ that are tested as one, or each by itself. */
export interface Unit {
  readonly joint: boolean;
  /** The block of the plan. */
  readonly block: number;
  readonly first: number;
  readonly size: number;
  /** Where its numbers begin among all units'; size² of them where it is tested as one. */
  readonly at: number;
}

/** What rows say: their score, its variance and their information, unit after unit. */
export interface Evidence {
  readonly score: Float64Array;
  readonly variance: Float64Array;
  readonly information: Float64Array;
}

export function unitsOf({ step }: Artefact): readonly Unit[] {
  let at = 0;
  return step.blocks.map(({ form, first, size }, block) => {
    const joint = (form.kind === "full" || form.kind === "root") && size <= largest;
    const unit = { joint, block, first, size, at };
    at += joint ? size * size : size;
    return unit;
  });
}

/** Numbers of all units, and the tests that they make. */
export function extentOf(units: readonly Unit[]): { readonly numbers: number; readonly tests: number } {
  return {
    numbers: units.reduce((sum, { joint, size }) => sum + (joint ? size * size : size), 0),
    tests: units.reduce((sum, { joint, size }) => sum + (joint ? 1 : size), 0),
  };
}

/** What lies in the region `information`, packed; memory and prior must be nothing. */
export function packed(artefact: Artefact, units: readonly Unit[]): Float64Array {
  const result = new Float64Array(extentOf(units).numbers);
  const { blocks, layout } = artefact.step;
  if (units.some(({ joint }) => !joint)) artefact.run("diagonal", 0);
  const diagonal = stateOf(artefact, "diagonal");
  for (const { joint, block, first, size, at } of units) {
    const { information, form } = blocks[block] as (typeof blocks)[number];
    const from = information.offset - layout.state.information.offset;
    const own = stateOf(artefact, "information").slice(from, from + information.length);
    if (joint) result.set(structureOf(form).toDense(own, blockAt(artefact, block)), at);
    else result.set(diagonal.subarray(first, first + size), at);
  }
  return result;
}

/** Memory and prior, packed. */
export function packedTotal(artefact: Artefact, units: readonly Unit[]): Float64Array {
  const result = new Float64Array(extentOf(units).numbers);
  stateOf(artefact, "information").fill(0);
  if (units.some(({ joint }) => !joint)) artefact.run("diagonal", 0);
  const diagonal = stateOf(artefact, "diagonal");
  for (const { joint, block, first, size, at } of units)
    result.set(joint ? blockInformation(artefact, block) : diagonal.subarray(first, first + size), at);
  return result;
}

/** J + J I⁻¹ J, unit by unit; null where I has no inverse. */
export function varianceOf(units: readonly Unit[], own: Float64Array, total: Float64Array): Float64Array | null {
  const variance = own.slice();
  for (const { joint, size, at } of units) {
    if (!joint) {
      for (let i = at; i < at + size; i++) {
        const [j, d] = [own[i] as number, total[i] as number];
        if (j !== 0 && !(d > 0)) return null;
        if (j !== 0) variance[i] = j + (j * j) / d;
      }
      continue;
    }
    const { root, kept } = triangle(total.subarray(at, at + size * size), size);
    if (kept.length < size) return null;
    // columns of L⁻¹ J
    const half = Array.from({ length: size }, (_, k) =>
      forward(root, kept, own.subarray(at + k * size, at + (k + 1) * size)),
    );
    for (let i = 0; i < size; i++)
      for (let k = 0; k <= i; k++) {
        const sum = dot(half[i] as Float64Array, half[k] as Float64Array);
        variance[at + i * size + k] = (variance[at + i * size + k] as number) + sum;
        if (k < i) variance[at + k * size + i] = variance[at + i * size + k] as number;
      }
  }
  return variance;
}

/** One of the tests that units make. */
export interface Finding {
  /** χ² with so many degrees of freedom. */
  readonly statistic: number;
  readonly degrees: number;
  /** The coordinates that it tests. */
  readonly first: number;
  readonly size: number;
}

export function testsOf(units: readonly Unit[], { score, variance }: Evidence): readonly Finding[] {
  return units.flatMap(({ joint, first, size, at }): Finding[] => {
    if (!joint)
      return Array.from({ length: size }, (_, i) => {
        const [s, v] = [score[first + i] as number, variance[at + i] as number];
        return { statistic: v > 0 ? (s * s) / v : 0, degrees: v > 0 ? 1 : 0, first: first + i, size: 1 };
      });
    const { root, kept } = triangle(variance.subarray(at, at + size * size), size);
    const half = forward(root, kept, score.subarray(first, first + size));
    return [{ statistic: dot(half, half), degrees: kept.length, first, size }];
  });
}

/** By how much each coordinate seems to have moved, and that in its own standard errors. */
export function moves(
  units: readonly Unit[],
  { score, variance, information }: Evidence,
): { readonly shifts: Float64Array; readonly sizes: Float64Array } {
  const [shifts, sizes] = [new Float64Array(score.length), new Float64Array(score.length)];
  for (const { joint, first, size, at } of units) {
    if (!joint) {
      for (let i = 0; i < size; i++) {
        const [s, v, j] = [score[first + i] as number, variance[at + i] as number, information[at + i] as number];
        shifts[first + i] = j > 0 ? s / j : 0;
        sizes[first + i] = v > 0 ? s / Math.sqrt(v) : 0;
      }
      continue;
    }
    // of coordinates about which these rows tell something: J⁻¹ s, whose variance is J⁻¹ V J⁻¹
    const { root, kept } = triangle(information.subarray(at, at + size * size), size);
    const inverse = inverseOf(root, kept, size);
    for (let i = 0; i < size; i++) {
      const row = inverse.subarray(i * size, (i + 1) * size);
      const shift = dot(row, score.subarray(first, first + size));
      let square = 0;
      for (let k = 0; k < size; k++)
        square += (row[k] as number) * dot(row, variance.subarray(at + k * size, at + (k + 1) * size));
      shifts[first + i] = shift;
      sizes[first + i] = square > 0 ? shift / Math.sqrt(square) : 0;
    }
  }
  return { shifts, sizes };
}

/** Sums of what stretches say that follow one another. */
export function together(a: Evidence, b: Evidence): Evidence {
  const sum = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => value + (y[i] as number));
  return {
    score: sum(a.score, b.score),
    variance: sum(a.variance, b.variance),
    information: sum(a.information, b.information),
  };
}

/** L of a positive semi-definite matrix, row-major, over the coordinates `kept` that tell anything of their own. */
function triangle(
  dense: Float64Array,
  size: number,
): { readonly root: Float64Array; readonly kept: readonly number[] } {
  const root = new Float64Array(size * size);
  const kept: number[] = [];
  for (let i = 0; i < size; i++) {
    const own = dense[i * size + i] as number;
    if (!(own > 0)) continue;
    let left = own;
    for (const [a, k] of kept.entries()) {
      let sum = dense[i * size + k] as number;
      for (let b = 0; b < a; b++) {
        const m = kept[b] as number;
        sum -= (root[i * size + m] as number) * (root[k * size + m] as number);
      }
      const value = sum / (root[k * size + k] as number);
      root[i * size + k] = value;
      left -= value * value;
    }
    if (!(left > rounding * own)) {
      root.fill(0, i * size, (i + 1) * size);
      continue;
    }
    root[i * size + i] = Math.sqrt(left);
    kept.push(i);
  }
  return { root, kept };
}

/** L⁻¹ source over the coordinates that were kept. */
function forward(root: Float64Array, kept: readonly number[], source: Float64Array): Float64Array {
  const size = source.length;
  const result = new Float64Array(kept.length);
  for (const [a, i] of kept.entries()) {
    let sum = source[i] as number;
    for (let b = 0; b < a; b++) sum -= (root[i * size + (kept[b] as number)] as number) * (result[b] as number);
    result[a] = sum / (root[i * size + i] as number);
  }
  return result;
}

/** (L Lᵀ)⁻¹ over the coordinates that were kept, 0 elsewhere. */
function inverseOf(root: Float64Array, kept: readonly number[], size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  const columns = kept.map((i) => {
    const unit = new Float64Array(size);
    unit[i] = 1;
    return forward(root, kept, unit);
  });
  for (const [a, i] of kept.entries())
    for (const [b, k] of kept.entries())
      inverse[i * size + k] = dot(columns[a] as Float64Array, columns[b] as Float64Array);
  return inverse;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
