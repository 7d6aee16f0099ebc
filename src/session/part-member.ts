// One thread's share of a fit over parts: it opens its parts itself, tells what their rows showed, reads them into memory
// of its own, and then passes over them whenever the leader asks. Its rows never leave it.

import { among, type Compiled, compileSource } from "../compile.ts";
import type { Diagnostic } from "../diagnostics/index.ts";
import type { Batch, Bindings, PlanBlock, RowSource } from "../ir/index.ts";
import {
  fail,
  featureLearner,
  fingerprintName,
  lineOf,
  type Moments,
  type Program,
  type Scores,
  scoresAt,
  serve,
} from "../runtime/index.ts";
import {
  type Levels,
  learnLevels,
  openSource,
  readOnce,
  type Selection,
  SourceError,
  select,
} from "../sources/index.ts";
import { notForGlobs, nothingSelected } from "./bind.ts";
import { construct } from "./construct.ts";
import { CompileError, DataError } from "./errors.ts";
import type { Resolved } from "./options.ts";
import { setFixed } from "./program.ts";
import { Reader } from "./reader.ts";

/** What a member is told, one step after the other; plain data and shared memory, fit to be posted to a worker. */
export type PartOrder =
  | {
      readonly kind: "ffm.part";
      readonly step: "open";
      readonly file: string;
      readonly source: string;
      readonly used: Readonly<Record<string, string>>;
      readonly constants: Readonly<Record<string, number>>;
      readonly options: Resolved;
      /** What stands after `--parts` for each of its parts. */
      readonly specs: readonly string[];
    }
  | { readonly kind: "ffm.part"; readonly step: "plan"; readonly bindings: Bindings; readonly plan: GivenPlan }
  | { readonly kind: "ffm.part"; readonly step: "read" }
  | {
      readonly kind: "ffm.part";
      readonly step: "serve";
      readonly line: SharedArrayBuffer;
      readonly learnt: Bindings["learnt"];
    }
  /** How the scores of its rows vary, once it has served. */
  | { readonly kind: "ffm.part"; readonly step: "scores"; readonly phi: Float64Array };

/** The leader's plan, as far as a member needs it. */
export interface GivenPlan {
  readonly batchRows: number;
  readonly blocks: readonly Pick<PlanBlock, "parameters" | "form">[];
}

/** What a member answers; to `plan` and `serve` nothing. */
export type PartAnswer =
  | { readonly kind: "opened"; readonly parts: readonly Shown[] }
  | ({ readonly kind: "read" } & Held)
  | { readonly kind: "scores"; readonly scores: Scores | null }
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[]; readonly message: string };

/** What a part showed before its rows were read. */
export interface Shown {
  readonly name: string;
  readonly levels: Levels;
  /** Columns of each data item. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly once: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float64Array }>;
}

/** What the rows of some parts come to. */
export interface Held {
  readonly rows: readonly number[];
  readonly skipped: number;
  readonly diagnostics: readonly Diagnostic[];
  /** Largest absolute value of a response. */
  readonly largest: number;
  /** Of learnt features. */
  readonly moments: ReadonlyMap<string, Moments>;
  /** What a state keeps of the rows, to know them again: of each part. */
  readonly fingerprints: readonly Readonly<Record<string, unknown>>[];
}

/** A part that is open. */
export interface OpenPart {
  readonly name: string;
  readonly source: RowSource;
  readonly selection: Selection;
  readonly shown: Shown;
}

/** Opens a part; throws DataError where that can't be. */
export async function openPart(compiled: Compiled, spec: string): Promise<OpenPart> {
  const opened = await openSource(spec);
  if (opened.kind === "failure") throw new DataError(opened.diagnostics);
  const { source } = opened;
  try {
    const selection = select(compiled.density.data, source, notForGlobs(compiled.density));
    if (selection.kind === "failure") throw new DataError(selection.diagnostics);
    const levels = await learnLevels(source, selection);
    const once = await readOnce(source, selection);
    if (once.kind === "failure") throw new DataError(once.diagnostics);
    const columns = new Map(selection.items.map(({ request, columns }) => [request.name, columns]));
    return { name: spec, source, selection, shown: { name: spec, levels, columns, once: once.values } };
  } catch (error) {
    await source.close();
    throw inPart(spec, error);
  }
}

/** An error about data with the part's name in it. */
function inPart(name: string, error: unknown): unknown {
  const found = error instanceof SourceError || error instanceof DataError ? error.diagnostics : null;
  return found === null ? error : new DataError(found.map((d) => ({ ...d, message: `${name}: ${d.message}` })));
}

/** Reads all rows of parts into memory. */
export async function readParts(
  program: Program,
  parts: readonly OpenPart[],
  options: Resolved,
): Promise<Held & { readonly batches: readonly Batch[] }> {
  const batches: Batch[] = [];
  const rows: number[] = [];
  const fingerprints: Readonly<Record<string, unknown>>[] = [];
  const diagnostics: Diagnostic[] = [];
  const { bindings, plan, responses } = program;
  const learner = featureLearner(program.artefact);
  let [skipped, largest] = [0, 0];
  for (const { name, source, selection } of parts) {
    const reader = new Reader({ selection, bindings }, source, options, plan.batchRows, {}, { responses });
    let own = 0;
    try {
      for await (const batch of reader.batches((length) => new Float64Array(length))) {
        batches.push(batch);
        own += batch.rows;
        if (program.artefact.step.layout.features.size > 0) learner.add(batch);
        for (const response of responses)
          for (const value of batch.columns.get(response) ?? []) largest = Math.max(largest, Math.abs(value) || 0);
      }
    } catch (error) {
      throw inPart(name, error);
    }
    rows.push(own);
    fingerprints.push(reader.baggage().get(fingerprintName)?.values ?? {});
    skipped += reader.skipped;
    diagnostics.push(...reader.diagnostics.map((d) => ({ ...d, message: `${name}: ${d.message}` })));
  }
  return { batches, rows, skipped, diagnostics, largest, moments: learner.moments(), fingerprints };
}

/** A member at work: give it the leader's orders, one after the other. */
export function partMember(answer: (answer: PartAnswer) => void): (order: PartOrder) => Promise<void> {
  let compiled: Compiled | null = null;
  let options: Resolved | null = null;
  let program: Program | null = null;
  let parts: readonly OpenPart[] = [];
  let batches: readonly Batch[] = [];
  const carryOut = async (order: PartOrder): Promise<void> => {
    if (order.step === "open") {
      const found = compileSource(order.source, {
        file: order.file,
        set: order.constants,
        resolve: among(order.used),
      });
      if (found.compiled === null) throw new CompileError(found.diagnostics);
      [compiled, options] = [found.compiled, order.options];
      const open: OpenPart[] = [];
      for (const spec of order.specs) open.push(await openPart(compiled, spec));
      parts = open;
      answer({ kind: "opened", parts: parts.map(({ shown }) => shown) });
      return;
    }
    if (compiled === null || options === null) throw new Error("a part was told to go on before it was open");
    if (order.step === "plan") {
      const { blocks: given, batchRows } = order.plan;
      const data = { selection: nothingSelected, bindings: order.bindings };
      program = construct(compiled, data, options, { given, batchRows, explain: false }).program;
      return;
    }
    if (program === null) throw new Error("a part was told to go on before it had a plan");
    if (order.step === "read") {
      const { batches: own, ...held } = await readParts(program, parts, options);
      batches = own;
      for (const { source } of parts) await source.close();
      answer({ kind: "read", ...held });
      return;
    }
    if (order.step === "scores") {
      answer({ kind: "scores", scores: scoresAt(program, order.phi, batches) });
      return;
    }
    const line = lineOf(order.line, program.artefact.step.size);
    setFixed(program.artefact, { ...program.bindings, learnt: order.learnt });
    try {
      serve(program.artefact, line, batches);
    } catch (error) {
      fail(line);
      throw error;
    }
  };
  let last = Promise.resolve();
  return (order) => {
    last = last
      .then(() => carryOut(order))
      .catch((error: unknown) => {
        const diagnostics = error instanceof DataError || error instanceof CompileError ? error.diagnostics : [];
        answer({ kind: "failed", diagnostics, message: error instanceof Error ? error.message : String(error) });
      });
    return last;
  };
}
