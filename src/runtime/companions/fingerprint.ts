// Which rows a state has seen, in a few kilobytes: its rows fall into stretches whose ends depend on the rows alone (a
// rolling hash of the last 32, as in content-defined chunking), and the 256 smallest hashes of stretches are kept
// (bottom-k sketch, Cohen and Kaplan 2007). Two states that hold the same stretch of rows, wherever it stood, keep the same
// hashes of it, so that their shared rows can be estimated.

import type { Baggage } from "../companion.ts";
import { joinedBits, type RowHashes, scramble } from "./row-hash.ts";

/** Name of its baggage in a saved state. */
export const fingerprintName = "rows";

/** Hashes kept. */
const kept = 256;
/** A stretch ends where the rolling hash has as many leading zeros: after 64 rows on average. */
const shift = 26;
const [shortest, longest] = [16, 512];
/** Kinds of rows without which a stretch could be anyone's. */
const varied = 8;

/** What is kept of the rows. */
export interface Sketch {
  /** The smallest hashes of stretches, ascending: whole numbers below 2⁵³. */
  readonly hashes: readonly number[];
  /** Stretches that could be told from others, and rows in them. */
  readonly stretches: number;
  readonly rows: number;
}

interface Open {
  length: number;
  a: number;
  b: number;
  rolling: number;
  kinds: [number, number];
}

/** Takes rows in. */
export interface Fingerprint {
  take(hashes: RowHashes, rows: number): void;
  sketch(): Sketch;
  save(): Baggage;
}

/** A fingerprint of rows to come, after those of a saved one; throws RangeError where the baggage is none. */
export function fingerprintFrom(baggage: Baggage | null): Fingerprint {
  const before = baggage === null ? null : savedSketch(baggage.values);
  if (baggage !== null && before === null) throw new RangeError("its sketch is not one");
  const hashes: number[] = [...(before?.hashes ?? [])];
  let { stretches, rows: told } = before ?? { stretches: 0, rows: 0 };
  const open = openFrom(baggage?.values.open);

  const close = (stretch: Open): void => {
    if (!tellsApart(stretch)) return;
    stretches += 1;
    told += stretch.length;
    insert(hashes, hashOf(stretch));
  };

  return {
    take({ low, high }, rows) {
      // numbers of their own: an object's would be made anew a row
      let { length, a, b, rolling } = open;
      let [kinds, more] = open.kinds;
      for (let i = 0; i < rows; i++) {
        const x = low[i] as number;
        const y = high[i] as number;
        a = (Math.imul(a, 31) + x) | 0;
        b = Math.imul(b ^ y, 0x9e3779b1);
        rolling = ((rolling << 1) + x) | 0;
        if (y >= 0) kinds |= 1 << (y >>> 26);
        else more |= 1 << (y >>> 26);
        length += 1;
        if (length < shortest || (rolling >>> shift !== 0 && length < longest)) continue;
        close({ length, a, b, rolling, kinds: [kinds, more] });
        length = a = b = kinds = more = 0;
      }
      Object.assign(open, { length, a, b, rolling, kinds: [kinds, more] });
    },
    sketch: () => ({ hashes, stretches, rows: told }),
    save: () => ({
      values: { sketch: [...hashes], stretches, rows: told, open: { ...open, kinds: [...open.kinds] } },
      tensors: new Map(),
    }),
  };
}

function tellsApart({ length, kinds }: Open): boolean {
  return length >= shortest && bits(kinds[0]) + bits(kinds[1]) >= varied;
}

function hashOf({ a, b, length }: Open): number {
  return joinedBits(scramble(a ^ length), scramble(b + a));
}

function bits(x: number): number {
  let count = 0;
  for (let rest = x >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}

/** Puts a hash among the smallest, each of them once. */
function insert(hashes: number[], hash: number): void {
  if (hashes.length === kept && hash >= (hashes[kept - 1] as number)) return;
  let [from, to] = [0, hashes.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((hashes[middle] as number) < hash) from = middle + 1;
    else to = middle;
  }
  if (hashes[from] === hash) return;
  hashes.splice(from, 0, hash);
  if (hashes.length > kept) hashes.pop();
}

/** The sketch of a saved fingerprint, the rows after the last end among them; null where the values are none. */
export function sketchOf(values: Readonly<Record<string, unknown>>): Sketch | null {
  const sketch = savedSketch(values);
  if (sketch === null) return null;
  const open = openFrom(values.open);
  if (!tellsApart(open)) return sketch;
  const hashes = [...sketch.hashes];
  insert(hashes, hashOf(open));
  return { hashes, stretches: sketch.stretches + 1, rows: sketch.rows + open.length };
}

function savedSketch({ sketch, stretches, rows }: Readonly<Record<string, unknown>>): Sketch | null {
  const count = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
  if (!Array.isArray(sketch) || sketch.length > kept || !count(stretches) || !count(rows)) return null;
  const hashes = sketch as readonly unknown[];
  const ascending = hashes.every((h, i) => count(h) && (i === 0 || h > (hashes[i - 1] as number)));
  return ascending ? { hashes: hashes as readonly number[], stretches, rows } : null;
}

function openFrom(value: unknown): Open {
  const found = (typeof value === "object" && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const number = (x: unknown): number => (Number.isSafeInteger(x) ? (x as number) : 0);
  const kinds = Array.isArray(found.kinds) ? (found.kinds as unknown[]) : [];
  const [length, a, b, rolling] = [found.length, found.a, found.b, found.rolling].map(number) as [
    number,
    number,
    number,
    number,
  ];
  return { length, a, b, rolling, kinds: [number(kinds[0]), number(kinds[1])] };
}

/** Rows that two states seem to share, and which part of the smaller one's told rows they are. */
export interface Overlap {
  readonly rows: number;
  readonly share: number;
}

/** Estimates the rows that two sketches share: stretches below the lower of the two thresholds are counted. */
export function sharedRows(a: Sketch, b: Sketch): Overlap {
  const threshold = ({ hashes }: Sketch): number =>
    hashes.length < kept ? 2 ** 53 : (hashes[hashes.length - 1] as number);
  const limit = Math.min(threshold(a), threshold(b));
  const others = new Set(b.hashes);
  const shared = a.hashes.reduce((n, hash) => n + (hash <= limit && others.has(hash) ? 1 : 0), 0);
  const fewest = Math.min(a.stretches, b.stretches);
  if (shared === 0 || fewest === 0) return { rows: 0, share: 0 };
  const stretches = Math.min(fewest, (shared * 2 ** 53) / limit);
  const each = (a.rows + b.rows) / (a.stretches + b.stretches);
  return { rows: Math.round(stretches * each), share: stretches / fewest };
}

/** The same of two states' `companions.rows`; null where one of them has no fingerprint. */
export function overlap(
  a: Readonly<Record<string, unknown>> | undefined,
  b: Readonly<Record<string, unknown>> | undefined,
): Overlap | null {
  const sketches = [a, b].map((values) => (values === undefined ? null : sketchOf(values)));
  const [first = null, second = null] = sketches;
  return first === null || second === null ? null : sharedRows(first, second);
}

/** The values of a state that has seen the rows of several; null where one of them has no fingerprint. */
export function unitedRows(
  all: readonly (Readonly<Record<string, unknown>> | undefined)[],
): Readonly<Record<string, unknown>> | null {
  const hashes: number[] = [];
  let [stretches, rows] = [0, 0];
  for (const values of all) {
    const sketch = values === undefined ? null : sketchOf(values);
    if (sketch === null) return null;
    for (const hash of sketch.hashes) insert(hashes, hash);
    stretches += sketch.stretches;
    rows += sketch.rows;
  }
  const open: Open = { length: 0, a: 0, b: 0, rolling: 0, kinds: [0, 0] };
  return { sketch: hashes, stretches, rows, open };
}
