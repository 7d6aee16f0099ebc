// The quick road to the maximum of many rows, where a pass with information costs several without. From the maximum of
// a sample it goes by passes for value and score alone, with the information of a sample, scaled to all rows, in the
// place of that of all. What such steps leave is mostly what the sample's information got wrong, and that is learnt on the
// way: two scores tell how the objective curves along the step between them. With steps A-conjugated to those before
// (conjugate gradients that forget no direction, preconditioned by the sample) a pass leaves a tenth of the distance or
// less. The information of all rows is summed at the end, where it no longer moves, and once before if that is quicker.
//
// Distances are in standard errors of all parameters together: the root of the Newton decrement rᵀI⁻¹r. Nothing here
// mends a step that does not help: then the search of maximise.ts takes over from the best point.

import type { Maximum } from "./maximise.ts";
import type { Objective } from "./objective.ts";

export interface ApproachOptions {
  readonly maxPasses: number;
  /** Least value of each coordinate. */
  readonly floor: Float64Array;
  readonly stopped?: () => boolean;
}

/** Where the quick road ended, with the step that is left by the quadratic model; null before a maximum. */
export interface Approached {
  readonly phi: Float64Array;
  readonly reached: (Maximum & { readonly rest: Float64Array }) | null;
}

/**
 * By how much rows' predictors may be expected to change, in their own terms, once information is summed for good; at a
 * distance of d it is d √(size / rows). Standard errors then hold to 1e-10 of themselves or so.
 */
const unmoved = 4e-9;
/** How many times that far the estimate may in fact be from the point of its information. */
const leeway = 5;
/** Distance that counts as none. */
const spent = 1e-11;
/** Distance below which rounding may stop the progress. */
const rounding = 1e-8;
/** Share of the distance that a pass may leave before the search takes over. */
const hopeless = 0.5;
/** Passes that information at hand saves: those it costs, by coordinates, and those to go once it is there. */
const saved = { each: 1 / 16, least: 5 } as const;
/** Relative differences of the objective that rounding may make. */
const noise = 64 * Number.EPSILON;
/** Share of a step's curvature that must be left when earlier directions are taken out of it. */
const independent = 0.05;
const mostPairs = 8;

/** A direction and what the score loses along it, with unit curvature. */
interface Pair {
  readonly direction: Float64Array;
  readonly loss: Float64Array;
}

interface Point {
  readonly phi: Float64Array;
  readonly value: number;
  readonly residual: Float64Array;
  readonly distance: number;
}

/**
 * Goes from the maximum of a sample whose information is in the artefact; `wider` is another, larger sample. Where a
 * maximum is reached the artefact holds the information there.
 */
export function approach(
  objective: Objective,
  start: Float64Array,
  sample: Objective,
  wider: Objective | null,
  options: ApproachOptions,
): Approached {
  return new Approach(objective, wider, options).run(start, sample);
}

class Approach {
  readonly #objective: Objective;
  readonly #wider: Objective | null;
  readonly #options: ApproachOptions;
  #pairs: Pair[] = [];
  /** The last step itself, of any curvature. */
  #latest: Pair | null = null;

  constructor(objective: Objective, wider: Objective | null, options: ApproachOptions) {
    this.#objective = objective;
    this.#wider = wider;
    this.#options = options;
  }

  run(start: Float64Array, sample: Objective): Approached {
    const objective = this.#objective;
    if (!this.#borrow(sample)) return { phi: start, reached: null };
    const near = unmoved * Math.sqrt(objective.rows / objective.size);
    const within = leeway * near;
    let [last, phi]: [Point | null, Float64Array] = [null, start];
    // of all rows: whether their information is in the artefact, and how far from its point we are
    let [own, moved, wanted] = [false, 0, false];
    while (objective.passes < this.#options.maxPasses && this.#options.stopped?.() !== true) {
      if (phi.some((x, i) => x < (this.#options.floor[i] as number))) break;
      const value = wanted ? objective.accumulate(phi) : objective.slope(phi);
      if (value === Number.NEGATIVE_INFINITY) break;
      const residual = Float64Array.from(objective.state("residual"));
      // the first step after all information was summed is as long as that may be wrong: it teaches nothing
      if (last !== null) this.#learn(last, phi, residual, moved <= 2 * last.distance && own);
      if (wanted) {
        if (!this.#factorize()) break;
        [own, moved] = [true, 0];
      }
      const error = wanted ? this.#mismatch() : 1;
      if (wanted) this.#pairs = [];
      const step = this.#step(residual);
      const distance = Math.sqrt(Math.max(0, dot(residual, step)));
      if (!Number.isFinite(distance) || !(distance > 0 || residual.every((x) => x === 0))) break;
      const left = last === null ? 1 : distance / last.distance;
      const point: Point = { phi, value, residual, distance };
      if (own && moved <= within && (distance <= spent || distance * error <= spent))
        return this.#reached(point, step, distance);
      if (last !== null && (left > hopeless || value < last.value - noise * (1 + Math.abs(last.value)))) {
        if (own && moved <= within && last.distance <= rounding) return this.#reached(point, step, distance);
        break;
      }
      phi = phi.map((x, i) => x + (step[i] as number));
      moved += distance;
      // at this pace, is it nearer by way of the information of all rows, now and once more at the end?
      const ahead = Math.log(distance / near) / Math.log(1 / left);
      const detour = !own && last !== null && ahead > saved.least + saved.each * objective.size;
      wanted = !(own && moved <= within) && (left * distance <= near || detour);
      last = point;
      if (this.#wider !== null && objective.passes === 1 && !this.#widen(phi, this.#wider)) break;
    }
    return { phi: last?.phi ?? start, reached: null };
  }

  /** The sample's information as that of all rows. */
  #borrow(sample: Objective): boolean {
    const information = this.#objective.state("information");
    const share = this.#objective.rows / sample.rows;
    for (let i = 0; i < information.length; i++) information[i] = (information[i] as number) * share;
    return this.#factorize();
  }

  #widen(phi: Float64Array, wider: Objective): boolean {
    return wider.accumulate(phi) > Number.NEGATIVE_INFINITY && this.#borrow(wider);
  }

  #factorize(): boolean {
    const objective = this.#objective;
    objective.zero("damping");
    objective.artefact.run("factorize", 0);
    const status = objective.state("status");
    return objective.artefact.step.blocks.every((_, k) => status[3 * k] === 0);
  }

  #solve(residual: Float64Array): Float64Array {
    const objective = this.#objective;
    objective.state("residual").set(residual);
    objective.artefact.run("solve", 0);
    return Float64Array.from(objective.state("step"));
  }

  /** Keeps what the last step taught, made A-conjugate to the directions before. */
  #learn(last: Point, phi: Float64Array, residual: Float64Array, coarse: boolean): void {
    const direction = phi.map((x, i) => x - (last.phi[i] as number));
    const loss = residual.map((x, i) => (last.residual[i] as number) - x);
    const whole = dot(direction, loss);
    this.#latest = { direction: Float64Array.from(direction), loss: Float64Array.from(loss) };
    if (coarse) return;
    for (const pair of this.#pairs) {
      const along = dot(pair.direction, loss);
      add(direction, -along, pair.direction);
      add(loss, -along, pair.loss);
    }
    const curvature = dot(direction, loss);
    if (!(whole > 0 && curvature > independent * whole)) return;
    const unit = 1 / Math.sqrt(curvature);
    this.#pairs.push({ direction: direction.map((x) => unit * x), loss: loss.map((x) => unit * x) });
    if (this.#pairs.length > mostPairs) this.#pairs.shift();
  }

  /** The maximum along the directions that are known, then the preconditioned step for the score that is left. */
  #step(residual: Float64Array): Float64Array {
    const left = Float64Array.from(residual);
    const step = new Float64Array(residual.length);
    for (const { direction, loss } of this.#pairs) {
      const along = dot(direction, residual);
      add(step, along, direction);
      add(left, -along, loss);
    }
    add(step, 1, this.#solve(left));
    return step;
  }

  /** How far the information in hand is from the curvature along the last direction, as a share of it. */
  #mismatch(): number {
    const pair = this.#latest;
    if (pair === null) return 1;
    const solved = this.#solve(pair.loss);
    const diagonal = this.#diagonal();
    let [wrong, all] = [0, 0];
    for (const [i, weight] of diagonal.entries()) {
      wrong += weight * ((solved[i] as number) - (pair.direction[i] as number)) ** 2;
      all += weight * (pair.direction[i] as number) ** 2;
    }
    return Math.sqrt(wrong / all);
  }

  #diagonal(): Float64Array {
    this.#objective.artefact.run("diagonal", 0);
    return this.#objective.state("diagonal");
  }

  #reached(point: Point, rest: Float64Array, distance: number): Approached {
    const { phi, value } = point;
    const decrement = distance ** 2;
    return { phi, reached: { phi, value, decrement, converged: true, stuck: false, escaping: null, rest } };
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** a ← a + factor · b */
function add(a: Float64Array, factor: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + factor * (b[i] as number);
}
