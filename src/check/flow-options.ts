// What the settings of `flow` may say, as plain values: the same for a model's block, a flag and a call.

import type { Budget, StructureRequest } from "../ir/index.ts";

/** Kinds of structure that can be asked for. */
export const structureWords = [
  "auto",
  "full",
  "diagonal",
  "scalar",
  "block",
  "kronecker",
  "arrow",
  "lowrank",
] as const satisfies readonly StructureRequest["kind"][];

/** Which information stands for the curvature. */
export type InformationWord = "expected" | "empirical" | "sampled" | "observed";

/** The length of a step over the rows seen. */
export type Rate =
  | { readonly kind: "constant"; readonly start: number }
  /** From `start` to 0 along half a cosine, over all passes. */
  | { readonly kind: "cosine"; readonly start: number }
  /** Half as long after so many rows, and so on. */
  | { readonly kind: "half_life"; readonly start: number; readonly rows: number };

/** How a stream forgets. */
export type Forgetting =
  | { readonly kind: "none" }
  /** What was seen counts half after so many rows. */
  | { readonly kind: "half_life"; readonly rows: number }
  /** What was seen counts this much of itself after each row. */
  | { readonly kind: "rate"; readonly rate: number }
  /** What was seen counts half after so much time, by a column of times. */
  | { readonly kind: "time"; readonly seconds: number; readonly by: string };

/** How to run a model, as far as it was said. */
export interface FlowOptions {
  /** A kind for all parameters, or a kind for each of several groups. */
  readonly structure?: StructureRequest["kind"] | readonly StructureRequest[];
  readonly budget?: Budget;
  /** Measured speeds for the planner, as `calibrate` gives them. */
  readonly rates?: Readonly<Record<string, number>>;
  readonly information?: InformationWord;
  /** Draws of a response, for sampled information. */
  readonly draws?: number;
  /** Rows of one batch. */
  readonly batch?: number;
  readonly target?: "likelihood" | "posterior";
  /** Damping to start from, or `adaptive`: by the ratio of gained to promised log-likelihood. */
  readonly damping?: number | "adaptive";
  readonly rate?: Rate;
  /** Share of the steps before that a plain step carries on. */
  readonly momentum?: number;
  /** Whether a step is shortened until the objective grows. */
  readonly lineSearch?: boolean;
  /** Largest number of inner steps a batch. */
  readonly inner?: number;
  readonly tolerance?: number;
  /** Probability of the reported intervals. */
  readonly interval?: number;
  readonly seed?: number;
  readonly threads?: number;
  readonly backend?: "interpret" | "js" | "wasm";
  /** Only arithmetic that gives the same bits everywhere. */
  readonly exact?: boolean;
  readonly precision?: "auto" | "single" | "double";
  /** Rows a stream holds back and fits first. */
  readonly warmup?: number;
  /** How often a stream goes over the rows. */
  readonly passes?: number;
  /** Whether each pass of a stream takes the rows in an order of its own. */
  readonly shuffle?: boolean;
  readonly forget?: Forgetting;
  /** Rows that the planner looks at before it chooses. */
  readonly pilot?: number;
  /** Rows after which a stream is planned anew. */
  readonly replan?: number;
  readonly mode?: "fit" | "stream";
  readonly data?: string;
  readonly onBadRow?: "stop" | "skip";
  readonly newLevel?: "error";
  readonly maxPasses?: number;
}
