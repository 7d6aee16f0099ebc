// Rows that came before, by a column that names each row: exactly as long as there are not too many names, and from then
// on among the newest of them. A name is kept as 53 bits of its hash: a million names are told apart but for one chance
// in twenty thousand.

import type { Baggage } from "../companion.ts";

/** Name of its baggage in a saved state. */
export const identityName = "identity";

/** Names of rows seen so far, in the order in which they came. */
export interface Identities {
  /** Remembers a name; false where it is remembered already. */
  add(hash: number): boolean;
  /** The result forgets what came since; holds until the next mark. */
  mark(): () => void;
  save(): Baggage;
}

/** The newest `last` names, after those that were saved; throws RangeError where the baggage is not of names. */
export function identitiesFrom(baggage: Baggage | null, last: number): Identities {
  const seen = new Set<number>();
  /** In a ring, once there are as many as are kept: `oldest` is overwritten next. */
  const order: number[] = [];
  let oldest = 0;
  /** Names that the ones since the mark took the place of; −1 for none. */
  let replaced: number[] | null = null;
  const add = (hash: number): boolean => {
    if (seen.has(hash)) return false;
    seen.add(hash);
    if (order.length < last) {
      order.push(hash);
      replaced?.push(-1);
      return true;
    }
    const before = order[oldest] as number;
    seen.delete(before);
    replaced?.push(before);
    order[oldest] = hash;
    oldest = (oldest + 1) % last;
    return true;
  };
  const before = baggage?.tensors.get("seen");
  if (baggage !== null && before === undefined) throw new RangeError("its names are missing");
  for (const hash of before ?? []) {
    if (!Number.isSafeInteger(hash) || hash < 0) throw new RangeError(`${hash} is no name`);
    add(hash);
  }
  return {
    add,
    mark() {
      const since: number[] = [];
      replaced = since;
      return () => {
        for (let name = since.pop(); name !== undefined; name = since.pop()) {
          if (name < 0) {
            seen.delete(order.pop() as number);
            continue;
          }
          oldest = (oldest + last - 1) % last;
          seen.delete(order[oldest] as number);
          seen.add(name);
          order[oldest] = name;
        }
      };
    },
    save() {
      const inOrder = [...order.slice(oldest), ...order.slice(0, oldest)];
      return { values: { last }, tensors: new Map([["seen", Float64Array.from(inOrder)]]) };
    },
  };
}
