// From failed checks to what the user is told: the line, where it is wrong, by how much, and, where the error is a simple
// factor at all arguments tried, that factor.

import type { FamilyItem } from "../check/index.ts";
import { type Diagnostic, diagnose, type Span } from "../diagnostics/index.ts";
import { type CheckName, type Finding, rounded } from "./checks.ts";
import type { ArgumentValues } from "./design.ts";

/** A finding with the arguments it was made at. */
export interface Placed extends Finding {
  readonly values: ArgumentValues;
  readonly names: readonly string[];
}

/** Whether what was found is not what is stated. */
export function wrong({ error, allowed }: Finding): boolean {
  return !(error <= allowed);
}

/** The arguments of a finding as words, `mean = 0, sd = 2.6`. */
export function placeOf({ values, names }: Pick<Placed, "values" | "names">): string {
  const shown = (v: readonly number[]): string =>
    v.length === 1 ? rounded(v[0] as number) : `[${v.map(rounded).join(", ")}]`;
  return names.map((name, k) => `${name} = ${shown(values[k] ?? [])}`).join(", ");
}

/** One diagnostic for all wrong findings of one check of one overload. */
export function explained(
  family: FamilyItem,
  check: CheckName,
  findings: readonly Placed[],
  whole: boolean,
): Diagnostic {
  const failed = findings.filter(wrong);
  const shown = telling(failed);
  const name = `\`${family.form}\``;
  const line = lineOf(check);
  const span = spanOf(family, line);
  const at = placeOf(shown);
  const stated = rounded(shown.stated);
  const found = rounded(Math.abs(shown.found) < 1e-9 * Math.abs(shown.stated) ? 0 : shown.found);
  const part = shown.part ?? line;
  if (Number.isNaN(shown.error)) {
    const what = check === "cdf" || check === "quantile" ? part : line;
    return diagnose("FF438", span, { line: what, name, at });
  }
  const factor = commonFactor(shown, findings);
  const hint = factor === null ? undefined : `At all arguments tried the right value is ${factor} times that.`;
  switch (check) {
    case "normalised": {
      const advice =
        factor === null ? undefined : `It is ${factor} at all arguments tried: subtract the logarithm of that.`;
      return diagnose("FF430", span, { name, found, at }, advice);
    }
    case "score":
      return diagnose("FF431", span, { name, argument: part, found, at });
    case "fisher": {
      const entry = shown.part === null ? "" : ` for ${shown.part}`;
      const more = alsoWrong(failed, shown);
      const advice = [hint, more].filter((text) => text !== undefined && text !== "").join(" ");
      return diagnose("FF432", span, { name, entry, stated, found, at }, advice === "" ? undefined : advice);
    }
    case "mean":
      return diagnose("FF433", span, { name, stated, found, at }, hint);
    case "variance":
      return diagnose("FF434", span, { name, stated, found, at }, hint);
    case "cdf":
      return diagnose("FF435", span, { line: part, name, stated, found, at });
    case "quantile": {
      const first = `the first response with enough probability is ${found}`;
      const finding = whole ? first : `the probability up to there is ${found}`;
      return diagnose("FF436", span, { line: part, name, stated, finding, at });
    }
    case "mode":
      return diagnose("FF437", span, { name, stated, found, at });
  }
}

/** The first of the findings that is about as wrong as the worst: the design starts with simple arguments. */
function telling(failed: readonly Placed[]): Placed {
  const worst = failed.reduce((a, b) => (worse(b, a) ? b : a));
  return (
    failed.find((f) => Number.isNaN(f.error) === Number.isNaN(worst.error) && !(f.error < 0.1 * worst.error)) ?? worst
  );
}

function alsoWrong(failed: readonly Placed[], shown: Placed): string {
  const others = [...new Set(failed.map((f) => f.part))].filter((part) => part !== shown.part && part !== null);
  if (others.length === 0) return "";
  const more = others.length > 3 ? ` and ${others.length - 3} more` : "";
  return `Wrong as well: ${others.slice(0, 3).join(", ")}${more}.`;
}

/** The line that a check is about. */
function lineOf(check: CheckName): string {
  return check === "normalised" || check === "score" ? "logpdf" : check;
}

/** A line that could be checked nowhere. */
export function unverified(family: FamilyItem, check: CheckName, reason: string): Diagnostic {
  const line = lineOf(check);
  return diagnose("FF439", spanOf(family, line), { line, name: `\`${family.form}\``, reason });
}

/** Whether `a` is farther from what it should be than `b`. */
export function worse(a: Finding, b: Finding): boolean {
  if (Number.isNaN(b.error)) return false;
  return Number.isNaN(a.error) || a.error / a.allowed > b.error / b.allowed;
}

function spanOf({ item }: FamilyItem, line: string): Span {
  return item.members.find((m) => m.name.text === line)?.span ?? item.name.span;
}

const constants: readonly (readonly [text: string, value: number])[] = [
  ["sqrt(2 * pi)", Math.sqrt(2 * Math.PI)],
  ["1 / sqrt(2 * pi)", 1 / Math.sqrt(2 * Math.PI)],
  ["sqrt(pi / 2)", Math.sqrt(Math.PI / 2)],
  ["sqrt(pi)", Math.sqrt(Math.PI)],
  ["pi", Math.PI],
  ["2 * pi", 2 * Math.PI],
  ["1 / pi", 1 / Math.PI],
  ["pi / 2", Math.PI / 2],
];
const exponents: readonly (readonly [text: string, power: number])[] = [
  ["", 1],
  ["^2", 2],
  ["^(-1)", -1],
  ["^(-2)", -2],
  ["^0.5", 0.5],
  ["^(-0.5)", -0.5],
];

/** found / stated as `2`, `sd`, `2 * sd^2` …, if one such expression holds wherever the same check was made. */
function commonFactor({ part, names }: Placed, all: readonly Placed[]): string | null {
  const mine = all.filter((f) => f.part === part && f.stated !== 0 && Number.isFinite(f.found));
  const ratios = mine.map((f) => f.found / f.stated);
  if (mine.length < 3 || !ratios.every((r) => r > 0)) return null;
  const same = steady(ratios);
  if (same !== null) return written(same);
  for (const [j, name] of names.entries())
    for (const [text, power] of exponents) {
      const left = steady(ratios.map((r, k) => r / ((mine[k] as Placed).values[j]?.[0] ?? 0) ** power));
      if (left !== null) return Math.abs(left - 1) < 1e-5 ? `${name}${text}` : `${written(left)} * ${name}${text}`;
    }
  return null;
}

function steady(values: readonly number[]): number | null {
  const [first] = values as [number];
  return values.every((v) => Math.abs(v / first - 1) < 1e-5) ? first : null;
}

function written(value: number): string {
  return constants.find(([, c]) => Math.abs(value / c - 1) < 1e-5)?.[0] ?? rounded(value);
}
