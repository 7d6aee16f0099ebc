// One fit over several parts: each is kept by a thread that reads it itself, the estimate is broadcast, and scores and
// informations are summed until convergence, which equals one fit over all rows (mathematics.md §7). Levels and learnt
// features of all parts are fixed before. Without threads, or where parts are no files, the parts are read one after
// the other as one source.

import { diagnose } from "../diagnostics/index.ts";
import type { Batch, Bindings, RawBatch, RowSource } from "../ir/index.ts";
import { type Summary, summarise } from "../reports/index.ts";
import {
  type Baggage,
  Crew,
  Flow,
  featureLearner,
  fingerprintName,
  openLine,
  type Program,
  type Scores,
  type Steadied,
  scoresAt,
  scoresTogether,
  unitedRows,
} from "../runtime/index.ts";
import { type Levels, openSource } from "../sources/index.ts";
import { fixed } from "./bind.ts";
import { DataError } from "./errors.ts";
import { type Data, fit, type Model, type RunOptions, sourceOf } from "./model.ts";
import { type Resolved, resolve } from "./options.ts";
import {
  type GivenPlan,
  type Held,
  type OpenPart,
  openPart,
  type PartAnswer,
  type PartOrder,
  readParts,
  type Shown,
} from "./part-member.ts";
import { chosen } from "./pilot.ts";
import { startOf } from "./program.ts";
import { settle } from "./reader.ts";
import { scoresWanted } from "./run.ts";
import { saveFlow } from "./saved.ts";
import { steadierOf } from "./steady.ts";

/** A thread that keeps parts: given by the host, because only it knows how to start one. */
export interface PartWorker {
  /** Posts an order; `ask` waits for what is answered to it. */
  tell(order: PartOrder): void;
  ask(order: PartOrder): Promise<PartAnswer>;
  close(): void;
}

/** How to fit parts: like a fit, with threads of their own where `hire` starts them and `threads` allows more than one. */
export interface PartsOptions extends RunOptions {
  readonly hire?: () => PartWorker;
}

/** Fits all rows of several parts: what stands after `--parts`, or data of a program. */
export async function fitParts(
  model: Model,
  parts: readonly (string | Data)[],
  options: PartsOptions = {},
): Promise<Summary> {
  if (parts.length === 0) throw new DataError([diagnose("FF506", null, {})]);
  const { hire, ...rest } = options;
  const settings = resolve(model.settings, { ...rest, mode: "fit" });
  const specs = parts.filter((part) => typeof part === "string");
  const count = Math.min(settings.threads, parts.length);
  if (hire !== undefined && count > 1 && specs.length === parts.length) {
    const summary = await apart(model, specs, count, hire, settings, options);
    if (summary !== null) return summary;
  }
  const sources: RowSource[] = [];
  try {
    for (const part of parts) {
      const opened =
        typeof part === "string" ? await openSource(part) : { kind: "source" as const, source: sourceOf(part) };
      if (opened.kind === "failure") throw new DataError(opened.diagnostics);
      sources.push(opened.source);
    }
    return await fit(model, joined(sources), rest);
  } finally {
    for (const source of sources) await source.close();
  }
}

/** Sources as one, their rows one after the other. */
function joined(sources: readonly RowSource[]): RowSource {
  const [first] = sources as readonly [RowSource, ...RowSource[]];
  const counts = sources.map((source) => source.rowCount);
  return {
    label: sources.map((source) => source.label).join(", "),
    columns: first.columns,
    rowCount: counts.every((count) => count !== null) ? counts.reduce((a, b) => a + b, 0) : null,
    repeatable: sources.every((source) => source.repeatable),
    constants: first.constants,
    async *read(columns, batchRows): AsyncGenerator<RawBatch> {
      let before = 0;
      for (const source of sources) {
        let last = before;
        for await (const batch of source.read(columns, batchRows)) {
          const firstRow = before + batch.firstRow;
          last = firstRow + batch.rows - 1;
          yield { ...batch, firstRow };
        }
        before = last;
      }
    },
    async close() {},
  };
}

/** With a thread for each share of the parts; null where the leader's own share has no rows to begin with. */
async function apart(
  model: Model,
  specs: readonly string[],
  count: number,
  hire: () => PartWorker,
  settings: Resolved,
  options: PartsOptions,
): Promise<Summary | null> {
  const { compiled } = model;
  const now = options.now ?? (() => 0);
  const begin = now();
  const shareOf = (k: number): readonly string[] => specs.filter((_, n) => n % count === k);
  const workers = Array.from({ length: count - 1 }, hire);
  const open: OpenPart[] = [];
  try {
    const { source, used, constants } = compiled;
    const { rates: _, ...plain } = settings;
    const shared = { file: source.path, source: source.text, used, constants, options: { ...plain } };
    const asked = workers.map((worker, k) =>
      answered(worker, { kind: "ffm.part", step: "open", ...shared, specs: shareOf(k + 1) }, "opened"),
    );
    for (const answer of asked) answer.catch(() => {});
    for (const spec of shareOf(0)) open.push(await openPart(compiled, spec));
    const shown = [open.map((part) => part.shown), ...(await Promise.all(asked)).map((answer) => answer.parts)];
    const inOrder = specs.map((_, n) => shown[n % count]?.[Math.floor(n / count)] as Shown);
    const [first] = open as [OpenPart, ...OpenPart[]];
    const data = fixed(compiled.density, first.selection, unitedLevels(inOrder), inOrder[0]?.once ?? new Map());
    if (data.data === null) throw new DataError(data.diagnostics);
    const { program } = await chosen(compiled, data.data, first.source, settings);
    plan(workers, program, data.data.bindings);
    const reads = workers.map((worker) => answered(worker, { kind: "ffm.part", step: "read" }, "read"));
    for (const answer of reads) answer.catch(() => {});
    const own = await readParts(program, open, settings);
    const held: readonly Held[] = [own, ...(await Promise.all(reads))];
    const read = now();
    if (own.batches.length === 0) return null;
    if (compiled.density.learnt.length > 0) {
      const learner = featureLearner(program.artefact);
      for (const { moments } of held) learner.join(moments);
      settle(compiled, program, learner);
    }
    options.onBusy?.(true);
    let flow: Flow;
    try {
      flow = fitted(model, program, workers, held, own.batches, settings, options);
    } finally {
      options.onBusy?.(false);
    }
    const scores = await scoresOf(flow, workers, own.batches, settings);
    const rows = inOrder.map((_, n) => held[n % count]?.rows[Math.floor(n / count)] ?? 0);
    flow.events.push({
      kind: "combined",
      row: flow.rows,
      message: `${specs.length} parts of ${Math.min(...rows)} to ${Math.max(...rows)} rows, fitted together on ${count} threads.`,
      details: { parts: specs.length, threads: count, rows },
    });
    const skipped = held.reduce((sum, part) => sum + part.skipped, 0);
    const diagnostics = held.flatMap((part) => part.diagnostics).slice(0, 20);
    const seen = unitedRows(held.flatMap((part) => part.fingerprints));
    const baggage = (): ReadonlyMap<string, Baggage> =>
      new Map(seen === null ? [] : [[fingerprintName, { values: seen, tensors: new Map() }]]);
    await options.onState?.(saveFlow(compiled, flow, { skipped, diagnostics, scores, baggage }));
    const end = now();
    const compileMs = options.compileMs ?? 0;
    const timing = { compileMs, readMs: read - begin, updateMs: end - read, totalMs: end - begin + compileMs };
    return summarise(flow, { skipped, diagnostics, timing, scores });
  } finally {
    for (const worker of workers) worker.close();
    for (const { source } of open) await source.close();
  }
}

/** How the scores of all rows vary at the estimate, where it is asked for or costs little. */
async function scoresOf(
  flow: Flow,
  workers: readonly PartWorker[],
  own: readonly Batch[],
  options: Resolved,
): Promise<Scores | null> {
  if (!scoresWanted(flow, options)) return null;
  const { program, phi } = flow;
  const order = { kind: "ffm.part", step: "scores", phi: Float64Array.from(phi) } as const;
  const asked = workers.map((worker) => answered(worker, order, "scores"));
  return scoresTogether([scoresAt(program, phi, own), ...(await Promise.all(asked)).map(({ scores }) => scores)]);
}

async function answered<K extends PartAnswer["kind"]>(
  worker: PartWorker,
  order: PartOrder,
  kind: K,
): Promise<Extract<PartAnswer, { readonly kind: K }>> {
  const answer = await worker.ask(order);
  if (answer.kind === kind) return answer as Extract<PartAnswer, { readonly kind: K }>;
  if (answer.kind === "failed" && answer.diagnostics.length > 0) throw new DataError(answer.diagnostics);
  throw new Error(answer.kind === "failed" ? answer.message : "a part answered what it was not asked");
}

function plan(workers: readonly PartWorker[], program: Program, bindings: Bindings): void {
  const { batchRows, blocks } = program.plan;
  const given: GivenPlan = { batchRows, blocks: blocks.map(({ parameters, form }) => ({ parameters, form })) };
  for (const worker of workers) worker.tell({ kind: "ffm.part", step: "plan", bindings, plan: given });
}

/** Levels of all parts, in the order in which the parts show them; throws where parts have other columns or values. */
function unitedLevels(parts: readonly Shown[]): Levels {
  const [first] = parts as readonly [Shown, ...Shown[]];
  for (const part of parts) {
    for (const [name, columns] of part.columns)
      if (columns.length > 1 && JSON.stringify(columns) !== JSON.stringify(first.columns.get(name)))
        throw new DataError([
          diagnose("FF541", null, {
            file: part.name,
            reason: `its columns of \`${name}\` are not those of ${first.name}`,
          }),
        ]);
    for (const [name, { values }] of part.once)
      if (first.once.get(name)?.values.every((x, i) => x === values[i]) !== true)
        throw new DataError([diagnose("FF541", null, { file: part.name, reason: `\`${name}\` has other values` })]);
  }
  const names = [...first.levels.keys()];
  return new Map(names.map((name) => [name, [...new Set(parts.flatMap((part) => part.levels.get(name) ?? []))]]));
}

/** What ends a search that is to be begun anew with the information kept otherwise. */
class Unsteady extends Error {
  readonly steadied: Steadied;
  constructor(steadied: Steadied) {
    super("the information is worse conditioned than normal equations stand");
    this.steadied = steadied;
  }
}

function fitted(
  model: Model,
  program: Program,
  workers: readonly PartWorker[],
  held: readonly Held[],
  own: readonly Batch[],
  settings: Resolved,
  { onProgress, signal }: PartsOptions,
): Flow {
  const { compiled } = model;
  const { learnt } = program.bindings;
  const rows = held.map((part) => part.rows.reduce((a, b) => a + b, 0));
  const attempt = (over: Program, steadied: Steadied | null): Flow => {
    const { steadier } = steadierOf(compiled, settings);
    const flow = new Flow(over, startOf(over), {
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { stopped: () => signal.aborted }),
      ...(steadier === undefined || steadied !== null
        ? {}
        : {
            steadier: (before, reasons) => {
              const found = steadier(before, reasons);
              if (found !== null) throw new Unsteady(found);
              return null;
            },
          }),
    });
    flow.largest = Math.max(...held.map((part) => part.largest));
    if (steadied !== null) flow.events.push(steadied.event);
    flow.fit(own, (batches) => {
      const lines = workers.map((worker) => {
        const { buffer, line } = openLine(over.artefact);
        worker.tell({ kind: "ffm.part", step: "serve", line: buffer, learnt });
        return line;
      });
      return {
        own: batches,
        crew: new Crew(
          lines,
          held.slice(1).map((_, k) => placeholders(rows[k + 1] as number, over)),
        ),
      };
    });
    // the flow counted what it holds itself
    flow.rows = rows.reduce((a, b) => a + b, 0);
    flow.state("control")[over.artefact.step.layout.control.seen] = flow.rows;
    return flow;
  };
  try {
    return attempt(program, null);
  } catch (error) {
    if (!(error instanceof Unsteady)) throw error;
    plan(workers, error.steadied.program, program.bindings);
    return attempt(error.steadied.program, error.steadied);
  }
}

/** Batches of a member as the leader knows them: how many rows, nothing else. */
function placeholders(rows: number, { plan: { batchRows } }: Program): readonly Batch[] {
  return Array.from({ length: Math.ceil(rows / batchRows) }, (_, k) => ({
    rows: Math.min(batchRows, rows - k * batchRows),
    firstRow: 1 + k * batchRows,
    columns: new Map<string, Float64Array>(),
  }));
}
