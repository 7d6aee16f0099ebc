// Rows to predictive distributions: the forward pass of a batch at φ̂, what is not known of its arguments by the covariance
// (or by draws of φ), and the family of each statement mixed over that.

import { buildForward, type Compiled, type ForwardBuilt } from "../compile.ts";
import { type Batch, type Bindings, type Node, type Region, random } from "../ir/index.ts";
import { normalQuantile } from "../reports/index.ts";
import type { RunOptions } from "../runtime/index.ts";
import { type Evaluator, evaluator } from "./evaluator.ts";
import { type Arguments, atEstimate, fromDraws, linearised, type Points } from "./points.ts";
import type { Posterior } from "./posterior.ts";
import { type Predictive, predictive } from "./predictive.ts";
import { scaleOf } from "./scales.ts";
import type { Support } from "./tables.ts";

/** At the estimate; its uncertainty carried over by the Jacobian; or by draws of φ. */
export type PredictiveKind = "plugin" | "linearised" | "sampled";

export interface PredictorOptions {
  readonly predictive: PredictiveKind;
  /** Draws of φ, for `sampled`. */
  readonly draws: number;
  readonly seed: number;
  /** Probability of intervals. */
  readonly interval: number;
  readonly backend: RunOptions["backend"];
  readonly exact: boolean;
}

/** A statement that can be foretold. */
export interface ForetoldStatement {
  /** As it is written. */
  readonly text: string;
  /** Its left side. */
  readonly response: string;
  /** Elements of the response of a row. */
  readonly elements: number;
  readonly discrete: boolean;
  /** The data item that the response is, where it is one by itself. */
  readonly item: string | null;
  /** Of the responses: levels of a category, by their names; the numbers of a binary response; null for others. */
  readonly levels: readonly string[] | null;
  readonly category: boolean;
  readonly support: Support;
}

/** A statement's distributions for rows: a cell an element and row, element after element. */
export interface Foretold {
  readonly rows: number;
  readonly predictive: Predictive;
  /** 0 where the statement does not apply; null where it always does. */
  readonly applies: Uint8Array | null;
  /** 1 for rows whose arguments are not finite numbers where the statement applies; null where all are. */
  readonly broken: Uint8Array | null;
  /** The same rows at the estimate alone. */
  readonly plain: () => Predictive;
}

/** Responses as they were observed, a value a cell; `present` is 0 where there is none. */
export interface Observed {
  readonly response: Float64Array;
  readonly present: Uint8Array | null;
}

export interface Predictor {
  readonly statements: readonly ForetoldStatement[];
  /** Data items that rows to be foretold must have, and those that only observed rows have. */
  readonly inputs: ReadonlySet<string>;
  readonly observed: ReadonlySet<string>;
  /** Most rows of a batch. */
  readonly capacity: number;
  /** Takes another estimate of the same model. */
  readonly renew: (posterior: Posterior) => void;
  readonly predict: (batch: Batch) => readonly Foretold[];
  /** Responses of a batch, statement by statement. */
  readonly responses: (batch: Batch) => readonly Observed[];
}

/** Points of draws that are held at once, for each number that a family takes. */
const drawnRoom = 1 << 20;

/** Builds the forward pass of a model whose sizes are known, and predicts by a Gaussian of φ. */
export function predictor(
  compiled: Compiled,
  bindings: Bindings,
  first: Posterior,
  options: PredictorOptions,
): Predictor {
  const linear = options.predictive === "linearised";
  const built = buildForward(compiled, bindings, {
    parameters: first.parameters,
    covariance: linear && first.dense !== null,
    factors: false,
    target: "likelihood",
    backend: options.backend,
    exact: options.exact,
  });
  const { forward, artefact } = built;
  const { layout } = forward.step;
  fix(built, bindings);
  const draws = Math.max(2, options.draws);
  const widest = forward.statements.reduce((n, s) => Math.max(n, s.elements), 1);
  const capacity =
    options.predictive === "sampled"
      ? Math.max(1, Math.min(layout.capacity, Math.floor(drawnRoom / (draws * widest))))
      : layout.capacity;
  const families = built.families.map((family) => evaluator(family));
  const parts = forward.statements.map(({ term }, k) => {
    const { op, attributes } = compiled.density.graph.nodes[term.response] as Node;
    return partOf(built, k, families[k] as Evaluator, op === "column" ? (attributes.name ?? null) : null);
  });
  const z = normalQuantile(0.5 + options.interval / 2);
  let posterior = first;
  let drawn: readonly Float64Array[] = [];
  const renew = (next: Posterior): void => {
    posterior = next;
    const { dense, phi } = next;
    setPhi(phi);
    if (options.predictive === "sampled") drawn = drawsOf(next, draws, options.seed);
    if (linear && dense !== null)
      for (const { covariance, coordinates } of forward.statements) {
        const n = coordinates.length;
        for (const [i, row] of coordinates.entries())
          for (const [j, column] of coordinates.entries())
            artefact.memory[covariance.offset + i * n + j] = dense[row * phi.length + column] as number;
      }
  };
  const setPhi = (phi: Float64Array): void => artefact.memory.set(phi, layout.state.phi.offset);
  renew(first);

  const predict = (batch: Batch): readonly Foretold[] => {
    load(built, batch, forward.inputs);
    const { rows } = batch;
    artefact.run(linear ? "linearise" : "arguments", rows);
    const at = parts.map((part) => part.argumentsAt(rows));
    const inverses =
      linear && posterior.dense === null
        ? posterior.withInverse(({ solve }) => parts.map((part) => part.covarianceBy(solve, rows)))
        : null;
    const applying = parts.map((part) => part.applies(rows));
    const spread = options.predictive === "sampled" ? sampled(rows) : null;
    return parts.map((part, k): Foretold => {
      const values = at[k] as readonly Float64Array[];
      const args: Arguments = {
        cells: rows * part.statement.elements,
        values,
        active: part.active,
        covariance: linear ? (inverses?.[k] ?? part.covariance(rows)) : [],
        scales: part.scales,
        simplex: part.simplex,
      };
      let plain: Predictive | null = null;
      const points = pointsOf(args, part, spread === null ? null : (spread[k] as readonly (readonly Float64Array[])[]));
      const common = {
        family: part.family,
        support: part.statement.support,
        interval: options.interval,
        z,
      };
      return {
        rows,
        predictive: predictive({ ...common, points, drawn: spread !== null }),
        applies: applying[k] as Uint8Array | null,
        broken: brokenRows(values, applying[k] as Uint8Array | null, rows),
        plain() {
          plain ??= predictive({ ...common, points: atEstimate(args), drawn: false });
          return plain;
        },
      };
    });
  };

  const pointsOf = (args: Arguments, part: Part, spread: readonly (readonly Float64Array[])[] | null): Points => {
    if (spread !== null) return fromDraws(args.cells, spread);
    return linear ? linearised(args, part.family, z) : atEstimate(args);
  };

  /** Arguments at every draw of φ, by statement. */
  const sampled = (rows: number): (readonly (readonly Float64Array[])[])[] => {
    const all = parts.map((): (readonly Float64Array[])[] => []);
    for (const phi of drawn) {
      setPhi(phi);
      artefact.run("arguments", rows);
      for (const [k, part] of parts.entries()) all[k]?.push(part.argumentsAt(rows));
    }
    setPhi(posterior.phi);
    return all;
  };

  return {
    statements: parts.map(({ statement }) => named(statement, bindings)),
    inputs: forward.inputs,
    observed: forward.observed,
    capacity,
    renew,
    predict,
    responses(batch) {
      load(built, batch, new Set([...forward.inputs, ...forward.observed]));
      artefact.run("responses", batch.rows);
      return parts.map((part) => part.observed(batch.rows));
    },
  };
}

function drawsOf({ phi, withInverse }: Posterior, count: number, seed: number): readonly Float64Array[] {
  const { normal } = random(seed, "predictive");
  return withInverse(({ spread }) =>
    Array.from({ length: count }, () => {
      const moved = spread(phi.map(() => normal()));
      return phi.map((x, i) => x + (moved[i] as number));
    }),
  );
}

/** Puts what is the same for all rows where the forward pass reads it. */
function fix({ artefact, forward }: ForwardBuilt, bindings: Bindings): void {
  const { layout } = forward.step;
  for (const [regions, values] of [
    [layout.once, bindings.once],
    [layout.learnt, bindings.learnt],
  ] as const)
    for (const [name, region] of regions) artefact.memory.set(values.get(name) ?? [], region.offset);
}

/** Puts the named columns of a batch where the forward pass reads them; others become 0. */
function load({ artefact, forward }: ForwardBuilt, { rows, columns }: Batch, names: ReadonlySet<string>): void {
  const { layout } = forward.step;
  const { memory } = artefact;
  for (const [name, { offset, length }] of layout.columns) {
    const values = names.has(name) ? columns.get(name) : undefined;
    for (let k = 0; k * layout.capacity < length; k++) {
      const to = offset + k * layout.capacity;
      if (values === undefined) memory.fill(0, to, to + rows);
      else memory.set(values.subarray(k * rows, (k + 1) * rows), to);
    }
  }
}

/** A statement with how to read its results. */
interface Part {
  readonly statement: Omit<ForetoldStatement, "levels">;
  readonly family: Evaluator;
  readonly active: readonly number[];
  readonly scales: Arguments["scales"];
  readonly simplex: boolean;
  /** A value a cell of each number that the family takes. */
  readonly argumentsAt: (rows: number) => readonly Float64Array[];
  readonly covariance: (rows: number) => readonly Float64Array[];
  readonly covarianceBy: (solve: (v: Float64Array) => Float64Array, rows: number) => readonly Float64Array[];
  readonly applies: (rows: number) => Uint8Array | null;
  readonly observed: (rows: number) => Observed;
}

function partOf({ forward, artefact }: ForwardBuilt, k: number, family: Evaluator, item: string | null): Part {
  const { memory } = artefact;
  const { capacity } = forward.step.layout;
  const statement = forward.statements[k] as (typeof forward.statements)[number];
  const { term, elements, coordinates } = statement;
  const { anyone } = term;
  if (anyone === null) throw new Error("a statement of vectors is foretold");
  // the numbers that the family takes: of an argument with a value an element, or one for each of a vector's
  const numbers = statement.arguments.flatMap((arg, j) =>
    Array.from({ length: arg.width ?? 1 }, (_, i) => ({ arg, place: arg.width === null ? null : i, domain: j })),
  );
  const active = numbers.flatMap(({ arg }, j) => (arg.jacobian === null ? [] : [j]));
  const columnAt = (region: Region, place: number, rows: number): Float64Array =>
    memory.subarray(region.offset + place * capacity, region.offset + place * capacity + rows);
  /** Cells of a number: its elements one after the other. */
  const cellsOf = (rows: number, value: (element: number) => Float64Array): Float64Array => {
    const all = new Float64Array(rows * elements);
    for (let e = 0; e < elements; e++) all.set(value(e), e * rows);
    return all;
  };
  const width = coordinates.length;
  const flagsOf = (region: Region | null, rows: number): Uint8Array | null =>
    region === null
      ? null
      : Uint8Array.from(
          cellsOf(rows, (e) => columnAt(region, e, rows)),
          (x) => (x !== 0 ? 1 : 0),
        );
  const jacobianAt = (region: Region, place: number, row: number): Float64Array => {
    const from = region.offset + place * width * capacity + row;
    return Float64Array.from({ length: width }, (_, i) => memory[from + i * capacity] as number);
  };
  return {
    statement: {
      text: term.text,
      response: term.text.slice(0, term.text.indexOf(" ~ ")),
      elements,
      discrete: anyone.support.integer || anyone.levels !== null,
      item,
      category: anyone.levels !== null,
      support: anyone.levels === null ? anyone.support : { lower: 0, upper: (family.levels ?? 1) - 1, integer: true },
    },
    family,
    active,
    scales: numbers.map(({ domain }) => scaleOf(anyone.domains[domain] as (typeof anyone.domains)[number])),
    simplex: active.length > 0 && active.every((j) => anyone.domains[numbers[j]?.domain ?? 0]?.structure === "simplex"),
    argumentsAt: (rows) =>
      numbers.map(({ arg, place }) => cellsOf(rows, (e) => columnAt(arg.values, place ?? e, rows))),
    covariance: (rows) =>
      active.flatMap((i, a) =>
        active.slice(0, a + 1).map((j) => {
          const [left, right] = [numbers[i] as (typeof numbers)[number], numbers[j] as (typeof numbers)[number]];
          return cellsOf(rows, (e) => {
            const sum = new Float64Array(rows);
            const [z, c] = [left.arg.jacobian as Region, right.arg.product as Region];
            const [from, to] = [(left.place ?? e) * width, (right.place ?? e) * width];
            for (let p = 0; p < width; p++) {
              const [x, y] = [z.offset + (from + p) * capacity, c.offset + (to + p) * capacity];
              for (let r = 0; r < rows; r++)
                sum[r] = (sum[r] as number) + (memory[x + r] as number) * (memory[y + r] as number);
            }
            return sum;
          });
        }),
      ),
    covarianceBy(solve, rows) {
      const result = active.flatMap((_, a) => active.slice(0, a + 1).map(() => new Float64Array(rows * elements)));
      const size = forward.step.size;
      for (let e = 0; e < elements; e++)
        for (let r = 0; r < rows; r++) {
          const slopes = active.map((j) => {
            const { arg, place } = numbers[j] as (typeof numbers)[number];
            return jacobianAt(arg.jacobian as Region, place ?? e, r);
          });
          const moved = slopes.map((slope) => {
            const v = new Float64Array(size);
            for (const [i, x] of slope.entries()) v[coordinates[i] as number] = x;
            return solve(v);
          });
          let at = 0;
          for (let a = 0; a < active.length; a++)
            for (let b = 0; b <= a; b++) {
              let sum = 0;
              for (const [i, c] of coordinates.entries()) sum += (slopes[a]?.[i] as number) * (moved[b]?.[c] as number);
              (result[at] as Float64Array)[e * rows + r] = sum;
              at += 1;
            }
        }
      return result;
    },
    applies: (rows) => flagsOf(statement.applies, rows),
    observed: (rows) => ({
      response: cellsOf(rows, (e) => columnAt(statement.response, e, rows)),
      present: flagsOf(statement.present, rows),
    }),
  };
}

/** Rows with an argument that is not a finite number, where the statement applies. */
function brokenRows(values: readonly Float64Array[], applies: Uint8Array | null, rows: number): Uint8Array | null {
  let broken: Uint8Array | null = null;
  for (const own of values)
    for (let c = 0; c < own.length; c++) {
      if (Number.isFinite(own[c] as number) || applies?.[c] === 0) continue;
      broken ??= new Uint8Array(rows);
      broken[c % rows] = 1;
    }
  return broken;
}

function named(statement: Omit<ForetoldStatement, "levels">, bindings: Bindings): ForetoldStatement {
  const { support, category, item } = statement;
  const levels = category && item !== null ? (bindings.levels.get(item) ?? null) : null;
  const binary = support.integer && support.lower === 0 && support.upper === 1 && !category;
  return { ...statement, levels: levels ?? (binary ? ["0", "1"] : null) };
}
