// Rows whose likelihood is not a number: found one by one, on the error path only.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Batch } from "../ir/index.ts";
import { loadBatch } from "./objective.ts";
import type { Program } from "./program.ts";

/** The part of a batch that a list of its rows makes. */
export function takeRows(batch: Batch, rows: readonly number[]): Batch {
  const columns = new Map<string, Float64Array>();
  for (const [name, values] of batch.columns) {
    const width = values.length / batch.rows;
    const taken = new Float64Array(width * rows.length);
    for (let k = 0; k < width; k++)
      for (const [to, from] of rows.entries()) taken[k * rows.length + to] = values[k * batch.rows + from] as number;
    columns.set(name, taken);
  }
  return { rows: rows.length, firstRow: batch.firstRow + (rows[0] ?? 0), columns };
}

/** Neighbouring rows of a batch. */
export function stretch(batch: Batch, from: number, count: number): Batch {
  if (count === batch.rows) return batch;
  const columns = new Map<string, Float64Array>();
  for (const [name, values] of batch.columns) {
    const width = values.length / batch.rows;
    const own = new Float64Array(width * count);
    for (let k = 0; k < width; k++)
      own.set(values.subarray(k * batch.rows + from, k * batch.rows + from + count), k * count);
    columns.set(name, own);
  }
  return { rows: count, firstRow: batch.firstRow + from, columns };
}

/** Neighbouring rows of a batch, copied once somebody asks for their columns: most companions of a single row do not. */
class Portion implements Batch {
  readonly rows: number;
  readonly firstRow: number;
  readonly #whole: Batch;
  #own: Batch | null = null;

  constructor(whole: Batch, from: number, count: number) {
    this.rows = count;
    this.firstRow = whole.firstRow + from;
    this.#whole = whole;
  }
  get columns(): Batch["columns"] {
    this.#own ??= stretch(this.#whole, this.firstRow - this.#whole.firstRow, this.rows);
    return this.#own.columns;
  }
}

/** Neighbouring rows of a batch, for those who may not look at them. */
export function portion(batch: Batch, from: number, count: number): Batch {
  return count === batch.rows ? batch : new Portion(batch, from, count);
}

/** Batches as one, in arrays of its own. */
export function joined(batches: readonly Batch[]): Batch {
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const columns = new Map<string, Float64Array>();
  for (const [name, first] of batches[0]?.columns ?? []) {
    const width = first.length / (batches[0] as Batch).rows;
    const values = new Float64Array(width * rows);
    let at = 0;
    for (const batch of batches) {
      const own = batch.columns.get(name) as Float64Array;
      for (let k = 0; k < width; k++) values.set(own.subarray(k * batch.rows, (k + 1) * batch.rows), k * rows + at);
      at += batch.rows;
    }
    columns.set(name, values);
  }
  return { rows, firstRow: batches[0]?.firstRow ?? 1, columns };
}

/** A batch as batches of at most `most` rows. */
export function inParts(batch: Batch, most: number): Batch[] {
  const parts: Batch[] = [];
  for (let from = 0; from < batch.rows; from += most)
    parts.push(stretch(batch, from, Math.min(most, batch.rows - from)));
  return parts;
}

/** The batch apart from an artefact's memory, where it may lie: there the next rows that are looked at take its place. */
export function detached(batch: Batch, { memory }: { readonly memory: Float64Array }): Batch {
  for (const values of batch.columns.values()) if (values.buffer === memory.buffer) return copied(batch);
  return batch;
}

/** The batch in arrays of its own. */
export function copied(batch: Batch): Batch {
  return {
    rows: batch.rows,
    firstRow: batch.firstRow,
    columns: new Map([...batch.columns].map(([name, values]) => [name, Float64Array.from(values)])),
  };
}

/** Positions of a batch's rows that have no finite log-likelihood at φ, with the value they have. */
export function badRows(program: Program, batch: Batch, phi: Float64Array): { row: number; value: number }[] {
  const { artefact } = program;
  const { state } = artefact.step.layout;
  artefact.memory.set(phi, state.phi.offset);
  const bad: { row: number; value: number }[] = [];
  for (let row = 0; row < batch.rows; row++) {
    loadBatch(artefact, takeRows(batch, [row]));
    artefact.memory[state.logLikelihood.offset] = 0;
    artefact.run("evaluate", 1);
    const value = artefact.memory[state.logLikelihood.offset] as number;
    if (!Number.isFinite(value)) bad.push({ row, value });
  }
  return bad;
}

/** What is wrong with a row: its number, its statement and the values of its columns. */
export function describeRow(program: Program, batch: Batch, bad: { row: number; value: number }): Diagnostic {
  const values: string[] = [];
  for (const [name, column] of batch.columns) {
    const width = column.length / batch.rows;
    const levels = program.bindings.levels.get(name);
    for (let k = 0; k < Math.min(width, 4); k++) {
      const value = column[k * batch.rows + bad.row] as number;
      values.push(`${name}${width > 1 ? `[${k + 1}]` : ""} = ${levels?.[value] ?? value}`);
    }
  }
  const statement = program.statements[0];
  const args = {
    row: batch.firstRow + bad.row,
    statement: statement?.text ?? "the model",
    value: String(bad.value).replace("Infinity", "∞"),
    values: values.slice(0, 8).join(", "),
  };
  return diagnose("FF608", statement?.span ?? null, args);
}
