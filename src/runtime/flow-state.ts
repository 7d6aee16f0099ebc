// What a flow is between two calls: the estimate and the information in the artefact's memory, a few counts beside them,
// the first rows while they are held, and its companions. Made, saved, gone on from, moved to another program, undone.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Batch, StateName } from "../ir/index.ts";
import { baggageIn, type Companion, markAll, stow } from "./companion.ts";
import { NumericalError } from "./errors.ts";
import type { FlowEvent } from "./event.ts";
import type { Escape } from "./maximise.ts";
import type { Program } from "./program.ts";
import { stateOf } from "./regions.ts";
import { joined } from "./rows.ts";
import type { SavedState } from "./state.ts";
import { refactor, steer } from "./train.ts";

/** What a saved state keeps of how far a flow has come. */
const progress = ["seen", "draws", "damp", "stale"] as const;
/** What updates change and what is told of it. */
const changing = ["phi", "gradient", "memory", "control", "direction"] as const;
/** And what is made of that, by which a flow goes on to the same bits. */
const derived = ["factor", "status", "information", "damping", "priorScore", "priorDiagonal", "prior"] as const;

/** What plain steps are held to, by the names it is saved under. */
const anchor = [
  ["anchor phi", "incomingPhi"],
  ["anchor gradient", "incomingGradient"],
  ["anchor memory", "incomingMemory"],
] as const;

/** What a flow's numbers are as a state, besides what is known of its model. */
export type FlowNumbers = Pick<
  SavedState,
  | "rows"
  | "skipped"
  | "passes"
  | "converged"
  | "logLikelihood"
  | "largest"
  | "heldRows"
  | "unfinished"
  | "events"
  | "companions"
  | "tensors"
> & { readonly program: Program };

/** The place of a coordinate that was not there before. */
export const noPlace = 0xffffffff;

/** What is known before a flow's first row: gᵀ(ψ − φ) − ½ (ψ − φ)ᵀ D (ψ − φ), D as the program keeps it. */
export interface Knowledge {
  readonly phi: Float64Array;
  readonly gradient: Float64Array;
  readonly memory: Float64Array;
  /** Rows that it counts as much as. */
  readonly weight: number;
}

export class FlowState {
  rows = 0;
  skipped = 0;
  passes = 0;
  converged = false;
  logLikelihood = 0;
  readonly diagnostics: Diagnostic[] = [];
  readonly events: FlowEvent[] = [];
  readonly companions: readonly Companion[];
  /** Largest absolute value of the responses, to tell a collapsed scale. */
  largest = 0;
  /** How a fit's log-likelihood bends beyond its quadratic (bend.ts), where that was measured. */
  bend: Float64Array | null = null;
  protected held: Batch[] = [];
  protected heldCount = 0;
  /** The first rows alone had no finite maximum; whether that is so still is asked at the end. */
  protected escape: Escape | null = null;
  /** Passes in which the first rows, or a batch, did not converge; 0 where all did. */
  protected unfinished = 0;
  /** φ is at the last digits already: nothing came since `finish`. */
  protected settled = false;
  #program: Program;
  #phi: Float64Array;
  #gradient: Float64Array;

  constructor(program: Program, start: Float64Array, companions: readonly Companion[]) {
    this.companions = companions;
    this.#program = program;
    this.#phi = this.state("phi");
    this.#gradient = this.state("gradient");
    this.#begin(start);
  }

  get program(): Program {
    return this.#program;
  }
  /** The estimate φ: a view of the artefact's memory. */
  get phi(): Float64Array {
    return this.#phi;
  }
  /** Gradient at φ of the log-likelihood of all rows seen: likewise. */
  get gradient(): Float64Array {
    return this.#gradient;
  }
  /** Whether rows are still being held for the first fit. */
  get warming(): boolean {
    return this.rows === 0 && !this.informed;
  }
  /** Whether something was known before the first row. */
  protected get informed(): boolean {
    return this.rows === 0 && (this.state("control")[this.program.artefact.step.layout.control.seen] as number) > 0;
  }
  get heldRows(): number {
    return this.heldCount;
  }
  get warmup(): number {
    const { warmup, keep } = this.program.options;
    // first rows count whole: of a memory that is short, no more than half of it
    const usual = keep < 1 ? Math.min(1000, Math.round(Math.log(0.5) / Math.log(keep))) : 1000;
    return warmup ?? Math.max(usual, 10 * this.phi.length);
  }

  /** A region of the artefact's memory. */
  state(name: StateName): Float64Array {
    return stateOf(this.program.artefact, name);
  }

  /** Weighs what was seen by a factor: it counts so much of itself from now on. */
  fade(factor: number): void {
    if (factor === 1) return;
    const steering = this.state("control");
    const { control } = this.program.artefact.step.layout;
    steering[control.kept] = factor;
    this.program.artefact.run("fade", 0);
  }

  /**
   * Begins with what is known already, a memory about φ that weighs as much as so many rows; the first rows need not be
   * fitted on their own then, where it weighs anything.
   */
  know({ phi, gradient, memory, weight }: Knowledge, event: FlowEvent | null = null): void {
    const { control } = this.program.artefact.step.layout;
    this.phi.set(phi);
    if (this.program.options.plain !== null) {
      // what plain steps remember is how to step; what they are held to lies beside it
      this.state("incomingPhi").set(phi);
      this.state("incomingGradient").set(gradient);
      this.state("incomingMemory").set(memory);
      this.state("control")[control.anchored] = weight > 0 ? 1 : 0;
    } else {
      this.gradient.set(gradient);
      this.state("memory").set(memory);
      this.state("control")[control.seen] = weight;
    }
    refactor(this.program);
    if (event !== null) this.events.push(event);
  }

  /** What this flow knows, for another to begin with: of plain steps that forget, as if of all rows alike. */
  knowledge(): Knowledge {
    const { artefact, options } = this.program;
    const { control } = artefact.step.layout;
    const steering = this.state("control");
    const [phi, gradient] = [Float64Array.from(this.phi), Float64Array.from(this.gradient)];
    const seen = steering[control.seen] as number;
    if (options.plain === null) return { phi, gradient, memory: this.state("memory").slice(), weight: seen };
    const undo = this.mark(true);
    if (seen > 0) this.fade(this.rows / seen);
    this.weighAnchor();
    const memory = this.state("memory").slice();
    undo();
    return { phi, gradient, memory, weight: this.rows };
  }

  /** What plain steps are held to becomes part of what the rows told, for the end, not for further steps; whether there is such. */
  protected weighAnchor(): boolean {
    const { artefact } = this.program;
    const steering = this.state("control");
    const { anchored } = artefact.step.layout.control;
    if (steering[anchored] !== 1) return false;
    steering[anchored] = 0;
    this.state("information").fill(0);
    for (const procedure of ["gather", "absorb"] as const) artefact.run(procedure, 0);
    this.state("information").fill(0);
    return true;
  }

  /** Sets the artefact in hand to start from a point. */
  #begin(start: Float64Array): void {
    const { artefact, options } = this.program;
    this.state("start").set(start);
    const steering = this.state("control");
    const { control } = artefact.step.layout;
    steering[control.tolerance] = options.tolerance;
    steering[control.inner] = options.inner;
    steering[control.seen] = 0;
    artefact.run("init", 0);
    // what companions see is what the batch meets: the memory fades before them
    steering[control.keep] = this.companions.length > 0 && options.plain === null ? 1 : options.keep;
    if (options.plain !== null) steer(this.program, options.plain);
  }

  /**
   * Goes on with another program of the same model, whose coordinates are those at `places` of the one before and whose
   * memory was made from its memory, as `carry` makes others. Coordinates at `noPlace` are new, and begin at `start`.
   */
  adopt(
    program: Program,
    places: Uint32Array,
    memory: Float64Array,
    event: FlowEvent | null,
    carry: (memory: Float64Array) => Float64Array = (other) => other,
    start: Float64Array = new Float64Array(places.length),
  ): void {
    const moved = (values: Float64Array): Float64Array => Float64Array.from(places, (i) => values[i] ?? 0);
    const tensors = this.#tensors();
    const phi = tensors.get("phi") as Float64Array;
    const begun = Float64Array.from(places, (place, i) => phi[place] ?? (start[i] as number));
    this.#enter(program, begun);
    tensors.set("phi", begun);
    tensors.delete("bend");
    for (const name of ["gradient", "velocity", "anchor phi", "anchor gradient"] as const) {
      const values = tensors.get(name);
      if (values !== undefined) tensors.set(name, moved(values));
    }
    const held = tensors.get("anchor memory");
    if (held !== undefined) tensors.set("anchor memory", carry(held));
    this.#resume(tensors.set("memory", memory));
    if (this.escape !== null) this.escape = { ...this.escape, direction: moved(this.escape.direction) };
    for (const companion of this.companions) companion.moved?.(places, carry);
    if (event !== null) this.events.push(event);
  }

  #enter(program: Program, start: Float64Array): void {
    this.#program = program;
    this.#phi = this.state("phi");
    this.#gradient = this.state("gradient");
    this.#begin(start);
  }

  /** Goes on from a saved state's numbers. */
  restore(saved: SavedState): void {
    this.#resume(saved.tensors);
    this.rows = saved.rows;
    this.skipped = saved.skipped;
    this.passes = saved.passes;
    this.converged = saved.converged;
    this.settled = saved.converged && this.program.options.mode === "fit";
    this.logLikelihood = saved.logLikelihood;
    this.largest = saved.largest;
    this.unfinished = saved.unfinished;
    this.diagnostics.push(...saved.diagnostics);
    this.events.push(...saved.events);
    this.#restoreHeld(saved);
    for (const companion of this.companions) this.#restoreCompanion(companion, saved);
  }

  #restoreHeld({ heldRows, tensors }: SavedState): void {
    if (heldRows === 0) return;
    const columns = new Map<string, Float64Array>();
    for (const [name, { length }] of this.program.artefact.step.layout.columns) {
      const width = length / this.program.artefact.step.layout.capacity;
      columns.set(name, this.#tensor(tensors, `held ${name}`, heldRows * width));
    }
    // columns that only companions read
    for (const [name, values] of tensors)
      if (name.startsWith("held ") && !columns.has(name.slice(5))) columns.set(name.slice(5), values);
    this.held = [{ rows: heldRows, firstRow: 1, columns }];
    this.heldCount = heldRows;
  }

  #restoreCompanion(companion: Companion, saved: SavedState): void {
    const baggage = baggageIn(saved, companion.name);
    if (baggage === null) return;
    try {
      companion.restore(baggage);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new NumericalError([diagnose("FF532", null, { reason: `its ${companion.name}: ${error.message}` })]);
    }
  }

  #tensor(tensors: ReadonlyMap<string, Float64Array>, name: string, length: number): Float64Array {
    const values = tensors.get(name);
    if (values?.length === length) return Float64Array.from(values);
    const reason = `${name} has ${values?.length ?? 0} numbers, not ${length}`;
    throw new NumericalError([diagnose("FF532", null, { reason })]);
  }

  #resume(tensors: ReadonlyMap<string, Float64Array>): void {
    this.phi.set(this.#tensor(tensors, "phi", this.phi.length));
    this.gradient.set(this.#tensor(tensors, "gradient", this.phi.length));
    this.state("memory").set(this.#tensor(tensors, "memory", this.state("memory").length));
    this.bend = tensors.has("bend") ? this.#tensor(tensors, "bend", this.phi.length) : null;
    if (tensors.has("velocity")) this.state("direction").set(this.#tensor(tensors, "velocity", this.phi.length));
    const anchored = tensors.has("anchor phi");
    if (anchored)
      for (const [name, region] of anchor) {
        const own = this.state(region);
        own.set(this.#tensor(tensors, name, own.length));
      }
    if (tensors.has("escape")) {
      const [information = 0, ...direction] = this.#tensor(tensors, "escape", this.phi.length + 1);
      this.escape = { information, direction: Float64Array.from(direction) };
    }
    const { control } = this.program.artefact.step.layout;
    const steering = this.state("control");
    steering[control.anchored] = anchored ? 1 : 0;
    for (const [k, x] of this.#tensor(tensors, "progress", progress.length).entries()) {
      if (!(x >= 0 && x < Number.POSITIVE_INFINITY))
        throw new NumericalError([diagnose("FF532", null, { reason: `its ${progress[k]} is ${x}` })]);
      steering[control[progress[k] as (typeof progress)[number]]] = x;
    }
    refactor(this.program);
  }

  /** Estimate, information and what else is a number of the flow's course. */
  #tensors(): Map<string, Float64Array> {
    const { control } = this.program.artefact.step.layout;
    const steering = this.state("control");
    // who goes on from these numbers makes its factor anew: so does this flow
    steering[control.fresh] = 0;
    refactor(this.program);
    const tensors = new Map([
      ["phi", Float64Array.from(this.phi)],
      ["gradient", Float64Array.from(this.gradient)],
      ["memory", this.state("memory").slice()],
      ["progress", Float64Array.from(progress, (slot) => steering[control[slot]] as number)],
    ]);
    if ((this.program.options.plain?.momentum ?? 0) > 0) tensors.set("velocity", this.state("direction").slice());
    if (this.bend !== null) tensors.set("bend", this.bend.slice());
    if (steering[control.anchored] === 1)
      for (const [name, region] of anchor) tensors.set(name, this.state(region).slice());
    if (this.escape !== null)
      tensors.set("escape", Float64Array.from([this.escape.information, ...this.escape.direction]));
    return tensors;
  }

  /** The flow as it stands, to be gone on from by `restore`. */
  numbers(): FlowNumbers {
    const tensors = this.#tensors();
    if (this.heldCount > 0) for (const [name, t] of joined(this.held).columns) tensors.set(`held ${name}`, t);
    const companions: Record<string, Readonly<Record<string, unknown>>> = {};
    for (const companion of this.companions) stow(companions, tensors, companion.name, companion.save());
    const { rows, skipped, passes, converged, logLikelihood, largest, heldCount: heldRows, unfinished } = this;
    const events = [...this.events];
    return {
      program: this.#program,
      rows,
      skipped,
      passes,
      converged,
      logLikelihood,
      largest,
      heldRows,
      unfinished,
      events,
      companions,
      tensors,
    };
  }

  /**
   * Remembers the flow as it is; the result puts it back, so that it goes on as if nothing had been since: to the same
   * bits where `exactly`.
   */
  protected mark(exactly: boolean): () => void {
    const program = this.#program;
    const { rows, skipped, passes, converged, logLikelihood, largest, bend } = this;
    const { heldCount, unfinished, settled, escape: escaping } = this;
    const [held, diagnostics, events] = [[...this.held], [...this.diagnostics], [...this.events]];
    const before = [...changing, ...(exactly ? derived : [])].map((name) => [name, this.state(name).slice()] as const);
    const unpack = markAll(this.companions);
    return () => {
      if (this.#program !== program) this.#enter(program, new Float64Array(this.phi.length));
      for (const [name, values] of before) this.state(name).set(values);
      if (!exactly) {
        this.state("control")[program.artefact.step.layout.control.fresh] = 0;
        refactor(program);
      }
      Object.assign(this, { rows, skipped, passes, converged, logLikelihood, largest, bend });
      Object.assign(this, { held, heldCount, unfinished, settled, escape: escaping });
      this.diagnostics.splice(0, Number.POSITIVE_INFINITY, ...diagnostics);
      this.events.splice(0, Number.POSITIVE_INFINITY, ...events);
      unpack();
    };
  }
}
