// A running flow for programs: rows go in, estimates come out. The first rows fix levels, sizes and learnt features,
// and are held until there are enough of them for a first fit (`warmup`).

import type { FlowOptions } from "../check/index.ts";
import type { Compiled } from "../compile.ts";
import { diagnose } from "../diagnostics/index.ts";
import type { Bindings, RawBatch, RawColumn } from "../ir/index.ts";
import { type Summary, summarise, untimed } from "../reports/index.ts";
import { Flow, featureLearner, inParts, copied as ownRows } from "../runtime/index.ts";
import {
  type Encoder,
  encoder,
  excessLevels,
  levelLearner,
  type ObjectEncoder,
  type ObjectHolder,
  objectEncoder,
  objectHolder,
  type Rows,
  rawBatches,
  select,
} from "../sources/index.ts";
import { checkSizes, fixed, notForGlobs, nothingSelected } from "./bind.ts";
import { companionsOf } from "./companions.ts";
import { construct } from "./construct.ts";
import { requestsOf } from "./dynamics.ts";
import { DataError } from "./errors.ts";
import { grow } from "./grow.ts";
import { type Beginning, beginAsAsked, beginning } from "./initial.ts";
import { Intake } from "./intake.ts";
import { type Resolved, resolve } from "./options.ts";
import { startOf } from "./program.ts";
import { settle } from "./reader.ts";
import { type Replanner, replan, replanner } from "./replan.ts";
import { type LoadedState, restoreFlow, saveFlow } from "./saved.ts";
import { steadierOf, witnessOf } from "./steady.ts";

/** An estimate with its standard error and interval; arrays for parameters with a shape, in order. */
export interface Estimate {
  readonly estimate: number | readonly number[];
  readonly se: number | readonly number[];
  readonly interval: readonly [number, number] | readonly (readonly [number, number])[];
}

interface Running {
  readonly flow: Flow;
  readonly intake: Intake;
  readonly selection: Chosen;
  /** The quick way for a few objects; null where a policy must look at them. */
  encodeObjects: ObjectEncoder | null;
  readonly replanning: Replanner | null;
}

export class LiveFlow {
  readonly #compiled: Compiled;
  readonly #options: Resolved;
  readonly #resumed: LoadedState | null;
  readonly #known: Beginning | null;
  #held: RawBatch[] = [];
  #heldRows = 0;
  /** Single objects that came after what is held, and are to be held as one batch. */
  #singles: ObjectHolder | null = null;
  #running: Running | null = null;
  /** Rows handed in, those left out included: what messages count by. */
  #handed = 0;

  /** `resumed`: a state to go on from; `from`: one whose knowledge the flow begins with. */
  constructor(
    compiled: Compiled,
    options: Resolved,
    resumed: LoadedState | null = null,
    from: LoadedState | null = null,
  ) {
    this.#compiled = compiled;
    this.#options = options;
    this.#resumed = resumed;
    this.#known = from === null ? null : beginning(compiled, from, options);
  }

  /** Rows taken in so far, those still held included. */
  get rows(): number {
    if (this.#running !== null) return this.#running.flow.rows + this.#running.flow.heldRows;
    const { rows = 0, heldRows = 0 } = this.#resumed?.state ?? {};
    return rows + heldRows + this.#heldRows + (this.#singles?.rows ?? 0);
  }

  /**
   * Takes rows, each once. Throws DataError for rows that do not fit the model and NumericalError where they cannot be
   * learnt from; the flow then is as it was before the call, but for levels that it took up.
   */
  update(rows: Rows): void {
    if (
      Array.isArray(rows) &&
      this.#running?.selection !== nothingSelected &&
      (this.#running === null ? this.#holdObject(rows) : this.#takeObjects(this.#running, rows))
    )
      return;
    const raw = rawBatches(rows, 1024);
    if (raw.kind === "failure") throw new DataError(raw.diagnostics);
    const batches = [...raw.batches].map((batch) => ({ ...batch, firstRow: this.#handed + batch.firstRow }));
    if (raw.rows === 0) return;
    if (this.#running?.selection === nothingSelected) {
      const { flow, intake } = this.#running;
      this.#running = this.#admitting(flow, intake.bindings, batches);
    }
    if (this.#running === null) this.#hold(batches);
    else this.#take(this.#running, batches);
    this.#handed += raw.rows;
  }

  /** Estimates by name, from all rows so far; the flow goes on as if nobody had looked. */
  estimates(): Readonly<Record<string, Estimate>> {
    const grouped = new Map<string, Summary["parameters"][number][]>();
    for (const row of this.summary().parameters) grouped.set(row.name, [...(grouped.get(row.name) ?? []), row]);
    return Object.fromEntries(
      [...grouped].map(([name, rows]) => {
        const [only] = rows;
        if (only !== undefined && only.index.length === 0)
          return [name, { estimate: only.estimate, se: only.se, interval: [only.lower, only.upper] as const }];
        const interval = rows.map((r) => [r.lower, r.upper] as const);
        return [name, { estimate: rows.map((r) => r.estimate), se: rows.map((r) => r.se), interval }];
      }),
    );
  }

  /** The whole summary (`ffm.summary/1`) of all rows so far. */
  summary(): Summary {
    const { flow, intake } = this.#started();
    const { counts, diagnostics, missing } = intake;
    const leftOut = { ...counts, bad: counts.bad + flow.skipped };
    const context = { skipped: counts.bad, leftOut, missing, diagnostics, timing: untimed };
    return flow.peek((finished) => summarise(finished, context));
  }

  /**
   * Goes on with the information kept otherwise, as `structure` and `budget` ask for; what of it does not fit is lost.
   * Throws CompileError where nothing fits the budget. Rows still held are fitted first.
   */
  compress(asked: Pick<FlowOptions, "structure" | "budget">): void {
    const { flow } = this.#started();
    // plain steps hold no rows, and what they are held to must stay beside them
    if (flow.program.options.plain === null) flow.finish();
    const { structure, budget } = resolve({}, asked);
    replan(this.#compiled, flow, { ...this.#options, structure, budget }, "as it was asked");
  }

  /** The bytes of a state file, from which `model.resume` or `ffm stream --resume` goes on. */
  save(): Uint8Array {
    const { flow, intake } = this.#started();
    const { counts, diagnostics } = intake;
    return saveFlow(this.#compiled, flow, { skipped: counts.bad, diagnostics, baggage: () => intake.baggage() });
  }

  #started(): Running {
    const running = this.#running ?? this.#begin(this.#gathered());
    this.#running = running;
    this.#release();
    return running;
  }

  /** Keeps rows that fit what the model asks, until there are enough to begin with. */
  #hold(batches: readonly RawBatch[]): void {
    const held = [...this.#gathered(), ...batches.map(copied)];
    this.#check(held, batches);
    const rows = held.reduce((sum, batch) => sum + batch.rows, 0);
    if (this.#resumed !== null || this.#known !== null || rows >= this.#enough) {
      this.#running = this.#begin(held);
      this.#release();
    } else this.#keep(held);
  }

  /** Keeps an ordinary single object likewise; false where the general way must be taken. */
  #holdObject(rows: readonly unknown[]): boolean {
    const held = this.#heldRows + (this.#singles?.rows ?? 0);
    if (this.#looking) return false;
    if (rows.length !== 1 || held === 0 || held + 1 >= this.#enough) return false;
    this.#singles ??= objectHolder(this.#select(this.#held), heldTogether);
    if (this.#singles.rows >= heldTogether) this.#keep(this.#gathered());
    if (!this.#singles.add(rows[0])) return false;
    this.#handed += 1;
    return true;
  }

  /** Whether a policy looks at columns that the model has no use for. */
  get #looking(): boolean {
    return this.#options.identity !== null || this.#options.late !== null;
  }

  /** Rows to begin with. */
  get #enough(): number {
    const { warmup, initial } = this.#options;
    const { data, learnt } = this.#compiled.density;
    // without rows to be fitted first there may still be levels and features to be learnt
    const learning = learnt.length > 0 || data.some(({ domain }) => domain.kind === "category");
    return warmup ?? (initial === "empirical" || learning ? 1000 : 1);
  }

  /** All that is held, in its order. */
  #gathered(): readonly RawBatch[] {
    const singles = this.#singles?.batch(this.#heldRows + 1) ?? null;
    return singles === null ? this.#held : [...this.#held, singles];
  }

  #keep(held: readonly RawBatch[]): void {
    this.#held = [...held];
    this.#heldRows = held.reduce((sum, batch) => sum + batch.rows, 0);
    this.#singles?.clear();
  }

  #release(): void {
    this.#keep([]);
    this.#singles = null;
  }

  /** Throws DataError where the newest rows do not fit; what the levels will be is not settled yet. */
  #check(held: readonly RawBatch[], newest: readonly RawBatch[]): void {
    const selection = this.#select(held);
    const encode = this.#encoder(
      selection,
      (this.#resumed ?? this.#known)?.bindings.levels ?? levelsOf(selection, held),
    );
    for (const batch of newest) encoded(encode(batch));
  }

  #select(held: readonly RawBatch[]): Chosen {
    const { density } = this.#compiled;
    const columns = [...(held[0]?.columns.keys() ?? [])];
    const selection = select(
      requestsOf(density, this.#options),
      { columns, constants: new Map(), rowCount: null },
      notForGlobs(density),
    );
    if (selection.kind === "failure") throw new DataError(selection.diagnostics);
    return selection;
  }

  #encoder(selection: Chosen, levels: Bindings["levels"]): Encoder {
    const { onBadRow, newLevel } = this.#options;
    return encoder(selection, levels, { badRows: onBadRow, newLevels: newLevel === "error" ? "bad" : "apart" });
  }

  /** Where the rows of a flow come in, with what a saved state kept of its rows. */
  #comingIn(flow: Flow, selection: Chosen, bindings: Bindings): Running {
    const compiled = this.#compiled;
    const options = this.#options;
    const intake = new Intake(
      {
        selection,
        bindings,
        options,
        ...(options.newLevel === "add" ? { grow: (levels) => grow(compiled, flow, options, levels) } : {}),
      },
      this.#resumed?.state,
    );
    const encodeObjects = this.#looking ? null : objectEncoder(selection, bindings.levels);
    return { flow, intake, selection, encodeObjects, replanning: replanner(compiled, flow, options) };
  }

  /** Fixes what the held rows teach, and starts a flow with them. */
  #begin(held: readonly RawBatch[]): Running {
    const running =
      this.#resumed !== null
        ? this.#restored(this.#resumed, held)
        : this.#known !== null
          ? this.#begun(this.#known, held)
          : this.#fresh(held);
    this.#take(running, held);
    return running;
  }

  #fresh(held: readonly RawBatch[]): Running {
    const { density } = this.#compiled;
    if (held.length === 0) throw new DataError([diagnose("FF506", null, {})]);
    const missing = density.data.find((d) => d.once);
    if (missing !== undefined) throw new DataError([diagnose("FF529", missing.span, { name: missing.name })]);
    const selection = this.#select(held);
    const { data, diagnostics } = fixed(density, selection, levelsOf(selection, held), new Map());
    if (data === null) throw new DataError(diagnostics);
    const { program } = construct(this.#compiled, data, this.#options, { explain: false });
    if (density.learnt.length > 0) {
      const learner = featureLearner(program.artefact);
      const looking = new Intake({ selection, bindings: data.bindings, options: this.#options });
      for (const raw of held) {
        for (const part of inParts(looking.take(raw), program.plan.batchRows)) learner.add(part);
      }
      settle(this.#compiled, program, learner);
    }
    const flow = new Flow(program, startOf(program), {
      ...steadierOf(this.#compiled, this.#options),
      ...witnessOf(this.#compiled, this.#options),
      companions: companionsOf(this.#compiled, program, this.#options, { live: true }),
    });
    beginAsAsked(this.#compiled, flow, this.#options);
    return this.#comingIn(flow, selection, program.bindings);
  }

  /** A flow that begins with what another knew. */
  #begun({ program, bindings, begin }: Beginning, held: readonly RawBatch[]): Running {
    const flow = new Flow(program, startOf(program), {
      ...steadierOf(this.#compiled, this.#options),
      companions: companionsOf(this.#compiled, program, this.#options, { live: true }),
    });
    begin(flow);
    return this.#admitting(flow, bindings, held);
  }

  /** A flow whose sizes and levels are known, ready for rows like these; for none yet where there are none. */
  #admitting(flow: Flow, bindings: Bindings, batches: readonly RawBatch[]): Running {
    if (batches.length === 0) return this.#comingIn(flow, nothingSelected, bindings);
    const selection = this.#select(batches);
    const misfits = checkSizes(selection, bindings.dims);
    if (misfits.length > 0) throw new DataError(misfits);
    return this.#comingIn(flow, selection, bindings);
  }

  #restored(resumed: LoadedState, held: readonly RawBatch[]): Running {
    const { flow } = restoreFlow(resumed, this.#options, this.#compiled, { live: true });
    return this.#admitting(flow, resumed.bindings, held);
  }

  /** Takes a few ordinary objects; false, and nothing taken, where they must go the general way. */
  #takeObjects({ flow, intake, encodeObjects, replanning }: Running, rows: readonly unknown[]): boolean {
    if (encodeObjects === null) return false;
    if (rows.length > flow.program.plan.batchRows) return false;
    const batch = encodeObjects(rows, this.#handed + 1);
    if (batch === null) return false;
    flow.updateAll([batch]);
    intake.countMissing(batch);
    replanning?.take(batch);
    replanning?.consider();
    this.#handed += rows.length;
    return true;
  }

  /** All rows or none. */
  #take(running: Running, batches: readonly RawBatch[]): void {
    const { flow, intake, replanning, selection } = running;
    const { bindings } = intake;
    const parts: Batch[] = [];
    const undo = intake.mark();
    try {
      for (const raw of batches) {
        const batch = intake.take(raw);
        const own = batches.length === 1 ? batch : ownRows(batch);
        parts.push(...inParts(own, flow.program.plan.batchRows));
      }
      flow.updateAll(parts);
    } catch (error) {
      undo();
      throw error;
    } finally {
      if (intake.bindings !== bindings && running.encodeObjects !== null)
        running.encodeObjects = objectEncoder(selection, intake.bindings.levels);
    }
    for (const taken of parts) replanning?.take(taken);
    replanning?.consider();
  }
}

type Batch = Parameters<Flow["update"]>[0];
type Chosen = Extract<ReturnType<typeof select>, { kind: "selection" }>;
/** Single objects that are held as one batch at most. */
const heldTogether = 1024;

function encoded(result: ReturnType<Encoder>): Extract<ReturnType<Encoder>, { kind: "batch" }> {
  if (result.kind === "failure") throw new DataError(result.diagnostics);
  return result;
}

function levelsOf(selection: Chosen, held: readonly RawBatch[]): Bindings["levels"] {
  const learner = levelLearner(selection);
  for (const batch of held) learner.add(batch);
  const levels = learner.levels();
  const excess = excessLevels(selection, levels);
  if (excess.length > 0) throw new DataError(excess);
  return levels;
}

/** Rows of their own: what a program hands over may change after the call. */
function copied(batch: RawBatch): RawBatch {
  const copy = (column: RawColumn): RawColumn =>
    column.kind === "text" ? column : { ...column, values: column.values.slice() };
  return { ...batch, columns: new Map([...batch.columns].map(([name, column]) => [name, copy(column)])) };
}
