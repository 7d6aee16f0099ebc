// Two spreads of an estimate about the truth: the inverse information, which trusts the model, and the sandwich
// I⁻¹ (Σ s sᵀ) I⁻¹, which does not. And a word where they differ.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";

/** A covariance over φ, by what is asked of it. */
export interface Spread {
  variance(coordinate: number): number;
  /** Of neighbouring coordinates, row-major. */
  covariance(first: number, count: number): Float64Array;
  /** Variance of vᵀφ. */
  along(v: Float64Array): number;
}

/** The sandwich of I⁻¹, by its solver, and of Σ s sᵀ, size × size. */
export function sandwich(solve: (v: Float64Array) => Float64Array, scores: Float64Array): Spread {
  const size = Math.sqrt(scores.length);
  const between = (u: Float64Array, v: Float64Array): number => {
    let total = 0;
    for (let i = 0; i < size; i++) {
      let row = 0;
      for (let j = 0; j < size; j++) row += (scores[i * size + j] as number) * (v[j] as number);
      total += (u[i] as number) * row;
    }
    return total;
  };
  const column = (k: number): Float64Array => {
    const unit = new Float64Array(size);
    unit[k] = 1;
    return solve(unit);
  };
  const along = (v: Float64Array): number => {
    const moved = solve(v);
    return between(moved, moved);
  };
  return {
    along,
    variance(k) {
      const own = column(k);
      return between(own, own);
    },
    covariance(first, count) {
      const columns = Array.from({ length: count }, (_, k) => column(first + k));
      return Float64Array.from({ length: count * count }, (_, at) =>
        between(columns[Math.floor(at / count)] as Float64Array, columns[at % count] as Float64Array),
      );
    },
  };
}

/** Ratio of the two standard errors past which a word is said. */
const ratio = 1.3;
/** Rows with a score of the parameter that it takes, at least, and for each parameter of the model. */
const [least, each] = [100, 10];
/** Share of the prior in a coordinate's information above which an estimate is drawn in, and its scores with it. */
const drawnIn = 0.1;
/** Names in one message. */
const named = 4;

/** What the two spreads of a coordinate are to be told apart by. */
export interface Doubt {
  /** The element of a parameter, as it is written. */
  readonly name: string;
  readonly coordinate: number;
}

/**
 * A warning where rows vary otherwise than the model says: where the sandwich is not I⁻¹ D I⁻¹, which it would be, D being
 * I without the prior's curvature `prior`.
 */
export function disagreement(
  elements: readonly Doubt[],
  solve: (v: Float64Array) => Float64Array,
  robust: Spread,
  prior: Float64Array,
  counts: Float64Array,
): readonly Diagnostic[] {
  const found = elements.flatMap(({ name, coordinate }) => {
    if ((counts[coordinate] as number) < Math.max(least, each * counts.length)) return [];
    const unit = new Float64Array(counts.length);
    unit[coordinate] = 1;
    const column = solve(unit);
    let expected = column[coordinate] as number;
    if (expected * (prior[coordinate] as number) > drawnIn) return [];
    for (const [i, x] of column.entries()) expected -= x * x * (prior[i] as number);
    const times = Math.sqrt(robust.variance(coordinate) / expected);
    return Math.abs(Math.log(times)) > Math.log(ratio) ? [`\`${name}\` (${times.toPrecision(3)})`] : [];
  });
  if (found.length === 0) return [];
  const more = found.length > named ? [`${found.length - named} more`] : [];
  return [diagnose("FF610", null, { names: [...found.slice(0, named), ...more].join(", ") })];
}
