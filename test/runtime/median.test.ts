// Geometric medians: closed forms for matrices that commute, laws of the metric, and a minimum that nothing near undercuts.

import { EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import { expect, test } from "vitest";
import { random } from "../../src/ir/index.ts";
import { medianInformation, medianPoint, type Pieces } from "../../src/runtime/index.ts";

const draws = random(5, "median");

const dense = (matrix: Matrix): Pieces => [
  { kind: "dense", size: matrix.rows, values: Float64Array.from(matrix.to1DArray()) },
];
const matrixOf = ([piece]: Pieces): Matrix =>
  Matrix.from1DArray(piece?.size ?? 0, piece?.size ?? 0, piece?.values ?? []);
const square = (size: number): Matrix =>
  Matrix.from1DArray(size, size, Array.from({ length: size * size }, draws.normal));
const positive = (size: number): Matrix => {
  const root = square(size);
  return Matrix.add(root.mmul(root.transpose()), Matrix.eye(size).mul(0.1));
};

/** ‖log A⁻¹B‖ from the eigenvalues of A⁻¹B, which are those of A^−½ B A^−½. */
function distance(a: Matrix, b: Matrix): number {
  const { realEigenvalues } = new EigenvalueDecomposition(inverse(a).mmul(b));
  return Math.sqrt(realEigenvalues.reduce((sum, x) => sum + Math.log(x) ** 2, 0));
}

function near(a: Matrix, b: Matrix, tolerance: number): void {
  const scale = Math.max(...b.to1DArray().map(Math.abs));
  for (const [k, x] of a.to1DArray().entries())
    expect(Math.abs(x - (b.to1DArray()[k] ?? 0))).toBeLessThan(tolerance * scale);
}

test("of an odd number of scalars it is the middle one", () => {
  const values = [0.2, 7, 3, 1e6, 5];
  const { median } = medianInformation(values.map((x) => [{ kind: "diagonal", size: 1, values: Float64Array.of(x) }]));
  expect(median[0]?.values[0]).toBeCloseTo(5, 6);
  const [point] = medianPoint(values.map((x) => Float64Array.of(x)));
  expect(point).toBeCloseTo(5, 5);
});

test("of the corners of a triangle of equal sides it is the centre", () => {
  const corners = [0, 1, 2].map((k) => [Math.cos((2 * Math.PI * k) / 3), Math.sin((2 * Math.PI * k) / 3)] as const);
  const points = corners.map(([x, y]) => Float64Array.of(10 + x, 20 + y));
  const [a, b] = medianPoint(points);
  expect(a).toBeCloseTo(10, 9);
  expect(b).toBeCloseTo(20, 9);
  // diagonal matrices, kept as such or densely: the same on their logarithms
  const diagonals = corners.map(([x, y]) => Float64Array.of(Math.exp(1 + x), Math.exp(-2 + y)));
  const kept = medianInformation(diagonals.map((values) => [{ kind: "diagonal", size: 2, values }]));
  const full = medianInformation(diagonals.map((values) => dense(Matrix.diag([...values]))));
  for (const values of [[...(kept.median[0]?.values ?? [])], matrixOf(full.median).diagonal()]) {
    expect(Math.log(values[0] ?? 0)).toBeCloseTo(1, 8);
    expect(Math.log(values[1] ?? 0)).toBeCloseTo(-2, 8);
  }
  for (const d of [...kept.distances, ...full.distances]) expect(d).toBeCloseTo(1, 8);
});

test("a congruence of the matrices is one of the median, and so is the inverse", () => {
  for (let round = 0; round < 5; round++) {
    const matrices = Array.from({ length: 5 }, () => positive(4));
    const by = square(4);
    const median = matrixOf(medianInformation(matrices.map(dense)).median);
    const turned = medianInformation(matrices.map((m) => dense(by.mmul(m).mmul(by.transpose())))).median;
    near(matrixOf(turned), by.mmul(median).mmul(by.transpose()), 1e-6);
    near(matrixOf(medianInformation(matrices.map((m) => dense(inverse(m)))).median), inverse(median), 1e-6);
  }
});

test("nothing near has a smaller sum of distances", () => {
  const matrices = Array.from({ length: 6 }, () => positive(3));
  const { median, distances } = medianInformation(matrices.map(dense));
  const centre = matrixOf(median);
  const sum = (at: Matrix): number => matrices.reduce((total, m) => total + distance(at, m), 0);
  expect(distances.reduce((a, b) => a + b, 0)).toBeCloseTo(sum(centre), 8);
  for (let k = 0; k < 20; k++) {
    const move = square(3).mul(1e-3);
    const grown = Matrix.add(Matrix.eye(3), move);
    expect(sum(grown.mmul(centre).mmul(grown.transpose()))).toBeGreaterThan(sum(centre) - 1e-12);
  }
});

test("fewer than half of the matrices can't carry it away", () => {
  const matrices = Array.from({ length: 7 }, () => positive(3));
  const at = (scale: number): Matrix => {
    const bad = matrices.map((m, k) => (k < 3 ? Matrix.mul(m, scale) : m));
    return matrixOf(medianInformation(bad.map(dense)).median);
  };
  expect(distance(at(1e6), at(1e9))).toBeLessThan(0.5);
  // their mean is carried as far as one likes
  expect(distance(at(1e9), matrices[4] as Matrix)).toBeLessThan(20);
});

test("points in a metric: what stretches the space stretches the median", () => {
  const points = Array.from({ length: 7 }, () => Float64Array.from({ length: 3 }, draws.normal));
  const stretch = [3, 0.2, 10];
  const plain = medianPoint(points.map((p) => p.map((x, i) => x * (stretch[i] as number))));
  const inMetric = medianPoint(points, (d) => Math.hypot(...d.map((x, i) => x * (stretch[i] as number))));
  for (const [i, x] of inMetric.entries()) expect(x * (stretch[i] as number)).toBeCloseTo(plain[i] as number, 7);
});
