// A density with its derivatives: what one row contributes to log-likelihood, score and information, and what
// the terms that are not per row (priors, Jacobians) contribute, as nodes of one graph.

import type { LearntFeature, Parameter, ReportedQuantity } from "./density.ts";
import type { Graph, NodeId } from "./graph.ts";
import type { Dim } from "./shape.ts";

/** A node a parameter block, by parameter name, each of the parameter's free shape; absent means zero. */
export type ByParameter = ReadonlyMap<string, NodeId>;

/** How a statement's information is had: from the family's closed form, or from the scores themselves. */
export type InformationBasis = "expected" | "empirical";

/** Σ over lanes of weight · z zᵀ, where z is put together from `parts`: the information of one row. */
export interface FactorGroup {
  readonly basis: InformationBasis;
  /** How many factors a row has, the nodes depending on the leaf `lane`; null for one. */
  readonly lanes: Dim | null;
  /** A scalar ≥ 0. */
  readonly weight: NodeId;
  readonly parts: ByParameter;
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
}

/** Why a statement's information is not what was asked for. */
export interface InformationNote {
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
