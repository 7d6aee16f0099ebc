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
import { bytes, time } from "./quantities.ts";
import { type RatedTarget, type Rates, rates, secondsOf } from "./rates.ts";
import { type Draft, type Uses, usesOf, type Way, wayFor, waysOf } from "./ways.ts";
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

/** Plans bound derivatives; `plan` is null where nothing fits, and a diagnostic says what would. */
export function plan(bound: Bound, options: PlanOptions): Planned {
  let rows = options.batchRows ?? mostRows;
  let found = planAt(bound, options, rows);
  if (options.batchRows === null && found.plan !== null) {
    // columns of a batch's score factors should stay in the processor's cache
    const width = Math.max(1, widthOf(found.plan));
    const fitting = 2 ** Math.floor(Math.log2(cachedDoubles / width));
    // and a factorisation, a third of width rows' work, is not to cost more than the batch
    const worthy = 2 ** Math.round(Math.log2(width / 2));
    rows = Math.max(options.leastRows ?? 1, Math.min(mostRows, Math.max(usualRows, fitting, worthy)));
    if (rows < mostRows) found = planAt(bound, options, rows);
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
  if ((most ?? secondsPerBatch) === undefined) return found;
  let loss = lossOf(found);
  while (loss > 0 && rows > fewestRows) {
    rows = Math.max(fewestRows, rows >> 1);
    const smaller = planAt(bound, options, rows);
    if (lossOf(smaller) >= loss) continue;
    found = smaller;
    loss = lossOf(found);
  }
  return found;
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

function planAt(original: Bound, options: PlanOptions, batchRows: number): Planned {
  const bound = { ...original, graph: original.graph.fork() };
  const groups = groupsOf(bound, options.information);
  const uses = usesOf(bound, groups);
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
  if (!Array.isArray(sets)) return { plan: null, work: noWork, diagnostics: [sets as Diagnostic] };
  const choices = (sets as readonly AskedSet[]).map(({ names, ways }): Choice => {
    const size = names.reduce((sum, name) => sum + (uses.sizes.get(name) ?? 0), 0);
    const ranked = options.measured === undefined ? ways : byMeasure(names, ways, options.measured);
    return { names, size, ways: ranked.map(weighed), taken: 0 };
  });
  const alone = (draft: Draft): Weight => weighBlocks(scales, base, [draft], groups, basis);
  const judge = new Judge(base, choices, options, alone, (draft) => blockOf(bound, draft).size);
  // what takes long in every way is not refused for that, unless a budget says so
  if (!judge.settle() && !judge.patient().settle()) return { plan: null, work: noWork, diagnostics: [judge.refusal()] };
  const notes = bound.notes.map((note) => `${note.statement}: ${note.reason}`);
  return {
    plan: {
      kind: "plan",
      information: options.information,
      draws: options.draws,
      blocks: choices.flatMap((choice) => judge.blocks(choice)),
      ...judge.cost(),
      batchRows,
      precision,
      notes: options.information === "expected" ? notes : [],
    },
    work: judge.work(),
    diagnostics: [],
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
  if (options.given !== undefined)
    return options.given.map((draft) => ({
      names: draft.parameters,
      ways: [{ name: formName(draft.form), blocks: [draft], loss: 0 }],
    }));
  const named = options.structure.flatMap((r) => r.parameters ?? []);
  const rest = all.filter((name) => !named.includes(name));
  const sets: AskedSet[] = [];
  const asked = options.structure.some((r) => r.parameters === null)
    ? options.structure
    : [...options.structure, { kind: "auto", parameters: null } as const];
  for (const request of asked) {
    const names = request.parameters ?? rest;
    if (names.length === 0) continue;
    if (request.kind === "auto") {
      const size = names.reduce((sum, name) => sum + (uses.sizes.get(name) ?? 0), 0);
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
      const full: Way = { name: "full", blocks: [{ parameters: part, form: { kind: "full" } }], loss: 0 };
      sets.push({ names: part, ways: [way ?? full] });
    }
    if (!met) {
      const why = request.kind === "arrow" ? "of whose levels a row touches one" : "that are used as W @ a";
      return diagnose("FF427", null, { structure: request.kind, names: names.join(", "), why });
    }
  }
  return sets;
}

function restricted(groups: readonly FactorGroup[], names: readonly string[]): { parts: FactorGroup["parts"] }[] {
  return groups.map(({ parts }) => ({ parts: new Map([...parts].filter(([name]) => names.includes(name))) }));
}

/** Observed information may be indefinite: what is kept as sums of squares can't hold it. */
function possible(ways: readonly Way[], { information, forms }: PlanOptions): readonly Way[] {
  const squares = ["root", "kronecker", "lowrank", "scalar"];
  const admitted = ({ form: { kind } }: Draft): boolean =>
    !(information === "observed" && squares.includes(kind)) && (forms?.has(kind) ?? true);
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
    const batch = this.#base.capacity;
    const asked = this.#options.structure.every((r) => r.kind !== "auto");
    const perRow = budget.secondsPerRow ?? (budget.secondsPerBatch ?? Number.POSITIVE_INFINITY) / batch;
    return [
      { of: "bytes", most: budget.bytes ?? (budget.any ? unlimited : defaultBytes), said: budget.bytes !== undefined },
      { of: "flopsPerRow", most: budget.flopsPerRow ?? Number.POSITIVE_INFINITY, said: true },
      {
        of: "secondsPerRow",
        most: Number.isFinite(perRow) ? perRow : asked || budget.any || this.#patient ? unlimited : defaultSeconds,
        said: Number.isFinite(perRow),
      },
    ];
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
    const what = `${choice.size.toLocaleString("en-US")} coordinate${choice.size === 1 ? "" : "s"}`;
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

  /** Why nothing fits, and what would. */
  refusal(): Diagnostic {
    for (const choice of this.#choices) choice.taken = 0;
    const wanted = this.cost();
    const asked = this.#choices.map((c) => c.ways[0]?.way.name ?? "").join(" and ");
    for (const choice of this.#choices) {
      const costs = choice.ways.map((_, k) => this.#with(choice, k).bytes);
      choice.taken = costs.indexOf(Math.min(...costs));
    }
    const smallest = this.cost();
    const names = [...new Set(this.#choices.map((c) => c.ways[c.taken]?.way.name ?? ""))].join(" and ");
    const written = (cost: Cost): string => `${bytes(cost.bytes)} and ${flops(cost.flopsPerRow)} per row`;
    const [needs, least] = [written(wanted), written(smallest)];
    const hint = this.#choices.every((c) => c.ways.length === 1)
      ? `Leave \`structure\` to the planner (\`structure auto\`), ask for a smaller one such as \`structure diagonal\`, or raise the budget to ${bytes(wanted.bytes)}.`
      : `The smallest, \`structure ${names}\`, needs ${least}: raise the budget to that.`;
    return diagnose("FF420", null, { structure: asked, size: this.#base.size, needs }, hint);
  }
}

interface Limit {
  readonly of: "bytes" | "flopsPerRow" | "secondsPerRow";
  readonly most: number;
  /** Whether the budget said so, or we. */
  readonly said: boolean;
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
  return `${count.toLocaleString("en-US")} flops`;
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
