// How fast this machine is, for the planner: a few updates are timed, and the seconds that an operation of each kind takes
// are fitted to them. The clock is the host's.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import { type RatedTarget, type Rates, rates, secondsOf, workKinds } from "../planner/index.ts";
import { fitRates } from "./fit-rates.ts";
import { measure } from "./workload.ts";
import { calibrationWorkloads } from "./workloads.ts";

export const ratesFormat = "ffm.rates/1";

/** What `calibrate` gives, and what a file of rates holds. */
export interface Calibration {
  readonly format: string;
  readonly backend: RatedTarget;
  /** Seconds an operation of each kind takes. */
  readonly rates: Rates;
  /**
   * Updates that were timed, and how many of them rates that are fitted to all the others predict within a factor of 1.5.
   */
  readonly measured: number;
  readonly within: number;
}

export interface CalibrationOptions {
  readonly backend?: RatedTarget;
  /** Milliseconds of a clock. */
  readonly now: () => number;
  /** For each timed update; the default makes some ten seconds in all. */
  readonly seconds?: number;
  readonly onProgress?: (done: number, all: number) => void;
}

/** A prediction may be off by this. */
const tolerated = 1.5;

/** Times updates of this machine and fits the planner's rates to them. */
export function calibrate({ backend = "wasm", now, seconds = 0.3, onProgress }: CalibrationOptions): Calibration {
  // an interpreter takes too long for large models, and has nothing to tell of them
  const chosen = calibrationWorkloads.filter(({ dims }) => backend !== "interpret" || (dims.site ?? 0) <= 1000);
  const timed = chosen.map((workload, k) => {
    onProgress?.(k, chosen.length);
    return measure(workload, backend, now, seconds);
  });
  onProgress?.(chosen.length, chosen.length);
  const fitted = fitRates(timed, rates[backend]);
  const near = timed.filter(({ work, seconds: took }, k) => {
    const others = fitRates(timed.toSpliced(k, 1), rates[backend]);
    const ratio = secondsOf(work, others) / took;
    return ratio < tolerated && ratio > 1 / tolerated;
  });
  return { format: ratesFormat, backend, rates: fitted, measured: timed.length, within: near.length };
}

/** Reads a file of rates for a target. */
export function readRates(
  text: string,
  backend: RatedTarget,
  file: string,
): { readonly rates: Rates | null; readonly diagnostics: readonly Diagnostic[] } {
  const asked = backend === "wasm" ? "" : ` --backend ${backend}`;
  const hint = `Make them with \`ffm plan --calibrate FILE${asked}\`.`;
  const refuse = (reason: string) => ({ rates: null, diagnostics: [diagnose("FF535", null, { file, reason }, hint)] });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse("it is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null) return refuse("it is not an object");
  const { format, backend: target, rates: found } = parsed as Readonly<Record<string, unknown>>;
  if (format !== ratesFormat) return refuse(`its format is not ${ratesFormat}`);
  if (target !== backend) return refuse(`they were measured for ${String(target)}, and the flow runs on ${backend}`);
  if (typeof found !== "object" || found === null) return refuse("it has no rates");
  const given = found as Readonly<Record<string, unknown>>;
  for (const kind of workKinds) {
    const rate = given[kind];
    if (typeof rate !== "number" || !(rate >= 0 && rate < 1)) return refuse(`${kind} is not a number of seconds`);
  }
  return { rates: given as unknown as Rates, diagnostics: [] };
}
