// A density with its derivatives: what one row contributes to log-likelihood, score and information, and what
// the terms that are not per row (priors, Jacobians) contribute, as nodes of one graph.

import type { LearntFeature, Parameter, ReportedQuantity } from "./density.ts";
import type { Graph, NodeId } from "./graph.ts";
import type { Dim } from "./shape.ts";

/** A node a parameter block, by parameter name, each of the parameter's free shape; absent means zero. */
export type ByParameter = ReadonlyMap<string, NodeId>;

/**
 * How a statement's information is had: from the family's closed form, from the scores themselves, or as `sampled`: one
 * factor Σ ± √weight z over the factors of the closed form with random signs, whose square has the closed form as its mean.
 */
export type InformationBasis = "expected" | "empirical" | "sampled";

/** Σ over lanes of weight · z zᵀ, where z is put together from `parts`: the information of one row. */
export interface FactorGroup {
  readonly basis: InformationBasis;
  /** How many factors a row has, the nodes depending on the leaf `lane`; null for one. */
  readonly lanes: Dim | null;
  /** A scalar ≥ 0. */
  readonly weight: NodeId;
  readonly parts: ByParameter;
  /** The statement's score in terms of its factors, score = Σ over lanes of weight · residual · z; null where not known. */
  readonly residual: NodeId | null;
}

/** Contributions of one row; all nodes vary by row. */
export interface RowDerivatives {
  readonly value: NodeId;
  readonly gradient: ByParameter;
  readonly factors: Readonly<Record<InformationBasis, readonly FactorGroup[]>>;
  /** Directional derivative of `gradient` along the leaves `tangent`. */
  readonly curvature: ByParameter;
}

/** Terms that do not vary by row. */
export interface OnceDerivatives {
  readonly value: NodeId;
  readonly gradient: ByParameter;
  /** Diagonal of the Hessian, of the part of `value` whose Hessian is diagonal. */
  readonly diagonal: ByParameter;
  /** Hessian of the rest times the leaves `tangent`; empty where there is no rest. */
  readonly dense: ByParameter;
  /** Parameters whose own part of that Hessian is diagonal. */
  readonly separable: ReadonlySet<string>;
}

/** Why a statement's information is not what was asked for. */
export interface InformationNote {
  /** The information that was asked for. */
  readonly of: "expected" | "sampled";
  readonly statement: string;
  readonly reason: string;
}

export interface ReportDerivatives extends ReportedQuantity {
  readonly gradient: ByParameter;
}

export interface Derivatives {
  readonly kind: "derivatives";
  readonly graph: Graph;
  readonly parameters: readonly Parameter[];
  readonly row: RowDerivatives;
  readonly once: OnceDerivatives;
  readonly reports: readonly ReportDerivatives[];
  readonly learnt: readonly LearntFeature[];
  readonly notes: readonly InformationNote[];
}
