// Low rank: a diagonal and `rank` directions, diag(d) + U Uᵀ: d, then U (size × rank, row-major). Linear in the number of
// coordinates; the diagonal of the information is exact, of what couples coordinates the strongest directions are kept.

import type { Form, Region } from "../ir/index.ts";
import { portableKernel } from "../kernels/index.ts";
import { whitenedColumns } from "./columns.ts";
import { addAll, type Block, kernel, part, type StepSink, type Structure } from "./structure.ts";

type Lowrank = Extract<Form, { kind: "lowrank" }>;

export const lowrank: Structure<Lowrank> = {
  kind: "lowrank",
  length: ({ size, form }) => size + size * form.rank,
  factorLength: ({ size, form }, terms) => size + size * terms * form.rank + (terms * form.rank) ** 2,

  accumulate(_sink, each, block, information, factors) {
    const { region } = whitenedColumns(each, block.parameters, factors);
    const { size, form } = block;
    const { rank } = form;
    const least = manyFactors(size, rank);
    const args = [information, size, rank, region, "capacity", "rows"] as const;
    if (least > each.capacity) {
      const flops = Math.ceil(each.capacity / chunk(rank)) * appendFlops(size, rank);
      kernel(each, "lowrankAppend", [...args, appendWork(each, rank)], flops);
      return;
    }
    const room = size * size + Math.max(chunkRoom(rank, size), chunkRoom(rank, chunk(rank)));
    const work = each.scratch("lowrank gram and work", room);
    const flops = (each.capacity * size * size) / 2 + size ** 3 + chunkFlops(size, rank, size);
    kernel(each, "lowrankAppendMany", [...args, least, work], flops);
  },

  accumulateHessian: null,

  absorb(sink, { size, form }, memory, information) {
    const args = [memory, information, size, form.rank, appendWork(sink, form.rank)] as const;
    kernel(sink, "lowrankJoin", args, appendFlops(size, form.rank));
  },

  scale(sink, { size, form }, information, factor) {
    const by = sink.scratch("factor", 1);
    sink.emit({ kind: "assign", region: by, at: 0, value: factor });
    kernel(sink, "lowrankScale", [information, by, size, form.rank], size * (form.rank + 1));
  },

  factorize(sink, block, terms, diagonals, factor, status) {
    const { size, form } = block;
    const columns = columnsOf(block, factor);
    sink.emit({ kind: "routine", routine: { name: "zero", target: factor } });
    for (const [k, term] of terms.entries())
      kernel(sink, "lowrankPlace", [factor, term, size, form.rank, columns, k * form.rank], size);
    addAll(sink, part(factor, 0, size), diagonals);
    const work = sink.scratch("lowrank gram", columns * columns);
    const flops = (size * columns * columns) / 2 + columns ** 3 / 6;
    kernel(sink, "lowrankFactorize", [factor, size, columns, status, work], flops);
  },

  solve(sink, block, factor, source, target) {
    const [columns, work] = factored(sink, block, factor);
    const args = [factor, source, target, block.size, columns, work] as const;
    kernel(sink, "lowrankSolve", args, 2 * block.size * columns + columns * columns);
  },

  multiply(sink, { size, form }, information, source, target) {
    const work = sink.scratch("lowrank line", form.rank);
    kernel(sink, "lowrankMultiply", [information, source, target, size, form.rank, work], 2 * size * form.rank + size);
  },

  invert(sink, block, factor, target, logdet) {
    const [columns, work] = factored(sink, block, factor);
    const args = [factor, target, logdet, block.size, columns, work] as const;
    kernel(sink, "lowrankInvert", args, (block.size * columns * columns) / 2);
  },

  diagonal(sink, { size, form }, information, target) {
    kernel(sink, "lowrankDiagonal", [information, target, size, form.rank], size * form.rank);
  },

  sample(sink, block, factor, source, target) {
    const [columns, work] = factored(sink, block, factor);
    const args = [factor, source, target, block.size, columns, work] as const;
    kernel(sink, "lowrankSample", args, 2 * block.size * columns + columns * columns);
  },

  toDense(information, { size, form: { rank } }) {
    const dense = new Float64Array(size * size);
    const direction = (i: number, k: number): number => information[size + i * rank + k] as number;
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++) {
        let sum = i === j ? (information[i] as number) : 0;
        for (let k = 0; k < rank; k++) sum += direction(i, k) * direction(j, k);
        dense[i * size + j] = sum;
        dense[j * size + i] = sum;
      }
    return dense;
  },

  fromDense(dense, { size, form: { rank } }) {
    // its eigenvectors as factors, in units of each coordinate's own information, appended in one go
    const square = size * size;
    const work = new Float64Array(2 * square);
    const root = Array.from({ length: size }, (_, i) => Math.sqrt(Math.max(0, dense[i * size + i] as number)));
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const unit = (root[i] as number) * (root[j] as number);
        if (unit > 0) work[i * size + j] = (dense[i * size + j] as number) / unit;
      }
    portableKernel("jacobi")(work, 0, square, size, 1e-15);
    const length = size + size * rank;
    const memory = new Float64Array(length + square + chunkRoom(rank, size));
    for (let k = 0; k < size; k++) {
      const value = Math.sqrt(Math.max(0, work[k * size + k] as number));
      for (let i = 0; i < size; i++)
        memory[length + i * size + k] = (root[i] as number) * value * (work[square + k * size + i] as number);
    }
    portableKernel("lowrankChunk")(memory, 0, size, rank, length, size, size, length + square);
    return memory.slice(0, length);
  },

  fromDiagonal(diagonal, { size, form: { rank } }) {
    const kept = new Float64Array(size + size * rank);
    kept.set(diagonal);
    return kept;
  },
};

/** Factors that are appended at a time. */
function chunk(rank: number): number {
  return Math.max(16, 2 * rank);
}

/** What appending a chunk takes. */
function appendFlops(size: number, rank: number): number {
  return chunkFlops(size, rank, chunk(rank));
}

/** Rows of a batch from which it is cheaper to append a root of their Gram matrix than the rows a chunk at a time. */
function manyFactors(size: number, rank: number): number {
  const saved = appendFlops(size, rank) / chunk(rank) - (size * size) / 2;
  return saved > 0 ? Math.ceil((size ** 3 + chunkFlops(size, rank, size)) / saved) : Number.POSITIVE_INFINITY;
}

/** `count` factors in one go: a Gram matrix, its eigenvectors in some eight sweeps, and the directions anew. */
function chunkFlops(size: number, rank: number, count: number): number {
  const n = rank + count;
  return size * (n * (n / 2 + rank + 3) + rank * rank) + 16 * n ** 3;
}

/** Room to append `count` factors in one go. */
function chunkRoom(rank: number, count: number): number {
  const n = rank + count;
  return 2 * n * n + n + rank * rank + 3 * rank;
}

function appendWork(sink: StepSink, rank: number): Region {
  return sink.scratch("lowrank work", chunkRoom(rank, chunk(rank)));
}

/** Columns of all terms in a factor, from its length. */
function columnsOf({ size, form }: Block<Lowrank>, factor: Region): number {
  let terms = 1;
  while (size + size * terms * form.rank + (terms * form.rank) ** 2 < factor.length) terms++;
  return terms * form.rank;
}

function factored(sink: StepSink, block: Block<Lowrank>, factor: Region): [number, Region] {
  const columns = columnsOf(block, factor);
  return [columns, sink.scratch("lowrank line", columns)];
}
