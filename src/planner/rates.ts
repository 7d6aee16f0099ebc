// From work to seconds: what an operation of each kind takes on a target. The figures were fitted to measured streams by
// `npm run bench -- cost` on the machine of docs/performance.md; `ffm plan --calibrate` fits them to the user's own.

import { type Work, workKinds } from "./work.ts";

/** Seconds an operation of each kind takes. */
export type Rates = { readonly [K in keyof Work]: number };

export type RatedTarget = "wasm" | "js" | "interpret";

export const rates: Readonly<Record<RatedTarget, Rates>> = {
  wasm: {
    elementwise: 5.3e-11,
    functions: 3.6e-10,
    serial: 4.6e-10,
    products: 8.4e-11,
    singles: 3.9e-11,
    dense: 1.0e-10,
    lines: 5.2e-10,
    portable: 3.8e-10,
    levels: 4.8e-10,
    eigen: 4.0e-10,
    bytes: 7.9e-12,
    scattered: 1.3e-9,
    calls: 1.6e-9,
  },
  js: {
    elementwise: 3.6e-10,
    functions: 7.0e-10,
    serial: 1e-10,
    products: 6.0e-10,
    singles: 1.1e-9,
    dense: 1.0e-9,
    lines: 1e-10,
    portable: 4.8e-10,
    levels: 1.2e-9,
    eigen: 1.8e-9,
    bytes: 5.7e-11,
    scattered: 1.7e-9,
    calls: 6.9e-9,
  },
  interpret: {
    elementwise: 6.5e-8,
    functions: 3.0e-8,
    serial: 3.8e-8,
    products: 1.1e-9,
    singles: 1.2e-9,
    dense: 3.3e-10,
    lines: 1e-10,
    portable: 2.0e-9,
    levels: 4.1e-9,
    eigen: 2.0e-9,
    bytes: 1e-10,
    scattered: 2.4e-7,
    calls: 2.4e-7,
  },
};

export function secondsOf(work: Work, by: Rates): number {
  return workKinds.reduce((sum, kind) => sum + work[kind] * by[kind], 0);
}
