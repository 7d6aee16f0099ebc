// What every information structure provides. A structure says how a block of parameters keeps its information:
// its layout, its cost, and its operations as instructions of a Step, so that every target has it at once.

import type {
  ByParameter,
  GraphBuilder,
  Instruction,
  NodeId,
  ParameterPlace,
  Region,
  StructureKind,
} from "../ir/index.ts";

/** Instructions under construction, and scratch memory for them. */
export interface StepSink {
  readonly graph: GraphBuilder;
  /** Rows a batch may have. */
  readonly capacity: number;
  emit(instruction: Instruction): void;
  /** Memory that need not outlive the procedure; the same name gives the same region. */
  scratch(name: string, length: number): Region;
}

/** A block of parameters that are neighbours in φ. */
export interface Block {
  readonly parameters: readonly ParameterPlace[];
  readonly first: number;
  readonly size: number;
}

/** One score factor of a row, by parameter, with its weight. */
export interface Factor {
  readonly parts: ByParameter;
  readonly weight: NodeId;
}

export interface StructureCost {
  /** Multiply–adds to add one score factor of a row. */
  readonly perFactor: number;
  /** Multiply–adds to factorise and solve once. */
  readonly perSolve: number;
}

export interface Structure {
  readonly kind: StructureKind;
  /** Doubles kept for `size` coordinates. */
  length(size: number): number;
  /** Doubles of a factorisation. */
  factorLength(size: number): number;
  /** Predicted cost; `density` is the mean share of a factor's coordinates that are not zero. */
  cost(size: number, density: number): StructureCost;
  /** information += Σ_rows weight · z zᵀ, projected on the structure. */
  accumulate(sink: StepSink, block: Block, information: Region, factor: Factor): void;
  /** information −= the lane's column of the Hessian, given as a vector over φ; projected on the structure. */
  accumulateColumn(sink: StepSink, block: Block, information: Region, column: Region): void;
  /** factor ← factorisation of the sum of `terms` (kept in this structure) and `diagonals` (over the block). */
  factorize(
    sink: StepSink,
    block: Block,
    terms: readonly Region[],
    diagonals: readonly Region[],
    factor: Region,
    status: Region,
  ): void;
  /** target ← factor⁻¹ source, both over the block. */
  solve(sink: StepSink, block: Block, factor: Region, source: Region, target: Region): void;
  /** target ← information · source, both over the block. */
  multiply(sink: StepSink, block: Block, information: Region, source: Region, target: Region): void;
  /** target ← diagonal of the inverse, over the block; logdet[0] += log determinant. */
  invert(sink: StepSink, block: Block, factor: Region, target: Region, logdet: Region): void;
  /** target += diagonal of the information, over the block. */
  diagonal(sink: StepSink, block: Block, information: Region, target: Region): void;
  /** The information as a dense symmetric matrix, row-major. */
  toDense(information: Float64Array, size: number): Float64Array;
}

/** The part of a region that a block covers, of a region over φ. */
export function part(region: Region, first: number, length: number): Region {
  return { name: region.name, offset: region.offset + first, length };
}
