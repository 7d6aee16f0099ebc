// The way of the estimates over rows, for reports: at most so many points, every other one dropped when there are more,
// so that a stream of any length keeps a bounded record that is even in rows.

import type { StateName } from "../../ir/index.ts";
import type { Baggage, Companion } from "../companion.ts";
import type { Flow } from "../flow.ts";
import { factorWhole } from "../memory.ts";
import type { Program } from "../program.ts";
import { stateOf } from "../regions.ts";

/** Name of the companion, in a saved state too. */
export const pathName = "path";
/** Points of a record; fewer where a factorisation for their variances is not a trifle. */
const [most, fewer] = [256, 64];
/** Coordinates from which there are fewer. */
const large = 100;
/** Coordinates of a record, and of one parameter. */
const [coordinatesMost, each] = [64, 8];
/** Coordinates of a model above which variances on the way would cost more than the stream itself. */
const affordable = 400;

/** A record: rows taken in, then φ and its variances, point after point; no variances where they cost too much. */
export interface PathRecord {
  /** Places in φ. */
  readonly coordinates: readonly number[];
  readonly rows: Float64Array;
  readonly phi: Float64Array;
  readonly variance: Float64Array;
}

/** Records the path of a flow over a program. */
export function pathRecorder(program: Program): Companion {
  let coordinates = tracked(program);
  let [rows, phi, variance]: [number[], number[], number[]] = [[], [], []];
  let next = 0;

  const record = (flow: Flow): void => {
    if (flow.rows < next || flow.rows === rows.at(-1)) return;
    const varying = rows.length === 0 ? flow.phi.length <= affordable : variance.length > 0;
    const variances = varying ? variancesOf(flow) : null;
    for (const i of coordinates) {
      phi.push(flow.phi[i] as number);
      if (variances !== null) variance.push(variances[i] as number);
    }
    rows.push(flow.rows);
    const limit = variances === null || flow.phi.length < large ? most : fewer;
    if (rows.length < limit) {
      next = flow.rows + spacing(rows, limit);
      return;
    }
    const odd = (_: number, at: number): boolean => Math.floor(at / coordinates.length) % 2 === 1;
    phi = phi.filter(odd);
    variance = variance.filter(odd);
    rows = rows.filter((_, at) => at % 2 === 1);
    next = flow.rows + spacing(rows, limit);
  };

  return {
    name: pathName,
    begun: record,
    after: record,
    save: () => ({
      values: { coordinates: [...coordinates], next },
      tensors: new Map([
        ["rows", Float64Array.from(rows)],
        ["phi", Float64Array.from(phi)],
        ["variance", Float64Array.from(variance)],
      ]),
    }),
    restore: (baggage) => {
      const record = pathOf(baggage);
      if (record === null) throw new RangeError("numbers are missing or out of order");
      coordinates = record.coordinates;
      [rows, phi, variance] = [[...record.rows], [...record.phi], [...record.variance]];
      next = baggage.values.next as number;
    },
    moved: (places) => {
      coordinates = coordinates.map((old) => places.indexOf(old));
    },
  };
}

/** Rows between points that are even over what was recorded. */
function spacing(rows: readonly number[], limit: number): number {
  const [first, last] = [rows[0] as number, rows.at(-1) as number];
  return Math.floor((last - first) / Math.max(rows.length, limit / 2));
}

/** What a recorder saved; null where it is not that. */
export function pathOf({ values, tensors }: Baggage): PathRecord | null {
  const [rows, phi, variance] = [tensors.get("rows"), tensors.get("phi"), tensors.get("variance")];
  const { coordinates, next } = values;
  if (rows === undefined || phi === undefined || variance === undefined) return null;
  if (!Array.isArray(coordinates) || !coordinates.every((i) => Number.isSafeInteger(i) && i >= 0)) return null;
  const numbers = rows.length * coordinates.length;
  const fits = phi.length === numbers && (variance.length === numbers || variance.length === 0);
  const ordered = rows.every((row, k) => Number.isFinite(row) && (k === 0 || row > (rows[k - 1] as number)));
  const sound = [...phi, ...variance].every(Number.isFinite) && variance.every((x) => x >= 0);
  if (!fits || !ordered || !sound || rows.length >= most || !Number.isFinite(next)) return null;
  return { coordinates, rows, phi, variance };
}

/** Coordinates that are recorded: of each parameter some, spread over it, as long as there is room. */
function tracked({ parameters }: Program): readonly number[] {
  const chosen = parameters.flatMap(({ first, size }) => {
    const count = Math.min(each, size);
    return Array.from({ length: count }, (_, k) => first + Math.floor((k * size) / count));
  });
  return chosen.slice(0, coordinatesMost);
}

/** What the procedures below write. */
const borrowed: readonly StateName[] = [
  "score",
  "residual",
  "step",
  "variance",
  "diagonal",
  "damping",
  "priorScore",
  "priorDiagonal",
  "information",
  "prior",
  "factor",
  "status",
  "logLikelihood",
  "logPrior",
  "logdet",
];

/** Variances of φ by all that the flow has seen; leaves the flow's memory as it was. */
function variancesOf({ program: { artefact } }: Flow): Float64Array {
  const kept = borrowed.map((name) => stateOf(artefact, name).slice());
  factorWhole(artefact, true);
  const variances = stateOf(artefact, "variance").map((x) => (Number.isFinite(x) && x > 0 ? x : 0));
  for (const [k, name] of borrowed.entries()) stateOf(artefact, name).set(kept[k] as Float64Array);
  return variances;
}
