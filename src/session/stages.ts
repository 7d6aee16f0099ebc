// Any stage of the pipeline, printed: what `ffm compile --print STAGE` and `ffm plan` show.

import type { Compiled } from "../compile.ts";
import { diagnose } from "../diagnostics/index.ts";
import { loops } from "../emit/index.ts";
import { type NodeId, type Plan, printDensity, printNode, type RowSource } from "../ir/index.ts";

import { type BoundData, bindData, fixed, nothingSelected } from "./bind.ts";
import { construct } from "./construct.ts";
import { CompileError, DataError } from "./errors.ts";
import { jsArtefact } from "./js-artefact.ts";
import type { Resolved } from "./options.ts";
import { measureOf, pilot, withPilot } from "./pilot.ts";
import { learnFeatures, Reader } from "./reader.ts";

export const stages = ["ast", "model", "density", "derivatives", "plan", "step", "loops", "js"] as const;
export type Stage = (typeof stages)[number];

/** The text of a stage. Stages from `plan` on need the sizes that data fix, where the model leaves any open. */
export async function printStage(
  compiled: Compiled,
  stage: Stage,
  options: Resolved,
  source: RowSource | null,
): Promise<string> {
  switch (stage) {
    case "ast":
      return json(compiled.ast);
    case "model":
      return json(compiled.model);
    case "density":
      return printDensity(compiled.density);
    case "derivatives":
      return printDerivatives(compiled, options);
    case "plan":
      return json(construct(compiled, await sized(compiled, source), options).program.plan);
    default: {
      const data = await sized(compiled, source);
      const { built, program } = construct(compiled, data, options);
      if (stage === "step") return json({ ...built.step, graph: `${built.step.graph.nodes.length} nodes` });
      if (stage === "loops") return json(loops(built.step));
      if (source !== null)
        await learnFeatures(compiled, program, new Reader(data, source, options, program.plan.batchRows, {}));
      return jsArtefact(program);
    }
  }
}

/**
 * The plan for the sizes that the data fix, with what the first rows measure of its candidates; throws CompileError where
 * nothing fits the budget. A pilot that was asked for has its say in the choice.
 */
export async function planOf(compiled: Compiled, options: Resolved, source: RowSource | null): Promise<Plan> {
  const data = await sized(compiled, source);
  const { plan } = construct(compiled, data, options).program;
  if (source === null || !source.repeatable) return plan;
  const found = await pilot(compiled, data, source, options, plan);
  if (options.pilot === null) return found;
  const again = construct(compiled, data, options, { measured: measureOf(found) }).program.plan;
  return withPilot(again, found);
}

/** What data fix, or that nothing needs fixing; learnt features are not learnt here. */
export async function sized(compiled: Compiled, source: RowSource | null): Promise<BoundData> {
  const { density } = compiled;
  if (source !== null) {
    const { data, diagnostics } = await bindData(density, source);
    if (data === null) throw new DataError(diagnostics);
    return data;
  }
  const open = density.dimensions[0];
  if (open !== undefined) {
    const span = density.data.find((d) => d.name === open.data)?.span ?? null;
    throw new CompileError([diagnose("FF421", span, { name: open.name })]);
  }
  const { data, diagnostics } = fixed({ ...density, data: [] }, nothingSelected, new Map(), new Map());
  if (data === null) throw new CompileError(diagnostics);
  return data;
}

function printDerivatives(compiled: Compiled, options: Resolved): string {
  const d = compiled.derivatives(options.target);
  const show = (id: NodeId): string => printNode(d.graph, id).replaceAll("\n", "\n    ");
  const lines = [`log-likelihood of a row\n    ${show(d.row.value)}`];
  for (const [name, id] of d.row.gradient) lines.push(`score in ${name}\n    ${show(id)}`);
  for (const { basis, lanes, weight, parts } of d.row.factors.expected) {
    lines.push(`${basis} information${lanes === null ? "" : ", a factor a lane"}: weight\n    ${show(weight)}`);
    for (const [name, id] of parts) lines.push(`  its factor in ${name}\n    ${show(id)}`);
  }
  for (const [name, id] of d.row.curvature) lines.push(`Hessian times a tangent in ${name}\n    ${show(id)}`);
  lines.push(`terms that are not per row\n    ${show(d.once.value)}`);
  for (const [name, id] of d.once.gradient) lines.push(`their gradient in ${name}\n    ${show(id)}`);
  for (const note of d.notes) lines.push(`note on ${note.statement}: ${note.reason}`);
  return `${lines.join("\n")}\n`;
}

function json(value: unknown): string {
  const replacer = (_: string, inner: unknown): unknown => (inner instanceof Map ? Object.fromEntries(inner) : inner);
  return `${JSON.stringify(value, replacer, 2)}\n`;
}
