// Several threads over one set of rows. Each member holds a contiguous share of the batches and a program of its own;
// the leader writes φ, everybody passes over its share, and the leader adds the members' sums in their fixed order: the
// same bytes for the same number of threads. Members are told and awaited through shared memory, so that the leader's
// search stays one plain loop; it must be allowed to wait (Node, or a worker of a page).

import type { Artefact } from "../emit/index.ts";
import type { Batch, Region } from "../ir/index.ts";
import { loadBatch } from "./objective.ts";
import { spread } from "./spread.ts";

/** What a pass does to the rows. */
export type PassName = "evaluate" | "slope" | "accumulate" | "observe";
const passes: readonly PassName[] = ["evaluate", "slope", "accumulate", "observe"];

/** Regions that a pass adds to, in the order in which they are sent back. */
const summed = ["logLikelihood", "score", "information"] as const;

/** Cells of a member's signal: a counter of orders, a counter of answers, what was ordered, over one batch in how many. */
const cells = { order: 0, answer: 1, pass: 2, failed: 3, every: 4, length: 6 } as const;

/** Looks at a cell before a thread goes to sleep: waking it takes longer than most pauses between two passes. */
const looks = 5000;

/** Shared memory of one member. */
export interface Line {
  readonly signal: Int32Array;
  readonly phi: Float64Array;
  readonly sums: Float64Array;
}

/** A member's line, for a program whose sizes are known. */
export function openLine(artefact: Artefact): { readonly buffer: SharedArrayBuffer; readonly line: Line } {
  const { size, layout } = artefact.step;
  const sums = summed.reduce((sum, name) => sum + layout.state[name].length, 0);
  const buffer = new SharedArrayBuffer(4 * cells.length + 8 * (size + sums));
  return { buffer, line: lineOf(buffer, size) };
}

/** The views of a line's memory. */
export function lineOf(buffer: SharedArrayBuffer, size: number): Line {
  const start = 4 * cells.length;
  return {
    signal: new Int32Array(buffer, 0, cells.length),
    phi: new Float64Array(buffer, start, size),
    sums: new Float64Array(buffer, start + 8 * size),
  };
}

/** Waits until a cell no longer holds a value, for a second at most. */
function untilChanged(signal: Int32Array, cell: number, value: number): void {
  for (let look = 0; look < looks; look++) if (Atomics.load(signal, cell) !== value) return;
  Atomics.wait(signal, cell, value, 1000);
}

/** A member at work: waits for orders and answers them until it is told to stop (an order of −1). */
export function serve(artefact: Artefact, line: Line, batches: readonly Batch[]): void {
  const { signal, phi, sums } = line;
  const { state } = artefact.step.layout;
  const view = (region: Region): Float64Array => artefact.memory.subarray(region.offset, region.offset + region.length);
  let done = 0;
  Atomics.store(signal, cells.answer, 0);
  for (;;) {
    untilChanged(signal, cells.order, done);
    const order = Atomics.load(signal, cells.order);
    if (order < 0) return;
    if (order === done) continue;
    done = order;
    view(state.phi).set(phi);
    for (const name of summed) view(state[name]).fill(0);
    for (const batch of spread(batches, Atomics.load(signal, cells.every))) {
      loadBatch(artefact, batch);
      artefact.run(passes[Atomics.load(signal, cells.pass)] as PassName, batch.rows);
    }
    let at = 0;
    for (const name of summed) {
      sums.set(view(state[name]), at);
      at += state[name].length;
    }
    Atomics.store(signal, cells.answer, order);
    Atomics.notify(signal, cells.answer);
  }
}

/** Tells a member that waits, or the leader, that it cannot go on. */
export function fail(line: Line): void {
  Atomics.store(line.signal, cells.failed, 1);
  Atomics.add(line.signal, cells.answer, 1_000_000);
  Atomics.notify(line.signal, cells.answer);
}

/** The leader's side. */
export class Crew {
  readonly #lines: readonly Line[];
  readonly #shares: readonly (readonly Batch[])[];
  #order = 0;

  /** The members' lines, and the batches that each has. */
  constructor(lines: readonly Line[], shares: readonly (readonly Batch[])[]) {
    this.#lines = lines;
    this.#shares = shares;
  }

  /** Rows that the members pass over, if each takes one batch in so many. */
  rows(every: number): number {
    return this.#shares.flatMap((share) => spread(share, every)).reduce((sum, batch) => sum + batch.rows, 0);
  }

  /** Sets the members to work at φ, each on one batch in so many. */
  start(pass: PassName, phi: Float64Array, every = 1): void {
    this.#order += 1;
    for (const { signal, phi: own } of this.#lines) {
      own.set(phi);
      Atomics.store(signal, cells.pass, passes.indexOf(pass));
      Atomics.store(signal, cells.every, every);
      Atomics.store(signal, cells.order, this.#order);
      Atomics.notify(signal, cells.order);
    }
  }

  /** Waits for the members and adds their sums to the artefact's regions, in their order. */
  finish(artefact: Artefact): void {
    const { state } = artefact.step.layout;
    for (const { signal, sums } of this.#lines) {
      for (
        let answer = Atomics.load(signal, cells.answer);
        answer < this.#order;
        answer = Atomics.load(signal, cells.answer)
      )
        untilChanged(signal, cells.answer, answer);
      if (Atomics.load(signal, cells.failed) !== 0) throw new Error("a thread of the fit could not go on");
      let at = 0;
      for (const name of summed) {
        const { offset, length } = state[name];
        const part = sums.subarray(at, at + length);
        at += length;
        // informations are added as their structures add
        if (name === "information") {
          artefact.memory.set(part, state.incomingMemory.offset);
          artefact.run("gather", 0);
        } else
          for (let i = 0; i < length; i++)
            artefact.memory[offset + i] = (artefact.memory[offset + i] as number) + (part[i] as number);
      }
    }
  }

  /** Sends the members home. */
  stop(): void {
    for (const { signal } of this.#lines) {
      Atomics.store(signal, cells.order, -1);
      Atomics.notify(signal, cells.order);
    }
  }
}
