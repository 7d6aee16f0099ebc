// The same model with its information kept otherwise, for a flow that asks: in square-root form where `structure auto` met
// data that are worse conditioned than normal equations stand (mathematics.md §10), in full beside a plan that loses some.

import type { Compiled } from "../compile.ts";
import { formName, type Plan, type PlanBlock, type StructureRequest } from "../ir/index.ts";
import type { FlowHooks } from "../runtime/index.ts";
import { nothingSelected } from "./bind.ts";
import { construct } from "./construct.ts";
import { formsFor } from "./dynamics.ts";
import type { Resolved } from "./options.ts";

/** Coordinates up to which a block may take the square-root form. */
const largest = 1000;

/** What a flow asks where full information is ill-conditioned; `{}` where the model's information can't be a sum of squares. */
export function steadierOf(compiled: Compiled, options: Resolved): Pick<FlowHooks, "steadier"> {
  if (options.information === "observed" || formsFor(options)?.has("root") === false) return {};
  return {
    steadier(program, reasons) {
      const { plan, bindings, artefact } = program;
      // the curvature of what ties coordinates together beside the rows is no sum of squares
      if (artefact.step.layout.state.prior.length > 0) return null;
      const chosen = new Map(
        [...reasons].filter(([k]) => {
          const block = plan.blocks[k];
          return block !== undefined && block.size <= largest && leftToUs(options.structure, block.parameters);
        }),
      );
      if (chosen.size === 0) return null;
      const given = plan.blocks.map(({ parameters, form }, k) => ({
        parameters,
        form: chosen.has(k) ? ({ kind: "root" } as const) : form,
      }));
      const { batchRows } = plan;
      const data = { selection: nothingSelected, bindings };
      const other = construct(compiled, data, options, { given, batchRows, explain: false }).program;
      if (!affordable(other.plan, options)) return null;
      const told = [...chosen].map(([k, why]) => `${plan.blocks[k]?.parameters.join(", ")}: ${why}`);
      return {
        program: { ...other, plan: explained(other.plan, plan, chosen) },
        event: { kind: "replanned", row: 0, from: "full", to: "full sqrt", reason: told.join("; ") },
      };
    },
  };
}

/** Coordinates up to which full information is made beside one that leaves something out. */
const witnessed = 600;

/** The same model with its full information, beside a plan that loses some of it; `{}` where it is not asked for. */
export function witnessOf(compiled: Compiled, options: Resolved): Pick<FlowHooks, "witness"> {
  return {
    witness({ plan, bindings, options: { plain } }) {
      const size = plan.blocks.reduce((sum, block) => sum + block.size, 0);
      // plain steps may end anywhere, whatever is kept of the information
      if (size > witnessed || (plain === null && plan.blocks.every(({ loss }) => loss === 0))) return null;
      const parameters = plan.blocks.flatMap((block) => block.parameters);
      const given = [{ parameters, form: { kind: "full" } as const }];
      const data = { selection: nothingSelected, bindings };
      const settings: Resolved = { ...options, mode: "fit", plain: null, keep: 1 };
      return construct(compiled, data, settings, { given, batchRows: plan.batchRows, explain: false }).program;
    },
  };
}

/** Whether the structure of these parameters was left to the planner. */
export function leftToUs(requests: readonly StructureRequest[], parameters: readonly string[]): boolean {
  const rest = requests.find((r) => r.parameters === null);
  return parameters.every((name) => {
    const request = requests.find((r) => r.parameters?.includes(name)) ?? rest;
    return request === undefined || request.kind === "auto";
  });
}

function affordable(plan: Plan, { budget }: Resolved): boolean {
  return (
    plan.bytes <= (budget.bytes ?? Number.POSITIVE_INFINITY) &&
    plan.flopsPerRow <= (budget.flopsPerRow ?? Number.POSITIVE_INFINITY) &&
    plan.secondsPerRow <= (budget.secondsPerRow ?? Number.POSITIVE_INFINITY) &&
    plan.secondsPerRow * plan.batchRows <= (budget.secondsPerBatch ?? Number.POSITIVE_INFINITY)
  );
}

/** The plan with what was weighed before, and why it is another now. */
function explained(plan: Plan, before: Plan, chosen: ReadonlyMap<number, string>): Plan {
  const blocks = plan.blocks.map((block, k): PlanBlock => {
    const old = before.blocks[k] as PlanBlock;
    const { reason: why, candidates, loss } = old;
    const reason = chosen.get(k);
    if (reason === undefined) return { ...block, reason: why, candidates, loss };
    const passed = candidates.map((c) => (c.verdict === "chosen" ? { ...c, verdict: reason } : c));
    return {
      ...block,
      reason: `${formName(block.form)} because ${reason}`,
      candidates: [...block.candidates, ...passed],
    };
  });
  return { ...plan, blocks };
}
