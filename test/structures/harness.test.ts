// The harness itself, on the structures whose algebra is plain.

import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/emit/index.ts";
import { bench, cut, diagonalOf, distance, inverseOf, normals, randomRows, sum, times, vectors } from "./harness.ts";

describe.each<Backend>(["interpret", "js", "wasm"])("full and diagonal by hand, on %s", (backend) => {
  test("are what the evaluator says", () => {
    const factory = vectors({ a: 3, b: 2 }, 2);
    const own = bench(factory, [{ parameters: ["a", "b"], form: { kind: "full" } }], backend, 8);
    const rows = randomRows(factory, 21, 4);
    const [first, second] = cut(rows, 10);
    const { information } = own.oracle(rows);
    own.accumulate(first);
    own.absorb();
    own.scale(0.5);
    own.accumulate(second);
    const kept = sum(own.dense("memory"), own.dense("information"));
    const half = own.oracle(first).information.map((line) => line.map((x) => x / 2));
    expect(distance(kept, sum(half, own.oracle(second).information))).toBeLessThan(1e-14);
    expect(own.factorize()[0]).toBe(0);
    const v = normals(5, 1);
    expect(distance(own.solve(times(kept, v)), v)).toBeLessThan(1e-12);
    expect(distance(own.invert().variance, diagonalOf(inverseOf(kept)))).toBeLessThan(1e-12);
    own.clear();
    own.accumulate(rows);
    expect(distance(own.diagonal(), diagonalOf(information))).toBeLessThan(1e-14);
  });
});
