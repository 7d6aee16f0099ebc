// The planner's answer: which structure each block of parameters keeps its information in, what that costs, and why.

export type StructureKind = "full" | "diagonal";
export type InformationKind = "expected" | "empirical" | "observed";

/** What a plan may spend; absent means unlimited. */
export interface Budget {
  readonly bytes?: number;
  readonly secondsPerRow?: number;
  readonly flopsPerRow?: number;
}

/** A structure considered for a block, with its predicted cost. */
export interface Candidate {
  readonly structure: StructureKind;
  /** Multiply–adds a row to accumulate, and a solve's share at the planned batch size. */
  readonly flopsPerRow: number;
  /** Bytes held between batches. */
  readonly bytes: number;
  readonly fits: boolean;
  /** Why it was passed over, or why it was chosen. */
  readonly verdict: string;
}

export interface PlanBlock {
  readonly parameters: readonly string[];
  /** Unconstrained coordinates. */
  readonly size: number;
  readonly structure: StructureKind;
  readonly flopsPerRow: number;
  readonly bytes: number;
  readonly reason: string;
  readonly candidates: readonly Candidate[];
}

export interface Plan {
  readonly kind: "plan";
  readonly information: InformationKind;
  readonly blocks: readonly PlanBlock[];
  readonly flopsPerRow: number;
  readonly bytes: number;
  /** Rows of one internal batch. */
  readonly batchRows: number;
  /** Remarks about statements whose information is had another way than asked. */
  readonly notes: readonly string[];
}
