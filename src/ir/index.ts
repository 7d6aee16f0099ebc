// The room of types that flow between all others: the op table, shapes, graphs and what a model is as data.

export type { Batch, Bindings, DataRequest, RawBatch, RawColumn, RowSource, ValueDomain } from "./data.ts";
export type {
  AnyResponse,
  ArgumentDomain,
  AtAnyResponse,
  Density,
  DimensionSource,
  FactorTerm,
  FisherForm,
  FlowSetting,
  LearntFeature,
  LikelihoodTerm,
  Parameter,
  PriorTerm,
  ReportedQuantity,
  StartDraw,
  Term,
  Transform,
} from "./density.ts";
export type {
  ByParameter,
  Derivatives,
  FactorGroup,
  InformationBasis,
  InformationNote,
  OnceDerivatives,
  ReportDerivatives,
  RowDerivatives,
} from "./derivatives.ts";
export { evaluate, evaluator, type LeafValue, scalar, type Tensor } from "./evaluate.ts";
export {
  type Attributes,
  type Graph,
  GraphBuilder,
  type LeafMap,
  leading,
  type Node,
  type NodeId,
  order,
  rewrite,
} from "./graph.ts";
export { info, type Op, type OpInfo, ops } from "./ops.ts";
export {
  type Budget,
  type Candidate,
  type Cost,
  type Divergence,
  type Form,
  formFits,
  formName,
  type InformationKind,
  type Plan,
  type PlanBlock,
  type StructureKind,
  type StructureRequest,
} from "./plan.ts";
export { type LeafName, printDensity, printNode } from "./print.ts";
export { type Random, random, words } from "./random.ts";
export { type Run, runsOf } from "./runs.ts";
export {
  bindDim,
  type Dim,
  elements,
  known,
  type NamedDim,
  named,
  offset,
  type Shape,
  sameDim,
  sameShape,
  showDim,
  showShape,
} from "./shape.ts";
export type {
  Component,
  Instruction,
  KernelArgument,
  Layout,
  Output,
  ParameterPlace,
  Precision,
  Procedure,
  ProcedureName,
  Region,
  Routine,
  RoutineName,
  RowProcedure,
  Scalar,
  StateName,
  StateSizes,
  Step,
  StepBlock,
  UpdateProcedure,
} from "./step.ts";
export { control, stateLengths } from "./step.ts";
export type { Tally } from "./tally.ts";
export { free, freeShape, type Transformed, transformed } from "./transform.ts";
