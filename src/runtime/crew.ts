// Several threads over one set of rows. Each member holds a contiguous share of the batches and a program of its own;
// the leader writes φ, everybody passes over its share, and the leader adds the members' sums in their fixed order: the
// same bytes for the same number of threads. Members are told and awaited through shared memory, so that the leader's
// search stays one plain loop; it must be allowed to wait (Node, or a worker of a page).

import type { Artefact } from "../emit/index.ts";
import type { Batch, Region } from "../ir/index.ts";
import { loadBatch } from "./objective.ts";

/** What a pass does to the rows. */
export type PassName = "evaluate" | "accumulate" | "observe";
const passes: readonly PassName[] = ["evaluate", "accumulate", "observe"];

/** Regions that a pass adds to, in the order in which they are sent back. */
const summed = ["logLikelihood", "score", "information"] as const;

/** Cells of a member's signal: a counter of orders, a counter of answers, what was ordered. */
const cells = { order: 0, answer: 1, pass: 2, failed: 3, length: 4 } as const;

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

/** A member at work: waits for orders and answers them until it is told to stop (an order of −1). */
export function serve(artefact: Artefact, line: Line, batches: readonly Batch[]): void {
  const { signal, phi, sums } = line;
  const { state } = artefact.step.layout;
  const view = (region: Region): Float64Array => artefact.memory.subarray(region.offset, region.offset + region.length);
  let done = 0;
  Atomics.store(signal, cells.answer, 0);
  for (;;) {
    Atomics.wait(signal, cells.order, done);
    const order = Atomics.load(signal, cells.order);
    if (order < 0) return;
    done = order;
    view(state.phi).set(phi);
    for (const name of summed) view(state[name]).fill(0);
    for (const batch of batches) {
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
  #order = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  /** Sets the members to work at φ. */
  start(pass: PassName, phi: Float64Array): void {
    this.#order += 1;
    for (const { signal, phi: own } of this.#lines) {
      own.set(phi);
      Atomics.store(signal, cells.pass, passes.indexOf(pass));
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
        Atomics.wait(signal, cells.answer, answer, 1000);
      if (Atomics.load(signal, cells.failed) !== 0) throw new Error("a thread of the fit could not go on");
      let at = 0;
      for (const name of summed) {
        const { offset, length } = state[name];
        for (let i = 0; i < length; i++)
          artefact.memory[offset + i] = (artefact.memory[offset + i] as number) + (sums[at + i] as number);
        at += length;
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
