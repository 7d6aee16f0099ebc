// What the information cannot tell (mathematics.md §6): directions without information, lost digits, scales that
// collapsed, classes that are separated. Named by parameters, never passed over.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { type Diagnostic, diagnose, type Span } from "../diagnostics/index.ts";
import type { Program, ProgramParameter } from "./program.ts";

/** Below this the smallest eigenvalue of the scaled information counts as zero. */
const singular = 1e-13;
/** Below this a warning says how many digits are left. */
const poor = 1e-9;
/** A scale below this share of the response's size is rounding: a warning, and the least that a fit goes to. */
const rounding = { warning: 1e-13, least: 1e-17, greatest: 1e13 } as const;
/** No scale goes below this: squares of its inverse must stay numbers. */
const leastScale = 1e-100;
/** The sd of a bounded parameter's coordinate above which the data say nothing of it: a factor of e³⁰. */
const boundless = 30;
/** Eigen-decompositions above this size are not attempted; the pivots of the factorisation speak alone. */
const largest = 600;

/**
 * Looks at the total information (dense, over φ) at the end of a run. `dense` is null where the structure keeps no
 * correlations; then only zero or non-finite diagonal entries can be seen.
 */
export function diagnoseInformation(
  program: Program,
  dense: Float64Array | null,
  diagonal: Float64Array,
  phi: Float64Array,
): Diagnostic[] {
  const size = diagonal.length;
  const overflown = [...diagonal.keys()].find((i) => !Number.isFinite(diagonal[i] as number));
  if (overflown !== undefined) {
    const what = `The information of \`${nameOf(program, overflown)}\``;
    return [diagnose("FF603", spanOf(program, overflown), { what })];
  }
  const missing = [...diagonal.keys()].filter((i) => !((diagonal[i] as number) > 0));
  if (missing.length > 0) {
    const names = missing.slice(0, 5).map((i) => nameOf(program, i));
    const args = { names: listed(names), direction: listed(names) };
    return [diagnose("FF602", spanOf(program, missing[0] as number), args)];
  }
  const unbounded = diagnoseBounds(program, diagonal, phi);
  if (unbounded.length > 0) return unbounded;
  if (dense === null || size > largest || size < 2) return [];
  const root = diagonal.map(Math.sqrt);
  const scaled = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      scaled.set(i, j, (dense[i * size + j] as number) / (root[i] as number) / (root[j] as number));
  const eigen = new EigenvalueDecomposition(scaled, { assumeSymmetric: true });
  const values = eigen.realEigenvalues;
  const k = values.indexOf(Math.min(...values));
  const [least, greatest] = [values[k] as number, Math.max(...values)];
  if (!(least < poor * greatest)) return [];
  const share = Float64Array.from({ length: size }, (_, i) => eigen.eigenvectorMatrix.get(i, k));
  const vector = share.map((x, i) => x / (root[i] as number));
  const { names, direction, first } = describe(program, vector, share);
  const span = spanOf(program, first);
  if (least < singular * greatest) return [diagnose("FF602", span, { names, direction })];
  return [diagnose("FF604", span, { names, direction, digits: Math.round(Math.log10(greatest / least)) })];
}

/** Scales that fell to the rounding of the response: the fit is exact. */
export function diagnoseScales(
  program: Program,
  declared: ReadonlyMap<string, Float64Array>,
  size: number,
): Diagnostic[] {
  return program.parameters.flatMap((p) => {
    if (!p.scale) return [];
    const values = declared.get(p.name) ?? new Float64Array();
    const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    return least < Math.max(rounding.warning * size, 2 * leastScale)
      ? [diagnose("FF605", p.span, { name: p.name, value: least.toPrecision(2) })]
      : [];
  });
}

/** Lone positive parameters that ran off: the shape of a response without spread, say. */
export function diagnoseShapes(
  program: Program,
  declared: ReadonlyMap<string, Float64Array>,
  size: number,
): Diagnostic[] {
  return program.parameters.flatMap((p) => {
    const at = declared.get(p.name)?.findIndex((x) => x > rounding.greatest * Math.max(1, size)) ?? -1;
    return p.scale && at >= 0 ? [atBound(program, p.first + at, new Float64Array(program.artefact.step.size))] : [];
  });
}

/** Bounded parameters that the information says nothing of. */
export function diagnoseBounds(program: Program, diagonal: Float64Array, phi: Float64Array): Diagnostic[] {
  const at = [...diagonal.keys()].find(
    (i) => bounded(program, i) && (diagonal[i] as number) > 0 && (diagonal[i] as number) * boundless ** 2 < 1,
  );
  return at === undefined ? [] : [atBound(program, at, phi)];
}

/** Where the search for each coordinate ends: a scale goes no lower than the rounding of a response of this size. */
export function floors(program: Program, size: number): Float64Array {
  const floor = new Float64Array(program.artefact.step.size).fill(Number.NEGATIVE_INFINITY);
  const least = Math.log(Math.max(rounding.least * size, leastScale));
  for (const p of program.parameters) if (p.scale) floor.fill(least, p.first, p.first + p.size);
  return floor;
}

/** No finite maximum: the likelihood grows along a direction of φ. */
export function noMaximum(program: Program, vector: Float64Array): Diagnostic {
  const { names, direction, first } = describe(program, vector, vector, true);
  return diagnose("FF606", spanOf(program, first), { names, direction });
}

function bounded(program: Program, coordinate: number): boolean {
  const { kind } = parameterAt(program, coordinate).transform;
  return kind === "lower" || kind === "upper" || kind === "interval";
}

function atBound(program: Program, coordinate: number, phi: Float64Array): Diagnostic {
  const vector = new Float64Array(phi.length);
  vector[coordinate] = Math.sign(phi[coordinate] as number) || 1;
  return noMaximum(program, vector);
}

/**
 * A direction of φ in words: `a − 0.70 b`, the components first that count most. `share` measures them without their
 * units; the sign is that of the vector where `signed`, else such that the first is positive.
 */
function describe(
  program: Program,
  vector: Float64Array,
  share: Float64Array,
  signed = false,
): { names: string; direction: string; first: number } {
  const weight = (i: number): number => Math.abs(share[i] as number);
  const most = share.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
  const order = [...share.keys()].filter((i) => weight(i) > 0.05 * most).sort((i, j) => weight(j) - weight(i));
  const shown = order.slice(0, 6);
  const top = shown.reduce((size, i) => Math.max(size, Math.abs(vector[i] as number)), 0);
  const sign = signed ? 1 : Math.sign(vector[order[0] as number] as number);
  const terms = shown.map((i, k) => {
    const value = (sign * (vector[i] as number)) / top;
    const size = Math.abs(value) > 0.995 ? "" : `${Math.abs(value).toPrecision(2)} `;
    const lead = k === 0 ? (value < 0 ? "−" : "") : value < 0 ? " − " : " + ";
    return `${lead}${size}${coordinateOf(program, i)}`;
  });
  const more = order.length > shown.length ? ` … (${order.length} coordinates)` : "";
  return {
    names: listed(shown.map((i) => `\`${nameOf(program, i)}\``)),
    direction: terms.join("") + more,
    first: order[0] as number,
  };
}

/** The parameter of a coordinate of φ, with its index. */
export function nameOf(program: Program, coordinate: number): string {
  const p = parameterAt(program, coordinate);
  if (p.size === 1 && p.shape.length === 0) return p.name;
  return `${p.name}[${indexOf(p, coordinate - p.first).join(", ")}]`;
}

/** A coordinate of φ as a function of its parameter. */
function coordinateOf(program: Program, coordinate: number): string {
  const name = nameOf(program, coordinate);
  const { transform } = parameterAt(program, coordinate);
  switch (transform.kind) {
    case "lower":
      return transform.lower === 0 ? `log(${name})` : `log(${name} − ${transform.lower})`;
    case "upper":
      return `log(${transform.upper} − ${name})`;
    case "interval":
      return transform.lower === 0 && transform.upper === 1
        ? `logit(${name})`
        : `logit((${name} − ${transform.lower}) / ${transform.upper - transform.lower})`;
    default:
      return name;
  }
}

/** Index labels of an element of a parameter, in row-major order of its free shape. */
function indexOf(p: ProgramParameter, element: number): (string | number)[] {
  const index: (string | number)[] = [];
  let rest = element;
  for (let axis = p.freeShape.length - 1; axis >= 0; axis--) {
    const size = p.freeShape[axis] as number;
    const position = rest % size;
    index.unshift(p.labels[axis]?.[position] ?? position + 1);
    rest = Math.floor(rest / size);
  }
  return index;
}

function parameterAt(program: Program, coordinate: number): ProgramParameter {
  const found = program.parameters.find((p) => coordinate >= p.first && coordinate < p.first + p.size);
  if (found === undefined) throw new Error(`no parameter at coordinate ${coordinate}`);
  return found;
}

function spanOf(program: Program, coordinate: number): Span {
  return parameterAt(program, coordinate).span;
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
