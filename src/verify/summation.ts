// Expectations under a density on whole numbers: its terms, from the largest outwards until they add nothing.

import { type Atom, Decay, type Measure, type Piece, type PointDensity } from "./measure.ts";

const mostTerms = 200_000;
/** A lower end no farther than this is always reached, for a second peak there (zero inflation). */
const alwaysReached = 20_000;
const quietRun = 12;

/** A measure of the density; null where no mass was found. */
export function summation(density: PointDensity): Measure | null {
  const mode = largest(density);
  if (mode === null) return null;
  const offset = density.logDensity(mode);
  const atomAt = (y: number): Atom => {
    const { logDensity, score } = density.at(y);
    const mass = Math.exp(logDensity - offset);
    return { y, mass, coarse: mass, blur: 0, logDensity, score };
  };
  const decay = new Decay(density, mode);
  const first = atomAt(mode);
  decay.add(first);
  const walk = (by: number): { atoms: Atom[]; ended: boolean } => {
    const atoms: Atom[] = [];
    const end = by < 0 ? density.lower : density.upper;
    const must = by < 0 && mode - end <= alwaysReached;
    for (let [y, quiet] = [mode + by, 0]; quiet < quietRun || must; y += by) {
      if (by < 0 ? y < end : y > end) return { atoms, ended: true };
      if (atoms.length >= mostTerms) break;
      const atom = atomAt(y);
      atoms.push(atom);
      quiet = decay.add(atom) ? quiet + 1 : 0;
    }
    return { atoms, ended: false };
  };
  const [down, up] = [walk(-1), walk(1)];
  const tails: Piece["tails"][number][] = [];
  for (const { atoms, ended } of [down, up])
    if (!ended && atoms.length > 1) tails.push([atoms.at(-1) as Atom, atoms.at(-2) as Atom]);
  const atoms = [...down.atoms.reverse(), first, ...up.atoms];
  return { pieces: [{ from: density.lower, to: density.upper, atoms, tails }], offset, edged: false };
}

/** The whole number of the largest density, climbed from the places and from powers of two away from an end. */
function largest({ lower, upper, places, logDensity }: PointDensity): number | null {
  const held = (y: number): number => Math.min(Math.max(Math.round(y), lower), upper);
  const origin = Number.isFinite(lower) ? lower : Number.isFinite(upper) ? upper : 0;
  const starts = new Set([origin, ...places].map(held));
  for (let distance = 1; distance < 2 ** 40; distance *= 2)
    for (const y of [origin + distance, origin - distance]) if (y >= lower && y <= upper) starts.add(y);
  let [best, value] = [origin, Number.NEGATIVE_INFINITY];
  for (const y of starts) {
    const there = logDensity(y);
    if (Number.isNaN(there)) return y;
    if (there > value) [best, value] = [y, there];
  }
  if (value === Number.NEGATIVE_INFINITY) return null;
  for (let step = Math.max(1, Math.abs(best - origin)); step >= 1; step = Math.floor(step / 2))
    for (const y of [best - step, best + step].map(held)) {
      const there = logDensity(y);
      if (there > value) [best, value] = [y, there];
    }
  return best;
}
