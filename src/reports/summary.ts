// The result of a fit or a stream as plain data: the contract `ffm.summary/1`, which `--format json` prints and
// other programs read. A field may be added; none is renamed or removed without a new number in `schema`.

/** Version of the contract. */
export const summarySchema = "ffm.summary/1";

/** A declared parameter, or one element of it. */
export interface SummaryParameter {
  readonly name: string;
  /** Names of levels, or positions from 1; empty for a scalar. */
  readonly index: readonly (string | number)[];
  /** Maximum-likelihood or MAP estimate; with `target posterior` the posterior mean. */
  readonly estimate: number;
  /** Standard error; with `target posterior` the posterior standard deviation. */
  readonly se: number;
  /** Interval of probability `interval`, inside the bounds of the parameter's type. */
  readonly lower: number;
  readonly upper: number;
  /** Share of the information that the prior brought: 0 is all data, 1 all prior. */
  readonly fromPrior: number;
}

/** A `report` line, or one element of it; its error by the delta method. */
export interface SummaryReport {
  readonly name: string;
  readonly index: readonly (string | number)[];
  readonly estimate: number;
  readonly se: number;
  readonly lower: number;
  readonly upper: number;
}

/** How one block of parameters keeps its information, and why. */
export interface SummaryBlock {
  readonly parameters: readonly string[];
  readonly structure: string;
  readonly flopsPerRow: number;
  readonly bytes: number;
  readonly reason: string;
}

/** The plan that was carried out. */
export interface SummaryPlan {
  readonly blocks: readonly SummaryBlock[];
  readonly flopsPerRow: number;
  readonly bytes: number;
  readonly backend: string;
}

/** Something that happened when so many rows had been taken in. */
export type SummaryEvent =
  /** The information came to be kept otherwise; structures as they are written after `structure`. */
  | {
      readonly kind: "replanned";
      readonly row: number;
      readonly message: string;
      readonly from: string;
      readonly to: string;
      readonly reason: string;
    }
  /** Something else, told by `message`; `details` are the figures behind it. */
  | {
      readonly kind: "changed" | "miscalibrated" | "saturated" | "began" | "combined" | "levels" | "position";
      readonly row: number;
      readonly message: string;
      readonly details: Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>;
    };

/** A warning or note with its place in the model, line and column from 1. */
export interface SummaryDiagnostic {
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly span: { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** A value of the configuration, as JSON has it. */
export type SummarySetting = string | number | boolean | null | { readonly [key: string]: SummarySetting };

/** What a fit, a stream or a saved state says; `null` where a figure does not exist for the run. */
export interface Summary {
  readonly schema: typeof summarySchema;
  readonly model: { readonly name: string; readonly hash: string };
  readonly mode: "fit" | "stream";
  readonly rows: number;
  /** Rows left out with `--on-bad-row skip`. */
  readonly skipped: number;
  /** Passes over the data. */
  readonly passes: number;
  readonly converged: boolean;
  readonly logLikelihood: number | null;
  readonly logPrior: number | null;
  /** Laplace approximation of the log evidence; null where a prior is flat. */
  readonly logEvidence: number | null;
  /** Sum of the log scores of every batch before it was learnt from; `stream` only. */
  readonly prequential: number | null;
  readonly aic: number | null;
  readonly bic: number | null;
  readonly effectiveParameters: number | null;
  /** In nats. */
  readonly informationGained: number | null;
  readonly parameters: readonly SummaryParameter[];
  readonly reports: readonly SummaryReport[];
  /** Probability of the intervals. */
  readonly interval: number;
  readonly plan: SummaryPlan;
  readonly events: readonly SummaryEvent[];
  readonly diagnostics: readonly SummaryDiagnostic[];
  /** Every key of `flow` as it was resolved. */
  readonly configuration: { readonly [key: string]: SummarySetting };
  readonly timing: {
    readonly compileMs: number;
    readonly readMs: number;
    readonly updateMs: number;
    readonly totalMs: number;
  };
}
