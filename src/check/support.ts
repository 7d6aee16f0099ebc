// Where the values of an expression lie: intervals with an integer flag, and how operations move them. Enough
// to know that exp(x), 1 − p or a sum of positives may stand where `positive` or `unit` is asked, and no more.

/** All values x with lower ≤ x ≤ upper (strictly where open), whole numbers only where `integer`. */
export interface Support {
  readonly lower: number;
  readonly upper: number;
  readonly lowerOpen: boolean;
  readonly upperOpen: boolean;
  readonly integer: boolean;
}

const infinity = Number.POSITIVE_INFINITY;

/** The interval from `lower` to `upper`; infinite ends are open. */
export function interval(lower: number, upper: number, open = false, integer = false): Support {
  return {
    lower,
    upper,
    lowerOpen: open || lower === -infinity,
    upperOpen: open || upper === infinity,
    integer,
  };
}

/** The supports of the scalar types. */
export const supports = {
  real: interval(-infinity, infinity),
  positive: { ...interval(0, infinity), lowerOpen: true },
  nonnegative: interval(0, infinity),
  unit: interval(0, 1, true),
  probability: interval(0, 1),
  int: interval(-infinity, infinity, false, true),
  count: interval(0, infinity, false, true),
  binary: interval(0, 1, false, true),
  sine: interval(-1, 1),
} as const satisfies Record<string, Support>;

/** The support of one number. */
export function exactly(value: number): Support {
  return Number.isNaN(value) ? supports.real : interval(value, value, false, Number.isInteger(value));
}

/**
 * Whether every value of `inner` may stand where `outer` is asked. Ends count as inside even where `outer` is
 * open: [0, ∞) passes for `positive`, since a zero there is a matter of the data, found when they are read.
 */
export function fits(inner: Support, outer: Support): boolean {
  return inner.lower >= outer.lower && inner.upper <= outer.upper && (inner.integer || !outer.integer);
}

/** Whether a value lies inside, ends only where they belong. */
export function holds(support: Support, value: number): boolean {
  const above = support.lowerOpen ? value > support.lower : value >= support.lower;
  const below = support.upperOpen ? value < support.upper : value <= support.upper;
  return above && below && (!support.integer || Number.isInteger(value));
}

/** The words for a support in messages, in the language's own terms where it has one. */
export function describe(s: Support): string {
  if (s.lower === s.upper) return String(s.lower);
  if (s.integer) {
    if (s.lower === 0 && s.upper === 1) return "binary";
    if (s.lower === 0 && s.upper === infinity) return "count";
    if (s.lower === -infinity && s.upper === infinity) return "int";
    return s.upper === infinity ? `int from ${s.lower}` : `int in (${ends(s)})`;
  }
  if (s.lower === -infinity && s.upper === infinity) return "real";
  if (s.lower === 0 && s.upper === infinity) return s.lowerOpen ? "positive" : "positive or 0";
  if (s.lower === 0 && s.upper === 1) return s.lowerOpen ? "unit" : "from 0 to 1";
  return `real in (${ends(s)})`;
}

function ends(s: Support): string {
  const name = (x: number): string => (x === infinity ? "inf" : x === -infinity ? "-inf" : String(x));
  return `${name(s.lower)}, ${name(s.upper)}`;
}

// ---------------------------------------------------------------- arithmetic

/** The smallest support that holds both. */
export function union(a: Support, b: Support): Support {
  const [low, high] = [a.lower <= b.lower ? a : b, a.upper >= b.upper ? a : b];
  return {
    lower: low.lower,
    upper: high.upper,
    lowerOpen: a.lower === b.lower ? a.lowerOpen && b.lowerOpen : low.lowerOpen,
    upperOpen: a.upper === b.upper ? a.upperOpen && b.upperOpen : high.upperOpen,
    integer: a.integer && b.integer,
  };
}

export function negated(s: Support): Support {
  return { lower: -s.upper, upper: -s.lower, lowerOpen: s.upperOpen, upperOpen: s.lowerOpen, integer: s.integer };
}

export function sum(a: Support, b: Support): Support {
  const lower = a.lower + b.lower;
  const upper = a.upper + b.upper;
  return {
    lower: Number.isNaN(lower) ? -infinity : lower,
    upper: Number.isNaN(upper) ? infinity : upper,
    lowerOpen: a.lowerOpen || b.lowerOpen,
    upperOpen: a.upperOpen || b.upperOpen,
    integer: a.integer && b.integer,
  };
}

export function difference(a: Support, b: Support): Support {
  return sum(a, negated(b));
}

export function product(a: Support, b: Support): Support {
  const corners: { readonly value: number; readonly open: boolean }[] = [];
  for (const [x, xOpen] of [
    [a.lower, a.lowerOpen],
    [a.upper, a.upperOpen],
  ] as const)
    for (const [y, yOpen] of [
      [b.lower, b.lowerOpen],
      [b.upper, b.upperOpen],
    ] as const) {
      const zero = (x === 0 && !xOpen) || (y === 0 && !yOpen);
      corners.push({ value: x === 0 || y === 0 ? 0 : x * y, open: zero ? false : xOpen || yOpen });
    }
  return hull(corners, a.integer && b.integer);
}

function hull(points: readonly { readonly value: number; readonly open: boolean }[], integer: boolean): Support {
  const lower = Math.min(...points.map((p) => p.value));
  const upper = Math.max(...points.map((p) => p.value));
  return {
    lower,
    upper,
    lowerOpen: points.every((p) => p.value !== lower || p.open),
    upperOpen: points.every((p) => p.value !== upper || p.open),
    integer,
  };
}

export function quotient(a: Support, b: Support): Support {
  if (b.lower < 0 && b.upper > 0) return supports.real;
  if (b.lower === 0 && b.upper === 0) return supports.real;
  const inverse = (x: number, zero: number): number => (x === 0 ? zero : 1 / x);
  const sign = b.lower >= 0 ? infinity : -infinity;
  const reciprocal: Support = {
    lower: inverse(b.upper, sign),
    upper: inverse(b.lower, sign),
    lowerOpen: b.upperOpen,
    upperOpen: b.lowerOpen || b.lower === 0,
    integer: false,
  };
  return product(a, reciprocal);
}

/** x times itself. */
export function square(s: Support): Support {
  const size = absolute(s);
  return { ...product(size, size), integer: s.integer };
}

export function absolute(s: Support): Support {
  if (s.lower >= 0) return s;
  if (s.upper <= 0) return negated(s);
  const far = -s.lower > s.upper ? negated(s) : s;
  return { lower: 0, upper: far.upper, lowerOpen: false, upperOpen: far.upperOpen, integer: s.integer };
}

/** base ^ exponent. */
export function power(base: Support, exponent: Support): Support {
  const n = exponent.lower === exponent.upper ? exponent.lower : null;
  if (n === 0) return exactly(1);
  if (n === 1) return base;
  if (n !== null && n % 2 === 0) return n > 0 ? raised(absolute(base), n) : supports.positive;
  if (base.lower >= 0) {
    if (n !== null) return n > 0 ? raised(base, n) : { ...supports.positive };
    const below = base.upper <= 1 && exponent.lower >= 0;
    return { ...supports.nonnegative, upper: below ? 1 : infinity, upperOpen: !below, lowerOpen: base.lowerOpen };
  }
  return base.integer && exponent.integer && exponent.lower >= 0 ? supports.int : supports.real;
}

function raised(base: Support, n: number): Support {
  const integer = base.integer && Number.isInteger(n);
  return { ...base, lower: base.lower ** n, upper: base.upper ** n, integer };
}

/** The image under a growing function that `f` evaluates, infinite ends included. */
export function growing(s: Support, f: (x: number) => number, integer = false): Support {
  const [lower, upper] = [f(s.lower), f(s.upper)];
  if (Number.isNaN(lower) || Number.isNaN(upper)) return integer ? supports.int : supports.real;
  return { lower, upper, lowerOpen: s.lowerOpen, upperOpen: s.upperOpen, integer };
}

export function smaller(a: Support, b: Support): Support {
  return negated(larger(negated(a), negated(b)));
}

export function larger(a: Support, b: Support): Support {
  const low = a.lower >= b.lower ? a : b;
  const high = a.upper >= b.upper ? a : b;
  return {
    lower: low.lower,
    upper: high.upper,
    lowerOpen: low.lowerOpen,
    upperOpen: high.upperOpen,
    integer: a.integer && b.integer,
  };
}
