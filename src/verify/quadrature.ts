// Expectations under a density on an interval: the trapezium rule after a change of variable that sends both ends of
// every piece to infinity exponentially (Trefethen and Weideman 2014, SIAM Review 56, 385–458). Pieces meet at peaks,
// kinks and jumps, where the points gather; steps are halved until the rule with every second point agrees.

import {
  type Atom,
  Decay,
  type Measure,
  type Piece,
  type PointDensity,
  resolved,
  type Total,
  total,
} from "./measure.ts";

const firstStep = 0.5;
const finestStep = 1 / 64;
/** Doubles end at e^±709. */
const farthest = 700;
/** Whole steps of t looked at before anything is known, to either side. */
const scanned = 40;
/** Log densities this far below the largest are out of sight. */
const depth = 40;
/** How well sums with every point and with every second one must agree, relative to their size. */
const agreed = 1e-7;
const quietRun = 6;
const none = Number.NEGATIVE_INFINITY;

/** A measure of the density with pieces between its places; null where no mass was found, which NaN is not. */
export function quadrature(density: PointDensity): Measure | null {
  const places = density.places.filter((y) => within(density, y));
  let scans = scansOf(density, places.length > 0 ? places : [inside(density)]);
  const unmarked = [...peak(density, scans), ...edges(density, scans)];
  if (unmarked.length > 0) scans = scansOf(density, [...scans.slice(1).map((s) => s.from), ...unmarked]);
  const offset = Math.max(...scans.flatMap((s) => s.values));
  if (!Number.isFinite(offset)) return null;
  const edged = scans.slice(1).some((s) => jumpsAt(density, s.from, topOf(density, scans)));
  const decay = new Decay(density, (scans[1] as Scan).from);
  const grids = new Map(
    scans
      .toSorted((a, b) => Math.max(...b.values) - Math.max(...a.values))
      .map((s) => [s, walk(density, s, offset, decay)]),
  );
  return {
    pieces: refined(
      density,
      scans.map((s) => grids.get(s) as Grid),
      offset,
    ),
    offset,
    edged,
  };
}

function within({ lower, upper }: PointDensity, y: number): boolean {
  return y > lower && y < upper;
}

function inside({ lower, upper }: PointDensity): number {
  if (Number.isFinite(lower) && Number.isFinite(upper)) return (lower + upper) / 2;
  if (Number.isFinite(lower)) return lower + 1;
  return Number.isFinite(upper) ? upper - 1 : 0;
}

// ---------------------------------------------------------------- change of variable

/** y over (from, to) as a function of t over the real line, one end at least finite. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly place: (t: number) => number;
  readonly logSlope: (t: number) => number;
}

function stretch(from: number, to: number): Stretch {
  if (Number.isFinite(from) && Number.isFinite(to)) {
    const width = to - from;
    const share = (t: number): number => (width * Math.exp(t)) / (1 + Math.exp(t));
    return {
      from,
      to,
      place: (t) => (t < 0 ? from + share(t) : to - share(-t)),
      logSlope: (t) => Math.log(width) - Math.abs(t) - 2 * Math.log1p(Math.exp(-Math.abs(t))),
    };
  }
  const [end, sign] = Number.isFinite(from) ? [from, 1] : [to, -1];
  const scale = end === 0 ? 1 : Math.abs(end);
  return { from, to, place: (t) => end + sign * scale * Math.exp(t), logSlope: (t) => t + Math.log(scale) };
}

/** The log integrand over t at whole steps. */
interface Scan extends Stretch {
  readonly values: readonly number[];
}

function scansOf(density: PointDensity, places: readonly number[]): Scan[] {
  const ends = [density.lower, ...[...new Set(places)].sort((a, b) => a - b), density.upper];
  return ends.slice(1).map((to, k) => {
    const made = stretch(ends[k] as number, to);
    const values = Array.from({ length: 2 * scanned + 1 }, (_, at) => {
      const y = made.place(at - scanned);
      const value = within(density, y) ? density.logDensity(y) + made.logSlope(at - scanned) : none;
      return Number.isNaN(value) ? none : value;
    });
    return { ...made, values };
  });
}

// ---------------------------------------------------------------- peaks and jumps

/** The highest place, climbed to where it stands out from the places that are known. */
function peak(density: PointDensity, scans: readonly Scan[]): number[] {
  const best = scans.reduce((a, b) => (Math.max(...b.values) > Math.max(...a.values) ? b : a));
  let value = Math.max(...best.values);
  let t = best.values.indexOf(value) - scanned;
  for (let step = 0.5; step > 0.01; step /= 2)
    for (const candidate of [t - step, t + step]) {
      const y = best.place(candidate);
      const there = within(density, y) ? density.logDensity(y) + best.logSlope(candidate) : none;
      if (there > value) [t, value] = [candidate, there];
    }
  const y = best.place(t);
  return within(density, y) && density.logDensity(y) > topOf(density, scans) + 2 ? [y] : [];
}

/** The largest log density at and beside the places where pieces meet. */
function topOf(density: PointDensity, scans: readonly Scan[]): number {
  const beside = scans.slice(1).flatMap(({ from: y }) => [y - nudge(y), y, y + nudge(y)]);
  const values = beside.filter((y) => within(density, y)).map(density.logDensity);
  return Math.max(...values.filter(Number.isFinite));
}

function nudge(y: number): number {
  return 1e-9 * Math.max(Math.abs(y), 1e-6);
}

/** Nothing on one side of a place, and mass that counts on the other. */
function jumpsAt(density: PointDensity, y: number, top: number): boolean {
  const sides = [y - nudge(y), y + nudge(y)];
  if (!sides.every((side) => within(density, side))) return false;
  const values = sides.map(density.logDensity);
  return Math.min(...values) === none && Math.max(...values) > top - depth / 2;
}

/** Where the density falls to nothing at once between places. */
function edges(density: PointDensity, scans: readonly Scan[]): number[] {
  const top = Math.max(...scans.flatMap((s) => s.values));
  return scans.flatMap((s) =>
    s.values.slice(1).flatMap((value, k) => {
      const [a, b] = [s.values[k] as number, value];
      const [left, right] = [s.place(k - scanned), s.place(k + 1 - scanned)];
      if ((a === none) === (b === none) || Math.max(a, b) < top - depth) return [];
      if (!within(density, left) || !within(density, right)) return [];
      let [out, into] = a === none ? [left, right] : [right, left];
      for (let middle = (out + into) / 2; middle !== out && middle !== into; middle = (out + into) / 2)
        if (density.logDensity(middle) === none) out = middle;
        else into = middle;
      return density.logDensity(into) > topOf(density, scans) - depth / 2 ? [into] : [];
    }),
  );
}

// ---------------------------------------------------------------- points

interface Grid extends Piece {
  readonly scan: Scan;
  readonly start: number;
  readonly step: number;
}

type Point = Omit<Atom, "coarse">;

function pointAt(density: PointDensity, s: Stretch, t: number, step: number, offset: number): Point | null {
  const y = s.place(t);
  if (!within(density, y)) return null;
  const { logDensity, score } = density.at(y);
  const mass = step * Math.exp(logDensity + s.logSlope(t) - offset);
  return { y, mass, blur: blurOf(density, y), logDensity, score };
}

function blurOf({ lower, upper }: PointDensity, y: number): number {
  const blur = Math.max(rounding(y, lower), rounding(y, upper));
  return blur < 1e-12 ? 0 : Math.min(1, blur);
}

/** How much of the distance to an end is rounding. */
function rounding(y: number, end: number): number {
  return Number.isFinite(end) && end !== 0 ? (2 * Number.EPSILON * Math.abs(end)) / Math.abs(y - end) : 0;
}

/** Points from what the scan saw outwards, until they add nothing. */
function walk(density: PointDensity, s: Scan, offset: number, decay: Decay): Grid {
  const step = firstStep;
  const top = Math.max(...s.values);
  const seen = s.values.flatMap((value, k) =>
    value > none && value >= Math.min(top, offset - depth) ? [k - scanned] : [],
  );
  const [first, last] = [seen[0] ?? 0, seen.at(-1) ?? 0];
  const points: Point[] = [];
  let start = first;
  const take = (t: number): Point | null => (Math.abs(t) > farthest ? null : pointAt(density, s, t, step, offset));
  if (top > none) {
    for (let t = first; t <= last; t += step) {
      const point = take(t);
      if (point === null && points.length > 0) break;
      if (point === null) {
        start = t + step;
        continue;
      }
      decay.add(point);
      points.push(point);
    }
    for (let [t, quiet] = [last + step, 0]; quiet < quietRun; t += step) {
      const point = take(t);
      if (point === null) break;
      points.push(point);
      quiet = decay.add(point) ? quiet + 1 : 0;
    }
    const before: Point[] = [];
    for (let [t, quiet] = [first - step, 0]; quiet < quietRun; t -= step) {
      const point = take(t);
      if (point === null) break;
      before.push(point);
      quiet = decay.add(point) ? quiet + 1 : 0;
    }
    start -= step * before.length;
    points.unshift(...before.reverse());
  }
  const atoms = points.map((point, k): Atom => ({ ...point, coarse: k % 2 === 0 ? 2 * point.mass : 0 }));
  return { from: s.from, to: s.to, atoms, tails: tailsOf(atoms), scan: s, start, step };
}

/** The outermost two atoms of each side that have mass; past them doubles have none left. */
function tailsOf(atoms: readonly Atom[]): Piece["tails"] {
  const first = atoms.findIndex((atom) => atom.mass > 0);
  const last = atoms.findLastIndex((atom) => atom.mass > 0);
  if (last - first < 1) return [];
  return [
    [atoms[first] as Atom, atoms[first + 1] as Atom],
    [atoms[last] as Atom, atoms[last - 1] as Atom],
  ];
}

/** Halves the steps of every piece until its sums agree with those of every second point. */
function refined(density: PointDensity, grids: readonly Grid[], offset: number): Grid[] {
  const dimensions = grids.flatMap((g) => g.atoms.slice(0, 1))[0]?.score.length ?? 0;
  const components: ((atom: Atom) => number)[] = [() => 1];
  for (let k = 0; k < dimensions; k++) components.push((atom) => (atom.score[k] as number) ** 2);
  const centre = total(grids, (atom) => atom.y).value / total(grids, () => 1).value;
  if (density.moments > 0) components.push((atom) => Math.abs(atom.y - centre) ** density.moments);
  const sums = components.map((g) => total(grids, g));
  // finer steps do not help what is cut off
  const wanted = components.flatMap((g, k) => {
    const { value, cut } = sums[k] as Total;
    return cut <= resolved * value ? [{ g, size: value }] : [];
  });
  return grids.map((grid) => {
    let fine = grid;
    const agrees = ({ g, size }: (typeof wanted)[number]): boolean => {
      const { step, blur } = total([fine], g);
      return step <= agreed * size + blur;
    };
    while (fine.step > finestStep && !wanted.every(agrees)) fine = halved(density, fine, offset);
    return fine;
  });
}

function halved(density: PointDensity, grid: Grid, offset: number): Grid {
  const step = grid.step / 2;
  const atoms: Atom[] = [];
  for (const [k, atom] of grid.atoms.entries()) {
    atoms.push({ ...atom, mass: atom.mass / 2, coarse: atom.mass });
    if (k === grid.atoms.length - 1) break;
    const middle = pointAt(density, grid.scan, grid.start + k * grid.step + step, step, offset);
    if (middle !== null) atoms.push({ ...middle, coarse: 0 });
  }
  return { ...grid, atoms, step, tails: tailsOf(atoms) };
}
