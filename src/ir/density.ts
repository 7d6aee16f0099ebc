// A checked model as a density: one graph of data, unconstrained parameters and terms whose sum is the
// log density. The room `check` makes it, everything behind it reads it; dimensions may still be names.

import type { Span } from "../diagnostics/index.ts";
import type { DataRequest } from "./data.ts";
import type { Graph, NodeId } from "./graph.ts";
import type { Dim, Shape } from "./shape.ts";

/** How a declared parameter is made from unconstrained coordinates φ. */
export type Transform =
  | { readonly kind: "identity" }
  /** lower + exp φ */
  | { readonly kind: "lower"; readonly lower: number }
  /** upper − exp φ */
  | { readonly kind: "upper"; readonly upper: number }
  /** lower + (upper − lower) sigmoid φ */
  | { readonly kind: "interval"; readonly lower: number; readonly upper: number }
  /** Stick-breaking, K − 1 coordinates, centred so that φ = 0 is uniform (Stan reference manual, "Simplex"). */
  | { readonly kind: "simplex" }
  /** First coordinate free, then cumulative sums of exponentials. */
  | { readonly kind: "ordered" };

export interface Parameter {
  readonly name: string;
  readonly doc: string | null;
  readonly span: Span;
  readonly transform: Transform;
  /** Declared shape. */
  readonly shape: Shape;
  /** The category that each axis is declared by, for labels where `category[K]` makes the dimension a number. */
  readonly axes?: readonly (string | null)[];
  /** Shape of φ; differs from `shape` for a simplex only. */
  readonly freeShape: Shape;
  /** T(φ) as a node over the leaf `param name`. */
  readonly value: NodeId;
  /** log |∂T/∂φ| summed over elements (a scalar); null for the identity. */
  readonly logJacobian: NodeId | null;
  /** Start in declared space, a node without parameters of the declared shape; null for φ = 0. */
  readonly init: NodeId | null;
}

/**
 * A family's own Fisher information over its argument slots: `entries[j][k]`, null where no closed form is known
 * (nodes over the slots); or one K × K `matrix` for a family with a single vector argument.
 */
export type FisherForm =
  | { readonly kind: "entries"; readonly entries: readonly (readonly (NodeId | null)[])[] }
  | { readonly kind: "matrix"; readonly matrix: NodeId };

/** log p(y | slots) for a scalar response y, which is the slot after those of the arguments. */
export interface AnyResponse {
  readonly logpdf: NodeId;
  readonly support: "binary" | "count" | "real" | "positive";
}

/** Where an argument of a family may lie: an interval, with `simplex` or `ordered` of a vector as a whole. */
export interface ArgumentDomain {
  readonly lower: number;
  readonly upper: number;
  readonly structure: "simplex" | "ordered" | null;
}

/**
 * The family of a statement at any one response, for predictions: scalars over slots, a scalar each but for vector
 * arguments; the response is the slot after those of the arguments, of a category its code from 0.
 */
export interface AtAnyResponse {
  readonly logpdf: NodeId;
  /** P(Y ≤ y), mean and variance, where the family states them. */
  readonly cdf: NodeId | null;
  readonly mean: NodeId | null;
  readonly variance: NodeId | null;
  readonly domains: readonly ArgumentDomain[];
  readonly support: { readonly lower: number; readonly upper: number; readonly integer: boolean };
  /** Levels of a category; null for numbers. */
  readonly levels: Dim | null;
}

/** `response ~ Family(args)`: one factor per row. */
export interface LikelihoodTerm {
  readonly kind: "likelihood";
  readonly family: string;
  /** The overload's argument names, in order. */
  readonly argumentNames: readonly string[];
  readonly span: Span;
  /** The statement as written, for messages. */
  readonly text: string;
  readonly response: NodeId;
  /** Arguments as functions of data and φ; each scalar, or of the response's shape (then elementwise), or one vector. */
  readonly args: readonly NodeId[];
  /** log p(response | slots) over `slot` leaves for the arguments, of the shape of the response. */
  readonly logpdf: NodeId;
  /** Mean and variance over the slots where the family states them, for starting values and reports. */
  readonly mean: NodeId | null;
  readonly variance: NodeId | null;
  readonly fisher: FisherForm | null;
  /** The density of any one response, where its information has no closed form in some argument but can be summed. */
  readonly anywhere: AnyResponse | null;
  /** `weight w`, a per-row or constant factor of the row's log-likelihood. */
  readonly weight: NodeId | null;
  /** 1 where the statement applies, 0 where its response is missing (`real?`); null where it always applies. */
  readonly present: NodeId | null;
  /** What follows `when`, of the density's shape; null where there is none. */
  readonly condition: NodeId | null;
  /** Null for families of vectors. */
  readonly anyone: AtAnyResponse | null;
}

/** `param p ~ Prior` (or a statement about a parameter): a scalar that does not vary by row. */
export interface PriorTerm {
  readonly kind: "prior";
  readonly parameter: string;
  readonly family: string;
  readonly span: Span;
  readonly text: string;
  readonly logpdf: NodeId;
}

/** `factor e`: a scalar log-likelihood term, per row or once. */
export interface FactorTerm {
  readonly kind: "factor";
  readonly span: Span;
  readonly text: string;
  readonly value: NodeId;
}

export type Term = LikelihoodTerm | PriorTerm | FactorTerm;

/** A derived quantity with its indices' dimensions. */
export interface ReportedQuantity {
  readonly name: string;
  readonly doc: string | null;
  readonly span: Span;
  readonly value: NodeId;
  /** The category that each axis is declared by, as for a parameter. */
  readonly axes?: readonly (string | null)[];
  /** What is known of its values, so that intervals respect it. */
  readonly support: "real" | "positive" | "unit";
}

/** What must be learnt from a first look at the data: mean and sample sd (n − 1) of `input` for each element. */
export interface LearntFeature {
  /** Name of the `learnt` leaf, of shape [2, ...shape of input]: means, then sds. */
  readonly name: string;
  readonly kind: "standardize";
  /** A row-varying node over data only. */
  readonly input: NodeId;
  readonly span: Span;
  readonly text: string;
}

/** A start that is drawn (`init sample`), as `init` is a start that is said. */
export interface StartDraw {
  readonly parameter: string;
  /** The start in declared space, of the parameter's shape, over one `slot` of that shape that holds the draws. */
  readonly value: NodeId;
  /** What the draws are: uniform between 0 and 1, or standard normal. */
  readonly from: "uniform" | "normal";
}

/** A symbolic dimension and what fixes its size. */
export interface DimensionSource {
  readonly name: string;
  /** `columns`: as many as the data item has columns; `levels`: the levels of the category. */
  readonly kind: "columns" | "levels";
  readonly data: string;
  /** Which axis of the data item's shape (0 for levels). */
  readonly axis: number;
  /** Positions that the model names by number (`effect[3]`): fewer is an error. */
  readonly least: number;
}

/** The model's `flow { … }`, key by key, as validated phrases of words and numbers. */
export interface FlowSetting {
  readonly key: string;
  readonly text: string;
  readonly span: Span;
}

export interface Density {
  readonly kind: "density";
  readonly name: string;
  readonly doc: string | null;
  readonly graph: Graph;
  readonly data: readonly DataRequest[];
  readonly dimensions: readonly DimensionSource[];
  readonly learnt: readonly LearntFeature[];
  readonly parameters: readonly Parameter[];
  readonly starts: readonly StartDraw[];
  readonly terms: readonly Term[];
  readonly reports: readonly ReportedQuantity[];
  readonly flow: readonly FlowSetting[];
}
