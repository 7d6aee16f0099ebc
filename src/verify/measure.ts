// A distribution as weighted points, from quadrature or summation: expectations are sums over them, each with an estimate
// of its own error, so that a check knows how far it may be trusted.

/** What is known of a density at one response. */
export interface DensityAt {
  readonly logDensity: number;
  /** Derivatives of the log density in the arguments' coordinates. */
  readonly score: readonly number[];
}

/** One weighted point. `coarse` is its mass in the rule with every second point, which tells the error. */
export interface Atom extends DensityAt {
  readonly y: number;
  readonly mass: number;
  readonly coarse: number;
  /** Relative error of the mass where the response is so near to an end of the support that doubles blur the distance. */
  readonly blur: number;
}

/** The atoms between two places. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly atoms: readonly Atom[];
  /** Last and last but one atom of each side that was cut off before the support ends. */
  readonly tails: readonly (readonly [Atom, Atom])[];
}

export interface Measure {
  /** In ascending order; masses are divided by exp(offset). */
  readonly pieces: readonly Piece[];
  readonly offset: number;
  /** The density ends inside its support, so that where it ends depends on the arguments. */
  readonly edged: boolean;
}

/** The density of a family at given arguments, as quadrature and summation ask for it. */
export interface PointDensity {
  readonly lower: number;
  readonly upper: number;
  /** Places where the density may have a peak, a kink or a jump. */
  readonly places: readonly number[];
  readonly logDensity: (y: number) => number;
  readonly at: (y: number) => DensityAt;
  /** The highest moment that must be summed out: 0, 1 or 2. */
  readonly moments: number;
}

export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** A sum and the parts of its error: the step of the rule, doubles near an end, and what was cut off. */
export interface Total extends Estimate {
  readonly step: number;
  readonly blur: number;
  readonly cut: number;
}

/** Mass below this share of the largest counts as nothing. */
const negligible = 1e-14;

/** More terms than this of the last one's size are not counted on. */
const slowest = 1e6;

/** A result is worth nothing where its own relative error is larger than this. */
export const resolved = 1e-3;

/** Σ mass · g(atom) over pieces, unnormalised. */
export function total(pieces: readonly Piece[], g: (atom: Atom) => number): Total {
  let [value, coarse, blur, cut] = [0, 0, 0, 0];
  for (const { atoms, tails } of pieces) {
    for (const atom of atoms) {
      // no mass is no contribution, whatever the value there
      if (atom.mass === 0) continue;
      const at = g(atom);
      value += atom.mass * at;
      coarse += atom.coarse * at;
      if (atom.blur > 0) blur += Math.abs(atom.mass * at) * atom.blur;
    }
    for (const [last, before] of tails) cut += tail(last.mass * g(last), before.mass * g(before));
  }
  const step = Math.abs(value - coarse);
  return { value, error: step + blur + cut, step, blur, cut };
}

/** E g under the normalised measure. */
export function expectation(measure: Measure, g: (atom: Atom) => number): Estimate {
  const mass = total(measure.pieces, () => 1);
  const sum = total(measure.pieces, g);
  return {
    value: sum.value / mass.value,
    error: (sum.error + Math.abs(sum.value / mass.value) * mass.error) / mass.value,
  };
}

/** The rest of a sequence that goes on as a geometric series; one that does not fall is resolved only if it has nothing to add. */
function tail(last: number, before: number): number {
  const [a, b] = [Math.abs(last), Math.abs(before)];
  return a < b ? Math.min((a * a) / (b - a), slowest * a) : slowest * a;
}

/** Follows the largest share that each expectation gets from an atom, to know when the rest is negligible. */
export class Decay {
  readonly #top: number[] = [];
  readonly #centre: number;
  readonly #moments: number;
  constructor(density: PointDensity, centre: number) {
    this.#moments = density.moments;
    this.#centre = centre;
  }

  /** Takes an atom in; true where it adds nothing to any expectation. */
  add({ y, mass, score }: Pick<Atom, "y" | "mass" | "score">): boolean {
    const shares = [1, ...score.map((s) => s * s)];
    if (this.#moments > 0) shares.push(Math.abs(y - this.#centre) ** this.#moments);
    let quiet = true;
    for (const [k, share] of shares.entries()) {
      const value = mass === 0 ? 0 : mass * share;
      const top = Math.max(this.#top[k] ?? 0, value);
      this.#top[k] = top;
      if (value > negligible * top) quiet = false;
    }
    return quiet;
  }
}
