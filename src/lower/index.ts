// From derivatives and a plan to the executable step.

export { type Bound, bind } from "./bind.ts";
export { type DataShapes, lower } from "./step.ts";
