// The plain flow over batches: one step each without a search, over the rows once or several times, in an order of their
// own each time. The step is the artefact's (`train`); here it is steered and fed.

import type { Artefact } from "../emit/index.ts";
import type { Batch } from "../ir/index.ts";
import type { PlainOptions, Program } from "./program.ts";
import { stateOf } from "./regions.ts";

/** How much rarer than the information its factor is renewed. */
const factors = 3;
/** Coordinates from which information and factor are not renewed with every batch. */
const dear = 1000;

/** Steers an artefact's plain steps: what does not change from batch to batch. */
export function steer(program: Program, plain: PlainOptions): void {
  const { artefact, options } = program;
  const { control, state } = artefact.step.layout;
  const at = state.control.offset;
  const put = (slot: keyof typeof control, value: number): void => {
    artefact.memory[at + control[slot]] = value;
  };
  put("natural", plain.rate === null ? 0 : (options.batch ?? program.plan.batchRows));
  put("rate", plain.rate?.start ?? 1);
  put("damp", firstDamping(options.damping, plain.firstDamping));
  put("adapt", options.damping === "adaptive" ? 1 : 0);
  const renewed = plain.refresh ?? (artefact.step.size >= dear ? 0.2 : 0);
  put("refresh", renewed);
  put("refactor", factors * renewed);
  put("momentum", plain.momentum);
  put("clip", plain.clip);
  put("seed", options.seed);
  put("stale", 0);
}

/** What a flow begins to be damped by; `own` where it finds that itself. */
export function firstDamping(damping: Program["options"]["damping"], own: number): number {
  if (damping === "adaptive") return own;
  return typeof damping === "number" ? damping : damping.start;
}

/** The factor of a plain flow, made of its memory as it is. */
export function refactor(program: Program): void {
  const { control } = program.artefact.step.layout;
  const steering = stateOf(program.artefact, "control");
  const [damp, seen] = [steering[control.damp] as number, steering[control.seen] as number];
  if (program.options.plain === null || seen === 0) return;
  steering[control.damped] = damp * seen;
  steering[control.behind] = seen;
  steering[control.old] = 0;
  stateOf(program.artefact, "information").fill(0);
  stateOf(program.artefact, "damping").fill(damp * seen);
  for (const procedure of ["prior", "weigh", "factorize"] as const) program.artefact.run(procedure, 0);
  stateOf(program.artefact, "information").fill(0);
}

/** Sets length and damping of the next step, after `done` of `all` rows, where the data have `total`. */
export function pace(program: Program, done: number, all: number, total: number): void {
  const { control } = program.artefact.step.layout;
  const rate = program.options.plain?.rate ?? null;
  const steering = stateOf(program.artefact, "control");
  if (rate !== null) steering[control.rate] = rateAt(rate, done, all);
  const { damping } = program.options;
  if (typeof damping === "object") steering[control.damp] = rateAt(damping, done, all);
  steering[control.total] = total;
}

/** What a schedule says when `done` of `all` rows have been taken. */
export function rateAt(rate: NonNullable<PlainOptions["rate"]>, done: number, all: number): number {
  switch (rate.kind) {
    case "constant":
    case "cosine":
      if (rate.kind === "constant") return rate.start;
      return all > 0 ? 0.5 * rate.start * (1 + Math.cos((Math.PI * Math.min(done, all)) / all)) : rate.start;
    case "half_life":
      return rate.start * 2 ** (-done / rate.rows);
  }
}

/** Rows that stay neighbours when rows are shuffled: as many doubles as two cache lines hold. */
export const neighbours = 16;

/** Puts rows of several batches, by their positions in the whole, where the artefact reads a batch. */
export function gatherRows(artefact: Artefact, batches: readonly Batch[], positions: Uint32Array): void {
  const { columns, capacity } = artefact.step.layout;
  const { memory } = artefact;
  const { owner, row, count, runs } = runsOf(batches, positions);
  const strides = batches.map((b) => b.rows);
  for (const [name, region] of columns) {
    const sources = batches.map((b) => b.columns.get(name) as Float64Array);
    const width = region.length / capacity;
    let first = region.offset;
    for (let run = 0; run < runs; run++) {
      const own = owner[run] as number;
      const [stride, length] = [strides[own] as number, count[run] as number];
      gatherRun(memory, first, capacity, sources[own] as Float64Array, row[run] as number, stride, length, width);
      first += length;
    }
  }
}

/** Elements whose rows are under way from the main memory at a time. */
const together = 8;

/** `length` neighbours of each of `width` elements. The ends are moved before what is between, so that no element waits for another. */
function gatherRun(
  memory: Float64Array,
  first: number,
  capacity: number,
  source: Float64Array,
  row: number,
  stride: number,
  length: number,
  width: number,
): void {
  for (let k = 0; k < width; k += together) {
    const end = Math.min(width, k + together);
    for (let l = k; l < end; l++) {
      const [from, to] = [l * stride + row, l * capacity + first];
      memory[to] = source[from] as number;
      memory[to + length - 1] = source[from + length - 1] as number;
    }
    for (let l = k; l < end; l++) {
      const [from, to] = [l * stride + row, l * capacity + first];
      for (let r = 1; r < length - 1; r++) memory[to + r] = source[from + r] as number;
    }
  }
}

/** Positions as runs of neighbours within one batch: which batch, its row, how many. */
function runsOf(
  batches: readonly Batch[],
  positions: Uint32Array,
): { owner: Uint32Array; row: Uint32Array; count: Uint32Array; runs: number } {
  const [owner, row, count] = [0, 1, 2].map(() => new Uint32Array(positions.length)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const starts: number[] = [];
  let total = 0;
  for (const { rows } of batches) {
    starts.push(total);
    total += rows;
  }
  let runs = 0;
  for (let at = 0; at < positions.length; runs++) {
    const position = positions[at] as number;
    let [low, high] = [0, batches.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    const { rows } = batches[low] as Batch;
    const first = position - (starts[low] as number);
    let length = 1;
    while (at + length < positions.length && first + length < rows && positions[at + length] === position + length)
      length += 1;
    owner[runs] = low;
    row[runs] = first;
    count[runs] = length;
    at += length;
  }
  return { owner, row, count, runs };
}

/** Takes a step with the rows in memory; false where their log-likelihood is not a number. */
export function trainStep(artefact: Artefact, rows: number): boolean {
  const { control, state } = artefact.step.layout;
  artefact.run("train", rows);
  return artefact.memory[state.control.offset + control.outcome] === 0;
}

/** All rows in the order of their batches, or in an order of its own made of runs of neighbours. */
export function rowOrder(total: number, uniform: (() => number) | null): Uint32Array {
  const order = Uint32Array.from({ length: total }, (_, i) => i);
  if (uniform === null) return order;
  const runs = Uint32Array.from({ length: Math.ceil(total / neighbours) }, (_, i) => i);
  for (let i = runs.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    const held = runs[i] as number;
    runs[i] = runs[j] as number;
    runs[j] = held;
  }
  let at = 0;
  for (const run of runs)
    for (let row = neighbours * run; row < Math.min(total, neighbours * (run + 1)); row++) order[at++] = row;
  return order;
}
