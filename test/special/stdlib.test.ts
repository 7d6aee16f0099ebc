// The text of the standard library: embedded fresh, parses, and says what the references say. Densities,
// means and variances against test/reference/densities/*.json (textbook formulas at 60 to 900 digits, checked
// with SciPy), Fisher information against quadrature and summation (fisher.json).

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { stdlibModule } from "../../scripts/embed-stdlib.ts";
import { families } from "../../stdlib/index.ts";
import { callFunction, line, readLibrary, type Value } from "./evaluate.ts";

const folder = new URL("../reference/densities/", import.meta.url);
const library = readLibrary();

interface DensityRow {
  readonly family: string;
  readonly args: Readonly<Record<string, Value>>;
  readonly y: number;
  readonly logpdf: number;
  readonly mean: number | null;
  readonly variance: number | null;
}
interface FisherRow {
  readonly family: string;
  readonly args: Readonly<Record<string, Value>>;
  readonly fisher: readonly (readonly (number | null)[])[];
}

const fisherRows: readonly FisherRow[] = JSON.parse(readFileSync(new URL("fisher.json", folder), "utf8"));
const densityRows: readonly DensityRow[] = readdirSync(folder)
  .filter((file) => file.endsWith(".json") && file !== "fisher.json")
  .flatMap((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")));

const overloads = library.distributions.map((family) => {
  const names = family.parameters.map((p) => p.name.text);
  const mine = (row: { family: string; args: object }): boolean =>
    row.family === family.name.text && Object.keys(row.args).join() === names.join();
  return { title: `${family.name.text}(${names.join(", ")})`, family, mine };
});

/** Error relative to max(floor, |want|); equal infinities agree. */
function error(got: Value | null, want: number, floor: number): number {
  if (got === want) return 0;
  const e = Math.abs((got as number) - want) / Math.max(floor, Math.abs(want));
  return Number.isNaN(e) ? Number.POSITIVE_INFINITY : e;
}

test("stdlib/index.ts is what scripts/embed-stdlib.ts writes", () => {
  expect(readFileSync(new URL("../../stdlib/index.ts", import.meta.url), "utf8")).toBe(stdlibModule());
});

test("every overload of every family is documented and has references", () => {
  expect(new Set(library.distributions.map((d) => d.name.text))).toEqual(new Set(Object.keys(families)));
  for (const { family, mine } of overloads) {
    expect(family.doc).not.toBeNull();
    expect(densityRows.filter(mine).length).toBeGreaterThan(5);
  }
  for (const fn of library.functions.values()) expect(fn.doc).not.toBeNull();
});

// Measured: ≤ 2e-11 everywhere; ≤ 1e-13 but for gamma and beta of shape 10⁴ and more, counts of 10⁴ and more (where
// terms of the size of shape · log(shape) cancel) and logits of 10⁶ (whose rounding shows).
test.each(overloads)("$title: log density within 1e-10, moments within 1e-12", ({ family, mine }) => {
  for (const { args, y, logpdf, mean, variance } of densityRows.filter(mine)) {
    const at = `${JSON.stringify(args)} y ${y}`;
    expect(error(line(library, family, "logpdf", args, y), logpdf, 1), at).toBeLessThan(1e-10);
    const own = { mean: line(library, family, "mean", args), variance: line(library, family, "variance", args) };
    if (own.mean !== null && mean !== null) expect(error(own.mean, mean, 1e-300), at).toBeLessThan(1e-12);
    if (own.variance !== null && variance !== null)
      expect(error(own.variance, variance, 1e-300), at).toBeLessThan(1e-12);
  }
});

test.each(
  overloads.filter(({ title }) => !/^(Uniform|Categorical\(p)/.test(title)),
)("$title: Fisher information within 1e-12 of quadrature", ({ family, mine }) => {
  const rows = fisherRows.filter(mine);
  expect(rows.length).toBeGreaterThan(0);
  for (const { args, fisher } of rows) {
    const value = line(library, family, "fisher", args) as Value;
    const matrix = typeof value === "object" ? (value as readonly (readonly Value[])[]) : [[value]];
    for (const [j, row] of fisher.entries()) {
      for (const [k, want] of row.entries()) {
        if (want === null || matrix[j][k] === "unknown" || matrix[j][j] === "unknown" || matrix[k][k] === "unknown")
          continue;
        const scale = Math.sqrt((fisher[j][j] as number) * (fisher[k][k] as number));
        expect(Math.abs((matrix[j][k] as number) - want) / scale, JSON.stringify(args)).toBeLessThan(1e-12);
      }
    }
  }
});

test("Categorical(p): Fisher information along the simplex within 1e-12 of summation", () => {
  const family = overloads.find(({ title }) => title === "Categorical(p)")!;
  for (const { args, fisher } of fisherRows.filter(family.mine)) {
    const own = line(library, family.family, "fisher", args) as readonly (readonly number[])[];
    const directions = [
      [1, -1, 0],
      [0, 1, -1],
    ];
    const form = (m: readonly (readonly (number | null)[])[], a: number[], b: number[]): number =>
      a.reduce((sum, x, i) => sum + b.reduce((inner, z, j) => inner + x * (m[i][j] as number) * z, 0), 0);
    for (const a of directions) for (const b of directions) expect(form(own, a, b)).toBeCloseTo(form(fisher, a, b), 11);
  }
});

test("the cdf undoes the quantile, and grows from 0 to 1", () => {
  for (const { family, mine } of overloads) {
    const has = (name: string): boolean => family.members.some((m) => m.name.text === name);
    if (!has("cdf")) continue;
    for (const { args, y } of densityRows.filter(mine)) {
      const p = line(library, family, "cdf", args, y) as number;
      expect(p).toBeGreaterThanOrEqual(0);
      expect(p).toBeLessThanOrEqual(1);
      expect(line(library, family, "cdf", args, y + Math.abs(y)) as number).toBeGreaterThanOrEqual(p);
    }
    if (!has("quantile")) continue;
    for (const { args } of fisherRows.filter(mine)) {
      for (const p of [0.001, 0.2, 0.5, 0.75, 0.999]) {
        const y = line(library, family, "quantile", args, p) as number;
        expect(error(line(library, family, "cdf", args, y), p, 1e-300)).toBeLessThan(2e-13);
      }
    }
  }
});

const grid = [-8.5, -1.5, -0.9, -0.25, -1e-9, 0, 1e-9, 0.3, 0.75, 1, 2.5, 30];
const standard: readonly {
  readonly name: string;
  readonly f: (x: number) => number;
  readonly keep?: (x: number) => boolean;
}[] = [
  { name: "logit", f: (p) => Math.log(p / (1 - p)), keep: (x) => x > 0 && x < 1 },
  { name: "log_sigmoid", f: (x) => -Math.log1p(Math.exp(-x)) },
  { name: "cloglog", f: (p) => Math.log(-Math.log1p(-p)), keep: (x) => x > 0 && x < 1 },
  { name: "sinh", f: Math.sinh },
  { name: "cosh", f: Math.cosh },
  { name: "asinh", f: Math.asinh },
  { name: "acosh", f: Math.acosh, keep: (x) => x >= 1 },
  { name: "atanh", f: Math.atanh, keep: (x) => Math.abs(x) < 1 },
  { name: "asin", f: Math.asin, keep: (x) => Math.abs(x) <= 1 },
  { name: "acos", f: Math.acos, keep: (x) => Math.abs(x) <= 1 },
  { name: "log2", f: Math.log2, keep: (x) => x > 0 },
  { name: "log10", f: Math.log10, keep: (x) => x > 0 },
  { name: "relu", f: (x) => (x > 0 ? x : 0) },
  { name: "silu", f: (x) => x / (1 + Math.exp(-x)) },
];

test.each(standard)("$name is within 2e-15 of its definition", ({ name, f, keep }) => {
  const fn = library.functions.get(name)!;
  for (const x of grid.filter(keep ?? (() => true)))
    expect(error(callFunction(library, fn, [x]), f(x), 1e-300), `${name}(${x})`).toBeLessThan(2e-15);
});

test("functions of several arguments", () => {
  const call = (name: string, ...args: number[]): number =>
    callFunction(library, library.functions.get(name)!, args) as number;
  expect(call("leaky_relu", -2, 0.1)).toBe(-0.2);
  expect([call("clamp", -2, 0, 1), call("clamp", 0.5, 0, 1), call("clamp", 7, 0, 1)]).toEqual([0, 0.5, 1]);
  expect([call("where", 1, 3, 4), call("where", 0, 3, 4)]).toEqual([3, 4]);
  expect(call("beta", 2, 3)).toBeCloseTo(1 / 12, 15);
  expect(call("beta", 3, 2)).toBe(call("beta", 2, 3));
  expect(call("log_choose", 50, 4)).toBeCloseTo(Math.log(230300), 13);
  expect(call("log_choose", 1e15, 1)).toBeCloseTo(Math.log(1e15), 13);
  expect(call("log_choose", 1e15, 1e15 - 1)).toBeCloseTo(Math.log(1e15), 13);
  expect(call("log_choose", 3, 5)).toBe(-Infinity);
  expect([call("xlog1py", 0, -1), call("xlog1py", 2, 1)]).toEqual([0, 2 * Math.LN2]);
  expect(call("gelu", 1)).toBeCloseTo(0.8413447460685429, 15);
  // 1e8: the asymptotic 1/(2x²) + 1/(6x³); 20: both sides of the switch
  expect(call("trigamma_excess", 1e8) * 2e16).toBeCloseTo(1 + 1 / 3e8, 14);
  expect(call("trigamma_excess", 20) / call("trigamma_excess", 20 - 1e-12)).toBeCloseTo(1, 12);
  // 1e10: 7/2 df⁻⁴; 40: both sides of the switch
  expect(call("student_df_information", 1e10) * 1e40).toBeCloseTo(3.5, 8);
  expect(call("student_df_information", 40) / call("student_df_information", 40 - 1e-12)).toBeCloseTo(1, 11);
});
