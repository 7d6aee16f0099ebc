// The inner problem of every update (mathematics.md §1): Fisher-scoring steps, accepted on the true objective only.
//
// Far from the maximum, parameters that the information never couples are moved one group after the other: lone
// scales first, by one-dimensional searches, so that the others see the right size of the residuals; the others by
// Levenberg–Marquardt steps, damped by the information's diagonal (Moré 1978) with the gain-ratio rule of Nielsen (1999).
// Wherever the plain joint step does what its quadratic model promises, it is taken instead.
//
// Near the maximum the objective is flat to rounding; there steps are judged by their Newton decrement rᵀδ, and where
// scoring converges only linearly (large residuals of a nonlinear mean) the observed information takes over.

import type { Objective } from "./objective.ts";

export interface MaximiseOptions {
  /** Converged when rᵀδ < tolerance · (1 + |value|). */
  readonly tolerance: number;
  readonly maxPasses: number;
  /** Damping to start from. */
  readonly damping: number;
  /** Go on past `tolerance` to the last digits that rounding leaves. */
  readonly polish: boolean;
  /** Groups of coordinates that may be moved on their own. */
  readonly components: readonly (readonly number[])[];
  /** Least value of each coordinate: where a scale is at the rounding of the response, and what lies below is noise. */
  readonly floor?: Float64Array;
  readonly stopped?: () => boolean;
}

export interface Maximum {
  readonly phi: Float64Array;
  readonly value: number;
  readonly decrement: number;
  readonly converged: boolean;
  /** No step improved the objective. */
  readonly stuck: boolean;
  /** A direction along which steps keep their length while their decrement vanishes: the maximum is at infinity. */
  readonly escaping: Escape | null;
}

/** The direction of an escape, and the information along it, for a unit of length, when it began. */
export interface Escape {
  readonly direction: Float64Array;
  readonly information: number;
}

/** Smallest gain, as a share of the decrement, that accepts a step (Armijo). */
const sufficient = 1e-4;
const firstDamping = 1e-3;
const largestDamping = 1e30;
const fastestGrowth = 64;
/** Relative size of differences of the objective that rounding may make. */
const noise = 64 * Number.EPSILON;
/** A decrement at which an estimate is within 1e-11 of its standard error of the maximum. */
const spent = 1e-22;
/** Longest step of a one-dimensional search, in φ: a factor of e⁸ for a scale. */
const longest = 8;
/** Share of the information along a direction that is left when the maximum is taken to be at infinity. */
export const vanished = 1e-3;

/** Maximises from a start; leaves the artefact with the planned information at the maximum. */
export function maximise(objective: Objective, start: Float64Array, options: MaximiseOptions): Maximum {
  const search = new Search(objective, start, options);
  return search.run();
}

interface Component {
  readonly coordinates: readonly number[];
  damping: number;
  growth: number;
}

class Search {
  readonly #objective: Objective;
  readonly #options: MaximiseOptions;
  readonly #size: number;
  readonly #all: readonly number[];
  readonly #scales: readonly Component[];
  readonly #others: readonly Component[];
  readonly #phi: Float64Array;
  readonly #trial: Float64Array;
  #value: number;
  /** Whether every block holds all that its coordinates tell of each other: else steps are short for what it leaves out. */
  readonly #whole: boolean;
  /** Which information the artefact holds at φ. */
  #use: "planned" | "observed" = "planned";
  /** The step before, and the information along the first of the streak it belongs to. */
  #last: {
    readonly step: Float64Array;
    readonly length: number;
    readonly decrement: number;
    readonly information: number;
    /** The objective where it was taken. */
    readonly value: number;
    /** Whether it promised as much as the step before, which did not keep it. */
    readonly running: boolean;
    readonly streak: number;
  } | null = null;

  constructor(objective: Objective, start: Float64Array, options: MaximiseOptions) {
    this.#objective = objective;
    this.#options = options;
    this.#size = objective.size;
    this.#all = Array.from({ length: this.#size }, (_, i) => i);
    const { blocks } = objective.artefact.step;
    this.#whole = blocks.every(({ form, size }) => size === 1 || form.kind === "full" || form.kind === "arrow");
    const several = options.components.length > 1;
    const component = (coordinates: readonly number[]): Component => ({
      coordinates,
      damping: options.damping,
      growth: 2,
    });
    this.#scales = several ? options.components.filter((c) => c.length === 1).map(component) : [];
    this.#others = several ? options.components.filter((c) => c.length !== 1).map(component) : [component(this.#all)];
    this.#phi = Float64Array.from(start);
    this.#trial = new Float64Array(this.#size);
    this.#value = objective.accumulate(this.#phi);
  }

  run(): Maximum {
    const { maxPasses, tolerance, polish, stopped } = this.#options;
    if (this.#size === 0) return this.#result(0, true, false);
    if (this.#value === Number.NEGATIVE_INFINITY) return this.#result(Number.NaN, false, true);
    for (const scale of this.#scales) this.#settle(scale);
    let [previous, slow] = [Number.POSITIVE_INFINITY, 0];
    while (this.#objective.passes < maxPasses && stopped?.() !== true) {
      const decrement = this.#step(this.#all, 0);
      const size = 1 + Math.abs(this.#value);
      if (decrement < tolerance * size) return polish ? this.#polish(decrement) : this.#finish(decrement, true, false);
      if (this.#escaping(decrement)) return this.#escaped(decrement);
      slow = decrement > 0.05 * previous && decrement < 1e-2 * size ? slow + 1 : 0;
      if (slow === 2 && this.#use === "planned" && this.#whole) {
        this.#observe();
        previous = Number.POSITIVE_INFINITY;
        continue;
      }
      previous = decrement;
      const damped = this.#use === "planned" && this.#others.some((c) => c.damping > 0);
      if ((!damped || decrement < 0.1) && this.#jump(decrement)) continue;
      if (this.#use === "observed") {
        this.#planned();
        slow = -20; // scoring was better here
        continue;
      }
      if (!this.#wander() && !(damped && this.#jump(this.#step(this.#all, 0)))) {
        if (Math.abs(decrement) <= 1e-7 * size)
          return polish ? this.#polish(decrement) : this.#finish(decrement, true, false);
        return this.#finish(decrement, false, this.#objective.passes < maxPasses);
      }
    }
    return this.#finish(this.#step(this.#all, 0), false, false);
  }

  // ------------------------------------------------------------ steps

  /** The damped step for the gradient and information in hand into `step`; its decrement rᵀδ, NaN where there is none. */
  #step(coordinates: readonly number[], damping: number): number {
    const objective = this.#objective;
    const diagonal = objective.state("damping");
    diagonal.fill(0);
    if (damping > 0) {
      objective.artefact.run("diagonal", 0);
      const own = objective.state("diagonal");
      for (const i of coordinates) diagonal[i] = damping * ((own[i] as number) > 0 ? (own[i] as number) : 1);
    }
    objective.artefact.run("factorize", 0);
    if (damping === 0 && this.#singular(coordinates)) return Number.NaN;
    objective.artefact.run("solve", 0);
    const [residual, step] = [objective.state("residual"), objective.state("step")];
    let decrement = 0;
    for (const i of coordinates) decrement += (residual[i] as number) * (step[i] as number);
    return decrement;
  }

  /** Whether a pivot of the factorisation vanished in a block that has any of these coordinates. */
  #singular(coordinates: readonly number[]): boolean {
    const status = this.#objective.state("status");
    return this.#objective.artefact.step.blocks.some(
      ({ first, size }, k) => (status[3 * k] as number) > 0 && coordinates.some((i) => i >= first && i < first + size),
    );
  }

  /** φ + factor · step on some coordinates, φ elsewhere, as the trial point. */
  #aim(coordinates: readonly number[], step: Float64Array, factor: number): void {
    this.#trial.set(this.#phi);
    const { floor } = this.#options;
    for (const i of coordinates) {
      const aimed = (this.#phi[i] as number) + factor * (step[i] as number);
      this.#trial[i] = floor === undefined ? aimed : Math.max(aimed, floor[i] as number);
    }
  }

  #accept(value: number): void {
    this.#phi.set(this.#trial);
    this.#value = value;
  }

  /** The whole plain step, if it does about what it promises; without lone scales, a shortened one also does. */
  #jump(decrement: number): boolean {
    if (!(decrement > 0) || !Number.isFinite(decrement)) return false;
    const step = Float64Array.from(this.#objective.state("step"));
    this.#aim(this.#all, step, 1);
    const value = this.#objective.accumulate(this.#trial, this.#use);
    const gain = (value - this.#value) / decrement;
    const flat = decrement < noise * (1 + Math.abs(this.#value));
    if (gain >= 0.2 || (flat && value >= this.#value - noise * (1 + Math.abs(this.#value)))) {
      this.#accept(value);
      if (gain > 0.8) for (const scale of this.#scales) this.#settle(scale);
      return true;
    }
    if (this.#scales.length === 0 && decrement > 1 && this.#shortened(step, decrement)) return true;
    this.#value = this.#objective.accumulate(this.#phi, this.#use);
    return false;
  }

  /** A quarter of the step, a sixteenth, … : what a link far from its data asks for. */
  #shortened(step: Float64Array, decrement: number): boolean {
    for (let factor = 1 / 4; factor >= 1 / 1024; factor /= 4) {
      this.#aim(this.#all, step, factor);
      if (this.#objective.evaluate(this.#trial) < this.#value + 0.2 * factor * decrement) continue;
      this.#accept(this.#objective.accumulate(this.#trial, this.#use));
      return true;
    }
    return false;
  }

  /** One round over the components. */
  #wander(): boolean {
    let moved = false;
    for (const component of this.#others) if (this.#damped(component)) moved = true;
    for (const scale of this.#scales) if (this.#settle(scale)) moved = true;
    return moved;
  }

  /** A Levenberg–Marquardt step of a component: damping grows until the objective does. */
  #damped(component: Component): boolean {
    const objective = this.#objective;
    while (component.damping < largestDamping && objective.passes < this.#options.maxPasses) {
      const { coordinates, damping } = component;
      const decrement = this.#step(coordinates, damping);
      if (decrement <= noise * (1 + Math.abs(this.#value))) return false;
      if (decrement > 0) {
        const step = Float64Array.from(objective.state("step"));
        // gain of the quadratic model: ½ (rᵀδ + λ δᵀ diag δ)
        const added = objective.state("damping");
        let promised = decrement;
        for (const i of coordinates) promised += (added[i] as number) * (step[i] as number) ** 2;
        this.#aim(coordinates, step, 1);
        const value = objective.evaluate(this.#trial);
        const ratio = (2 * (value - this.#value)) / promised;
        if (value >= this.#value + sufficient * decrement) {
          component.damping *= Math.max(1 / 3, 1 - (2 * ratio - 1) ** 3);
          if (damping === 0 && ratio < 0.25) component.damping = firstDamping;
          if (component.damping < 1e-9) component.damping = 0;
          component.growth = 2;
          this.#accept(objective.accumulate(this.#trial));
          return true;
        }
      }
      component.damping = damping === 0 ? firstDamping : damping * component.growth;
      component.growth = damping === 0 ? 2 : Math.min(component.growth * 2, fastestGrowth);
    }
    component.damping = this.#options.damping;
    return false;
  }

  /** A lone coordinate brought near its maximum, the others held; steps double while the gain is nearly linear. */
  #settle({ coordinates }: Component): boolean {
    const objective = this.#objective;
    let moved = false;
    for (let round = 0; round < 40 && objective.passes < this.#options.maxPasses; round++) {
      let decrement = this.#step(coordinates, 0);
      if (!(decrement > 0.5)) return moved;
      const step = Float64Array.from(objective.state("step"));
      const length = Math.max(...coordinates.map((i) => Math.abs(step[i] as number)));
      let factor = Math.min(1, longest / length);
      decrement *= factor;
      let best = this.#value;
      for (; factor * length > 1e-8; factor /= 4, decrement /= 4) {
        this.#aim(coordinates, step, factor);
        const value = objective.evaluate(this.#trial);
        if (value < this.#value + sufficient * decrement) continue;
        best = value;
        if ((value - this.#value) / decrement < 0.9) break;
        for (let longer = 2 * factor; longer <= 64 * factor; longer *= 2) {
          this.#aim(coordinates, step, longer);
          const further = objective.evaluate(this.#trial);
          if (!(further > best)) {
            this.#aim(coordinates, step, longer / 2);
            break;
          }
          best = further;
        }
        break;
      }
      if (!(best > this.#value)) return moved;
      this.#accept(objective.accumulate(this.#trial, this.#use));
      moved = true;
    }
    return moved;
  }

  // ------------------------------------------------------------ the end

  /** Full steps while they shrink the decrement: the last digits. */
  #polish(reached: number): Maximum {
    const best = Float64Array.from(this.#phi);
    let [decrement, atBest] = [reached, true];
    for (let k = 0; k < 30 && decrement > spent; k++) {
      this.#aim(this.#all, this.#objective.state("step"), 1);
      this.#accept(this.#objective.accumulate(this.#trial, this.#use));
      let next = this.#step(this.#all, 0);
      atBest = Math.abs(next) <= Math.abs(decrement);
      if (atBest) best.set(this.#phi);
      if (!(Math.abs(next) < 0.5 * Math.abs(decrement))) break;
      if (next > 0.01 * decrement && this.#use === "planned" && this.#observe()) next = this.#step(this.#all, 0);
      decrement = next;
    }
    if (!atBest || this.#use === "observed") {
      this.#phi.set(best);
      this.#planned();
    }
    this.#sharpen();
    return this.#result(Math.abs(decrement), true, false);
  }

  /** Lone scales at their maximum given the others: rounding in the residuals must not leave them behind. */
  #sharpen(): void {
    if (!this.#options.polish) return;
    for (const { coordinates } of this.#scales) {
      let decrement = this.#step(coordinates, 0);
      for (let k = 0; k < 20 && decrement > 1e-12; k++) {
        const before = Float64Array.from(this.#phi);
        this.#aim(coordinates, this.#objective.state("step"), 1);
        this.#accept(this.#objective.accumulate(this.#trial));
        const next = this.#step(coordinates, 0);
        if (next < 0.5 * decrement) {
          decrement = next;
          continue;
        }
        this.#phi.set(before);
        this.#value = this.#objective.accumulate(this.#phi);
        break;
      }
    }
  }

  /** Takes the observed information, where it is positive definite. */
  #observe(): boolean {
    this.#use = "observed";
    this.#value = this.#objective.accumulate(this.#phi, this.#use);
    const decrement = this.#step(this.#all, 0);
    if (decrement >= 0) return true;
    this.#planned();
    this.#step(this.#all, 0);
    return false;
  }

  #planned(): void {
    this.#use = "planned";
    this.#value = this.#objective.accumulate(this.#phi);
  }

  /**
   * Notes the step in hand; true once several in a row had the same direction and length while the information along
   * them all but vanished, as it does where no finite maximum exists.
   */
  #escaping(decrement: number): boolean {
    const last = this.#last;
    // what overflowed on the way out says nothing more of its own
    if (Number.isNaN(decrement)) return last?.running === true && last.information < vanished * last.streak;
    const step = Float64Array.from(this.#objective.state("step"));
    const length = norm(step);
    const information = decrement / length ** 2;
    const along = last !== null && decrement > 0 && dot(step, last.step) > 0.9 * length * last.length;
    const fading = along && decrement < 0.8 * last.decrement && length > 0.7 * last.length;
    // information made of the scores themselves goes as the square of the slope: steps promise the same, and get longer
    const steady = along && Math.abs(decrement / last.decrement - 1) < 0.1 && length > 1.2 * last.length;
    const running = steady && this.#value - last.value < 0.1 * decrement;
    const streak = fading || running ? (last?.streak ?? information) : information;
    const gain = last === null ? Number.POSITIVE_INFINITY : this.#value - last.value;
    this.#last = { step, length, decrement, information, value: this.#value, running, streak };
    if (!(information < vanished * streak)) return false;
    return (fading && decrement < 0.1) || (running && gain < vanished * decrement);
  }

  #escaped(decrement: number): Maximum {
    const last = this.#last;
    const escaping = last === null ? null : { direction: last.step, information: last.streak };
    return { ...this.#finish(decrement, false, false), escaping };
  }

  #finish(decrement: number, converged: boolean, stuck: boolean): Maximum {
    if (this.#use === "observed") this.#planned();
    this.#sharpen();
    return this.#result(decrement, converged, stuck);
  }

  #result(decrement: number, converged: boolean, stuck: boolean): Maximum {
    return { phi: this.#phi, value: this.#value, decrement, converged, stuck, escaping: null };
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
