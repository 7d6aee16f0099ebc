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

/** What a plain flow adds to the information, as it falls. */
export type DampingSchedule = Exclude<Rate, { readonly kind: "constant" }>;

/** How a stream forgets. */
export type Forgetting =
  | { readonly kind: "none" }
  /** What was seen counts half after so many rows. */
  | { readonly kind: "half_life"; readonly rows: number }
  /** What was seen counts this much of itself after each row. */
  | { readonly kind: "rate"; readonly rate: number }
  /** What was seen counts half after so much time, by a column of times. */
  | { readonly kind: "time"; readonly seconds: number; readonly by: string }
  /** Only the newest rows count, kept in so many segments; null for 16 of them. */
  | { readonly kind: "window"; readonly rows: number; readonly segments: number | null }
  /**
   * Nothing is forgotten until a test finds that the parameters changed, with a probability of a false alarm, ever, of
   * at most `alpha`; what was seen then counts `reset` of itself. `by`: a column of times, to be told with an alarm.
   */
  | { readonly kind: "adaptive"; readonly alpha: number; readonly reset: number; readonly by: string | null };

/** How far parameters wander: the standard deviation of a step a row on the unconstrained scale; null: all the others. */
export interface Wandering {
  readonly sd: number;
  readonly parameters: readonly string[] | null;
}

/** What a flow knows before its first row: nothing, its prior, or one row's worth of what the first rows tell. */
export type Initial = "none" | "prior" | "empirical";

/** When a stream has seen enough: less information gained, in nats, over so many rows. */
export interface Stopping {
  readonly gain: number;
  readonly rows: number;
}

/** Names of rows, of which so many of the newest are remembered. */
export interface Identity {
  readonly column: string;
  readonly last: number;
}

/** Rows that come late, by a column of times or numbers that grow: kept or left out, counted either way. */
export interface Late {
  readonly policy: "keep" | "skip";
  /** In seconds for times, else in what the column counts. */
  readonly lag: number;
  readonly by: string;
}

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
  /** Damping to start from, as it falls over plain steps, or `adaptive`: by the ratio of gained to promised log-likelihood. */
  readonly damping?: number | "adaptive" | DampingSchedule;
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
  /** Process noise, for each of several groups of parameters. */
  readonly drift?: readonly Wandering[];
  readonly initial?: Initial;
  /** How much a saved state that a flow begins from counts of itself. */
  readonly importance?: number;
  /** Rows that the planner looks at before it chooses. */
  readonly pilot?: number;
  /** Rows after which a stream is planned anew. */
  readonly replan?: number;
  readonly mode?: "fit" | "stream";
  readonly data?: string;
  readonly onBadRow?: "stop" | "skip";
  /** At a level that was not there at the start: stop, take it up, or leave the row out and count it. */
  readonly newLevel?: "error" | "add" | "prior";
  /** The column that names each row: rows whose name came before are left out and counted. */
  readonly identity?: Identity;
  /** What is done with rows that are older than the newest by more than a lag. */
  readonly late?: Late;
  readonly maxPasses?: number;
  readonly stop?: Stopping;
  /** Which standard errors `se` is; `auto`: those of the model, with a warning where the sandwich's differ. */
  readonly errors?: "auto" | "model" | "sandwich";
  /** Whether a stream adds up its prequential log evidence. */
  readonly prequential?: "auto" | "on" | "off";
  /** Probability of a false alarm, ever, of the honesty watch of a stream; `auto`: 0.01 where it can be had cheaply. */
  readonly watch?: number | "auto" | "off";
}
