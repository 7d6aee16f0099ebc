// The named routines of a step on a Float64Array: one total table, shared by the targets that run in JavaScript.

import { info, type Routine, type RoutineName, type Scalar } from "../../ir/index.ts";
import { portableKernel } from "../../kernels/index.ts";
import * as dense from "./dense.ts";
import * as products from "./products.ts";

/** What a routine may need besides its regions. */
export interface RoutineContext {
  readonly memory: Float64Array;
  /** Rows a column has room for, and rows in the batch. */
  readonly capacity: number;
  readonly rows: number;
  readonly lane: number;
  /** Room for max(capacity, size of the largest block). */
  readonly buffer: Float64Array;
}

type Runner<N extends RoutineName> = (routine: Extract<Routine, { name: N }>, context: RoutineContext) => void;

const runners: { readonly [N in RoutineName]: Runner<N> } = {
  zero: ({ target }, { memory }) => {
    memory.fill(0, target.offset, target.offset + target.length);
  },
  add: ({ target, source }, { memory: m }) => {
    for (let i = 0; i < target.length; i++)
      m[target.offset + i] = (m[target.offset + i] as number) + (m[source.offset + i] as number);
  },
  copy: ({ target, source }, { memory }) => {
    memory.copyWithin(target.offset, source.offset, source.offset + target.length);
  },
  addScaled: ({ target, source, factor }, { memory: m, rows }) => {
    const by = scalar(factor, m, rows);
    for (let i = 0; i < target.length; i++)
      m[target.offset + i] = (m[target.offset + i] as number) + by * (m[source.offset + i] as number);
  },
  scale: ({ target, factor }, { memory: m, rows }) => {
    const by = scalar(factor, m, rows);
    for (let i = 0; i < target.length; i++) m[target.offset + i] = by * (m[target.offset + i] as number);
  },
  kernel: ({ kernel, args }, { memory, capacity, rows }) => {
    const numbers = args.map((a) =>
      typeof a === "object" ? a.offset : a === "rows" ? rows : a === "capacity" ? capacity : a,
    );
    portableKernel(kernel)(memory, ...numbers);
  },
  dot: ({ target, left, right }, { memory: m }) => {
    let sum = 0;
    for (let i = 0; i < left.length; i++) sum += (m[left.offset + i] as number) * (m[right.offset + i] as number);
    m[target.offset] = sum;
  },
  unit: ({ target }, { memory, lane }) => {
    memory.fill(0, target.offset, target.offset + target.length);
    memory[target.offset + lane] = 1;
  },
  addAtLane: ({ target, source, factor, first }, { memory: m, lane }) => {
    const at = lane - first;
    if (at < 0 || at >= target.length) return;
    m[target.offset + at] = (m[target.offset + at] as number) + factor * (m[source.offset + at] as number);
  },
  subtractAtLaneRow: ({ target, source, size, first }, { memory: m, lane }) => {
    const line = lane - first;
    if (line < 0 || line >= size) return;
    const at = target.offset + line * size;
    for (let j = 0; j < size; j++) m[at + j] = (m[at + j] as number) - (m[source.offset + j] as number);
  },
  rankUpdate: ({ target, factors, weight, positions, size }, { memory, capacity, rows, buffer }) => {
    const from = weight?.offset ?? -1;
    dense.rankUpdate(memory, target.offset, factors.offset, from, positions, size, capacity, rows, buffer);
  },
  crossUpdate: ({ target, left, right, weight, leftSize, rightSize, factor }, { memory, capacity, rows, buffer }) => {
    const at = [target.offset, left.offset, right.offset, weight?.offset ?? -1] as const;
    products.crossUpdate(memory, ...at, leftSize, rightSize, factor, capacity, rows, buffer);
  },
  multiplyRows: ({ target, matrix, factors, size, inner, transposed }, { memory, capacity, rows }) => {
    const [line, column] = transposed ? [1, size] : [inner, 1];
    const at = [target.offset, matrix.offset, factors.offset] as const;
    products.multiplyRows(memory, ...at, size, inner, line, column, capacity, rows);
  },
  dotRows: ({ target, factors, weight, size }, { memory, capacity, rows }) => {
    dense.dotRows(memory, target.offset, factors.offset, weight.offset, size, capacity, rows);
  },
  combineRows: ({ target, factors, weights, size }, { memory, capacity, rows }) => {
    dense.combineRows(memory, target.offset, factors.offset, weights.offset, size, capacity, rows);
  },
  addDiagonal: ({ target, source, size }, { memory: m }) => {
    for (let i = 0; i < size; i++) {
      const at = target.offset + i * size + i;
      m[at] = (m[at] as number) + (m[source.offset + i] as number);
    }
  },
  addDiagonalOf: ({ matrix, target, size }, { memory: m }) => {
    for (let i = 0; i < size; i++)
      m[target.offset + i] = (m[target.offset + i] as number) + (m[matrix.offset + i * size + i] as number);
  },
  cholesky: ({ matrix, scale, status, size }, { memory }) => {
    dense.cholesky(memory, matrix.offset, scale.offset, status.offset, size);
  },
  choleskySolve: ({ matrix, scale, source, target, size }, { memory }) => {
    dense.choleskySolve(memory, matrix.offset, scale.offset, source.offset, target.offset, size);
  },
  choleskyInverse: ({ matrix, scale, target, size }, { memory, buffer }) => {
    products.choleskyInverse(memory, matrix.offset, scale.offset, target.offset, size, buffer);
  },
  matrixMultiply: (routine, { memory, rows }) => {
    const { target, left, right, lines, columns, inner, transposeLeft, transposeRight, factor, add } = routine;
    const [leftLine, leftColumn] = transposeLeft ? [1, lines] : [inner, 1];
    const [rightLine, rightColumn] = transposeRight ? [1, inner] : [columns, 1];
    const strides = [leftLine, leftColumn, rightLine, rightColumn] as const;
    const at = [target.offset, left.offset, right.offset] as const;
    products.matrixMultiply(memory, ...at, lines, columns, inner, ...strides, scalar(factor, memory, rows), add);
  },
  choleskyInverseDiagonal: ({ matrix, scale, target, size }, { memory, buffer }) => {
    dense.choleskyInverseDiagonal(memory, matrix.offset, scale.offset, target.offset, size, buffer);
  },
  choleskyLogdet: ({ matrix, scale, target, size }, { memory }) => {
    dense.choleskyLogdet(memory, matrix.offset, scale.offset, target.offset, size);
  },
  symmetricMultiply: ({ matrix, source, target, size }, { memory }) => {
    dense.symmetricMultiply(memory, matrix.offset, source.offset, target.offset, size);
  },
  diagonalCheck: ({ matrix, status, size }, { memory: m }) => {
    let [vanished, smallest, where] = [0, Number.POSITIVE_INFINITY, -1];
    for (let i = 0; i < size; i++) {
      const value = m[matrix.offset + i] as number;
      if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
        vanished += 1;
        m[matrix.offset + i] = Number.POSITIVE_INFINITY; // its coordinate takes no step
      }
      if (!(value >= smallest)) [smallest, where] = [value, i];
    }
    m[status.offset] = vanished;
    m[status.offset + 1] = smallest;
    m[status.offset + 2] = where;
  },
  divide: ({ matrix, source, target, size }, { memory: m }) => {
    for (let i = 0; i < size; i++)
      m[target.offset + i] = (m[source.offset + i] as number) / (m[matrix.offset + i] as number);
  },
  multiply: ({ matrix, source, target, size }, { memory: m }) => {
    for (let i = 0; i < size; i++)
      m[target.offset + i] = (m[source.offset + i] as number) * (m[matrix.offset + i] as number);
  },
  reciprocal: ({ source, target, size }, { memory: m }) => {
    for (let i = 0; i < size; i++) m[target.offset + i] = 1 / (m[source.offset + i] as number);
  },
  sumLog: ({ matrix, target, size }, { memory: m }) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += Math.log(m[matrix.offset + i] as number);
    m[target.offset] = (m[target.offset] as number) + sum;
  },
  rootRows: ({ target, source, size }, { memory, capacity, rows }) => {
    dense.rootRows(memory, target.offset, source.offset, size, capacity, rows);
  },
};

function scalar(value: Scalar, m: Float64Array, rows: number): number {
  switch (value.kind) {
    case "number":
      return value.value;
    case "rows":
      return rows;
    case "read":
      return m[value.region.offset + value.at] as number;
    case "apply":
      return info(value.op).evaluate?.(
        value.args.map((a) => scalar(a, m, rows)),
        0,
      ) as number;
  }
}

/** Runs one routine. */
export function runRoutine(routine: Routine, context: RoutineContext): void {
  (runners[routine.name] as Runner<RoutineName>)(routine as never, context);
}
