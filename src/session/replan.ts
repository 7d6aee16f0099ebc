// A running flow that comes to keep its information otherwise: a new program in other forms goes on where the old one
// stands, its memory made from the old one's.

import type { Compiled } from "../compile.ts";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Batch, Plan } from "../ir/index.ts";
import { copied, type Flow, keptAs, memoryOver, type Program, variancesOf } from "../runtime/index.ts";
import { nothingSelected } from "./bind.ts";
import { construct } from "./construct.ts";
import type { Resolved } from "./options.ts";
import { compared, measureOf, pilotRows } from "./pilot.ts";
import { leftToUs } from "./steady.ts";

/** What a plan's blocks keep, as it is said: `a, b: full; c: diagonal`. */
export function structuresOf({ blocks }: Plan): string {
  const [only, ...more] = blocks;
  if (only !== undefined && more.length === 0) return only.structure;
  return blocks.map((b) => `${b.parameters.join(", ")}: ${b.structure}`).join("; ");
}

/** Lets a flow go on in another program of its model; `reason` is told with what changed. */
export function recast(flow: Flow, next: Program, reason: string): void {
  const before = flow.program;
  const places = new Uint32Array(next.artefact.step.size);
  for (const p of next.parameters) {
    const old = before.parameters.find((q) => q.name === p.name);
    if (old === undefined) throw new Error(`a program of another model: ${p.name}`);
    for (let i = 0; i < p.size; i++) places[p.first + i] = old.first + i;
  }
  const [from, to] = [structuresOf(before.plan), structuresOf(next.plan)];
  const event = { kind: "replanned", row: flow.rows + flow.heldRows, from, to, reason } as const;
  const { offset } = before.artefact.step.layout.state.memory;
  const carry = (memory: Float64Array): Float64Array => {
    before.artefact.memory.set(memory, offset);
    return memoryOver(before.artefact, next.artefact, places);
  };
  const memory = memoryOver(before.artefact, next.artefact, places);
  const lost = lossOf(flow, next, places, memory);
  flow.adopt(next, places, memory, event, carry);
  flow.warnings = [...flow.warnings, ...lost];
}

/** Standard errors that come out between these shares of what they were have lost nothing to speak of. */
const [less, more] = [0.8, 1.25];

/**
 * A warning where the information of the rows so far is to be kept in a form that leaves other standard errors. Makes the
 * factors of both programs anew: for a flow that is about to leave the one for the other.
 */
function lossOf(flow: Flow, next: Program, places: Uint32Array, memory: Float64Array): readonly Diagnostic[] {
  if (flow.rows === 0) return [];
  const own = flow.program.artefact;
  const phi = flow.phi.slice();
  const before = variancesOf(own, phi, flow.state("memory").slice());
  const after = variancesOf(
    next.artefact,
    Float64Array.from(places, (place) => phi[place] as number),
    memory,
  );
  let [worst, at] = [1, -1];
  for (const [i, place] of places.entries()) {
    const ratio = Math.sqrt((after[i] as number) / (before[place] as number));
    if (!(ratio > 0 && ratio < Number.POSITIVE_INFINITY)) continue;
    if (Math.abs(Math.log(ratio)) > Math.abs(Math.log(worst))) [worst, at] = [ratio, i];
  }
  const found = next.parameters.find((p) => at >= p.first && at < p.first + p.size);
  if (found === undefined || (worst >= less && worst <= more)) return [];
  const args = { row: flow.rows, structure: keptAs(next.plan), name: found.name, ratio: worst.toPrecision(2) };
  return [diagnose("FF612", found.span, args)];
}

/** Plans a flow anew and lets it go on as planned, where that is otherwise than it does. */
export function replan(
  compiled: Compiled,
  flow: Flow,
  options: Resolved,
  reason: string,
  means: Parameters<typeof construct>[3] = {},
): void {
  const { bindings, plan } = flow.program;
  const data = { selection: nothingSelected, bindings };
  const { program } = construct(compiled, data, options, { explain: false, ...means });
  if (same(plan, program.plan)) return;
  recast(flow, program, reason);
}

function same(a: Plan, b: Plan): boolean {
  const forms = ({ blocks }: Plan): string => JSON.stringify(blocks.map(({ parameters, form }) => [parameters, form]));
  return forms(a) === forms(b);
}

/** Keeps the newest rows of a stream, and plans it anew every so many. */
export interface Replanner {
  take(batch: Batch): void;
  consider(): void;
}

/** Null where a stream is never planned anew, because it was not asked or because its structures are fixed. */
export function replanner(compiled: Compiled, flow: Flow, options: Resolved): Replanner | null {
  const { replan: every, structure } = options;
  if (every === null || !flow.program.plan.blocks.some((b) => leftToUs(structure, b.parameters))) return null;
  const wanted = options.pilot ?? pilotRows;
  const newest: Batch[] = [];
  let rows = 0;
  let turn = Math.floor(flow.rows / every);
  return {
    take(batch) {
      newest.push(copied(batch));
      rows += batch.rows;
      while (newest.length > 1 && rows - (newest[0] as Batch).rows >= wanted) rows -= (newest.shift() as Batch).rows;
    },
    consider() {
      if (flow.warming || Math.floor(flow.rows / every) === turn) return;
      turn = Math.floor(flow.rows / every);
      const { bindings, plan, parameters } = flow.program;
      const data = { selection: nothingSelected, bindings };
      const { batchRows } = plan;
      const estimate = new Map(parameters.map((p) => [p.name, flow.phi.slice(p.first, p.first + p.size)]));
      const weighed = construct(compiled, data, options, { batchRows }).program.plan;
      const measured = measureOf(compared(compiled, data, options, weighed, newest, estimate));
      const said = rows.toLocaleString("en-US");
      replan(compiled, flow, options, `the loss that the newest ${said} rows measure`, { batchRows, measured });
    },
  };
}
