// Where rows come in: raw rows are encoded, those that a policy leaves out are counted, and what must be known of the rows
// when a run goes on (their names, their place in the data, their fingerprint) is kept. One intake serves one flow.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Batch, Bindings, DataRequest, RawBatch, RawColumn } from "../ir/index.ts";
import {
  type Baggage,
  baggageIn,
  type Fingerprint,
  fingerprintFrom,
  fingerprintName,
  type Identities,
  identitiesFrom,
  identityName,
  type Places,
  placesFrom,
  positionName,
  type RowHashes,
  rowHasher,
  type SavedState,
  type Sketch,
  sharedRows,
  sketchOf,
  type Tally,
  tally,
  textHash,
} from "../runtime/index.ts";
import {
  type Encoded,
  type Encoder,
  encoder,
  levelLearner,
  nameAt,
  rowNumber,
  type Selection,
  timeAt,
  why,
} from "../sources/index.ts";
import { DataError } from "./errors.ts";
import type { Resolved } from "./options.ts";

/** Rows that were not learnt from, by why. */
export interface LeftOut {
  /** A value that can't be used, or a line that can't be read. */
  readonly bad: number;
  /** A name that came before. */
  readonly repeated: number;
  /** Older than the newest by more than the lag: left out, or (`keep`) only counted. */
  readonly late: number;
  /** A level that was not there at the start. */
  readonly newLevel: number;
}

/** Messages that are kept of rows left out. */
const mostDiagnostics = 20;

/** Name of the counts in a saved state. */
export const readingName = "reading";

/** What an intake is for. */
export interface IntakeParts {
  readonly selection: Pick<Selection, "items" | "columns" | "kind" | "once">;
  readonly bindings: Bindings;
  readonly options: Pick<Resolved, "onBadRow" | "newLevel" | "identity" | "late">;
  readonly room?: (length: number, name: string) => Float64Array;
  /** Whether the next batch may lie where its source keeps it. */
  readonly lends?: () => boolean;
  /** The responses, where rows are to be known again when the flow's state is gone on from. */
  readonly responses?: ReadonlySet<string>;
  /** The name by which a saved state knows the source. */
  readonly place?: string;
  /** Whether rows can be read once only, so that those that were seen before are found out as they come. */
  readonly passing?: boolean;
  /** Takes new levels up; the bindings with them. Where there is none, a new level is a bad value or left out. */
  readonly grow?: (levels: ReadonlyMap<string, readonly string[]>) => Bindings;
}

export class Intake {
  diagnostics: readonly Diagnostic[] = [];
  #counts: LeftOut = { bad: 0, repeated: 0, late: 0, newLevel: 0 };
  /** Missing values of each `real?` among the rows that were kept. */
  #missing: Readonly<Record<string, number>> = {};
  /** Largest time so far. */
  #newest = Number.NEGATIVE_INFINITY;
  readonly #parts: IntakeParts;
  readonly #optional: readonly string[];
  #bindings: Bindings;
  #encode: Encoder;
  #hash: ((batch: Batch) => RowHashes) | null;
  #names: Identities | null = null;
  #places: Places = placesFrom(null);
  #fingerprint: Fingerprint = fingerprintFrom(null);
  #tally: Tally = tally();
  /** Of rows that pass, beside what was known of those before: for a comparison at the end. */
  #passing: { readonly before: Sketch; readonly now: Fingerprint } | null = null;
  /** The raw rows that were taken last, and which of them were left out. */
  #last: { readonly raw: RawBatch; readonly left: Uint8Array | null } | null = null;
  /** Whether a state that was gone on from knew its rows. */
  #kept = false;

  constructor(parts: IntakeParts, saved?: SavedState) {
    this.#parts = parts;
    this.#optional = parts.selection.items.flatMap(({ request }) => (request.optional ? [request.name] : []));
    const { identity } = parts.options;
    this.#names = identity === null ? null : identitiesFrom(null, identity.last);
    this.#bindings = parts.bindings;
    [this.#encode, this.#hash] = this.#encoders(parts.bindings);
    if (saved !== undefined) this.#restore(saved);
  }

  get counts(): LeftOut {
    return this.#counts;
  }
  get missing(): Readonly<Record<string, number>> {
    return this.#missing;
  }
  get places(): Places {
    return this.#places;
  }
  /** Rows of the source in hand, those left out by a policy included. */
  get tally(): Tally {
    return this.#tally;
  }
  get fingerprint(): Fingerprint {
    return this.#fingerprint;
  }
  get bindings(): Bindings {
    return this.#bindings;
  }
  /** Columns to be read: those of the model, and those that policies look at. */
  get columns(): readonly string[] {
    const { selection, options } = this.#parts;
    const extra = [options.identity?.column, options.late?.by].filter((name) => name !== undefined);
    return [...new Set([...selection.columns, ...extra])];
  }

  /** Looks at the same rows, all of them that can be used, and leaves no trace: by it rows are known again. */
  rehearsal(): Intake {
    const { selection, responses } = this.#parts;
    const options = { onBadRow: "skip", newLevel: "prior", identity: null, late: null } as const;
    const own = responses === undefined ? {} : { responses };
    return new Intake({ selection, bindings: this.#bindings, options, ...own });
  }

  /** Goes on in its source after rows that were tallied. */
  goOn(before: Tally): void {
    this.#tally = before;
  }

  /** Encodes rows; throws DataError where one is bad and rows may not be left out. */
  take(raw: RawBatch): Batch {
    const { options, grow } = this.#parts;
    const broken = raw.broken ?? [];
    if (broken.length > 0 && options.onBadRow === "stop") throw new DataError(broken.slice(0, 5));
    let found = this.#encoded(raw, null);
    if (found.newLevels > 0 && grow !== undefined) {
      this.#bindings = grow(this.#extended(raw, found.left as Uint8Array));
      [this.#encode, this.#hash] = this.#encoders(this.#bindings);
      found = this.#encoded(raw, null);
    }
    let hashes = this.#hash?.(found.batch) ?? null;
    // rows are known again by all that could be used, whatever a policy says of them
    if (hashes !== null) this.#tally.take(found.batch, hashes, raw.rows);
    const { skipped, newLevels, diagnostics } = found;
    const policy = this.#byPolicy(raw, found.left);
    let { batch, left } = found;
    if (policy !== null && policy.marks !== null) {
      ({ batch, left } = this.#encoded(raw, policy.marks));
      hashes = this.#hash?.(batch) ?? null;
    }
    if (hashes !== null) {
      this.#fingerprint.take(hashes, batch.rows);
      this.#passing?.now.take(hashes, batch.rows);
    }
    this.#last = { raw, left };
    this.countMissing(batch);
    const { bad, repeated, late, newLevel } = this.#counts;
    this.#counts = {
      bad: bad + skipped + broken.length,
      repeated: repeated + (policy?.repeated ?? 0),
      late: late + (policy?.late ?? 0),
      newLevel: newLevel + newLevels,
    };
    const said = [...broken, ...diagnostics];
    if (said.length > 0 && this.diagnostics.length < mostDiagnostics)
      this.diagnostics = [...this.diagnostics, ...said].slice(0, mostDiagnostics);
    return batch;
  }

  /** About how many of the rows that passed were seen before. */
  seenBefore(): number {
    if (this.#passing === null) return 0;
    const now = sketchOf(this.#passing.now.save().values);
    return now === null ? 0 : sharedRows(this.#passing.before, now).rows;
  }

  /** Numbers, in the source, of the rows that were taken last. */
  numbers(): readonly number[] {
    if (this.#last === null) return [];
    const { raw, left } = this.#last;
    const all = Array.from({ length: raw.rows }, (_, row) => rowNumber(raw, row));
    return left === null ? all : all.filter((_, row) => left[row] === why.kept);
  }

  #encoded(raw: RawBatch, out: Uint8Array | null): Extract<Encoded, { kind: "batch" }> {
    const encoded = this.#encode(raw, out);
    if (encoded.kind === "failure") throw new DataError(encoded.diagnostics);
    return encoded;
  }

  /** Counts the missing values of rows that are learnt from. */
  countMissing({ columns }: Batch): void {
    for (const name of this.#optional) {
      let count = this.#missing[name] ?? 0;
      for (const x of columns.get(name) ?? []) if (Number.isNaN(x)) count++;
      this.#missing = { ...this.#missing, [name]: count };
    }
  }

  /** Remembers counts and names; the result puts them back. */
  mark(): () => void {
    const [counts, newest, { diagnostics }] = [this.#counts, this.#newest, this];
    const missing = this.#missing;
    const forget = this.#names?.mark();
    return () => {
      [this.#counts, this.#newest, this.diagnostics] = [counts, newest, diagnostics];
      this.#missing = missing;
      forget?.();
    };
  }

  /** All that is kept, for a state. */
  baggage(): ReadonlyMap<string, Baggage> {
    const { bad, ...counts } = this.#counts;
    const newest = Number.isFinite(this.#newest) ? this.#newest : null;
    const values = { ...counts, missing: this.#missing, newest, diagnostics: [...this.diagnostics] };
    const all: [string, Baggage][] = [[readingName, { values, tensors: new Map() }]];
    if (this.#names !== null) all.push([identityName, this.#names.save()]);
    const { place } = this.#parts;
    if (this.#parts.responses !== undefined || this.#kept) {
      const { rows } = this.#tally;
      if (place !== undefined && rows > 0) this.#places.put({ source: place, rows, hash: this.#tally.hash() });
      all.push([positionName, this.#places.save()]);
      all.push([fingerprintName, this.#fingerprint.save()]);
    }
    return new Map(all);
  }

  #restore(saved: SavedState): void {
    const { companions } = saved;
    const found = (name: string): Baggage | null => baggageIn(saved, name);
    try {
      const { identity } = this.#parts.options;
      if (identity !== null) this.#names = identitiesFrom(found(identityName), identity.last);
      this.#kept = companions[positionName] !== undefined;
      this.#places = placesFrom(found(positionName));
      this.#fingerprint = fingerprintFrom(found(fingerprintName));
      const before = sketchOf(companions[fingerprintName] ?? {});
      if (this.#parts.passing === true && before !== null) this.#passing = { before, now: fingerprintFrom(null) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new DataError([diagnose("FF532", null, { reason: `what it keeps of its rows: ${error.message}` })]);
    }
    const values = found(readingName)?.values ?? {};
    const count = (x: unknown): number => (Number.isSafeInteger(x) ? (x as number) : 0);
    const { repeated, late, newLevel, newest, diagnostics } = values;
    this.#counts = { bad: 0, repeated: count(repeated), late: count(late), newLevel: count(newLevel) };
    this.#missing = countsOf(values.missing);
    if (typeof newest === "number") this.#newest = newest;
    if (Array.isArray(diagnostics)) this.diagnostics = diagnostics as readonly Diagnostic[];
  }

  #encoders(bindings: Bindings): [Encoder, ((batch: Batch) => RowHashes) | null] {
    const { selection, options, room, lends, responses } = this.#parts;
    const encode = encoder(selection, bindings.levels, {
      ...(room === undefined ? {} : { room }),
      ...(lends === undefined ? {} : { lends }),
      badRows: options.onBadRow,
      newLevels: options.newLevel === "error" ? "bad" : "apart",
    });
    return [encode, responses === undefined ? null : rowHasher(responses, bindings.levels)];
  }

  /** The levels of each category with those of rows that were set apart for a new one. */
  #extended(raw: RawBatch, left: Uint8Array): ReadonlyMap<string, readonly string[]> {
    const { selection } = this.#parts;
    const rows = [...left.subarray(0, raw.rows).keys()].filter((row) => left[row] === why.newLevel);
    const of = (column: RawColumn): RawColumn =>
      column.kind === "text"
        ? { kind: "text", values: rows.map((row) => column.values[row] ?? null) }
        : { kind: "number", values: Float64Array.from(rows, (row) => column.values[row] as number) };
    const columns = new Map([...raw.columns].map(([name, column]) => [name, of(column)]));
    const learner = levelLearner(selection);
    learner.add({ rows: rows.length, firstRow: 1, columns });
    const seen = learner.levels();
    const { levels } = this.#bindings;
    const whole = new Map(
      [...levels].map(([name, list]) => [name, [...new Set([...list, ...(seen.get(name) ?? [])])]] as const),
    );
    const requests: readonly DataRequest[] = selection.items.map((item) => item.request);
    const excess = requests.filter(
      ({ name, domain }) => domain.kind === "category" && (whole.get(name)?.length ?? 0) > domain.upper,
    );
    if (excess.length > 0) {
      const [{ name, domain, span }] = excess as [DataRequest];
      const list = whole.get(name) ?? [];
      const listed = JSON.stringify(list.at(-1));
      throw new DataError([
        diagnose("FF522", span, { name, declared: domain.upper, found: list.length, levels: `…, ${listed}` }),
      ]);
    }
    return whole;
  }

  /** Rows that came before, or too late, among those that can be used; null where nobody asks. */
  #byPolicy(
    raw: RawBatch,
    left: Uint8Array | null,
  ): { readonly marks: Uint8Array | null; readonly repeated: number; readonly late: number } | null {
    const { identity, late } = this.#parts.options;
    if (identity === null && late === null) return null;
    const times = late === null ? null : this.#column(raw, late.by);
    const names = identity === null ? null : this.#column(raw, identity.column);
    let [marks, old, repeated]: [Uint8Array | null, number, number] = [null, 0, 0];
    for (let row = 0; row < raw.rows; row++) {
      if (left !== null && left[row] !== why.kept) continue;
      let out = false;
      if (late !== null && times !== null) {
        const time = timeAt(times, row);
        if (time < this.#newest - late.lag) {
          old++;
          out = late.policy === "skip";
        } else if (time > this.#newest && Number.isFinite(time)) this.#newest = time;
      }
      if (!out && names !== null && this.#names !== null) {
        const text = nameAt(names, row);
        // a row without a name is no one's repetition
        if (text !== null && !this.#names.add(textHash(text))) {
          repeated++;
          out = true;
        }
      }
      if (!out) continue;
      marks ??= new Uint8Array(raw.rows);
      marks[row] = 1;
    }
    return { marks, repeated, late: old };
  }

  #column(raw: RawBatch, name: string): RawColumn {
    const column = raw.columns.get(name);
    if (column === undefined) throw new DataError([diagnose("FF501", null, { column: name })]);
    return column;
  }
}

/** Counts by name, as a state has them. */
export function countsOf(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, count]) => Number.isSafeInteger(count) && count >= 0));
}
