// A structure on its own: a Step made by hand from groups of score factors over random columns, run on any target, and
// the same sums by the evaluator a row at a time, which knows nothing of structures; with the dense algebra to judge by.

import { determinant, EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import type { Backend } from "../../src/emit/index.ts";
import { emit } from "../../src/emit/index.ts";
import {
  elements,
  evaluator,
  type FactorGroup,
  type Form,
  GraphBuilder,
  type Instruction,
  known,
  type LeafValue,
  type NodeId,
  type Plan,
  type ProcedureName,
  type Region,
  random,
  type StateName,
  scalar,
} from "../../src/ir/index.ts";
import { type Bound, lower } from "../../src/lower/index.ts";
import { type Block, structureOf } from "../../src/structures/index.ts";

/** Score factors to keep: parameters with their shapes, columns with theirs, and the groups over them. */
export interface Factory {
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly groups: (g: GraphBuilder) => readonly FactorGroup[];
}

/** Parameters that share a block, and how it is kept. */
export interface FormedBlock {
  readonly parameters: readonly string[];
  readonly form: Form;
}

/** Columns by name, element k of a vector at values[k * rows + row]. */
export interface Rows {
  readonly rows: number;
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

export interface Bench {
  readonly size: number;
  /** Forgets everything. */
  readonly clear: () => void;
  readonly state: (name: StateName) => Float64Array;
  readonly run: (name: ProcedureName, rows?: number) => void;
  /** information += that of the rows; batches longer than the capacity are cut. */
  readonly accumulate: (rows: Rows) => void;
  /** memory += information, which is then forgotten. */
  readonly absorb: () => void;
  /** memory ← factor · memory */
  readonly scale: (factor: number) => void;
  /** Factorises memory + information + diag(damping); the status of each block. */
  readonly factorize: (damping?: readonly number[]) => readonly number[];
  /** factor⁻¹ source; `score` is the part of it that the rows of the information brought. */
  readonly solve: (source: readonly number[], score?: readonly number[]) => number[];
  /** memory · v */
  readonly multiply: (v: readonly number[]) => number[];
  readonly invert: () => { readonly variance: number[]; readonly logdet: number };
  /** Diagonal of memory + information. */
  readonly diagonal: () => number[];
  readonly sample: (normals: readonly number[]) => number[];
  /** A region kept in the structures, as a dense matrix over φ. */
  readonly dense: (which: "information" | "memory") => number[][];
  /** The dense information and the score of rows, by the evaluator. */
  readonly oracle: (rows: Rows) => { readonly information: number[][]; readonly score: number[] };
}

const origin = { source: { path: "harness.ffm", text: "" }, start: 0, end: 0 };

/** Builds the factory's groups, kept in the given blocks, on a target. */
export function bench(factory: Factory, blocks: readonly FormedBlock[], backend: Backend = "js", capacity = 16): Bench {
  const graph = new GraphBuilder();
  const zero = graph.constant(0);
  const groups = factory.groups(graph);
  const bound: Bound = {
    kind: "derivatives",
    graph,
    parameters: Object.entries(factory.parameters).map(([name, shape]) => ({
      name,
      doc: null,
      span: origin as never,
      transform: { kind: "identity" },
      shape,
      freeShape: shape,
      value: graph.param(name, shape),
      logJacobian: null,
      init: null,
    })),
    row: {
      value: zero,
      gradient: new Map(),
      factors: { expected: groups, empirical: groups, sampled: groups },
      curvature: new Map(),
    },
    once: { value: zero, gradient: new Map(), diagonal: new Map(), dense: new Map(), separable: new Set() },
    reports: [],
    learnt: [],
    notes: [],
  };
  const free = { flopsPerRow: 0, secondsPerRow: 0, bytes: 0 };
  const sizeOf = (name: string): number => elements(factory.parameters[name]);
  const plan: Plan = {
    kind: "plan",
    information: "expected",
    draws: 1,
    blocks: blocks.map(({ parameters, form }) => ({
      ...free,
      parameters,
      size: parameters.reduce((sum, name) => sum + sizeOf(name), 0),
      structure: form.kind,
      form,
      loss: 0,
      reason: "",
      candidates: [],
    })),
    batchRows: capacity,
    precision: "double",
    notes: [],
    ...free,
  };
  const lowered = lower(bound, plan, { columns: new Map(Object.entries(factory.columns)), once: new Map() });
  const { layout, size } = lowered;
  const blockOf = (k: number): Block => {
    const { first, size: width, form, parameters } = lowered.blocks[k];
    return { first, size: width, form, parameters: lowered.parameters.filter((p) => parameters.includes(p.name)) };
  };
  // no procedure scales a memory alone: the one of starting values, empty here, is made to
  const factorAt = layout.control.factor;
  let length = layout.length;
  const scaling: Instruction[] = [];
  for (const [k, { memory }] of lowered.blocks.entries()) {
    const sink = {
      graph,
      capacity,
      precision: "double" as const,
      emit: (instruction: Instruction) => void scaling.push(instruction),
      scratch: (name: string, wanted: number): Region => {
        const region = { name, offset: length, length: wanted };
        length += wanted + (wanted % 2);
        return region;
      },
      lanes: () => {
        throw new Error("scaling has no lanes");
      },
    };
    const factor = { kind: "read", region: layout.state.control, at: factorAt } as const;
    structureOf(blockOf(k).form).scale(sink, blockOf(k), memory, factor);
  }
  const procedures = lowered.procedures.map((p) => (p.name === "starts" ? { ...p, instructions: scaling } : p));
  const artefact = emit({ ...lowered, layout: { ...layout, length }, procedures }, backend, true);
  const state = (name: StateName): Float64Array => {
    const { offset, length: count } = layout.state[name];
    return artefact.memory.subarray(offset, offset + count);
  };
  const run = (name: ProcedureName, rows = 0): void => artefact.run(name, rows);
  const load = ({ rows, columns }: Rows, from: number, count: number): void => {
    for (const [name, { offset, length: count_ }] of layout.columns)
      for (let k = 0; k < count_ / capacity; k++)
        for (let r = 0; r < count; r++) artefact.memory[offset + k * capacity + r] = columns[name][k * rows + from + r];
  };
  return {
    size,
    state,
    run,
    clear: () => artefact.memory.fill(0, 0),
    accumulate(rows) {
      for (let from = 0; from < rows.rows; from += capacity) {
        const count = Math.min(capacity, rows.rows - from);
        load(rows, from, count);
        run("inform", count);
      }
    },
    absorb() {
      run("absorb");
      state("information").fill(0);
    },
    scale(factor) {
      state("control")[factorAt] = factor;
      run("starts");
    },
    factorize(damping) {
      state("damping").set(damping ?? new Array<number>(size).fill(0));
      run("factorize");
      return [...state("status")];
    },
    solve(source, score) {
      state("residual").set(source);
      state("score").set(score ?? new Array<number>(size).fill(0));
      run("solve");
      return [...state("step")];
    },
    multiply(v) {
      state("direction").set(v);
      run("multiply");
      return [...state("product")];
    },
    invert() {
      run("invert");
      return { variance: [...state("variance")], logdet: state("logdet")[0] };
    },
    diagonal() {
      run("diagonal");
      return [...state("diagonal")];
    },
    sample(normals) {
      state("residual").set(normals);
      run("sample");
      return [...state("step")];
    },
    dense(which) {
      const whole = square(size);
      for (const [k, step] of lowered.blocks.entries()) {
        const { offset, length: count } = step[which];
        const block = blockOf(k);
        const values = structureOf(block.form).toDense(artefact.memory.slice(offset, offset + count), block);
        for (let i = 0; i < block.size; i++)
          for (let j = 0; j < block.size; j++) whole[block.first + i][block.first + j] = values[i * block.size + j];
      }
      return whole;
    },
    oracle(rows) {
      const information = square(size);
      const score = new Array<number>(size).fill(0);
      const firsts = new Map(lowered.parameters.map((p) => [p.name, p.first]));
      for (const group of groups) {
        const names = [...group.parts.keys()];
        const roots: NodeId[] = [group.weight, group.residual ?? zero, ...group.parts.values()];
        const values = evaluator(graph, roots);
        const lanes = group.lanes === null ? 1 : known(group.lanes);
        for (let r = 0; r < rows.rows; r++)
          for (let lane = 0; lane < lanes; lane++) {
            const [weight, residual, ...parts] = values(leaf(rows, r, lane)).map((t) => t.values);
            const z = new Array<number>(size).fill(0);
            for (const [k, name] of names.entries())
              for (const [i, x] of parts[k].entries()) z[firsts.get(name)! + i] += x;
            for (let i = 0; i < size; i++) {
              if (weight[0] !== 0) score[i] += weight[0] * residual[0] * z[i];
              for (let j = 0; j < size; j++) information[i][j] += weight[0] * z[i] * z[j];
            }
          }
      }
      return { information, score };
    },
  };
}

function leaf(rows: Rows, row: number, lane: number): LeafValue {
  return ({ op, shape, attributes: { name = "" } }) => {
    if (op === "lane") return scalar(lane);
    const length = shape.reduce<number>((n, d) => n * known(d), 1);
    const values = Array.from({ length }, (_, k) => rows.columns[name][k * rows.rows + row]);
    return { shape: shape.map(known), values };
  };
}

/** The parts [0, cut) and [cut, rows) of rows. */
export function cut(rows: Rows, at: number): [Rows, Rows] {
  const piece = (first: number, end: number): Rows => ({
    rows: end - first,
    columns: Object.fromEntries(
      Object.entries(rows.columns).map(([name, values]) => [
        name,
        Array.from({ length: values.length / rows.rows }, (_, k) =>
          values.slice(k * rows.rows + first, k * rows.rows + end),
        ).flat(),
      ]),
    ),
  });
  return [piece(0, at), piece(at, rows.rows)];
}

/** Standard normal columns from a seed; `override` replaces those of a name by its own numbers (level positions, say). */
export function randomRows(
  { columns }: Factory,
  rows: number,
  seed: number,
  override: Readonly<Record<string, (random: { uniform(): number; normal(): number }) => number>> = {},
): Rows {
  const draw = Object.entries(columns).map(([name, shape]) => {
    const stream = random(seed, name);
    const next = override[name];
    const one = next === undefined ? stream.normal : () => next(stream);
    return [name, Array.from({ length: elements(shape) * rows }, one)] as const;
  });
  return { rows, columns: Object.fromEntries(draw) };
}

/** `count` standard normals from a seed. */
export function normals(count: number, seed: number): number[] {
  const { normal } = random(seed, "normals");
  return Array.from({ length: count }, normal);
}

/**
 * The plain case: vectors of the given sizes that every row touches, a group of one factor with a weight column `w`
 * (squared) and a residual column `e`; with `lanes`, a second group of that many factors a row.
 */
export function vectors(sizes: Readonly<Record<string, number>>, lanes = 0): Factory {
  const names = Object.keys(sizes);
  const shapes = (prefix: string, extra: readonly number[]): [string, number[]][] =>
    names.map((name) => [prefix + name, [...extra, sizes[name]]]);
  return {
    parameters: Object.fromEntries(shapes("", [])),
    columns: Object.fromEntries([
      ...shapes("x_", []),
      ["w", []],
      ["e", []],
      ...(lanes > 0 ? [...shapes("z_", [lanes]), ["f", [lanes]] as [string, number[]]] : []),
    ]),
    groups(g) {
      const root = g.column("w", []);
      const plain: FactorGroup = {
        basis: "expected",
        lanes: null,
        weight: g.mul(root, root),
        parts: new Map(names.map((name) => [name, g.column(`x_${name}`, [sizes[name]])])),
        residual: g.column("e", []),
      };
      if (lanes === 0) return [plain];
      const laned: FactorGroup = {
        basis: "expected",
        lanes,
        weight: g.constant(1),
        parts: new Map(names.map((name) => [name, g.gather(g.column(`z_${name}`, [lanes, sizes[name]]), g.lane())])),
        residual: g.gather(g.column("f", [lanes]), g.lane()),
      };
      return [plain, laned];
    },
  };
}

// ------------------------------------------------------------ dense algebra

export function square(size: number): number[][] {
  return Array.from({ length: size }, () => new Array<number>(size).fill(0));
}

export function sum(...terms: readonly (readonly (readonly number[])[])[]): number[][] {
  return terms[0].map((line, i) => line.map((_, j) => terms.reduce((total, t) => total + t[i][j], 0)));
}

export function diagonalOf(matrix: readonly (readonly number[])[]): number[] {
  return matrix.map((line, i) => line[i]);
}

export function withDiagonal(matrix: readonly (readonly number[])[], diagonal: readonly number[]): number[][] {
  return matrix.map((line, i) => line.map((x, j) => (i === j ? x + diagonal[i] : x)));
}

export function times(matrix: readonly (readonly number[])[], v: readonly number[]): number[] {
  return matrix.map((line) => line.reduce((total, x, j) => total + x * v[j], 0));
}

export function inverseOf(matrix: readonly (readonly number[])[]): number[][] {
  return inverse(new Matrix(matrix as number[][])).to2DArray();
}

export function logDeterminant(matrix: readonly (readonly number[])[]): number {
  return Math.log(determinant(new Matrix(matrix as number[][])));
}

/** Eigenvalues, the least first. */
export function eigenvalues(matrix: readonly (readonly number[])[]): number[] {
  const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(matrix as number[][]), { assumeSymmetric: true });
  return realEigenvalues.sort((a, b) => a - b);
}

/** C Cᵀ of the matrix C whose columns are f(e₁), f(e₂), … */
export function gramOf(size: number, f: (unit: readonly number[]) => readonly number[]): number[][] {
  const columns = Array.from({ length: size }, (_, k) => f(Array.from({ length: size }, (_, i) => (i === k ? 1 : 0))));
  const whole = square(size);
  for (const column of columns)
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) whole[i][j] += column[i] * column[j];
  return whole;
}

/** Largest difference of two matrices or vectors, as a share of the largest entry of the second. */
export function distance(
  a: readonly (readonly number[])[] | readonly number[],
  b: readonly (readonly number[])[] | readonly number[],
): number {
  const [x, y] = [a.flat(), b.flat()];
  if (x.length !== y.length || x.some((v) => !Number.isFinite(v))) return Number.POSITIVE_INFINITY;
  const size = Math.max(1e-300, ...y.map(Math.abs));
  return Math.max(0, ...x.map((v, i) => Math.abs(v - y[i]))) / size;
}
