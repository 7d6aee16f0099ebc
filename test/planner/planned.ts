// Plans for models of given sizes, without any data.

import { compileSource } from "../../src/compile.ts";
import type { Diagnostic } from "../../src/diagnostics/index.ts";
import { tally } from "../../src/emit/index.ts";
import type { Plan } from "../../src/ir/index.ts";
import { bind } from "../../src/lower/index.ts";
import { type PlanOptions, plan } from "../../src/planner/index.ts";

/** The plan that a model of these sizes gets, or why it gets none. */
export function planned(
  source: string,
  dims: Readonly<Record<string, number>>,
  options: Partial<PlanOptions> = {},
): { readonly plan: Plan | null; readonly diagnostics: readonly Diagnostic[] } {
  const { compiled, diagnostics } = compileSource(source);
  if (compiled === null) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  const sizes = new Map(Object.entries(dims));
  const shapes = (once: boolean): Map<string, readonly number[]> =>
    new Map(
      compiled.density.data
        .filter((d) => d.once === once)
        .map((d) => [d.name, d.shape.map((n) => (typeof n === "number" ? n : (sizes.get(n.name) ?? 0) + n.plus))]),
    );
  return plan(bind(compiled.derivatives("likelihood"), { dims: sizes }), {
    structure: [{ kind: "auto", parameters: null }],
    information: "expected",
    draws: 1,
    budget: {},
    batchRows: null,
    precision: "auto",
    backend: "wasm",
    columns: shapes(false),
    once: shapes(true),
    tally,
    ...options,
  });
}
