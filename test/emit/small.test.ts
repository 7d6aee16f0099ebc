// Small sizes, for which routines are written out as instructions: on every target what plain loops give, on both sides of
// the sizes at which the code becomes another; and matrices that have no factor are told alike.

import { describe, expect, test } from "vitest";
import { type Backend, emit } from "../../src/emit/index.ts";
import type { Instruction, Region, Routine, Scalar, Step } from "../../src/ir/index.ts";
import { definite, numbers } from "../kernels/made.ts";
import { machine } from "../laws/machine.ts";

const { step } = machine("data y : real\nparam a : real\ny ~ Normal(a, 1)\n", {}, { capacity: 1 }).built;

/** Runs routines one after the other over regions with these values, and says what is in the regions then. */
function run(
  backend: Backend,
  exact: boolean,
  values: readonly (readonly number[])[],
  routines: (regions: readonly Region[]) => readonly Routine[],
): readonly (readonly number[])[] {
  let length = step.layout.length;
  const regions = values.map((own, k) => {
    // odd offsets, too: nothing may count on pairs that are aligned
    const region = { name: `r${k}`, offset: length + (k % 2), length: own.length };
    length += own.length + 1;
    return region;
  });
  const instructions = routines(regions).map((routine): Instruction => ({ kind: "routine", routine }));
  const procedures = [{ name: "evaluate", instructions }] as const;
  const whole: Step = { ...step, size: 400, layout: { ...step.layout, length }, procedures };
  const artefact = emit(whole, backend, exact);
  for (const [k, { offset }] of regions.entries()) artefact.memory.set(values[k]!, offset);
  artefact.run("evaluate", 1);
  return regions.map(({ offset, length: count }) => [...artefact.memory.subarray(offset, offset + count)]);
}

const targets: readonly [Backend, boolean][] = [
  ["interpret", false],
  ["js", false],
  ["wasm", false],
  ["wasm", true],
];

describe.each(targets)("on %s, exact %s", (backend, exact) => {
  test.each([1, 2, 3, 8, 15, 16, 17, 24, 100, 255, 256, 257, 300])("vectors of %i", (n) => {
    const next = numbers(n);
    const list = (): number[] => Array.from({ length: n }, next);
    const [a, b, c, d, e, f] = [list(), list(), list(), list(), list(), list()];
    const by: Scalar = { kind: "number", value: -1.5 };
    const number = (value: number): Scalar => ({ kind: "number", value });
    const found = run(
      backend,
      exact,
      [a, b, c, d, e, f, [0.75], [7]],
      ([zero, sum, copy, plus, less, scaled, k, dot]) => [
        { name: "add", target: sum!, source: zero! },
        { name: "copy", target: copy!, source: zero! },
        { name: "addScaled", target: plus!, source: zero!, factor: number(1) },
        { name: "addScaled", target: less!, source: zero!, factor: number(-1) },
        {
          name: "addScaled",
          target: scaled!,
          source: zero!,
          factor: { kind: "apply", op: "mul", args: [by, { kind: "read", region: k!, at: 0 }] },
        },
        { name: "dot", target: dot!, left: copy!, right: sum! },
        { name: "zero", target: zero! },
      ],
    );
    const close = (k: number, expected: readonly number[]): void => {
      for (const [i, x] of expected.entries()) expect(found[k]![i]).toBeCloseTo(x, 13);
    };
    close(
      0,
      a.map(() => 0),
    );
    close(
      1,
      a.map((x, i) => b[i]! + x),
    );
    expect(found[2]).toEqual(a);
    close(
      3,
      a.map((x, i) => d[i]! + x),
    );
    close(
      4,
      a.map((x, i) => e[i]! - x),
    );
    close(
      5,
      a.map((x, i) => f[i]! - 1.125 * x),
    );
    expect(found[7]![0]).toBeCloseTo(
      a.reduce((total, x, i) => total + x * (b[i]! + x), 0),
      11,
    );
  });

  test.each([1, 2, 3, 5, 9, 10, 11, 12, 13, 17])("a matrix of %i: its factor, its solution", (n) => {
    const next = numbers(100 + n);
    const a = definite(n, next);
    const source = Array.from({ length: n }, next);
    const diagonal = a.map((line, i) => 0.5 * line[i]!);
    const whole = a.map((line, i) => line.map((x, j) => (i === j ? 1.5 * x : x)));
    const [l, scale, status, , x] = run(
      backend,
      exact,
      [a.flat(), source.map(() => 0), [5, 5, 5], source, source.map(() => 0), diagonal],
      ([matrix, scale, status, source, target, more]) => [
        { name: "addDiagonal", target: matrix!, source: more!, size: n },
        { name: "cholesky", matrix: matrix!, scale: scale!, status: status!, size: n },
        { name: "choleskySolve", matrix: matrix!, scale: scale!, source: source!, target: target!, size: n },
      ],
    ) as [number[], number[], number[], number[], number[]];
    let smallest = 1;
    for (let i = 0; i < n; i++) {
      expect(scale[i]! ** 2 * whole[i]![i]!).toBeCloseTo(1, 13);
      smallest = Math.min(smallest, l[i * n + i]! ** 2);
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k <= j; k++) sum += l[i * n + k]! * l[j * n + k]!;
        expect(sum).toBeCloseTo(whole[i]![j]! * scale[i]! * scale[j]!, 13);
      }
      const back = whole[i]!.reduce((total, y, j) => total + y * x[j]! * scale[i]!, 0);
      expect(Math.abs(back - source[i]! * scale[i]!)).toBeLessThan(
        1e-9 * Math.max(1, ...source.map((s, k) => Math.abs(s * scale[k]!))),
      );
    }
    expect(status[0]).toBe(0);
    expect(status[1]).toBeCloseTo(smallest, 12);
  });

  test.each([
    ["nothing", [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["two columns alike", [4, 0, 0, 2, 1, 0, 0, 0, 3]],
    ["a negative variance", [1, 0, 0, 0, -1, 0, 0, 0, 2]],
    ["not definite", [1, 0, 0, 3, 1, 0, 0, 0, 1]],
    ["an infinite variance", [1, 0, 0, 0, Number.POSITIVE_INFINITY, 0, 0, 0, 1]],
    ["no number", [1, 0, 0, Number.NaN, 1, 0, 0, 0, 1]],
  ])("%s is told as by the evaluator", (_, values) => {
    const factorised = (on: Backend, exactly: boolean): readonly (readonly number[])[] =>
      run(on, exactly, [values, [0, 0, 0], [5, 5, 5]], ([matrix, scale, status]) => [
        { name: "cholesky", matrix: matrix!, scale: scale!, status: status!, size: 3 },
      ]);
    const [found, expected] = [factorised(backend, exact), factorised("interpret", false)];
    expect(found[2]![0]).toBeGreaterThan(0);
    expect([found[2]![0], found[2]![2]]).toEqual([expected[2]![0], expected[2]![2]]);
    expect(found[1]).toEqual(expected[1]);
  });
});
