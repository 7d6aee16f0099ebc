// Plain objects by the quick way and by the general one: where the quick way answers, it answers the same.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../src/ir/index.ts";
import { encoder, levelLearner, objectEncoder, objectHolder, type Rows, rawBatches } from "../../src/sources/index.ts";
import { ask, choose, domains } from "./fixtures.ts";

const { real, count, binary, category } = domains;
const requests = [
  ask("x", real),
  ask("n", count, { optional: true }),
  ask("g", category),
  ask("v", real, { vector: true }),
  ask("b", binary),
];
const available = { columns: ["x", "n", "g", "v[1]", "v[2]", "b"], constants: new Map(), rowCount: null };
const selection = choose(requests, available);
const levels = new Map([["g", ["a", "b", "3"]]]);

function plain({ rows, firstRow, columns }: Batch): unknown {
  return { rows, firstRow, columns: Object.fromEntries([...columns].map(([name, values]) => [name, [...values]])) };
}

/** By the general way; null where it refuses. */
function general(rows: readonly unknown[]): unknown {
  const made = rawBatches(rows as Rows);
  if (made.kind !== "batches") return null;
  const [raw] = made.batches;
  if (raw === undefined) return null;
  const encoded = encoder(selection, levels)(raw);
  return encoded.kind === "batch" ? plain(encoded.batch) : null;
}

function quick(rows: readonly unknown[]): unknown {
  const batch = objectEncoder(selection, levels)(rows, 1);
  return batch === null ? null : plain(batch);
}

const good = { x: 1.5, n: 2, g: "a", v: [3, 4], b: true };

describe("objects", () => {
  it("that are ordinary go the quick way", () => {
    const rows = [
      good,
      { ...good, x: -1e300, n: Number.NaN, g: 3, b: 0 },
      { ...good, note: "unread", more: null, missing: undefined },
      Object.assign(Object.create(null), good),
    ];
    expect(quick(rows)).toEqual(general(rows));
    expect(quick(rows)).toEqual({
      rows: 4,
      firstRow: 1,
      columns: {
        x: [1.5, -1e300, 1.5, 1.5],
        n: [2, Number.NaN, 2, 2],
        g: [0, 2, 0, 0],
        v: [3, 3, 3, 3, 4, 4, 4, 4],
        b: [1, 0, 1, 1],
      },
    });
  });

  it.each([
    [{ ...good, x: Number.NaN }],
    [{ ...good, x: Number.POSITIVE_INFINITY }],
    [{ ...good, x: "1.5" }],
    [{ ...good, x: undefined }],
    [{ ...good, n: -1 }],
    [{ ...good, n: 1.5 }],
    [{ ...good, n: null }],
    [{ ...good, g: "c" }],
    [{ ...good, g: "" }],
    [{ ...good, g: null }],
    [{ ...good, v: [3] }],
    [{ ...good, v: [3, 4, 5] }],
    [{ ...good, v: [3, "4"] }],
    [{ ...good, v: Float64Array.of(3, 4) }],
    [{ ...good, b: 2 }],
    [{ ...good, other: {} }],
    [{ ...good, other: [1] }],
    [{ ...good, "v[1]": 1 }],
    [{ x: 1 }],
    [Object.create(good)],
    [[1, 2]],
    [null],
    ["row"],
  ])("that are not are left to the general way: %j", (row) => {
    expect(quick([good, row])).toBeNull();
  });

  it("never differ from the general way where they are answered", () => {
    const value = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(0, 1, 2, -1, 0.5, 3, -0, Number.NaN, Number.POSITIVE_INFINITY) },
      { weight: 3, arbitrary: fc.constantFrom("a", "b", "3", "", "NA", "c", "1") },
      {
        weight: 2,
        arbitrary: fc.constantFrom<unknown>(null, undefined, true, false, 1n, new Date(0), {}, [1, 2], [1]),
      },
    );
    const row = fc.record(
      {
        x: fc.oneof({ weight: 4, arbitrary: fc.double({ noNaN: true }) }, value),
        n: fc.oneof({ weight: 4, arbitrary: fc.nat() }, value),
        g: fc.oneof({ weight: 4, arbitrary: fc.constantFrom("a", "b", 3, "3") }, value),
        v: fc.oneof({ weight: 4, arbitrary: fc.tuple(fc.integer(), fc.integer()) }, fc.tuple(value, value), value),
        b: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 1, true) }, value),
        extra: value,
      },
      { requiredKeys: ["x", "g"] },
    );
    let answered = 0;
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 3 }), (rows) => {
        const answer = quick(rows);
        if (answer === null) return;
        answered++;
        expect(answer).toEqual(general(rows));
      }),
      { seed: 7, numRuns: 4000 },
    );
    expect(answered).toBeGreaterThan(100);
  });

  it("are held as they are, levels not yet known", () => {
    const holder = objectHolder(selection, 3);
    expect(holder.batch(5)).toBeNull();
    expect([good, { ...good, g: 3 }].map((row) => holder.add(row))).toEqual([true, true]);
    // refused rows leave nothing
    for (const row of [{ ...good, b: 2 }, { ...good, v: [1] }, { ...good, g: "" }, { x: 1 }, null]) {
      expect(holder.add(row)).toBe(false);
    }
    expect([holder.add({ ...good, g: "new" }), holder.add(good), holder.rows]).toEqual([true, false, 3]);
    const raw = holder.batch(5);
    if (raw === null) throw new Error("There are rows.");
    const learner = levelLearner(selection);
    learner.add(raw);
    expect([...learner.levels()]).toEqual([["g", ["a", "3", "new"]]]);
    const encoded = encoder(selection, learner.levels())(raw);
    if (encoded.kind !== "batch") throw new Error("They are good.");
    const columns = { x: [1.5, 1.5, 1.5], n: [2, 2, 2], g: [0, 1, 2], v: [3, 3, 3, 4, 4, 4], b: [1, 1, 1] };
    expect(plain(encoded.batch)).toEqual({ rows: 3, firstRow: 5, columns });
    holder.clear();
    expect([holder.rows, holder.batch(1)]).toEqual([0, null]);
  });

  it("of a category with so many levels are not held before these are looked at", () => {
    const three = choose([ask("g", { ...category, upper: 3 })], available);
    expect(objectHolder(three, 3).add({ g: "a" })).toBe(false);
  });
});
