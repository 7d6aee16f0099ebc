// Coverage and alarms over simulated data sets.

import { compile, fit, type RunOptions, type Summary, stream } from "../../src/index.ts";
import type { Misfit, Simulation } from "./models.ts";

/** Coverage of 95 % intervals over data sets: its Monte Carlo error is that of the data sets' own shares. */
export interface Covered {
  readonly share: number;
  readonly error: number;
  readonly sets: number;
}

/** Which parameters each data set's intervals hold, by whether the truth is inside. */
async function insideOf(
  simulation: Simulation,
  sets: number,
  rows: number,
  seed: number,
  runs: readonly { readonly mode: "fit" | "stream"; readonly options: RunOptions }[],
): Promise<readonly (readonly (readonly boolean[])[])[]> {
  const model = compile(simulation.source);
  const all: (readonly boolean[])[][] = runs.map(() => []);
  for (let set = 0; set < sets; set++) {
    const { columns, truth } = simulation.draw(rows, seed + set);
    for (const [k, { mode, options }] of runs.entries()) {
      const { parameters } = await (mode === "fit" ? fit : stream)(model, columns, { watch: "off", ...options });
      if (parameters.length !== truth.length) throw new Error(`${simulation.name}: ${parameters.length} parameters`);
      all[k]?.push(parameters.map(({ lower, upper }, i) => lower <= truth[i] && truth[i] <= upper));
    }
  }
  return all;
}

/** Coverage of a fit, or of several runs over the same data sets. */
export async function coverage(
  simulation: Simulation,
  sets: number,
  rows: number,
  seed: number,
  runs: readonly { readonly mode: "fit" | "stream"; readonly options: RunOptions }[],
): Promise<readonly Covered[]> {
  const all = await insideOf(simulation, sets, rows, seed, runs);
  return all.map((inside) => {
    const shares = inside.map((own) => own.filter(Boolean).length / own.length);
    const share = shares.reduce((sum, x) => sum + x, 0) / sets;
    const square = shares.reduce((sum, x) => sum + (x - share) ** 2, 0) / (sets - 1);
    return { share, error: Math.sqrt(square / sets), sets };
  });
}

/** A stream in one pass: the first rows fitted are 10 for each parameter, the share of them that is ours to choose; then 16 at a time. */
export function onePass({ parameters }: Simulation): RunOptions {
  return { warmup: 10 * parameters, batch: 16 };
}

/** What a stream noted. */
export type Alarm = Exclude<Summary["events"][number], { readonly kind: "replanned" }>;

/** The alarms of a stream with the watch. */
export async function alarms(
  { source, columns }: { readonly source: string; readonly columns: ReturnType<Misfit["draw"]> },
  options: RunOptions = {},
): Promise<{ readonly alarms: readonly Alarm[]; readonly summary: Summary }> {
  const summary = await stream(compile(source), columns, options);
  return { alarms: summary.events.filter((event): event is Alarm => event.kind === "miscalibrated"), summary };
}
