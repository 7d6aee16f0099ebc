// The honesty watch: where the responses of some rows of each batch lie in what was foretold of them before they were learnt
// from. A sequential test (betting.ts) says with an event when these places are not those of honest predictions. It looks,
// and leaves the flow's course as it is; how many rows it looks at is decided by what that costs beside the flow itself.

import type { Batch } from "../../ir/index.ts";
import type { Baggage, Companion } from "../companion.ts";
import type { Noted } from "../event.ts";
import type { Flow } from "../flow.ts";
import {
  type Bet,
  bet,
  cellEdges,
  cellOf,
  type Purse,
  purse,
  type Verdict,
  verdictOf,
  verdictWords,
  wealth,
  wilson,
  winner,
} from "./betting.ts";

/** Name of its baggage in a saved state. */
export const watchName = "watch";

/** Places of responses in what is foretold of them; see `forecaster` of the room predict, which is one. */
export interface Foresight {
  readonly statements: readonly { readonly text: string; readonly elements: number }[];
  readonly refresh: (flow: Flow) => void;
  /** P(Y < y) and P(Y ≤ y): a statement's elements × rows, element after element, NaN where there is no response. */
  readonly transforms: (
    batch: Batch,
    rows: readonly number[],
  ) => readonly { readonly below: Float64Array; readonly at: Float64Array }[];
}

/** What looking and learning cost, in microseconds, as far as it can be known without a clock. */
export interface WatchCosts {
  /** Learning from a row, and from a batch besides its rows. */
  readonly learn: number;
  readonly batch: number;
  /** Placing a row's responses, and each call besides its rows. */
  readonly row: number;
  readonly call: number;
  /** Taking the flow's estimate and covariance. */
  readonly refresh: number;
}

export interface WatchOptions {
  /** Probability of a false alarm, ever, over all statements. */
  readonly alpha: number;
  /** A stream of uniform numbers for each name, the same each time. */
  readonly chance: (name: string) => () => number;
  readonly costs: WatchCosts;
}

/** Coverage of the 95 % intervals of rows that were watched. */
export interface Coverage {
  readonly rows: number;
  readonly share: number;
  /** Wilson's interval of the share, of 95 %. */
  readonly lower: number;
  readonly upper: number;
}

/** Share of the flow's own cost that looking may take. */
const share = 0.03;
/** Rows by which a misfit from the beginning is to be found, and microseconds that are given for them. */
const [first, dearest] = [4000, 300_000];
/** Rows that are looked at one by one; the share looked at of those that follow falls with their number. */
const all = 400;
/** Rows looked at in one go after them, at least. */
const together = 16;
/** Share of the rows in memory that may be looked at by one estimate, whose error they share. */
const by = 1 / 4;
/** Wealth beyond 1/α that is asked for: the bets don't know of that error, which makes alarms by a fifth more frequent. */
const margin = 1.25;
/** Watched rows without new evidence after which a trouble is over, and a verdict is said again. */
const quiet = 2048;

/** No trouble. */
const honest = { said: [], cells: cellEdges.map(() => 0).concat(0), calm: 0 } as const;

/** A statement's test. */
interface Watched {
  purse: Purse;
  /** Of the trouble in hand: its verdicts, the cells of its evidence, and rows since the last of that. */
  said: readonly string[];
  cells: readonly number[];
  calm: number;
}

export class Watch implements Companion {
  readonly name = watchName;
  readonly #options: WatchOptions;
  readonly #build: (flow: Flow) => Foresight | null;
  #foresight: Foresight | null = null;
  #tests: Watched[] = [];
  /** Rows looked at, those of which something was placed, places in all and those inside the 95 % interval. */
  #looked = 0;
  #rows = 0;
  #placed = 0;
  #inside = 0;
  /** Microseconds that may be spent, and rows learnt from since the beginning. */
  #credit = 0;
  #seen = 0;
  #events: Noted[] = [];

  /** `build` is asked once rows are to be looked at; null where nothing can be foretold. */
  constructor(build: (flow: Flow) => Foresight | null, options: WatchOptions) {
    this.#build = build;
    this.#options = options;
  }

  /** Null before any row was looked at. */
  get coverage(): Coverage | null {
    if (this.#placed === 0) return null;
    const [lower, upper] = wilson(this.#inside, this.#placed);
    return { rows: this.#rows, share: this.#inside / this.#placed, lower, upper };
  }

  before(flow: Flow, batch: Batch): void {
    this.#events = [];
    const count = this.#affordable(flow, batch);
    if (count === 0) return;
    this.#foresight ??= this.#build(flow);
    const foresight = this.#foresight;
    if (foresight === null || foresight.statements.length === 0) return;
    const { row, call, refresh } = this.#options.costs;
    this.#credit -= refresh + call + count * row;
    foresight.refresh(flow);
    this.#look(flow, foresight, batch, count);
  }

  /** How many rows of a batch to look at. */
  #affordable(flow: Flow, batch: Batch): number {
    const { learn, batch: each, row, call, refresh } = this.#options.costs;
    const early = Math.max(0, Math.min(batch.rows, first - this.#seen));
    const dense = Math.min(1, all / Math.max(1, this.#looked));
    this.#seen += batch.rows;
    this.#credit += share * (each + learn * batch.rows) + early * Math.min(row, dearest / first) * dense;
    // what was given for the first rows is for them
    if (early === 0)
      this.#credit = Math.min(this.#credit, refresh + call + (together + 1) * Math.max(row, refresh / together));
    const left = this.#credit - refresh - call;
    if (left < row || flow.rows < Math.max(100, 10 * flow.phi.length)) return 0;
    const memory = flow.state("control")[flow.program.artefact.step.layout.control.seen] as number;
    const most = Math.min(batch.rows, Math.floor(by * memory));
    if (early > 0) return Math.min(most, Math.ceil(batch.rows * dense), Math.floor(left / row));
    // a few at a time cost much a row
    const wanted = Math.min(most, Math.max(together, Math.ceil(refresh / row)));
    return left < wanted * row ? 0 : wanted;
  }

  after(flow: Flow): void {
    flow.events.push(...this.#events);
    this.#events = [];
  }

  #look(flow: Flow, foresight: Foresight, batch: Batch, count: number): void {
    const { chance } = this.#options;
    const start = count === batch.rows ? 0 : chance(`watch rows ${this.#looked}`)();
    const rows = Array.from({ length: count }, (_, k) => Math.floor(((k + start) * batch.rows) / count));
    const places = foresight.transforms(batch, rows);
    this.#tests = foresight.statements.map((_, k) => this.#tests[k] ?? { ...honest, purse: purse() });
    for (const [r, row] of rows.entries()) {
      const uniform = chance(`watch ${this.#looked}`);
      this.#looked += 1;
      let any = false;
      for (const [k, { text, elements }] of foresight.statements.entries()) {
        const { below, at } = places[k] as (typeof places)[number];
        // one element: those of a row need not be independent
        const element = elements === 1 ? 0 : Math.floor(uniform() * elements);
        const [low, high] = [below[element * count + r] as number, at[element * count + r] as number];
        const u = low + uniform() * (high - low);
        if (!(u >= -1e-9 && u <= 1 + 1e-9)) continue;
        any = true;
        this.#place(u, flow.rows + row + 1, this.#tests[k] as Watched, text);
      }
      if (any) this.#rows += 1;
    }
  }

  #place(u: number, row: number, test: Watched, text: string): void {
    const cell = cellOf(u);
    this.#placed += 1;
    this.#inside += within(cell) ? 1 : 0;
    test.calm += 1;
    bet(test.purse, cell, row);
    const evidence = wealth(test.purse);
    if (evidence < (margin * this.#tests.length) / this.#options.alpha) return;
    const won = winner(test.purse);
    test.purse = purse();
    if (won === null) return;
    if (test.calm > quiet) Object.assign(test, honest);
    const cells = test.cells.map((x, cell) => x + (won.cells[cell] as number));
    const verdict = verdictOf(cells);
    if (!test.said.includes(verdict)) {
      this.#events.push(noteOf(verdict, won, evidence, row, text));
      test.said = [...test.said, verdict];
    }
    [test.cells, test.calm] = [cells, 0];
  }

  /** What foretold is of the program before. */
  moved(): void {
    this.#foresight = null;
  }

  save(): Baggage {
    const values = {
      tests: this.#tests.map(({ purse: own, said, cells, calm }) => ({
        said,
        cells,
        calm,
        cash: own.cash,
        begun: own.begun,
        since: own.since,
        bets: own.bets.map((one) => ({ ...one, cells: [...one.cells] })),
      })),
      looked: this.#looked,
      rows: this.#rows,
      placed: this.#placed,
      inside: this.#inside,
      credit: this.#credit,
      seen: this.#seen,
    };
    return { values, tensors: new Map() };
  }

  restore({ values }: Baggage): void {
    const numbers = ["looked", "rows", "placed", "inside", "credit", "seen"].map((name) => values[name]);
    if (!numbers.every((x) => Number.isFinite(x)) || !Array.isArray(values.tests))
      throw new RangeError("its counts are not numbers");
    const [looked, rows, placed, inside, credit, seen] = numbers as number[];
    this.#tests = (values.tests as unknown[]).map(testFrom);
    [this.#looked, this.#rows, this.#placed] = [looked as number, rows as number, placed as number];
    [this.#inside, this.#credit, this.#seen] = [inside as number, credit as number, seen as number];
    this.#events = [];
  }
}

function within(cell: number): boolean {
  return cell > 1 && cell < cellEdges.length - 1;
}

function noteOf(verdict: Verdict, won: Bet, evidence: number, row: number, text: string): Noted {
  const inside = won.cells.reduce((sum, x, cell) => sum + (within(cell) ? x : 0), 0);
  const cover = inside / won.total;
  const percent = `${(100 * cover).toFixed(1)} %`;
  return {
    kind: "miscalibrated",
    row,
    message: `${verdictWords[verdict]}: of ${won.total} watched responses since row ${won.row}, ${percent} were inside their 95 % intervals (\`${text}\`)`,
    details: {
      verdict,
      cover,
      watched: won.total,
      since: won.row,
      eValue: Number(evidence.toPrecision(6)),
      statement: text,
    },
  };
}

/** Throws RangeError for what is no saved test. */
function testFrom(saved: unknown): Watched {
  const { said, cells, calm, cash, begun, since, bets } = (saved ?? {}) as Readonly<Record<string, unknown>>;
  const counts = countsFrom(cells);
  if (![calm, cash, begun, since].every(isAmount) || !Array.isArray(said) || counts === null || !Array.isArray(bets))
    throw new RangeError("a test is not one of its own");
  return {
    said: said.map(String),
    cells: counts,
    calm: calm as number,
    purse: {
      cash: cash as number,
      begun: begun as number,
      since: since as number,
      bets: (bets as Readonly<Record<string, unknown>>[]).map(betFrom),
    },
  };
}

function betFrom({ row, coarse, fine, total, cells }: Readonly<Record<string, unknown>>): Bet {
  const counts = countsFrom(cells);
  if (![row, coarse, fine, total].every(isAmount) || counts === null)
    throw new RangeError("a bet is not one of its own");
  return {
    row: row as number,
    coarse: coarse as number,
    fine: fine as number,
    total: total as number,
    cells: Float64Array.from(counts),
  };
}

function countsFrom(cells: unknown): readonly number[] | null {
  return Array.isArray(cells) && cells.length === cellEdges.length + 1 && cells.every(isAmount) ? cells : null;
}

function isAmount(x: unknown): boolean {
  return Number.isFinite(x) && (x as number) >= 0;
}

/** The coverage that a flow's watch has found; null of one that is not watched, or before any row. */
export function coverageOf(flow: Flow): Coverage | null {
  const own = flow.companions.find((companion) => companion instanceof Watch);
  return own?.coverage ?? null;
}
