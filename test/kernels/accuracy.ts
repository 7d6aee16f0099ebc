// Errors of the elementary and special kernels in units of the last place, against reference.json.

import { readFileSync } from "node:fs";
import type { Kernels } from "./instance.ts";

/** Arguments, the nearest double, and what is missing to the exact value in units of its last place. */
export type Row = readonly number[];

/** The reference table, or another of its form. */
export function references(
  path: URL | string = new URL("reference.json", import.meta.url),
): ReadonlyMap<string, readonly Row[]> {
  const { source: _, ...table } = JSON.parse(readFileSync(path, "utf8")) as Record<string, readonly Row[]>;
  return new Map(Object.entries(table));
}

const bits = new DataView(new ArrayBuffer(8));

/** The distance from |x| to the next double. */
export function ulp(x: number): number {
  bits.setFloat64(0, Math.abs(x));
  const exponent = Math.max(bits.getUint32(0) >>> 20, 1) - 1075;
  return exponent < -1022 ? 2 ** (exponent + 1074) * Number.MIN_VALUE : 2 ** exponent;
}

/** A kernel's values at the arguments of rows, two at a time. */
export function values(kernels: Kernels, name: string, rows: readonly Row[]): readonly number[] {
  const { memory, at, call } = kernels;
  const n = rows.length;
  const column = (k: number): number => {
    for (const [i, row] of rows.entries()) memory[k * n + i] = row[k] as number;
    return at(k * n);
  };
  const out = 3 * n;
  if (name === "polygamma" || name === "risingPolygamma") {
    for (const [i, [order, ...args]] of rows.entries()) {
      const places = args.slice(0, name === "polygamma" ? 1 : 2).map((value, k) => {
        memory[out + n + k] = value;
        return at(out + n + k);
      });
      call(`${name}_array`, order as number, ...places, at(out + i), 1);
    }
  } else if (name === "pow" || name === "xlogy") call(`${name}_array`, column(0), column(1), at(out), n);
  else call(`${name}_array`, column(0), at(out), n);
  return Array.from(memory.subarray(out, out + n));
}

export interface Errors {
  readonly name: string;
  readonly rows: number;
  readonly worst: number;
  /** Arguments of the worst. */
  readonly where: readonly number[];
}

/** The worst error of a kernel over rows. */
export function errors(kernels: Kernels, name: string, rows: readonly Row[]): Errors {
  let worst = 0;
  let where: readonly number[] = [];
  for (const [i, value] of values(kernels, name, rows).entries()) {
    const row = rows[i] as Row;
    const exact = row.at(-2) as number;
    const error = Math.abs((value - exact) / ulp(exact) - (row.at(-1) as number));
    if (!(error <= worst)) {
      worst = error;
      where = row.slice(0, -2);
    }
  }
  return { name, rows: rows.length, worst, where };
}
