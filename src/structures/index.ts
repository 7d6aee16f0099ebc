// How information is kept. One file a structure, the same exports in the same order.

import type { Form, StructureKind } from "../ir/index.ts";
import { arrow } from "./arrow.ts";
import { diagonal } from "./diagonal.ts";
import { full } from "./full.ts";
import { kronecker } from "./kronecker.ts";
import { lowrank } from "./lowrank.ts";
import { root } from "./root.ts";
import { scalar } from "./scalar.ts";
import type { Structure } from "./structure.ts";

export { type Accumulation, accumulateGroups, noises, type Owner } from "./accumulate.ts";
export { type Appending, appendable, borrowsFrom } from "./append.ts";
export { entries as arrowEntries } from "./arrow.ts";
export {
  type Block,
  type Factors,
  type HessianProducts,
  part,
  partsIn,
  type StepSink,
  type Structure,
} from "./structure.ts";

export { coupled, type LevelUse, levelUse, meetsTangent, type OuterUse, outerUses, sumsOutputs } from "./uses.ts";

const structures: Readonly<Record<StructureKind, unknown>> = {
  full,
  arrow,
  diagonal,
  scalar,
  kronecker,
  root,
  lowrank,
};

/** The structure of a form. */
export function structureOf(form: Form): Structure {
  return structures[form.kind] as Structure;
}
