// The executable form before a target is chosen: a flat typed program over batches in one linear memory of
// doubles. Regions say where everything lies, procedures are lists of array instructions.

import type { Graph, NodeId } from "./graph.ts";
import type { Op } from "./ops.ts";
import type { Form } from "./plan.ts";

/** A named stretch of the linear memory, in doubles. */
export interface Region {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/** Where a node's value goes: `set` overwrites, `add` adds. */
export interface Output {
  /** A once-node fills its elements; a row node fills elements × capacity; `sumRows` nodes are once-nodes. */
  readonly node: NodeId;
  readonly region: Region;
  /** Doubles from the region's start, plus `laneStride` times the lane. */
  readonly at: number;
  readonly laneStride: number;
  readonly mode: "set" | "add";
}

/**
 * What a product is computed in where a target has a choice: doubles, or floats of which sums of at most 256 terms are
 * added up as doubles. Operands and results are doubles in memory either way; targets without floats ignore it.
 */
export type Precision = "double" | "single";

/** Operations each target implements once, over whole regions. Sizes are in doubles unless said otherwise. */
export type Routine =
  /** target ← 0 */
  | { readonly name: "zero"; readonly target: Region }
  /** target ← source */
  | { readonly name: "copy"; readonly target: Region; readonly source: Region }
  /** target ← target + factor · source, the factor a number or read from memory */
  | { readonly name: "addScaled"; readonly target: Region; readonly source: Region; readonly factor: Scalar }
  /** target ← factor · target */
  | { readonly name: "scale"; readonly target: Region; readonly factor: Scalar }
  /**
   * A portable kernel by its name: regions are handed over as positions. `flops`: its multiply–adds for a full batch,
   * for the cost model.
   */
  | {
      readonly name: "kernel";
      readonly kernel: string;
      readonly args: readonly KernelArgument[];
      readonly flops: number;
    }
  /** target[0] ← Σ left · right */
  | { readonly name: "dot"; readonly target: Region; readonly left: Region; readonly right: Region }
  /** target ← target + source */
  | { readonly name: "add"; readonly target: Region; readonly source: Region }
  /** target ← 0 but 1 at the lane */
  | { readonly name: "unit"; readonly target: Region }
  /** At lane l with 0 ≤ l − first < length: target[l − first] += factor · source[l − first] */
  | {
      readonly name: "addAtLane";
      readonly target: Region;
      readonly source: Region;
      readonly factor: number;
      readonly first: number;
    }
  /** At lane l with 0 ≤ l − first < size: row l − first of target (size × size) −= source */
  | {
      readonly name: "subtractAtLaneRow";
      readonly target: Region;
      readonly source: Region;
      readonly size: number;
      readonly first: number;
    }
  /** target ← R with source = R Rᵀ, a size × size matrix a row of the batch; zero columns where it is singular */
  | { readonly name: "rootRows"; readonly target: Region; readonly source: Region; readonly size: number }
  /** target ← 1 / source, elementwise */
  | { readonly name: "reciprocal"; readonly target: Region; readonly source: Region; readonly size: number }
  /** target[p_i, p_j] += Σ_rows weight · factors[i] · factors[j] for the ascending `positions` p, lower triangle of size × size */
  | {
      readonly name: "rankUpdate";
      readonly target: Region;
      readonly factors: Region;
      readonly weight: Region | null;
      readonly positions: readonly number[];
      readonly size: number;
      /** Double where absent. */
      readonly precision?: Precision;
    }
  /** target[i, j] += factor · Σ_rows weight · left[i] · right[j], target of leftSize × rightSize */
  | {
      readonly name: "crossUpdate";
      readonly target: Region;
      readonly left: Region;
      readonly right: Region;
      readonly weight: Region | null;
      readonly leftSize: number;
      readonly rightSize: number;
      readonly factor: number;
      readonly precision: Precision;
    }
  /** target[i] ← Σ_j matrix[i, j] · factors[j], a value a row, i < size, j < inner; `transposed`: the matrix lies as inner × size */
  | {
      readonly name: "multiplyRows";
      readonly target: Region;
      readonly matrix: Region;
      readonly factors: Region;
      readonly size: number;
      readonly inner: number;
      readonly transposed: boolean;
      readonly precision: Precision;
    }
  /** target[i] += Σ_rows factors[i] · weight, for `size` coordinates */
  | {
      readonly name: "dotRows";
      readonly target: Region;
      readonly factors: Region;
      readonly weight: Region;
      readonly size: number;
    }
  /** target ← Σ_k factors[k] · weights[k], a value a row, over `size` coordinates */
  | {
      readonly name: "combineRows";
      readonly target: Region;
      readonly factors: Region;
      readonly weights: Region;
      readonly size: number;
    }
  /** target[i, i] += source[i], target of size × size */
  | { readonly name: "addDiagonal"; readonly target: Region; readonly source: Region; readonly size: number }
  /** target[i] += matrix[i, i] */
  | { readonly name: "addDiagonalOf"; readonly matrix: Region; readonly target: Region; readonly size: number }
  /** In place: L of the symmetrically scaled matrix, then the scales; status ← [pivots that vanished, smallest pivot, its index] */
  | {
      readonly name: "cholesky";
      readonly matrix: Region;
      readonly scale: Region;
      readonly status: Region;
      readonly size: number;
    }
  /** target ← (L Lᵀ)⁻¹ source, unscaled */
  | {
      readonly name: "choleskySolve";
      readonly matrix: Region;
      readonly scale: Region;
      readonly source: Region;
      readonly target: Region;
      readonly size: number;
    }
  /** target ← (L Lᵀ)⁻¹, unscaled, both triangles; target may be the matrix itself */
  | {
      readonly name: "choleskyInverse";
      readonly matrix: Region;
      readonly scale: Region;
      readonly target: Region;
      readonly size: number;
    }
  /**
   * target (lines × columns) ← factor · left · right, or added to it where `add`; left is lines × inner, right inner ×
   * columns, all row-major and apart from the target; one that is transposed lies as inner × lines, columns × inner
   */
  | {
      readonly name: "matrixMultiply";
      readonly target: Region;
      readonly left: Region;
      readonly right: Region;
      readonly lines: number;
      readonly columns: number;
      readonly inner: number;
      readonly transposeLeft: boolean;
      readonly transposeRight: boolean;
      readonly factor: Scalar;
      readonly add: boolean;
      readonly precision: Precision;
    }
  /** target[i] ← [(L Lᵀ)⁻¹]_ii, unscaled */
  | {
      readonly name: "choleskyInverseDiagonal";
      readonly matrix: Region;
      readonly scale: Region;
      readonly target: Region;
      readonly size: number;
    }
  /** target[0] += log det of the factorised matrix */
  | {
      readonly name: "choleskyLogdet";
      readonly matrix: Region;
      readonly scale: Region;
      readonly target: Region;
      readonly size: number;
    }
  /** target ← matrix · source, from the lower triangle */
  | {
      readonly name: "symmetricMultiply";
      readonly matrix: Region;
      readonly source: Region;
      readonly target: Region;
      readonly size: number;
    }
  /** Like `cholesky` for a diagonal: status as there */
  | { readonly name: "diagonalCheck"; readonly matrix: Region; readonly status: Region; readonly size: number }
  /** target ← source / matrix, elementwise */
  | {
      readonly name: "divide";
      readonly matrix: Region;
      readonly source: Region;
      readonly target: Region;
      readonly size: number;
    }
  /** target ← matrix · source, elementwise */
  | {
      readonly name: "multiply";
      readonly matrix: Region;
      readonly source: Region;
      readonly target: Region;
      readonly size: number;
    }
  /** target[0] += Σ log matrix[i] */
  | { readonly name: "sumLog"; readonly matrix: Region; readonly target: Region; readonly size: number };

export type RoutineName = Routine["name"];

/** What a portable kernel is given: where a region begins, a count, or the rows of the batch. */
export type KernelArgument = Region | number | "rows" | "capacity";

/** A double computed from single numbers in memory: the conditions and step lengths of an update. */
export type Scalar =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "read"; readonly region: Region; readonly at: number }
  /** Rows of the batch. */
  | { readonly kind: "rows" }
  | { readonly kind: "apply"; readonly op: Op; readonly args: readonly Scalar[] };

export type Instruction =
  | { readonly kind: "compute"; readonly outputs: readonly Output[] }
  | { readonly kind: "routine"; readonly routine: Routine }
  | { readonly kind: "call"; readonly procedure: ProcedureName }
  /** region[at] ← value */
  | { readonly kind: "assign"; readonly region: Region; readonly at: number; readonly value: Scalar }
  | { readonly kind: "if"; readonly condition: Scalar; readonly body: readonly Instruction[] }
  | { readonly kind: "while"; readonly condition: Scalar; readonly body: readonly Instruction[] }
  /** The body once a lane, 0 … count − 1. */
  | { readonly kind: "lanes"; readonly count: number; readonly body: readonly Instruction[] };

export interface Procedure {
  readonly name: ProcedureName;
  readonly instructions: readonly Instruction[];
}

/**
 * `evaluate`: logLikelihood of the batch at φ, added. `slope`: also score. `inform`:
 * information alone. `accumulate`: all three. `observe`: the same
 * with the observed information. `prior`: the once terms at φ. `diagonal`: diagonal of memory + information +
 * prior. `factorize`: factor of memory + information + prior +
 * damping. `solve`: step ← factor⁻¹ residual. `sample`: step ← a draw with the
 * inverse as its covariance, residual being standard normal. `multiply`: product ← memory · direction. `absorb`: memory +=
 * information. `gather`: information += what lies in incomingMemory, another thread's. `invert`: variance ← diagonal of the inverse, logdet. `features`: inputs of learnt features.
 * `weigh`: information ← what the anchor counts beside the rows in memory, where plain steps have one.
 * `fade`: memory, gradient and rows seen times `control.kept`.
 * `reports`: values and gradients of derived quantities.
 */
export type UpdateProcedure =
  | "evaluate"
  | "slope"
  | "inform"
  | "accumulate"
  | "observe"
  | "prior"
  | "diagonal"
  | "factorize"
  | "solve"
  | "sample"
  | "multiply"
  | "absorb"
  | "gather"
  | "append"
  | "invert"
  | "features"
  | "starts"
  | "init"
  | "update"
  | "fade"
  | "weigh"
  | "train"
  | "merge"
  | "finish"
  | "declared"
  | "reports";

/**
 * Procedures of programs over rows that change no state (lower/forward.ts). `arguments`: of every statement, and whether it
 * applies. `linearise`: their Jacobians in φ, too, and these times a covariance. `responses`: the values observed. `factors`:
 * the score factors of a row. Of one family, at given arguments: `density` and `distribution` of a response, `moments`, and
 * `levels`: the probability of every response there can be.
 */
export type RowProcedure =
  | "arguments"
  | "linearise"
  | "responses"
  | "factors"
  | "density"
  | "distribution"
  | "moments"
  | "levels";

export type ProcedureName = UpdateProcedure | RowProcedure;

/** Where the runtime finds what it reads and writes. */
export interface Layout {
  /** Length of the memory in doubles, scratch of the emitters excluded. */
  readonly length: number;
  /** Rows a batch may have; the stride of row values. */
  readonly capacity: number;
  readonly columns: ReadonlyMap<string, Region>;
  readonly once: ReadonlyMap<string, Region>;
  /** Signs of sampled information, a value a row. */
  readonly noise: ReadonlyMap<string, Region>;
  readonly learnt: ReadonlyMap<string, Region>;
  readonly features: ReadonlyMap<string, Region>;
  readonly reports: ReadonlyMap<string, { readonly value: Region; readonly gradient: Region }>;
  /** Starting values, of parameters that have an `init`. */
  readonly starts: ReadonlyMap<string, Region>;
  readonly declared: ReadonlyMap<string, Region>;
  readonly state: Readonly<Record<StateName, Region>>;
  /** Positions in the region `control`. */
  readonly control: typeof control;
}

/**
 * φ-sized: phi … priorDiagonal. In the plan's structures, block after block: information, memory, prior (empty where
 * prior terms are diagonal), factor. `status`: 3 a block, as `cholesky` leaves them. Scalars: the last three.
 */
export type StateName =
  | "phi"
  | "tangent"
  | "column"
  | "score"
  | "residual"
  | "step"
  | "direction"
  | "product"
  | "variance"
  | "diagonal"
  | "start"
  | "centre"
  | "gradient"
  | "base"
  | "incomingPhi"
  | "incomingGradient"
  | "incomingMemory"
  | "control"
  | "damping"
  | "priorScore"
  | "priorDiagonal"
  | "information"
  | "memory"
  | "prior"
  | "factor"
  | "status"
  | "logLikelihood"
  | "logPrior"
  | "logdet";

/** What decides how long the regions of the state are. */
export interface StateSizes {
  /** Coordinates. */
  readonly size: number;
  readonly blocks: number;
  /** Doubles of an information, and of a factorisation, over all blocks. */
  readonly kept: number;
  readonly factor: number;
  /** Whether a prior has terms whose Hessian is not diagonal. */
  readonly densePrior: boolean;
}

/** Doubles of each region of the state, in the order in which they lie in memory. */
export function stateLengths({ size, blocks, kept, factor, densePrior }: StateSizes): Record<StateName, number> {
  return {
    phi: size,
    tangent: size,
    column: size,
    score: size,
    residual: size,
    step: size,
    direction: size,
    product: size,
    variance: size,
    diagonal: size,
    start: size,
    centre: size,
    gradient: size,
    base: size,
    incomingPhi: size,
    incomingGradient: size,
    incomingMemory: kept,
    control: control.length,
    damping: size,
    priorScore: size,
    priorDiagonal: size,
    information: kept,
    memory: kept,
    prior: densePrior ? kept : 0,
    factor,
    status: 3 * blocks,
    logLikelihood: 1,
    logPrior: 1,
    logdet: 1,
  };
}

/** Positions in the region `control`, by which an update is steered and says what came of it. */
export const control = {
  value: 0,
  reached: 1,
  decrement: 2,
  factor: 3,
  steps: 4,
  /** 0 solved · 1 running · 2 singular · 3 no step helps */
  outcome: 5,
  tolerance: 6,
  /** Most steps of a batch. */
  inner: 7,
  tries: 8,
  half: 9,
  /** Rows that the memory holds. */
  seen: 10,
  /** 1 while steps use the memory's information alone, scaled up for the batch. */
  borrowed: 11,
  /** Of the random signs of sampled information, and how often they were drawn. */
  seed: 12,
  draws: 13,
  /** Rows that the incoming memory of a merge holds. */
  incomingSeen: 14,
  /** Length of a plain step; share of the memory kept a row (0: all); damping for a row's information. */
  rate: 15,
  keep: 16,
  damp: 17,
  /** 1 while the damping follows the ratio of gained to promised. */
  adapt: 18,
  /** Share of the rows in memory that may come in before information and factor are renewed, and rows since they were. */
  refresh: 19,
  stale: 20,
  /** Share of the memory kept before this batch. */
  kept: 21,
  /** Rows of a whole batch, where steps are `rate` natural-gradient steps of its mean, with the prior's share of `total` rows, or of those seen. */
  natural: 22,
  total: 23,
  /** Of steps before that is carried on, and the most that a row's density may move by in a step; 0 for no bound. */
  momentum: 24,
  clip: 25,
  /** 1 where this batch renews information and factor. */
  due: 26,
  /** 1 while the factor is that of the memory and the prior alone, and rows that were appended to it. */
  fresh: 27,
  appended: 28,
  /** Damping of the factor that plain steps use. */
  damped: 29,
  /** As `refresh` and `stale`, for the factor alone. */
  refactor: 30,
  old: 31,
  /** Rows that the memory weighed when the factor was made. */
  behind: 32,
  /** 1 where plain steps are held to an earlier flow's quadratic, that of the regions `incoming…`. */
  anchored: 33,
  length: 34,
} as const;

/** A block's share of φ and of the information regions. */
export interface StepBlock {
  readonly parameters: readonly string[];
  /** Position in φ of each coordinate of the block is contiguous: first … first + size − 1. */
  readonly first: number;
  readonly size: number;
  readonly form: Form;
  readonly information: Region;
  readonly memory: Region;
}

/** Parameters whose information is never coupled to that of others, so that they may be moved on their own. */
export type Component = readonly string[];

/** Where a parameter's coordinates lie in φ. */
export interface ParameterPlace {
  readonly name: string;
  readonly first: number;
  readonly size: number;
}

export interface Step {
  readonly kind: "step";
  readonly graph: Graph;
  readonly layout: Layout;
  readonly parameters: readonly ParameterPlace[];
  readonly size: number;
  readonly blocks: readonly StepBlock[];
  readonly components: readonly Component[];
  readonly procedures: readonly Procedure[];
  /** Of the matrix products of a batch's values; double where absent. */
  readonly precision?: Precision;
}
