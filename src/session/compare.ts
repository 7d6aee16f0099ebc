// Several models of one response over the same rows. A stream reads them once for all and follows each model's log
// evidence; fits go over them for each model. Where they are models of different things, or could use different rows,
// their numbers cannot be set against each other and none are given.

import type { Compiled } from "../compile.ts";
import { diagnose } from "../diagnostics/index.ts";
import { type LikelihoodTerm, printNode, type RowSource } from "../ir/index.ts";
import {
  type Comparison,
  type Contender,
  type Course,
  ranked,
  type Summary,
  summarise,
  untimed,
} from "../reports/index.ts";
import { Flow, prequentialOf } from "../runtime/index.ts";
import { SourceError } from "../sources/index.ts";
import { type BoundData, bindData } from "./bind.ts";
import { companionsOf } from "./companions.ts";
import { construct, coordinatesOf } from "./construct.ts";
import { requestsOf } from "./dynamics.ts";
import { CompileError, DataError } from "./errors.ts";
import { Intake } from "./intake.ts";
import { type Data, type Model, type RunOptions, sourceOf } from "./model.ts";
import { type Resolved, resolve } from "./options.ts";
import { startOf } from "./program.ts";
import { learnFeatures, Reader } from "./reader.ts";
import { run } from "./run.ts";
import { steadierOf, witnessOf } from "./steady.ts";

/** What a comparison may be told besides flow settings, which hold for every model. */
export interface CompareOptions extends Omit<RunOptions, "resume" | "from" | "onState" | "saveEvery"> {
  /** What models are called, in their order; else by their own names. */
  readonly labels?: readonly string[];
}

/** Rows of which this share, at most, are fitted together at the start. */
const firstShare = 4;
/** Points of the course that is kept. */
const points = 256;

/** Compares models of the same response: by streams, each row once, unless `mode` is `fit`. */
export async function compare(models: readonly Model[], data: Data, options: CompareOptions = {}): Promise<Comparison> {
  const response = sameResponse(models);
  const names = labelsOf(models, options.labels);
  const source = sourceOf(data);
  try {
    return options.mode === "fit"
      ? await byFits(models, names, response, source, options)
      : await byStreams(models, names, response, source, options);
  } catch (error) {
    if (error instanceof SourceError) throw new DataError(error.diagnostics);
    throw error;
  }
}

// ---------------------------------------------------------------- what they are models of

/** The response of all models; throws CompileError where they are of different ones. */
function sameResponse(models: readonly Model[]): string {
  const [first, ...others] = models;
  if (first === undefined) throw new RangeError("there are no models to compare");
  const own = subjectOf(first.compiled);
  for (const other of others) {
    const theirs = subjectOf(other.compiled);
    if (theirs.join() === own.join()) continue;
    const args = { first: first.name, other: other.name, own: own.join(", "), theirs: theirs.join(", ") };
    throw new CompileError([diagnose("FF461", null, args)]);
  }
  return own.join(", ");
}

/** What each statement is a density or a probability of, with its weight, by the names of the data's columns. */
function subjectOf({ density }: Compiled): readonly string[] {
  const { graph, data } = density;
  const said = (id: LikelihoodTerm["response"]): string =>
    printNode(graph, id, (node) => {
      const item = node.op === "column" ? data.find(({ name }) => name === node.attributes.name) : undefined;
      if (item === undefined) return null;
      const { source } = item;
      if (source.kind === "column") return source.column;
      return source.kind === "glob" ? source.pattern : source.columns.join(" ");
    });
  return density.terms
    .flatMap((term) => {
      if (term.kind === "prior") return [];
      if (term.kind === "factor") return [`factor ${said(term.value)}`];
      const { anyone, response, weight, condition } = term;
      const discrete = anyone !== null && (anyone.support.integer || anyone.levels !== null);
      return [
        `${discrete ? "probability" : "density"} of ${said(response)}`,
        weight === null ? "" : ` weight ${said(weight)}`,
        condition === null ? "" : ` when ${said(condition)}`,
      ].join("");
    })
    .sort();
}

/** Names that differ from each other. */
function labelsOf(models: readonly Model[], labels: readonly string[] = []): readonly string[] {
  const names = models.map(({ name }, k) => labels[k] ?? name);
  return names.map((name, k) => {
    const before = names.slice(0, k).filter((other) => other === name).length;
    return names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${before + 1})`;
  });
}

function differentRows(names: readonly string[], rows: readonly number[]): DataError {
  const k = rows.findIndex((count) => count !== rows[0]);
  const args = { first: names[0] ?? "", other: names[k] ?? "", own: rows[0] ?? 0, theirs: rows[k] ?? 0 };
  return new DataError([diagnose("FF561", null, args)]);
}

function contenderOf(name: string, flow: Flow, summary: Summary, prequential: number | null): Contender {
  const { parameters, artefact, options } = flow.program;
  const { logEvidence, logLikelihood, aic, bic, effectiveParameters, converged, model, mode } = summary;
  const evident = summary.prequentialFrom === 1;
  return {
    name,
    hash: model.hash,
    size: artefact.step.size,
    flat: parameters.filter((p) => !p.proper).map((p) => p.name),
    logEvidence: mode === "fit" ? logEvidence : evident && options.plain === null ? summary.prequential : null,
    prequential,
    logLikelihood,
    aic,
    bic,
    effectiveParameters,
    converged,
  };
}

// ---------------------------------------------------------------- fits

async function byFits(
  models: readonly Model[],
  names: readonly string[],
  response: string,
  source: RowSource,
  options: CompareOptions,
): Promise<Comparison> {
  if (!source.repeatable) throw new DataError([diagnose("FF562", null, { source: source.label })]);
  const contenders: Contender[] = [];
  const rows: number[] = [];
  for (const [k, { compiled, settings }] of models.entries()) {
    const own = resolve(settings, { ...options, errors: "model" });
    const { flow, skipped, diagnostics } = await run(compiled, source, own, options);
    const summary = summarise(flow, { skipped, diagnostics, timing: untimed });
    rows.push(summary.rows);
    contenders.push(contenderOf(names[k] as string, flow, summary, null));
    options.signal?.throwIfAborted();
  }
  if (rows.some((count) => count !== rows[0])) throw differentRows(names, rows);
  const ahead = (): number => 0;
  const count = rows[0] as number;
  return ranked({ mode: "fit", rows: count, response, after: 1, contenders, ahead, leaders: [], course: null });
}

// ---------------------------------------------------------------- streams

/** A model's flow and where its rows come in. */
interface Runner {
  readonly flow: Flow;
  readonly intake: Intake;
  /** Rows that its artefact takes at a time. */
  readonly capacity: number;
}

async function byStreams(
  models: readonly Model[],
  names: readonly string[],
  response: string,
  source: RowSource,
  options: CompareOptions,
): Promise<Comparison> {
  const runners = await prepared(models, source, options);
  const flows = runners.map(({ flow }) => flow);
  const rows = Math.min(options.batch ?? Number.POSITIVE_INFINITY, ...runners.map(({ capacity }) => capacity));
  const whole = flows.every(
    ({ program: { parameters, options: own } }) => own.plain === null && parameters.every((p) => p.proper),
  );
  const laps: Laps = { whole, base: null, after: 1 };
  const race = new Race(flows.length);
  const columns = [...new Set(runners.flatMap(({ intake }) => intake.columns))];
  let read = 0;
  for await (const raw of source.read(columns, rows)) {
    const counts: number[] = [];
    for (const { flow, intake } of runners) {
      const batch = intake.take(raw);
      if (batch.rows > 0) flow.update(batch, rows);
      counts.push(flow.rows + flow.heldRows);
    }
    if (counts.some((count) => count !== counts[0])) throw differentRows(names, counts);
    read += raw.rows;
    const begins = laps.base === null && flows.every((flow) => !flow.warming);
    if (begins) {
      laps.base = flows.map((flow) => prequentialOf(flow)?.after?.value ?? 0);
      laps.after = (counts[0] as number) + 1;
    }
    const worth = flows.map((flow, k) => worthOf(flow, k, laps));
    if ((whole || !begins) && worth.every((value) => value !== null)) race.pass(counts[0] as number, worth);
    const prequential = Math.max(...worth.map((value) => value ?? Number.NEGATIVE_INFINITY));
    options.onProgress?.({
      rows: read,
      total: source.rowCount,
      pass: 1,
      logLikelihood: null,
      decrement: null,
      prequential: Number.isFinite(prequential) ? prequential : null,
    });
    options.signal?.throwIfAborted();
  }
  if (flows.every((flow) => flow.rows + flow.heldRows === 0)) throw new DataError([diagnose("FF506", null, {})]);
  const contenders = runners.map(({ flow, intake }, k) => {
    flow.finish();
    const summary = summarise(flow, { skipped: intake.counts.bad, diagnostics: intake.diagnostics, timing: untimed });
    return contenderOf(names[k] as string, flow, summary, worthOf(flow, k, { ...laps, whole: false }));
  });
  const { rows: count } = flows[0] as Flow;
  const { leaders, course } = race;
  const ahead = (winner: number, loser: number): number => race.since(winner, loser);
  return ranked({ mode: "stream", rows: count, response, after: laps.after, contenders, ahead, leaders, course });
}

/** What the sums of a comparison are counted from. */
interface Laps {
  /** All rows count: every model has the evidence of all. */
  readonly whole: boolean;
  /** Else: the sums of each when all had fitted their first rows, and the row after it. */
  base: readonly number[] | null;
  after: number;
}

/** Sums that can be set against each other; null before there are any. */
function worthOf(flow: Flow, place: number, { whole, base, after }: Laps): number | null {
  const scored = prequentialOf(flow);
  if (scored === null || base === null) return null;
  // a sum that had to start anew is of other rows
  if ((scored.after?.from ?? 0) > after) return null;
  if (whole) return scored.from === 1 ? scored.value : null;
  return (scored.after?.value ?? 0) - (base[place] as number);
}

/** Flows that all fit as many first rows together. */
async function prepared(
  models: readonly Model[],
  source: RowSource,
  options: CompareOptions,
): Promise<readonly Runner[]> {
  const first = source.ahead ?? source;
  const bound: { readonly compiled: Compiled; readonly settings: Resolved; readonly data: BoundData }[] = [];
  for (const { compiled, settings: own } of models) {
    const settings = { ...resolve(own, { ...options, mode: "stream", prequential: "on", passes: 1 }), stop: null };
    const { data, diagnostics } = await bindData(compiled.density, first, requestsOf(compiled.density, settings));
    if (data === null) throw new DataError(diagnostics);
    bound.push({ compiled, settings, data });
  }
  const wanted = bound.map(
    ({ compiled, settings, data }) =>
      settings.warmup ?? firstRows(coordinatesOf(compiled, data.bindings), source.rowCount),
  );
  const warmup = Math.max(...wanted);
  const runners: Runner[] = [];
  for (const { compiled, settings, data } of bound)
    runners.push(await runnerOf(compiled, data, first, { ...settings, warmup }, options));
  return runners;
}

async function runnerOf(
  compiled: Compiled,
  data: BoundData,
  source: RowSource,
  resolved: Resolved,
  { signal }: CompareOptions,
): Promise<Runner> {
  const { program } = construct(compiled, data, resolved, { explain: false });
  const { batchRows: capacity } = program.plan;
  const hooks = signal === undefined ? {} : { signal };
  await learnFeatures(compiled, program, new Reader(data, source, resolved, capacity, hooks));
  const flow = new Flow(program, startOf(program), {
    ...steadierOf(compiled, resolved),
    ...witnessOf(compiled, resolved),
    companions: companionsOf(compiled, program, resolved, { live: true }),
  });
  return { flow, intake: new Intake({ ...data, options: resolved }), capacity };
}

/** Rows that a model would have fitted together: no large share of them all. */
function firstRows(size: number, total: number | null): number {
  const usual = Math.max(1000, 10 * size);
  return total === null ? usual : Math.max(10 * size, Math.min(usual, Math.ceil(total / firstShare)));
}

/** Who is ahead of whom since when, and the way there. */
class Race {
  readonly leaders: { readonly row: number; readonly model: number }[] = [];
  readonly #since: (number | null)[][];
  #rows: number[] = [];
  #values: number[][];
  /** Passes from one point that is kept to the next. */
  #every = 1;
  #passes = 0;

  constructor(count: number) {
    this.#since = Array.from({ length: count }, () => Array.from({ length: count }, () => null));
    this.#values = Array.from({ length: count }, () => []);
  }

  /** All models have taken in as many rows. */
  pass(row: number, worth: readonly number[]): void {
    const first = this.#passes === 0;
    for (const [i, own] of worth.entries())
      for (const [j, other] of worth.entries()) {
        const since = this.#since[i] as (number | null)[];
        if (own > other) since[j] ??= first ? 0 : row;
        else since[j] = null;
      }
    const leader = worth.reduce((a, b, k) => (b > (worth[a] as number) ? k : a), 0);
    if (leader !== this.leaders.at(-1)?.model) this.leaders.push({ row, model: leader });
    if (this.#passes % this.#every === 0) this.#keep(row, worth);
    this.#passes += 1;
  }

  #keep(row: number, worth: readonly number[]): void {
    this.#rows.push(row);
    for (const [k, value] of worth.entries()) this.#values[k]?.push(value);
    if (this.#rows.length < points) return;
    const even = (_: number, at: number): boolean => at % 2 === 0;
    this.#rows = this.#rows.filter(even);
    this.#values = this.#values.map((values) => values.filter(even));
    this.#every *= 2;
  }

  /** The row since which one model is ahead of another; 0 where it is so from the first pass on. */
  since(winner: number, loser: number): number {
    return this.#since[winner]?.[loser] ?? 0;
  }

  get course(): Course | null {
    return this.#rows.length === 0 ? null : { rows: this.#rows, values: this.#values };
  }
}
