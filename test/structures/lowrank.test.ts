// A diagonal and a few directions: the laws of mathematics.md §3 at random shapes on every target. The diagonal is exact
// whatever is cut; where the information has that structure, all of it is.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/emit/index.ts";
import type { Form } from "../../src/ir/index.ts";
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
const settings = { seed: 42, numRuns: 12 } as const;

interface Case {
  readonly factory: Factory;
  readonly rows: Rows;
  readonly size: number;
  readonly rank: number;
  readonly seed: number;
}

const cases = fc
  .record({
    a: fc.integer({ min: 1, max: 9 }),
    b: fc.integer({ min: 1, max: 7 }),
    lanes: fc.integer({ min: 0, max: 2 }),
    rank: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(10_000),
  })
  .map(({ a, b, lanes, rank, seed }): Case => {
    const factory = vectors({ a, b }, lanes);
    return { factory, rows: randomRows(factory, 2 * (a + b) + 7, seed), size: a + b, rank, seed };
  });

function built({ factory }: Pick<Case, "factory">, rank: number, backend: Backend): Bench {
  return bench(factory, [{ parameters: ["a", "b"], form: { kind: "lowrank", rank } }], backend, 16);
}

/** Rows whose factors lie in a few directions, or touch one coordinate each: the structure is the truth. */
function structured({ factory, size, rank, seed }: Case, a: number): Rows {
  const directions = Array.from({ length: rank }, (_, k) => normals(size, seed + 100 * k));
  const count = 3 * rank + size;
  const z = Array.from({ length: count }, (_, r) => {
    if (r >= 3 * rank) return Array.from({ length: size }, (_, i) => (i === r - 3 * rank ? 1.5 : 0));
    const mix = normals(rank, seed + r);
    return Array.from({ length: size }, (_, i) => mix.reduce((s, c, k) => s + c * directions[k][i], 0));
  });
  const columns = (first: number, end: number): number[] =>
    Array.from({ length: end - first }, (_, k) => z.map((line) => line[first + k])).flat();
  const zeros = Object.fromEntries(
    Object.entries(factory.columns).map(([name, shape]) => [
      name,
      new Array(count * shape.reduce((n, d) => n * d, 1)).fill(0),
    ]),
  );
  const ones = new Array<number>(count).fill(1);
  return { rows: count, columns: { ...zeros, x_a: columns(0, a), x_b: columns(a, size), w: ones, e: ones } };
}

describe.each(backends)("lowrank on %s", (backend) => {
  test("keeps the diagonal exactly and the rest within what it cuts, in parts as at once; and only grows", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const own = built(given, given.rank, backend);
        const { information } = own.oracle(given.rows);
        const [first, second] = cut(given.rows, 9);
        own.accumulate(first);
        const before = own.dense("information");
        own.accumulate(second);
        const after = own.dense("information");
        own.clear();
        own.accumulate(given.rows);
        const atOnce = own.dense("information");
        const trace = diagonalOf(information).reduce((s, x) => s + x, 0);
        for (const kept of [after, atOnce]) {
          expect(distance(diagonalOf(kept), diagonalOf(information))).toBeLessThan(1e-13);
          expect(eigenvalues(kept)[0]).toBeGreaterThan(-1e-13 * trace);
          // what is cut off the diagonal is less than the trace of what the directions do not hold
          const held = kept.map((line, i) => line.map((x, j) => information[i][j] - x));
          expect(Math.max(...eigenvalues(held).map(Math.abs))).toBeLessThan(trace);
        }
        expect(diagonalOf(after).every((x, i) => x >= before[i][i] * (1 - 1e-13))).toBe(true);
        expect(own.diagonal().every((x, i) => Math.abs(x - information[i][i]) < 1e-13 * trace)).toBe(true);
      }),
      settings,
    );
  });

  test("loses nothing where there are as many directions as factors", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const own = built(given, given.size, backend);
        const { information } = own.oracle(given.rows);
        const [first, rest] = cut(given.rows, 3);
        const [second, third] = cut(rest, 4);
        for (const order of [[[first, second, third]], [[third], [first], [second]], [[first], [second, third]]]) {
          own.clear();
          for (const group of order) {
            for (const rows of group) own.accumulate(rows);
            own.absorb();
          }
          expect(distance(own.dense("memory"), information)).toBeLessThan(1e-12);
        }
        own.scale(0.25);
        const quarter = information.map((line) => line.map((x) => x / 4));
        expect(distance(own.dense("memory"), quarter)).toBeLessThan(1e-12);
      }),
      settings,
    );
  });

  test("is full where the information has its structure", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 5 }), (given, a) => {
        const factory = vectors({ a, b: given.size });
        const own = built({ factory }, given.rank, backend);
        const rows = structured({ ...given, factory, size: a + given.size }, a);
        const [shared, lone] = cut(rows, 3 * given.rank);
        const { information } = own.oracle(rows);
        own.accumulate(shared);
        own.absorb();
        expect(distance(own.dense("memory"), own.oracle(shared).information)).toBeLessThan(1e-13);
        // lone coordinates enter by what the diagonal holds: as damping
        const damping = diagonalOf(own.oracle(lone).information);
        own.factorize(damping);
        const { variance, logdet } = own.invert();
        const [least, greatest] = [eigenvalues(information)[0], eigenvalues(information).at(-1)!];
        const rounding = (1e-13 * greatest) / least;
        expect(distance(variance, diagonalOf(inverseOf(information)))).toBeLessThan(rounding);
        expect(Math.abs(logdet - logDeterminant(information))).toBeLessThan(rounding);
      }),
      settings,
    );
  });

  test("solve, multiply, invert and sample are those of its dense matrix", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const own = built(given, given.rank, backend);
        const { size, rows } = given;
        const [first, second] = cut(rows, rows.rows - 5);
        own.accumulate(first);
        own.absorb();
        own.accumulate(second);
        const damping = normals(size, given.seed + 1).map((x) => x * x + 0.1);
        const memory = own.dense("memory");
        const v = normals(size, given.seed);
        expect(distance(own.multiply(v), times(memory, v))).toBeLessThan(1e-12);
        const whole = withDiagonal(sum(memory, own.dense("information")), damping);
        const rounding = (1e-13 * eigenvalues(whole).at(-1)!) / eigenvalues(whole)[0];
        const [vanished, smallest, where] = own.factorize(damping);
        expect(vanished).toBe(0);
        expect(smallest).toBeGreaterThan(0);
        expect(Number.isInteger(where) && where >= 0 && where < size).toBe(true);
        const truth = inverseOf(whole);
        expect(distance(own.solve(times(whole, v)), v)).toBeLessThan(rounding);
        const { variance, logdet } = own.invert();
        expect(distance(variance, diagonalOf(truth))).toBeLessThan(rounding);
        expect(Math.abs(logdet - logDeterminant(whole))).toBeLessThan(rounding * size);
        expect(distance(gramOf(size, own.sample), truth)).toBeLessThan(rounding);
      }),
      settings,
    );
  });

  test("coordinates that only the directions tell of are solved, and the rest is reported", () => {
    const factory = vectors({ a: 3, b: 2 });
    const own = built({ factory }, 5, backend);
    const rows = randomRows(factory, 20, 3);
    own.accumulate(rows);
    expect(own.factorize()[0]).toBe(0);
    const { information } = own.oracle(rows);
    const v = normals(5, 1);
    expect(distance(own.solve(times(information, v)), v)).toBeLessThan(1e-6);
    expect(distance(own.invert().variance, diagonalOf(inverseOf(information)))).toBeLessThan(1e-6);
    // three rows tell of three directions of five
    own.clear();
    own.accumulate(cut(rows, 3)[0]);
    expect(own.factorize()[0]).toBe(2);
    // a coordinate of which nothing is told
    own.clear();
    const columns = { ...rows.columns, x_b: rows.columns.x_b.map((x, k) => (k < 20 ? 0 : x)) };
    own.accumulate({ rows: 20, columns });
    const [vanished, smallest, where] = own.factorize();
    expect([vanished, smallest, where]).toEqual([1, 0, 3]);
    expect(own.solve([1, 1, 1, 1, 1])[3]).toBe(0);
  });
});

test("the choice of directions does not depend on the units of a coordinate", () => {
  const factory = vectors({ a: 8 });
  const rows = randomRows(factory, 40, 5);
  const units = [1, 1e3, 1e-3, 10, 1, 1e5, 0.1, 1];
  const scaled = {
    ...rows,
    columns: { ...rows.columns, x_a: rows.columns.x_a.map((x, k) => x * units[Math.floor(k / 40)]) },
  };
  const keep = (given: Rows): number[][] => {
    const own = bench(factory, [{ parameters: ["a"], form: { kind: "lowrank", rank: 2 } }]);
    own.accumulate(given);
    return own.dense("information");
  };
  const back = keep(scaled).map((line, i) => line.map((x, j) => x / units[i] / units[j]));
  expect(distance(back, keep(rows))).toBeLessThan(1e-10);
});

/** Divergence of N(0, b⁻¹) from N(0, a⁻¹). */
function divergence(a: number[][], b: number[][]): number {
  const inverse = inverseOf(a);
  const trace = b.reduce((total, line, i) => total + line.reduce((s, x, j) => s + x * inverse[j][i], 0), 0);
  return (trace - a.length + logDeterminant(a) - logDeterminant(b)) / 2;
}

test("what couples all coordinates alike is one direction beside a diagonal, and found", () => {
  const units = [1, 5, 0.2, 30, 1e-3];
  const equal = units.map((x, i) => units.map((y, j) => x * y * (i === j ? 1 : 0.7)));
  const block: Block = { parameters: [], first: 0, size: 5, form: { kind: "lowrank", rank: 1 } };
  const lowrank = structureOf(block.form);
  const kept = lowrank.toDense(lowrank.fromDense(Float64Array.from(equal.flat()), block), block);
  const back = equal.map((line, i) => line.map((_, j) => kept[5 * i + j] / units[i] / units[j]));
  expect(
    distance(
      back,
      equal.map((line, i) => line.map((x, j) => x / units[i] / units[j])),
    ),
  ).toBeLessThan(1e-8);
});

test("it loses far less than the diagonal does, the less the more directions it has", () => {
  const size = 12;
  const factory = vectors({ a: size });
  // two common causes, and what is a coordinate's own
  const causes = [normals(size, 11), normals(size, 12)];
  const raw = randomRows(factory, 800, 6);
  const common = [normals(800, 13), normals(800, 14)];
  const x_a = raw.columns.x_a.map((x, k) => {
    const [i, r] = [Math.floor(k / 800), k % 800];
    return (0.5 + i / size) * x + 2 * causes[0][i] * common[0][r] + causes[1][i] * common[1][r];
  });
  const rows = { rows: 800, columns: { ...raw.columns, x_a, w: new Array<number>(800).fill(1) } };
  const loss = (form: Form): number => {
    const own = bench(factory, [{ parameters: ["a"], form }]);
    own.accumulate(rows);
    return divergence(own.oracle(rows).information, own.dense("information"));
  };
  const lost = [loss({ kind: "diagonal" }), ...[1, 2, 4, 12].map((rank) => loss({ kind: "lowrank", rank }))];
  // 43, 3.9, 0.5, 0.3 and 0 nats
  expect(lost[2]).toBeLessThan(0.02 * lost[0]);
  for (let k = 1; k < lost.length; k++) expect(lost[k]).toBeLessThan(lost[k - 1]);
});

test("a dense matrix is projected as factors are", () => {
  const factory = vectors({ a: 6 });
  const rows = randomRows(factory, 8, 2);
  const own = bench(factory, [{ parameters: ["a"], form: { kind: "lowrank", rank: 8 } }]);
  const { information } = own.oracle(rows);
  for (const rank of [1, 3, 6, 8]) {
    const block: Block = { parameters: [], first: 0, size: 6, form: { kind: "lowrank", rank } };
    const lowrank = structureOf(block.form);
    const dense = lowrank.toDense(lowrank.fromDense(Float64Array.from(information.flat()), block), block);
    const lines = information.map((_, i) => [...dense.slice(6 * i, 6 * i + 6)]);
    expect(distance(diagonalOf(lines), diagonalOf(information))).toBeLessThan(1e-13);
    if (rank >= 6) expect(distance(lines, information)).toBeLessThan(1e-12);
    else expect(eigenvalues(lines)[0]).toBeGreaterThan(-1e-12);
    const small = bench(factory, [{ parameters: ["a"], form: { kind: "lowrank", rank } }]);
    small.accumulate(rows);
    // eight rows make one chunk: the same truncation
    expect(distance(small.dense("information"), lines)).toBeLessThan(1e-10);
  }
});
