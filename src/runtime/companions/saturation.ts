// Stops a stream when its rows bring little more: the information gained, ½ Δ log det (D + I_π) nats, is measured over
// so many rows at a time. With forgetting it falls to nothing when as much is forgotten as is learnt.

import type { Baggage, Companion } from "../companion.ts";
import type { Flow } from "../flow.ts";
import type { Volume } from "./volume.ts";

/** Less than `gain` nats over `rows` rows is little. */
export interface Enough {
  readonly gain: number;
  readonly rows: number;
}

export class Saturation implements Companion {
  readonly name = "saturation";
  readonly #volume: Volume;
  readonly #enough: Enough;
  /** The row from which the gain is measured, and the log determinant there; 0 before the first. */
  #row = 0;
  #logdet = 0;
  #stopped = false;

  constructor(volume: Volume, enough: Enough) {
    this.#volume = volume;
    this.#enough = enough;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  begun(flow: Flow): void {
    this.#start(flow);
  }

  after(flow: Flow): void {
    if (this.#row === 0) this.#start(flow);
    const rows = flow.rows - this.#row;
    if (this.#row === 0 || this.#stopped || rows < this.#enough.rows) return;
    const now = this.#volume.of(flow);
    const gained = now === null ? Number.NaN : (now.logdet - this.#logdet) / 2;
    const gain = (gained * this.#enough.rows) / rows;
    if (gain < this.#enough.gain) {
      this.#stopped = true;
      flow.events.push({
        kind: "saturated",
        row: flow.rows,
        message: `the last ${rows} rows brought ${said(gained)} nats of information: ${said(gain)} per ${this.#enough.rows} rows, less than ${this.#enough.gain}`,
        details: { gained, rows, gain, per: this.#enough.rows, below: this.#enough.gain },
      });
    }
    this.#start(flow);
  }

  #start(flow: Flow): void {
    const now = this.#volume.of(flow);
    [this.#row, this.#logdet] = now === null ? [0, 0] : [flow.rows, now.logdet];
  }

  /** What is kept in other forms has another determinant. */
  moved(): void {
    this.#row = 0;
    this.#volume.forget();
  }

  save(): Baggage {
    return { values: { row: this.#row, logdet: this.#logdet }, tensors: new Map() };
  }

  /** A flow that is gone on from is to learn more: it has not stopped. */
  restore({ values: { row, logdet } }: Baggage): void {
    if (!Number.isSafeInteger(row) || !Number.isFinite(logdet)) throw new RangeError("its figures are not numbers");
    [this.#row, this.#logdet, this.#stopped] = [row as number, logdet as number, false];
    this.#volume.forget();
  }
}

function said(nats: number): string {
  return String(Number(nats.toPrecision(3)));
}
