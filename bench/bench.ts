// What a bench is: groups of entries that do the same work on the same data, what counts as better, and the goals that
// were set for it. Plain data and functions; running them is alternate.ts's part.

import type { Answer, Command } from "./contestant.ts";

/** What the command line said. */
export interface Settings {
  readonly repeats: number;
  readonly threads: number;
  readonly backend: string | null;
  /** Smaller data and fewer peers, to try the harness itself. */
  readonly quick: boolean;
}

/** How an entry is run: inside a process that stays warm, or as a new process whose whole life is timed. */
export type Run =
  | { readonly kind: "warm"; readonly command: Command; readonly task: Readonly<Record<string, unknown>> }
  | {
      readonly kind: "cold";
      readonly command: Command;
      /** A file to be its standard input. */
      readonly input?: string;
      /** What its output says besides the time. */
      readonly read?: (output: string) => Omit<Answer, "ms">;
    };

/** One line of a table. */
export interface Entry {
  readonly label: string;
  readonly ours: boolean;
  readonly run: Run;
  /** Longest time for one answer, in seconds. */
  readonly seconds?: number;
  /** Fewer repeats than asked for, where one takes minutes. */
  readonly repeats?: number;
  /** What a reader must know to read the line fairly. */
  readonly note?: string;
}

/** Figures beside the time: accuracy, memory, passes. */
export type Figures = Readonly<Record<string, number | null>>;

/** Entries that are compared with each other; the first of ours is what the ratio is taken with. */
export interface Group {
  readonly title: string;
  /** One or two sentences: the work, and what is inside the timing. */
  readonly what: string;
  readonly unit: "ms" | "rows/s";
  readonly entries: readonly Entry[];
  readonly figures?: (answer: Answer, entry: Entry) => Figures;
  /** Whether figures are means over the repeats, because chance has a part in them; otherwise those of the last. */
  readonly averaged?: boolean;
  /** Figures along the way, one line a step. */
  readonly curve?: (answer: Answer) => readonly Figures[];
  /** Further figures that need the lines above, such as growth from one size to the next; one for each entry. */
  readonly compare?: (results: readonly EntryResult[]) => readonly Figures[];
  readonly goals?: (results: readonly EntryResult[]) => readonly (Goal | null)[];
}

/** A group that can't be run, and why. */
export interface Absent {
  readonly title: string;
  readonly absent: string;
}

/** A bench by name. */
export interface Bench {
  readonly name: string;
  readonly what: string;
  prepare(settings: Settings): Promise<readonly (Group | Absent)[]>;
}

/** What a line of a table says after it was run. */
export interface EntryResult {
  readonly label: string;
  readonly ours: boolean;
  readonly note: string | null;
  /** Why there are no figures; null where there are. */
  readonly missing: string | null;
  /** In the group's unit, each repeat. */
  readonly samples: readonly number[];
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How many times slower than the first of ours; in a group without peers, than the first line. */
  readonly ratio: number | null;
  readonly figures: Figures;
  /** Along the way, of the last repeat. */
  readonly curve?: readonly Figures[];
}

/** A figure that was to be reached. */
export interface Goal {
  readonly text: string;
  readonly value: number;
  readonly limit: number;
  readonly direction: "at most" | "at least";
}

/** A group after it was run. */
export interface GroupResult {
  readonly title: string;
  readonly what: string;
  readonly unit: Group["unit"];
  readonly entries: readonly EntryResult[];
  readonly goals: readonly Goal[];
}

/** Whether a goal was reached. */
export function reached({ value, limit, direction }: Goal): boolean {
  return direction === "at most" ? value <= limit : value >= limit;
}

/** A goal about the first of our entries, where it ran. */
export function oursGoal(
  results: readonly EntryResult[],
  text: string,
  direction: Goal["direction"],
  limit: number,
  value: (ours: EntryResult) => number | null | undefined = (ours) => ours.median,
): Goal | null {
  const mine = results.find((r) => r.ours && r.missing === null);
  const found = mine === undefined ? null : value(mine);
  return found === null || found === undefined ? null : { text, value: found, limit, direction };
}

/** A goal about the fastest peer whose label fits, as a ratio peer ÷ ours. */
export function ratioGoal(results: readonly EntryResult[], text: string, limit: number, fits: RegExp): Goal | null {
  const ratios = results.flatMap((r) => (!r.ours && r.ratio !== null && fits.test(r.label) ? [r.ratio] : []));
  return ratios.length === 0 ? null : { text, value: Math.min(...ratios), limit, direction: "at least" };
}
