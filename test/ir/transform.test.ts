import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { free, freeShape, GraphBuilder, named, type Shape, type Transform, transformed } from "../../src/ir/index.ts";
import { evaluate, scalar } from "../check/evaluate.ts";

const transforms: readonly (readonly [Transform, Shape])[] = [
  [{ kind: "identity" }, [3]],
  [{ kind: "lower", lower: -2 }, [3]],
  [{ kind: "upper", upper: 5 }, [2, 2]],
  [{ kind: "interval", lower: -1, upper: 3 }, [3]],
  [{ kind: "simplex" }, [4]],
  [{ kind: "simplex" }, [2, 3]],
  [{ kind: "ordered" }, [4]],
  [{ kind: "ordered" }, [2, 3]],
];

function value(
  transform: Transform,
  shape: Shape,
  phi: readonly number[],
): { x: readonly number[]; logJacobian: number } {
  const g = new GraphBuilder();
  const leaf = g.param("p", freeShape(transform, shape));
  const { value, logJacobian } = transformed(g, transform, leaf, shape);
  const at = { param: { p: phi } };
  return { x: evaluate(g, value, at), logJacobian: logJacobian === null ? 0 : scalar(g, logJacobian, at) };
}

/** log |det| by elimination with pivoting. */
function logDeterminant(matrix: number[][]): number {
  const m = matrix.map((row) => [...row]);
  let log = 0;
  for (let k = 0; k < m.length; k++) {
    const pivot = m.slice(k).reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(m[best][k]) ? i + k : best), k);
    [m[k], m[pivot]] = [m[pivot], m[k]];
    log += Math.log(Math.abs(m[k][k]));
    for (let i = k + 1; i < m.length; i++) {
      const factor = m[i][k] / m[k][k];
      for (let j = k; j < m.length; j++) m[i][j] -= factor * m[k][j];
    }
  }
  return log;
}

const size = (shape: Shape): number => shape.reduce<number>((n, d) => n * (d as number), 1);
const coordinates = (n: number): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: n, maxLength: n });

for (const [transform, shape] of transforms)
  describe(`${transform.kind} ${JSON.stringify(shape)}`, () => {
    const n = size(freeShape(transform, shape));
    const last = shape[shape.length - 1] as number;
    const kept = transform.kind === "simplex" ? last - 1 : last; // a simplex is a density over its first K − 1 elements

    it("is undone by `free`", () =>
      fc.assert(
        fc.property(coordinates(n), (phi) => {
          const back = free(transform, Float64Array.from(value(transform, shape, phi).x), shape);
          for (const [k, p] of phi.entries()) expect(back[k]).toBeCloseTo(p, 9);
        }),
        { seed: 1, numRuns: 50 },
      ));

    it("has the Jacobian of its differences", () =>
      fc.assert(
        fc.property(coordinates(n), (phi) => {
          const h = 1e-5;
          const columns = phi.map((_, k) => {
            const at = (by: number): readonly number[] =>
              value(transform, shape, phi.with(k, (phi[k] as number) + by)).x;
            const [up, down] = [at(h), at(-h)];
            return up.map((x, i) => (x - (down[i] as number)) / (2 * h)).filter((_, i) => i % last < kept);
          });
          expect(value(transform, shape, phi).logJacobian).toBeCloseTo(logDeterminant(columns), 5);
        }),
        { seed: 2, numRuns: 30 },
      ));
  });

describe("structured values", () => {
  it("are simplexes, uniform at 0", () => {
    const { x } = value({ kind: "simplex" }, [5], [0, 0, 0, 0]);
    for (const p of x) expect(p).toBeCloseTo(0.2, 15);
    const far = value({ kind: "simplex" }, [3], [40, -700]).x;
    expect(far.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(far.every((p) => p > 0)).toBe(true);
  });

  it("are ordered", () => {
    const { x } = value({ kind: "ordered" }, [4], [2, -1, 0, 1]);
    expect(x.every((v, k) => k === 0 || v > (x[k - 1] as number))).toBe(true);
    expect(x[0]).toBe(2);
  });

  it("may have a dimension that is bound later", () => {
    const g = new GraphBuilder();
    const shape = [named("k")];
    const leaf = g.param("p", freeShape({ kind: "simplex" }, shape));
    const { value } = transformed(g, { kind: "simplex" }, leaf, shape);
    const x = evaluate(g, value, { dims: { k: 3 }, param: { p: [0, 0] } });
    for (const p of x) expect(p).toBeCloseTo(1 / 3, 15);
  });
});
