// Which companions a flow has, by its settings.

import type { Companion, Program } from "../runtime/index.ts";
import type { Resolved } from "./options.ts";

/** The companions of a new flow over a program: dynamics first, then what observes; none for a fit. */
export function companionsOf(_program: Program, options: Resolved): readonly Companion[] {
  if (options.mode === "fit") return [];
  return [];
}
