// The arrow structure: what it keeps is exact, and everything it does is what dense algebra says of the whole matrix.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/emit/index.ts";
import type { FactorGroup, Form } from "../../src/ir/index.ts";
import {
  type Bench,
  bench,
  cut,
  diagonalOf,
  distance,
  type Factory,
  gramOf,
  inverseOf,
  logDeterminant,
  normals,
  type Rows,
  randomRows,
  sum,
  times,
  withDiagonal,
} from "./harness.ts";

const settings = { seed: 20264, numRuns: 25 } as const;

interface Shape {
  readonly core: readonly number[];
  readonly levels: number;
  readonly widths: readonly number[];
}

/** Groups that touch everything, the core alone, and the last core parameter with the first levelled one. */
function factory({ core, levels, widths }: Shape): Factory {
  const shapes = new Map<string, readonly number[]>();
  for (const [k, size] of core.entries()) shapes.set(`b${k}`, [size]);
  for (const [k, width] of widths.entries()) shapes.set(`u${k}`, width === 1 && k === 0 ? [levels] : [levels, width]);
  const columns = new Map<string, readonly number[]>([
    ["g", []],
    ["w", []],
  ]);
  for (const [name, shape] of shapes)
    for (const group of ["x", "z"]) columns.set(group + name, name.startsWith("b") ? shape : shape.slice(1));
  return {
    parameters: Object.fromEntries(shapes),
    columns: Object.fromEntries(columns),
    groups(g) {
      const part = (group: string, name: string) => {
        const own = g.column(group + name, columns.get(group + name)!);
        return [name, name.startsWith("b") ? own : g.scatter(own, g.column("g", []), levels)] as const;
      };
      const of = (group: string, names: readonly string[], weight = g.constant(1)): FactorGroup => ({
        basis: "expected",
        lanes: null,
        weight,
        parts: new Map(names.map((name) => part(group, name))),
        residual: null,
      });
      const names = [...shapes.keys()];
      const shared = names.filter((name) => name.startsWith("b"));
      const some = [...shared.slice(-1), "u0"];
      const squared = g.mul(g.column("w", []), g.column("w", []));
      const groups = [of("x", names, squared), of("z", some)];
      return shared.length === 0 ? groups : [...groups, of("z", shared.slice(0, 1), squared)];
    },
  };
}

const form = ({ core, levels, widths }: Shape): Form => ({
  kind: "arrow",
  core: core.reduce((a, b) => a + b, 0),
  levels,
  widths,
});

function built(shape: Shape, backend: Backend, capacity = 8): Bench {
  const own = factory(shape);
  return bench(own, [{ parameters: Object.keys(own.parameters), form: form(shape) }], backend, capacity);
}

/** Every level in turn, some with rows that weigh nothing. */
function rowsOf(shape: Shape, rows: number, seed: number): Rows {
  let [row, weighed] = [0, 0];
  return randomRows(factory(shape), rows, seed, {
    g: ({ uniform }) => (row++ < shape.levels ? row - 1 : Math.floor(uniform() * shape.levels)),
    w: ({ normal }) => (++weighed % 7 === 0 ? 0 : normal()),
  });
}

const shapes = fc.record({
  core: fc.constantFrom<readonly number[]>([], [1], [3], [2, 1], [1, 2, 4]),
  levels: fc.integer({ min: 1, max: 9 }),
  widths: fc.constantFrom<readonly number[]>([1], [1, 1], [2], [2, 1], [1, 3], [4]),
});
const cases = fc.record({
  shape: shapes,
  rows: fc.integer({ min: 1, max: 40 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never;

function holds(law: (c: Case, own: Bench, rows: Rows) => void, backend: Backend): void {
  fc.assert(
    fc.property(cases, (c) => {
      const rows = rowsOf(c.shape, c.rows, c.seed);
      law(c, built(c.shape, backend), rows);
    }),
    settings,
  );
}

describe.each<Backend>(["interpret", "js", "wasm"])("arrow on %s", (backend) => {
  test("it is the sum over rows, and parts add up", () => {
    holds((c, own, rows) => {
      own.accumulate(rows);
      const { information } = own.oracle(rows);
      expect(distance(own.dense("information"), information)).toBeLessThan(1e-13);
      own.clear();
      for (const piece of cut(rows, Math.floor(c.rows / 2))) {
        own.accumulate(piece);
        own.absorb();
      }
      expect(distance(own.dense("memory"), information)).toBeLessThan(1e-13);
      own.scale(0.25);
      expect(
        distance(
          own.dense("memory").map((l) => l.map((x) => 4 * x)),
          information,
        ),
      ).toBeLessThan(1e-13);
      expect(
        distance(
          own.diagonal(),
          diagonalOf(information).map((x) => x / 4),
        ),
      ).toBeLessThan(1e-13);
    }, backend);
  });

  test("it multiplies, solves, inverts and draws like the whole matrix", () => {
    holds((c, own, rows) => {
      const [one, other] = cut(rows, Math.floor(c.rows / 3));
      own.accumulate(one);
      own.absorb();
      own.accumulate(other);
      const damping = normals(own.size, c.seed).map((x) => 0.1 + Math.abs(x));
      const whole = withDiagonal(sum(own.dense("memory"), own.dense("information")), damping);
      expect(own.factorize(damping)[0]).toBe(0);
      const v = normals(own.size, c.seed + 1);
      const inverse = inverseOf(whole);
      expect(distance(own.multiply(v), times(own.dense("memory"), v))).toBeLessThan(1e-12);
      expect(distance(own.solve(v), times(inverse, v))).toBeLessThan(1e-9);
      const { variance, logdet } = own.invert();
      expect(distance(variance, diagonalOf(inverse))).toBeLessThan(1e-9);
      expect(logdet).toBeCloseTo(logDeterminant(whole), 8);
      expect(distance(gramOf(own.size, own.sample), inverse)).toBeLessThan(1e-9);
    }, backend);
  });

  test("many levels fill the panel several times, and wide levels are more than it holds", () => {
    for (const shape of [
      { core: [2, 3], levels: 150, widths: [1, 2] },
      { core: [2], levels: 3, widths: [70] },
    ]) {
      const own = built(shape, backend, 64);
      own.accumulate(rowsOf(shape, 600, 3));
      const damping = new Array<number>(own.size).fill(0.5);
      expect(own.factorize(damping)[0]).toBe(0);
      const v = normals(own.size, 4);
      const whole = withDiagonal(own.dense("information"), damping);
      expect(distance(times(whole, own.solve(v)), v)).toBeLessThan(1e-11);
    }
  });
});

describe("pivots that vanish", () => {
  const shape = { core: [2], levels: 4, widths: [2, 1] };

  test("a level without rows, by its place in the block", () => {
    const own = built(shape, "js");
    const rows = rowsOf(shape, 60, 5);
    const without = { ...rows, columns: { ...rows.columns, g: rows.columns.g.map((g) => (g === 2 ? 1 : g)) } };
    own.accumulate(without);
    const [vanished, smallest, at] = own.factorize();
    expect([vanished, smallest]).toEqual([3, 0]);
    // u0[3, 1], the first of the level's coordinates
    expect(at).toBe(2 + 2 * 2);
    const step = own.solve(normals(own.size, 6));
    expect(step.every(Number.isFinite)).toBe(true);
    expect([6, 7, 12].map((i) => Math.abs(step[i]))).toEqual([0, 0, 0]);
    // known to a prior, the level is as good as the others
    const damping = new Array<number>(own.size).fill(0);
    damping[12] = 1;
    expect(own.factorize(damping).slice(0, 2)).toEqual([2, 0]);
    for (const i of [6, 7]) damping[i] = 2;
    expect(own.factorize(damping)[0]).toBe(0);
  });

  test("the last of a level's coordinates, of a parameter that is not the first", () => {
    const own = built(shape, "js");
    own.accumulate(rowsOf(shape, 60, 5));
    const damping = new Array<number>(own.size).fill(0);
    const whole = own.dense("information");
    // all of what u1[4] has is taken away
    damping[13] = -whole[13][13];
    const [vanished, , at] = own.factorize(damping);
    expect([vanished, at]).toEqual([1, 13]);
  });

  test("an intercept that all levels add up to", () => {
    for (const backend of ["interpret", "js", "wasm"] as const) {
      const simple: Factory = {
        parameters: { slope: [1], intercept: [1], u: [7] },
        columns: { x: [1], g: [] },
        groups: (g) => [
          {
            basis: "expected",
            lanes: null,
            weight: g.constant(0.3),
            parts: new Map([
              ["slope", g.column("x", [1])],
              ["intercept", g.constant(1, [1])],
              ["u", g.scatter(g.constant(1), g.column("g", []), 7)],
            ]),
            residual: null,
          },
        ],
      };
      const parameters = Object.keys(simple.parameters);
      const own = bench(simple, [{ parameters, form: { kind: "arrow", core: 2, levels: 7, widths: [1] } }], backend);
      const rows = randomRows(simple, 50, 7, { g: ({ uniform }) => Math.floor(uniform() * 7) });
      own.accumulate(rows);
      const [vanished, smallest, at] = own.factorize();
      expect([vanished, at]).toEqual([1, 1]);
      expect(Math.abs(smallest)).toBeLessThan(1e-14);
      expect(own.factorize([0, 0, ...new Array<number>(7).fill(0.1)])[0]).toBe(0);
    }
  });
});
