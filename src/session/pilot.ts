// A pilot: the first rows, fitted with the plan in hand, say what each way of keeping the information would have lost.
// Every candidate takes the same rows at the same estimate, as a run would, and is compared with the full information
// where that can be had.

import type { Compiled } from "../compile.ts";
import type { Batch, Candidate, Divergence, Form, Plan, PlanBlock, RowSource } from "../ir/index.ts";
import { type Measured, wayKey } from "../planner/index.ts";
import { comparison, indefinite } from "../reports/index.ts";
import {
  blockInformation,
  Flow,
  featureLearner,
  inform,
  NumericalError,
  type Program,
  stretch,
} from "../runtime/index.ts";
import type { BoundData } from "./bind.ts";
import { construct } from "./construct.ts";
import type { Resolved } from "./options.ts";
import { startOf } from "./program.ts";
import { Reader, settle } from "./reader.ts";
import { leftToUs } from "./steady.ts";

/** Rows of a pilot where nothing was said. */
export const pilotRows = 1000;
/** Coordinates of a set up to which its full information is had. */
const affordable = 1000;
/** Passes of the pilot's fit; the estimate need not be the last digits of one. */
const [manyPasses, fewPasses] = [50, 10];
/** What is less is rounding. */
const nothing = 1e-9;

/** A program for a run: planned with a pilot's measure where the settings ask for one and leave the choice. */
export async function chosen(
  compiled: Compiled,
  data: BoundData,
  source: RowSource,
  options: Resolved,
): Promise<ReturnType<typeof construct>> {
  const planned = construct(compiled, data, options, { explain: options.pilot !== null });
  if (options.pilot === null) return planned;
  const { plan } = planned.program;
  if (!source.repeatable || !plan.blocks.some((b) => leftToUs(options.structure, b.parameters))) return planned;
  const measured = measureOf(await pilot(compiled, data, source, options, plan));
  return construct(compiled, data, options, { measured, explain: false });
}

/** The plan with what the first rows measured of its candidates. */
export async function pilot(
  compiled: Compiled,
  data: BoundData,
  source: RowSource,
  options: Resolved,
  plan: Plan,
): Promise<Plan> {
  const wanted = options.pilot ?? pilotRows;
  const reader = new Reader(data, source, options, Math.min(wanted, plan.batchRows), {});
  const batches: Batch[] = [];
  let rows = 0;
  for await (const batch of reader.batches((length) => new Float64Array(length))) {
    const own = stretch(batch, 0, Math.min(batch.rows, wanted - rows));
    batches.push(own);
    rows += own.rows;
    if (rows >= wanted) break;
  }
  return rows === 0 ? plan : compared(compiled, data, options, plan, batches);
}

/** A plan with what a pilot measured of the same ways in another. */
export function withPilot(plan: Plan, measured: Plan): Plan {
  const found = new Map(
    setsOf(measured.blocks).flatMap(({ names, candidates }) =>
      candidates.map((c) => [wayKey(names, c.structure), c.pilot] as const),
    ),
  );
  const candidates = new Map(
    setsOf(plan.blocks).map((set) => [
      set.candidates,
      set.candidates.map((c): Candidate => ({ ...c, pilot: found.get(wayKey(set.names, c.structure)) ?? null })),
    ]),
  );
  const blocks = plan.blocks.map((b) => ({ ...b, candidates: candidates.get(b.candidates) ?? b.candidates }));
  return { ...plan, blocks, notes: measured.notes };
}

/** What was measured, by way; a set of which something was not is left out by the planner. */
export function measureOf({ blocks }: Plan): Measured {
  const measured = new Map<string, number>();
  for (const set of setsOf(blocks))
    for (const { structure, pilot: found } of set.candidates)
      if (found !== null) {
        const each = found.kl / found.coordinates;
        measured.set(wayKey(set.names, structure), each < nothing ? 0 : each);
      }
  return measured;
}

/** Parameters that were planned together. */
interface PlannedSet {
  readonly names: readonly string[];
  readonly size: number;
  readonly candidates: readonly Candidate[];
}

function setsOf(blocks: readonly PlanBlock[]): readonly PlannedSet[] {
  const sets = new Map<readonly Candidate[], PlanBlock[]>();
  for (const block of blocks) sets.set(block.candidates, [...(sets.get(block.candidates) ?? []), block]);
  return [...sets].map(([candidates, own]) => ({
    names: own.flatMap((b) => b.parameters),
    size: own.reduce((sum, b) => sum + b.size, 0),
    candidates,
  }));
}

/** Forms for all parameters of a union, and the candidates that are measured by them. */
interface Choice {
  readonly drafts: Drafts;
  readonly candidates: readonly Candidate[];
}

/** Sets that rows couple though they were planned apart: what is between them is lost, too, and measured. */
interface Union {
  readonly names: readonly string[];
  readonly size: number;
  /** First what was taken for every set, then each other candidate of one of them. */
  readonly choices: readonly Choice[];
}

/** Unions by the components of parameters that meet; of all sets where these are not known. */
function unionsOf(sets: readonly PlannedSet[], components: readonly (readonly string[])[] | null): readonly Union[] {
  let unions = sets.map((set) => [set]);
  for (const component of components ?? [sets.flatMap(({ names }) => names)]) {
    const joined = unions.filter((own) => own.some(({ names }) => names.some((name) => component.includes(name))));
    if (joined.length > 1) unions = [...unions.filter((own) => !joined.includes(own)), joined.flat()];
  }
  return unions.map((own): Union => {
    const chosen = own.map(
      ({ candidates }) => (candidates.find((c) => c.verdict === "chosen") ?? candidates[0]) as Candidate,
    );
    const instead = (at: number, candidate: Candidate): Drafts =>
      chosen.flatMap((c, k) => (k === at ? candidate : c).blocks);
    const others = own.flatMap(({ candidates }, at) =>
      candidates.filter((c) => !chosen.includes(c)).map((c): Choice => ({ drafts: instead(at, c), candidates: [c] })),
    );
    return {
      names: own.flatMap(({ names }) => names),
      size: own.reduce((sum, { size }) => sum + size, 0),
      choices: [{ drafts: chosen.flatMap((c) => c.blocks), candidates: chosen }, ...others],
    };
  });
}

type Drafts = readonly { readonly parameters: readonly string[]; readonly form: Form }[];

/**
 * The plan with what batches measure of its candidates, at an estimate by parameter, or at one that they are fitted for.
 */
export function compared(
  compiled: Compiled,
  data: BoundData,
  options: Resolved,
  plan: Plan,
  batches: readonly Batch[],
  estimate: ReadonlyMap<string, Float64Array> | null = null,
): Plan {
  const sets = setsOf(plan.blocks);
  // what a pilot learns of features is not what the run will
  const own = { ...data, bindings: { ...data.bindings } };
  const settings: Resolved = {
    ...options,
    mode: "fit",
    plain: null,
    keep: 1,
    tolerance: 1e-6,
    maxPasses: plan.blocks.some((b) => b.size > affordable) ? fewPasses : manyPasses,
  };
  const built = (given: Drafts): Program =>
    construct(compiled, own, settings, { given, batchRows: plan.batchRows, explain: false }).program;
  if (sets.every(({ size }) => size > affordable)) return plan;
  const taken = built(plan.blocks);
  const unions = unionsOf(sets, plan.information === "observed" ? null : taken.artefact.step.components);
  const compare = unions.filter(({ size }) => size <= affordable);
  if (compare.length === 0) return plan;
  const phi = estimate ?? fitted(compiled, taken, batches);
  const informed = (drafts: (union: Union) => Drafts): ((union: Union) => Float64Array) => {
    const thin = ({ names }: Union): Drafts => [{ parameters: names, form: { kind: "diagonal" } }];
    const program = built(unions.flatMap((union) => (compare.includes(union) ? drafts(union) : thin(union))));
    inform(program, placed(program, phi), batches, options.mode === "stream");
    return ({ names }) => denseOver(program, names);
  };
  const full = informed(({ names }) => [{ parameters: names, form: { kind: "full" } }]);
  const whole = new Map(compare.map((union) => [union, full(union)]));
  const against = new Map([...whole].map(([union, dense]) => [union, comparison(dense, union.size)]));
  const found = new Map<Candidate, Divergence>();
  const most = Math.max(...compare.map(({ choices }) => choices.length));
  const measurable = compare.some((union) => against.get(union) !== null);
  for (let k = 0; measurable && k < most; k++) {
    const other = informed(({ choices }) => (choices[k] ?? (choices[0] as Choice)).drafts);
    for (const union of compare) {
      const divergence = against.get(union)?.(other(union));
      if (divergence !== undefined)
        for (const candidate of union.choices[k]?.candidates ?? []) found.set(candidate, divergence);
    }
  }
  const shown = new Map(
    sets.map(({ candidates }) => [
      candidates,
      candidates.map((c): Candidate => ({ ...c, pilot: found.get(c) ?? null })),
    ]),
  );
  const rows = batches.reduce((sum, { rows: count }) => sum + count, 0).toLocaleString("en-US");
  const notes = [...whole]
    .filter(([union]) => against.get(union) === null)
    .map(([union, dense]) => {
      const why = indefinite(dense, union.size)
        ? `there is no loss to measure: the ${plan.information} information of the first ${rows} rows is indefinite where their fit ended`
        : `${rows} rows are too few to measure the loss`;
      return `${union.names.join(", ")}: ${why}`;
    });
  const blocks = plan.blocks.map((b) => ({ ...b, candidates: shown.get(b.candidates) ?? b.candidates }));
  return { ...plan, blocks, notes: [...plan.notes, ...notes] };
}

/** Where a fit of the batches ends, by parameter; it may end early. */
function fitted(compiled: Compiled, program: Program, batches: readonly Batch[]): ReadonlyMap<string, Float64Array> {
  if (compiled.density.learnt.length > 0) {
    const learner = featureLearner(program.artefact);
    for (const batch of batches) learner.add(batch);
    settle(compiled, program, learner);
  }
  const start = startOf(program);
  const flow = new Flow(program, start);
  try {
    flow.fit(batches);
  } catch (error) {
    // a maximum that is not there, or not told apart by so few rows: the information where the search ended will do
    if (!(error instanceof NumericalError)) throw error;
  }
  const phi = flow.phi.every(Number.isFinite) ? flow.phi : start;
  return new Map(program.parameters.map(({ name, first, size }) => [name, phi.slice(first, first + size)]));
}

function placed(program: Program, estimate: ReadonlyMap<string, Float64Array>): Float64Array {
  const phi = new Float64Array(program.artefact.step.size);
  for (const { name, first } of program.parameters) phi.set(estimate.get(name) ?? [], first);
  return phi;
}

/** The information of some parameters, which are whole blocks, in their order. */
function denseOver({ artefact, parameters }: Program, names: readonly string[]): Float64Array {
  const coordinates = names.flatMap((name) => {
    const p = parameters.find((q) => q.name === name);
    return p === undefined ? [] : Array.from({ length: p.size }, (_, i) => p.first + i);
  });
  const size = coordinates.length;
  const position = new Map(coordinates.map((coordinate, i) => [coordinate, i]));
  const dense = new Float64Array(size * size);
  for (const [k, block] of artefact.step.blocks.entries()) {
    if (!position.has(block.first)) continue;
    const own = blockInformation(artefact, k);
    const places = Array.from({ length: block.size }, (_, i) => position.get(block.first + i) as number);
    for (const [i, to] of places.entries())
      for (const [j, at] of places.entries()) dense[to * size + at] = own[i * block.size + j] as number;
  }
  return dense;
}
