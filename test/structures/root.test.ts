// The square root of the information: the laws of mathematics.md §3 at random shapes on every target, least squares
// that normal equations can't solve, and directions without information.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/emit/index.ts";
import { portableKernel } from "../../src/kernels/index.ts";
import { type Block, structureOf } from "../../src/structures/index.ts";
import {
  type Bench,
  bench,
  cut,
  diagonalOf,
  distance,
  eigenvalues,
  type Factory,
  gramOf,
  inverseOf,
  logDeterminant,
  normals,
  type Rows,
  randomRows,
  sum,
  times,
  vectors,
  withDiagonal,
} from "./harness.ts";

const backends = ["interpret", "js", "wasm"] as const;
const settings = { seed: 41, numRuns: 12 } as const;

interface Case {
  readonly factory: Factory;
  readonly rows: Rows;
  readonly size: number;
  readonly seed: number;
}

/** Enough rows for every direction. */
const cases = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 2 }), fc.nat(10_000))
  .map(([a, b, lanes, seed]): Case => {
    const factory = vectors({ a, b }, lanes);
    return { factory, rows: randomRows(factory, 2 * (a + b) + 7, seed), size: a + b, seed };
  });

function built({ factory }: Case, backend: Backend): Bench {
  return bench(factory, [{ parameters: ["a", "b"], form: { kind: "root" } }], backend, 8);
}

describe.each(backends)("root on %s", (backend) => {
  test("is the row-by-row sum, in parts as at once, and only grows", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const own = built(given, backend);
        const [first, second] = cut(given.rows, 5);
        const { information } = own.oracle(given.rows);
        own.accumulate(given.rows);
        expect(distance(own.dense("information"), information)).toBeLessThan(1e-13);
        own.clear();
        own.accumulate(first);
        const before = own.dense("information");
        expect(eigenvalues(before)[0]).toBeGreaterThan(-1e-13);
        own.accumulate(second);
        const after = own.dense("information");
        expect(distance(after, information)).toBeLessThan(1e-13);
        const growth = after.map((line, i) => line.map((x, j) => x - before[i][j]));
        expect(eigenvalues(growth)[0]).toBeGreaterThan(-1e-12 * eigenvalues(after).at(-1)!);
      }),
      settings,
    );
  });

  test("absorbing is adding, in any order; scaling scales", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const own = built(given, backend);
        const [first, rest] = cut(given.rows, 3);
        const [second, third] = cut(rest, 4);
        const { information } = own.oracle(given.rows);
        for (const order of [
          [[first], [second], [third]],
          [[third], [first], [second]],
          [[first], [second, third]],
        ]) {
          own.clear();
          for (const group of order) {
            for (const rows of group) own.accumulate(rows);
            own.absorb();
          }
          expect(distance(own.dense("memory"), information)).toBeLessThan(1e-13);
        }
        own.scale(0.25);
        const quarter = information.map((line) => line.map((x) => x / 4));
        expect(distance(own.dense("memory"), quarter)).toBeLessThan(1e-13);
      }),
      settings,
    );
  });

  test("solve, multiply, invert, diagonal and sample are those of the dense matrix", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const own = built(given, backend);
        const { size, rows } = given;
        const [first, second] = cut(rows, rows.rows - 3);
        own.accumulate(first);
        own.absorb();
        const memory = own.oracle(first).information;
        const v = normals(size, given.seed);
        expect(distance(own.multiply(v), times(memory, v))).toBeLessThan(1e-12);
        own.accumulate(second);
        const damping = normals(size, given.seed + 1).map((x) => (x > 0 ? x : 0));
        const late = own.oracle(second);
        const whole = withDiagonal(sum(memory, late.information), damping);
        const [least, greatest] = [eigenvalues(whole)[0], eigenvalues(whole).at(-1)!];
        fc.pre(least > 1e-4 * greatest);
        const rounding = (1e-14 * greatest) / least;
        expect(distance(own.diagonal(), diagonalOf(sum(memory, late.information)))).toBeLessThan(1e-13);
        expect(own.factorize(damping)[0]).toBe(0);
        const truth = inverseOf(whole);
        expect(distance(own.solve(times(whole, v)), v)).toBeLessThan(rounding);
        // the score's own part of what is solved goes by the right-hand side
        const source = v.map((x, i) => x + late.score[i]);
        expect(distance(own.solve(source, late.score), times(truth, source))).toBeLessThan(rounding);
        const { variance, logdet } = own.invert();
        expect(distance(variance, diagonalOf(truth))).toBeLessThan(rounding);
        expect(Math.abs(logdet - logDeterminant(whole))).toBeLessThan(rounding * size);
        expect(distance(gramOf(size, own.sample), truth)).toBeLessThan(rounding);
      }),
      settings,
    );
  });

  test("a least squares step keeps the digits that normal equations lose", () => {
    // Läuchli's matrix: [1 … 1; δ I], δ² below the rounding of 1, so that ZᵀZ is singular in doubles
    const size = 4;
    const delta = 1e-9;
    const factory = vectors({ a: size });
    const x = Array.from({ length: size }, (_, i) => [
      1,
      ...Array.from({ length: size }, (_, k) => (k === i ? delta : 0)),
    ]);
    const truth = [1, -2, 3, 0.5];
    const e = [truth.reduce((s, t) => s + t, 0), ...truth.map((t) => delta * t)];
    const rows = { rows: size + 1, columns: { x_a: x.flat(), w: new Array(size + 1).fill(1), e } };
    const own = bench(factory, [{ parameters: ["a"], form: { kind: "root" } }], backend, 8);
    own.accumulate(rows);
    const [vanished, smallest] = own.factorize();
    expect(vanished).toBe(0);
    expect(smallest).toBeLessThan(1e-17);
    const { score } = own.oracle(rows);
    expect(distance(own.solve(score, score), truth)).toBeLessThan(1e-6);
    // (ZᵀZ)⁻¹ = δ⁻² (I − 11ᵀ / (size + δ²))
    expect(distance(own.invert().variance, new Array(size).fill((1 - 1 / size) / delta ** 2))).toBeLessThan(1e-6);
    const normal = bench(factory, [{ parameters: ["a"], form: { kind: "full" } }], backend, 8);
    normal.accumulate(rows);
    expect(normal.factorize()[0]).toBeGreaterThan(0);
  });

  test("a direction without information vanishes, and takes no step; what others tell is kept", () => {
    const factory = vectors({ a: 4 });
    const full = randomRows(factory, 12, 9);
    // the second column twice the first
    const x = full.columns.x_a.map((value, k) => (k >= 12 && k < 24 ? 2 * full.columns.x_a[k - 12] : value));
    const rows = { rows: 12, columns: { ...full.columns, x_a: x } };
    const own = bench(factory, [{ parameters: ["a"], form: { kind: "root" } }], backend, 8);
    own.accumulate(rows);
    const [vanished, smallest, where] = own.factorize();
    expect([vanished, where]).toEqual([1, 1]);
    expect(smallest).toBeLessThan(1e-29);
    const { information, score } = own.oracle(rows);
    const step = own.solve(score, score);
    expect(step[1]).toBe(0);
    const kept = [0, 2, 3];
    const reduced = inverseOf(kept.map((i) => kept.map((j) => information[i][j])));
    const wanted = times(
      reduced,
      kept.map((i) => score[i]),
    );
    expect(
      distance(
        kept.map((i) => step[i]),
        wanted,
      ),
    ).toBeLessThan(1e-12);
    expect(own.invert().variance.every(Number.isFinite)).toBe(true);
  });
});

test("parts of a pass joined are the pass: their right-hand sides go along", () => {
  const [size, rows] = [3, 10];
  const length = size * size + 3 * size + 2;
  const z = normals(size * rows, 1);
  const e = normals(rows, 2);
  // three factors, a row, then the columns and the residual
  const memory = new Float64Array(3 * length + (size + 2) * rows);
  const [row, columns] = [3 * length, 3 * length + rows];
  const append = (at: number, from: number, count: number, known: number): void => {
    for (let k = 0; k < size; k++) memory.set(z.slice(k * rows + from, k * rows + from + count), columns + k * rows);
    memory.set(e.slice(from, from + count), columns + size * rows);
    portableKernel("rootAppend")(memory, at, size, columns, rows, columns + size * rows, -1, count, known, row);
  };
  append(0, 0, rows, 1);
  append(length, 0, 4, 1);
  append(2 * length, 4, rows - 4, 1);
  portableKernel("rootJoin")(memory, length, 2 * length, size, row, 0);
  expect(distance([...memory.slice(length, 2 * length)], [...memory.slice(0, length)])).toBeLessThan(1e-14);
  // one part without its right-hand side leaves none to the whole
  memory.fill(0, 2 * length, 3 * length);
  append(2 * length, 0, 4, 0);
  portableKernel("rootJoin")(memory, length, 2 * length, size, row, 0);
  expect(memory[length + size * size + size]).toBeLessThan(0);
});

test("a dense matrix becomes its factor", () => {
  const factory = vectors({ a: 5 });
  const own = bench(factory, [{ parameters: ["a"], form: { kind: "root" } }]);
  const { information } = own.oracle(randomRows(factory, 9, 2));
  const block: Block = { parameters: [], first: 0, size: 5, form: { kind: "root" } };
  const kept = structureOf(block.form).fromDense(Float64Array.from(information.flat()), block);
  expect(distance([...structureOf(block.form).toDense(kept, block)], information.flat())).toBeLessThan(1e-14);
});
