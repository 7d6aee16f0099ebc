// A flow: the estimate and the information of all rows seen, nothing else (mathematics.md §1). `fit` repeats passes
// over stored rows to the maximum; `update` takes each row once. Both end in the same state: φ, the data's gradient g
// at φ, and the data's information D in the artefact's region `memory`; the prior is a term of its own throughout.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Batch } from "../ir/index.ts";
import { type Approached, approach } from "./approach.ts";
import type { Companion } from "./companion.ts";
import { illConditioned } from "./condition.ts";
import type { Crew } from "./crew.ts";
import { collapsed, diagnoseBounds, diagnoseOverflow, examine, floors, noMaximum } from "./diagnose.ts";
import { NumericalError } from "./errors.ts";
import type { FlowEvent } from "./event.ts";
import { FlowState } from "./flow-state.ts";
import { type Escape, type MaximiseOptions, type Maximum, maximise, vanished } from "./maximise.ts";
import { factorWhole } from "./memory.ts";
import { loadBatch, type Memory, Objective, rowLoader } from "./objective.ts";
import type { Program } from "./program.ts";
import { badRows, copied, describeRow, detached, inParts, joined, portion, stretch, takeRows } from "./rows.ts";
import { firstDamping, gatherRows, pace, rowOrder, trainStep } from "./train.ts";
import { type Testimony, Witness } from "./witness.ts";

/** Progress of a fit, once a pass or an accepted step. */
export interface Progress {
  readonly rows: number;
  readonly total: number | null;
  readonly pass: number;
  readonly logLikelihood: number | null;
  readonly decrement: number | null;
  /** Log evidence of a stream so far, where it is added up. */
  readonly prequential?: number | null;
}

/** Shares batches with other threads: the leader's own, and the crew that holds the rest. */
export type Recruit = (batches: readonly Batch[]) => { readonly own: readonly Batch[]; readonly crew: Crew };

export interface FlowHooks {
  readonly onProgress?: (progress: Progress) => void;
  readonly stopped?: () => boolean;
  /**
   * The same model with the information of some blocks, by their places in the plan, in square-root form for reasons,
   * φ in the same order; null where that may not be.
   */
  readonly steadier?: (program: Program, reasons: ReadonlyMap<number, string>) => Steadied | null;
  /** The same model with its full information, where a plan's leaves something out and it can be had. */
  readonly witness?: (program: Program) => Program | null;
  /** What goes along with the flow, in the order in which it is asked. */
  readonly companions?: readonly Companion[];
}

export interface Steadied {
  readonly program: Program;
  readonly event: FlowEvent;
}

/** Above this many rows a fit first goes to the maximum of a sample of them. */
const sampleAbove = 8192;
const sampleRows = 4096;
/** Coordinates from which a pass with information costs several without. */
const costly = 32;
/** Single rows from which on it pays to look up where their columns lie once for all of them. */
const several = 8;
/** One row in so many makes the wider sample, whose information stands for that of all on the quick road. */
const widerShare = 5;
/** Rows above which there is a wider sample. */
const wideAbove = 4 * widerShare * sampleRows;

export class Flow extends FlowState {
  readonly #hooks: FlowHooks;
  /** The full information beside one that leaves something out, where the first rows left doubts; and what it said. */
  #witness: Witness | null = null;
  /** What the first rows left to be said at the end, which a state keeps. */
  warnings: readonly Diagnostic[] = [];
  /** Batches that a fit went over. */
  #usable: readonly Batch[] = [];

  constructor(program: Program, start: Float64Array, hooks: FlowHooks = {}) {
    super(program, start, hooks.companions ?? []);
    this.#hooks = hooks;
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
    const known = this.informed ? { centre: begin, gradient: Float64Array.from(this.gradient) } : null;
    const maximum =
      this.#search(batches, total, recruit, known) ??
      this.#search(this.#screened(batches, begin), total, recruit, known);
    if (maximum === null)
      throw new NumericalError([diagnose("FF603", null, { what: "The log-likelihood at the start" })]);
    this.#weigh();
    const usable = this.#usable;
    this.#usable = [];
    // a witness knows no more than the rows
    this.#conclude(maximum, known === null ? this.#ask(usable) : null);
  }

  /** The maximum over the rows and what was known, absorbed; null where the objective has no value at the start. */
  #search(batches: readonly Batch[], total: number, recruit: Recruit | null, known: Memory | null): Maximum | null {
    const { artefact, options } = this.program;
    const team = recruit?.(batches) ?? { own: batches, crew: null };
    try {
      const begin = Float64Array.from(this.phi);
      const objective = new Objective(artefact, team.own, known, () => this.#report(objective, total), team.crew);
      const wider = (): Objective => new Objective(artefact, team.own, null, null, team.crew, widerShare);
      const near = known === null ? this.#sampled(batches, total, objective, wider) : null;
      const maximum = near ?? this.#maximise(objective, { polish: true, tolerance: options.tolerance });
      if (maximum.value === Number.NEGATIVE_INFINITY) {
        this.phi.set(begin);
        return null;
      }
      this.passes += objective.passes;
      if (known === null && this.#steadied(begin, total)) return this.#search(batches, total, null, null);
      this.#absorb(maximum, objective, known);
      if (near !== null) this.#advance(near.rest);
      this.#usable = batches;
      this.rows += batches.reduce((sum, batch) => sum + batch.rows, 0);
      return maximum;
    } finally {
      team.crew?.stop();
    }
  }

  /**
   * Takes the square-root form, from a start on, where the information in hand is past what normal equations stand;
   * whether it did.
   */
  #steadied(start: Float64Array, rows: number): boolean {
    const { steadier } = this.#hooks;
    const reasons = steadier === undefined ? new Map<number, string>() : illConditioned(this.program.artefact, rows);
    const steadied = reasons.size === 0 ? null : (steadier?.(this.program, reasons) ?? null);
    if (steadied === null) return false;
    const { program, event } = steadied;
    const memory = new Float64Array(program.artefact.step.layout.state.memory.length);
    this.adopt(program, Uint32Array.from(start.keys()), memory, event);
    this.phi.set(start);
    return true;
  }

  /**
   * Leaves φ at the maximum of a sample, where there are many rows, or nearer; the maximum itself where the quick road
   * leads there.
   */
  #sampled(
    batches: readonly Batch[],
    total: number,
    objective: Objective,
    wider: () => Objective,
  ): Approached["reached"] {
    if (total <= sampleAbove || batches.length < 3) return null;
    const { artefact, options } = this.program;
    const begin = Float64Array.from(this.phi);
    const sample = new Objective(artefact, batches, null, null, null, total / sampleRows);
    const first = this.#maximise(sample, { polish: false, tolerance: 1e-3 });
    this.phi.set(first.converged ? first.phi : begin);
    const { blocks } = artefact.step;
    const quick =
      blocks.some(({ form, size }) => form.kind === "full" && size >= costly) &&
      blocks.every(({ form }) => form.kind === "full" || form.kind === "diagonal" || form.kind === "scalar");
    if (!first.converged || !quick) return null;
    const { stopped } = this.#hooks;
    const { phi, reached } = approach(objective, first.phi, sample, total >= wideAbove ? wider() : null, {
      maxPasses: options.maxPasses,
      floor: floors(this.program, this.largest),
      ...(stopped === undefined ? {} : { stopped }),
    });
    this.phi.set(phi);
    return reached;
  }

  /** A last step by the memory's own quadratic model. */
  #advance(step: Float64Array): void {
    this.state("direction").set(step);
    this.program.artefact.run("multiply", 0);
    const product = this.state("product");
    for (let i = 0; i < step.length; i++) {
      const [along, slope, lost] = [step[i] as number, this.gradient[i] as number, product[i] as number];
      this.logLikelihood += along * (slope - 0.5 * lost);
      this.gradient[i] = slope - lost;
      this.phi[i] = (this.phi[i] as number) + along;
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
    this.settled = false;
    this.converged = false;
    const parted = this.warming || each < batch.rows || this.#cut;
    this.#take(parted ? detached(batch, this.program.artefact) : batch, each);
    this.bend = null;
  }

  /** Whether a companion may want rows of a batch apart. */
  get #cut(): boolean {
    return this.companions.some((companion) => companion.most !== undefined);
  }

  /** Rows that are held or learnt from next, where they are taken `each` at a time. */
  wanted(each: number): number {
    if (!this.warming) return each;
    const lacking = Math.max(1, this.warmup - this.heldCount);
    // rows that are to be taken apart are not held beyond what is asked for
    return this.#cut ? lacking : each * Math.ceil(lacking / each);
  }

  #take(batch: Batch, each: number): void {
    if (this.program.options.plain !== null) {
      this.#step(batch, each);
      return;
    }
    let from = 0;
    // rows that can't be used are not held, and others take their place
    while (this.warming && from < batch.rows) {
      const count = Math.min(batch.rows - from, this.wanted(each));
      this.#hold(stretch(batch, from, count));
      from += count;
    }
    if (from > 0 && from === batch.rows) return;
    this.converged = false;
    const { artefact } = this.program;
    const [control, logLikelihood] = [this.state("control"), this.state("logLikelihood")];
    const { outcome, value } = artefact.step.layout.control;
    const accompanied = this.companions.length > 0;
    const load = each === 1 && batch.rows - from >= several ? rowLoader(artefact, batch) : null;
    for (let count = 0; from < batch.rows; from += count) {
      count = this.#together(batch, from, Math.min(each, batch.rows - from));
      const part = accompanied || this.#witness !== null ? portion(batch, from, count) : null;
      if (accompanied && part !== null) this.#before(part);
      if (load !== null) load(from);
      else loadBatch(artefact, batch, from, count);
      artefact.run("update", count);
      if (control[outcome] === 0 && Number.isFinite(logLikelihood[0])) {
        if (part !== null) this.#witness?.take(this.program, this.phi, part);
        this.rows += count;
        if (accompanied && part !== null) this.#after(part, count, control[value] as number);
        continue;
      }
      this.#labour(part ?? portion(batch, from, count));
    }
    this.passes = 1;
  }

  /** Rows that no companion wants apart. */
  #together(batch: Batch, from: number, count: number): number {
    let most = count;
    for (const companion of this.companions) most = companion.most?.(this, batch, from, most) ?? most;
    return most;
  }

  /** What was seen fades, and companions are told of a batch. */
  #before(batch: Batch): void {
    const { keep, plain } = this.program.options;
    if (keep < 1 && plain === null) this.fade(keep ** batch.rows);
    for (const companion of this.companions) companion.before?.(this, batch);
  }
  #after(batch: Batch, rows: number, value: number): void {
    for (const companion of this.companions) companion.after?.(this, batch, rows, value);
  }

  /** A batch in plain steps, `each` rows at a time. */
  #step(batch: Batch, each: number): void {
    for (let [from, count] = [0, 0]; from < batch.rows; from += count) {
      count = this.#together(batch, from, Math.min(each, batch.rows - from));
      const part = portion(batch, from, count);
      this.#before(part);
      loadBatch(this.program.artefact, batch, from, count);
      pace(this.program, this.rows, 0, 0);
      const rows = trainStep(this.program.artefact, count) ? count : this.#mended(part);
      this.#count(rows);
      if (rows > 0)
        this.#after(part, rows, this.state("control")[this.program.artefact.step.layout.control.value] as number);
    }
    this.passes = 1;
  }

  /** A plain step with those of a batch's rows that have a likelihood; how many these are. */
  #mended(batch: Batch): number {
    const [usable] = this.#screen([batch]);
    if (usable === undefined || usable.rows === 0) return 0;
    loadBatch(this.program.artefact, usable);
    if (!trainStep(this.program.artefact, usable.rows))
      throw new NumericalError([diagnose("FF603", null, { what: "The log-likelihood of these rows" })]);
    return usable.rows;
  }

  override adopt(...change: Parameters<FlowState["adopt"]>): void {
    // a witness of another size knows no such coordinates
    if (change[1].length !== this.phi.length) this.#witness = null;
    super.adopt(...change);
  }

  /** What a plain step took in: its rows, and their log-likelihood before it. */
  #count(rows: number): void {
    if (rows === 0) return;
    const { control } = this.program.artefact.step.layout;
    this.logLikelihood += this.state("control")[control.value] as number;
    this.rows += rows;
  }

  /** All rows several times over in plain steps, each pass in an order that `uniform` draws (null: as they come). */
  train(all: readonly Batch[], each: number, uniform: ((pass: number) => () => number) | null): void {
    const { artefact, options } = this.program;
    const batches = options.onBadRow === "skip" ? this.#screened(all, Float64Array.from(this.phi)) : all;
    const total = batches.reduce((sum, batch) => sum + batch.rows, 0);
    const passes = options.plain?.passes ?? 1;
    for (let pass = 0; pass < passes && this.#hooks.stopped?.() !== true; pass++) {
      const order = rowOrder(total, uniform?.(pass) ?? null);
      this.logLikelihood = 0;
      for (let from = 0; from < total; from += each) {
        const positions = order.subarray(from, Math.min(total, from + each));
        gatherRows(artefact, batches, positions);
        pace(this.program, pass * total + from, passes * total, total);
        if (!trainStep(artefact, positions.length)) {
          // names the rows that have none here
          this.#screen(batches);
          throw new NumericalError([diagnose("FF603", null, { what: `The log-likelihood in pass ${pass + 1}` })]);
        }
        this.#count(positions.length);
        const { logLikelihood } = this;
        this.#hooks.onProgress?.({
          rows: from + positions.length,
          total,
          pass: pass + 1,
          logLikelihood,
          decrement: null,
        });
      }
      this.passes = pass + 1;
      this.rows = total;
    }
    this.#usable = batches;
    this.settled = false;
  }

  /** Takes batches one after the other; where one fails the flow is as it was before the first. */
  updateAll(batches: readonly Batch[]): void {
    const { options } = this.program;
    const [only] = batches;
    if (only === undefined) return;
    // a single step changes nothing where it fails, unless what was seen has faded before it
    const once = batches.length === 1 && only.rows <= (options.batch ?? only.rows);
    if (once && options.plain === null && options.keep === 1 && this.companions.length === 0) {
      this.update(only);
      return;
    }
    const undo = this.mark(false);
    try {
      for (const batch of batches) this.update(batch);
    } catch (error) {
      undo();
      throw error;
    }
  }

  /** What `look` finds after `finish`; the flow then goes on as if nobody had looked. */
  peek<T>(look: (flow: Flow) => T): T {
    const undo = this.mark(true);
    const { warnings } = this;
    try {
      this.finish();
      return look(this);
    } finally {
      undo();
      this.warnings = warnings;
    }
  }

  /** Tells the artefact that its memory holds all rows taken in, too; from there it counts for itself. */
  #weigh(): void {
    const { control } = this.program.artefact.step.layout;
    const steering = this.state("control");
    steering[control.seen] = (steering[control.seen] as number) + this.rows;
  }

  /** A batch whose plain steps did not do: bad rows are found, and the richer search is used. */
  #labour(batch: Batch): void {
    const centre = Float64Array.from(this.state("centre"));
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
      this.#witness?.take(this.program, this.phi, usable);
      this.rows += usable.rows;
      const { control } = this.program.artefact.step.layout;
      const steering = this.state("control");
      steering[control.seen] = (steering[control.seen] as number) + usable.rows;
      this.#after(usable, usable.rows, maximum.value);
    } catch (error) {
      this.phi.set(centre);
      throw error;
    }
  }

  /** Ends a stream: fits rows that are still held, and looks at what the information cannot tell. */
  finish(): void {
    if (this.warming && this.heldCount > 0) this.#warm();
    if (this.rows === 0) throw new NumericalError([diagnose("FF506", null, {})]);
    const anchored = this.weighAnchor();
    this.#settle();
    this.#examine();
    const plain = this.#plainly(anchored);
    if (plain !== null) this.warnings = [...this.warnings.filter(({ code }) => code !== "FF613"), ...plain];
    this.#repeat(this.warnings);
    for (const companion of this.companions) this.diagnostics.push(...(companion.conclude?.() ?? []));
    const errors = this.#witness?.conclude() ?? [];
    if (errors.length > 0) throw new NumericalError(errors);
    if (this.#escaped()) throw new NumericalError([noMaximum(this.program, (this.escape as Escape).direction)]);
    this.converged = this.unfinished === 0;
    if (!this.converged)
      this.diagnostics.push(diagnose("FF601", null, { what: "The fit of the first rows", passes: this.unfinished }));
  }

  /** What is to be said of errors that plain steps left; null where there were none, or it was said when rows were at hand. */
  #plainly(anchored: boolean): readonly Diagnostic[] | null {
    const { plain } = this.program.options;
    if (plain === null) return null;
    const usable = this.#usable;
    this.#usable = [];
    const unchecked = (reason: string): readonly Diagnostic[] => [diagnose("FF613", null, { reason })];
    if (plain.passes === 1)
      return unchecked("Plain steps went over the rows once: whether they reached a maximum was not looked at");
    if (usable.length === 0) return null;
    const program = anchored ? null : (this.#hooks.witness?.(this.program) ?? null);
    if (program !== null)
      return new Witness(program).look({ program: this.program, phi: this.phi, largest: this.largest }, usable);
    const why = anchored ? "that began with another flow" : `of ${this.phi.length} coordinates`;
    return unchecked(`Whether plain steps ${why} reached a maximum was not looked at`);
  }

  /** The last digits of φ, once; always the factor of the information there. */
  #settle(): void {
    const { artefact, options } = this.program;
    // what plain steps carry on lies where the last digits are computed
    const velocity = options.plain === null ? null : this.state("direction").slice();
    if (this.settled) factorWhole(artefact, true);
    else artefact.run("finish", 0);
    if (velocity !== null) this.state("direction").set(velocity);
    this.settled = true;
  }

  /** Keeps a batch for the first fit, and fits when there are enough; a batch with which that fails is not kept. */
  #hold(batch: Batch): void {
    const [usable] = this.#screen([batch]);
    if (usable === undefined || usable.rows === 0) return;
    const before = [...this.held];
    this.held.push(copied(usable));
    this.heldCount += usable.rows;
    if (this.heldCount < this.warmup) return;
    try {
      this.#warm();
    } catch (error) {
      this.held = before;
      this.heldCount -= usable.rows;
      throw error;
    }
  }

  /** Fits the held rows; where that fails they are held as before. */
  #warm(): void {
    const start = Float64Array.from(this.phi);
    // sums must not depend on the parts in which the rows came
    this.held = inParts(joined(this.held), this.program.plan.batchRows);
    const objective = new Objective(this.program.artefact, this.held, null);
    try {
      const maximum = this.#maximise(objective, { polish: true, tolerance: this.program.options.tolerance });
      if (this.#steadied(start, this.heldCount)) {
        this.#warm();
        return;
      }
      this.#refuse(maximum, objective);
      this.#absorb(maximum, objective, null);
      this.escape = maximum.escaping;
    } catch (error) {
      this.phi.set(start);
      throw error;
    }
    this.rows = this.heldCount;
    const held = this.held;
    this.held = [];
    this.heldCount = 0;
    this.passes = 1;
    this.#weigh();
    this.#ask(held);
    for (const companion of this.companions) companion.begun?.(this, held);
  }

  /** Throws where the search broke off at no maximum; a singular information may still be mended by later rows. */
  #refuse({ phi, value, decrement, converged, stuck, escaping }: Maximum, objective: Objective): void {
    if (value === Number.NEGATIVE_INFINITY || (stuck && !Number.isNaN(decrement) && !this.#collapsed(phi))) {
      this.program.artefact.run("diagonal", 0);
      const runaway = diagnoseBounds(this.program, this.state("diagonal"), phi);
      throw new NumericalError(runaway.length > 0 ? runaway : [diagnose("FF607", null, { pass: objective.passes })]);
    }
    const broken = objective.state("information").findIndex((x) => !Number.isFinite(x));
    if (broken >= 0) {
      this.program.artefact.run("diagonal", 0);
      const named = diagnoseOverflow(this.program, this.state("diagonal"));
      const whole = diagnose("FF603", null, { what: "The information of these rows" });
      throw new NumericalError(named.length > 0 ? named : [whole]);
    }
    if (!converged && !stuck && escaping === null) this.unfinished += objective.passes;
  }

  /** Whether a scale is at the rounding of the response. */
  #collapsed(phi: Float64Array): boolean {
    return collapsed(this.program, phi, this.largest).length > 0;
  }

  /** Whether the direction in which the first rows had no maximum has none still. */
  #escaped(): boolean {
    if (this.escape === null) return false;
    const { direction, information } = this.escape;
    this.state("direction").set(direction);
    this.program.artefact.run("multiply", 0);
    const [product, prior] = [this.state("product"), this.state("priorDiagonal")];
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
      damping: firstDamping(damping, 0),
      components,
      floor: floors(this.program, this.largest),
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
    this.state("information").fill(0);
    this.phi.set(maximum.phi);
    this.logLikelihood += objective.logLikelihood;
    this.converged = maximum.converged;
  }

  #conclude(maximum: Maximum, said: Testimony | null): void {
    const { passes } = this;
    if (maximum.escaping !== null) throw new NumericalError([noMaximum(this.program, maximum.escaping.direction)]);
    this.#examine();
    // with a scale at the rounding of the response the objective is noise: there is nothing left to gain
    const exact = this.diagnostics.some((d) => d.code === "FF605");
    this.#repeat(this.warnings);
    const noise = this.diagnostics.some((d) => d.code === "FF605");
    if (said?.far) this.converged = false;
    if (!noise && said !== null && said.errors.length > 0) throw new NumericalError(said.errors);
    if (exact && said?.far !== true) this.converged = true;
    else if (maximum.stuck && !noise) throw new NumericalError([diagnose("FF607", null, { pass: passes })]);
    if (!this.converged) this.diagnostics.push(diagnose("FF601", null, { what: "The fit", passes }));
  }

  /** Adds what a witness said, unless the flow says it of the same place itself. */
  #repeat(warnings: readonly Diagnostic[]): void {
    const own = [...this.diagnostics];
    const said = (d: Diagnostic): boolean => own.some((o) => o.code === d.code && o.span === d.span);
    this.diagnostics.push(...warnings.filter((d) => !said(d)));
  }

  /** Diagnoses the information at the estimate; errors stop the run, warnings are kept. */
  #examine(): void {
    this.diagnostics.length = 0;
    const found = examine(this.program, this.phi, this.largest);
    const errors = found.filter((d) => d.severity === "error");
    if (errors.length > 0) throw new NumericalError(errors);
    this.diagnostics.push(...found);
  }

  /** Asks the full information, where the plan's leaves something out, of rows that were fitted. */
  #ask(batches: readonly Batch[]): Testimony | null {
    const program = this.#hooks.witness?.(this.program) ?? null;
    if (program === null) return null;
    this.state("damping").fill(0);
    for (const procedure of ["prior", "factorize", "invert"] as const) this.program.artefact.run(procedure, 0);
    this.#witness = new Witness(program);
    const { phi, program: own } = this;
    const said = this.#witness.hear({ program: own, phi, largest: this.largest }, batches);
    if (said.errors.length === 0) this.#witness = null;
    this.warnings = said.warnings;
    return said;
  }

  /** Rows without a finite likelihood at the current estimate stop the run, or are left out and counted. */
  #screen(batches: readonly Batch[]): Batch[] {
    const { artefact, options } = this.program;
    return batches.flatMap((batch) => {
      this.#measure(batch);
      const objective = new Objective(artefact, [batch], null);
      if (objective.evaluate(this.phi) > Number.NEGATIVE_INFINITY && Number.isFinite(objective.logLikelihood))
        return [batch];
      const own = detached(batch, artefact);
      const bad = badRows(this.program, own, this.phi);
      if (bad.length === 0) return [own];
      if (options.onBadRow === "stop")
        throw new NumericalError(bad.slice(0, 5).map((row) => describeRow(this.program, own, row)));
      this.skipped += bad.length;
      const out = new Set(bad.map((b) => b.row));
      return [
        takeRows(
          own,
          Array.from({ length: own.rows }, (_, row) => row).filter((row) => !out.has(row)),
        ),
      ];
    });
  }

  /** Keeps the largest absolute value of the responses, by which a scale is known to have collapsed. */
  #measure(batch: Batch): void {
    for (const name of this.program.responses) {
      const values = batch.columns.get(name) ?? new Float64Array(0);
      let most = this.largest;
      for (let i = 0; i < values.length; i++) {
        const size = Math.abs(values[i] as number);
        if (size > most) most = size;
      }
      this.largest = most;
    }
  }

  #report(objective: Objective, total: number): void {
    const { passes, logLikelihood } = objective;
    this.#hooks.onProgress?.({ rows: total, total, pass: passes, logLikelihood, decrement: null });
  }
}
