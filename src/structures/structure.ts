// What every information structure provides. A structure says how a block of parameters keeps its information:
// its layout, its cost, and its operations as instructions of a Step, so that every target has it at once. What an
// instruction costs is known to the instruction; so a structure's cost is that of what it emits.

import type {
  ByParameter,
  FactorGroup,
  Form,
  GraphBuilder,
  Instruction,
  KernelArgument,
  NodeId,
  ParameterPlace,
  Precision,
  Region,
  Scalar,
  StructureKind,
} from "../ir/index.ts";

/** Instructions under construction, and scratch memory for them. */
export interface StepSink {
  readonly graph: GraphBuilder;
  /** Rows a batch may have. */
  readonly capacity: number;
  /** Of matrix products and of sums over a batch's rows. */
  readonly precision: Precision;
  emit(instruction: Instruction): void;
  /** Memory that need not outlive the procedure; the same name and length give the same region. */
  scratch(name: string, length: number): Region;
  /** Instructions once a lane. */
  lanes(count: number, write: (body: StepSink) => void): void;
}

/** A block of parameters that are neighbours in φ. */
export interface Block<F extends Form = Form> {
  readonly parameters: readonly ParameterPlace[];
  readonly first: number;
  readonly size: number;
  readonly form: F;
}

/** The score factors of a group: once a row, or once a row and lane. */
export type Factors = Pick<FactorGroup, "parts" | "weight" | "residual">;

/** Products of a Hessian with the region `tangent` (over φ), written to the region `column` (over φ). */
export interface HessianProducts {
  readonly tangent: Region;
  readonly column: Region;
  /** Parameters of whose own part of the Hessian the diagonal is all there is. */
  readonly separable: ReadonlySet<string>;
  /** column ← Hessian · tangent at the places of the block. */
  write(sink: StepSink, block: Block): void;
}

export interface Structure<F extends Form = Form> {
  readonly kind: StructureKind;
  /** Doubles kept for a block. */
  length(block: Block<F>): number;
  /** Doubles of a factorisation of a sum of `terms` informations. */
  factorLength(block: Block<F>, terms: number): number;
  /**
   * information += Σ_rows weight · z zᵀ, projected on the structure. What is emitted to `each` runs once a lane, what is
   * emitted to `sink` once, before; they are the same for a group without lanes.
   */
  accumulate(sink: StepSink, each: StepSink, block: Block<F>, information: Region, factors: Factors): void;
  /**
   * Like `accumulate` into the memory, with its factor brought along, for batches of at most `rows` rows; absent where a
   * factor is always made anew.
   */
  readonly append?: (
    each: StepSink,
    block: Block<F>,
    memory: Region,
    factor: Region,
    factors: Factors,
    rows: number,
  ) => void;
  /** information −= a Hessian, projected on the structure; null where a structure can't keep what may be indefinite. */
  readonly accumulateHessian:
    | ((sink: StepSink, block: Block<F>, information: Region, hessian: HessianProducts) => void)
    | null;
  /** memory += information, both kept in this structure. */
  absorb(sink: StepSink, block: Block<F>, memory: Region, information: Region): void;
  /** information ← factor · information */
  scale(sink: StepSink, block: Block<F>, information: Region, factor: Scalar): void;
  /** factor ← factorisation of the sum of `terms` (kept in this structure) and `diagonals` (over the block). */
  factorize(
    sink: StepSink,
    block: Block<F>,
    terms: readonly Region[],
    diagonals: readonly Region[],
    factor: Region,
    status: Region,
  ): void;
  /** target ← factor⁻¹ source, all over the block; `score` is the part of `source` that the score factors brought. */
  solve(sink: StepSink, block: Block<F>, factor: Region, source: Region, target: Region, score: Region | null): void;
  /** target ← information · source, both over the block. */
  multiply(sink: StepSink, block: Block<F>, information: Region, source: Region, target: Region): void;
  /** target ← diagonal of the inverse, over the block; logdet[0] += log determinant. */
  invert(sink: StepSink, block: Block<F>, factor: Region, target: Region, logdet: Region): void;
  /** target += diagonal of the information, over the block. */
  diagonal(sink: StepSink, block: Block<F>, information: Region, target: Region): void;
  /** target ← C source with C Cᵀ the inverse: a standard normal source gives a draw with the block's covariance. */
  sample(sink: StepSink, block: Block<F>, factor: Region, source: Region, target: Region): void;
  /** The information as a dense symmetric matrix, row-major. */
  toDense(information: Float64Array, block: Block<F>): Float64Array;
  /** A dense symmetric matrix as this structure keeps it: its projection. */
  fromDense(dense: Float64Array, block: Block<F>): Float64Array;
  /** The same of a diagonal matrix, for blocks whose dense matrix would be too large. */
  fromDiagonal(diagonal: Float64Array, block: Block<F>): Float64Array;
}

/** Calls a portable kernel; `flops` are its multiply–adds for a full batch. */
export function kernel(sink: StepSink, name: string, args: readonly KernelArgument[], flops: number): void {
  sink.emit({ kind: "routine", routine: { name: "kernel", kernel: name, args, flops: Math.round(flops) } });
}

/** target ← target + Σ sources, number by number. */
export function addAll(sink: StepSink, target: Region, sources: readonly Region[]): void {
  for (const source of sources) sink.emit({ kind: "routine", routine: { name: "add", target, source } });
}

/** target ← Σ sources */
export function sumInto(sink: StepSink, target: Region, [source, ...others]: readonly Region[]): void {
  if (source === undefined) sink.emit({ kind: "routine", routine: { name: "zero", target } });
  else sink.emit({ kind: "routine", routine: { name: "copy", target, source } });
  addAll(sink, target, others);
}

/** Of structures that are linear in the information: sums and multiples are those of the numbers that are kept. */
export const linear: Pick<Structure, "absorb" | "scale"> = {
  absorb: (sink, _block, memory, information) => addAll(sink, memory, [information]),
  scale: (sink, _block, target, factor) => sink.emit({ kind: "routine", routine: { name: "scale", target, factor } }),
};

/** The part of a region that a block covers, of a region over φ. */
export function part(region: Region, first: number, length: number): Region {
  return { name: region.name, offset: region.offset + first, length };
}

/** The nodes of factors that belong to a block, by its parameters. */
export function partsIn(block: Block, parts: ByParameter): readonly { place: ParameterPlace; node: NodeId }[] {
  return block.parameters.flatMap((place) => {
    const node = parts.get(place.name);
    return node === undefined ? [] : [{ place, node }];
  });
}
