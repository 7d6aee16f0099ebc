// Combining flows over different rows (mathematics.md §7). What a flow remembers of its rows is a quadratic in φ, so that
// memories add: each is written about a common point, informations add as their structures add, and the maximum of
// their sum and the prior, which no part has in its memory, is sought as after any batch.

import type { Artefact } from "../emit/index.ts";
import { floors, nameOf } from "./diagnose.ts";
import { maximise } from "./maximise.ts";
import { factorWhole, memoryDiagonal, shareOf } from "./memory.ts";
import { Objective } from "./objective.ts";
import type { Program } from "./program.ts";
import { stateOf } from "./regions.ts";
import type { Scores } from "./sandwich.ts";

/** What a flow remembers of its rows: gᵀ(ψ − φ) − ½ (ψ − φ)ᵀ D (ψ − φ), D as a program keeps it. */
export interface Remembered {
  readonly phi: Float64Array;
  readonly gradient: Float64Array;
  readonly memory: Float64Array;
  /** Log-likelihood of its rows, at φ, and how many they are. */
  readonly logLikelihood: number;
  readonly rows: number;
  /** Coordinates of which its rows can tell; null for all. */
  readonly known: Uint8Array | null;
  /** How its log-likelihood bends beyond the quadratic (bend.ts); null where nobody knows. */
  readonly bend: Float64Array | null;
}

/** How far a part was from what the parts came to. */
export interface Distance {
  /** The largest of its coordinates' distances, in its own standard errors, and which it was. */
  readonly errors: number;
  readonly coordinate: string;
  /** δᵀ D δ in its own information: about χ² with as many degrees as it knows coordinates, were all parts alike. */
  readonly square: number;
  readonly degrees: number;
}

export interface Combined {
  readonly phi: Float64Array;
  readonly gradient: Float64Array;
  readonly memory: Float64Array;
  /** Of all rows, at the new φ, by the parts' quadratics. */
  readonly logLikelihood: number;
  readonly converged: boolean;
  readonly distances: readonly Distance[];
  /** Of all rows, where it is known of all parts. */
  readonly bend: Float64Array | null;
}

/** Adds what parts remember and goes to the maximum of it with the prior; `weights` let a part count for less. */
export function combine(program: Program, parts: readonly Remembered[], weights?: readonly number[]): Combined {
  const { artefact } = program;
  const size = artefact.step.size;
  const region = (name: Parameters<typeof stateOf>[1]): Float64Array => stateOf(artefact, name);
  const shares = parts.map((_, k) => weights?.[k] ?? 1);
  const centre = meeting(artefact, parts, shares);
  const all = parts.reduce((total, { rows }, k) => total + (shares[k] as number) * rows, 0);
  const bend = parts.every((part) => part.bend !== null) ? new Float64Array(size) : null;
  const gradient = new Float64Array(size);
  let sum = 0;
  for (const [k, part] of parts.entries()) {
    const share = shares[k] as number;
    const product = informed(artefact, part, centre);
    const own = (share * part.rows) / all;
    for (let i = 0; i < size; i++) {
      const [slope, lost] = [part.gradient[i] as number, product[i] as number];
      const bent = part.bend?.[i] ?? 0;
      // the part's estimate was off by chance, all but the share of it that is in the whole's too
      gradient[i] = (gradient[i] as number) + share * (slope - lost + (1 - own) * bent);
      if (bend !== null) bend[i] = (bend[i] as number) + own * bent;
      sum += share * ((centre[i] as number) - (part.phi[i] as number)) * (slope - 0.5 * lost);
    }
    sum += share * part.logLikelihood;
  }
  const shared = parts.map((part, k) => shareOf(artefact, part.memory, shares[k] as number));
  region("memory").fill(0);
  for (const memory of shared) {
    region("information").set(memory);
    artefact.run("absorb", 0);
  }
  const memory = region("memory").slice();
  region("information").fill(0);
  const objective = new Objective(artefact, [], { centre, gradient });
  const { tolerance, maxPasses } = program.options;
  const maximum = maximise(objective, centre, {
    tolerance: Math.min(tolerance, 1e-10),
    maxPasses,
    damping: 0,
    polish: true,
    components: [Array.from({ length: size }, (_, i) => i)],
    floor: floors(program, 0),
  });
  const phi = Float64Array.from(maximum.phi);
  // the gradient of all rows there
  const total = informed(artefact, { phi: centre, memory }, phi);
  for (let i = 0; i < size; i++) {
    const [slope, bend] = [gradient[i] as number, total[i] as number];
    sum += ((phi[i] as number) - (centre[i] as number)) * (slope - 0.5 * bend);
    gradient[i] = slope - bend;
  }
  const distances = parts.map((part) => distance(program, part, phi));
  return { phi, gradient, memory, logLikelihood: sum, converged: maximum.converged, distances, bend };
}

/** Where parts are near: the mean of their estimates, weighted by the diagonals of their informations. */
function meeting(artefact: Artefact, parts: readonly Remembered[], shares: readonly number[]): Float64Array {
  const size = artefact.step.size;
  const [weights, sums, plain] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (const [k, { phi, memory }] of parts.entries()) {
    stateOf(artefact, "memory").set(memory);
    const diagonal = memoryDiagonal(artefact);
    for (let i = 0; i < size; i++) {
      const weight = (shares[k] as number) * (diagonal[i] as number);
      weights[i] = (weights[i] as number) + weight;
      sums[i] = (sums[i] as number) + weight * (phi[i] as number);
      plain[i] = (plain[i] as number) + (phi[i] as number) / parts.length;
    }
  }
  return sums.map((sum, i) => ((weights[i] as number) > 0 ? sum / (weights[i] as number) : (plain[i] as number)));
}

/** D (to − φ) of what is remembered; its memory stays in the artefact. */
function informed(
  artefact: Artefact,
  { phi, memory }: Pick<Remembered, "phi" | "memory">,
  to: Float64Array,
): Float64Array {
  stateOf(artefact, "memory").set(memory);
  const direction = stateOf(artefact, "direction");
  for (let i = 0; i < direction.length; i++) direction[i] = (to[i] as number) - (phi[i] as number);
  artefact.run("multiply", 0);
  return stateOf(artefact, "product").slice();
}

/** How far a part is from a point. */
function distance(program: Program, part: Remembered, phi: Float64Array): Distance {
  const { artefact } = program;
  const product = informed(artefact, part, phi);
  stateOf(artefact, "phi").set(part.phi);
  factorWhole(artefact, true);
  const variance = stateOf(artefact, "variance");
  const known = (i: number): boolean => part.known === null || part.known[i] === 1;
  let [errors, at, square, degrees] = [0, 0, 0, 0];
  for (let i = 0; i < phi.length; i++) {
    if (!known(i)) continue;
    degrees += 1;
    const step = (phi[i] as number) - (part.phi[i] as number);
    square += step * (product[i] as number);
    const own = Math.abs(step) / Math.sqrt(variance[i] as number);
    if (own > errors && Number.isFinite(own)) [errors, at] = [own, i];
  }
  return { errors, coordinate: phi.length === 0 ? "" : nameOf(program, at), square, degrees };
}

/** How the scores of several parts' rows vary together; null where one of them does not say. */
export function scoresTogether(all: readonly (Scores | null)[]): Scores | null {
  const [first = null, ...rest] = all;
  if (first === null) return null;
  const [products, counts] = [first.products.slice(), first.counts.slice()];
  for (const other of rest) {
    if (other === null) return null;
    for (const [i, x] of other.products.entries()) products[i] = (products[i] as number) + x;
    for (const [i, x] of other.counts.entries()) counts[i] = (counts[i] as number) + x;
  }
  return { products, counts };
}
