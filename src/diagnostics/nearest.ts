// "Did you mean …?": the candidate closest to a misspelt name.

const longestName = 64;

/** Edits (insert, delete, replace, swap neighbours) from one word to another. */
function distance(from: string, to: string): number {
  const width = to.length + 1;
  let beforeLast = new Array<number>(width).fill(0);
  let last = Array.from({ length: width }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const current = new Array<number>(width).fill(i);
    for (let j = 1; j < width; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      let best = Math.min(last[j] + 1, current[j - 1] + 1, last[j - 1] + same);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        best = Math.min(best, beforeLast[j - 2] + 1);
      }
      current[j] = best;
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length];
}

/** The candidate within a third of the name's length in edits, or null; case counts half. */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  if (name.length > longestName) return null;
  const lower = name.toLowerCase();
  let best: string | null = null;
  let least = Math.max(1, Math.floor(name.length / 3)) + 0.5;
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > least) continue;
    const other = candidate.toLowerCase();
    const cost = lower === other ? 0.5 : distance(lower, other);
    if (cost < least && cost < Math.max(name.length, candidate.length)) {
      least = cost;
      best = candidate;
    }
  }
  return best;
}
