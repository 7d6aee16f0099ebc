// NIST StRD's linear problems with `structure full sqrt`: what normal equations can't stand, to the digits that the data
// have in doubles; and what plain `full` says of the one it can't solve. (Footing of the errors as in reference/nist.test.ts.)

import { describe, expect, test } from "vitest";
import { digits, quantity, solve } from "../reference/compare.ts";
import { present, readJson, titled } from "../reference/external.ts";

interface Problem {
  readonly params: readonly { readonly name: string; readonly value: number; readonly sd: number }[];
  readonly residual_sd: number;
  readonly n: number;
  readonly data: readonly (readonly number[])[];
}

/** Digits of the estimates and of their standard errors; Filip's powers of x are rounded before anything is computed. */
const wanted: Readonly<Record<string, readonly [number, number]>> = {
  Filip: [6, 6],
  Longley: [9, 9],
  Wampler1: [8, 0],
  Wampler2: [8, 0],
  Wampler3: [8, 9],
  Wampler4: [8, 9],
  Wampler5: [7, 9],
};

const there = present("nist/linear.json");
const problems = there ? readJson<Record<string, Problem>>("nist/linear.json") : {};

function fitted(name: string, structure: object): ReturnType<typeof solve> {
  const { data } = problems[name];
  const width = data[0].length;
  const names = width === 2 ? ["y", "x"] : ["y", ...Array.from({ length: width - 1 }, (_, k) => `x${k + 1}`)];
  const columns = Object.fromEntries(names.map((column, k) => [column, data.map((row) => row[k])]));
  const model = new URL(`../reference/nist/models/${name.toLowerCase()}.ffm`, import.meta.url);
  return solve(model, columns, { structure: [structure] } as never);
}

describe.skipIf(!there)(titled("NIST StRD, linear, in square-root form", "nist/linear.json"), () => {
  test.each(Object.keys(wanted))("%s", async (name) => {
    const summary = await fitted(name, { kind: "full", root: true, parameters: null });
    const { params, n, residual_sd } = problems[name];
    const footing = Math.sqrt(n / (n - params.length));
    const of = (wantedName: string) => quantity(summary, wantedName.toLowerCase());
    const [estimates, errors] = wanted[name];
    expect(Math.min(...params.map((p) => digits(of(p.name).estimate, p.value)))).toBeGreaterThanOrEqual(estimates);
    // where a fit is exact the scale falls to nothing, and errors with it
    if (residual_sd === 0) return;
    expect(summary.converged).toBe(true);
    expect(Math.min(...params.map((p) => digits(of(p.name).se * footing, p.sd)))).toBeGreaterThanOrEqual(errors);
  });

  test("the full matrix itself says that it can't solve Filip", async () => {
    await expect(fitted("Filip", { kind: "full", parameters: null })).rejects.toThrow(/FF60[24]/);
  });
});
