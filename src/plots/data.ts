// What plots are made of, as plain data: figures of a summary, of a state's information and path, and of held-out rows.

import type { Summary } from "../reports/index.ts";

/** A part of the information that is kept together. */
export interface InformationBlock {
  readonly structure: string;
  readonly parameters: readonly string[];
  /** First coordinate and their number. */
  readonly first: number;
  readonly size: number;
  /** Row-major over its coordinates; null where it would be too large. */
  readonly dense: Float64Array | null;
}

/** The information of all rows and of the prior, by coordinates. */
export interface Information {
  readonly names: readonly string[];
  /** Coordinates of each parameter, in order. */
  readonly parameters: readonly { readonly name: string; readonly first: number; readonly size: number }[];
  readonly diagonal: Float64Array;
  readonly blocks: readonly InformationBlock[];
}

/** How one coordinate came to its value: one number a recorded row count. */
export interface Trace {
  readonly name: string;
  readonly estimate: readonly number[];
  /** Ends of the interval; null where no variance was recorded. */
  readonly lower: readonly number[] | null;
  readonly upper: readonly number[] | null;
}

/** Estimates on the way. */
export interface Path {
  readonly rows: readonly number[];
  readonly traces: readonly Trace[];
  readonly interval: number;
  /** Coordinates that were not recorded. */
  readonly others: number;
}

/** What is known of the predictions of one response, for rows with an answer. */
export interface Held {
  /** What is predicted, and its statement in the model. */
  readonly response: string;
  readonly statement: string;
  /** Responses compared. */
  readonly count: number;
  readonly scores: readonly { readonly name: string; readonly value: number; readonly meaning: string }[];
  /** Predicted probabilities of levels against shares of what happened, by bins; null where the response is a number. */
  readonly reliability: readonly ReliabilityBin[] | null;
  /** Share of responses within intervals of a probability; null where there are none. */
  readonly coverage: readonly { readonly probability: number; readonly covered: number }[] | null;
  /** Responses by their place in their predictive distribution, in bins of equal width; null for levels. */
  readonly pit: readonly number[] | null;
  /** Some of the predictions of a number, evenly over the rows. */
  readonly predictions: readonly Prediction[];
  /** The most probable level against the one that came; null where there are none, or too many. */
  readonly confusion: Confusion | null;
}

/** Counts, a row for each level that came, a column for each that was foretold. */
export interface Confusion {
  readonly levels: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

export interface ReliabilityBin {
  readonly lower: number;
  readonly upper: number;
  readonly predicted: number;
  readonly observed: number;
  readonly count: number;
}

export interface Prediction {
  readonly row: number;
  readonly predicted: number;
  readonly lower: number;
  readonly upper: number;
  readonly observed: number;
}

/** Everything that a page shows. */
export interface Shown {
  readonly summary: Summary;
  readonly file: string;
  readonly source: string;
  readonly information: Information;
  readonly path: Path | null;
  /** Of each response; empty where no data were given. */
  readonly held: readonly Held[];
}
