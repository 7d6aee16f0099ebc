// How information is kept. One file a structure, the same exports in the same order.

import type { StructureKind } from "../ir/index.ts";
import { diagonal } from "./diagonal.ts";
import { full } from "./full.ts";
import type { Structure } from "./structure.ts";

export { sharePerFactor } from "./diagonal.ts";
export { type Block, type Factor, part, type StepSink, type Structure, type StructureCost } from "./structure.ts";

/** Every structure by name, richest first. */
export const structures: Readonly<Record<StructureKind, Structure>> = { full, diagonal };
