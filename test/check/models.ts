// Models in tests: parsed and checked, with what was said about them as `code line:column message`.

import { expect } from "vitest";
import { type Checked, type CheckOptions, check } from "../../src/check/index.ts";
import { type Diagnostic, position } from "../../src/diagnostics/index.ts";
import type { Density, LikelihoodTerm, NodeId, PriorTerm } from "../../src/ir/index.ts";
import { parse } from "../../src/syntax/index.ts";
import { evaluate, type Setting, scalar } from "./evaluate.ts";

/** Checks a text that parses without complaint. */
export function checked(text: string, options: CheckOptions = {}): Checked {
  const { ast, diagnostics } = parse({ path: "model.ffm", text });
  expect(diagnostics.map((d) => d.message)).toEqual([]);
  return check(ast, options);
}

/** Lines `FF201 2:3 message`. */
export function said(text: string, options: CheckOptions = {}): readonly string[] {
  return checked(text, options).diagnostics.map((d) => line(text, d));
}

export function line(text: string, { code, span, message }: Diagnostic): string {
  if (span === null) return `${code} - ${message}`;
  const place = position(text, span.start);
  return `${code} ${place.line}:${place.column} ${message}`;
}

/** The hints of what was said. */
export function hints(text: string, options: CheckOptions = {}): readonly (string | null)[] {
  return checked(text, options).diagnostics.map((d) => d.hint);
}

/** The density of a model about which nothing is said. */
export function density(text: string, options: CheckOptions = {}): Density {
  const result = checked(text, options);
  expect(result.diagnostics.map((d) => line(text, d))).toEqual([]);
  if (result.density === null) throw new Error("no density");
  return result.density;
}

/** The first likelihood of a density. */
export function likelihood(d: Density): LikelihoodTerm {
  const term = d.terms.find((t) => t.kind === "likelihood");
  if (term === undefined) throw new Error("no likelihood");
  return term;
}

/** The first prior of a density. */
export function prior(d: Density): PriorTerm {
  const term = d.terms.find((t) => t.kind === "prior");
  if (term === undefined) throw new Error("no prior");
  return term;
}

/** The value of the first likelihood's first argument: where the tests put the expression they are about. */
export function argument(d: Density, setting: Setting): number {
  return scalar(d.graph, likelihood(d).args[0] as NodeId, setting);
}

/** The value of an expression of `a` (a real parameter), `b` (real[3]), `m` (real[2, 3]), the row's data `x` and `v` (real[p]), `i` (int) and `c` (a category). */
export function value(expression: string, setting: Setting = {}): readonly number[] {
  const text = `${preamble}\nreport e = ${expression}\n`;
  const byRow = /\b[xvic]\b/.test(expression); // a report may not vary by row, a factor may
  const d = quiet(byRow ? `${preamble}\nfactor ${expression}\n` : text);
  const factor = d.terms.find((t) => t.kind === "factor");
  const node = byRow ? (factor?.value as NodeId) : (d.reports[0]?.value as NodeId);
  return evaluate(d.graph, node, { ...standard, ...setting });
}

const preamble = `const K = 3
data y : real
data x : real
data v : real[p] from "v*"
data i : int
data c : category
param a : real
param b : real[3]
param m : real[2, 3]
param w : real[p]
param u : real[p, 2]
param q : real[p, p]
param e_c : real[c]
y ~ Normal(a, 1)`;

/** Where \`value\` evaluates, unless told otherwise. */
export const standard: Setting = {
  dims: { p: 4, c: 3 },
  param: {
    a: 0.5,
    b: [1, -2, 3],
    m: [1, 2, 3, 4, 5, 6],
    w: [0.5, -1, 2, 0.25],
    u: [1, 2, 3, 4, 5, 6, 7, 8],
    q: Array.from({ length: 16 }, (_, k) => k + 1),
    e_c: [10, 20, 30],
  },
  column: { y: 0, x: 2, v: [1, 2, 3, 4], i: 2, c: 1 },
};

function quiet(text: string): Density {
  const result = checked(text);
  const errors = result.diagnostics.filter((d) => d.severity === "error").map((d) => line(text, d));
  expect(errors).toEqual([]);
  if (result.density === null) throw new Error("no density");
  return result.density;
}
