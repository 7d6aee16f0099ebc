// What is maximised: the log-likelihood of batches of rows, plus the prior, plus the quadratic memory of rows seen
// before (mathematics.md §1). It moves data into the artefact's memory and asks its procedures; all sums are the
// artefact's, in one fixed order.

import type { Artefact } from "../emit/index.ts";
import type { Batch, StateName } from "../ir/index.ts";
import type { Crew, PassName } from "./crew.ts";
import { stateOf } from "./regions.ts";
import { spread } from "./spread.ts";

/** Quadratic memory of rows that are gone: gᵀ(ψ − φ) − ½ (ψ − φ)ᵀ D (ψ − φ); D lies in the artefact's region `memory`. */
export interface Memory {
  readonly centre: Float64Array;
  readonly gradient: Float64Array;
}

export type InformationUse = "planned" | "observed";

export class Objective {
  readonly artefact: Artefact;
  readonly size: number;
  readonly #batches: readonly Batch[];
  readonly #memory: Memory | null;
  readonly #onPass: (() => void) | null;
  /** Threads that hold further batches. */
  readonly #crew: Crew | null;
  /** One batch in so many is passed over, by each thread. */
  readonly #every: number;
  #loaded: Batch | null = null;
  /** Passes over the rows so far, of either kind. */
  passes = 0;
  logLikelihood = 0;
  logPrior = 0;

  constructor(
    artefact: Artefact,
    batches: readonly Batch[],
    memory: Memory | null,
    onPass: (() => void) | null = null,
    crew: Crew | null = null,
    every = 1,
  ) {
    this.artefact = artefact;
    this.size = artefact.step.size;
    this.#batches = spread(batches, every);
    this.#memory = memory;
    this.#onPass = onPass;
    this.#crew = crew;
    this.#every = every;
  }

  /** Rows passed over, those of other threads included. */
  get rows(): number {
    return this.#batches.reduce((sum, batch) => sum + batch.rows, this.#crew?.rows(this.#every) ?? 0);
  }

  /** The value at ψ; −∞ where it is not a number. */
  evaluate(psi: Float64Array): number {
    this.#start(psi);
    this.artefact.run("prior", 0);
    this.#pass("evaluate");
    return this.#value(psi);
  }

  /** The value at ψ; leaves the gradient in the region `residual` and the information in its regions. */
  accumulate(psi: Float64Array, use: InformationUse = "planned"): number {
    this.zero("information");
    return this.#differentiate(psi, use === "observed" ? "observe" : "accumulate");
  }

  /** The same without information: its regions keep what they hold. */
  slope(psi: Float64Array): number {
    return this.#differentiate(psi, "slope");
  }

  #differentiate(psi: Float64Array, pass: PassName): number {
    this.#start(psi);
    this.zero("score");
    this.artefact.run("prior", 0);
    this.#pass(pass);
    const value = this.#value(psi);
    const [score, prior, residual] = [this.state("score"), this.state("priorScore"), this.state("residual")];
    for (let i = 0; i < this.size; i++) residual[i] = (score[i] as number) + (prior[i] as number);
    if (this.#memory !== null) {
      const product = this.state("product");
      for (let i = 0; i < this.size; i++)
        residual[i] = (residual[i] as number) + (this.#memory.gradient[i] as number) - (product[i] as number);
    }
    return value;
  }

  /** A view of a state region of the artefact. */
  state(name: StateName): Float64Array {
    return stateOf(this.artefact, name);
  }
  zero(name: StateName): void {
    this.state(name).fill(0);
  }

  #start(psi: Float64Array): void {
    this.state("phi").set(psi);
    this.zero("logLikelihood");
    this.passes += 1;
  }

  #pass(procedure: PassName): void {
    this.#crew?.start(procedure, this.state("phi"), this.#every);
    for (const batch of this.#batches) {
      if (batch !== this.#loaded) loadBatch(this.artefact, batch);
      this.#loaded = batch;
      this.artefact.run(procedure, batch.rows);
    }
    this.#crew?.finish(this.artefact);
    this.#onPass?.();
  }

  #value(psi: Float64Array): number {
    this.logLikelihood = this.state("logLikelihood")[0] as number;
    this.logPrior = this.state("logPrior")[0] as number;
    const value = this.logLikelihood + this.logPrior + this.#remembered(psi);
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  }

  /** The memory's value at ψ; leaves D (ψ − φ) in `product`. */
  #remembered(psi: Float64Array): number {
    if (this.#memory === null) return 0;
    const { centre, gradient } = this.#memory;
    const [direction, product] = [this.state("direction"), this.state("product")];
    for (let i = 0; i < this.size; i++) direction[i] = (psi[i] as number) - (centre[i] as number);
    this.artefact.run("multiply", 0);
    let value = 0;
    for (let i = 0; i < this.size; i++)
      value += (direction[i] as number) * ((gradient[i] as number) - 0.5 * (product[i] as number));
    return value;
  }
}

/** A column where the artefact reads it, `width` elements of `capacity` rows each. */
interface Slot {
  readonly name: string;
  readonly offset: number;
  readonly width: number;
}

/** The slots of a layout as a list, since single rows are loaded many times a second. */
const slotsOf = new WeakMap<object, readonly Slot[]>();

function slots({ columns, capacity }: Artefact["step"]["layout"]): readonly Slot[] {
  const known = slotsOf.get(columns);
  if (known !== undefined) return known;
  const list = [...columns].map(([name, { offset, length }]) => ({ name, offset, width: length / capacity }));
  slotsOf.set(columns, list);
  return list;
}

/** Copies some rows of a batch, all unless said otherwise, to where the artefact reads them. */
export function loadBatch(artefact: Artefact, batch: Batch, from = 0, count: number = batch.rows): void {
  const { layout } = artefact.step;
  const { capacity } = layout;
  const { memory } = artefact;
  const { rows, columns, strips } = batch;
  const list = slots(layout);
  for (let s = 0; s < list.length; s++) {
    const { name, offset, width } = list[s] as Slot;
    const apart = strips?.get(name);
    const values = apart === undefined ? columns.get(name) : undefined;
    if (values !== undefined) {
      if (values.buffer === memory.buffer && values.byteOffset === memory.byteOffset + 8 * offset) continue;
      if (count === capacity && rows === capacity) {
        memory.set(values.length === width * capacity ? values : values.subarray(0, width * capacity), offset);
        continue;
      }
    } else if (apart === undefined) throw new Error(`the batch lacks column ${name}`);
    for (let k = 0; k < width; k++) {
      const source = (values ?? apart?.[k]) as Float64Array;
      const [start, to] = [values === undefined ? from : k * rows + from, offset + k * capacity];
      if (count < 8) for (let r = 0; r < count; r++) memory[to + r] = source[start + r] as number;
      else memory.set(count === source.length ? source : source.subarray(start, start + count), to);
    }
  }
}

/** What copies single rows of a batch to where the artefact reads them: looked up once for all of its rows. */
export function rowLoader(artefact: Artefact, batch: Batch): (row: number) => void {
  const { memory, step } = artefact;
  const { capacity } = step.layout;
  const runs = slots(step.layout).flatMap(({ name, offset, width }) => {
    const apart = batch.strips?.get(name);
    const values = apart === undefined ? batch.columns.get(name) : undefined;
    if (apart === undefined && values === undefined) throw new Error(`the batch lacks column ${name}`);
    return Array.from({ length: width }, (_, k) => ({
      from: apart?.[k] ?? (values as Float64Array),
      start: apart === undefined ? k * batch.rows : 0,
      to: offset + k * capacity,
    }));
  });
  return (row) => {
    for (let k = 0; k < runs.length; k++) {
      const { from, start, to } = runs[k] as (typeof runs)[number];
      memory[to] = from[start + row] as number;
    }
  };
}
