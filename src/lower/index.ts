// From derivatives and a plan to the executable step.

export { type Bound, bind } from "./bind.ts";
export {
  type Forward,
  type ForwardArgument,
  type ForwardOptions,
  type ForwardStatement,
  forwardStep,
  type RowFactors,
} from "./forward.ts";
export { type AtResponse, responseStep } from "./response.ts";
export { type DataShapes, lower } from "./step.ts";
