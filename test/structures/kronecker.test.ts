// The Kronecker structure against its definition written out densely, and where the truth is a Kronecker product against
// the information itself.

import { SingularValueDecomposition } from "ml-matrix";
import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/emit/index.ts";
import type { FactorGroup, GraphBuilder, NodeId } from "../../src/ir/index.ts";
import { type Block, structureOf } from "../../src/structures/index.ts";
import {
  bench,
  cut,
  diagonalOf,
  distance,
  type Factory,
  type FormedBlock,
  gramOf,
  inverseOf,
  logDeterminant,
  normals,
  type Rows,
  randomRows,
  square,
  sum,
  times,
} from "./harness.ts";

interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly bias: boolean;
}

const formed = ({ m, n, bias }: Sizes): FormedBlock => ({
  parameters: bias ? ["W", "b"] : ["W"],
  form: { kind: "kronecker", outputs: m, inputs: n, bias },
});

const parametersOf = ({ m, n, bias }: Sizes): Record<string, readonly number[]> =>
  bias ? { W: [m, n], b: [m] } : { W: [m, n] };

function outer(g: GraphBuilder, output: NodeId, input: NodeId): NodeId {
  const [[m], [n]] = [g.shape(output), g.shape(input)];
  return g.mul(g.expand(output, 1, n), g.expand(input, 0, m));
}

/** W @ x + b under one factor a row, of weight w², and W @ z + b under `lanes` factors a row. */
function twoStatements(sizes: Sizes, lanes: number): Factory {
  const { m, n, bias } = sizes;
  const parts = (g: GraphBuilder, output: NodeId, input: NodeId): Map<string, NodeId> =>
    new Map([["W", outer(g, output, input)], ...(bias ? [["b", output] as const] : [])]);
  return {
    parameters: parametersOf(sizes),
    columns: { x: [n], g: [m], w: [], z: [n], h: [lanes, m], v: [] },
    groups: (g) => [
      {
        basis: "expected",
        lanes: null,
        weight: g.mul(g.column("w", []), g.column("w", [])),
        parts: parts(g, g.column("g", [m]), g.column("x", [n])),
        residual: null,
      },
      {
        basis: "expected",
        lanes,
        weight: g.mul(g.column("v", []), g.column("v", [])),
        parts: parts(g, g.gather(g.column("h", [lanes, m]), g.lane()), g.column("z", [n])),
        residual: null,
      },
    ],
  };
}

interface Sums {
  readonly inputs: number[][];
  readonly outputs: number[][];
  readonly count: number;
}

function addOuter(target: number[][], by: number, z: readonly number[]): void {
  for (const [i, a] of z.entries()) for (const [j, b] of z.entries()) target[i][j] += by * a * b;
}

/** The vector of a row: its elements from `first` on. */
function at({ rows, columns }: Rows, name: string, row: number, count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, k) => columns[name][(first + k) * rows + row]);
}

/** What `twoStatements` should keep of rows. */
function sumsOf({ m, n, bias }: Sizes, lanes: number, rows: Rows): Sums {
  const [inputs, outputs] = [square(n + (bias ? 1 : 0)), square(m)];
  const one = bias ? [1] : [];
  for (let r = 0; r < rows.rows; r++) {
    addOuter(inputs, 1, [...at(rows, "x", r, n), ...one]);
    addOuter(inputs, 1, [...at(rows, "z", r, n), ...one]);
    addOuter(outputs, rows.columns.w[r] ** 2, at(rows, "g", r, m));
    for (let l = 0; l < lanes; l++) addOuter(outputs, rows.columns.v[r] ** 2, at(rows, "h", r, m, l * m));
  }
  return { inputs, outputs, count: 2 * rows.rows };
}

/** Coordinates of the block by row and column, the bias being the last column. */
function places({ m, n, bias }: Sizes): [number, number][] {
  const matrix = Array.from({ length: m * n }, (_, k): [number, number] => [Math.floor(k / n), k % n]);
  return bias ? [...matrix, ...Array.from({ length: m }, (_, i): [number, number] => [i, n])] : matrix;
}

function product(sizes: Sizes, inputs: number[][], outputs: number[][]): number[][] {
  const all = places(sizes);
  return all.map(([i, j]) => all.map(([k, l]) => outputs[i][k] * inputs[j][l]));
}

function scaled(matrix: number[][], by: number): number[][] {
  return matrix.map((line) => line.map((x) => by * x));
}

function raised(matrix: number[][], by: number): number[][] {
  return matrix.map((line, i) => line.map((x, j) => (i === j ? x + by : x)));
}

const dense = (sizes: Sizes, { inputs, outputs, count }: Sums): number[][] =>
  product(sizes, scaled(inputs, 1 / count), outputs);

/** The same with λ split between the factors. */
function damped(sizes: Sizes, { inputs, outputs, count }: Sums, lambda: number): number[][] {
  const mean = (matrix: number[][]): number => diagonalOf(matrix).reduce((a, b) => a + b, 0) / matrix.length;
  const left = scaled(inputs, 1 / count);
  const ratio = Math.sqrt(mean(left) / mean(outputs));
  return product(sizes, raised(left, ratio * Math.sqrt(lambda)), raised(outputs, Math.sqrt(lambda) / ratio));
}

const shapes: readonly Sizes[] = [
  { m: 3, n: 4, bias: false },
  { m: 4, n: 2, bias: true },
  { m: 2, n: 1, bias: true },
  { m: 1, n: 3, bias: false },
];

describe.each<Backend>(["interpret", "js", "wasm"])("kronecker, on %s", (backend) => {
  test.each(shapes)("keeps the sums of both sides and their count: %o", (sizes) => {
    const lanes = 2;
    const factory = twoStatements(sizes, lanes);
    const own = bench(factory, [formed(sizes)], backend, 8);
    const rows = randomRows(factory, 21, 4);
    const [first, second] = cut(rows, 10);
    const [one, two] = [first, second].map((r) => sumsOf(sizes, lanes, r));
    const whole = dense(sizes, sumsOf(sizes, lanes, rows));
    own.accumulate(rows);
    expect(distance(own.dense("information"), whole)).toBeLessThan(1e-14);
    expect(distance(own.diagonal(), diagonalOf(whole))).toBeLessThan(1e-14);
    own.clear();
    own.accumulate(second);
    own.absorb();
    own.accumulate(first);
    own.absorb();
    expect(distance(own.dense("memory"), whole)).toBeLessThan(1e-14);
    own.clear();
    own.accumulate(first);
    own.absorb();
    own.scale(0.5);
    expect(distance(own.dense("memory"), scaled(dense(sizes, one), 0.5))).toBeLessThan(1e-14);
    own.accumulate(second);
    own.absorb();
    const forgotten = {
      inputs: sum(scaled(one.inputs, 0.5), two.inputs),
      outputs: sum(scaled(one.outputs, 0.5), two.outputs),
      count: one.count / 2 + two.count,
    };
    expect(distance(own.dense("memory"), dense(sizes, forgotten))).toBeLessThan(1e-14);
    const v = normals(own.size, 3);
    expect(distance(own.multiply(v), times(dense(sizes, forgotten), v))).toBeLessThan(1e-13);
  });

  test.each(shapes)("solves, inverts and draws as its product with the damping shared out: %o", (sizes) => {
    const factory = twoStatements(sizes, 2);
    const own = bench(factory, [formed(sizes)], backend, 8);
    const rows = randomRows(factory, 30, 5);
    const [first, second] = cut(rows, 11);
    own.accumulate(first);
    own.absorb();
    own.accumulate(second);
    for (const damping of [0, 0.7]) {
      const each = normals(own.size, 8).map((x) => damping * x ** 2);
      const lambda = each.reduce((a, b) => a + b, 0) / own.size;
      const truth = damped(sizes, sumsOf(sizes, 2, rows), lambda);
      expect(own.factorize(each)[0]).toBe(0);
      const v = normals(own.size, 1);
      expect(distance(own.solve(times(truth, v)), v)).toBeLessThan(1e-11);
      const { variance, logdet } = own.invert();
      const inverse = inverseOf(truth);
      expect(distance(variance, diagonalOf(inverse))).toBeLessThan(1e-11);
      expect(logdet).toBeCloseTo(logDeterminant(truth), 9);
      expect(distance(gramOf(own.size, own.sample), inverse)).toBeLessThan(1e-11);
    }
  });

  test("an input that is always zero is a vanished pivot, and damping heals it", () => {
    const sizes = { m: 2, n: 3, bias: true };
    const factory = twoStatements(sizes, 2);
    const own = bench(factory, [formed(sizes)], backend, 8);
    const rows = randomRows(factory, 20, 6);
    const dead = (values: readonly number[]): number[] => values.map((x, k) => (Math.floor(k / 20) === 1 ? 0 : x));
    const { x, z } = rows.columns;
    own.accumulate({ rows: 20, columns: { ...rows.columns, x: dead(x), z: dead(z) } });
    const [vanished, smallest, where] = own.factorize();
    expect([vanished, smallest]).toEqual([2, 0]);
    expect([1, 4]).toContain(where);
    const step = own.solve(normals(own.size, 2));
    expect([step[1], step[4]]).toEqual([0, 0]);
    expect(step.every(Number.isFinite)).toBe(true);
    expect(own.factorize(new Array(own.size).fill(0.1))[0]).toBe(0);
    expect(own.solve(normals(own.size, 2)).every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  });

  test("without rows the damping is all there is", () => {
    const sizes = { m: 2, n: 3, bias: true };
    const own = bench(twoStatements(sizes, 2), [formed(sizes)], backend, 8);
    expect(own.multiply(normals(own.size, 1))).toEqual(new Array(own.size).fill(0));
    own.factorize(new Array(own.size).fill(4));
    expect(distance(own.invert().variance, new Array(own.size).fill(0.25))).toBeLessThan(1e-14);
    expect(own.factorize()[0]).toBe(own.size);
  });

  test("is the whole information of y ~ Normal(W @ x, 1), and of y ~ Normal(x @ W, 1)", () => {
    for (const turned of [false, true]) {
      const [m, n] = [3, 4];
      const group = (g: GraphBuilder): FactorGroup => {
        const x = g.column("x", [turned ? m : n]);
        const one = g.scatter(g.constant(1), g.lane(), turned ? n : m);
        const part = turned ? outer(g, x, one) : outer(g, one, x);
        return {
          basis: "expected",
          lanes: turned ? n : m,
          weight: g.constant(2),
          parts: new Map([["W", part]]),
          residual: null,
        };
      };
      const factory = {
        parameters: { W: [m, n] },
        columns: { x: [turned ? m : n] },
        groups: (g: GraphBuilder) => [group(g)],
      };
      const own = bench(factory, [formed({ m, n, bias: false })], backend, 8);
      const rows = randomRows(factory, 19, 7);
      own.accumulate(rows);
      expect(distance(own.dense("information"), own.oracle(rows).information)).toBeLessThan(1e-14);
    }
  });

  test("several uses and several positions of a row count each", () => {
    const sizes = { m: 2, n: 3, bias: true };
    const places = 4;
    const factory: Factory = {
      parameters: parametersOf(sizes),
      columns: { x: [3, places], g: [2, places], z: [3], h: [2] },
      groups: (g) => {
        const [x, outputs, z, h] = [
          g.column("x", [3, places]),
          g.column("g", [2, places]),
          g.column("z", [3]),
          g.column("h", [2]),
        ];
        const W = g.sub(g.contract(outputs, g.transpose(x)), outer(g, h, z));
        const b = g.sub(g.sum(outputs, 1), h);
        return [
          {
            basis: "expected",
            lanes: null,
            weight: g.constant(1),
            parts: new Map([
              ["W", W],
              ["b", b],
            ]),
            residual: null,
          },
        ];
      },
    };
    const own = bench(factory, [formed(sizes)], backend, 8);
    const rows = randomRows(factory, 13, 9);
    const sums = { inputs: square(4), outputs: square(2), count: (places + 1) * 13 };
    for (let r = 0; r < 13; r++) {
      addOuter(sums.inputs, 1, [...at(rows, "z", r, 3), 1]);
      addOuter(sums.outputs, 1, at(rows, "h", r, 2));
      for (let p = 0; p < places; p++) {
        const pick = (name: string, count: number): number[] =>
          Array.from({ length: count }, (_, k) => rows.columns[name][(k * places + p) * 13 + r]);
        addOuter(sums.inputs, 1, [...pick("x", 3), 1]);
        addOuter(sums.outputs, 1, pick("g", 2));
      }
    }
    own.accumulate(rows);
    expect(distance(own.dense("information"), dense(sizes, sums))).toBeLessThan(1e-14);
  });

  test("scalars of the row and sides of ones belong to the outputs", () => {
    const factory: Factory = {
      parameters: { W: [2, 3] },
      columns: { s: [], x: [3], g: [2] },
      groups: (g) => {
        const [s, x, output] = [g.column("s", []), g.column("x", [3]), g.column("g", [2])];
        const scale = g.expand(g.expand(s, 0, 3), 0, 2);
        const part = g.add(g.mul(scale, outer(g, output, x)), g.expand(x, 0, 2));
        return [
          { basis: "expected", lanes: null, weight: g.constant(1), parts: new Map([["W", part]]), residual: null },
        ];
      },
    };
    const sizes = { m: 2, n: 3, bias: false };
    const own = bench(factory, [formed(sizes)], backend, 8);
    const rows = randomRows(factory, 11, 2);
    const sums = { inputs: square(3), outputs: square(2), count: 22 };
    for (let r = 0; r < 11; r++) {
      for (const _ of [1, 2]) addOuter(sums.inputs, 1, at(rows, "x", r, 3));
      addOuter(sums.outputs, rows.columns.s[r] ** 2, at(rows, "g", r, 2));
      addOuter(sums.outputs, 1, [1, 1]);
    }
    own.accumulate(rows);
    expect(distance(own.dense("information"), dense(sizes, sums))).toBeLessThan(1e-14);
  });
});

describe("a dense matrix as a Kronecker product", () => {
  const sizes = { m: 3, n: 2, bias: true };
  const size = 9;
  const { form } = formed(sizes);
  const block: Block = { parameters: [], first: 0, size, form };
  const gram = (columns: number, seed: number): number[][] => {
    const z = normals(size * columns, seed);
    const whole = square(size);
    for (let c = 0; c < columns; c++) addOuter(whole, 1, z.slice(c * size, (c + 1) * size));
    return whole;
  };
  const nearest = (matrix: number[][]): Float64Array =>
    structureOf(form).toDense(structureOf(form).fromDense(Float64Array.from(matrix.flat()), block), block);

  test("one that is comes back", () => {
    const [left, right] = [square(3), square(3)];
    for (const seed of [1, 2, 3, 4]) {
      addOuter(left, 1, normals(3, seed));
      addOuter(right, 1, normals(3, 10 + seed));
    }
    const whole = product(sizes, left, right);
    expect(distance([...nearest(whole)], whole.flat())).toBeLessThan(1e-13);
    expect(nearest(square(size)).every((x) => x === 0)).toBe(true);
  });

  test("one that isn't is as near as its largest singular value allows", () => {
    const whole = gram(12, 5);
    const all = places(sizes);
    const index = (i: number, j: number): number => all.findIndex(([a, b]) => a === i && b === j);
    const pairs = Array.from({ length: 9 }, (_, k) => [Math.floor(k / 3), k % 3]);
    const rearranged = pairs.map(([i, k]) => pairs.map(([j, l]) => whole[index(i, j)][index(k, l)]));
    const { diagonal } = new SingularValueDecomposition(rearranged);
    const rest = Math.hypot(...diagonal.slice(1));
    const gap = Math.hypot(...[...nearest(whole)].map((x, k) => x - whole.flat()[k]));
    expect(gap).toBeCloseTo(rest, 9);
  });
});
