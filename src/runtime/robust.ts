// Which of several parts to trust when up to `count` of them may be bad (mathematics.md §7): geometric medians of their
// informations for a row and of their estimates, in the metric of that information. A median of estimates alone would be
// drawn towards the bad ones by a good part of a standard error, so that it only judges: parts that are farther from it than
// chance explains are set aside, `count` of them at most, and the others add as ever.

import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { type Block, structureOf } from "../structures/index.ts";
import type { Remembered } from "./combine.ts";
import { blockAt, blockInformation } from "./dense.ts";
import { nameOf } from "./diagnose.ts";
import { medianInformation, medianPoint, type Patience, type Piece, type Pieces } from "./median.ts";
import type { Program } from "./program.ts";
import { stateOf } from "./regions.ts";

/** What a judgement came to. */
export type Verdict =
  | {
      readonly kind: "verdict";
      /** Share of each part that counts: 0 for those set aside, below 1 for those with far more rows than the others. */
      readonly shares: readonly number[];
      /** How far each part is from the medians, in units of what chance explains. */
      readonly distances: readonly number[];
      readonly limit: number;
    }
  | { readonly kind: "refused"; readonly reason: string };

/** Coordinates up to which matrices are made, and above which medians are sought with less patience. */
const [largest, large] = [500, 120];

/** Judges parts, up to `count` of which may be bad. */
export function robustly(program: Program, parts: readonly Remembered[], count: number): Verdict {
  const refuse = (reason: string): Verdict => ({ kind: "refused", reason });
  const { artefact } = program;
  const { size } = artefact.step;
  const filled = parts.map((_, k) => k).filter((k) => (parts[k] as Remembered).rows > 0);
  const total = filled.length;
  if (!Number.isInteger(count) || count < 0) return refuse("the number of bad parts is a whole number");
  if (total < 3) return refuse(`it takes three parts or more, and there are ${total}`);
  if (2 * count >= total) return refuse(`fewer than half of the parts may be bad, and there are ${total}`);
  if (size > largest)
    return refuse(`it makes dense matrices, for ${largest} coordinates at most, and there are ${size}`);
  const centre = coordinateMedian(filled.map((k) => (parts[k] as Remembered).phi));
  const prior = priorAt(program, centre);
  const views = filled.map((k) => viewOf(program, parts[k] as Remembered, prior, total));
  const broken = views.flatMap((view, n) => (view.kind === "broken" ? [{ n, view }] : []));
  if (broken.length > count) {
    const [first] = broken;
    return refuse(
      `part ${(filled[first?.n ?? 0] as number) + 1} can't tell ${first?.view.what ?? ""} from its rows, so that its information has no inverse`,
    );
  }
  const whole = views.flatMap((view, n) => (view.kind === "view" ? [{ ...view, n }] : []));
  const patience: Patience = size > large ? { tolerance: 1e-6, steps: 30 } : { tolerance: 1e-9, steps: 200 };
  const { median, distances: apart } = medianInformation(
    whole.map((view) => view.perRow),
    patience,
  );
  const metric = (difference: Float64Array): number => Math.sqrt(quadratic(median, difference));
  const point = medianPoint(
    whole.map((view) => view.estimate),
    metric,
    patience,
  );
  const rows = filled.map((k) => (parts[k] as Remembered).rows);
  const cap = [...rows].sort((a, b) => b - a)[count] as number;
  const squares = whole.map(({ estimate, n }) => {
    const gap = metric(estimate.map((x, i) => x - (point[i] as number)));
    return Math.min(rows[n] as number, cap) * gap * gap;
  });
  // parts that differ among themselves by more than their informations say are judged by how they differ
  const usual = Math.max(1, middle(squares) / (size * (1 - 2 / (9 * size)) ** 3));
  const limits = {
    square: usual * size * (1 - 2 / (9 * size) + 3.3 * Math.sqrt(2 / (9 * size))) ** 3,
    apart: 3 * middle(apart) + Math.log(1.5) * Math.sqrt(size),
  };
  const distances: number[] = filled.map(() => Number.MAX_VALUE);
  for (const [m, { n }] of whole.entries()) {
    const far = Math.max(Math.sqrt((squares[m] as number) / limits.square), (apart[m] as number) / limits.apart);
    if (Number.isFinite(far)) distances[n] = far;
  }
  const aside = new Set(
    filled
      .map((_, n) => n)
      .filter((n) => (distances[n] as number) > 1)
      .sort((a, b) => (distances[b] as number) - (distances[a] as number))
      .slice(0, count),
  );
  const shares = parts.map(() => 0);
  for (const [n, k] of filled.entries()) if (!aside.has(n)) shares[k] = Math.min(1, cap / (rows[n] as number));
  return { kind: "verdict", shares, distances, limit: 1 };
}

function coordinateMedian(points: readonly Float64Array[]): Float64Array {
  return (points[0] as Float64Array).map((_, i) => middle(points.map((p) => p[i] as number)));
}

function middle(values: readonly number[]): number {
  const sorted = [...values].filter((x) => !Number.isNaN(x)).sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/** A part as the medians see it. */
type View =
  | { readonly kind: "view"; readonly perRow: Pieces; readonly estimate: Float64Array }
  | { readonly kind: "broken"; readonly what: string };

/** The prior's information at a point, block by block, dense or as a diagonal. */
function priorAt(program: Program, phi: Float64Array): readonly Float64Array[] {
  const { artefact } = program;
  for (const name of ["memory", "information"] as const) stateOf(artefact, name).fill(0);
  stateOf(artefact, "phi").set(phi);
  artefact.run("prior", 0);
  return artefact.step.blocks.map((_, k) => {
    const block = blockAt(artefact, k);
    if (!isDiagonal(block)) return blockInformation(artefact, k);
    const { offset } = artefact.step.layout.state.priorDiagonal;
    return artefact.memory.slice(offset + block.first, offset + block.first + block.size);
  });
}

function isDiagonal({ form }: Block): boolean {
  return form.kind === "diagonal" || form.kind === "scalar";
}

/**
 * Information for a row and estimate of a part that has its share of the prior, one of `total`: the parts' shares make up
 * the whole, and a direction that only the prior holds has an inverse.
 */
function viewOf(program: Program, part: Remembered, prior: readonly Float64Array[], total: number): View {
  const { artefact } = program;
  const { state } = artefact.step.layout;
  stateOf(artefact, "phi").set(part.phi);
  artefact.run("prior", 0);
  const slope = stateOf(artefact, "priorScore");
  const score = part.gradient.map((g, i) => g + (slope[i] as number) / total);
  const estimate = part.phi.slice();
  const pieces: Piece[] = [];
  for (const [k, { memory: region }] of artefact.step.blocks.entries()) {
    const block = blockAt(artefact, k);
    const { first, size } = block;
    const own = part.memory.slice(
      region.offset - state.memory.offset,
      region.offset - state.memory.offset + region.length,
    );
    const added = prior[k] as Float64Array;
    if (isDiagonal(block)) {
      const diagonal = Float64Array.from(
        { length: size },
        (_, i) => (own[block.form.kind === "scalar" ? 0 : i] as number) + (added[i] as number) / total,
      );
      for (const [i, value] of diagonal.entries()) {
        if (!(value > 0 && value < Number.POSITIVE_INFINITY))
          return { kind: "broken", what: nameOf(program, first + i) };
        estimate[first + i] = (estimate[first + i] as number) + (score[first + i] as number) / value;
      }
      pieces.push({ kind: "diagonal", size, values: diagonal.map((x) => x / part.rows) });
      continue;
    }
    const dense = structureOf(block.form)
      .toDense(own, block)
      .map((x, at) => x + (added[at] as number) / total);
    const scale = Float64Array.from({ length: size }, (_, i) => Math.sqrt(dense[i * size + i] as number));
    const bare = scale.findIndex((x) => !(x > 0 && x < Number.POSITIVE_INFINITY));
    if (bare >= 0) return { kind: "broken", what: nameOf(program, first + bare) };
    const unit = dense.map((x, at) => x / ((scale[Math.floor(at / size)] as number) * (scale[at % size] as number)));
    const factor = new CholeskyDecomposition(Matrix.from1DArray(size, size, unit));
    if (!factor.isPositiveDefinite() || !unit.every(Number.isFinite) || leastPivot(factor) < 1e-12)
      return { kind: "broken", what: `a direction of ${block.parameters.map((p) => p.name).join(", ")}` };
    const right = Matrix.columnVector(Array.from(scale, (s, i) => (score[first + i] as number) / s));
    const step = factor.solve(right).to1DArray();
    for (const [i, x] of step.entries())
      estimate[first + i] = (estimate[first + i] as number) + x / (scale[i] as number);
    pieces.push({ kind: "dense", size, values: dense.map((x) => x / part.rows) });
  }
  return estimate.every(Number.isFinite)
    ? { kind: "view", perRow: pieces, estimate }
    : { kind: "broken", what: "a finite estimate" };
}

function leastPivot(factor: CholeskyDecomposition): number {
  const lower = factor.lowerTriangularMatrix;
  return Math.min(...Array.from({ length: lower.rows }, (_, i) => lower.get(i, i) ** 2));
}

/** xᵀ M x */
function quadratic(pieces: Pieces, x: Float64Array): number {
  let [sum, at] = [0, 0];
  for (const { kind, size, values } of pieces) {
    for (let i = 0; i < size; i++) {
      const xi = x[at + i] as number;
      if (kind === "diagonal") sum += (values[i] as number) * xi * xi;
      else for (let j = 0; j < size; j++) sum += (values[i * size + j] as number) * xi * (x[at + j] as number);
    }
    at += size;
  }
  return sum;
}
