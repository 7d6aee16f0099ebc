// Where in its data a stream stands: how many rows of which source were taken, and a hash of them, by which they are known
// again when a run goes on. The hash is a sum over rows, so that it does not depend on the batches they came in.

import type { Batch } from "../../ir/index.ts";
import type { Baggage } from "../companion.ts";
import type { RowHashes } from "./row-hash.ts";

/** Name of its baggage in a saved state. */
export const positionName = "position";

/** Rows of a source so far. */
export interface Place {
  readonly source: string;
  /** Rows read, those left out included. */
  readonly rows: number;
  readonly hash: string;
}

/** Sources that are remembered; the oldest are forgotten. */
const most = 1000;
/** Of each column but those that a row's hash is made of, one value in so many is looked at. */
const stride = 256;

/** Adds up rows of one source. */
export interface Tally {
  /** Rows read. */
  readonly rows: number;
  /** A batch of those that were kept, of `read` rows. */
  take(batch: Batch, hashes: RowHashes, read: number): void;
  hash(): string;
}

/** A tally from the beginning of a source. */
export function tally(): Tally {
  let [rows, kept, a, b] = [0, 0, 0, 0];
  return {
    get rows() {
      return rows;
    },
    take(batch, { low, high }, read) {
      const count = batch.rows;
      for (let i = 0; i < count; i++) {
        const x = Math.imul((low[i] as number) ^ ((kept + i) | 0), 0x85ebca6b);
        a = (a + (x ^ (x >>> 15))) | 0;
        b = (b + Math.imul((x >>> 13) ^ (high[i] as number), 0x9e3779b1)) | 0;
      }
      let k = 0;
      for (const values of batch.columns.values()) {
        const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
        for (let from = 0; from < values.length; from += count, k++) {
          const first = (((k - kept) % stride) + stride) % stride;
          for (let i = first; i < count; i += stride) {
            const x = Math.imul((halves[2 * (from + i)] as number) ^ (kept + i), 0x85ebca6b);
            a = (a + Math.imul(x ^ (halves[2 * (from + i) + 1] as number) ^ (x >>> 15), 0xc2b2ae35 + 2 * k)) | 0;
          }
        }
      }
      kept += count;
      rows += read;
    },
    hash: () => `${hex(a)}${hex(b ^ kept)}`,
  };
}

function hex(x: number): string {
  return (x >>> 0).toString(16).padStart(8, "0");
}

/** The places of all sources of a stream. */
export interface Places {
  /** What was taken of a source before. */
  of(source: string): Place | null;
  /** So much of a source was taken by now. */
  put(place: Place): void;
  save(): Baggage;
}

/** Places as they were saved, or none yet; throws RangeError where the baggage is not of places. */
export function placesFrom(baggage: Baggage | null): Places {
  const sources = new Map<string, Place>();
  const listed: unknown = baggage?.values.sources ?? [];
  if (!Array.isArray(listed)) throw new RangeError("it lists no sources");
  for (const place of listed as unknown[]) {
    if (!isPlace(place)) throw new RangeError("a source has no rows or no hash");
    sources.set(place.source, { source: place.source, rows: place.rows, hash: place.hash });
  }
  return {
    of: (source) => sources.get(source) ?? null,
    put(place) {
      const before = sources.get(place.source);
      if (before?.rows === place.rows && before.hash === place.hash) return;
      // the newest comes last
      sources.delete(place.source);
      sources.set(place.source, place);
      for (const [oldest] of sources) {
        if (sources.size <= most) break;
        sources.delete(oldest);
      }
    },
    save: () => ({ values: { sources: [...sources.values()] }, tensors: new Map() }),
  };
}

function isPlace(value: unknown): value is Place {
  if (typeof value !== "object" || value === null) return false;
  const { source, rows, hash } = value as Readonly<Record<string, unknown>>;
  return typeof source === "string" && Number.isSafeInteger(rows) && (rows as number) >= 0 && typeof hash === "string";
}
