// Rows of a source as batches of a model, and the features that are learnt from them.

import type { Compiled } from "../compile.ts";
import { type Diagnostic, hasErrors } from "../diagnostics/index.ts";
import type { Batch, RowSource } from "../ir/index.ts";
import { featureLearner, type Program } from "../runtime/index.ts";
import { encoder } from "../sources/index.ts";
import type { BoundData } from "./bind.ts";
import { DataError } from "./errors.ts";
import type { Resolved } from "./options.ts";
import type { RunHooks } from "./run.ts";

/** Encoded batches of a source; may be read again where the source may. */
export class Reader {
  skipped = 0;
  diagnostics: readonly Diagnostic[] = [];
  readonly total: number | null;
  readonly #data: BoundData;
  readonly #source: RowSource;
  readonly #options: Resolved;
  readonly #rows: number;
  readonly #hooks: RunHooks;

  constructor(data: BoundData, source: RowSource, options: Resolved, rows: number, hooks: RunHooks) {
    this.#data = data;
    this.#source = source;
    this.#options = options;
    this.#rows = rows;
    this.#hooks = hooks;
    this.total = source.rowCount;
  }

  restart(): void {
    this.skipped = 0;
    this.diagnostics = [];
  }

  /** With `room` each batch has arrays of its own there; without it they are overwritten by the next batch. */
  async *batches(room?: (length: number, name: string) => Float64Array): AsyncGenerator<Batch> {
    const { selection, bindings } = this.#data;
    const own = room === undefined ? {} : { room };
    const encode = encoder(selection, bindings.levels, { ...own, badRows: this.#options.onBadRow });
    const reading = this.#source.read(selection.columns, this.#rows)[Symbol.asyncIterator]();
    let rows = 0;
    let coming = reading.next();
    try {
      for (;;) {
        const { done, value: raw } = await coming;
        if (done === true) return;
        const encoded = encode(raw);
        // the next rows are read while these are computed with
        coming = reading.next();
        coming.catch(() => {});
        if (encoded.kind === "failure") throw new DataError(encoded.diagnostics);
        this.skipped += encoded.skipped;
        if (encoded.diagnostics.length > 0 && this.diagnostics.length < 20)
          this.diagnostics = [...this.diagnostics, ...encoded.diagnostics];
        rows += encoded.batch.rows;
        this.#hooks.onProgress?.({ rows, total: this.total, pass: 0, logLikelihood: null, decrement: null });
        if (encoded.batch.rows > 0) yield encoded.batch;
        if (this.#hooks.signal?.aborted) return;
      }
    } finally {
      await coming.catch(() => {});
      await reading.return?.();
    }
  }
}

/** Learns the model's features in a pass of its own, where it has any. */
export async function learnFeatures(compiled: Compiled, program: Program, reader: Reader): Promise<void> {
  if (compiled.density.learnt.length === 0) return;
  const learner = featureLearner(program.artefact);
  for await (const batch of reader.batches()) learner.add(batch);
  settle(compiled, program, learner);
  reader.restart();
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
