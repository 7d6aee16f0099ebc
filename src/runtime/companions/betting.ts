// A sequential test of calibration by betting (Shafer 2021; Ramdas, Grünwald, Vovk and Shafer 2023): where the response of
// each row lies in what was foretold of it is, for honest predictions, a uniform number; its cell is bet on. The wealth is
// a martingale that starts at 1, so that by Ville's inequality it ever reaches 1/α with probability α at most, however long
// the stream. So that a late change is found as quickly as an early one, part of the wealth is kept back, and is put on
// bets that begin anew every so many rows (Shin, Ramdas and Rinaldo 2023, "E-detectors").

/** Upper ends of cells 0 … 6 of eight; cells 2 … 5 are inside the 95 % interval. */
export const cellEdges: readonly number[] = [0.001, 0.025, 0.25, 0.5, 0.75, 0.975, 0.999];
/** What an honest prediction gives each of the eight cells, and each pair of neighbours. */
const fine = [0.001, 0.024, 0.225, 0.25, 0.25, 0.225, 0.024, 0.001] as const;
const coarse = [0.025, 0.475, 0.475, 0.025] as const;
/** A bet begins as if so many rows had been seen at the honest probabilities: a Dirichlet prior. */
const prior = 40;
/** Rows from the beginning of one bet to that of the next, and bets that are kept at a time. */
const [spacing, most] = [64, 24];

/** Bets on both partitions that began at one row; the cells of rows since. */
export interface Bet {
  readonly row: number;
  coarse: number;
  fine: number;
  total: number;
  readonly cells: Float64Array;
}

/** The wealth and where it is; a plain value, saved as it is. */
export interface Purse {
  /** Kept back for bets to come. */
  cash: number;
  /** Bets begun, and rows since the last began. */
  begun: number;
  since: number;
  readonly bets: Bet[];
}

/** A wealth of 1, before any row. */
export function purse(): Purse {
  return { cash: 1, begun: 0, since: spacing, bets: [] };
}

/** The cell of a number from 0 to 1. */
export function cellOf(u: number): number {
  let cell = 0;
  while (cell < cellEdges.length && u > (cellEdges[cell] as number)) cell += 1;
  return cell;
}

/** All wealth: the e-value against honest predictions. */
export function wealth({ cash, bets }: Purse): number {
  return bets.reduce((sum, bet) => sum + bet.coarse + bet.fine, cash);
}

/**
 * Takes the cell of a row, in place. Each bet multiplies by the ratio of its predictive probability to the honest one, so
 * that after counts n it stands at B(a + n) / B(a) / Π pₖ^nₖ with a = 40 p, B the multivariate beta function.
 */
export function bet(own: Purse, cell: number, row: number): void {
  if (own.since >= spacing) begin(own, row);
  own.since += 1;
  const pair = cell >> 1;
  const [p, q] = [fine[cell] as number, coarse[pair] as number];
  for (const one of own.bets) {
    const single = one.cells[cell] as number;
    const both = (one.cells[2 * pair] as number) + (one.cells[2 * pair + 1] as number);
    one.coarse *= (prior * q + both) / ((prior + one.total) * q);
    one.fine *= (prior * p + single) / ((prior + one.total) * p);
    one.cells[cell] = single + 1;
    one.total += 1;
  }
}

/** Bet j gets 1/(j + 1) of what is kept back, j from 1: 1/(j (j + 1)) of all. */
function begin(own: Purse, row: number): void {
  own.since = 0;
  own.begun += 1;
  const stake = own.cash / (own.begun + 1);
  own.cash -= stake;
  own.bets.push({ row, coarse: stake / 2, fine: stake / 2, total: 0, cells: new Float64Array(fine.length) });
  if (own.bets.length > most) thin(own.bets);
}

/** Gives the wealth of one bet to an older one, so that beginnings lie the thinner the longer ago they are. */
function thin(bets: Bet[]): void {
  let [least, at] = [Number.POSITIVE_INFINITY, 1];
  for (let k = 1; k < bets.length - 1; k++) {
    const [older, own, newer] = [bets[k - 1] as Bet, bets[k] as Bet, bets[k + 1] as Bet];
    const gap = (older.total - newer.total) / own.total;
    if (gap < least) [least, at] = [gap, k];
  }
  const [older, gone] = [bets[at - 1] as Bet, bets[at] as Bet];
  older.coarse += gone.coarse;
  older.fine += gone.fine;
  bets.splice(at, 1);
}

/** The bet that won most: where the evidence begins. */
export function winner({ bets }: Purse): Bet | null {
  return bets.reduce<Bet | null>(
    (best, one) => (best === null || one.coarse + one.fine > best.coarse + best.fine ? one : best),
    null,
  );
}

/** Which direction predictions are off. */
export type Verdict = "low" | "high" | "narrow" | "wide" | "right" | "left" | "heavy" | "light";

/** The directions of the four components below, by their sign. */
const directions: readonly (readonly [Verdict, Verdict])[] = [
  ["low", "high"],
  ["narrow", "wide"],
  ["right", "left"],
  ["heavy", "light"],
];

/** What each verdict says, as the end of a sentence. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  narrow: "the intervals are too narrow",
  wide: "the intervals are too wide",
  high: "the predictions are too high",
  low: "the predictions are too low",
  heavy: "the responses have heavier tails and a fuller middle than the model's",
  light: "the responses have lighter tails and an emptier middle than the model's",
  right: "the responses are more skewed to the right than the model's",
  left: "the responses are more skewed to the left than the model's",
};

/** Standard normal quantiles of the edges, −∞ and ∞ at the ends. */
const scores = [
  Number.NEGATIVE_INFINITY,
  -3.090232306167813,
  -1.959963984540054,
  -0.6744897501960817,
  0,
  0.6744897501960817,
  1.959963984540054,
  3.090232306167813,
  Number.POSITIVE_INFINITY,
] as const;

/**
 * Neyman's smooth components (1937) of what is in the cells: the mean Hermite polynomials of degree 1 to 4 of a normal
 * score in each cell, made orthonormal under honest predictions. Place, spread, skewness and tails, in this order.
 */
const components: readonly (readonly number[])[] = smooth();

function smooth(): number[][] {
  const polynomials = [() => 1, (z: number) => z, (z: number) => z * z - 1, (z: number) => z ** 3 - 3 * z];
  const found: number[][] = [];
  for (const before of polynomials) {
    // ∫ Hₙ φ from a to b is Hₙ₋₁(a) φ(a) − Hₙ₋₁(b) φ(b)
    const end = (z: number): number => (Number.isFinite(z) ? before(z) * Math.exp((-z * z) / 2) : 0);
    let own = fine.map((p, k) => (end(scores[k] as number) - end(scores[k + 1] as number)) / p);
    const dot = (x: readonly number[], y: readonly number[]): number =>
      fine.reduce((sum, p, k) => sum + p * (x[k] as number) * (y[k] as number), 0);
    for (const other of found) {
      const share = dot(own, other);
      own = own.map((x, k) => x - share * (other[k] as number));
    }
    const length = Math.sqrt(dot(own, own));
    found.push(own.map((x) => x / length));
  }
  return found;
}

/** How much a component of a higher degree must exceed those below it. */
const plainly = 1.2;

/** The direction in which the cells of rows are furthest from honest ones, in standard errors. */
export function verdictOf(cells: ArrayLike<number>): Verdict {
  let [most, verdict]: [number, Verdict] = [0, "narrow"];
  for (const [k, component] of components.entries()) {
    const sum = component.reduce((total, x, cell) => total + x * (cells[cell] as number), 0);
    if (Math.abs(sum) <= (k === 0 ? most : plainly * most)) continue;
    const [over, under] = directions[k] as (typeof directions)[number];
    [most, verdict] = [Math.abs(sum), sum > 0 ? over : under];
  }
  return verdict;
}

/** Wilson's interval of a share, of 95 %. */
export function wilson(inside: number, n: number): readonly [number, number] {
  const z = 1.959963984540054;
  const p = inside / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
