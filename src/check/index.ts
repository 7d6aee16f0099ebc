// The door of the check room: from a syntax tree to a model whose every name, type, shape and range is known, and
// on to the density that the rooms behind work with.

export { type Checked, check } from "./check.ts";
export {
  type FamilyArgument,
  type FamilyDensity,
  type FamilyItem,
  type FamilyResult,
  familiesOf,
  familyDensity,
  standardFamilies,
} from "./family-density.ts";
export { flowKeys, flowOption, flowOptions, type ReadOptions } from "./flow.ts";
export { structureOf } from "./flow-names.ts";
export type {
  FlowOptions,
  Forgetting,
  Identity,
  InformationWord,
  Initial,
  Late,
  Rate,
  Stopping,
  Wandering,
} from "./flow-options.ts";
export { standardLayers } from "./library.ts";
export type { DefinedValue, Model } from "./model.ts";
export type { CheckOptions } from "./prepare.ts";
