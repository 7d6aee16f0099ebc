// A flow: the estimate and the information of all rows seen, nothing else (mathematics.md §1). `fit` repeats passes
// over stored rows to the maximum; `update` takes each row once. Both end in the same state: φ, the data's gradient g
// at φ, and the data's information D in the artefact's region `memory`; the prior is a term of its own throughout.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Batch } from "../ir/index.ts";
import type { Crew } from "./crew.ts";
import { denseInformation } from "./dense.ts";
import { diagnoseBounds, diagnoseInformation, diagnoseScales, diagnoseShapes, floors, noMaximum } from "./diagnose.ts";
import { NumericalError } from "./errors.ts";
import { type Escape, type MaximiseOptions, type Maximum, maximise, vanished } from "./maximise.ts";
import { loadBatch, Objective } from "./objective.ts";
import type { Program } from "./program.ts";
import { badRows, describeRow, takeRows } from "./rows.ts";
import type { SavedState } from "./state.ts";

/** Progress of a fit, once a pass or an accepted step. */
export interface Progress {
  readonly rows: number;
  readonly total: number | null;
  readonly pass: number;
  readonly logLikelihood: number | null;
  readonly decrement: number | null;
}

/** Shares batches with other threads: the leader's own, and the crew that holds the rest. */
export type Recruit = (batches: readonly Batch[]) => { readonly own: readonly Batch[]; readonly crew: Crew };

export interface FlowHooks {
  readonly onProgress?: (progress: Progress) => void;
  readonly stopped?: () => boolean;
}

/** Above this many rows a fit first goes to the maximum of a sample of them. */
const sampleAbove = 8192;
const sampleRows = 4096;

export class Flow {
  readonly program: Program;
  /** The estimate φ: a view of the artefact's memory. */
  readonly phi: Float64Array;
  /** Gradient at φ of the log-likelihood of all rows seen: likewise. */
  readonly gradient: Float64Array;
  rows = 0;
  skipped = 0;
  passes = 0;
  converged = false;
  logLikelihood = 0;
  readonly diagnostics: Diagnostic[] = [];
  readonly #hooks: FlowHooks;
  #held: Batch[] = [];
  #heldRows = 0;
  /** Largest absolute value of the responses, to tell a collapsed scale. */
  #largest = 0;
  /** The first rows alone had no finite maximum; whether that is so still is asked at the end. */
  #escape: Escape | null = null;
  /** Passes in which the first rows, or a batch, did not converge; 0 where all did. */
  #unfinished = 0;

  constructor(program: Program, start: Float64Array, hooks: FlowHooks = {}) {
    this.program = program;
    this.#hooks = hooks;
    this.phi = this.#state("phi");
    this.gradient = this.#state("gradient");
    this.#state("start").set(start);
    const steering = this.#state("control");
    const { control } = program.artefact.step.layout;
    steering[control.tolerance] = program.options.tolerance;
    steering[control.inner] = program.options.inner;
    program.artefact.run("init", 0);
  }

  /** Goes on from a saved state's numbers. */
  restore(saved: SavedState): void {
    const tensor = (name: string, length: number): Float64Array => {
      const values = saved.tensors.get(name);
      if (values?.length !== length) {
        const reason = `${name} has ${values?.length ?? 0} numbers, not ${length}`;
        throw new NumericalError([diagnose("FF532", null, { reason })]);
      }
      return Float64Array.from(values);
    };
    this.phi.set(tensor("phi", this.phi.length));
    this.gradient.set(tensor("gradient", this.phi.length));
    this.#state("memory").set(tensor("memory", this.#state("memory").length));
    this.rows = saved.rows;
    this.skipped = saved.skipped;
    this.passes = saved.passes;
    this.converged = saved.converged;
    this.logLikelihood = saved.logLikelihood;
    this.#largest = saved.largest;
    this.diagnostics.push(...saved.diagnostics);
    this.#weigh();
  }

  /** Largest absolute value of a response so far. */
  get largest(): number {
    return this.#largest;
  }

  /** The numbers of the state. */
  tensors(): Map<string, Float64Array> {
    return new Map([
      ["phi", Float64Array.from(this.phi)],
      ["gradient", Float64Array.from(this.gradient)],
      ["memory", this.#state("memory").slice()],
    ]);
  }

  /** Whether rows are still being held for the first fit. */
  get warming(): boolean {
    return this.rows === 0;
  }
  get heldRows(): number {
    return this.#heldRows;
  }
  get warmup(): number {
    return this.program.options.warmup ?? Math.max(1000, 10 * this.phi.length);
  }

  /**
   * Goes to the maximum over stored rows; throws NumericalError where no finite maximum can be had. `recruit` hands all
   * batches but the leader's share to other threads, once it is known which rows can be used.
   */
  fit(batches: readonly Batch[], recruit: Recruit | null = null): void {
    const total = batches.reduce((sum, batch) => sum + batch.rows, 0);
    if (total === 0) throw new NumericalError([diagnose("FF506", null, {})]);
    for (const batch of batches) this.#measure(batch);
    const begin = Float64Array.from(this.phi);
    const maximum =
      this.#search(batches, total, recruit) ?? this.#search(this.#screened(batches, begin), total, recruit);
    if (maximum === null)
      throw new NumericalError([diagnose("FF603", null, { what: "The log-likelihood at the start" })]);
    this.#conclude(maximum);
  }

  /** The maximum over the rows, absorbed; null where the objective has no value at the start. */
  #search(batches: readonly Batch[], total: number, recruit: Recruit | null): Maximum | null {
    const { artefact, options } = this.program;
    const team = recruit?.(batches) ?? { own: batches, crew: null };
    try {
      const begin = Float64Array.from(this.phi);
      const sample = sampled(batches, total);
      if (sample !== null) {
        const first = this.#maximise(new Objective(artefact, sample, null), { polish: false, tolerance: 1e-6 });
        this.phi.set(first.converged ? first.phi : begin);
      }
      const objective = new Objective(artefact, team.own, null, () => this.#report(objective, total), team.crew);
      const maximum = this.#maximise(objective, { polish: true, tolerance: options.tolerance });
      if (maximum.value === Number.NEGATIVE_INFINITY) {
        this.phi.set(begin);
        return null;
      }
      this.passes += objective.passes;
      this.#absorb(maximum, objective, null);
      this.rows += batches.reduce((sum, batch) => sum + batch.rows, 0);
      return maximum;
    } finally {
      team.crew?.stop();
    }
  }

  /** Without the rows that have no likelihood at the start; stops the run where they may not be left out. */
  #screened(batches: readonly Batch[], start: Float64Array): readonly Batch[] {
    this.phi.set(start);
    const usable = this.#screen(batches);
    if (usable.every((batch) => batch.rows === 0)) throw new NumericalError([diagnose("FF506", null, {})]);
    return usable;
  }

  /**
   * Takes a batch of rows once, `each` of them at a time. The first rows are held and fitted together (see `warmup`).
   */
  update(batch: Batch, each: number = this.program.options.batch ?? batch.rows): void {
    let from = 0;
    if (this.warming) {
      const wanted = each * Math.ceil(Math.max(1, this.warmup - this.#heldRows) / each);
      from = Math.min(batch.rows, wanted);
      this.#hold(stretch(batch, 0, from));
      if (this.warming) return;
    }
    const { artefact } = this.program;
    const [control, logLikelihood] = [this.#state("control"), this.#state("logLikelihood")];
    const { outcome } = artefact.step.layout.control;
    for (; from < batch.rows; from += each) {
      const count = Math.min(each, batch.rows - from);
      loadBatch(artefact, batch, from, count);
      artefact.run("update", count);
      if (control[outcome] === 0 && Number.isFinite(logLikelihood[0])) {
        this.rows += count;
        continue;
      }
      this.#labour(stretch(batch, from, count));
      this.#weigh();
    }
    this.#weigh();
    this.passes = 1;
  }

  /** Takes batches one after the other; where one fails the flow is as it was before the first. */
  updateAll(batches: readonly Batch[]): void {
    const [only] = batches;
    if (only === undefined) return;
    if (batches.length === 1) {
      this.update(only);
      return;
    }
    const { rows, skipped, passes, logLikelihood } = this;
    const [held, heldRows, largest] = [[...this.#held], this.#heldRows, this.#largest];
    const [escaping, unfinished] = [this.#escape, this.#unfinished];
    const before = this.tensors();
    try {
      for (const batch of batches) this.update(batch);
    } catch (error) {
      for (const name of ["phi", "gradient", "memory"] as const) this.#state(name).set(before.get(name) ?? []);
      Object.assign(this, { rows, skipped, passes, logLikelihood });
      [this.#held, this.#heldRows, this.#largest] = [held, heldRows, largest];
      [this.#escape, this.#unfinished] = [escaping, unfinished];
      this.#weigh();
      throw error;
    }
  }

  /** Tells the artefact how many rows its memory holds. */
  #weigh(): void {
    this.#state("control")[this.program.artefact.step.layout.control.seen] = this.rows;
  }

  /** A batch whose plain steps did not do: bad rows are found, and the richer search is used. */
  #labour(batch: Batch): void {
    const centre = Float64Array.from(this.#state("centre"));
    try {
      this.phi.set(centre);
      const [usable] = this.#screen([batch]);
      if (usable === undefined || usable.rows === 0) return;
      const memory = { centre, gradient: Float64Array.from(this.gradient) };
      const objective = new Objective(this.program.artefact, [usable], memory);
      const { tolerance, inner } = this.program.options;
      const maximum = this.#maximise(objective, { polish: false, tolerance, maxPasses: 10 * inner });
      this.#refuse(maximum, objective);
      this.#absorb(maximum, objective, memory);
      this.rows += usable.rows;
    } catch (error) {
      this.phi.set(centre);
      throw error;
    }
  }

  /** Ends a stream: fits rows that are still held, and looks at what the information cannot tell. */
  finish(): void {
    if (this.warming && this.#heldRows > 0) this.#warm();
    if (this.rows === 0) throw new NumericalError([diagnose("FF506", null, {})]);
    this.program.artefact.run("finish", 0);
    this.#examine();
    if (this.#escaped()) throw new NumericalError([noMaximum(this.program, (this.#escape as Escape).direction)]);
    this.converged = this.#unfinished === 0;
    if (!this.converged) this.diagnostics.push(diagnose("FF601", null, { passes: this.#unfinished }));
  }

  /** Keeps a batch for the first fit, and fits when there are enough; a batch with which that fails is not kept. */
  #hold(batch: Batch): void {
    const [usable] = this.#screen([batch]);
    if (usable === undefined || usable.rows === 0) return;
    this.#held.push(copied(usable));
    this.#heldRows += usable.rows;
    if (this.#heldRows < this.warmup) return;
    try {
      this.#warm();
    } catch (error) {
      this.#held.pop();
      this.#heldRows -= usable.rows;
      throw error;
    }
  }

  /** Fits the held rows; where that fails they are held as before. */
  #warm(): void {
    const start = Float64Array.from(this.phi);
    const objective = new Objective(this.program.artefact, this.#held, null);
    try {
      const maximum = this.#maximise(objective, { polish: true, tolerance: this.program.options.tolerance });
      this.#refuse(maximum, objective);
      this.#absorb(maximum, objective, null);
      this.#escape = maximum.escaping;
    } catch (error) {
      this.phi.set(start);
      throw error;
    }
    this.rows = this.#heldRows;
    this.#held = [];
    this.#heldRows = 0;
    this.passes = 1;
    this.#weigh();
  }

  /** Throws where the search broke off at no maximum; a singular information may still be mended by later rows. */
  #refuse({ phi, value, decrement, converged, stuck, escaping }: Maximum, objective: Objective): void {
    if (value === Number.NEGATIVE_INFINITY || (stuck && !Number.isNaN(decrement) && !this.#collapsed(phi))) {
      this.program.artefact.run("diagonal", 0);
      const runaway = diagnoseBounds(this.program, this.#state("diagonal"), phi);
      throw new NumericalError(runaway.length > 0 ? runaway : [diagnose("FF607", null, { pass: objective.passes })]);
    }
    const broken = objective.state("information").findIndex((x) => !Number.isFinite(x));
    if (broken >= 0) throw new NumericalError([diagnose("FF603", null, { what: "The information of these rows" })]);
    if (!converged && !stuck && escaping === null) this.#unfinished += objective.passes;
  }

  /** Whether a scale is at the rounding of the response. */
  #collapsed(phi: Float64Array): boolean {
    this.phi.set(phi);
    return this.#scales().length > 0;
  }

  /** Whether the direction in which the first rows had no maximum has none still. */
  #escaped(): boolean {
    if (this.#escape === null) return false;
    const { direction, information } = this.#escape;
    this.#state("direction").set(direction);
    this.program.artefact.run("multiply", 0);
    const [product, prior] = [this.#state("product"), this.#state("priorDiagonal")];
    let [left, length] = [0, 0];
    for (const [i, x] of direction.entries()) {
      left += x * ((product[i] as number) + x * (prior[i] as number));
      length += x * x;
    }
    return left / length < vanished * information;
  }

  #maximise(objective: Objective, options: Partial<MaximiseOptions> & { polish: boolean; tolerance: number }): Maximum {
    const { maxPasses, damping } = this.program.options;
    const components = this.program.artefact.step.components.map((names) =>
      names.flatMap((name) => {
        const p = this.program.parameters.find((q) => q.name === name);
        return p === undefined ? [] : Array.from({ length: p.size }, (_, i) => p.first + i);
      }),
    );
    const { stopped } = this.#hooks;
    return maximise(objective, this.phi, {
      maxPasses,
      damping,
      components,
      floor: floors(this.program, this.#largest),
      ...(stopped === undefined ? {} : { stopped }),
      ...options,
    });
  }

  /** Makes the batches' terms part of the memory, written about the new estimate. */
  #absorb(maximum: Maximum, objective: Objective, memory: { readonly gradient: Float64Array } | null): void {
    const [score, product] = [objective.state("score"), objective.state("product")];
    for (let i = 0; i < this.gradient.length; i++) {
      const before = memory === null ? 0 : (memory.gradient[i] as number) - (product[i] as number);
      this.gradient[i] = (score[i] as number) + before;
    }
    this.program.artefact.run("absorb", 0);
    this.#state("information").fill(0);
    this.phi.set(maximum.phi);
    this.logLikelihood += objective.logLikelihood;
    this.converged = maximum.converged;
  }

  #conclude(maximum: Maximum): void {
    const { passes } = this;
    if (maximum.escaping !== null) throw new NumericalError([noMaximum(this.program, maximum.escaping.direction)]);
    this.#examine();
    // with a scale at the rounding of the response the objective is noise: there is nothing left to gain
    const exact = this.diagnostics.some((d) => d.code === "FF605");
    if (exact) this.converged = true;
    else if (maximum.stuck) throw new NumericalError([diagnose("FF607", null, { pass: passes })]);
    if (!this.converged) this.diagnostics.push(diagnose("FF601", null, { passes }));
  }

  /** Diagnoses the information at the estimate; errors stop the run, warnings are kept. */
  #examine(): void {
    const { artefact } = this.program;
    this.diagnostics.length = 0;
    artefact.run("prior", 0);
    artefact.run("diagonal", 0);
    const diagonal = Float64Array.from(this.#state("diagonal"));
    const found = diagnoseInformation(this.program, denseInformation(artefact), diagonal, this.phi);
    this.diagnostics.push(...this.#scales());
    found.push(...diagnoseShapes(this.program, this.#declared(), this.#largest));
    const errors = found.filter((d) => d.severity === "error");
    if (errors.length > 0) throw new NumericalError(errors);
    this.diagnostics.push(...found);
  }

  /** Scales at the rounding of the response. */
  #scales(): Diagnostic[] {
    return diagnoseScales(this.program, this.#declared(), this.#largest);
  }

  /** Declared values of the parameters at φ. */
  #declared(): Map<string, Float64Array> {
    const { artefact } = this.program;
    artefact.run("declared", 0);
    const values = ({ offset, length }: { offset: number; length: number }): Float64Array =>
      artefact.memory.slice(offset, offset + length);
    return new Map([...artefact.step.layout.declared].map(([name, region]) => [name, values(region)]));
  }

  /** Rows without a finite likelihood at the current estimate stop the run, or are left out and counted. */
  #screen(batches: readonly Batch[]): Batch[] {
    const { artefact, options } = this.program;
    return batches.flatMap((batch) => {
      this.#measure(batch);
      const objective = new Objective(artefact, [batch], null);
      if (objective.evaluate(this.phi) > Number.NEGATIVE_INFINITY && Number.isFinite(objective.logLikelihood))
        return [batch];
      const bad = badRows(this.program, batch, this.phi);
      if (bad.length === 0) return [batch];
      if (options.onBadRow === "stop")
        throw new NumericalError(bad.slice(0, 5).map((row) => describeRow(this.program, batch, row)));
      this.skipped += bad.length;
      const out = new Set(bad.map((b) => b.row));
      return [
        takeRows(
          batch,
          Array.from({ length: batch.rows }, (_, row) => row).filter((row) => !out.has(row)),
        ),
      ];
    });
  }

  /** Keeps the largest absolute value of the responses, by which a scale is known to have collapsed. */
  #measure(batch: Batch): void {
    for (const name of this.program.responses)
      for (const value of batch.columns.get(name) ?? [])
        if (Math.abs(value) > this.#largest) this.#largest = Math.abs(value);
  }

  #report(objective: Objective, total: number): void {
    const { passes, logLikelihood } = objective;
    this.#hooks.onProgress?.({ rows: total, total, pass: passes, logLikelihood, decrement: null });
  }

  #state(name: keyof Program["artefact"]["step"]["layout"]["state"]): Float64Array {
    const { offset, length } = this.program.artefact.step.layout.state[name];
    return this.program.artefact.memory.subarray(offset, offset + length);
  }
}

/** Evenly spaced batches of about `sampleRows` rows in all; null where there are few rows anyway. */
function sampled(batches: readonly Batch[], total: number): Batch[] | null {
  if (total <= sampleAbove || batches.length < 3) return null;
  const wanted = Math.max(2, Math.round((sampleRows * batches.length) / total));
  const stride = batches.length / wanted;
  return Array.from({ length: wanted }, (_, k) => batches[Math.floor((k + 0.5) * stride)] as Batch);
}

/** Neighbouring rows of a batch. */
function stretch(batch: Batch, from: number, count: number): Batch {
  return count === batch.rows
    ? batch
    : takeRows(
        batch,
        Array.from({ length: count }, (_, k) => from + k),
      );
}

function copied(batch: Batch): Batch {
  return { ...batch, columns: new Map([...batch.columns].map(([name, values]) => [name, Float64Array.from(values)])) };
}
