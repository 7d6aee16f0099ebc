// How time and memory grow: rows × 10, parameters × 10, levels × 10, one thread and two. Beside each step stands the
// growth that the plan's own count of operations would have.

import type { Bench, Entry, EntryResult, Figures, Goal, Group, Settings } from "../bench.ts";
import { ours } from "../contestant.ts";

const entry = (label: string, args: readonly (string | number)[], repeats?: number): Entry => ({
  label,
  ours: true,
  seconds: 90,
  ...(repeats === undefined ? {} : { repeats }),
  run: { kind: "warm", command: ours("scale.ts", ...args.map(String)), task: {} },
});

/** The exponents of one line over the line before: measured, and by the plan. */
function exponents(sizes: readonly number[]): (results: readonly EntryResult[]) => readonly Figures[] {
  return (results) =>
    results.map((result, k): Figures => {
      const before = results[k - 1];
      if (before === undefined || before.missing !== null || result.missing !== null) return {};
      const step = Math.log(sizes[k] / sizes[k - 1]);
      const flops = (r: EntryResult): number => r.figures.flops ?? Number.NaN;
      return {
        "exponent, measured": Math.log(result.median / before.median) / step,
        "exponent, plan": Math.log(flops(result) / flops(before)) / step,
      };
    });
}

function flat(results: readonly EntryResult[]): Goal | null {
  const memory = results.flatMap((r) => r.figures["peak memory, MiB"] ?? []);
  if (memory.length < 2) return null;
  const value = Math.max(...memory) / memory[0];
  return { text: "peak memory, most rows ÷ fewest rows", value, limit: 1.2, direction: "at most" };
}

function speedUp([one, two]: readonly EntryResult[]): Goal | null {
  if (two === undefined || one.missing !== null || two.missing !== null) return null;
  return { text: "speed-up on two threads", value: one.median / two.median, limit: 1.7, direction: "at least" };
}

/** The bench. */
export const scaleBench: Bench = {
  name: "scale",
  what: "rows, parameters and levels × 10, threads 1 → 2: growth of time and memory beside the plan's count",
  async prepare({ quick }: Settings): Promise<readonly Group[]> {
    const few = quick ? 10 : 1;
    const rows = [100_000, 1_000_000, 10_000_000].map((n) => n / few / few);
    const widths = quick ? [10, 100] : [10, 100, 1000];
    const sites = quick ? [10, 100] : [10, 100, 1000];
    const wide = 20_000 / few;
    const long = 100_000 / few;
    const text = (n: number): string => n.toLocaleString("en-US");
    const figures = (answer: { readonly figures?: Figures }): Figures => answer.figures ?? {};
    return [
      {
        title: "rows × 10, stream, 11 parameters",
        what: "Time inside the loop; rows are made as they are asked for.",
        unit: "ms",
        entries: rows.map((n, k) => entry(`${text(n)} rows`, ["rows", 10, n], k === 2 ? 2 : undefined)),
        figures,
        compare: exponents(rows),
        goals: (results) => [flat(results)],
      },
      {
        title: `predictors × 10, stream, ${text(wide)} rows, full information`,
        what: "Time inside the loop.",
        unit: "ms",
        entries: widths.map((p, k) => entry(`${text(p)} predictors`, ["parameters", p, wide], k === 2 ? 1 : undefined)),
        figures,
        compare: exponents(widths),
      },
      {
        title: `levels × 10, stream, ${text(long)} rows, full information`,
        what: "Time inside the loop.",
        unit: "ms",
        entries: sites.map((n, k) => entry(`${text(n)} levels`, ["levels", n, long], k === 2 ? 1 : undefined)),
        figures,
        compare: exponents(sites),
      },
      {
        title: `threads 1 → 2, fit, ${text(long)} × 55`,
        what: "Time inside the loop.",
        unit: "ms",
        entries: [1, 2].map((n) => entry(`${n} thread${n === 1 ? "" : "s"}`, ["threads", 54, long, n])),
        figures,
        goals: (results) => [speedUp(results)],
      },
    ];
  },
};
