// What must hold of a family at given arguments, each as a relative error beside what rounding and quadrature explain.

import { type Atom, type Estimate, expectation, type Measure, type Piece, resolved, total } from "./measure.ts";
import { quadrature } from "./quadrature.ts";
import { probabilities, type Subject, type SubjectAt } from "./subject.ts";
import { summation } from "./summation.ts";

/** `normalised`: sums to 1. `score`: has mean 0. The others are the lines of the same names. */
export type CheckName = "normalised" | "score" | "fisher" | "mean" | "variance" | "mode" | "cdf" | "quantile";

export const checkNames: readonly CheckName[] = [
  "normalised",
  "score",
  "fisher",
  "mean",
  "variance",
  "mode",
  "cdf",
  "quantile",
];

/** What one check found at one place; `error` and `allowed` are relative to the size of what is compared. */
export interface Finding {
  readonly check: CheckName;
  readonly error: number;
  readonly allowed: number;
  readonly stated: number;
  readonly found: number;
  /** Which argument, entry, `cdf(…)` or `quantile(…)`, where there are several. */
  readonly part: string | null;
}

/** Why a check could not be made at one place. */
export interface Skipped {
  readonly check: CheckName;
  readonly reason: string;
}

export interface PointResult {
  readonly findings: readonly Finding[];
  readonly skipped: readonly Skipped[];
}

const divergent = "the integral does not converge in double precision";

/** Makes every check at one choice of arguments. */
export function checkAt(subject: Subject, at: SubjectAt, tolerance: number): PointResult {
  const results: (Finding | Skipped)[] = [];
  if (!(at.lower < at.upper)) return skipAll(subject, "the support is empty at the arguments tried");
  const measure = subject.discrete ? summation(at) : quadrature(at);
  if (measure === null) {
    const found = at.logDensity(at.places[0] ?? (Number.isFinite(at.lower) ? at.lower + 1 : 0));
    if (Number.isNaN(found)) return { findings: [undefinedAt("normalised", found, null)], skipped: [] };
    return skipAll(subject, "the density is 0 everywhere at the arguments tried");
  }
  const mass = total(measure.pieces, () => 1);
  if (!(mass.error <= resolved * mass.value) && !Number.isNaN(mass.value)) {
    const infinite = Number.POSITIVE_INFINITY;
    if (measure.pieces.some((piece) => endless(piece, subject.discrete)))
      return {
        findings: [{ check: "normalised", error: infinite, allowed: 0, stated: 1, found: infinite, part: null }],
        skipped: [],
      };
    return skipAll(subject, "the integral of the density needs more than double precision");
  }
  const logMass = Math.log(mass.value) + measure.offset;
  const unity = Math.exp(logMass);
  const whole: Finding = {
    check: "normalised",
    error: Math.abs(Math.expm1(logMass)),
    allowed: tolerance + (2 * mass.error) / mass.value,
    stated: 1,
    found: unity,
    part: null,
  };
  results.push(whole);
  if (!(whole.error <= whole.allowed)) {
    const rest = skipAll(subject, "the density does not integrate to 1").skipped;
    return { findings: [whole], skipped: rest.filter((s) => s.check !== "normalised") };
  }
  results.push(...information(subject, at, measure, tolerance));
  results.push(...moments(at, measure, tolerance));
  if (at.mode !== null) results.push(modeAt(at, at.mode, measure, tolerance));
  results.push(...(subject.discrete ? steps(at, measure, tolerance) : integrals(at, measure, tolerance)));
  return {
    findings: results.filter((r) => "error" in r),
    skipped: results.filter((r) => "reason" in r),
  };
}

/** The checks that a family's lines call for. */
export function calledFor(subject: Subject): readonly CheckName[] {
  const { fisher, mean, variance, mode, cdf, quantile } = subject.density;
  const lines = { fisher, mean, variance, mode, cdf, quantile };
  return checkNames.filter((check) => check === "normalised" || check === "score" || lines[check] !== null);
}

/**
 * The density has no finite integral, and not for want of digits: at an end the masses do not fall (points of quadrature
 * lie in geometric progression), or terms of a sum fall no faster than 1/y.
 */
function endless({ tails }: Piece, discrete: boolean): boolean {
  const share = ({ mass, y }: Atom): number => (discrete ? mass * Math.abs(y) : mass);
  return tails.some(
    ([last, before]) => share(last) >= share(before) * (1 - 1e-9) && last.mass > 0 && last.blur < resolved,
  );
}

function undefinedAt(check: CheckName, stated: number, part: string | null): Finding {
  return { check, error: Number.NaN, allowed: 0, stated, found: Number.NaN, part };
}

function skipAll(subject: Subject, reason: string): PointResult {
  return { findings: [], skipped: calledFor(subject).map((check) => ({ check, reason })) };
}

function compared(
  check: CheckName,
  stated: number,
  found: Estimate,
  size: number,
  tolerance: number,
  part: string | null = null,
): Finding | Skipped {
  if (Number.isNaN(stated)) return undefinedAt(check, stated, part);
  if (!(found.error <= resolved * size)) return { check, reason: divergent };
  const error = Math.abs(found.value - stated) / size;
  return { check, error, allowed: tolerance + (2 * found.error) / size, stated, found: found.value, part };
}

function information(subject: Subject, at: SubjectAt, measure: Measure, tolerance: number): (Finding | Skipped)[] {
  const results: (Finding | Skipped)[] = [];
  const { coordinates } = subject;
  if (measure.edged || at.moving) {
    const reason = "where the density ends depends on its arguments";
    results.push({ check: "score", reason });
    if (at.fisher !== null) results.push({ check: "fisher", reason });
    return results;
  }
  const entry = (atom: Atom, j: number): number => atom.score[j] as number;
  const squares = coordinates.map((_, j) => expectation(measure, (atom) => entry(atom, j) ** 2));
  const sizes = squares.map((s) => Math.sqrt(s.value));
  for (const [j, { label }] of coordinates.entries()) {
    // a zero score (of an argument without effect) has nothing to compare with
    const size = sizes[j] === 0 ? 1 : (sizes[j] as number);
    results.push(
      compared(
        "score",
        0,
        expectation(measure, (atom) => entry(atom, j)),
        size,
        tolerance,
        label,
      ),
    );
  }
  if (at.fisher === null) return results;
  for (const [j, a] of coordinates.entries())
    for (const [k, b] of coordinates.entries()) {
      const stated = at.fisher[j]?.[k] ?? null;
      if (k > j && at.fisher[k]?.[j] === stated) continue;
      if (stated === null) continue;
      const found = expectation(measure, (atom) => entry(atom, j) * entry(atom, k));
      const size = (sizes[j] as number) * (sizes[k] as number);
      const part = coordinates.length === 1 ? null : j === k ? a.label : `(${a.label}, ${b.label})`;
      results.push(compared("fisher", stated, found, size === 0 ? 1 : size, tolerance, part));
    }
  return results;
}

function moments(at: SubjectAt, measure: Measure, tolerance: number): (Finding | Skipped)[] {
  const results: (Finding | Skipped)[] = [];
  const infinite = (check: "mean" | "variance"): Skipped => ({ check, reason: "it is stated to be infinite" });
  const mean = expectation(measure, (atom) => atom.y);
  const spread = expectation(measure, (atom) => (atom.y - mean.value) ** 2);
  if (at.mean !== null) {
    // a mean may exist without a variance, but not without an absolute first moment
    const absolute = expectation(measure, (atom) => Math.abs(atom.y - mean.value));
    const exists = absolute.error <= resolved * absolute.value;
    const size = Math.max(Math.abs(mean.value), exists ? absolute.value : 0);
    if (Math.abs(at.mean) === Number.POSITIVE_INFINITY) results.push(infinite("mean"));
    else if (!exists && !Number.isNaN(at.mean)) results.push({ check: "mean", reason: divergent });
    else results.push(compared("mean", at.mean, mean, size, tolerance));
  }
  if (at.variance !== null) {
    if (at.variance === Number.POSITIVE_INFINITY) results.push(infinite("variance"));
    else results.push(compared("variance", at.variance, spread, spread.value, tolerance));
  }
  return results;
}

function modeAt(at: SubjectAt, mode: number, measure: Measure, tolerance: number): Finding | Skipped {
  const atoms = measure.pieces.flatMap((p) => p.atoms);
  const places = at.places.filter((y) => y > at.lower && y < at.upper);
  const known = [...atoms, ...places.map((y) => ({ y, logDensity: at.logDensity(y) }))];
  const top = known.reduce((a, b) => (b.logDensity >= a.logDensity ? b : a));
  const nearest = atoms.reduce((a, b) => (Math.abs(b.y - mode) < Math.abs(a.y - mode) ? b : a));
  // at an open end of the support the density need not have a value
  const there = at.logDensity(mode);
  const own =
    mode > at.lower && mode < at.upper
      ? there
      : Math.max(Number.isNaN(there) ? nearest.logDensity : there, nearest.logDensity);
  const error = own === Number.POSITIVE_INFINITY ? 0 : Math.max(0, top.logDensity - own);
  return { check: "mode", error, allowed: tolerance, stated: mode, found: top.y, part: null };
}

/** The cdf of a continuous family where pieces meet, and its quantiles by the cdf or, without one, by the pieces. */
function integrals(at: SubjectAt, measure: Measure, tolerance: number): (Finding | Skipped)[] {
  const results: (Finding | Skipped)[] = [];
  const mass = total(measure.pieces, () => 1);
  const below = measure.pieces.slice(1).map((piece, k) => {
    const part = total(measure.pieces.slice(0, k + 1), () => 1);
    return { y: piece.from, p: { value: part.value / mass.value, error: (part.error + mass.error) / mass.value } };
  });
  if (at.cdf !== null)
    for (const { y, p } of below) results.push(compared("cdf", at.cdf(y), p, 1, tolerance, `cdf(${rounded(y)})`));
  if (at.quantile !== null)
    for (const p of probabilities) {
      const y = at.quantile(p);
      const reached = at.cdf === null ? below.find((b) => b.y === y)?.p : { value: at.cdf(y), error: 0 };
      const part = `quantile(${p})`;
      if (reached !== undefined) {
        const { check, ...rest } = compared("quantile", p, reached, 1, tolerance, part);
        results.push("error" in rest ? { check, ...rest, stated: y, found: reached.value } : { check, ...rest });
      } else if (!(y >= at.lower && y <= at.upper)) results.push(undefinedAt("quantile", y, part));
    }
  return results;
}

/** The cdf and the quantiles of a family on whole numbers, against partial sums. */
function steps(at: SubjectAt, measure: Measure, tolerance: number): (Finding | Skipped)[] {
  const results: (Finding | Skipped)[] = [];
  const atoms = measure.pieces.flatMap((p) => p.atoms);
  const mass = total(measure.pieces, () => 1);
  let sum = 0;
  const reached = atoms.map((atom) => {
    sum += atom.mass;
    return sum / mass.value;
  });
  const error = mass.error / mass.value;
  if (at.cdf !== null) {
    const every = Math.max(1, Math.floor(atoms.length / 24));
    for (let k = 0; k < atoms.length; k += every) {
      const y = (atoms[k] as Atom).y;
      const p = { value: reached[k] as number, error };
      results.push(compared("cdf", at.cdf(y), p, 1, tolerance, `cdf(${y})`));
    }
  }
  if (at.quantile !== null)
    for (const p of probabilities) {
      const y = (atoms[reached.findIndex((r) => r >= p)] as Atom | undefined)?.y ?? Number.NaN;
      const stated = at.quantile(p);
      results.push({
        check: "quantile",
        error: stated === y ? 0 : 1,
        allowed: tolerance,
        stated,
        found: y,
        part: `quantile(${p})`,
      });
    }
  return results;
}

/** A number as messages show it. */
export function rounded(x: number): string {
  const short = Math.abs(x) < 1e7 ? String(Number(x.toPrecision(6))) : x.toPrecision(6).replace(/\.?0*e\+/, "e");
  return short.replace("Infinity", "∞").replaceAll("-", "−");
}
