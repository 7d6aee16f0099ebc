// Fingerprints of rows: rows that two states share are noticed wherever they stood, those of different tables are not taken
// for shared, and how the rows came in batches does not matter.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Batch, random } from "../../src/ir/index.ts";
import {
  fingerprintFrom,
  identitiesFrom,
  overlap,
  rowHasher,
  type Sketch,
  sharedRows,
  sketchOf,
  tally,
  unitedRows,
} from "../../src/runtime/index.ts";

interface Table {
  readonly x: Float64Array;
  readonly g: readonly string[];
  readonly y: Float64Array;
}

function table(rows: number, seed: string, coarse = false): Table {
  const { normal, uniform } = random(21, seed);
  const x = Float64Array.from({ length: rows }, () => (coarse ? Math.floor(4 * uniform()) : normal()));
  const g = Array.from({ length: rows }, () => `g${Math.floor(6 * uniform())}`);
  return { x, g, y: Float64Array.from({ length: rows }, () => (uniform() < 0.4 ? 1 : 0)) };
}

function joined(...parts: readonly Table[]): Table {
  return {
    x: Float64Array.from(parts.flatMap((p) => [...p.x])),
    g: parts.flatMap((p) => p.g),
    y: Float64Array.from(parts.flatMap((p) => [...p.y])),
  };
}
const part = ({ x, g, y }: Table, from: number, to: number): Table => ({
  x: x.slice(from, to),
  g: g.slice(from, to),
  y: y.slice(from, to),
});

/** Batches of these lengths, over and over; levels are numbered as they come. */
function* batches({ x, g, y }: Table, levels: readonly string[], lengths: readonly number[]): Generator<Batch> {
  for (let [from, k] = [0, 0]; from < x.length; k++) {
    const to = Math.min(x.length, from + (lengths[k % lengths.length] as number));
    const codes = Float64Array.from(g.slice(from, to), (level) => levels.indexOf(level));
    const columns = new Map([
      ["x", x.slice(from, to)],
      ["g", codes],
      ["y", y.slice(from, to)],
    ]);
    yield { rows: to - from, firstRow: from + 1, columns };
    from = to;
  }
}

function seen(data: Table, lengths: readonly number[] = [1024]): { values: Record<string, unknown>; hash: string } {
  const levels = [...new Set(data.g)];
  const hash = rowHasher(new Set(["y"]), new Map([["g", levels]]));
  const [fingerprint, place] = [fingerprintFrom(null), tally()];
  for (const batch of batches(data, levels, lengths)) {
    const hashes = hash(batch);
    fingerprint.take(hashes, batch.rows);
    place.take(batch, hashes, batch.rows);
  }
  return { values: { ...fingerprint.save().values }, hash: place.hash() };
}
const sketch = (data: Table): Sketch => sketchOf(seen(data).values) as Sketch;

describe("rows that two tables share", () => {
  it("are noticed at other offsets, and estimated", () => {
    const data = table(20_000, "shared");
    for (const [from, to] of [
      [0, 20_000],
      [3000, 15_000],
      [17_001, 20_000],
    ] as const) {
      const other = joined(table(777, "before"), part(data, from, to), table(2345, "after"));
      const found = sharedRows(sketch(data), sketch(other));
      // a bottom-256 sketch: a share of s has an error of about √(s / 256)
      expect(found.rows / (to - from)).toBeGreaterThan(0.6);
      expect(found.rows / (to - from)).toBeLessThan(1.5);
    }
  });

  it("a small file again is the same", () => {
    for (const rows of [40, 150, 600]) {
      const found = overlap(seen(table(rows, "small")).values, seen(table(rows, "small")).values);
      expect(found?.share).toBe(1);
      // all but a few rows after the last stretch
      expect(found?.rows).toBeGreaterThan(rows - 16);
    }
  });

  it("of different tables are none, be their values few or many", () => {
    for (const coarse of [false, true])
      for (let k = 0; k < 10; k++) {
        const [a, b] = [table(5000, `a${k}`, coarse), table(5000, `b${k}`, coarse)];
        expect(sharedRows(sketch(a), sketch(b)).rows).toBe(0);
      }
  });

  it("rows that are all alike, or nearly, are no one's", () => {
    const same = (rows: number): Table => ({
      x: new Float64Array(rows),
      g: Array(rows).fill("g"),
      y: new Float64Array(rows),
    });
    expect(sketch(same(5000)).stretches).toBe(0);
    expect(sharedRows(sketch(same(5000)), sketch(same(3000))).rows).toBe(0);
  });

  it("are those of several states together", () => {
    const data = table(6000, "parts");
    const parts = [0, 2000, 4000].map((from) => seen(part(data, from, from + 2000)).values);
    const whole = sketchOf(unitedRows(parts) as Record<string, unknown>) as Sketch;
    expect(whole.rows).toBeGreaterThan(5900);
    expect(sharedRows(whole, sketch(part(data, 2500, 3500))).rows).toBeGreaterThan(500);
    expect(unitedRows([parts[0], undefined])).toBeNull();
  });
});

it("names of rows are forgotten back to where it was asked, and saved in their order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(30), { maxLength: 60 }),
      fc.array(fc.nat(30), { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      (before, since, last) => {
        const names = identitiesFrom(null, last);
        const newest: number[] = [];
        for (const name of before) {
          expect(names.add(name)).toBe(!newest.includes(name));
          if (!newest.includes(name)) newest.push(name);
          if (newest.length > last) newest.shift();
        }
        const saved = names.save();
        expect([...(saved.tensors.get("seen") ?? [])]).toEqual(newest);
        const forget = names.mark();
        for (const name of since) names.add(name);
        forget();
        expect(names.save()).toEqual(saved);
        expect(identitiesFrom(saved, last).save()).toEqual(saved);
      },
    ),
    { numRuns: 200, seed: 7 },
  );
});

it("batches do not matter, nor where the fingerprint was saved and gone on from; a changed value does", () => {
  const data = table(2500, "cuts");
  const whole = seen(data);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }), (lengths) => {
      expect(seen(data, lengths)).toEqual(whole);
    }),
    { numRuns: 20, seed: 4 },
  );
  const levels = [...new Set(data.g)];
  const hash = rowHasher(new Set(["y"]), new Map([["g", levels]]));
  let fingerprint = fingerprintFrom(null);
  for (const batch of batches(data, levels, [170])) {
    fingerprint.take(hash(batch), batch.rows);
    fingerprint = fingerprintFrom(JSON.parse(JSON.stringify({ values: fingerprint.save().values })));
  }
  expect(fingerprint.save().values).toEqual(whole.values);
  const other = joined(data);
  other.x[1234] = (other.x[1234] as number) + 1e-9;
  expect(seen(other).hash).not.toBe(whole.hash);
  expect(seen(part(data, 0, 2499)).hash).not.toBe(whole.hash);
});
