// What is shown of a flow: summaries, tables.

export { comparison } from "./divergence.ts";
export { normalQuantile } from "./quantile.ts";
export { type SummaryContext, summarise } from "./summarise.ts";
export * from "./summary.ts";
export * from "./table.ts";
