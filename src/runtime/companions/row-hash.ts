// Hashes of rows, by which a stream knows rows again: of the responses and a few more values a row, levels by their
// names, so that the same row has the same hash in every state of a model, wherever it stands and whatever its code is.

import type { Batch } from "../../ir/index.ts";

/** 64 bits a row, in two halves; overwritten by the next batch. */
export interface RowHashes {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** Values of a row that are looked at. */
const looked = 4;

/** Scrambles 32 bits (the finaliser of MurmurHash3, A. Appleby, public domain). */
export function scramble(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 53 bits of two halves, as a number. */
export function joinedBits(low: number, high: number): number {
  return (high & 0x1fffff) * 4294967296 + (low >>> 0);
}

/** 53 bits of a text. */
export function textHash(text: string): number {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b, 31) + unit;
  }
  return joinedBits(scramble(a ^ text.length), scramble(b ^ a));
}

/** One value of a row: element `element` of a column. */
interface Pick {
  readonly name: string;
  readonly element: number;
}

/** Hashes rows of batches; `levels` are those of the categories among their columns. */
export function rowHasher(
  responses: ReadonlySet<string>,
  levels: ReadonlyMap<string, readonly string[]>,
): (batch: Batch) => RowHashes {
  let picks: readonly Pick[] | null = null;
  let [low, high] = [new Int32Array(0), new Int32Array(0)];
  const named = new Map(
    [...levels].map(([name, list]) => [name, Float64Array.from(list, (level) => textHash(level))] as const),
  );
  return (batch) => {
    const { rows, columns } = batch;
    picks ??= picked(batch, responses);
    if (low.length < rows) [low, high] = [new Int32Array(rows), new Int32Array(rows)];
    low.fill(0x9e3779b9, 0, rows);
    high.fill(0x7f4a7c15, 0, rows);
    for (const [k, { name, element }] of picks.entries()) {
      const values = (columns.get(name) as Float64Array).subarray(element * rows, (element + 1) * rows);
      const texts = named.get(name);
      const own = texts === undefined ? values : values.map((code) => texts[code] ?? Number.NaN);
      mix(new Int32Array(own.buffer, own.byteOffset, 2 * rows), scramble(k + 1) | 0, rows, low, high);
    }
    return { low, high };
  };
}

/** Mixes the doubles whose halves are given into the rows' hashes; all that is no finite number is alike. */
function mix(halves: Int32Array, salt: number, rows: number, low: Int32Array, high: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    let a = halves[2 * i] as number;
    let b = halves[2 * i + 1] as number;
    if ((b & 0x7ff00000) === 0x7ff00000) {
      a = 0;
      b = 0x7ff80000;
    }
    let x = Math.imul(a ^ salt, 0x85ebca6b) ^ b;
    x = Math.imul(x ^ (x >>> 15), 0xc2b2ae35);
    x ^= x >>> 13;
    low[i] = Math.imul((low[i] as number) ^ x, 0x9e3779b1);
    high[i] = Math.imul(((high[i] as number) + x) | 0, 0x85ebca77) ^ (x >>> 7);
  }
}

/** The responses, and of the other columns a few elements spread over them; by name, so that all states agree. */
function picked({ columns, rows }: Batch, responses: ReadonlySet<string>): readonly Pick[] {
  const elements = (wanted: boolean): Pick[] =>
    [...columns]
      .filter(([name]) => responses.has(name) === wanted)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, values]) => Array.from({ length: values.length / rows }, (_, element) => ({ name, element })));
  const spread = (all: readonly Pick[], most: number): readonly Pick[] =>
    all.length <= most ? all : Array.from({ length: most }, (_, k) => all[Math.floor((k * all.length) / most)] as Pick);
  const first = spread(elements(true), looked / 2);
  return [...first, ...spread(elements(false), looked - first.length)];
}
