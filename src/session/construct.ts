// From a compiled model and what its data fixed to a program, with the batch size and the rate that the planner assumes.

import { structureOf } from "../check/index.ts";
import { type BuildOptions, type Built, build, type Compiled } from "../compile.ts";
import { hasErrors } from "../diagnostics/index.ts";
import type { Bindings, Dim } from "../ir/index.ts";
import type { Program } from "../runtime/index.ts";
import type { BoundData } from "./bind.ts";
import { dynamicNotes, formsFor, refusedDynamics, refusedForms, refusedTimes } from "./dynamics.ts";
import { CompileError } from "./errors.ts";
import { batchRows, type Resolved } from "./options.ts";
import { programOf } from "./program.ts";

/**
 * Builds a program for data that were bound, in blocks that are given or that the planner chooses, with all that it
 * weighed unless told not to explain; throws CompileError where no structure fits the budget.
 */
export function construct(
  compiled: Compiled,
  data: BoundData,
  options: Resolved,
  plan: Pick<BuildOptions, "given" | "explain" | "measured"> & Partial<Pick<BuildOptions, "batchRows">> = {},
): { built: Built; program: Program } {
  const { bindings } = data;
  const settings = { ...settingsOf(compiled, options), ...batchRows(options) };
  const forms = formsFor(options);
  const { built, diagnostics } = build(compiled, bindings, {
    ...settings,
    ...(forms === undefined ? {} : { forms }),
    ...plan,
  });
  if (built === null) throw new CompileError(diagnostics);
  const refused = refusedForms(compiled, built.plan, options);
  if (refused.length > 0) throw new CompileError(refused);
  const notes = dynamicNotes(options, built.step.layout.state.memory.length + 2 * built.step.size);
  const noted =
    notes.length === 0 ? built : { ...built, plan: { ...built.plan, notes: [...built.plan.notes, ...notes] } };
  return { built: noted, program: programOf(compiled, noted, bindings, options, compiled.diagnostics) };
}

/** What was asked of the planner and of the targets; throws CompileError for names that are not of the model. */
function settingsOf(compiled: Compiled, options: Resolved): Omit<BuildOptions, "batchRows" | "leastRows"> {
  const names = compiled.density.parameters.map((p) => p.name);
  const { requests, diagnostics } = structureOf(options.structure, names);
  const found = [...diagnostics, ...refusedDynamics(compiled, options), ...refusedTimes(compiled, options)];
  if (hasErrors(found)) throw new CompileError(found);
  const { target, budget, backend, exact, information, draws, precision } = options;
  const own = options.rates === undefined ? {} : { rates: options.rates };
  return { ...own, structure: requests, target, budget, backend, exact, information, draws, precision };
}

/** Unconstrained coordinates of a model whose sizes are known. */
export function coordinatesOf(compiled: Compiled, { dims }: Bindings): number {
  const size = (dim: Dim): number => (typeof dim === "number" ? dim : (dims.get(dim.name) ?? 0) + dim.plus);
  return compiled.density.parameters.reduce(
    (sum, { freeShape }) => sum + freeShape.reduce<number>((product, dim) => product * size(dim), 1),
    0,
  );
}
