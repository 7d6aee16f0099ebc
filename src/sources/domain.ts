// The values a `data` item accepts, as one test that is cheap enough for every cell: a closed range of doubles.

import type { ValueDomain } from "../ir/index.ts";

/** `lower <= v && v <= upper` (and `v` whole) is the whole test: open bounds and infinities are already moved inside. */
export interface Range {
  readonly lower: number;
  readonly upper: number;
  readonly whole: boolean;
  /** Whether it takes every finite number. */
  readonly all: boolean;
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);

/** The double next to a finite one, towards `to`. */
function neighbour(value: number, to: number): number {
  if (value === 0) return to > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  float[0] = value;
  bits[0] += to > value === value > 0 ? 1n : -1n;
  return float[0];
}

/** The closed range of a domain. No domain holds an infinity. */
export function rangeOf(domain: ValueDomain): Range {
  const lower = Math.max(domain.lower, -Number.MAX_VALUE);
  const upper = Math.min(domain.upper, Number.MAX_VALUE);
  const whole = domain.kind !== "real";
  return {
    lower: domain.lowerOpen && lower === domain.lower ? neighbour(lower, Number.POSITIVE_INFINITY) : lower,
    upper: domain.upperOpen && upper === domain.upper ? neighbour(upper, Number.NEGATIVE_INFINITY) : upper,
    whole,
    all: !whole && domain.lower === Number.NEGATIVE_INFINITY && domain.upper === Number.POSITIVE_INFINITY,
  };
}

/** Whether a number may stand there; NaN may not. */
export function holds(range: Range, value: number): boolean {
  return value >= range.lower && value <= range.upper && (!range.whole || Math.floor(value) === value);
}

/** How a message says what was expected: the type's own word and what it takes. */
export function describe(domain: ValueDomain): string {
  const noun = domain.kind === "real" ? "number" : "whole number";
  const below = Number.isFinite(domain.lower) ? `${domain.lowerOpen ? "above" : "from"} ${domain.lower}` : "";
  const above = Number.isFinite(domain.upper) ? `${domain.upperOpen ? "below" : "up to"} ${domain.upper}` : "";
  const article = below === "" && above === "" && domain.kind === "real" ? "finite " : "";
  const bounds = [below, above].filter((bound) => bound !== "").join(domain.lowerOpen ? " and " : " ");
  return `\`${domain.label}\` (a ${article}${noun}${bounds === "" ? "" : ` ${bounds}`})`;
}
