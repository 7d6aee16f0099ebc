// From a compiled model and what its data fixed to a program, with the batch size and the rate that the planner assumes.

import { type Built, build, type Compiled } from "../compile.ts";
import type { Bindings, Dim } from "../ir/index.ts";
import type { Program } from "../runtime/index.ts";
import type { BoundData } from "./bind.ts";
import { CompileError } from "./errors.ts";
import { batchRows, type Resolved } from "./options.ts";
import { programOf } from "./program.ts";

/** Multiply–adds a second that the targets reach, for budgets in time. */
const rates = { wasm: 6e9, js: 1e9, interpret: 2e7 } as const;

/** Builds a program for data that were bound; throws CompileError where no structure fits the budget. */
export function construct(compiled: Compiled, data: BoundData, options: Resolved): { built: Built; program: Program } {
  const { bindings } = data;
  const coordinates = coordinatesOf(compiled, bindings);
  const settings = { ...options, batchRows: batchRows(coordinates, options), rate: rates[options.backend] };
  const { built, diagnostics } = build(compiled, bindings, settings);
  if (built === null) throw new CompileError(diagnostics);
  return { built, program: programOf(compiled, built, bindings, options, compiled.diagnostics) };
}

/** Unconstrained coordinates of a model whose sizes are known. */
export function coordinatesOf(compiled: Compiled, { dims }: Bindings): number {
  const size = (dim: Dim): number => (typeof dim === "number" ? dim : (dims.get(dim.name) ?? 0) + dim.plus);
  return compiled.density.parameters.reduce(
    (sum, { freeShape }) => sum + freeShape.reduce<number>((product, dim) => product * size(dim), 1),
    0,
  );
}
