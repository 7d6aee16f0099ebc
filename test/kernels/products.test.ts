// Matrix products of the kernels against plain loops, in doubles and by panels of floats, and the inverse that is made of them.

import { describe, expect, test } from "vitest";
import { plain, relaxed } from "../../src/kernels/index.ts";
import { accepts, instantiate } from "./instance.ts";
import { definite, numbers } from "./made.ts";

const builds = [["plain", plain] as const, ["relaxed", relaxed] as const].filter(([, build]) => accepts(build));

const shapes = [
  [1, 1, 1],
  [2, 3, 0],
  [1, 9, 4],
  [7, 1, 5],
  [4, 8, 2],
  [5, 9, 3],
  [33, 17, 300],
  [70, 10, 385],
  [3, 520, 7],
  [66, 266, 257],
] as const;

describe.each(builds)("%s", (_, build) => {
  const { memory, at, call } = instantiate(build, 128);

  describe.each([
    ["gemm", 1e-14],
    ["gemmSingle", 1e-6],
  ] as const)("%s", (name, tolerance) => {
    test.each(shapes)("%i × %i over %i: any strides, weights, set or added, whole or lower triangle", (m, n, k) => {
      const next = numbers(m + n + k);
      for (const [leftTransposed, rightTransposed] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ])
        for (const form of [0, 1, 2, 3])
          for (const weighted of [false, true]) {
            const [adds, lower] = [(form & 1) !== 0, (form & 2) !== 0];
            const [rowA, colA] = leftTransposed ? [1, m + 1] : [k + 1, 1];
            const [rowB, colB] = rightTransposed ? [1, k + 3] : [n + 2, 1];
            const [a, b] = [0, (m + 1) * (k + 1)];
            const weight = b + (n + 3) * (k + 3);
            const c = weight + k;
            const work = c + m * (n + 3);
            for (let i = 0; i < work; i++) memory[i] = next();
            const before = memory.slice(0, work);
            const strides = [at(a), rowA, colA, at(b), rowB, colB];
            call(name, at(c), n + 3, ...strides, m, n, k, -0.5, weighted ? at(weight) : 0, form, at(work));
            let worst = 0;
            for (let i = 0; i < m; i++)
              for (let j = 0; j < n + 3; j++) {
                const place = c + i * (n + 3) + j;
                let [expected, size] = [before[place]!, 1];
                if (j < n && (!lower || j <= i)) {
                  if (!adds) expected = 0;
                  for (let l = 0; l < k; l++) {
                    const w = weighted ? before[weight + l]! : 1;
                    const term = -0.5 * w * before[a + i * rowA + l * colA]! * before[b + l * rowB + j * colB]!;
                    expected += term;
                    size += Math.abs(term);
                  }
                  worst = Math.max(worst, Math.abs(memory[place]! - expected) / size);
                } else if (memory[place] !== expected) throw new Error(`wrote ${i}, ${j}`);
              }
            expect(worst).toBeLessThan(tolerance);
            for (let i = 0; i < c; i++) if (memory[i] !== before[i]) throw new Error(`wrote argument ${i}`);
          }
    });
  });

  test.each(["gemm", "gemmSingle"])("%s leaves out steps in which a panel is zero", (name) => {
    const [m, n, k] = [13, 21, 300];
    const next = numbers(9);
    const [b, c, work] = [m * k, m * k + k * n, m * k + k * n + m * n];
    for (let i = 0; i < c; i++) memory[i] = next();
    // most steps are zero in one factor, the other, or some lines and columns of both
    for (let l = 0; l < k; l++) {
      if (l % 3 > 0) for (let i = 0; i < m; i++) if (i < 4 || l % 3 === 1) memory[i * k + l] = 0;
      if (l % 5 > 0) for (let j = 0; j < n; j++) if (j > 7) memory[b + l * n + j] = 0;
    }
    call(name, at(c), n, at(0), k, 1, at(b), n, 1, m, n, k, 1, 0, 0, at(work));
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) sum += memory[i * k + l]! * memory[b + l * n + j]!;
        expect(Math.abs(memory[c + i * n + j]! - sum)).toBeLessThan(name === "gemm" ? 1e-12 : 1e-4);
      }
  });

  test.each([1, 2, 5, 63, 64, 65, 130])("the inverse of a matrix of size %i by its factor, in place or not", (n) => {
    const a = definite(n, numbers(n));
    const [matrix, other] = [0, n * n + 1];
    const scale = other + n * n;
    const work = scale + n + 3;
    for (const target of [matrix, other]) {
      memory.fill(Number.NaN, 0, work);
      for (const [i, line] of a.entries()) memory.set(line.slice(0, i + 1), matrix + i * n);
      call("cholesky", at(matrix), at(scale), at(scale + n), n);
      call("choleskyInverse", at(matrix), at(scale), at(target), n, at(work));
      const inverse = (i: number, j: number): number => memory[target + i * n + j]!;
      let worst = 0;
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          expect(inverse(i, j)).toBe(inverse(j, i));
          let sum = i === j ? -1 : 0;
          for (let l = 0; l < n; l++) sum += inverse(i, l) * a[l]![j]!;
          // beside what the scales of the coordinates are
          worst = Math.max(worst, Math.abs(sum) * Math.sqrt(a[i]![i]! / a[j]![j]!));
        }
      expect(worst).toBeLessThan(1e-9);
    }
  });
});
