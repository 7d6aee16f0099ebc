// Matrix products in WASM: calls of the kernels that pack their arguments, and the room these need.

import type { Precision, Routine, Scalar } from "../../ir/index.ts";
import { scalar } from "../loops/write.ts";
import { get, type Local, op } from "./encode.ts";
import type { Generator } from "./generate.ts";

/** A dense argument of a product: its address in bytes, and how far its lines and its columns are apart in doubles. */
export interface Dense {
  readonly at: number;
  readonly line: number;
  readonly column: number;
}

/** A matrix that lies row-major as lines × columns, or transposed as columns × lines. */
export function denseOf(at: number, lines: number, columns: number, transposed: boolean): Dense {
  return transposed ? { at, line: 1, column: lines } : { at, line: columns, column: 1 };
}

/**
 * From where on panels are worth their packing: entries of a sum of products over rows in doubles and in floats;
 * coordinates of a rank update in floats.
 */
export const packed = { double: 4096, single: 64, rank: 32 } as const;

/** The number 1. */
export const one: Scalar = { kind: "number", value: 1 };

/** The kernels' bits for how a product is written. */
export const forms = { set: 0, add: 1, addLower: 3 } as const;

/** target (lines × columns, its lines `apart` doubles apart) ← or += factor · Σ_l weight · left · right over `inner`. */
export function product(
  generator: Generator,
  work: number,
  precision: Precision,
  target: { readonly at: number; readonly apart: number; readonly form: number },
  [left, right]: readonly [Dense, Dense],
  [lines, columns, inner]: readonly (number | Local)[],
  factor: Scalar,
  weight = 0,
): void {
  const size = (value: number | Local | undefined): readonly (number | Local)[] =>
    typeof value === "object" ? get(value) : op.i32.const(value ?? 0);
  for (const value of [target.at, target.apart, left.at, left.line, left.column, right.at, right.line, right.column])
    generator.emit(op.i32.const(value));
  generator.emit(size(lines), size(columns), size(inner));
  generator.scalar(scalar(factor));
  for (const value of [weight, target.form, work]) generator.emit(op.i32.const(value));
  generator.emit(op.call(generator.surroundings.kernel(precision === "single" ? "gemmSingle" : "gemm")));
}

/** Bytes that a product works in: a tile, panels of at most 256 steps, and which steps of each are not zero. */
function panels(columns: number, inner: number, precision: Precision): number {
  const [bytes, most] = precision === "single" ? [4, 512] : [8, 256];
  const steps = Math.min(inner, 256);
  const across = 8 * Math.ceil(Math.min(columns, most) / 8);
  const marks = (steps + 2) * (16 + (across * bytes) / 32);
  return 256 + bytes * steps * (64 + across) + 8 * Math.ceil(marks / 8);
}

/** Bytes of work area that a routine needs beyond what all have. */
export function workOf(routine: Routine, capacity: number): number {
  switch (routine.name) {
    case "matrixMultiply":
      return panels(routine.columns, routine.inner, routine.precision);
    case "multiplyRows":
      return panels(capacity, routine.inner, routine.precision);
    case "crossUpdate":
      return panels(routine.rightSize, capacity, routine.precision);
    case "rankUpdate":
      return routine.precision === "single" ? panels(routine.positions.length, capacity, "single") : 0;
    case "choleskyInverse":
      return 512 * routine.size + panels(routine.size, routine.size, "double");
    default:
      return 0;
  }
}
