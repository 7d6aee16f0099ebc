// Pictures of a flow: each plot from data to a Vega-Lite specification, drawn as SVG or PNG, and the page of them all.

export { plotOf } from "./choose.ts";
export { csvOf } from "./csv.ts";
export type {
  Confusion,
  Held,
  Information,
  InformationBlock,
  Path,
  Prediction,
  ReliabilityBin,
  Shown,
  Trace,
} from "./data.ts";
export { type Draw, drawing, rasterised } from "./draw.ts";
export { page } from "./page.ts";
export {
  type Canvas,
  figure,
  type Palette,
  type Plot,
  type PlotKind,
  plotKinds,
  printed,
  type Spec,
  type Table,
} from "./plot.ts";
