// Routines as calls of the library, or as one line where that says more: one total table.

import type { Region, Routine, RoutineName } from "../../ir/index.ts";
import { scalar } from "../loops/write.ts";
import { expression, type Scope } from "./expressions.ts";

/** What a call may need besides its regions. */
export interface CallScope extends Scope {
  /** `lane` inside a loop over lanes. */
  readonly lane: string;
  /** The name of a list of coordinates. */
  readonly positions: (list: readonly number[]) => string;
  /** Told that room for intermediate values is needed. */
  readonly needsBuffer: () => void;
}

type Printer<N extends RoutineName> = (routine: Extract<Routine, { name: N }>, scope: CallScope) => string;

/** Where a region begins. */
function startOf(region: Region, { names, scratch }: CallScope): string {
  const found = names.find(region.offset) === null ? scratch(region.offset) : null;
  return found?.offset === region.offset ? found.text : names.start(region);
}

function call(scope: CallScope, name: string, args: readonly (Region | string | number)[]): string {
  scope.uses(name);
  const texts = args.map((a) => (typeof a === "object" ? startOf(a, scope) : String(a)));
  return `${name}(${["m", ...texts].join(", ")})`;
}

function end(start: string, length: number): string {
  return `${start} + ${length}`;
}

/** The lane counted from `first`. */
function laneFrom(scope: CallScope, first: number): string {
  return first === 0 ? scope.lane : `${scope.lane} - ${first}`;
}

const printers: { readonly [N in RoutineName]: Printer<N> } = {
  zero: ({ target }, scope) => {
    const start = startOf(target, scope);
    return target.length === 1 ? `m[${start}] = 0` : `m.fill(0, ${start}, ${end(start, target.length)})`;
  },
  copy: ({ target, source }, scope) => {
    const [to, from] = [startOf(target, scope), startOf(source, scope)];
    return target.length === 1 ? `m[${to}] = m[${from}]` : `m.copyWithin(${to}, ${from}, ${end(from, source.length)})`;
  },
  add: ({ target, source }, scope) => call(scope, "addTo", [target, source, target.length]),
  addScaled: ({ target, source, factor }, scope) => {
    const by = expression(scalar(factor), scope).text;
    return call(scope, "addScaled", [target, source, by, target.length]);
  },
  scale: ({ target, factor }, scope) =>
    call(scope, "scaleBy", [target, expression(scalar(factor), scope).text, target.length]),
  kernel: ({ kernel, args }, scope) => call(scope, kernel, args),
  dot: ({ target, left, right }, scope) =>
    `m[${startOf(target, scope)}] = ${call(scope, "dot", [left, right, left.length])}`,
  unit: ({ target }, scope) => call(scope, "unitVector", [target, target.length, scope.lane]),
  addAtLane: ({ target, source, factor, first }, scope) =>
    call(scope, "addOneOf", [target, source, factor, target.length, laneFrom(scope, first)]),
  subtractAtLaneRow: ({ target, source, size, first }, scope) =>
    call(scope, "subtractFromLine", [target, source, size, laneFrom(scope, first)]),
  rootRows: ({ target, source, size }, scope) => call(scope, "rootRows", [target, source, size, "capacity", "rows"]),
  reciprocal: ({ target, source, size }, scope) => call(scope, "reciprocal", [source, target, size]),
  rankUpdate: ({ target, factors, weight, positions, size }, scope) => {
    scope.needsBuffer();
    const list = scope.positions(positions);
    return call(scope, "rankUpdate", [target, factors, weight ?? -1, list, size, "capacity", "rows", "buffer"]);
  },
  crossUpdate: ({ target, left, right, weight, leftSize, rightSize, factor }, scope) => {
    scope.needsBuffer();
    const sizes = [leftSize, rightSize, factor, "capacity", "rows", "buffer"];
    return call(scope, "crossUpdate", [target, left, right, weight ?? -1, ...sizes]);
  },
  multiplyRows: ({ target, matrix, factors, size, inner, transposed }, scope) => {
    const strides = transposed ? [1, size] : [inner, 1];
    return call(scope, "multiplyRows", [target, matrix, factors, size, inner, ...strides, "capacity", "rows"]);
  },
  dotRows: ({ target, factors, weight, size }, scope) =>
    call(scope, "dotRows", [target, factors, weight, size, "capacity", "rows"]),
  combineRows: ({ target, factors, weights, size }, scope) =>
    call(scope, "combineRows", [target, factors, weights, size, "capacity", "rows"]),
  addDiagonal: ({ target, source, size }, scope) => call(scope, "addDiagonal", [target, source, size]),
  addDiagonalOf: ({ matrix, target, size }, scope) => call(scope, "addDiagonalOf", [matrix, target, size]),
  cholesky: ({ matrix, scale, status, size }, scope) => call(scope, "cholesky", [matrix, scale, status, size]),
  choleskySolve: ({ matrix, scale, source, target, size }, scope) =>
    call(scope, "choleskySolve", [matrix, scale, source, target, size]),
  choleskyInverse: ({ matrix, scale, target, size }, scope) => {
    scope.needsBuffer();
    return call(scope, "choleskyInverse", [matrix, scale, target, size, "buffer"]);
  },
  matrixMultiply: (routine, scope) => {
    const { target, left, right, lines, columns, inner, transposeLeft, transposeRight, factor, add } = routine;
    const strides = [...(transposeLeft ? [1, lines] : [inner, 1]), ...(transposeRight ? [1, inner] : [columns, 1])];
    const by = expression(scalar(factor), scope).text;
    return call(scope, "matrixMultiply", [target, left, right, lines, columns, inner, ...strides, by, String(add)]);
  },
  choleskyInverseDiagonal: ({ matrix, scale, target, size }, scope) => {
    scope.needsBuffer();
    return call(scope, "choleskyInverseDiagonal", [matrix, scale, target, size, "buffer"]);
  },
  choleskyLogdet: ({ matrix, scale, target, size }, scope) =>
    call(scope, "choleskyLogdet", [matrix, scale, target, size]),
  symmetricMultiply: ({ matrix, source, target, size }, scope) =>
    call(scope, "symmetricMultiply", [matrix, source, target, size]),
  diagonalCheck: ({ matrix, status, size }, scope) => call(scope, "checkDiagonal", [matrix, status, size]),
  divide: ({ matrix, source, target, size }, scope) => call(scope, "divideBy", [matrix, source, target, size]),
  multiply: ({ matrix, source, target, size }, scope) => call(scope, "multiplyBy", [matrix, source, target, size]),
  sumLog: ({ matrix, target, size }, scope) =>
    `m[${startOf(target, scope)}] += ${call(scope, "sumOfLogs", [matrix, size])}`,
};

/** A routine as a statement, without its semicolon; null where there is nothing to do. */
export function routineText(routine: Routine, scope: CallScope): string | null {
  if ("target" in routine && routine.target.length === 0) return null;
  return (printers[routine.name] as Printer<RoutineName>)(routine as never, scope);
}
