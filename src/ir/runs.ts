// Ascending positions as runs of neighbours.

export interface Run {
  /** The first position of the run, and its place in the list. */
  readonly first: number;
  readonly at: number;
  readonly count: number;
}

/** Neighbours among positions: `count` of them from `first`, which stand from `at` on in the list. */
export function runsOf(positions: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  for (const [at, position] of positions.entries()) {
    const last = runs[runs.length - 1];
    if (last !== undefined && position === last.first + last.count)
      runs[runs.length - 1] = { ...last, count: last.count + 1 };
    else runs.push({ first: position, at, count: 1 });
  }
  return runs;
}
