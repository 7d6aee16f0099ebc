// What instructions do on a target, counted: by a target that knows the loops they become, for the planner that would know
// what a plan costs before anything of it is built.

import type { Routine } from "./step.ts";

/** Operations of one run over a whole batch. */
export interface Tally {
  /** Operations in loops over rows, in multiply–adds. */
  readonly elementwise: number;
  /** Of functions such as exp and lgamma there. */
  readonly functions: number;
  /** Operations outside of loops over rows. */
  readonly serial: number;
  /** Bytes read and written in either. */
  readonly bytes: number;
  /** Values read or added at computed places. */
  readonly scattered: number;
  /** Loops entered. */
  readonly loops: number;
  /** Routines, with how often each is called. */
  readonly routines: readonly { readonly routine: Routine; readonly times: number }[];
  /** Doubles of values that are kept between loops. */
  readonly stored: number;
}
