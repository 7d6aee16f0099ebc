// A bound model that runs: the artefact, and what the runtime must know of parameters, reports and data to use it.

import type { Diagnostic, Span } from "../diagnostics/index.ts";
import type { Artefact } from "../emit/index.ts";
import type { Bindings, Plan, Transform } from "../ir/index.ts";

/** A parameter with its place in φ. */
export interface ProgramParameter {
  readonly name: string;
  readonly span: Span;
  readonly transform: Transform;
  readonly shape: readonly number[];
  readonly freeShape: readonly number[];
  /** First coordinate in φ, and their number. */
  readonly first: number;
  readonly size: number;
  /** Labels of each axis's positions; null where they are numbered from 1. */
  readonly labels: readonly (readonly string[] | null)[];
  /** Draws the start, in declared space, the same each time; null where the model says it. */
  readonly start: (() => Float64Array) | null;
  /** Whether a scale of the response is what it is: positive, and coupled to nothing else. */
  readonly scale: boolean;
  /** Whether what the model says of it before any rows integrates to one. */
  readonly proper: boolean;
}

export interface ProgramReport {
  readonly name: string;
  readonly shape: readonly number[];
  readonly labels: readonly (readonly string[] | null)[];
  readonly support: "real" | "positive" | "unit";
}

export interface Program {
  readonly name: string;
  /** `sha256:…` of the model's source. */
  readonly hash: string;
  readonly source: string;
  readonly artefact: Artefact;
  readonly plan: Plan;
  readonly bindings: Bindings;
  readonly parameters: readonly ProgramParameter[];
  readonly reports: readonly ProgramReport[];
  /** Columns that the responses are made of. */
  readonly responses: ReadonlySet<string>;
  /** Whether a row is discrete responses of weight 1 and nothing else, so that its likelihood is a probability. */
  readonly discrete: boolean;
  /** Likelihood statements as written, for messages. */
  readonly statements: readonly { readonly text: string; readonly span: Span }[];
  readonly options: RunOptions;
  readonly diagnostics: readonly Diagnostic[];
}

/** A number that falls as rows are taken: to 0 along half a cosine over all passes, or by half after so many rows. */
export type Schedule =
  | { readonly kind: "cosine"; readonly start: number }
  | { readonly kind: "half_life"; readonly start: number; readonly rows: number };

/** Settings of the plain flow: one step a batch (lower/plain.ts). */
export interface PlainOptions {
  /** Length of a natural-gradient step over the rows taken; null for steps as long as rows weigh in memory. */
  readonly rate: { readonly kind: "constant"; readonly start: number } | Schedule | null;
  readonly passes: number;
  readonly shuffle: boolean;
  /** Share of the rows in memory that may come in before information and factor are renewed; null lets the size decide. */
  readonly refresh: number | null;
  readonly momentum: number;
  /** Most that a row's density may move by in a step; 0 for no bound. */
  readonly clip: number;
  /** Damping for a row's information to start from, where it is adaptive. */
  readonly firstDamping: number;
}

/** Settings of an update, each a key of `flow` and a flag. */
export interface RunOptions {
  readonly mode: "fit" | "stream";
  readonly target: "likelihood" | "posterior";
  readonly information: "expected" | "empirical" | "sampled" | "observed";
  readonly structure: readonly { readonly kind: string; readonly parameters: readonly string[] | null }[];
  readonly backend: "interpret" | "js" | "wasm";
  /** Only arithmetic that gives the same bits everywhere. */
  readonly exact: boolean;
  /** Probability of intervals. */
  readonly interval: number;
  /** Which standard errors are printed; `auto`: the model's, and a word where those of the sandwich are others. */
  readonly errors: "auto" | "model" | "sandwich";
  /** Converged when the Newton decrement is below this times 1 + |log-likelihood|. */
  readonly tolerance: number;
  readonly maxPasses: number;
  /** Damping of a search, or of plain steps, to start from; `adaptive` finds its own, a schedule falls over plain steps. */
  readonly damping: number | "adaptive" | Schedule;
  /** Rows that a stream takes at a time; null for as many as are read at once. */
  readonly batch: number | null;
  /** Most inner steps of a streamed batch. */
  readonly inner: number;
  /** Rows a stream holds and fits before it goes on batch by batch; null for 1,000 or 10 · P, the larger. */
  readonly warmup: number | null;
  /** Share of what a stream has seen that is kept a row. */
  readonly keep: number;
  /** How a stream without a search is run; null where each batch is maximised. */
  readonly plain: PlainOptions | null;
  readonly seed: number;
  readonly onBadRow: "stop" | "skip";
}
