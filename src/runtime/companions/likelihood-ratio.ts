// By how much a score test of a few rows should count for more or less: what the likelihood ratio of the same rows is of its
// quadratic. The score is skewed where the likelihood is, and the tail of a likelihood ratio is that of χ² to a higher order.

import type { Batch } from "../../ir/index.ts";
import type { Flow } from "../flow.ts";
import { loadBatch } from "../objective.ts";
import { inParts } from "../rows.ts";
import { type Finding, moves, packed, type Unit } from "../score-test.ts";

/** Steps to the maximum of their likelihood, the gain that is worth one, and the shortest that is tried. */
const [mostSteps, enough, shortest] = [8, 1e-3, 1e-3];

/** Rows of a stretch, and where the flow stood when it began. */
export interface Held {
  readonly phi: Float64Array;
  readonly rows: Batch;
}

/**
 * A finding with its statistic scaled by what the rows' likelihood ratio, over the coordinates that were tested, is of its
 * quadratic; the flow is left as it was.
 */
export function corrected(flow: Flow, units: readonly Unit[], finding: Finding, held: readonly Held[]): Finding {
  const { statistic, first, size } = finding;
  const { artefact } = flow.program;
  const [own, memory] = [Float64Array.from(flow.phi), flow.state("memory").slice()];
  const parts = held.flatMap(({ rows }) => inParts(rows, flow.program.plan.batchRows));
  const valueAt = (procedure: "accumulate" | "evaluate", phi: Float64Array): number => {
    flow.phi.set(phi);
    for (const name of ["logLikelihood", "score", "information"] as const) flow.state(name).fill(0);
    for (const part of parts) {
      loadBatch(artefact, part);
      artefact.run(procedure, part.rows);
    }
    const value = flow.state("logLikelihood")[0] as number;
    return Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY;
  };
  for (const name of ["memory", "prior", "priorDiagonal"] as const) flow.state(name).fill(0);
  let at = (held[0] as Held).phi;
  const start = valueAt("accumulate", at);
  let [value, quadratic] = [start, 0];
  for (let k = 0; k < mostSteps; k++) {
    if (k > 0) valueAt("accumulate", at);
    const score = flow.state("score").slice();
    const information = packed(artefact, units);
    const { shifts } = moves(units, { score, information, variance: information });
    const step = shifts.map((x, i) => (i >= first && i < first + size ? x : 0));
    const promised = step.reduce((sum, x, i) => sum + x * (score[i] as number), 0);
    if (k === 0) quadratic = promised;
    if (!(promised > enough * quadratic)) break;
    let next = value;
    for (let length = 1; length > shortest && !(next > value); length /= 2) {
      const tried = at.map((x, i) => x + length * (step[i] as number));
      next = valueAt("evaluate", tried);
      if (next > value) at = tried;
    }
    if (!(next > value)) break;
    value = next;
  }
  flow.state("information").fill(0);
  flow.phi.set(own);
  flow.state("memory").set(memory);
  const ratio = (2 * (value - start)) / quadratic;
  return Number.isFinite(ratio) && ratio > 0 ? { ...finding, statistic: ratio * statistic } : finding;
}
