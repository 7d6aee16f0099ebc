// `--timing`: where the time of a command went, on stderr.

import type { Timer } from "../index.ts";
import { isOn, type Option } from "./arguments.ts";
import type { Context } from "./context.ts";

export const timingOption: Option = { name: "timing", help: "where the time went, on stderr" };

/** Stages and their milliseconds, in the order of their first appearance. */
export interface Stopwatch {
  readonly timer: Timer;
  /** Adds what was measured elsewhere. */
  readonly add: (stage: string, milliseconds: number) => void;
  /** Gives a stage all the time since the start that no stage has yet. */
  readonly lap: (stage: string) => void;
  /** Writes the table, if it was asked for. */
  readonly report: () => void;
}

/** A stopwatch on the host's clock; the time before the command began is its first stage. */
export function stopwatch({ host, given }: Context): Stopwatch {
  const spent = new Map<string, number>([["start", host.now()]]);
  const add = (stage: string, milliseconds: number): void => {
    spent.set(stage, (spent.get(stage) ?? 0) + milliseconds);
  };
  const lap = (stage: string): void => {
    const told = [...spent.values()].reduce((sum, ms) => sum + ms, 0);
    // what ran beside other stages may have been counted twice
    add(stage, Math.max(0, host.now() - told));
  };
  const timer: Timer = {
    time(stage, work) {
      const begun = host.now();
      try {
        return work();
      } finally {
        add(stage, host.now() - begun);
      }
    },
  };
  const report = (): void => {
    if (!isOn(given, "timing")) return;
    lap("rest");
    const table = new Map([...spent, ["total", host.now()]]);
    const width = Math.max(...[...table.keys()].map((stage) => stage.length));
    const lines = [...table].map(([stage, ms]) => `${stage.padEnd(width)}  ${ms.toFixed(1).padStart(8)} ms\n`);
    host.stderr.write(lines.join(""));
  };
  return { timer, add, lap, report };
}
