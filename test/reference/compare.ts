// How a reference test gets estimates from a model file, and how they are compared: by name, and in digits.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, fit as toConvergence } from "../../src/index.ts";

/** What `fit` answers. */
export type Summary = Awaited<ReturnType<typeof toConvergence>>;

type Rows = Parameters<typeof toConvergence>[1];
type Options = NonNullable<Parameters<typeof toConvergence>[2]>;

/** Compiles a model file and fits it, with the default backend or the one that FFM_BACKEND names. */
export async function solve(model: URL, rows: Rows, options: Options = {}): Promise<Summary> {
  const compiled = compile(readFileSync(model, "utf8"), { file: fileURLToPath(model) });
  const backend = process.env.FFM_BACKEND;
  const chosen = backend === "js" || backend === "interpret" ? { backend } : {};
  return toConvergence(compiled, rows, { ...chosen, ...options } as Options);
}

/**
 * Log relative error: the number of digits in which `value` agrees with `truth`, at most `limit`
 * (McCullough 1998, The American Statistician 52, 358-366). For a truth of 0 it is the log absolute error.
 */
export function digits(value: number, truth: number, limit = 16): number {
  if (!Number.isFinite(value)) return 0;
  const error = Math.abs(value - truth) / (truth === 0 ? 1 : Math.abs(truth));
  return error === 0 ? limit : Math.min(limit, Math.max(0, -Math.log10(error)));
}

/** A parameter or report of a summary by its name and index; a missing one is an error that lists what there is. */
export function quantity(
  summary: Summary,
  name: string,
  index: readonly (string | number)[] = [],
): { readonly estimate: number; readonly se: number } {
  const all = [...summary.parameters, ...summary.reports];
  const wanted = index.map(String).join();
  const found = all.find((entry) => entry.name === name && entry.index.map(String).join() === wanted);
  if (found === undefined) {
    const known = all.map((entry) => (entry.index.length === 0 ? entry.name : `${entry.name}[${entry.index}]`));
    throw new Error(`no ${name}[${wanted}] in the summary; there are ${known.join(", ")}`);
  }
  return { estimate: Number(found.estimate), se: Number(found.se) };
}
