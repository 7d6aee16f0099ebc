// What instructions cost: operations of one batch by the kind of code that carries them out. Loops are counted by the
// target that writes them (`Tally`), routines here; structures need no cost formulas beside these.

import type { KernelArgument, Routine, Tally } from "../ir/index.ts";

/** Operations of a batch, by what carries them out; in multiply–adds but for bytes and calls. */
export interface Work {
  /** In loops over rows. */
  readonly elementwise: number;
  /** Of functions such as exp there. */
  readonly functions: number;
  /** In loops that don't run over rows. */
  readonly serial: number;
  /** Sums of products in doubles: rank-k updates, matrix products. */
  readonly products: number;
  /** The same in floats. */
  readonly singles: number;
  /** Cholesky factorisations and their inverses. */
  readonly dense: number;
  /** A line at a time: triangular solves, a matrix times a vector, what a factorisation does for each line. */
  readonly lines: number;
  /** Portable kernels, which know no vectors. */
  readonly portable: number;
  /** Portable kernels that go from level to level: operations, and values read. */
  readonly levels: number;
  /** Portable kernels that look for eigenvectors. */
  readonly eigen: number;
  /** Bytes read and written. */
  readonly bytes: number;
  /** Values read or added at computed places. */
  readonly scattered: number;
  /** Loops and routines entered. */
  readonly calls: number;
}

export const workKinds = [
  "elementwise",
  "functions",
  "serial",
  "products",
  "singles",
  "dense",
  "lines",
  "portable",
  "levels",
  "eigen",
  "bytes",
  "scattered",
  "calls",
] as const satisfies readonly (keyof Work)[];

function made(of: (kind: keyof Work) => number): Work {
  return Object.fromEntries(workKinds.map((kind) => [kind, of(kind)])) as unknown as Work;
}

export const noWork: Work = made(() => 0);

/** Σ times · work */
export function sumOfWork(works: readonly (readonly [times: number, work: Work])[]): Work {
  return made((kind) => works.reduce((sum, [times, work]) => sum + times * work[kind], 0));
}

/** What is left of some work without another. */
export function without(work: Work, other: Work): Work {
  return made((kind) => Math.max(0, work[kind] - other[kind]));
}

/** All multiply–adds. */
export function flopsOf(work: Work): number {
  return workKinds.reduce((sum, kind) => sum + (kind === "bytes" || kind === "calls" ? 0 : work[kind]), 0);
}

/** The work of what was counted over `rows` rows. */
export function workOf(tally: Tally, rows: number): Work {
  const { elementwise, functions, serial, bytes, scattered, loops, routines } = tally;
  const own = { ...noWork, elementwise, functions, serial, bytes, scattered, calls: loops };
  return sumOfWork([
    [1, own],
    ...routines.map(({ routine, times }) => [times, { ...noWork, calls: 1, ...routineWork(routine, rows) }] as const),
  ]);
}

function product(precision: "double" | "single" | undefined, count: number): Partial<Work> {
  return precision === "single" ? { singles: count } : { products: count };
}

/** Columns of a rank-k update are taken four at a time. */
const tile = 4;

function routineWork(routine: Routine, rows: number): Partial<Work> {
  switch (routine.name) {
    case "rankUpdate": {
      const n = tile * Math.ceil(routine.positions.length / tile);
      return { ...product(routine.precision, (rows * n * (n + tile)) / 2), bytes: 8 * rows * n };
    }
    case "dotRows":
    case "combineRows":
      return { elementwise: rows * routine.size, bytes: 8 * rows * routine.size };
    case "crossUpdate": {
      const { leftSize, rightSize } = routine;
      return { ...product(routine.precision, rows * leftSize * rightSize), bytes: 8 * rows * (leftSize + rightSize) };
    }
    case "multiplyRows": {
      const { size, inner } = routine;
      return { ...product(routine.precision, rows * size * inner), bytes: 8 * (rows * (size + inner) + size * inner) };
    }
    case "matrixMultiply": {
      const { lines, columns, inner } = routine;
      const bytes = 8 * (lines * columns + lines * inner + columns * inner);
      return { ...product(routine.precision, lines * columns * inner), bytes };
    }
    case "choleskyInverse":
      return { dense: routine.size ** 3 / 3, lines: routine.size ** 2 };
    case "cholesky":
    case "choleskyInverseDiagonal":
      return { dense: routine.size ** 3 / 6, lines: routine.size ** 2, serial: routine.size };
    case "choleskySolve":
    case "symmetricMultiply":
      return { lines: routine.size ** 2 };
    case "kernel":
      return kernelWork(routine.kernel, routine.args, routine.flops);
    case "rootRows":
      return { portable: rows * (routine.size ** 3 / 6 + routine.size ** 2) };
    case "add":
      return { bytes: 24 * routine.target.length };
    case "addScaled":
      return { bytes: 24 * routine.target.length };
    case "copy":
      return { bytes: 16 * routine.target.length };
    case "zero":
    case "unit":
      return { bytes: 8 * routine.target.length };
    case "scale":
      return { bytes: 16 * routine.target.length, serial: routine.target.length };
    case "dot":
      return { bytes: 16 * routine.left.length, serial: routine.left.length };
    case "addAtLane":
      return { serial: 1 };
    case "subtractAtLaneRow":
      return { bytes: 24 * routine.size };
    case "reciprocal":
    case "divide":
    case "multiply":
    case "addDiagonal":
    case "addDiagonalOf":
    case "diagonalCheck":
    case "sumLog":
    case "choleskyLogdet":
      return { bytes: 24 * routine.size, serial: serialOf[routine.name] * routine.size };
  }
}

/** Going from level to level a kernel reads all it is given, a few values at a time. */
function kernelWork(kernel: string, args: readonly KernelArgument[], flops: number): Partial<Work> {
  if (kernel === "lowrankAppend" || kernel === "lowrankAppendMany" || kernel === "lowrankJoin") return { eigen: flops };
  if (!kernel.startsWith("arrow")) return { portable: flops };
  const given = args.reduce<number>((sum, a) => sum + (typeof a === "object" ? a.length : 0), 0);
  return { levels: flops + (kernel === "arrowAccumulate" ? 0 : given) };
}

/** Operations a coordinate. */
const serialOf = {
  reciprocal: 4,
  divide: 4,
  multiply: 1,
  addDiagonal: 1,
  addDiagonalOf: 1,
  diagonalCheck: 6,
  sumLog: 10,
  choleskyLogdet: 20,
} as const;
