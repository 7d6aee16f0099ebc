// The result of a fit or a stream as plain data: the contract `ffm.summary/1`, which `--format json` prints and
// other programs read. A field may be added; none is renamed or removed without a new number in `schema`.

import type { CodeLength, PacBayes } from "./evidence.ts";

export type { CodeLength, PacBayes } from "./evidence.ts";

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
  /** Sandwich (HC0) standard error, which stands also where rows are not as the model says; null where it was not made. */
  readonly robust: number | null;
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

/** One-step-ahead 95 % intervals of a stream's rows, as far as they were watched. */
export interface SummaryCoverage {
  readonly rows: number;
  /** Share of responses inside, with its Wilson interval of 95 %. */
  readonly share: number;
  readonly lower: number;
  readonly upper: number;
}

/** What a fit, a stream or a saved state says; `null` where a figure does not exist for the run. */
export interface Summary {
  readonly schema: typeof summarySchema;
  readonly model: { readonly name: string; readonly hash: string };
  readonly mode: "fit" | "stream";
  readonly rows: number;
  /** Rows left out with `--on-bad-row skip`. */
  readonly skipped: number;
  /** Rows that were not learnt from, by why: a value that can't be used (`skipped`), a name that came before, too late, a new level. */
  readonly leftOut: {
    readonly bad: number;
    readonly repeated: number;
    readonly late: number;
    readonly newLevel: number;
  };
  /** Missing values of each `real?` and its like, in the rows that were learnt from. */
  readonly missing: Readonly<Record<string, number>>;
  /** Passes over the data. */
  readonly passes: number;
  readonly converged: boolean;
  readonly logLikelihood: number | null;
  readonly logPrior: number | null;
  /** Laplace approximation of the log evidence; null where a prior is flat. */
  readonly logEvidence: number | null;
  /** Prequential log evidence: what each batch's rows were worth before they were learnt from; `stream` only. */
  readonly prequential: number | null;
  /** The first row that it counts, from 1: that after the first fit where a prior is flat. */
  readonly prequentialFrom: number | null;
  /** What the honesty watch saw; null where it is off or saw no row. */
  readonly coverage: SummaryCoverage | null;
  readonly aic: number | null;
  readonly bic: number | null;
  readonly effectiveParameters: number | null;
  /** In nats. */
  readonly informationGained: number | null;
  /** `fit` only. */
  readonly codeLength: CodeLength | null;
  /** `fit` only, of discrete responses and normal priors. */
  readonly pacBayes: PacBayes | null;
  /** Which standard errors `se`, `lower` and `upper` are of. */
  readonly errors: "model" | "sandwich";
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
