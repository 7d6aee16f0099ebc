// Forgetting by the clock: before a batch, all that was seen fades by 2^(−Δt / half-life), Δt the time from the latest row
// before to the latest row of the batch. All rows of a batch count whole, as of that time; a batch is cut where its rows
// would span more than a sixteenth of a half-life. Rows that are older than what was seen bring nothing back.

import { type Diagnostic, diagnose } from "../../diagnostics/index.ts";
import type { Batch } from "../../ir/index.ts";
import type { Baggage, Companion } from "../companion.ts";
import type { Flow } from "../flow.ts";

/** Batches span at most a half-life divided by this. */
const instants = 16;

export interface ClockOptions {
  /** The column of times, in seconds. */
  readonly column: string;
  /** Half-life in seconds. */
  readonly seconds: number;
  /** Whether batches may be cut. */
  readonly cut: boolean;
}

/** A companion that lets what was seen fade with time. */
export function clock({ column, seconds, cut }: ClockOptions): Companion {
  // the latest time so far; null before any row
  let latest: number | null = null;
  let [late, most] = [0, 0];

  /** Takes note of a batch's times; how much time went by. */
  const passed = (batch: Batch): number => {
    const times = batch.columns.get(column) as Float64Array;
    const before = latest;
    for (let row = 0; row < batch.rows; row++) {
      const time = times[row] as number;
      if (latest === null || time > latest) latest = time;
      else if (time < latest) {
        late += 1;
        most = Math.max(most, latest - time);
      }
    }
    return before === null || latest === null ? 0 : latest - before;
  };

  return {
    name: "clock",
    begun(_: Flow, batches: readonly Batch[]): void {
      // the first rows are fitted together and count whole
      for (const batch of batches) passed(batch);
    },
    most(_: Flow, batch: Batch, from: number, count: number): number {
      if (!cut) return count;
      const times = batch.columns.get(column) as Float64Array;
      const end = Math.max(latest ?? Number.NEGATIVE_INFINITY, times[from] as number) + seconds / instants;
      let rows = 1;
      while (rows < count && (times[from + rows] as number) <= end) rows += 1;
      return rows;
    },
    before(flow: Flow, batch: Batch): void {
      flow.fade(2 ** (-passed(batch) / seconds));
    },
    conclude(): readonly Diagnostic[] {
      if (late === 0) return [];
      return [diagnose("FF641", null, { count: late, seconds: Number(most.toPrecision(3)), column })];
    },
    mark() {
      const before = { latest, late, most };
      return () => {
        ({ latest, late, most } = before);
      };
    },
    save: (): Baggage => ({ values: { latest, late, most }, tensors: new Map() }),
    restore({ values }: Baggage): void {
      const numbers = [values.latest ?? 0, values.late, values.most];
      if (!numbers.every(Number.isFinite)) throw new RangeError("its times are not numbers");
      [latest, late, most] = [values.latest as number | null, values.late as number, values.most as number];
    },
  };
}
