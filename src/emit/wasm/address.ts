// Addresses of the loops taken apart, so that what does not depend on the row is computed outside its loop.

import type { Float, Int } from "../loops/loop.ts";

/** An address taken apart: a sum of constants, loop variables and positions held by doubles. */
export interface AddressParts {
  readonly constant: number;
  /** Loop variables but the row, with their strides. */
  readonly rest: { readonly by: number; readonly name: string }[];
  readonly row: boolean;
  /** Positions held by doubles, with their strides. */
  readonly computed: { readonly by: number; readonly of: Float }[];
}

/** Addresses that were taken apart: each is looked at several times. */
const known = new WeakMap<Int, AddressParts>();

/** Takes an address apart; all parts are linear. */
export function parts(at: Int): AddressParts {
  const found = known.get(at) ?? apart(at, 1);
  known.set(at, found);
  return found;
}

function apart(at: Int, by: number): AddressParts {
  switch (at.kind) {
    case "int":
      return { constant: by * at.value, rest: [], row: false, computed: [] };
    case "index":
      if (at.name !== "r") return { constant: 0, rest: [{ by, name: at.name }], row: false, computed: [] };
      if (by !== 1) throw new Error("rows are contiguous");
      return { constant: 0, rest: [], row: true, computed: [] };
    case "times":
      return apart(at.of, by * at.by);
    case "plus": {
      const [left, right] = [apart(at.left, by), apart(at.right, by)];
      return {
        constant: left.constant + right.constant,
        rest: [...left.rest, ...right.rest],
        row: left.row || right.row,
        computed: [...left.computed, ...right.computed],
      };
    }
    case "truncate":
      return { constant: 0, rest: [], row: false, computed: [{ by, of: at.of }] };
  }
}

/** Whether the place is computed from data. */
export function scattered(at: Int): boolean {
  return parts(at).computed.length > 0;
}

/** Whether the place differs from row to row in order. */
export function usesRow(at: Int): boolean {
  return parts(at).row;
}
