// What the planner says an update costs, beside what it costs: models of many kinds by structures and sizes of batches.

import type { Bench, EntryResult, Goal, Group, Settings } from "../bench.ts";
import { ours } from "../contestant.ts";
import { workloads } from "../workloads.ts";

const factor = 1.5;

/** Predicted ÷ measured, of the medians. */
function ratioOf({ figures, median }: EntryResult): number {
  return (figures["predicted, ms"] ?? Number.NaN) / median;
}

function goalsOf(results: readonly EntryResult[], share: number): readonly Goal[] {
  const measured = results.filter((r) => r.missing === null);
  const near = measured.filter((r) => ratioOf(r) < factor && ratioOf(r) > 1 / factor);
  const memory = measured.map((r) =>
    Math.abs((r.figures["predicted bytes"] ?? Number.NaN) / (r.figures.bytes ?? 1) - 1),
  );
  return [
    { text: "points measured", value: measured.length, limit: share === 0.9 ? 40 : 10, direction: "at least" },
    {
      text: `share within a factor of ${factor}`,
      value: near.length / measured.length,
      limit: share,
      direction: "at least",
    },
    { text: "largest error of memory, %", value: 100 * Math.max(...memory), limit: 10, direction: "at most" },
  ];
}

function group(title: string, backend: string, points: typeof workloads, settings: Settings, share: number): Group {
  const seconds = settings.quick ? 0.05 : 0.4;
  return {
    title,
    what: "Milliseconds of one `update` of the artefact, a batch that takes one step; predicted before anything was built. `steps` is what an update of made-up rows takes where it may take as many as it wants.",
    unit: "ms",
    entries: points.map(({ name }) => ({
      label: name,
      ours: true,
      run: { kind: "warm", command: ours("cost.ts"), task: { name, backend, seconds } },
    })),
    figures: ({ ms, figures = {} }) => ({
      "predicted, ms": figures.predictedMs,
      "predicted ÷ measured": figures.predictedMs / ms,
      bytes: figures.bytes,
      "predicted bytes": figures.predictedBytes,
      steps: figures.steps,
    }),
    goals: (results) => goalsOf(results, share),
  };
}

/** The bench. */
export const costBench: Bench = {
  name: "cost",
  what: "what the planner predicts of an update, time and memory, beside what it takes",
  async prepare(settings: Settings): Promise<readonly Group[]> {
    const some = workloads.filter((_, k) => k % 5 === 0 && workloads[k].batch <= 256);
    const points = settings.quick ? some : workloads;
    return [
      group("an update on wasm", "wasm", points, settings, 0.9),
      ...(settings.quick ? [] : [group("an update on js", "js", some, settings, 0.8)]),
    ];
  },
};
