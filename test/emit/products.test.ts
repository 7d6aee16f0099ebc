// Products of matrices in emitted programs: every target against the evaluator row by row on models that are made of them,
// and the routines themselves against plain loops, in double and in single precision.

import { describe, expect, test } from "vitest";
import { type Backend, emit, loops } from "../../src/emit/index.ts";
import type { Instruction, Precision, Region, Routine, Scalar, Step } from "../../src/ir/index.ts";
import { numbers } from "../kernels/made.ts";
import { machine, oracle, type Rows } from "../laws/machine.ts";

const targets: readonly [Backend, Precision, number][] = [
  ["interpret", "double", 1e-12],
  ["js", "double", 1e-12],
  ["wasm", "double", 1e-12],
  ["interpret", "single", 1e-12],
  ["wasm", "single", 1e-5],
];

const predictors = 'data x : real[9] from "x*"\n';
const models: Readonly<Record<string, string>> = {
  "two layers": `${predictors}data y : category[5]
param W : real[16, 9]
param b : real[16]
param V : real[5, 16]
y ~ Categorical(logits: V @ tanh(W @ x + b))
`,
  "a vector from the left": `${predictors}data y : category[9]
param W : real[9, 9]
param V : real[9, 9]
y ~ Categorical(logits: tanh(x @ W) @ V)
`,
  "one matrix three times, and transposed": `${predictors}data y : category[9]
param W : real[9, 9]
y ~ Categorical(logits: W' @ tanh(W @ tanh(W @ x)))
`,
  "flat matrices": `${predictors}data y : category[3]
param W : real[3, 9]
param u : real[9]
y ~ Categorical(logits: W @ x + u @ x)
`,
  "a computed matrix": `${predictors}data w : positive
data y : category[9]
param W : real[9, 9]
param s : real
y ~ Categorical(logits: s * exp(W) @ x) weight w
`,
  "a matrix of one column": `${predictors}data z : real
data y : category[5]
param W : real[16, 9]
param V : real[5, 16]
param c : real[5]
y ~ Categorical(logits: V @ (tanh(W @ x) * z) + c * z)
`,
};

/** Rows for any of the models. */
function rowsOf(rows: number, classes: number): Rows {
  const next = numbers(rows);
  const column = (width: number, f: (u: number) => number): number[] =>
    Array.from({ length: width * rows }, () => f(next()));
  return {
    rows,
    columns: {
      x: column(9, (u) => u),
      z: column(1, (u) => u),
      w: column(1, (u) => 1.2 + u),
      y: column(1, (u) => Math.floor(((u + 1) / 2) * classes)),
    },
  };
}

/** Largest difference beside the largest entry. */
function apart(found: readonly number[], expected: readonly number[]): number {
  const size = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...expected.map((v, k) => Math.abs(found[k]! - v) / size));
}

describe.each(Object.entries(models))("%s", (_, text) => {
  const classes = Number(/category\[(\d+)\]/.exec(text)?.[1]);
  const own = machine(text, {}, { structure: "diagonal", information: "empirical", capacity: 16 });
  const next = numbers(7);
  const phi = Array.from({ length: own.size }, () => 0.6 * next());

  test.each(targets)("%s, %s: value, score and diagonal", (backend, precision, tolerance) => {
    const { step } = own.built;
    const artefact = emit({ ...step, precision }, backend);
    const region = ({ offset, length }: Region): Float64Array => artefact.memory.subarray(offset, offset + length);
    const { state, columns, capacity } = step.layout;
    for (const count of [1, 13, 16]) {
      const rows = rowsOf(count, classes);
      const truth = oracle(own, "empirical", phi, rows);
      for (const name of ["logLikelihood", "score", "information"] as const) region(state[name]).fill(0);
      region(state.phi).set(phi);
      for (const [name, place] of columns)
        for (let k = 0; k < place.length / capacity; k++)
          for (let r = 0; r < count; r++) region(place)[k * capacity + r] = rows.columns[name]![k * count + r]!;
      artefact.run("accumulate", count);
      expect(apart([...region(state.logLikelihood)], [truth.logLikelihood])).toBeLessThan(tolerance);
      expect(apart([...region(state.score)], truth.score)).toBeLessThan(tolerance);
      const diagonal = truth.information.map((line, i) => line[i]!);
      expect(apart([...region(state.information)].slice(0, own.size), diagonal)).toBeLessThan(tolerance);
    }
  });
});

test("what is made of matrices is left to routines, and no loop computes what nothing reads", () => {
  const { step } = machine(models["two layers"]!, {}, { structure: "diagonal", information: "empirical" }).built;
  const slope = loops(step).procedures.find((p) => p.name === "slope")!;
  const names = slope.body.flatMap((s) => (s.kind === "routine" ? [s.routine.name] : []));
  expect(names).toEqual(["multiplyRows", "multiplyRows", "crossUpdate", "multiplyRows", "crossUpdate"]);
  expect(JSON.stringify(slope.body)).not.toContain('"index":"i1"');
});

// ---------------------------------------------------------------- routines

const capacity = 258;

/** Memory for routines, region after region, and what they leave there on a target. */
function bench(backend: Backend): {
  readonly region: (values: readonly number[]) => Region;
  readonly run: (routine: Routine, rows: number) => (region: Region) => number[];
} {
  const { step } = machine("data y : real\nparam a : real\ny ~ Normal(a, 1)\n", {}, { capacity }).built;
  let length = step.layout.length;
  const regions: (readonly [Region, readonly number[]])[] = [];
  return {
    region: (values) => {
      const region = { name: `r${regions.length}`, offset: length, length: values.length };
      length += values.length;
      regions.push([region, values]);
      return region;
    },
    run: (routine, rows) => {
      const instructions: readonly Instruction[] = [{ kind: "routine", routine }];
      const procedures = [{ name: "evaluate", instructions }] as const;
      // the interpreter's buffer is as long as the largest block
      const whole: Step = { ...step, size: 400, layout: { ...step.layout, length }, procedures };
      const artefact = emit(whole, backend);
      for (const [{ offset }, values] of regions) artefact.memory.set(values, offset);
      artefact.run("evaluate", rows);
      return ({ offset, length: count }) => [...artefact.memory.subarray(offset, offset + count)];
    },
  };
}

describe.each<Backend>(["interpret", "js", "wasm"])("routines on %s", (backend) => {
  const list = (count: number, next: () => number): number[] => Array.from({ length: count }, next);
  const precisions: readonly [Precision, number][] = [
    ["double", 1e-12],
    ["single", 1e-5],
  ];

  test.each(precisions)("matrixMultiply, %s: transposed or not, set or added", (precision, tolerance) => {
    for (const [lines, columns, inner] of [
      [1, 1, 1],
      [5, 3, 7],
      [17, 40, 9],
      [65, 33, 260],
    ] as const)
      for (const transposeLeft of [false, true])
        for (const transposeRight of [false, true])
          for (const add of [false, true]) {
            const { region, run } = bench(backend);
            const next = numbers(lines + columns);
            const [a, b, c] = [list(lines * inner, next), list(inner * columns, next), list(lines * columns, next)];
            const [left, right, target, by] = [region(a), region(b), region(c), region([-1.5])];
            const factor: Scalar = { kind: "read", region: by, at: 0 };
            const shape = { lines, columns, inner, transposeLeft, transposeRight };
            const routine = { name: "matrixMultiply", target, left, right, ...shape, factor, add, precision } as const;
            const expected = c.map((old, at) => {
              const [i, j] = [Math.floor(at / columns), at % columns];
              let sum = add ? old : 0;
              for (let l = 0; l < inner; l++)
                sum -=
                  1.5 *
                  a[transposeLeft ? l * lines + i : i * inner + l]! *
                  b[transposeRight ? j * inner + l : l * columns + j]!;
              return sum;
            });
            expect(apart(run(routine, 1)(target), expected)).toBeLessThan(tolerance);
          }
  });

  test("choleskyInverse: the inverse of what was factorised, in place or not", () => {
    for (const size of [1, 3, 70])
      for (const inPlace of [true, false]) {
        const { region, run } = bench(backend);
        const next = numbers(size);
        // a factor, and scales, as `cholesky` leaves them
        const l = list(size * size, next).map((v, at) => {
          const [i, j] = [Math.floor(at / size), at % size];
          return i === j ? 2 + v : j < i ? v / size : 5;
        });
        const s = list(size, () => 1.5 + next());
        const [matrix, scale] = [region(l), region(s)];
        const target = inPlace ? matrix : region(list(size * size, next));
        const inverse = run({ name: "choleskyInverse", matrix, scale, target, size }, 1)(target);
        const a = (i: number, j: number): number => {
          let sum = 0;
          for (let k = 0; k <= Math.min(i, j); k++) sum += l[i * size + k]! * l[j * size + k]!;
          return sum / (s[i]! * s[j]!);
        };
        for (let i = 0; i < size; i++)
          for (let j = 0; j < size; j++) {
            let sum = 0;
            for (let k = 0; k < size; k++) sum += a(i, k) * inverse[k * size + j]!;
            expect(Math.abs(sum - (i === j ? 1 : 0))).toBeLessThan(1e-11);
            expect(inverse[i * size + j]).toBe(inverse[j * size + i]);
          }
      }
  });

  test.each(precisions)("multiplyRows, crossUpdate and rankUpdate, %s", (precision, tolerance) => {
    for (const rows of [1, 7, capacity])
      for (const [size, inner] of [
        [1, 1],
        [3, 5],
        [10, 33],
        [66, 70],
      ] as const) {
        const next = numbers(rows + size);
        const x = list(size * capacity, next);
        const y = list(inner * capacity, next);
        const w = list(capacity, () => 1.5 + next());
        const m = list(size * inner, next);
        for (const transposed of [false, true]) {
          const { region, run } = bench(backend);
          const [matrix, factors, target] = [region(m), region(y), region(x)];
          const shape = { size, inner, transposed, precision };
          const result = run({ name: "multiplyRows", target, matrix, factors, ...shape }, rows)(target);
          const place = (i: number, j: number): number => (transposed ? j * size + i : i * inner + j);
          for (let i = 0; i < size; i++) {
            const expected = list(rows, () => 0);
            for (let r = 0; r < rows; r++)
              for (let j = 0; j < inner; j++) expected[r]! += m[place(i, j)]! * y[j * capacity + r]!;
            expect(apart(result.slice(i * capacity, i * capacity + rows), expected)).toBeLessThan(tolerance);
          }
        }
        for (const weighted of [false, true]) {
          const { region, run } = bench(backend);
          const [target, left, right, weights] = [region(m), region(x), region(y), region(w)];
          const weight = weighted ? weights : null;
          const shape = { leftSize: size, rightSize: inner, factor: -0.5, precision };
          const found = run({ name: "crossUpdate", target, left, right, weight, ...shape }, rows)(target);
          const at = (k: number, r: number): number => (weighted ? w[r]! : 1) * k;
          const expected = m.map((old, k) => {
            let sum = old;
            for (let r = 0; r < rows; r++)
              sum -= 0.5 * at(x[Math.floor(k / inner) * capacity + r]!, r) * y[(k % inner) * capacity + r]!;
            return sum;
          });
          expect(apart(found, expected)).toBeLessThan(tolerance);
        }
        const { region, run } = bench(backend);
        const whole = size + 4;
        const [target, factors, weight] = [region(list(whole * whole, () => 1)), region(x), region(w)];
        // with a gap, so that there are two runs where there are two coordinates
        const positions = Array.from({ length: size }, (_, i) => (2 * i < size ? i : i + 3));
        const routine = { name: "rankUpdate", target, factors, weight, positions, size: whole, precision } as const;
        const found = run(routine, rows)(target);
        const expected = list(whole * whole, () => 1);
        for (const [i, p] of positions.entries())
          for (const [j, q] of positions.slice(0, i + 1).entries())
            for (let r = 0; r < rows; r++)
              expected[p * whole + q]! += w[r]! * x[i * capacity + r]! * x[j * capacity + r]!;
        expect(apart(found, expected)).toBeLessThan(tolerance);
      }
  });
});
