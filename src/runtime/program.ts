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
  /** Whether a scale of the response is what it is: positive, and coupled to nothing else. */
  readonly scale: boolean;
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
  /** Likelihood statements as written, for messages. */
  readonly statements: readonly { readonly text: string; readonly span: Span }[];
  readonly options: RunOptions;
  readonly diagnostics: readonly Diagnostic[];
}

/** Settings of an update, each a key of `flow` and a flag. */
export interface RunOptions {
  readonly mode: "fit" | "stream";
  readonly target: "likelihood" | "posterior";
  readonly information: "expected" | "empirical" | "observed";
  readonly structure: string;
  readonly backend: "interpret" | "js" | "wasm";
  /** Only arithmetic that gives the same bits everywhere. */
  readonly exact: boolean;
  /** Probability of intervals. */
  readonly interval: number;
  /** Converged when the Newton decrement is below this times 1 + |log-likelihood|. */
  readonly tolerance: number;
  readonly maxPasses: number;
  readonly damping: number;
  /** Rows that a stream takes at a time; null for as many as are read at once. */
  readonly batch: number | null;
  /** Most inner steps of a streamed batch. */
  readonly inner: number;
  /** Rows a stream holds and fits before it goes on batch by batch; null for 1,000 or 10 · P, the larger. */
  readonly warmup: number | null;
  readonly seed: number;
  readonly onBadRow: "stop" | "skip";
}
