// Rows of a source as batches of a model, and the features that are learnt from them.

import type { Compiled } from "../compile.ts";
import { type Diagnostic, diagnose, hasErrors } from "../diagnostics/index.ts";
import type { Batch, RawBatch, RowSource } from "../ir/index.ts";
import { type Baggage, featureLearner, type Program, type SavedState, sharedRows, sketchOf } from "../runtime/index.ts";
import { rawStretch } from "../sources/index.ts";
import type { BoundData } from "./bind.ts";
import { DataError } from "./errors.ts";
import { Intake, type IntakeParts, type LeftOut } from "./intake.ts";
import type { Resolved } from "./options.ts";
import type { RunHooks } from "./run.ts";

/** Where a run goes on in a source that its state knows by name. */
export interface Found {
  /** `on`: after the rows that were taken · `changed`: at the beginning, since these are other rows. */
  readonly kind: "on" | "changed";
  readonly source: string;
  /** Rows that were taken of it before. */
  readonly rows: number;
}

/** What a reader may know and do beyond reading. */
export interface ReaderParts extends Pick<IntakeParts, "responses" | "grow"> {
  /** The state that a run goes on from. */
  readonly saved?: SavedState;
  /** Told before the first row. */
  readonly onFound?: (found: Found) => void;
}

type Room = (length: number, name: string) => Float64Array;

/** Encoded batches of a source; may be read again where the source may. */
export class Reader {
  readonly total: number | null;
  readonly #data: BoundData;
  readonly #source: RowSource;
  readonly #options: Resolved;
  readonly #rows: number;
  readonly #hooks: RunHooks;
  readonly #parts: ReaderParts;
  #intake: Intake | null = null;
  #due = false;
  #taken = 0;

  constructor(
    data: BoundData,
    source: RowSource,
    options: Resolved,
    rows: number,
    hooks: RunHooks,
    parts: ReaderParts = {},
  ) {
    this.#data = data;
    this.#source = source;
    this.#options = options;
    this.#rows = rows;
    this.#hooks = hooks;
    this.#parts = parts;
    this.total = source.rowCount;
  }

  /** Rows that were left out, since the state that the run went on from. */
  get skipped(): number {
    return this.#intake?.counts.bad ?? 0;
  }
  get leftOut(): LeftOut {
    return this.#intake?.counts ?? { bad: 0, repeated: 0, late: 0, newLevel: 0 };
  }
  /** Missing values of each optional data item, in the rows that were kept. */
  get missing(): Readonly<Record<string, number>> {
    return this.#intake?.missing ?? {};
  }
  get diagnostics(): readonly Diagnostic[] {
    return this.#intake?.diagnostics ?? [];
  }
  /** Whether the stream is to be saved after the batch in hand. */
  get due(): boolean {
    return this.#due;
  }
  /** Rows taken in this run, those left out included. */
  get taken(): number {
    return this.#taken;
  }
  /** About how many rows of a source that can be read once only were seen before. */
  seenBefore(): number {
    return this.#intake?.seenBefore() ?? 0;
  }
  /** Numbers, in the source, of the rows of the batch in hand. */
  numbers(): readonly number[] {
    return this.#intake?.numbers() ?? [];
  }
  /** What a state keeps of the rows. */
  baggage(): ReadonlyMap<string, Baggage> {
    return this.#intake?.baggage() ?? new Map();
  }

  /**
   * With `room` each batch has arrays of its own there, unless it `lends` what its source keeps, and its rows count as taken; without it this is a pass that only
   * looks, and batches are overwritten by the next. Where a stream is saved every so many rows, batches end there, and one
   * may be empty.
   */
  async *batches(room?: Room, lends?: () => boolean): AsyncGenerator<Batch> {
    checkPolicies(this.#options, this.#source);
    if (room === undefined) {
      yield* this.#looked();
      return;
    }
    const intake = this.#begin({ room, ...(lends === undefined ? {} : { lends }) });
    const { place } = this.#source;
    const known = place === undefined || this.#hooks.again === true ? null : intake.places.of(place);
    let found = known === null ? null : await this.#rehearsed(known.rows, known.hash, intake);
    if (known !== null && found === null)
      this.#parts.onFound?.({ kind: "changed", source: known.source, rows: known.rows });
    if (found === null) {
      if (this.#parts.saved !== undefined && this.#hooks.again !== true) await this.#refuseKnown(intake);
      found = { reading: this.#read(intake.columns), pieces: [], at: 0 };
    } else if (known !== null) this.#parts.onFound?.({ kind: "on", source: known.source, rows: known.rows });
    yield* this.#followed(intake, found);
  }

  #begin(where: Pick<IntakeParts, "room" | "lends">): Intake {
    const { responses, grow, saved } = this.#parts;
    const { selection, bindings } = this.#data;
    const own = { ...(responses === undefined ? {} : { responses }), ...(grow === undefined ? {} : { grow }) };
    const { place, repeatable } = this.#source;
    const passing = !repeatable && this.#hooks.again !== true;
    const from = { ...own, passing, ...(place === undefined ? {} : { place }) };
    const intake = new Intake({ selection, bindings, options: this.#options, ...where, ...from }, saved);
    this.#intake = intake;
    return intake;
  }

  async *#followed(intake: Intake, { reading, pieces, at }: Started): AsyncGenerator<Batch> {
    const { saveEvery } = this.#hooks;
    let [rest, end, coming] = [pieces, at, pieces.length > 0 ? null : reading.next()];
    try {
      for (;;) {
        const [piece, ...others] = rest;
        if (piece === undefined) {
          const { done, value: raw } = await (coming ?? reading.next());
          coming = null;
          if (done === true) return;
          rest = saveEvery === undefined ? [raw] : cut(raw, end, saveEvery);
          continue;
        }
        rest = others;
        const batch = intake.take(piece);
        if (rest.length === 0) {
          // the next rows are read while these are computed with
          coming = reading.next();
          coming.catch(() => {});
        }
        end += piece.rows;
        this.#taken += piece.rows;
        this.#due = saveEvery !== undefined && end % saveEvery === 0 && piece.rows > 0;
        this.#hooks.onProgress?.({ rows: end, total: this.total, pass: 0, logLikelihood: null, decrement: null });
        if (batch.rows > 0 || this.#due) yield batch;
        if (this.#hooks.signal?.aborted) return;
      }
    } finally {
      // rows that are followed may never come
      const closed = Promise.resolve(coming?.catch(() => {})).then(() => reading.return?.());
      closed.catch(() => {});
      if (this.#source.repeatable) await closed;
    }
  }

  #read(columns: readonly string[]): AsyncIterator<RawBatch> {
    return this.#source.read(columns, this.#rows)[Symbol.asyncIterator]();
  }

  /** A pass that only looks. */
  async *#looked(): AsyncGenerator<Batch> {
    const { selection, bindings } = this.#data;
    const intake = new Intake({ selection, bindings, options: this.#options });
    this.#intake = intake;
    let rows = 0;
    for await (const raw of this.#source.read(intake.columns, this.#rows)) {
      const batch = intake.take(raw);
      rows += raw.rows;
      this.#hooks.onProgress?.({ rows, total: this.total, pass: 0, logLikelihood: null, decrement: null });
      if (batch.rows > 0) yield batch;
      if (this.#hooks.signal?.aborted) return;
    }
  }

  /** Reads past rows that were taken before; null where they are not the same. */
  async #rehearsed(rows: number, hash: string, intake: Intake): Promise<Started | null> {
    const looking = intake.rehearsal();
    const reading = this.#read(intake.columns);
    let at = 0;
    const same = (): boolean => looking.tally.rows === rows && looking.tally.hash() === hash;
    for (;;) {
      if (at === rows) {
        if (!same()) break;
        intake.goOn(looking.tally);
        return { reading, pieces: [], at };
      }
      const { done, value: raw } = await reading.next();
      if (done === true) return null;
      const count = Math.min(raw.rows, rows - at);
      looking.take(rawStretch(raw, 0, count));
      at += count;
      this.#hooks.signal?.throwIfAborted();
      if (count === raw.rows) continue;
      if (!same()) break;
      intake.goOn(looking.tally);
      const { saveEvery } = this.#hooks;
      const rest = rawStretch(raw, count, raw.rows);
      return { reading, pieces: saveEvery === undefined ? [rest] : cut(rest, at, saveEvery), at };
    }
    await reading.return?.();
    return null;
  }

  /** Throws DataError where the state has seen rows of the source under another name. */
  async #refuseKnown(intake: Intake): Promise<void> {
    const before = sketchOf(intake.fingerprint.save().values);
    if (before === null || before.stretches === 0 || !this.#source.repeatable) return;
    const looking = intake.rehearsal();
    for await (const raw of this.#source.read(looking.columns, this.#rows)) looking.take(raw);
    const now = sketchOf(looking.fingerprint.save().values);
    const shared = now === null ? { rows: 0, share: 0 } : sharedRows(before, now);
    if (shared.rows > 0) {
      const args = { file: this.#source.label, rows: shared.rows };
      throw new DataError([diagnose("FF536", null, args)]);
    }
  }
}

/** Throws DataError where a policy looks at a column that is not there. */
function checkPolicies({ identity, late }: Resolved, { columns }: RowSource): void {
  const wanted = [identity?.column, late?.by].filter((name) => name !== undefined);
  const absent = wanted.filter((name) => !columns.includes(name));
  if (absent.length === 0) return;
  const shown = columns.slice(0, 12).map((name) => `\`${name}\``);
  const hint = `The columns are ${shown.join(", ")}${columns.length > shown.length ? ", …" : ""}.`;
  throw new DataError(absent.map((column) => diagnose("FF501", null, { column }, hint)));
}

/** A source that is being read, up to a row, with what of its last batch is left. */
interface Started {
  readonly reading: AsyncIterator<RawBatch>;
  readonly pieces: readonly RawBatch[];
  readonly at: number;
}

/** A batch that begins after row `at` in parts that end at multiples of a number of rows. */
function cut(raw: RawBatch, at: number, every: number): readonly RawBatch[] {
  const parts: RawBatch[] = [];
  for (let from = 0; from < raw.rows; ) {
    const to = Math.min(raw.rows, from + every - ((at + from) % every));
    parts.push(rawStretch(raw, from, to));
    from = to;
  }
  return parts.length === 0 ? [raw] : parts;
}

/** Learns the model's features in a pass of its own, where it has any. */
export async function learnFeatures(compiled: Compiled, program: Program, reader: Reader): Promise<void> {
  if (compiled.density.learnt.length === 0) return;
  const learner = featureLearner(program.artefact);
  for await (const batch of reader.batches()) learner.add(batch);
  settle(compiled, program, learner);
}

/** Makes learnt features those of the program; throws DataError where they can't be had. */
export function settle(compiled: Compiled, program: Program, learner: ReturnType<typeof featureLearner>): void {
  const { learnt, diagnostics } = learner.finish((name) => {
    const feature = compiled.density.learnt.find((f) => f.name === name);
    if (feature === undefined) throw new Error(`no learnt feature ${name}`);
    return feature;
  });
  if (hasErrors(diagnostics)) throw new DataError(diagnostics);
  (program.bindings as { learnt: ReadonlyMap<string, Float64Array> }).learnt = learnt;
}
