// What is shown of a flow: summaries, tables.

export {
  type Comparison,
  type Contender,
  type Course,
  compareSchema,
  compareTable,
  type Ranked,
  ranked,
} from "./compare.ts";
export { declaredScalar, gaussHermite, logJacobian } from "./declared.ts";
export { comparison, indefinite } from "./divergence.ts";
export type { TableOptions } from "./lines.ts";
export { normalQuantile } from "./quantile.ts";
export { type SummaryContext, summarise, untimed } from "./summarise.ts";
export * from "./summary.ts";
export * from "./table.ts";
