// What a flow knows before its first row: as much as a saved state of another flow knows, weighed by `importance` (fine-
// tuning, elastic weight consolidation), its priors, or next to nothing. Where nothing is said its first rows are fitted
// together, and their information is what it goes on from.

import type { Compiled } from "../compile.ts";
import { diagnose } from "../diagnostics/index.ts";
import type { Bindings, RowSource } from "../ir/index.ts";
import {
  almostNothing,
  type Flow,
  type Knowledge,
  memoryOver,
  type Noted,
  type Program,
  priorMaximum,
  weighed,
} from "../runtime/index.ts";
import { select } from "../sources/index.ts";
import { type BoundData, checkSizes, notForGlobs, nothingSelected } from "./bind.ts";
import { construct } from "./construct.ts";
import { requestsOf } from "./dynamics.ts";
import { CompileError, DataError } from "./errors.ts";
import type { Resolved } from "./options.ts";
import { type LoadedState, restoreFlow } from "./saved.ts";
import { leftToUs } from "./steady.ts";

/** A program for a run that begins with what a state knows, and what to begin with. */
export interface Beginning {
  readonly program: Program;
  readonly bindings: Bindings;
  begin(flow: Flow): void;
}

/** Levels, sizes and learnt features are the state's; structures, too, where the run asks for none. */
export function beginning(compiled: Compiled, loaded: LoadedState, options: Resolved): Beginning {
  const { bindings, state } = loaded;
  const { flow: old, program: before } = restoreFlow(loaded, loaded.options, compiled, { live: true });
  if (old.warming && old.heldRows > 0) old.finish();
  const known = old.knowledge();
  const alike = before.plan.blocks.every(({ parameters }) => leftToUs(options.structure, parameters));
  const means = { explain: false, ...(alike ? { given: state.blocks } : {}) };
  const { program } = construct(compiled, { selection: nothingSelected, bindings }, options, means);
  const { importance } = options;
  const own = weighed(program, carriedOver(before, program, known), importance);
  const event: Noted = {
    kind: "began",
    row: 0,
    message: `Began with ${importance} × what ${state.rows.toLocaleString("en-US")} rows of a saved state tell.`,
    details: { importance, rows: state.rows },
  };
  return { program, bindings, begin: (flow) => flow.know(own, event) };
}

/** Knowledge of one program as another of the same model keeps it. */
function carriedOver(before: Program, after: Program, { phi, gradient, memory, weight }: Knowledge): Knowledge {
  const places = new Uint32Array(phi.length);
  for (const p of after.parameters) {
    const old = before.parameters.find((q) => q.name === p.name);
    for (let i = 0; i < p.size; i++) places[p.first + i] = (old?.first ?? 0) + i;
  }
  const forms = ({ plan }: Program): string => JSON.stringify(plan.blocks.map((b) => [b.parameters, b.form]));
  if (forms(before) === forms(after)) return { phi, gradient, memory, weight };
  before.artefact.memory.set(memory, before.artefact.step.layout.state.memory.offset);
  return {
    phi: Float64Array.from(places, (i) => phi[i] as number),
    gradient: Float64Array.from(places, (i) => gradient[i] as number),
    memory: memoryOver(before.artefact, after.artefact, places),
    weight,
  };
}

/** The data of a run whose sizes, levels and features are known. */
export function boundTo(compiled: Compiled, bindings: Bindings, source: RowSource, options: Resolved): BoundData {
  const { density } = compiled;
  const selection = select(requestsOf(density, options), source, notForGlobs(density));
  if (selection.kind === "failure") throw new DataError(selection.diagnostics);
  const diagnostics = checkSizes(selection, bindings.dims);
  if (diagnostics.length > 0) throw new DataError(diagnostics);
  return { selection, bindings };
}

/** λ of a start with next to nothing: a variance of a million, as is usual for recursive least squares. */
const nothing = 1e-6;

/** Lets a new flow begin as the settings ask for. */
export function beginAsAsked({ density }: Compiled, flow: Flow, { initial, plain, mode }: Resolved): void {
  if (initial === "empirical" || plain !== null || mode === "fit") return;
  const start = Float64Array.from(flow.phi);
  if (initial === "none") {
    flow.know(almostNothing(flow.program, start, nothing));
    return;
  }
  const flat = flow.program.parameters.filter((p) => !p.proper).map((p) => `\`${p.name}\``);
  if (flat.length > 0) {
    const span = density.flow.find(({ key }) => key === "initial")?.span ?? null;
    throw new CompileError([diagnose("FF443", span, { names: flat.join(", ") })]);
  }
  const phi = priorMaximum(flow.program, start);
  // the priors are terms of their own in every update: they are not to be counted again
  flow.know({
    phi,
    gradient: new Float64Array(phi.length),
    memory: new Float64Array(flow.state("memory").length),
    weight: Number.MIN_VALUE,
  });
}
