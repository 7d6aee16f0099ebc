// A witness beside a flow whose structure leaves correlations out: the same model with its full information, asked at the
// end of a fit, or of a stream's first rows, whether there is a maximum at all, whether the data determine it, and what
// the standard errors would have been. A stream in which the first rows leave that in doubt takes its witness along.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Batch, StateName } from "../ir/index.ts";
import { collapsed, diagnoseInformation, floors, noMaximum } from "./diagnose.ts";
import { keptAs } from "./kept.ts";
import { type Escape, maximise, vanished } from "./maximise.ts";
import { loadBatch, Objective } from "./objective.ts";
import type { Program } from "./program.ts";
import { stateOf } from "./regions.ts";
import { spread } from "./spread.ts";

/** Rows that a witness looks at first; all, where these leave a doubt. */
const sampleRows = 4096;
/** Passes in which it goes to the maximum from where the flow is. */
const passes = 60;
/** Standard errors between these shares of the full ones pass without a word. */
const [less, more] = [0.8, 1.25];
/** Squared distance in standard errors from the maximum, above which a flow has not converged. */
const far = 1e-2;

/** Standard errors that a Newton step from the end of plain steps may take. */
const near = 0.5;

/** What a witness says. */
export interface Testimony {
  /** Errors where there is no maximum, or none that the data determine. */
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  /** Whether the maximum is farther away than what counts. */
  readonly far: boolean;
}

/** Where a flow stands: its program, with its factor made, φ, and the largest response so far. */
export interface Stand {
  readonly program: Program;
  readonly phi: Float64Array;
  readonly largest: number;
}

export class Witness {
  readonly #program: Program;
  #escape: Escape | null = null;

  constructor(program: Program) {
    this.#program = program;
  }

  /** Looks at rows from where the flow stands with them; keeps their information. */
  hear(stand: Stand, batches: readonly Batch[]): Testimony {
    const total = batches.reduce((sum, batch) => sum + batch.rows, 0);
    const some = total > 2 * sampleRows ? spread(batches, total / sampleRows) : batches;
    const first = this.#hear(stand, some, total);
    return first.errors.length > 0 && some !== batches ? this.#hear(stand, batches, total) : first;
  }

  /** Where plain steps ended: warnings where a Newton step on the rows leads elsewhere, or other errors are the rows' own. */
  look({ program, phi }: Stand, batches: readonly Batch[]): readonly Diagnostic[] {
    const { artefact, options } = this.#program;
    for (const name of ["memory", "damping"] as const) this.#state(name).fill(0);
    const objective = new Objective(artefact, batches, null);
    objective.accumulate(this.#from(program, phi));
    for (const procedure of ["factorize", "solve", "invert"] as const) artefact.run(procedure, 0);
    const [step, variance] = [this.#state("step"), this.#state("variance")];
    const said = (reason: string): readonly Diagnostic[] => [diagnose("FF613", null, { reason })];
    if (step.some((x) => !Number.isFinite(x)) || variance.some((x) => !(x > 0 && x < Number.POSITIVE_INFINITY)))
      return said("At the end of the plain steps the rows leave directions that they do not determine");
    const away = step.map((x, i) => Math.abs(x) / Math.sqrt(variance[i] as number));
    const worst = away.reduce((most, x, i) => (x > (away[most] as number) ? i : most), 0);
    const name = this.#program.parameters.find((p) => worst >= p.first && worst < p.first + p.size)?.name ?? "";
    if ((away[worst] ?? 0) > near)
      return said(
        `Plain steps ended where no maximum is: a Newton step on all rows moves \`${name}\` by ${(away[worst] as number).toPrecision(2)} standard errors`,
      );
    // what fades counts fewer rows than there are
    return options.keep === 1 && program.options.keep === 1 ? this.#compared({ program, phi, largest: 0 }) : [];
  }

  #hear(stand: Stand, batches: readonly Batch[], total: number): Testimony {
    const { artefact } = this.#program;
    const start = this.#from(stand.program, stand.phi);
    for (const name of ["memory", "information"] as const) this.#state(name).fill(0);
    const objective = new Objective(artefact, batches, null);
    objective.accumulate(start);
    this.#absorb();
    const before = this.#state("memory").slice();
    this.#state("memory").fill(0);
    const maximum = maximise(objective, start, {
      tolerance: this.#program.options.tolerance,
      maxPasses: passes,
      damping: 0,
      polish: true,
      components: [],
      floor: floors(this.#program, stand.largest),
    });
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
    const information = this.#state("information");
    for (const [i, x] of information.entries()) information[i] = (x * total) / rows;
    this.#absorb();
    this.#state("phi").set(maximum.phi);
    this.#escape = maximum.escaping ?? this.#vanishing(start, maximum.phi, before, total / rows);
    const unclear = maximum.value === Number.NEGATIVE_INFINITY;
    const errors = unclear ? [] : this.conclude(maximum.phi);
    const scales = unclear ? [] : collapsed(this.#program, maximum.phi, stand.largest, " with the full information");
    if (scales.length > 0) return { errors: [], warnings: scales, far: false };
    if (errors.length > 0 || unclear || !maximum.converged) return { errors, warnings: [], far: false };
    return { errors, warnings: this.#compared(stand), far: this.#distance(start, maximum.phi) > far };
  }

  /**
   * The way from a start to where steps ended, if the information along it, `before` at the start, went on that way: the
   * flow had come so far out that its steps no longer told.
   */
  #vanishing(start: Float64Array, end: Float64Array, before: Float64Array, share: number): Escape | null {
    const direction = end.map((x, i) => x - (start[i] as number));
    if (direction.every((x) => x === 0)) return null;
    const left = this.#along(direction);
    const memory = this.#state("memory");
    const now = memory.slice();
    memory.set(before.map((x) => x * share));
    const information = this.#along(direction);
    memory.set(now);
    return left < vanished * information ? { direction, information } : null;
  }

  /** Takes further rows, at φ of the flow. */
  take(program: Program, phi: Float64Array, batch: Batch): void {
    const { artefact } = this.#program;
    this.#state("phi").set(this.#from(program, phi));
    const { capacity } = artefact.step.layout;
    for (let from = 0; from < batch.rows; from += capacity) {
      const count = Math.min(capacity, batch.rows - from);
      loadBatch(artefact, batch, from, count);
      artefact.run("inform", count);
    }
    this.#absorb();
  }

  /** Errors that all rows so far leave, at the point in hand. */
  conclude(phi: Float64Array = this.#state("phi").slice()): readonly Diagnostic[] {
    const { direction, information } = this.#escape ?? { direction: null, information: 0 };
    if (direction !== null && this.#along(direction) < vanished * information)
      return [noMaximum(this.#program, direction)];
    return diagnoseInformation(this.#program, phi).filter((d) => d.severity === "error");
  }

  /** Information along a direction, for a unit of length, the prior's included. */
  #along(direction: Float64Array): number {
    this.#state("direction").set(direction);
    for (const procedure of ["prior", "multiply"] as const) this.#program.artefact.run(procedure, 0);
    const [product, prior] = [this.#state("product"), this.#state("priorDiagonal")];
    let [left, length] = [0, 0];
    for (const [i, x] of direction.entries()) {
      left += x * ((product[i] as number) + x * (prior[i] as number));
      length += x * x;
    }
    return left / length;
  }

  #distance(from: Float64Array, to: Float64Array): number {
    const direction = to.map((x, i) => x - (from[i] as number));
    const length = direction.reduce((sum, x) => sum + x * x, 0);
    return length === 0 ? 0 : length * this.#along(direction);
  }

  /** A warning where the flow's standard errors are not what the full information gives. */
  #compared({ program }: Stand): readonly Diagnostic[] {
    this.#program.artefact.run("invert", 0);
    const full = this.#state("variance");
    const { offset } = program.artefact.step.layout.state.variance;
    const ratios = this.#program.parameters.flatMap((p) => {
      const own = program.parameters.find((q) => q.name === p.name);
      if (own === undefined) return [];
      return Array.from({ length: p.size }, (_, i) => {
        const variance = program.artefact.memory[offset + own.first + i] as number;
        return { name: p.name, span: p.span, ratio: Math.sqrt(variance / (full[p.first + i] as number)) };
      });
    });
    const distance = ({ ratio }: (typeof ratios)[number]): number => Math.abs(Math.log(ratio));
    const worst = ratios.reduce((a, b) => (distance(b) > distance(a) ? b : a));
    if (worst.ratio >= less && worst.ratio <= more) return [];
    const args = { structure: keptAs(program.plan), name: worst.name, ratio: worst.ratio.toPrecision(2) };
    return [diagnose("FF609", worst.span, args)];
  }

  /** φ of another program of the model, in this one's order. */
  #from(program: Program, phi: Float64Array): Float64Array {
    const own = new Float64Array(this.#program.artefact.step.size);
    for (const p of this.#program.parameters) {
      const first = program.parameters.find((q) => q.name === p.name)?.first ?? 0;
      own.set(phi.subarray(first, first + p.size), p.first);
    }
    return own;
  }

  #absorb(): void {
    this.#program.artefact.run("absorb", 0);
    this.#state("information").fill(0);
  }

  #state(name: StateName): Float64Array {
    return stateOf(this.#program.artefact, name);
  }
}
