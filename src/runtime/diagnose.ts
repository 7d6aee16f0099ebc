// What the information cannot tell (mathematics.md §6): directions without information, lost digits, scales that
// collapsed, classes that are separated. Named by parameters, never passed over.

import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import { type Diagnostic, diagnose, type Span } from "../diagnostics/index.ts";
import { wellConditioned } from "./condition.ts";
import { blockInformation, rootInformation } from "./dense.ts";
import type { Program, ProgramParameter } from "./program.ts";

/** Below this the smallest eigenvalue of the scaled information counts as zero. */
const singular = 1e-13;
/** Below this a warning says how many digits are left. */
const poor = 1e-9;
/** Share of the largest eigenvalue of the scaled information above which the smallest needs no remark. */
const unremarkable = 1e-8;
/** A scale below this share of the response's size is rounding: a warning, and the least that a fit goes to. */
const rounding = { warning: 1e-13, least: 1e-17, greatest: 1e13 } as const;
/** No scale goes below this: squares of its inverse must stay numbers. */
const leastScale = 1e-100;
/** The sd of a bounded parameter's coordinate above which the data say nothing of it: a factor of e³⁰. */
const boundless = 30;
/** Eigen-decompositions above this size are not attempted; the factor's pivots speak first, and power iterations after them. */
const largest = 600;
/** Rounds of these. */
const rounds = 40;

/** All that there is to say at an estimate, where the largest response so far is `largest`. */
export function examine(program: Program, phi: Float64Array, size: number): Diagnostic[] {
  const found = diagnoseInformation(program, phi);
  const declared = declaredAt(program, phi);
  return [...diagnoseScales(program, declared, size), ...found, ...diagnoseShapes(program, declared, size)];
}

/** Scales at the rounding of the response; `how` they came there follows the value. */
export function collapsed(program: Program, phi: Float64Array, size: number, how = ""): Diagnostic[] {
  return diagnoseScales(program, declaredAt(program, phi), size, how);
}

/** Declared values of the parameters at φ, which is left where the artefact reads it. */
function declaredAt({ artefact }: Program, phi: Float64Array): Map<string, Float64Array> {
  const { layout } = artefact.step;
  artefact.memory.set(phi, layout.state.phi.offset);
  artefact.run("declared", 0);
  return new Map(
    [...layout.declared].map(([name, { offset, length }]) => [name, artefact.memory.slice(offset, offset + length)]),
  );
}

/**
 * Looks at the total information at the end of a run, whatever the structures: blocks that keep correlations are searched
 * for a direction without information, in all the diagonal must be there. Leaves the factor without damping.
 */
export function diagnoseInformation(program: Program, phi: Float64Array): Diagnostic[] {
  const { artefact } = program;
  const { step, memory } = artefact;
  const { state } = step.layout;
  memory.fill(0, state.damping.offset, state.damping.offset + state.damping.length);
  for (const procedure of ["prior", "diagonal", "factorize"] as const) artefact.run(procedure, 0);
  const diagonal = memory.slice(state.diagonal.offset, state.diagonal.offset + state.diagonal.length);
  const overflown = diagnoseOverflow(program, diagonal);
  if (overflown.length > 0) return overflown;
  const negative = diagonal.findIndex((x) => x < 0);
  if (negative >= 0) return [noPeak(program, nameOf(program, negative), negative)];
  const missing = [...diagonal.keys()].filter((i) => !((diagonal[i] as number) > 0));
  if (missing.length > 0) {
    const names = missing.slice(0, 5).map((i) => nameOf(program, i));
    const args = { names: listed(names), direction: listed(names) };
    return [diagnose("FF602", spanOf(program, missing[0] as number), args)];
  }
  const unbounded = diagnoseBounds(program, diagonal, phi);
  if (unbounded.length > 0) return unbounded;
  return step.blocks.flatMap(({ first, size }, k) => {
    const spectrum = spectrumAt(program, k, diagonal.subarray(first, first + size));
    if (spectrum === null || !(spectrum.least < poor)) return [];
    const { least, units } = spectrum;
    const share = new Float64Array(step.size);
    share.set(spectrum.share, first);
    const vector = share.map((x, i) => (x === 0 ? 0 : x / (units[i - first] as number)));
    const told = describe(program, vector, share);
    const { names, direction } = told;
    const span = spanOf(program, told.first);
    if (least < -singular) return [noPeak(program, direction, told.first)];
    if (least < singular) return [diagnose("FF602", span, { names, direction })];
    return [diagnose("FF604", span, { names, direction, digits: Math.round(-Math.log10(least)) })];
  });
}

/** Information that is no number, by the first coordinate of which that is so. */
export function diagnoseOverflow(program: Program, diagonal: Float64Array): Diagnostic[] {
  const at = diagonal.findIndex((x) => !Number.isFinite(x));
  if (at < 0) return [];
  const what = `The information of \`${nameOf(program, at)}\` along ${coordinateOf(program, at)}`;
  const hint = `Start nearer with \`init\`, or hold ${nameOf(program, at)} with a prior.`;
  return [diagnose("FF603", spanOf(program, at), { what }, hint)];
}

/** The objective bends upwards along a direction, as observed information says at a saddle or away from the maximum. */
function noPeak(program: Program, direction: string, first: number): Diagnostic {
  return diagnose("FF624", spanOf(program, first), { direction });
}

/** Of a block, where it keeps correlations and its condition calls for a remark. */
function spectrumAt({ artefact }: Program, k: number, diagonal: Float64Array): Spectrum | null {
  const { form, size } = artefact.step.blocks[k] as Program["artefact"]["step"]["blocks"][number];
  if (size < 2 || form.kind === "diagonal" || form.kind === "scalar") return null;
  if (size > largest) {
    const { offset } = artefact.step.layout.state.status;
    const [vanished, pivot] = artefact.memory.subarray(offset + 3 * k, offset + 3 * k + 2);
    return (vanished as number) > 0 || (pivot as number) < poor ? leastOf(artefact, k, diagonal) : null;
  }
  const root = rootInformation(artefact, k);
  if (root !== null) return spectrumOfRoot(root, size);
  const dense = blockInformation(artefact, k);
  return wellConditioned(dense, diagonal, unremarkable) ? null : spectrumOf(dense, diagonal);
}

/** The least direction of a block too large for its spectrum: power iterations with the inverse, slightly damped. */
function leastOf(artefact: Program["artefact"], k: number, diagonal: Float64Array): Spectrum {
  const { step, memory } = artefact;
  const { state } = step.layout;
  const { first, size } = step.blocks[k] as (typeof step.blocks)[number];
  const over = (name: keyof typeof state): Float64Array =>
    memory.subarray(state[name].offset + first, state[name].offset + first + size);
  const units = diagonal.map(Math.sqrt);
  const [damping, residual, direction] = [over("damping"), over("residual"), over("direction")];
  for (const name of ["score", "residual", "direction"] as const)
    memory.fill(0, state[name].offset, state[name].offset + step.size);
  // enough that no pivot counts as vanished
  const slight = 64 * Number.EPSILON * size;
  for (const [i, d] of diagonal.entries()) damping[i] = slight * d;
  artefact.run("factorize", 0);
  let share = unitOf(Float64Array.from({ length: size }, (_, i) => 1.5 + Math.sin(2.3 * i)));
  let greatest = 1;
  let along = unitOf(Float64Array.from({ length: size }, (_, i) => 1.5 + Math.cos(1.9 * i)));
  let inverse = 1;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < size; i++) {
      residual[i] = (share[i] as number) * (units[i] as number);
      direction[i] = (along[i] as number) / (units[i] as number);
    }
    for (const procedure of ["solve", "multiply"] as const) artefact.run(procedure, 0);
    const raised = over("step").map((x, i) => x * (units[i] as number));
    const spread = over("product").map((x, i) => x / (units[i] as number));
    [inverse, greatest] = [Math.sqrt(dot(raised, raised)), Math.max(greatest, Math.sqrt(dot(spread, spread)))];
    [share, along] = [unitOf(raised), unitOf(spread)];
  }
  damping.fill(0);
  artefact.run("factorize", 0);
  return { least: Math.max(0, 1 / inverse - slight) / greatest, share, units };
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
}

function unitOf(v: Float64Array): Float64Array {
  const length = Math.sqrt(dot(v, v));
  return v.map((x) => x / (length || 1));
}

/** What loses digits, in the coordinates' own units: the least eigenvalue as a share of the greatest, and its eigenvector. */
interface Spectrum {
  readonly least: number;
  readonly share: Float64Array;
  readonly units: Float64Array;
}

function spectrumOf(dense: Float64Array, diagonal: Float64Array): Spectrum {
  const size = diagonal.length;
  const units = diagonal.map(Math.sqrt);
  const scaled = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      scaled.set(i, j, (dense[i * size + j] as number) / (units[i] as number) / (units[j] as number));
  const eigen = new EigenvalueDecomposition(scaled, { assumeSymmetric: true });
  const values = eigen.realEigenvalues;
  const k = values.indexOf(Math.min(...values));
  const share = Float64Array.from({ length: size }, (_, i) => eigen.eigenvectorMatrix.get(i, k));
  return { least: (values[k] as number) / Math.max(...values), share, units };
}

/** The same of a root: its singular values instead. */
function spectrumOfRoot(root: Float64Array, size: number): Spectrum {
  const entry = (i: number, j: number): number => root[i * size + j] as number;
  const units = Float64Array.from({ length: size }, (_, j) =>
    Math.hypot(...Array.from({ length: j + 1 }, (_, i) => entry(i, j))),
  );
  const scaled = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++)
    for (let j = i; j < size; j++) scaled.set(i, j, entry(i, j) / ((units[j] as number) || 1));
  const { diagonal, rightSingularVectors } = new SingularValueDecomposition(scaled);
  const k = diagonal.indexOf(Math.min(...diagonal));
  const share = Float64Array.from({ length: size }, (_, i) => rightSingularVectors.get(i, k));
  return { least: (diagonal[k] as number) / Math.max(...diagonal), share, units: units.map((x) => x || 1) };
}

/** Scales that fell to the rounding of the response: the fit is exact. */
function diagnoseScales(
  program: Program,
  declared: ReadonlyMap<string, Float64Array>,
  size: number,
  how = "",
): Diagnostic[] {
  return program.parameters.flatMap((p) => {
    if (!p.scale) return [];
    const values = declared.get(p.name) ?? new Float64Array();
    const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    return least < Math.max(rounding.warning * size, 2 * leastScale)
      ? [diagnose("FF605", p.span, { name: p.name, value: `${least.toPrecision(2)}${how}` })]
      : [];
  });
}

/** Lone positive parameters that ran off: the shape of a response without spread, say. */
function diagnoseShapes(program: Program, declared: ReadonlyMap<string, Float64Array>, size: number): Diagnostic[] {
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
  const p = parameterAt(program, first);
  const simplex = `Make \`${p.name}\` the softmax of logits with a prior such as \`Normal(0, 2.5)\`, or take the simpler model.`;
  const hint = p.transform.kind === "simplex" ? simplex : undefined;
  return diagnose("FF606", p.span, { names, direction }, hint);
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
    case "simplex": {
      const p = parameterAt(program, coordinate);
      const place = (coordinate - p.first) % (p.freeShape.at(-1) ?? 1);
      const size = p.shape.at(-1) ?? 1;
      // a row of the free shape is one shorter than a row declared
      const row = Math.floor((coordinate - p.first) / (size - 1)) * size;
      const later = Array.from({ length: size - 1 - place }, (_, k) => row + place + 1 + k);
      const element = (at: number): string => `${p.name}[${indexOf(p, at, p.shape).join(", ")}]`;
      const [next, last] = [element(later[0] as number), element(later.at(-1) as number)];
      const rest = later.length === 1 ? next : `(${next} + ${later.length > 2 ? "… + " : ""}${last})`;
      return `log(${element(row + place)} / ${rest})`;
    }
    default:
      return name;
  }
}

/** Index labels of an element of a parameter, in row-major order of its free shape or another. */
function indexOf(p: ProgramParameter, element: number, shape = p.freeShape): (string | number)[] {
  const index: (string | number)[] = [];
  let rest = element;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
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
