// Kronecker: of a matrix W used as W @ a, perhaps with a bias beside it, the factors A = Σ a aᵀ (a with a 1 behind it for
// the bias) and G = Σ w g gᵀ, and the count k of the terms of A. The information is G ⊗ A / k: K-FAC (Martens & Grosse
// 2015), and over several positions of a row KFC (Grosse & Martens 2016). Sums of the three merge by addition. A is not
// weighted: where rows may be absent or weigh little, it still counts them.

import type { Form, GraphBuilder, NodeId, Output, Region, Scalar } from "../ir/index.ts";
import { scalarColumn } from "./columns.ts";
import { addAll, type Block, type Factors, kernel, linear, part, type StepSink, type Structure } from "./structure.ts";
import { type OuterUse, ofLane, outerUses, sumsOutputs } from "./uses.ts";

type KroneckerForm = Extract<Form, { kind: "kronecker" }>;
type KroneckerBlock = Block<KroneckerForm>;

export const kronecker: Structure<KroneckerForm> = {
  kind: "kronecker",
  length: ({ form }) => even(widthOf(form) ** 2) + even(form.outputs ** 2) + 1,
  factorLength(block) {
    const { outputs, width } = sizesOf(block);
    return 2 * even(width ** 2) + 2 * even(outputs ** 2) + 2 + even(width) + even(outputs);
  },

  accumulate(sink, each, block, information, factors) {
    const { outputs: m, inputs: n, width } = sizesOf(block);
    const { inputs, outputs, count } = kept(information, block.form);
    const uses = usesOf(sink.graph, block, factors);
    // the side that depends on the lane is weighted, and counts once a lane: the inputs in a @ W
    const turned = uses.some(({ input }) => input !== null && ofLane(sink.graph, input));
    const sides = [
      { target: inputs, size: n, width, named: "inputs", nodes: nodesOf(sink.graph, uses, "input", n, turned) },
      { target: outputs, size: m, width: m, named: "outputs", nodes: nodesOf(sink.graph, uses, "output", m, !turned) },
    ];
    for (const [k, { target, size, width: columns, named, nodes }] of sides.entries()) {
      const weighs = k === (turned ? 0 : 1);
      const into = weighs ? each : sink;
      const weight = weighs ? scalarColumn(into, "weight", factors.weight) : null;
      const stretch = columns * into.capacity;
      const region = into.scratch(`kronecker ${named}`, nodes.length * stretch);
      const one = into.graph.perRow(into.graph.constant(1));
      const written = nodes.flatMap((node, l): Output[] => {
        const value: Output = { node: into.graph.perRow(node), region, at: l * stretch, laneStride: 0, mode: "set" };
        return columns === size ? [value] : [value, { ...value, node: one, at: value.at + size * into.capacity }];
      });
      into.emit({ kind: "compute", outputs: written });
      for (const l of nodes.keys()) updateSide(into, target, part(region, l * stretch, stretch), weight, columns);
    }
    const pieces: Scalar = { kind: "number", value: sides[0]?.nodes.length ?? 0 };
    const more: Scalar = { kind: "apply", op: "mul", args: [pieces, { kind: "rows" }] };
    const value: Scalar = { kind: "apply", op: "add", args: [{ kind: "read", region: count, at: 0 }, more] };
    sink.emit({ kind: "assign", region: count, at: 0, value });
  },

  accumulateHessian: null,

  // factor · A over factor · k is A / k, so that G alone carries the factor, and a sum of scaled terms keeps their shares
  ...linear,

  factorize(sink, block, terms, diagonals, factor, status) {
    const { outputs: m, inputs: n, width } = sizesOf(block);
    const { left, right, count, damping, leftScale, rightScale, leftInverse, rightInverse } = factorised(factor, block);
    const sum = part(factor, 0, kronecker.length(block));
    for (const target of [sum, damping]) sink.emit({ kind: "routine", routine: { name: "zero", target } });
    addAll(sink, sum, terms);
    for (const source of diagonals) kernel(sink, "addMean", [damping, source, block.size], block.size);
    kernel(sink, "kroneckerDamp", [left, right, count, damping, width, m], width ** 2);
    const states = [sink.scratch("left status", 3), sink.scratch("right status", 3)] as const;
    const sides = [
      { matrix: left, scale: leftScale, target: leftInverse, size: width, state: states[0] },
      { matrix: right, scale: rightScale, target: rightInverse, size: m, state: states[1] },
    ];
    for (const { matrix, scale, target, size, state } of sides) {
      sink.emit({ kind: "routine", routine: { name: "cholesky", matrix, scale, status: state, size } });
      sink.emit({ kind: "routine", routine: { name: "choleskyInverse", matrix, scale, target, size } });
    }
    kernel(sink, "kroneckerStatus", [...states, status, m, n, width], 0);
  },

  solve(sink, block, factor, source, target) {
    const { leftInverse, rightInverse } = factorised(factor, block);
    between(sink, block, rightInverse, source, leftInverse, target);
  },

  multiply(sink, block, information, source, target) {
    const { outputs: m, width } = sizesOf(block);
    const { inputs, outputs, count } = kept(information, block.form);
    const left = sink.scratch("kronecker left", width ** 2);
    const right = sink.scratch("kronecker right", m ** 2);
    const one = sink.scratch("kronecker one", 1);
    sink.emit({ kind: "assign", region: one, at: 0, value: { kind: "number", value: 1 } });
    kernel(sink, "kroneckerWhole", [inputs, left, count, width], width ** 2);
    kernel(sink, "kroneckerWhole", [outputs, right, one, m], m ** 2);
    between(sink, block, right, source, left, target);
  },

  invert(sink, block, factor, target, logdet) {
    const { outputs: m, inputs: n, width } = sizesOf(block);
    const { left, right, leftScale, rightScale, leftInverse, rightInverse, one } = factorised(factor, block);
    sink.emit({ kind: "assign", region: one, at: 0, value: { kind: "number", value: 1 } });
    sink.emit({ kind: "routine", routine: { name: "zero", target } });
    kernel(sink, "kroneckerDiagonal", [leftInverse, rightInverse, one, target, m, n, width], block.size);
    kernel(sink, "kroneckerLogdet", [left, leftScale, right, rightScale, logdet, width, m], width + m);
  },

  diagonal(sink, block, information, target) {
    const { outputs: m, inputs: n, width } = sizesOf(block);
    const { inputs, outputs, count } = kept(information, block.form);
    kernel(sink, "kroneckerDiagonal", [inputs, outputs, count, target, m, n, width], block.size);
  },

  sample(sink, block, factor, source, target) {
    const { outputs: m, inputs: n, width } = sizesOf(block);
    const { left, right, leftScale, rightScale } = factorised(factor, block);
    const draw = sink.scratch("kronecker draw", m * width);
    kernel(sink, "kroneckerGather", [source, draw, m, n, width], 0);
    const flops = (m * width * (m + width)) / 2;
    kernel(sink, "kroneckerSample", [left, leftScale, right, rightScale, draw, width, m], flops);
    kernel(sink, "kroneckerScatter", [draw, target, m, n, width], 0);
  },

  toDense(information, block) {
    const { outputs: m, width } = sizesOf(block);
    const second = even(width ** 2);
    const count = information[second + even(m ** 2)] as number;
    const by = count === 0 ? 0 : 1 / count;
    return assembled(
      block,
      (i, k) => by * (information[second + Math.max(i, k) * m + Math.min(i, k)] as number),
      (j, l) => information[Math.max(j, l) * width + Math.min(j, l)] as number,
    );
  },

  /** The nearest product in the Frobenius norm, by power iterations on the rearranged matrix (Van Loan & Pitsianis 1993). */
  fromDense(dense, block) {
    const { outputs: m, width } = sizesOf(block);
    const second = even(width ** 2);
    const result = new Float64Array(kronecker.length(block));
    result[second + even(m ** 2)] = 1;
    const left = new Float64Array(width ** 2);
    let right = new Float64Array(m ** 2);
    for (let i = 0; i < m; i++) right[i * m + i] = 1;
    for (let round = 0; round < 100; round++) {
      left.fill(0);
      const next = new Float64Array(m ** 2);
      const entries = (add: (value: number, outer: number, inner: number) => void): void => {
        for (let i = 0; i < m; i++)
          for (let k = 0; k < m; k++)
            for (let j = 0; j < width; j++)
              for (let l = 0; l < width; l++) {
                const value = dense[placeOf(block, i, j) * block.size + placeOf(block, k, l)] as number;
                add(value, i * m + k, j * width + l);
              }
      };
      entries((value, outer, inner) => (left[inner] = (left[inner] as number) + value * (right[outer] as number)));
      const size = norm(left);
      if (size === 0) return result;
      for (const [k, value] of left.entries()) left[k] = value / size;
      entries((value, outer, inner) => (next[outer] = (next[outer] as number) + value * (left[inner] as number)));
      const moved = norm(next.map((value, k) => value - (right[k] as number)));
      right = next;
      if (moved <= 1e-14 * norm(right)) break;
    }
    result.set(left);
    result.set(right, second);
    return result;
  },

  /** Sums over outputs and over inputs, which give the diagonal back where it is a product. */
  fromDiagonal(diagonal, block) {
    const { outputs: m, width } = sizesOf(block);
    const second = even(width ** 2);
    const result = new Float64Array(kronecker.length(block));
    const whole = diagonal.reduce((sum, x) => sum + x, 0);
    result[second + even(m ** 2)] = 1;
    const add = (at: number, value: number): void => {
      result[at] = (result[at] as number) + value;
    };
    for (let i = 0; i < m; i++)
      for (let j = 0; j < width; j++) {
        const value = diagonal[placeOf(block, i, j)] as number;
        add(j * width + j, value);
        if (whole > 0) add(second + i * m + i, value / whole);
      }
    return result;
  },
};

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function even(length: number): number {
  return length + (length % 2);
}

function widthOf({ inputs, bias }: KroneckerForm): number {
  return inputs + (bias ? 1 : 0);
}

function sizesOf({ form }: KroneckerBlock): { outputs: number; inputs: number; width: number } {
  return { outputs: form.outputs, inputs: form.inputs, width: widthOf(form) };
}

/** Where in the block the entry of a row and a column is; the bias is the last column. */
function placeOf({ form: { outputs, inputs } }: KroneckerBlock, row: number, column: number): number {
  return column < inputs ? row * inputs + column : outputs * inputs + row;
}

/** The parts of an information. */
function kept(information: Region, form: KroneckerForm): { inputs: Region; outputs: Region; count: Region } {
  const width = widthOf(form);
  const [second, third] = [even(width ** 2), even(form.outputs ** 2)];
  return {
    inputs: part(information, 0, width ** 2),
    outputs: part(information, second, form.outputs ** 2),
    count: part(information, second + third, 1),
  };
}

/** The parts of a factorisation: `left` of the inputs, `right` of the outputs. `damping` and `one` share a place. */
function factorised(
  factor: Region,
  block: KroneckerBlock,
): Record<
  "left" | "right" | "count" | "damping" | "one" | "leftScale" | "rightScale" | "leftInverse" | "rightInverse",
  Region
> {
  const { outputs: m, width } = sizesOf(block);
  const { inputs: left, outputs: right, count } = kept(factor, block.form);
  let at = kronecker.length(block);
  const next = (length: number): Region => {
    const region = part(factor, at, length);
    at += length;
    return region;
  };
  const damping = next(1);
  const [leftScale, rightScale] = [next(even(width)), next(even(m))] as const;
  const [leftInverse, rightInverse] = [next(even(width ** 2)), next(even(m ** 2))] as const;
  return { left, right, count, damping, one: damping, leftScale, rightScale, leftInverse, rightInverse };
}

/** target ← right · V · left for the matrix V, with the bias as its last column, that `source` over the block is. */
function between(
  sink: StepSink,
  block: KroneckerBlock,
  right: Region,
  source: Region,
  left: Region,
  target: Region,
): void {
  const { outputs: m, inputs: n, width } = sizesOf(block);
  const packed = block.form.bias ? sink.scratch("kronecker matrix", m * width) : null;
  const middle = sink.scratch("kronecker middle", m * width);
  if (packed !== null) kernel(sink, "kroneckerGather", [source, packed, m, n, width], 0);
  const rest = {
    transposeLeft: false,
    transposeRight: false,
    add: false,
    factor: { kind: "number", value: 1 },
  } as const;
  const sizes = { lines: m, columns: width, ...rest, precision: sink.precision };
  const first = { left: packed ?? source, right: left, target: middle, inner: width };
  sink.emit({ kind: "routine", routine: { name: "matrixMultiply", ...first, ...sizes } });
  const second = { left: right, right: middle, target: packed ?? target, inner: m };
  sink.emit({ kind: "routine", routine: { name: "matrixMultiply", ...second, ...sizes } });
  if (packed !== null) kernel(sink, "kroneckerScatter", [packed, target, m, n, width], 0);
}

/** How a group uses the block's matrix, with the bias as one more input that is 1. */
function usesOf(graph: GraphBuilder, block: KroneckerBlock, { parts }: Factors): readonly OuterUse[] {
  const [matrix, bias] = block.parameters.map(({ name }) => parts.get(name)) as [
    NodeId | undefined,
    NodeId | undefined,
  ];
  const uses = matrix === undefined ? null : outerUses(graph, matrix);
  const fits = !block.form.bias || (uses !== null && bias !== undefined && sumsOutputs(graph, uses, bias));
  if (uses === null || !fits) throw new Error(`${block.parameters[0]?.name} is not used as a Kronecker block needs it`);
  return uses;
}

/** One side's vectors of all uses and positions; scales go with the side that is weighted. */
function nodesOf(
  graph: GraphBuilder,
  uses: readonly OuterUse[],
  side: "input" | "output",
  size: number,
  scaled: boolean,
): readonly NodeId[] {
  return uses.flatMap((use) => {
    const node = use[side] ?? graph.constant(1, [size]);
    const lines = use.positions === null || side === "input" ? node : graph.transpose(node);
    const vectors =
      use.positions === null ? [lines] : Array.from({ length: use.positions }, (_, p) => graph.pick(lines, p));
    return vectors.map((vector) =>
      (scaled ? use.scales : []).reduce((v, scale) => graph.mul(graph.expandTo(scale, graph.shape(v)), v), vector),
    );
  });
}

/** target (lower triangle of size × size) += Σ_rows weight · z zᵀ for the columns z. */
function updateSide(sink: StepSink, target: Region, factors: Region, weight: Region | null, size: number): void {
  const positions = Array.from({ length: size }, (_, k) => k);
  const { precision } = sink;
  sink.emit({
    kind: "routine",
    routine: { name: "rankUpdate", target, factors, weight, positions, size, precision },
  });
}

/** A dense matrix over the block from its factors. */
function assembled(
  block: KroneckerBlock,
  outer: (i: number, k: number) => number,
  inner: (j: number, l: number) => number,
): Float64Array {
  const { outputs: m, width } = sizesOf(block);
  const dense = new Float64Array(block.size ** 2);
  for (let i = 0; i < m; i++)
    for (let k = 0; k < m; k++)
      for (let j = 0; j < width; j++)
        for (let l = 0; l < width; l++)
          dense[placeOf(block, i, j) * block.size + placeOf(block, k, l)] = outer(i, k) * inner(j, l);
  return dense;
}
