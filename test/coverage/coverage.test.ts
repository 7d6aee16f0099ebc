// Coverage of intervals and alarms of the honesty watch, in simulations small enough for every test run. The large ones, and
// their figures, are those of bench/coverage/run.ts.

import { describe, expect, it } from "vitest";
import { misfits, simulations, unseen } from "./models.ts";
import { alarms, type Covered, coverage, onePass } from "./simulate.ts";

const plain = { mode: "fit", options: {} } as const;
/** The family without a stated information is far slower than the others. */
const setsOf = (name: string): number => (name === "negative binomial" ? 3 : 12);
const pooled = (all: readonly Covered[]): number =>
  all.reduce((sum, { share, sets }) => sum + share * sets, 0) / all.reduce((sum, { sets }) => sum + sets, 0);

describe("95 % intervals of ten models", () => {
  it("hold the truth as often as they say, in a fit and in a stream of 20 rows for each parameter", async () => {
    const [fits, streams]: [Covered[], Covered[]] = [[], []];
    for (const simulation of simulations) {
      const runs = [plain, { mode: "stream", options: onePass(simulation) } as const];
      const rows = 20 * simulation.parameters;
      const [fitted, streamed] = await coverage(simulation, setsOf(simulation.name), rows, 1000, runs);
      // three Monte Carlo errors, and what so few rows leave of asymptotics
      for (const { share, error } of [fitted, streamed])
        expect(Math.abs(share - 0.95), simulation.name).toBeLessThan(0.03 + 3 * error);
      fits.push(fitted);
      streams.push(streamed);
    }
    // the error of a pooled share is 0.7 points
    expect(Math.abs(pooled(fits) - 0.95)).toBeLessThan(0.02);
    expect(Math.abs(pooled(streams) - pooled(fits))).toBeLessThan(0.015);
  });
});

describe("the honesty watch", () => {
  it.each(simulations.map((s) => [s.name, s] as const))("is silent on %s", async (_, { source, draw }) => {
    const { alarms: said, summary } = await alarms({ source, columns: draw(5000, 11).columns }, { seed: 11 });
    expect(said).toEqual([]);
    expect(summary.coverage?.lower).toBeLessThan(0.96);
    expect(summary.coverage?.upper).toBeGreaterThan(0.94);
  });
  it.each(misfits.map((m) => [m.name, m] as const))("says within 2,000 rows: %s", async (_, { source, draw, from }) => {
    for (const seed of [1, 2]) {
      const start = Math.max(1000, from(5000) - 1);
      const { alarms: said } = await alarms({ source, columns: draw(5000, seed) }, { seed });
      const [first] = said;
      expect(first?.kind).toBe("miscalibrated");
      expect(first.row).toBeGreaterThan(start);
      expect(first.row).toBeLessThanOrEqual(start + 2000);
    }
  });
  it("does not see a covariate left out, whose part is in the estimated sd", async () => {
    const { alarms: said } = await alarms({ source: unseen.source, columns: unseen.draw(5000, 1) });
    expect(said).toEqual([]);
  });
});
