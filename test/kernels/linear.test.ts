// The linear algebra of the kernels against plain loops and against what defines each result.

import { describe, expect, test } from "vitest";
import { plain, relaxed } from "../../src/kernels/index.ts";
import { accepts, instantiate } from "./instance.ts";
import { close, definite, numbers } from "./made.ts";

const builds = [["plain", plain] as const, ["relaxed", relaxed] as const].filter(([, build]) => accepts(build));

describe.each(builds)("%s", (_, build) => {
  const { memory, at, call } = instantiate(build, 128);
  const fill = (from: number, count: number, next: () => number): void => {
    for (let i = 0; i < count; i++) memory[from + i] = next();
  };

  test("updates on columns: only what they name, for all sizes and alignments", () => {
    for (const count of [1, 2, 3, 4, 5, 8, 10, 13, 67, 130])
      for (const rows of count < 20 ? [0, 1, 2, 3, 16, 255, 257, 600] : [5, 258])
        for (const [weighted, shift] of [
          [false, 0],
          [true, 1],
        ] as const) {
          const next = numbers(count * 1000 + rows);
          const [stride, ld] = [rows + 3, count + 2];
          const factors = shift;
          const weight = factors + stride * count;
          const target = weight + rows + 2;
          const work = target + ld * count + 2;
          fill(0, work, next);
          const before = memory.slice(0, work);
          const w = (r: number): number => (weighted ? (before[weight + r] as number) : 1);
          const z = (i: number, r: number): number => before[factors + i * stride + r] as number;
          const expected = before.slice();
          for (let i = 0; i < count; i++)
            for (let j = 0; j <= i; j++)
              for (let r = 0; r < rows; r++) expected[target + i * ld + j]! += w(r) * z(i, r) * z(j, r);
          call("rankUpdate", at(target), ld, at(factors), 8 * stride, count, weighted ? at(weight) : 0, rows, at(work));
          close(memory.subarray(0, work), expected, 1e-12);
          const [na, nb] = [count >> 1, count - (count >> 1)];
          for (let i = 0; i < na; i++)
            for (let j = 0; j < nb; j++)
              for (let r = 0; r < rows; r++) expected[target + i * ld + j]! -= 0.5 * w(r) * z(i, r) * z(na + j, r);
          call(
            "crossUpdate",
            at(target),
            ld,
            at(factors),
            na,
            at(factors + na * stride),
            nb,
            8 * stride,
            weighted ? at(weight) : 0,
            -0.5,
            rows,
            at(work),
          );
          close(memory.subarray(0, work), expected, 1e-12);
          for (let i = 0; i < count; i++)
            for (let r = 0; r < rows; r++) expected[target + i]! += z(i, r) * (before[weight + r] as number);
          call("dotRows", at(target), at(factors), 8 * stride, count, at(weight), rows);
          close(memory.subarray(0, work), expected, 1e-12);
          for (let r = 0; r < rows; r++)
            for (let k = 0; k < count; k++) expected[weight + r]! += z(k, r) * (expected[target + k] as number);
          call("axpyRows", at(weight), at(factors), 8 * stride, count, at(target), rows);
          close(memory.subarray(0, work), expected, 1e-10);
        }
  });

  test("Cholesky: the factor, solutions, inverse and determinant satisfy what defines them", () => {
    for (const n of [1, 2, 3, 4, 5, 7, 8, 16, 17, 20, 23, 56]) {
      const next = numbers(n);
      const a = definite(n, next);
      const [matrix, scale] = [1, 1 + n * n];
      const status = scale + n;
      const x = status + 3;
      const y = x + n;
      const work = y + n;
      memory.set(a.flat(), matrix);
      for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) memory[matrix + i * n + j] = Number.NaN; // never read
      const b = Array.from({ length: n }, next);
      memory.set(b, x);
      call("symmetricMultiply", at(matrix), at(x), at(y), n);
      const product = a.map((line) => line.reduce((sum, v, k) => sum + v * (b[k] as number), 0));
      close(memory.subarray(y, y + n), product, 1e-12);
      call("cholesky", at(matrix), at(scale), at(status), n);
      expect(memory[status]).toBe(0);
      const l = (i: number, j: number): number => (j <= i ? (memory[matrix + i * n + j] as number) : 0);
      const s = Array.from(memory.subarray(scale, scale + n));
      let smallest = 1;
      for (let i = 0; i < n; i++) {
        expect(s[i]).toBeCloseTo(1 / Math.sqrt(a[i]![i]!), 12);
        smallest = Math.min(smallest, l(i, i) ** 2);
        for (let j = 0; j <= i; j++) {
          let sum = 0;
          for (let k = 0; k <= j; k++) sum += l(i, k) * l(j, k);
          expect(Math.abs(sum - a[i]![j]! * s[i]! * s[j]!)).toBeLessThan(1e-14 * n);
        }
      }
      expect(memory[status + 1]).toBeCloseTo(smallest, 12);
      call("choleskySolve", at(matrix), at(scale), at(y), at(y), n);
      close(memory.subarray(y, y + n), b, 1e-9);
      call("choleskyInverseDiagonal", at(matrix), at(scale), at(x), n, at(work));
      const inverse = Array.from(memory.subarray(x, x + n));
      for (let i = 0; i < n; i++) {
        memory.fill(0, y, y + n);
        memory[y + i] = 1;
        call("choleskySolve", at(matrix), at(scale), at(y), at(y), n);
        expect((memory[y + i] as number) / (inverse[i] as number)).toBeCloseTo(1, 10);
      }
      memory[y] = 5;
      call("choleskyLogdet", at(matrix), at(scale), at(y), n);
      const logdet = s.reduce((sum, si, i) => sum + 2 * Math.log(l(i, i)) - 2 * Math.log(si), 5);
      expect(memory[y]).toBeCloseTo(logdet, 10);
    }
  });

  test("pivots that vanish are counted and leave the identity's line, whatever the size", () => {
    for (const n of [3, 9, 21]) {
      const next = numbers(n);
      const a = definite(n, next);
      // Coordinate n − 2 is twice coordinate 0, and the last has no information.
      for (let k = 0; k < n; k++) a[n - 2]![k] = a[k]![n - 2] = 2 * a[0]![k]!;
      a[n - 2]![n - 2] = 4 * a[0]![0]!;
      for (let k = 0; k < n; k++) a[n - 1]![k] = a[k]![n - 1] = 0;
      memory.set(a.flat(), 0);
      call("cholesky", at(0), at(n * n), at(n * n + n), n);
      expect(memory[n * n + n]).toBe(2);
      for (const line of [n - 2, n - 1])
        expect(Array.from(memory.subarray(line * n, line * n + line + 1))).toEqual([...new Array(line).fill(0), 1]);
      expect(memory[n * n + n - 1]).toBe(0);
    }
    memory.set([Number.NaN], 0);
    call("cholesky", at(0), at(1), at(2), 1);
    expect(Array.from(memory.subarray(2, 5))).toEqual([1, Number.NEGATIVE_INFINITY, 0]);
  });

  test("a factor follows its matrix: rank-one and rank-k updates, rows appended", () => {
    for (const n of [1, 2, 5, 12]) {
      const next = numbers(n + 7);
      const l = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => (j < i ? next() : j === i ? 1 + next() ** 2 : 0)),
      );
      const vectors = Array.from({ length: 3 }, () => Array.from({ length: n }, next));
      const ld = n + 1;
      const [factor, vector] = [0, n * ld];
      for (const [i, line] of l.entries()) memory.set(line, factor + i * ld);
      for (const [i, v] of vectors.entries()) memory.set(v, vector + i * n);
      const gram = l.map((li, i) =>
        l.map((lj, j) =>
          li.reduce(
            (sum, x, k) => sum + x * lj[k]!,
            vectors.reduce((sum, v) => sum + v[i]! * v[j]!, 0),
          ),
        ),
      );
      call("rankManyUpdate", at(factor), ld, at(vector), 8 * n, 3, n);
      for (let i = 0; i < n; i++)
        for (let j = 0; j <= i; j++) {
          let sum = 0;
          for (let k = 0; k <= j; k++) sum += memory[factor + i * ld + k]! * memory[factor + j * ld + k]!;
          expect(Math.abs(sum - gram[i]![j]!)).toBeLessThan(1e-13);
        }
      // The same by reflections, on columns, from the same start transposed.
      const root = 0;
      const stride = 4;
      const x = n * ld;
      memory.fill(0, 0, x);
      for (const [i, line] of l.entries()) for (const [j, value] of line.entries()) memory[root + j * ld + i] = value;
      for (const [r, v] of vectors.entries()) for (const [i, value] of v.entries()) memory[x + i * stride + r] = value;
      call("qrUpdate", at(root), ld, at(x), 8 * stride, n, 3);
      for (let i = 0; i < n; i++) {
        expect(memory[root + i * ld + i]).toBeGreaterThan(0);
        for (let j = 0; j <= i; j++) {
          let sum = 0;
          for (let k = 0; k <= j; k++) sum += memory[root + k * ld + i]! * memory[root + k * ld + j]!;
          expect(Math.abs(sum - gram[i]![j]!)).toBeLessThan(1e-13);
        }
      }
    }
  });

  test("triangular solves undo products", () => {
    for (const n of [1, 3, 9, 30]) {
      const next = numbers(n + 1);
      const ld = n + 2;
      const x = n * ld;
      fill(0, x, next);
      for (let i = 0; i < n; i++) memory[i * ld + i] = 2 + next();
      const b = Array.from({ length: n }, next);
      const l = (i: number, j: number): number => (j <= i ? memory[i * ld + j]! : 0);
      memory.set(
        b.map((_, i) => b.reduce((sum, v, k) => sum + l(i, k) * v, 0)),
        x,
      );
      call("solveLower", at(0), ld, at(x), n);
      const undone = Array.from(memory.subarray(x, x + n));
      memory.set(
        b.map((_, i) => b.reduce((sum, v, k) => sum + l(k, i) * v, 0)),
        x,
      );
      call("solveLowerTransposed", at(0), ld, at(x), n);
      for (let i = 0; i < n; i++) {
        // Well enough conditioned for ten digits at these sizes.
        expect(undone[i]).toBeCloseTo(b[i]!, 6);
        expect(memory[x + i]).toBeCloseTo(b[i]!, 6);
      }
    }
  });

  test("roots of small matrices, one a row, with columns of zeros where they are singular", () => {
    for (const size of [1, 2, 3, 4])
      for (const rows of [1, 2, 5]) {
        const next = numbers(size * 10 + rows);
        const stride = rows + 1;
        const target = size * size * stride;
        const matrices = Array.from({ length: rows }, (_, r) => {
          const g = Array.from({ length: size }, () => Array.from({ length: size }, next));
          if (r === 1) g[size - 1] = size > 1 ? g[0]! : [0];
          return g.map((gi) => g.map((gj) => gi.reduce((sum, x, k) => sum + x * gj[k]!, 0)));
        });
        for (const [r, m] of matrices.entries())
          for (const [k, value] of m.flat().entries()) memory[k * stride + r] = value;
        call("rootRows", at(target), at(0), size, 8 * stride, rows);
        const root = (i: number, j: number, r: number): number => memory[target + (i * size + j) * stride + r]!;
        for (const [r, m] of matrices.entries()) {
          if (r === 1) expect(root(size - 1, size - 1, r)).toBe(0);
          for (let i = 0; i < size; i++)
            for (let j = 0; j < size; j++) {
              if (j > i) expect(root(i, j, r)).toBe(0);
              let sum = 0;
              for (let k = 0; k < size; k++) sum += root(i, k, r) * root(j, k, r);
              expect(Math.abs(sum - m[i]![j]!)).toBeLessThan(1e-13);
            }
        }
      }
  });

  test("vectors", () => {
    for (const n of [0, 1, 2, 5, 8]) {
      const a = Array.from({ length: n }, (_, i) => i + 0.5);
      const b = Array.from({ length: n }, (_, i) => 2 * i + 1);
      const result = (name: string, ...args: readonly number[]): readonly number[] => {
        memory.set([...a, 99], 0);
        memory.set(b, 20);
        call(name, ...args);
        expect(memory[n]).toBe(99);
        return Array.from(memory.subarray(0, n));
      };
      expect(result("add", at(0), at(20), n)).toEqual(a.map((x, i) => x + b[i]!));
      expect(result("addScaled", at(0), at(20), 0.5, n)).toEqual(a.map((x, i) => x + 0.5 * b[i]!));
      expect(result("multiply", at(0), at(0), at(20), n)).toEqual(a.map((x, i) => x * b[i]!));
      expect(result("divide", at(0), at(0), at(20), n)).toEqual(a.map((x, i) => x / b[i]!));
      expect(result("reciprocal", at(0), at(20), n)).toEqual(b.map((x) => 1 / x));
      expect(call("dot", at(0), at(20), n)).toBeCloseTo(n, 12);
      memory[40] = 1;
      call("sumLog", at(40), at(20), n);
      expect(memory[40]).toBeCloseTo(
        b.reduce((sum, x) => sum + Math.log(x), 1),
        12,
      );
    }
  });
});
