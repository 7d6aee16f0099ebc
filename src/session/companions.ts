// Which companions a flow has, by its settings.

import type { Compiled } from "../compile.ts";
import { logJacobian } from "../reports/index.ts";
import {
  type Companion,
  Prequential,
  type Program,
  pathName,
  pathRecorder,
  Saturation,
  Volume,
} from "../runtime/index.ts";
import { dynamicCompanions } from "./dynamics.ts";
import type { Resolved } from "./options.ts";
import { watchFor } from "./watch.ts";

/** What decides about companions besides the settings. */
export interface Circumstances {
  /** Rows come a few at a time, from a program that waits for them. */
  readonly live?: boolean;
  /** Nothing of the flow will be saved. */
  readonly unsaved?: boolean;
  /** Companions that a saved state holds something of. */
  readonly saved?: readonly string[];
}

/** The companions of a new flow over a program: dynamics first, then what observes; none for a fit. */
export function companionsOf(
  compiled: Compiled,
  program: Program,
  options: Resolved,
  circumstances: Circumstances = {},
): readonly Companion[] {
  if (options.mode === "fit") return [];
  return [
    ...dynamicCompanions(options),
    ...watchFor(compiled, program, options, circumstances),
    ...evidenceOf(program, options, circumstances),
    ...pathFor(program, circumstances),
  ];
}

/** The path of the estimates, for reports; rows that come a few at a time are not held up for it. */
function pathFor(program: Program, { live, unsaved, saved }: Circumstances): readonly Companion[] {
  const kept = live !== true && unsaved !== true;
  return kept || saved?.includes(pathName) === true ? [pathRecorder(program)] : [];
}

/** Log evidence as the stream goes, and its end when there is enough. */
function evidenceOf(program: Program, options: Resolved, { live, saved }: Circumstances): readonly Companion[] {
  const { prequential, stop } = options;
  const affordable = saved === undefined ? live !== true && cheap(program, options) : saved.includes("prequential");
  const volume = new Volume((flow, phi) => logJacobian(flow.program, phi));
  const scoring = prequential === "on" || (prequential === "auto" && affordable);
  const proper = program.parameters.every((p) => p.proper);
  return [
    ...(scoring ? [new Prequential(volume, proper)] : []),
    ...(stop === null ? [] : [new Saturation(volume, stop)]),
  ];
}

/** Rows a batch for each coordinate of a matrix that is factored for it. */
const rowsEach = 8;

/** Whether a factorisation is little beside what a batch of rows costs. */
function cheap({ plan }: Program, { batch }: Resolved): boolean {
  const rows = batch ?? plan.batchRows;
  return plan.blocks.every(
    ({ form, size }) => rowsEach * (form.kind === "diagonal" || form.kind === "scalar" ? 1 : size) <= rows,
  );
}
