// A family's lines for many points and responses: the caller's lists go through the columns of the family's program in
// batches, and results come back as lists.

import type { ForwardBuilt } from "../compile.ts";
import type { Region, RowProcedure } from "../ir/index.ts";
import type { Points } from "./points.ts";

type Family = ForwardBuilt["families"][number];

export interface Evaluator {
  readonly hasMoments: boolean;
  readonly hasDistribution: boolean;
  /** Number of all responses there are; null where they are not listed. */
  readonly levels: number | null;
  /** Mean and variance at each point; NaN where the family does not state one. */
  readonly moments: (points: Points) => { readonly mean: Float64Array; readonly variance: Float64Array };
  /** Probability of each level at each point, level after level. */
  readonly levelsAt: (points: Points) => Float64Array;
  /**
   * Σ over the points of a cell of weight × density (or distribution function): for each i, at response y[i] of cell
   * cells[i]. What is not a number counts as 0.
   */
  readonly mixed: (
    what: "density" | "distribution",
    points: Points,
    cells: ArrayLike<number>,
    y: Float64Array,
  ) => Float64Array;
  /** Log of the mixed density, without underflow; −∞ where it is 0. */
  readonly logMixed: (points: Points, cells: ArrayLike<number>, y: Float64Array) => Float64Array;
}

/** An evaluator over a built family. */
export function evaluator({ response, artefact }: Family): Evaluator {
  const { memory, step } = artefact;
  const { capacity } = step.layout;
  // where each number that the family takes has its column
  const columns = response.arguments.flatMap(({ offset, length }) =>
    Array.from({ length: length / capacity }, (_, k) => offset + k * capacity),
  );
  const result = (region: Region | null): Float64Array | null =>
    region === null ? null : memory.subarray(region.offset, region.offset + capacity);
  const [logpdf, cdf] = [result(response.logpdf) as Float64Array, result(response.cdf)];
  const [mean, variance] = [result(response.mean), result(response.variance)];
  const y = memory.subarray(response.response.offset, response.response.offset + capacity);

  /** Runs a procedure for all points in turn; `take` gets the first point of a batch and their number. */
  const overPoints = (procedure: RowProcedure, points: Points, take: (first: number, count: number) => void): void => {
    const total = points.weights.length;
    for (let first = 0; first < total; first += capacity) {
      const count = Math.min(capacity, total - first);
      for (const [k, values] of points.values.entries())
        memory.set(values.subarray(first, first + count), columns[k] as number);
      artefact.run(procedure, count);
      take(first, count);
    }
  };

  /** Runs a procedure for every point of each listed cell; `take` gets list position, weight and place of the result. */
  const overCells = (
    procedure: RowProcedure,
    points: Points,
    cells: ArrayLike<number>,
    responses: Float64Array,
    take: (position: number, weight: number, place: number) => void,
  ): void => {
    const [places, owners] = [new Int32Array(capacity), new Int32Array(capacity)];
    let filled = 0;
    const flush = (): void => {
      for (const [k, values] of points.values.entries()) {
        const column = columns[k] as number;
        for (let i = 0; i < filled; i++) memory[column + i] = values[places[i] as number] as number;
      }
      for (let i = 0; i < filled; i++) y[i] = responses[owners[i] as number] as number;
      artefact.run(procedure, filled);
      for (let i = 0; i < filled; i++) take(owners[i] as number, points.weights[places[i] as number] as number, i);
      filled = 0;
    };
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as number;
      const end = points.starts[cell + 1] as number;
      for (let q = points.starts[cell] as number; q < end; q++) {
        places[filled] = q;
        owners[filled] = i;
        filled += 1;
        if (filled === capacity) flush();
      }
    }
    if (filled > 0) flush();
  };

  return {
    hasMoments: mean !== null && variance !== null,
    hasDistribution: cdf !== null,
    levels: response.levels?.count ?? null,
    moments(points) {
      const total = points.weights.length;
      const [means, variances] = [new Float64Array(total), new Float64Array(total)];
      overPoints("moments", points, (first, count) => {
        for (let i = 0; i < count; i++) {
          means[first + i] = mean?.[i] ?? Number.NaN;
          variances[first + i] = variance?.[i] ?? Number.NaN;
        }
      });
      return { mean: means, variance: variances };
    },
    levelsAt(points) {
      const { region, count: levels } = response.levels ?? { region: response.logpdf, count: 0 };
      const total = points.weights.length;
      const all = new Float64Array(levels * total);
      overPoints("levels", points, (first, count) => {
        for (let k = 0; k < levels; k++) {
          const from = region.offset + k * capacity;
          all.set(memory.subarray(from, from + count), k * total + first);
        }
      });
      return all;
    },
    mixed(what, points, cells, responses) {
      const sums = new Float64Array(cells.length);
      const values = what === "density" ? logpdf : (cdf as Float64Array);
      overCells(what, points, cells, responses, (position, weight, place) => {
        const value = what === "density" ? Math.exp(values[place] as number) : (values[place] as number);
        if (!Number.isNaN(value)) sums[position] = (sums[position] as number) + weight * value;
      });
      return sums;
    },
    logMixed(points, cells, responses) {
      const tops = new Float64Array(cells.length).fill(Number.NEGATIVE_INFINITY);
      const sums = new Float64Array(cells.length);
      overCells("density", points, cells, responses, (position, weight, place) => {
        const value = logpdf[place] as number;
        if (Number.isNaN(value) || value === Number.NEGATIVE_INFINITY) return;
        const top = tops[position] as number;
        if (value > top) {
          sums[position] = (sums[position] as number) * Math.exp(top - value) + weight;
          tops[position] = value;
        } else sums[position] = (sums[position] as number) + weight * Math.exp(value - top);
      });
      return sums.map((sum, i) => (sum > 0 ? (tops[i] as number) + Math.log(sum) : Number.NEGATIVE_INFINITY));
    },
  };
}
