// The prequential log evidence of a stream (Dawid 1984, "The prequential approach"): every batch adds the log of what the
// rows before predicted of it, ∫ exp(ℓ_b(ψ)) p(ψ | before) dψ, both integrals by Laplace's method. Exact for linear-Gaussian
// models; a plain flow, which has no maximum in hand, adds the batch's log-likelihood at the estimate before its step.

import type { Batch } from "../../ir/index.ts";
import type { Baggage, Companion } from "../companion.ts";
import type { Flow } from "../flow.ts";
import type { Measured, Volume } from "./volume.ts";

/** The running sum. */
export interface Scored {
  /** Sum over the rows from `from` on. */
  readonly value: number;
  /** The first row that counts, from 1. */
  readonly from: number;
  /** The part that came after the first rows, which were fitted together, and its first row; null before any. */
  readonly after: { readonly value: number; readonly from: number } | null;
}

export class Prequential implements Companion {
  readonly name = "prequential";
  readonly #volume: Volume;
  readonly #proper: boolean;
  /** Evidence of the first rows, where every prior is proper. */
  #first: number | null = null;
  #after = 0;
  #from = 0;
  #before: Measured | null = null;

  /** `proper`: whether every parameter has a prior that integrates to one. */
  constructor(volume: Volume, proper: boolean) {
    this.#volume = volume;
    this.#proper = proper;
  }

  /** Null before any row could be scored. */
  get scored(): Scored | null {
    const after = this.#from === 0 ? null : { value: this.#after, from: this.#from };
    if (this.#first !== null) return { value: this.#first + this.#after, from: 1, after };
    return after === null ? null : { ...after, after };
  }

  begun(flow: Flow): void {
    const now = this.#volume.of(flow);
    if (now === null || !this.#proper) return;
    this.#first = flow.logLikelihood + now.integral + (flow.phi.length / 2) * Math.log(2 * Math.PI);
  }

  before(flow: Flow): void {
    if (flow.program.options.plain === null) this.#before = this.#volume.of(flow);
  }

  after(flow: Flow, _batch: Batch, rows: number, value: number): void {
    const gain = flow.program.options.plain === null ? this.#gain(flow, value) : value;
    if (gain === null || !Number.isFinite(gain)) {
      // nothing could be predicted from what was seen: the sum starts after it
      [this.#first, this.#after, this.#from] = [null, 0, 0];
      return;
    }
    if (this.#from === 0) this.#from = flow.rows - rows + 1;
    this.#after += gain;
  }

  #gain(flow: Flow, value: number): number | null {
    const [before, now] = [this.#before, this.#volume.of(flow)];
    return before === null || now === null ? null : value - now.logPrior + now.integral - before.integral;
  }

  moved(): void {
    this.#volume.forget();
  }

  save(): Baggage {
    return { values: { first: this.#first, after: this.#after, from: this.#from }, tensors: new Map() };
  }

  restore({ values: { first, after, from } }: Baggage): void {
    if (!(first === null || Number.isFinite(first)) || !Number.isFinite(after) || !Number.isSafeInteger(from))
      throw new RangeError("its sums are not numbers");
    [this.#first, this.#after, this.#from] = [first as number | null, after as number, from as number];
    this.#volume.forget();
  }
}

/** The prequential log evidence of a flow that adds it up; null of one that does not, or before any row. */
export function prequentialOf(flow: Flow): Scored | null {
  const own = flow.companions.find((companion) => companion instanceof Prequential);
  return own?.scored ?? null;
}
