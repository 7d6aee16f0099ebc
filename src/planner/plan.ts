// The planner: a pure function of shapes, of which parameters meet in which terms, of the information wanted and of the
// budget. It weighs the ways in which each set of coupled parameters could keep its information, keeps what the budget
// allows, and takes what is expected to lose least, saying why.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import {
  type Budget,
  type Candidate,
  type Cost,
  elements,
  type FactorGroup,
  formName,
  type InformationKind,
  type Plan,
  type PlanBlock,
  type Precision,
  type StructureKind,
  type StructureRequest,
} from "../ir/index.ts";
import { coupled } from "../structures/index.ts";
import { byMeasure, type Measured, nats } from "./measured.ts";
import { bytes, grouped, time, upward } from "./quantities.ts";
import { type RatedTarget, type Rates, rates, secondsOf } from "./rates.ts";
import { apartFrom, type Draft, givenWay, leastRank, type Uses, usesOf, type Way, wayFor, waysOf } from "./ways.ts";
import {
  type Base,
  type Bound,
  batchWork,
  blockOf,
  flopsPerRow,
  type Means,
  memoryOf,
  Scales,
  type Weight,
  weighBlocks,
  weighModel,
} from "./weigh.ts";
import { noWork, type Work } from "./work.ts";

export interface PlanOptions extends Means {
  readonly structure: readonly StructureRequest[];
  /** false: only the candidates up to the one that is taken are weighed and shown. */
  readonly explain?: boolean;
  /** Blocks as they are already decided, of a saved flow or after a pilot; then nothing is chosen. */
  readonly given?: readonly Draft[];
  /** Structures that may be chosen; all of them where absent. */
  readonly forms?: ReadonlySet<StructureKind>;
  /** What a pilot found that ways lose, in place of what is expected. */
  readonly measured?: Measured;
  readonly information: InformationKind;
  /** Draws a row of `sampled` information. */
  readonly draws: number;
  readonly budget: Budget;
  /** Rows of one internal batch; null lets the plan decide, not below `leastRows`. */
  readonly batchRows: number | null;
  readonly leastRows?: number;
  readonly precision: "auto" | "double" | "single";
  /** The target whose speed is assumed, for budgets in time. */
  readonly backend: RatedTarget;
  /** Measured speeds in place of ours. */
  readonly rates?: Rates;
}

/** Without a budget a plan still holds no more than this, … */
const defaultBytes = 1024 ** 3;
/** … and takes no longer than this a row. */
const defaultSeconds = 1e-3;
const unlimited = Number.POSITIVE_INFINITY;
/** Rows of a batch where nothing speaks for fewer. */
const mostRows = 1024;
const usualRows = 64;
/** A batch twice as large must take at most this share of the time. */
const worthLarger = 0.8;
/** Score factors of a batch that stay in the second-level cache. */
const cachedDoubles = 32768;
/** Batches are made smaller for a budget in bytes, down to this. */
const fewestRows = 16;
/** From so many coordinates on, contractions are in single precision unless said otherwise. */
const singleFrom = 10_000;

/** A set of coupled parameters with its ways and what each costs. */
interface Choice {
  readonly names: readonly string[];
  readonly size: number;
  readonly ways: readonly { readonly way: Way; readonly weight: Weight }[];
  /** Position of the way taken. */
  taken: number;
}

/** A plan with the work of one of its batches, from which its time was computed. */
export interface Planned {
  readonly plan: Plan | null;
  readonly work: Work;
  readonly diagnostics: readonly Diagnostic[];
}

/** What was tried at a number of rows a batch; `refusal` where nothing fits. */
interface Tried extends Planned {
  readonly refusal: Refusal | null;
}

/** How far the least that can be had is over the budget, as a multiple of it, and what to say of that. */
interface Refusal {
  readonly excess: number;
  readonly diagnostic: Diagnostic;
}

/** Plans bound derivatives; `plan` is null where nothing fits, and a diagnostic says what would. */
export function plan(bound: Bound, options: PlanOptions): Planned {
  let rows = options.batchRows ?? mostRows;
  const first = planAt(bound, options, rows);
  let found = first;
  if (options.batchRows !== null) return found;
  if (found.plan !== null) {
    // columns of a batch's score factors should stay in the processor's cache
    const width = Math.max(1, widthOf(found.plan));
    const fitting = 2 ** Math.floor(Math.log2(cachedDoubles / width));
    // and a factorisation, a third of width rows' work, is not to cost more than the batch
    const worthy = 2 ** Math.round(Math.log2(width / 2));
    const fewer = Math.max(options.leastRows ?? 1, Math.min(mostRows, Math.max(usualRows, fitting, worthy)));
    const cached = fewer < mostRows ? planAt(bound, options, fewer) : found;
    // a budget in time may need the large batch
    if (lossOf(cached) < Number.POSITIVE_INFINITY) [rows, found] = [fewer, cached];
    // what is done once a batch, such as a factorisation, may be worth a larger one
    while (rows < mostRows && found.plan !== null) {
      const larger = planAt(bound, options, Math.min(mostRows, 2 * rows));
      if (lossOf(larger) > lossOf(found)) break;
      if ((larger.plan?.secondsPerRow ?? unlimited) > worthLarger * found.plan.secondsPerRow) break;
      rows = Math.min(mostRows, 2 * rows);
      found = larger;
    }
  }
  // a smaller batch holds less, which may be what a better structure needs
  const { bytes: most, secondsPerBatch } = options.budget;
  if (found.plan !== null && (most ?? secondsPerBatch) === undefined) return found;
  let loss = lossOf(found);
  let last = found;
  while (loss > 0 && rows > fewestRows) {
    rows = Math.max(fewestRows, rows >> 1);
    last = planAt(bound, options, rows);
    if (lossOf(last) >= loss) continue;
    found = last;
    loss = lossOf(found);
  }
  if (found.plan !== null) return found;
  return (last.refusal?.excess ?? unlimited) < (first.refusal?.excess ?? unlimited) ? last : first;
}

/** Expected loss over all coordinates; infinite where there is no plan. */
function lossOf({ plan: found }: Planned): number {
  if (found === null) return Number.POSITIVE_INFINITY;
  return found.blocks.reduce((sum, { loss, size }) => sum + loss * size, 0);
}

/** Columns of score factors that a batch puts side by side. */
function widthOf({ blocks }: Plan): number {
  const width = ({ form, size }: PlanBlock): number => {
    switch (form.kind) {
      case "full":
      case "root":
      case "lowrank":
        return size;
      case "arrow":
        return form.core + form.widths.reduce((sum, w) => sum + w, 0);
      // the sums of products are blocked for the cache themselves, and a solve is dear
      case "kronecker":
      case "diagonal":
      case "scalar":
        return 1;
    }
  };
  return Math.max(0, ...blocks.map(width));
}

function planAt(original: Bound, options: PlanOptions, batchRows: number): Tried {
  const bound = { ...original, graph: original.graph.fork() };
  const groups = groupsOf(bound, options.information);
  const uses = usesOf(bound, groups, options.information);
  const precision = precisionOf(bound, options);
  const scales = new Scales(bound, batchRows, precision, options);
  const base = weighModel(scales, options, options.information === "sampled");
  const basis = { information: options.information, draws: options.draws };
  // most ways are only weighed to be shown
  const weighed = (way: Way): Choice["ways"][number] => {
    let weight: Weight | null = null;
    return {
      way,
      get weight() {
        weight ??= weighBlocks(scales, base, way.blocks, groups, basis);
        return weight;
      },
    };
  };
  const sets = setsOf(bound, options, groups, uses);
  if (!Array.isArray(sets)) {
    const diagnostic = sets as Diagnostic;
    return { plan: null, work: noWork, diagnostics: [diagnostic], refusal: { excess: 0, diagnostic } };
  }
  const choices = (sets as readonly AskedSet[]).map(({ names, ways }): Choice => {
    const size = names.reduce((sum, name) => sum + (uses.sizes.get(name) ?? 0), 0);
    const ranked = options.measured === undefined ? ways : byMeasure(names, ways, options.measured);
    return { names, size, ways: ranked.map(weighed), taken: 0 };
  });
  const alone = (draft: Draft): Weight => weighBlocks(scales, base, [draft], groups, basis);
  const judge = new Judge(base, choices, options, alone, (draft) => blockOf(bound, draft).size);
  // what takes long in every way is not refused for that, unless a budget says so
  if (!judge.settle() && !judge.patient().settle()) {
    const refusal = judge.least();
    if (refusal.excess > 1) return { plan: null, work: noWork, diagnostics: [refusal.diagnostic], refusal };
  }
  const notes = bound.notes
    .filter((note) => note.of === options.information)
    .map((note) => `${note.statement}: ${note.reason}`);
  return {
    plan: {
      kind: "plan",
      information: options.information,
      draws: options.draws,
      blocks: choices.flatMap((choice) => judge.blocks(choice)),
      ...judge.cost(),
      batchRows,
      precision,
      notes,
    },
    work: judge.work(),
    diagnostics: [],
    refusal: null,
  };
}

function precisionOf(bound: Bound, { precision }: PlanOptions): Precision {
  if (precision !== "auto") return precision;
  const size = bound.parameters.reduce((sum, p) => sum + elements(p.freeShape), 0);
  return size >= singleFrom ? "single" : "double";
}

/** The score factors of an information. */
export function groupsOf(bound: Bound, information: InformationKind): readonly FactorGroup[] {
  const { factors } = bound.row;
  switch (information) {
    case "expected":
    case "observed":
      return factors.expected;
    case "sampled":
      return factors.sampled;
    case "empirical":
      return factors.empirical;
  }
}

/** Parameters that are planned together, with the ways allowed for them. */
interface AskedSet {
  readonly names: readonly string[];
  readonly ways: readonly Way[];
}

/** Fewer coordinates than this are kept in the first, the simplest, of the ways that lose as little. */
const simpleBelow = 32;
/** From this many coordinates on, sets that never meet are planned each for itself. */
const splitFrom = 64;

function setsOf(
  bound: Bound,
  options: PlanOptions,
  groups: readonly FactorGroup[],
  uses: Uses,
): readonly AskedSet[] | Diagnostic {
  const all = bound.parameters.map((p) => p.name);
  if (options.given !== undefined) {
    const given = options.given.map((draft) => ({ names: draft.parameters, ways: [givenWay(draft, uses)] }));
    return keptApart(given, uses);
  }
  const named = options.structure.flatMap((r) => r.parameters ?? []);
  const rest = all.filter((name) => !named.includes(name));
  const sets: AskedSet[] = [];
  const asked = options.structure.some((r) => r.parameters === null)
    ? options.structure
    : [...options.structure, { kind: "auto", parameters: null } as const];
  const coordinates = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (uses.sizes.get(name) ?? 0), 0);
  for (const request of asked) {
    const names = request.parameters ?? rest;
    if (names.length === 0) continue;
    if (request.kind === "auto") {
      const size = coordinates(names);
      // information that is observed couples what the expected one does not
      const whole = size < splitFrom || options.information === "observed";
      const parts = whole ? [names] : coupled(names, restricted(groups, names), bound.once.dense);
      for (const part of parts) sets.push({ names: part, ways: possible(waysOf(part, uses), options) });
      continue;
    }
    const parts =
      request.parameters === null &&
      options.information !== "observed" &&
      (request.kind === "arrow" || request.kind === "kronecker")
        ? coupled(names, restricted(groups, names), bound.once.dense)
        : [names];
    let met = false;
    for (const part of parts) {
      const way = wayFor(request, part, uses);
      met ||= way !== null;
      const refused = way === null ? null : unkept(way, bound, options.information);
      if (refused !== null) return refused;
      const full: Way = { name: "full", blocks: [{ parameters: part, form: { kind: "full" } }], loss: 0 };
      sets.push({ names: part, ways: [way ?? full] });
    }
    if (!met) {
      return diagnose("FF427", null, {
        structure: request.kind,
        names: names.join(", "),
        ...needed(request.kind, coordinates(names)),
      });
    }
  }
  return asked.length > 1 ? keptApart(sets, uses) : sets;
}

/** Sets with what they lose of what is between them, since they are kept apart whatever each keeps. */
function keptApart(sets: readonly AskedSet[], uses: Uses): readonly AskedSet[] {
  if (sets.length < 2) return sets;
  return sets.map((set) => {
    const others = sets.flatMap(({ names }) => (names === set.names ? [] : names));
    return { ...set, ways: set.ways.map((way) => apartFrom(way, set.names, others, uses)) };
  });
}

function restricted(groups: readonly FactorGroup[], names: readonly string[]): { parts: FactorGroup["parts"] }[] {
  return groups.map(({ parts }) => ({ parts: new Map([...parts].filter(([name]) => names.includes(name))) }));
}

/** What a kind of structure needs, and what there is of it. */
function needed(kind: StructureRequest["kind"], size: number): { readonly needs: string; readonly found: string } {
  const found = "has none such";
  switch (kind) {
    case "arrow":
      return { needs: "parameters of whose levels a row touches one", found };
    case "kronecker":
      return { needs: "parameters that are used as W @ a", found };
    default:
      return {
        needs: `more than ${2 * leastRank} coordinates where its rank is left to the planner, as it is not in \`lowrank 3\``,
        found: `has ${size}`,
      };
  }
}

/** Why a way that was asked for can't keep what there is; null where it can, as far as its loss says. */
function unkept({ blocks }: Way, { once }: Bound, information: InformationKind): Diagnostic | null {
  const squares = blocks.find(({ form: { kind } }) => sumsOfSquares.includes(kind));
  if (information === "observed" && squares !== undefined)
    return diagnose("FF428", null, { structure: formName(squares.form), what: "observed information" });
  const tied = blocks.find(({ form, parameters }) => form.kind === "root" && parameters.some((p) => once.dense.has(p)));
  if (tied === undefined) return null;
  const what = "the curvature of a prior or a factor that ties coordinates together";
  const hint = "Use a structure such as `full`, which keeps it.";
  return diagnose("FF428", null, { structure: formName(tied.form), what }, hint);
}

/** Structures that keep sums of squares: they can't hold what may be indefinite. */
const sumsOfSquares: readonly StructureKind[] = ["root", "kronecker", "lowrank", "scalar"];

function possible(ways: readonly Way[], { information, forms }: PlanOptions): readonly Way[] {
  const admitted = ({ form: { kind } }: Draft): boolean =>
    !(information === "observed" && sumsOfSquares.includes(kind)) && (forms?.has(kind) ?? true);
  return ways.filter((way) => way.blocks.every(admitted));
}

/** Weighs what is taken against the budget. */
class Judge {
  readonly #base: Base;
  readonly #choices: readonly Choice[];
  #patient = false;
  readonly #options: PlanOptions;
  readonly #alone: (draft: Draft) => Weight;
  readonly #sizeOf: (draft: Draft) => number;
  readonly #nothing: Cost;

  constructor(
    base: Base,
    choices: readonly Choice[],
    options: PlanOptions,
    alone: (draft: Draft) => Weight,
    sizeOf: (draft: Draft) => number,
  ) {
    this.#base = base;
    this.#choices = choices;
    this.#options = options;
    this.#alone = alone;
    this.#sizeOf = sizeOf;
    this.#nothing = this.#costOf([]);
  }

  /** Takes for each set the way that loses least, then cheaper ones where it must; false where nothing fits. */
  settle(): boolean {
    for (const choice of this.#choices) choice.taken = this.#quickest(choice, 0);
    while (this.#exceeds() !== null) {
      const moves = this.#choices.flatMap((choice) => {
        const next = this.#next(choice);
        return next === null ? [] : [{ choice, next, price: this.#price(choice, next) }];
      });
      const best = moves.sort((a, b) => a.price - b.price)[0];
      if (best === undefined) return false;
      best.choice.taken = best.next;
    }
    return true;
  }

  /** Without the limit on time that holds where no budget says one. */
  patient(): this {
    this.#patient = true;
    return this;
  }

  /** Of the ways that lose as little as the one at `from`, the quickest; the first where the difference is small. */
  #quickest({ ways, size }: Choice, from: number): number {
    const loss = ways[from]?.way.loss ?? 0;
    if (size < simpleBelow) return from;
    let best = from;
    for (let k = from + 1; k < ways.length && (ways[k]?.way.loss ?? 1) <= loss; k++)
      if (this.#secondsOf([ways[k]?.weight as Weight]) < 0.9 * this.#secondsOf([ways[best]?.weight as Weight]))
        best = k;
    return best;
  }

  /** The next way that costs less of what is exceeded. */
  #next(choice: Choice): number | null {
    const exceeded = this.#exceeds();
    const now = this.#with(choice, choice.taken);
    for (let k = 0; k < choice.ways.length; k++) {
      if ((choice.ways[k]?.way.loss ?? 0) < (choice.ways[choice.taken]?.way.loss ?? 0) || k === choice.taken) continue;
      const then = this.#with(choice, k);
      if (exceeded !== null && amount(then, exceeded) < amount(now, exceeded)) return k;
    }
    return null;
  }

  /** Loss that a move brings, for each part of the cost that it saves. */
  #price(choice: Choice, next: number): number {
    const exceeded = this.#exceeds() as Limit;
    const [now, then] = [this.#with(choice, choice.taken), this.#with(choice, next)];
    const lost = (choice.ways[next]?.way.loss ?? 0) - (choice.ways[choice.taken]?.way.loss ?? 0);
    return (lost * choice.size) / (amount(now, exceeded) - amount(then, exceeded));
  }

  cost(): Cost {
    return this.#costOf(this.#choices.map((c) => c.ways[c.taken]?.weight as Weight));
  }
  #with(choice: Choice, taken: number): Cost {
    return this.#costOf(this.#choices.map((c) => c.ways[c === choice ? taken : c.taken]?.weight as Weight));
  }
  /** What a weight adds to the model itself. */
  #share(weight: Weight): Cost {
    const [whole, none] = [this.#costOf([weight]), this.#nothing];
    return {
      flopsPerRow: whole.flopsPerRow - none.flopsPerRow,
      secondsPerRow: whole.secondsPerRow - none.secondsPerRow,
      bytes: whole.bytes - none.bytes,
    };
  }
  #costOf(weights: readonly Weight[]): Cost {
    return {
      flopsPerRow: flopsPerRow(this.#base, weights),
      secondsPerRow: this.#secondsOf(weights),
      bytes: memoryOf(this.#base, weights),
    };
  }
  /** Of a batch of the plan in hand. */
  work(): Work {
    return batchWork(
      this.#base,
      this.#choices.map((c) => c.ways[c.taken]?.weight as Weight),
    );
  }
  #secondsOf(weights: readonly Weight[]): number {
    const by = this.#options.rates ?? rates[this.#options.backend];
    return secondsOf(batchWork(this.#base, weights), by) / this.#base.capacity;
  }

  /** The limit that the plan in hand exceeds, if any. */
  #exceeds(): Limit | null {
    return this.#exceeded(this.cost());
  }
  #exceeded(cost: Cost): Limit | null {
    return this.#limits().find((limit) => amount(cost, limit) > limit.most) ?? null;
  }
  #limits(): readonly Limit[] {
    const { budget, given } = this.#options;
    if (given !== undefined) return [];
    const asked = this.#options.structure.every((r) => r.kind !== "auto");
    const free = asked || budget.any || this.#patient;
    const { bytes: held, flopsPerRow: operations, secondsPerRow: row, secondsPerBatch: batch } = budget;
    const limits: Limit[] = [
      { of: "bytes", most: held ?? (budget.any ? unlimited : defaultBytes), said: held !== undefined },
    ];
    if (operations !== undefined) limits.push({ of: "flopsPerRow", most: operations, said: true });
    if (row !== undefined) limits.push({ of: "secondsPerRow", most: row, said: true });
    if (batch !== undefined) {
      const { capacity } = this.#base;
      limits.push({ of: "secondsPerRow", most: batch / capacity, said: true, batch: capacity });
    }
    if (row === undefined && batch === undefined && !free)
      limits.push({ of: "secondsPerRow", most: defaultSeconds, said: false });
    return limits;
  }

  /** The blocks of a set, each with what was weighed. */
  blocks(choice: Choice): readonly PlanBlock[] {
    const taken = choice.ways[choice.taken] as Choice["ways"][number];
    const shown = this.#options.explain === false ? choice.ways.slice(0, choice.taken + 1) : choice.ways;
    const candidates = shown.map(({ way, weight }, k): Candidate => {
      const cost = this.#with(choice, k);
      const exceeded = this.#exceeded(cost);
      const verdict =
        k === choice.taken
          ? "chosen"
          : exceeded !== null
            ? overrun(cost, exceeded)
            : way.loss > taken.way.loss
              ? loses(way)
              : cost.secondsPerRow < this.cost().secondsPerRow
                ? "loses as little, but is less simple, for little gain"
                : "loses as little, but is slower";
      const { name: structure, blocks, loss, expected } = way;
      return {
        structure,
        blocks,
        ...this.#share(weight),
        loss: expected ?? loss,
        fits: exceeded === null,
        verdict,
        pilot: null,
      };
    });
    const reason = this.#reason(choice, candidates);
    return taken.way.blocks.map((draft): PlanBlock => {
      const weight = taken.way.blocks.length === 1 ? taken.weight : this.#alone(draft);
      return {
        ...draft,
        structure: formName(draft.form),
        size: this.#sizeOf(draft),
        ...this.#share(weight),
        loss: taken.way.expected ?? taken.way.loss,
        reason,
        candidates,
      };
    });
  }

  #reason(choice: Choice, candidates: readonly Candidate[]): string {
    const { way } = choice.ways[choice.taken] as Choice["ways"][number];
    const what = `${grouped(choice.size)} coordinate${choice.size === 1 ? "" : "s"}`;
    const take = choice.size === 1 ? "takes" : "take";
    const taken = choice.ways[choice.taken]?.weight as Weight;
    const held = bytes(this.#share(taken).bytes);
    if (this.#options.given !== undefined) return `as it was decided before; ${what}`;
    if (choice.ways.length === 1 && this.#options.structure.every((r) => r.kind !== "auto"))
      return `\`structure ${way.name}\` was asked for; ${what} ${take} ${held}`;
    const before = candidates.slice(0, choice.taken);
    const passed = before.find((c) => !c.fits);
    if (passed !== undefined) return `${passed.structure} was passed over: ${passed.verdict}; ${losses(way)}`;
    const slower = candidates.find((c) => c.loss === way.loss && c.structure !== way.name);
    if (way.name !== "full" && slower !== undefined)
      return `nothing is lost by it, and it is quicker than ${slower.structure}; ${what} ${take} ${held}`;
    return `${what} ${take} ${held}, within the budget: ${losses(way)}`;
  }

  /**
   * Takes what exceeds the limits least: for each limit what takes least of that, and of these what is least far over
   * all of them. What it says raises no hope that a budget of so much would not fulfil.
   */
  least(): Refusal {
    const limits = this.#limits();
    const excessOf = (cost: Cost): number => Math.max(...limits.map((l) => amount(cost, l) / l.most));
    const tried = limits.map((limit) => {
      const takes = this.#choices.map((choice) => {
        const amounts = choice.ways.map((_, k) => amount(this.#with(choice, k), limit));
        return amounts.indexOf(Math.min(...amounts));
      });
      for (const [k, choice] of this.#choices.entries()) choice.taken = takes[k] as number;
      return { takes, excess: excessOf(this.cost()) };
    });
    const best = tried.reduce((a, b) => (b.excess < a.excess ? b : a));
    for (const [k, choice] of this.#choices.entries()) choice.taken = best.takes[k] as number;
    const exceeded = limits.filter((limit) => amount(this.cost(), limit) > limit.most);
    return { excess: best.excess, diagnostic: this.#refused(exceeded) };
  }

  /** Why what is taken can't be had, and what would do. */
  #refused(exceeded: readonly Limit[]): Diagnostic {
    const cost = this.cost();
    const least = (limit: Limit): number => upward(amount(cost, limit) * (limit.batch ?? 1)) / (limit.batch ?? 1);
    const needs = exceeded.map((limit) => written(least(limit), limit)).join(" and ");
    const budget = exceeded
      .map((limit) => (limit.said ? "" : "default ") + written(limit.most, limit).replace("about ", ""))
      .join(" and ");
    const kept = [...new Set(this.#choices.map((c) => c.ways[c.taken]?.way.name ?? ""))].map(
      (name) => `\`structure ${name}\``,
    );
    const asked = this.#choices.every((c) => c.ways.length === 1);
    const names = kept.length > 4 ? `${kept.slice(0, 3).join(", ")}, …` : kept.join(" and ");
    const what = asked ? names : `the least that can be had, ${names},`;
    const rows = this.#base.capacity;
    const batches = `batches of ${rows} row${rows === 1 ? "" : "s"}`;
    const raise = `raise the budget to ${needs.replaceAll("about ", "")}`;
    const smaller = kept.every((name) => / (diagonal|scalar)`$/.test(name)) ? "" : ", ask for a smaller one";
    const hint = asked
      ? `Leave \`structure\` to the planner (\`structure auto\`)${smaller === "" ? "" : `${smaller} such as \`structure diagonal\``}, or ${raise}.`
      : `R${raise.slice(1)}.`;
    const args = { structure: what, size: grouped(this.#base.size), batches, needs, budget };
    return diagnose("FF420", null, args, hint);
  }
}

/** An amount of what a limit limits. */
function written(value: number, { of, batch }: Limit): string {
  switch (of) {
    case "bytes":
      return bytes(value);
    case "flopsPerRow":
      return `${flops(value)} per row`;
    case "secondsPerRow":
      return batch === undefined ? `about ${time(value)} per row` : `about ${time(value * batch)} per batch`;
  }
}

interface Limit {
  readonly of: "bytes" | "flopsPerRow" | "secondsPerRow";
  readonly most: number;
  /** Whether the budget said so, or we. */
  readonly said: boolean;
  /** Rows of a batch, where a budget for that is what limits the time of a row. */
  readonly batch?: number;
}

function amount(cost: { readonly [K in Limit["of"]]: number }, limit: Limit): number {
  return cost[limit.of];
}

function overrun(cost: { readonly [K in Limit["of"]]: number }, { of, most, said }: Limit): string {
  const write = {
    bytes,
    flopsPerRow: (n: number) => `${flops(n)} per row`,
    secondsPerRow: (s: number) => `${time(s)} per row`,
  };
  const value = write[of](cost[of]);
  const allowed = said
    ? `the budget of ${write[of](most)}`
    : `the ${write[of](most)} that a plan takes without a budget`;
  return `${of === "secondsPerRow" ? "about " : ""}${value} exceed ${allowed}`;
}

function flops(count: number): string {
  return `${grouped(count)} flops`;
}

function losses(way: Way): string {
  if (way.loss === 0) return "nothing is lost";
  if (way.expected !== undefined) return `${nats(way.loss)} are lost in the pilot`;
  if (way.loss > 1) return "all that tells coordinates apart is lost";
  return `${share(way.loss)} of the correlations between parameters ${way.loss < 1 ? "are expected to be" : "are"} lost`;
}

function loses(way: Way): string {
  if (way.expected !== undefined) return `loses ${nats(way.loss)} in the pilot`;
  return way.loss > 1 ? "loses all that tells coordinates apart" : `loses ${share(way.loss)} of the correlations`;
}

function share(loss: number): string {
  if (loss >= 1) return "all";
  const percent = Math.round(100 * loss);
  return percent === 0 ? "under 1 %" : percent === 100 ? "over 99 %" : `${percent} %`;
}
